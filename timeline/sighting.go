package timeline

import (
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// show takes a status that a result set or a response showed.
func (w *walk) show(e *event) {
	s := e.seen
	now := w.now()
	if now == nil {
		w.begins(e)
		return
	}
	if *now == s.status || w.was(s) || e.implied && s.status == glance.Deleted && *now == glance.PendingDelete {
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
	if later, ok := w.laterRow(s); s.by != byRow && ok && later == *now {
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
		if *p.status == s.status {
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
	w.past = append(w.past, state{&s.status, s.from})
}

// was tells whether the image had a status at some moment while it was being
// read.
func (w *walk) was(s *seen) bool {
	for k, p := range w.past {
		over := k+1 < len(w.past) && w.past[k+1].since < s.from
		if *p.status == s.status && p.since <= s.to.moment() && !over {
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
	from := w.now()
	t := story.Transition{From: from, To: s.status, Time: s.to.time, Frame: s.to.frame, File: s.to.file, Agree: true,
		Legal: true, Confidence: likelyFraction, Certainty: likely}
	if from != nil {
		t.Legal = glance.Reachable(*from, s.status)
	}
	stream := -1
	if st := w.date(&t, s); st != nil {
		stream = st.told.Stream
	} else if s.by == byReply {
		stream = s.call.told.Stream
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
	w.past = append(w.past, state{&s.status, momentOf(&t)})
	w.add(t, nil, stream)
}

// date finds when a change happened that was seen only afterwards: at the
// commit of the write of the row of which the text is cut. A poll may come long
// after, so there must be one such write alone. It gives that write, nil for none.
func (w *walk) date(t *story.Transition, s *seen) *statement {
	since := never
	if n := len(w.past); n > 0 {
		since = w.past[n-1].since
	}
	var found *statement
	for _, st := range w.img.unread {
		if st.first != nil || st.tx == nil || !st.tx.endedByCommit() || st.tx == txOf(s) {
			continue
		}
		if at := st.tx.ended.moment(); at <= since || at > s.to.moment() {
			continue
		}
		if found != nil && s.by == byPoll {
			return nil
		}
		found = st
	}
	if found == nil {
		return nil
	}
	t.Time, t.Frame, t.File = found.tx.ended.time, found.tx.ended.frame, found.tx.ended.file
	t.Written = &story.Written{Time: found.told.End, Frame: found.told.FirstFrame, File: elsewhere(found.told.File, t.File)}
	t.Statement = &found.told.ID
	return found
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
