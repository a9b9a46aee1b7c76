package attribute

import (
	"math"

	"glancecap/timeline/story"
)

// behind adds what goes on behind a 202: a task begins with the INSERT that
// makes it and ends with what gives the lock back or writes its last status.
func (a *actors) behind(list []*bracket) {
	w := watch{spans: make(map[string]*span), holder: make(map[string]*span)}
	for _, b := range list {
		for _, id := range b.tasks {
			s := &a.in.Sessions[b.session]
			if !w.see(b, id) && !(s.Midstream && w.resume(b, id, s.ClientHost, a.tasks[id].Image)) {
				a.orphans[a.tasks[id].Image] = true
			}
		}
	}
	calls := a.ordering()
	work := a.made.get("background", background)
	work.failing = true
	for _, s := range w.order {
		call, t := a.ordered(a.tasks[s.task], calls), a.tasks[s.task]
		switch {
		case call >= 0:
			c := &a.in.Calls[call]
			found := actor{call: call, start: max(c.Start, s.start), end: s.over(), automaton: work, ending: anywhere, task: s.task, image: c.Image}
			if c.Headless {
				found.start, found.image = s.start, t.Image
			}
			a.list = append(a.list, found)
		case s.host != "":
			a.list = append(a.list, actor{call: unseen, start: s.start, end: s.over(), automaton: work, ending: anywhere, task: s.task, image: t.Image, host: s.host})
		default:
			a.orphans[t.Image] = true
		}
	}
}

// span is the time of a task.
type span struct {
	task       string
	start, end story.Time
	// locked tells that it took its image's lock and was not seen to give it
	// back: its work may have failed in a way that it did not write down. Then
	// it lasts until the next that takes the lock, story.NoTime for never.
	locked bool
	next   story.Time
	// host is where it works, if it was ordered before the capture.
	host string
}

// over is when a task ended at the latest.
func (s *span) over() story.Time {
	switch {
	case !s.locked:
		return s.end
	case s.next == story.NoTime:
		return math.MaxInt64
	}
	return max(s.end, s.next)
}

// watch follows tasks.
type watch struct {
	spans map[string]*span
	order []*span
	// holder is the task that took an image's lock last.
	holder map[string]*span
}

// see takes a bracket that names a task, and tells whether it is known.
func (w *watch) see(b *bracket, id string) bool {
	s := w.spans[id]
	switch {
	case b.kind == kindLock:
		w.lock(b, id)
	case b.kind == kindAddTask && (s == nil || s.start == story.NoTime):
		if s == nil {
			s = &span{task: id, next: story.NoTime}
			w.spans[id] = s
		}
		s.start, s.end = b.end, b.end
		w.order = append(w.order, s)
	case s == nil || s.start == story.NoTime:
		return false
	case b.kind == kindSetTask || b.kind == kindUnlock || b.kind == kindTask && b.start-s.end <= soon:
		s.end = max(s.end, b.end)
		s.locked = s.locked && b.kind != kindUnlock
	}
	return true
}

// resume takes work of a task of which neither the lock nor the INSERT was
// seen, on a connection that was joined midstream: it was ordered before the
// capture, and may hold its image's lock. Who reads it only may be anybody.
func (w *watch) resume(b *bracket, id, host, image string) bool {
	s := w.spans[id]
	if s == nil && (b.kind == kindSetTask || b.kind == kindUnlock) {
		s = &span{task: id, start: story.NoTime, end: b.end, next: story.NoTime, locked: true, host: host}
		w.spans[id], w.order = s, append(w.order, s)
		if w.holder[image] == nil {
			w.holder[image] = s
		}
	}
	if s == nil || s.host == "" {
		return false
	}
	switch b.kind {
	case kindSetTask, kindUnlock:
		s.end, s.locked = max(s.end, b.end), s.locked && b.kind != kindUnlock
	case kindTask:
		return b.start-s.end <= soon
	}
	return true
}

// lock takes note of who holds an image's lock: a call takes it before it makes
// the task.
func (w *watch) lock(b *bracket, id string) {
	if w.spans[id] != nil || b.failed {
		return
	}
	s := &span{task: id, start: story.NoTime, next: story.NoTime, locked: true}
	w.spans[id] = s
	for _, image := range b.images {
		if before := w.holder[image]; before != nil {
			before.next = b.start
		}
		w.holder[image] = s
	}
}

// soon is how long after its last write a task may still read itself; whoever
// asks for it later is somebody else.
const soon = story.Time(1e9)

// ordering lists the calls that order work, by their request ids.
func (a *actors) ordering() map[string][]int {
	calls := make(map[string][]int)
	for k := range a.in.Calls {
		if c := &a.in.Calls[k]; (worksOn(c) || c.Headless && (c.Status == 201 || c.Status == 202)) && c.RequestID != "" {
			calls[c.RequestID] = append(calls[c.RequestID], k)
		}
	}
	return calls
}

// ordered finds the call that ordered a task, -1 where it cannot be told: a
// request id may stand on two calls.
func (a *actors) ordered(t Task, calls map[string][]int) int {
	found := -1
	for _, k := range calls[t.Request] {
		if image := a.in.Calls[k].Image; t.Image != "" && image != "" && image != t.Image {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = k
	}
	return found
}

// worksOn tells whether a call's work goes on behind its answer: 202.
func worksOn(c *Call) bool {
	switch c.Action {
	case "image.import", "location.add", "task.create":
		return c.Status == 0 || c.Status == 201 || c.Status == 202
	}
	return false
}
