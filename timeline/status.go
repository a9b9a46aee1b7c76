package timeline

import (
	"cmp"
	"slices"

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
	streams     []int          // of what shows each transition, -1 where that is one of several
	// events are all that tell of it, rest those that are still to come.
	events, rest []event
	// told is room for what is told of the writes.
	told *slab[story.Written]
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
	status *string
	since  moment
}

// now gives the present status, nil where it is not known.
func (w *walk) now() *string {
	if len(w.past) == 0 {
		return nil
	}
	return w.past[len(w.past)-1].status
}

// of derives the changes of an image. The walk's lists are room for the next
// one's.
func (w *walk) of(img *image, calls []*call, damage bool, clocks *clocksApart, told *slab[story.Written]) {
	*w = walk{img: img, damaged: damage, told: told, transitions: w.transitions[:0], attempts: w.attempts[:0], by: w.by[:0], streams: w.streams[:0],
		events: w.events[:0], past: w.past[:0], doubtful: w.doubtful[:0], contradicted: w.contradicted[:0]}
	events := w.events
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
		if s.st != nil && s.st.first != nil || s.call != nil && (s.call.first != nil || img.otherwise(s.call, clocks)) {
			continue
		}
		events = append(events, event{at: s.to.moment(), seen: s})
	}
	for _, c := range calls {
		if s := impliedBy(c); s != nil && !img.otherwise(c, clocks) {
			events = append(events, event{at: s.to.moment(), seen: s, implied: true})
		}
	}
	slices.SortStableFunc(events, func(x, y event) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.seq, y.seq)) })
	w.events = events
	for k := range events {
		w.rest = events[k+1:]
		w.step(&events[k])
	}
	w.keepAttempts()
}

// otherwise tells whether a call was seen by a clock that was not compared with
// the one by which the image's row was seen to be written: which of them came
// first is then not known.
func (img *image) otherwise(c *call, clocks *clocksApart) bool {
	return len(img.writes) > 0 && clocks.unsure(img.writes[0].st.told.File, c.told.File)
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
	a.Attempt = story.Attempt{From: s.guard, To: s.to, Time: st.told.Time, Frame: st.told.FirstFrame, File: st.told.File, Statement: &st.told.ID, Why: "unknown"}
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
	slices.SortStableFunc(w.attempts, func(a, b attempt) int { return cmp.Compare(a.Time, b.Time) })
}

// at gives the status at a time, "" where it is not known.
func (w *walk) at(t moment) string {
	status := ""
	for _, s := range w.past {
		if s.since > t && status != "" {
			break
		}
		status = *s.status
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

// sqlAlone are the witnesses of most transitions. A list that is added to is
// another one.
var sqlAlone = []string{"sql"}

// written takes a committed write.
func (w *walk) written(s *statusWrite, at point) {
	now, from := w.now(), s.guard
	known := now != nil
	if known && (from == nil || s.insert) { // an INSERT: an id that is used again
		from = now
	}
	defer func() { w.past = append(w.past, state{&s.to, at.moment()}) }()
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
	wrote := w.told.one()
	*wrote = story.Written{Time: st.told.End, Frame: st.told.FirstFrame, File: elsewhere(st.told.File, at.file), UpdatedAt: s.updatedAt}
	t := story.Transition{
		From: from, To: s.to, Time: at.time, Frame: at.frame, File: at.file, Written: wrote,
		Witnesses: sqlAlone, Agree: true, Legal: glance.Legal(from, s.to), Confidence: 1, Certainty: proven, Statement: &st.told.ID,
	}
	if from == nil && !s.insert {
		t.Legal = true // what it was before is not in the capture
	}
	if w.damaged && s.guard == nil {
		// Steps between may be missing.
		t.Legal = t.Legal || from == nil || glance.Reachable(*from, s.to)
	}
	if st.told.Call != nil {
		t.Call = &st.told.Call.ID
	}
	w.add(t, s, st.told.Stream)
}

func (w *walk) add(t story.Transition, s *statusWrite, stream int) {
	w.transitions = append(w.transitions, t)
	w.by = append(w.by, s)
	w.streams = append(w.streams, stream)
}
