package timeline

import (
	"sort"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// The certainties, and the confidence that is told with a likely one.
const (
	proven         = "proven"
	likely         = "likely"
	likelyFraction = 0.9
)

// event is one thing that tells of an image's status, in the order of time.
type event struct {
	at    moment
	seq   int
	write *statusWrite
	seen  *seen
	// implied is set where an answer says so without showing the image.
	implied bool
	// done is where a write became true.
	done point
}

// walk derives the changes of an image's status from what was written, read
// and shown.
type walk struct {
	img *image
	// damaged tells that some of the statements may be missing.
	damaged     bool
	transitions []story.Transition
	attempts    []attempt
	by          []*statusWrite // of transitions; nil where no statement shows it
	// rest are the events that are still to come.
	rest []event
	// past are the statuses with when each became true.
	past []state
	// doubtful are writes of which the outcome is not known.
	doubtful []*statusWrite
	// contradicted are responses that show what the database never had.
	contradicted []*seen
	before       bool
}

// attempt is a write that changed nothing, and the input it was in.
type attempt struct {
	story.Attempt
	file *int
}

type state struct {
	status string
	since  moment
}

// now gives the present status; ok is false where it is not known.
func (w *walk) now() (status string, ok bool) {
	if len(w.past) == 0 {
		return "", false
	}
	return w.past[len(w.past)-1].status, true
}

// walkStatus derives the changes of an image.
func walkStatus(img *image, calls []*call, damage bool) *walk {
	w := &walk{img: img, damaged: damage}
	var events []event
	for _, s := range img.writes {
		if s.st.first != nil || s.st.told.ID == "" {
			continue
		}
		switch at, seq, how := s.effect(); how {
		case committed:
			events = append(events, event{at: at.moment(), seq: seq, write: s, done: at})
		case unknownOutcome:
			w.doubtful = append(w.doubtful, s)
			fallthrough
		default:
			w.attempts = append(w.attempts, s.attempt())
		}
	}
	for k := range img.seen {
		s := &img.seen[k]
		if s.st != nil && (s.st.first != nil || s.st.told.ID == "") || s.call != nil && s.call.first != nil {
			continue
		}
		events = append(events, event{at: s.to.moment(), seen: s})
	}
	for _, c := range calls {
		if s := impliedBy(c); s != nil {
			events = append(events, event{at: s.to.moment(), seen: s, implied: true})
		}
	}
	sort.SliceStable(events, func(i, j int) bool {
		x, y := &events[i], &events[j]
		return x.at < y.at || x.at == y.at && x.seq < y.seq
	})
	for k := range events {
		w.rest = events[k+1:]
		w.step(&events[k])
	}
	w.keepAttempts()
	return w
}

// effect tells when a write became true, and whether it did.
func (s *statusWrite) effect() (at point, seq int, how outcome) {
	st := s.st
	switch {
	case st.told.Error != nil, s.noRow:
		return nowhere, 0, rolledBack
	case s.some:
		return nowhere, 0, unknownOutcome
	case st.tx != nil:
		if st.told.Affected == nil && st.tx.outcome == committed {
			return nowhere, 0, unknownOutcome
		}
		return st.tx.ended, st.seq, st.tx.outcome
	case st.told.Affected == nil || !st.auto:
		return nowhere, 0, unknownOutcome
	}
	return st.done(), st.seq, committed
}

// attempt tells of a write that changed nothing.
func (s *statusWrite) attempt() attempt {
	st := s.st
	a := attempt{file: st.told.File}
	a.Attempt = story.Attempt{From: s.guard, To: s.to, Time: st.told.Time, Frame: st.told.FirstFrame, Statement: &st.told.ID, Why: "unknown"}
	switch {
	case st.told.Error != nil:
		a.Why = "error"
	case s.noRow:
		a.Why = "no_row"
	case st.tx != nil && st.tx.outcome == rolledBack:
		a.Why = "rolled_back"
	case st.tx != nil && st.tx.outcome == open:
		a.Why = "open"
	}
	if st.told.Call != nil {
		a.Call = &st.told.Call.ID
	}
	return a
}

// keepAttempts leaves out the attempts to write what was the status anyway: a
// save of all columns that was undone.
func (w *walk) keepAttempts() {
	kept := w.attempts[:0]
	for _, a := range w.attempts {
		if a.From == nil && w.at(point{a.Time, a.Frame, a.file}.moment()) == a.To {
			continue
		}
		kept = append(kept, a)
	}
	w.attempts = kept
	sort.SliceStable(w.attempts, func(i, j int) bool { return w.attempts[i].Time < w.attempts[j].Time })
}

// at gives the status at a time, "" where it is not known.
func (w *walk) at(t moment) string {
	status := ""
	for _, s := range w.past {
		if s.since > t && status != "" {
			break
		}
		status = s.status
	}
	return status
}

// step takes one event.
func (w *walk) step(e *event) {
	if e.write != nil {
		w.written(e.write, e.done)
		return
	}
	w.show(e)
}

// written takes a committed write.
func (w *walk) written(s *statusWrite, at point) {
	now, known := w.now()
	from := s.guard
	if from == nil && known && !s.insert {
		from = &now
	}
	if s.insert && known {
		from = &now // an id that is used again
	}
	defer func() { w.past = append(w.past, state{s.to, at.moment()}) }()
	switch {
	case from != nil && *from == s.to:
		w.before = w.before || !known
		return
	case from == nil && !s.insert:
		w.before = true
		if s.to != glance.Deleted && s.to != glance.PendingDelete {
			// A save names all columns: most likely this was the status.
			return
		}
	case from != nil && !known:
		w.before = true
	}
	st := s.st
	t := story.Transition{
		From: from, To: s.to, Time: at.time, Frame: at.frame, File: at.file,
		Written:   &story.Written{Time: st.told.End, Frame: st.told.FirstFrame, UpdatedAt: s.updatedAt},
		Witnesses: []string{"sql"}, Agree: true, Legal: glance.Legal(from, s.to), Confidence: 1, Certainty: proven, Statement: &st.told.ID,
	}
	if w.damaged && s.guard == nil {
		// Steps between may be missing.
		t.Legal = t.Legal || from == nil || glance.Reachable(*from, s.to)
	}
	if st.told.Call != nil {
		t.Call = &st.told.Call.ID
	}
	w.add(t, s)
}

func (w *walk) add(t story.Transition, s *statusWrite) {
	w.transitions = append(w.transitions, t)
	w.by = append(w.by, s)
}

// show takes a status that a result set or a response showed.
func (w *walk) show(e *event) {
	s := e.seen
	now, known := w.now()
	if !known {
		w.begins(e)
		return
	}
	if now == s.status || w.was(s) || e.implied && s.status == glance.Deleted && now == glance.PendingDelete {
		return
	}
	if last := w.past[len(w.past)-1]; s.by == byRow && s.from < last.since {
		return // a snapshot from before the change
	}
	if w.confirm(s) {
		return
	}
	if s.by == byRow && w.replica(s) {
		return
	}
	if later, ok := w.laterRow(s); s.by != byRow && ok && later == now {
		w.contradicted = append(w.contradicted, s)
		return
	}
	w.unseen(e)
}

// laterRow gives the status that the database is next seen to have, after a
// response showed another one.
func (w *walk) laterRow(s *seen) (status string, ok bool) {
	for k := range w.rest {
		e := &w.rest[k]
		switch {
		case e.write != nil && e.write.guard != nil:
			return *e.write.guard, true
		case e.seen != nil && e.seen.by == byRow && e.seen.from >= s.to.moment():
			return e.seen.status, true
		}
	}
	return "", false
}

// replica tells whether a row was read from another server than the one that
// was written to, and shows what was true before: replication lags.
func (w *walk) replica(s *seen) bool {
	var writer *statement
	for k := len(w.by) - 1; k >= 0 && writer == nil; k-- {
		if w.by[k] != nil {
			writer = w.by[k].st
		}
	}
	if writer == nil || s.st == nil || writer.told.Server == s.st.told.Server {
		return false
	}
	for _, p := range w.past {
		if p.status == s.status {
			return true
		}
	}
	return false
}

// begins takes the first status that is known of an image. A create's answer
// makes it where no statement shows it.
func (w *walk) begins(e *event) {
	s := e.seen
	if w.confirm(s) {
		return
	}
	if s.call != nil && s.call.Action == "image.create" {
		w.unseen(e)
		return
	}
	if e.implied && s.status != "" && s.call.Action != "image.delete" {
		// It was something else before; the path to it was not seen.
		w.before = true
		w.unseen(e)
		return
	}
	w.before = true
	w.past = append(w.past, state{s.status, s.from})
}

// was tells whether the image had a status at some moment while it was being
// read.
func (w *walk) was(s *seen) bool {
	for k, p := range w.past {
		over := k+1 < len(w.past) && w.past[k+1].since < s.from
		if p.status == s.status && p.since <= s.to.moment() && !over {
			return true
		}
	}
	return false
}

// confirm finds a write whose end was not captured and that must have been
// committed, because its status was seen afterwards.
func (w *walk) confirm(s *seen) bool {
	for k := len(w.doubtful) - 1; k >= 0; k-- {
		d := w.doubtful[k]
		if d.to != s.status || d.noRow || d.st.told.Error != nil || d.st.begun().moment() > s.to.moment() || d.st.tx != nil && d.st.tx == txOf(s) {
			continue
		}
		at := d.st.done()
		if d.st.tx != nil && d.st.tx.ended.frame > 0 {
			at = d.st.tx.ended
		}
		n := len(w.transitions)
		w.written(d, at)
		if len(w.transitions) > n {
			t := &w.transitions[n]
			t.Confidence, t.Certainty = likelyFraction, likely
		}
		w.doubtful = append(w.doubtful[:k], w.doubtful[k+1:]...)
		w.forget(d)
		return true
	}
	return false
}

func txOf(s *seen) *transaction {
	if s.st == nil {
		return nil
	}
	return s.st.tx
}

// forget takes back that a write was an attempt only.
func (w *walk) forget(s *statusWrite) {
	for k := range w.attempts {
		if w.attempts[k].Statement == &s.st.told.ID {
			w.attempts = append(w.attempts[:k], w.attempts[k+1:]...)
			return
		}
	}
}

// unseen takes a change that no statement shows.
func (w *walk) unseen(e *event) {
	s := e.seen
	var from *string
	if now, known := w.now(); known {
		from = &now
	}
	t := story.Transition{From: from, To: s.status, Time: s.to.time, Frame: s.to.frame, File: s.to.file, Agree: true,
		Legal: true, Confidence: likelyFraction, Certainty: likely}
	if from != nil {
		t.Legal = glance.Reachable(*from, s.status)
	}
	switch s.by {
	case byRow:
		t.Witnesses = []string{"sql"}
	case byPoll:
		t.Witnesses = s.call.vouches(nil, "poll")
	default:
		t.Witnesses = s.call.vouches(nil, "api")
		t.Call = &s.call.told.ID
	}
	w.past = append(w.past, state{s.status, s.to.moment()})
	w.add(t, nil)
}

// impliedBy gives the status that a success says without showing the image.
func impliedBy(c *call) *seen {
	t := &c.told
	if c.Service != glance.Glance || t.Status == nil || *t.Status < 200 || *t.Status > 299 {
		return nil
	}
	status := map[string]string{
		"image.upload": glance.Active, "image.stage": glance.Uploading, "image.deactivate": glance.Deactivated,
		"image.reactivate": glance.Active, "image.delete": glance.Deleted,
	}[c.Action]
	if status == "" {
		return nil
	}
	return &seen{by: byReply, status: status, from: c.begun().moment(), to: c.done(), call: c}
}
