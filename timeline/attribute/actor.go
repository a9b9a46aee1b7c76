package attribute

import (
	"slices"
	"sort"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// actor is a thread of work that brackets may belong to: a call, or what goes
// on behind the answer to one.
type actor struct {
	call       int
	start, end story.Time
	automaton  *automaton
	// lenient tells that it may end anywhere in its grammar: it failed, or
	// its end was not seen.
	lenient bool
	// task is the task's id; of a call itself empty.
	task  string
	image string
	// busy are the times of the calls that it made itself.
	busy []interval
}

type interval struct{ start, end story.Time }

// actors finds the actors that a bracket may belong to.
type actors struct {
	in   *Input
	list []actor
	made automata
	// byImage and anyImage list actors by host and service in the order of
	// their start; those of anyImage may work on any image.
	byImage map[placeImage]*overlap
	any     map[place]*overlap
	tasks   map[string]Task
}

type place struct{ host, service string }

type placeImage struct {
	place
	image string
}

// overlap finds intervals that hold a given one, by their start.
type overlap struct {
	actors  []int
	starts  []story.Time
	latest  []story.Time // the latest end of this and all before
	unready bool
}

func (o *overlap) add(n int, a *actor) {
	o.actors = append(o.actors, n)
	o.starts = append(o.starts, a.start)
	latest := a.end
	if k := len(o.latest); k > 0 {
		latest = max(latest, o.latest[k-1])
	}
	o.latest = append(o.latest, latest)
}

// around calls f for each actor that began before start and may last to end.
func (o *overlap) around(start, end story.Time, f func(n int)) {
	if o == nil {
		return
	}
	k := sort.Search(len(o.starts), func(i int) bool { return o.starts[i] > start })
	for k--; k >= 0 && o.latest[k] >= end; k-- {
		f(o.actors[k])
	}
}

func newActors(in *Input, list []*bracket, parents []int) *actors {
	a := &actors{in: in, byImage: make(map[placeImage]*overlap), any: make(map[place]*overlap), tasks: make(map[string]Task)}
	for _, t := range in.Tasks {
		a.tasks[t.ID] = t
	}
	own := outgoing(in, parents)
	for k := range in.Calls {
		c := &in.Calls[k]
		if c.Service != glance.Glance {
			continue
		}
		ok := c.Status >= 200 && c.Status < 300
		a.list = append(a.list, actor{
			call: k, start: c.Start, end: c.End, automaton: a.made.of(c.Action, ok), lenient: !ok || c.Open || c.Marks, image: c.Image, busy: own[k],
		})
	}
	a.behind(list)
	slices.SortStableFunc(a.list, func(x, y actor) int { return compareTimes(x.start, y.start) })
	for n := range a.list {
		a.index(n)
	}
	return a
}

// outgoing lists the times of the calls that each call made.
func outgoing(in *Input, parents []int) map[int][]interval {
	own := make(map[int][]interval)
	for k, parent := range parents {
		if parent >= 0 && in.Calls[parent].Service == glance.Glance && !in.Calls[k].Open {
			own[parent] = append(own[parent], interval{in.Calls[k].Start, in.Calls[k].End})
		}
	}
	return own
}

// behind adds what goes on behind a 202: a task begins with the INSERT that
// makes it and ends with what gives the lock back or writes its last status.
func (a *actors) behind(list []*bracket) {
	type span struct{ start, end story.Time }
	spans := make(map[string]*span)
	var ids []string
	for _, b := range list {
		if b.kind != kindAddTask && b.kind != kindSetTask && b.kind != kindUnlock {
			continue
		}
		for _, id := range b.tasks {
			s := spans[id]
			if s == nil {
				s = &span{start: b.end}
				spans[id] = s
				ids = append(ids, id)
			}
			s.end = b.end
		}
	}
	for _, id := range ids {
		call := a.ordered(a.tasks[id])
		if call < 0 {
			continue
		}
		c := &a.in.Calls[call]
		a.list = append(a.list, actor{
			call: call, start: max(c.Start, spans[id].start), end: spans[id].end, automaton: a.made.get("background", background), lenient: true, task: id, image: c.Image,
		})
	}
}

// ordered finds the call that ordered a task, -1 where it cannot be told.
func (a *actors) ordered(t Task) int {
	found := -1
	for k := range a.in.Calls {
		c := &a.in.Calls[k]
		if !goesOn(c) || t.Request == "" || c.RequestID != t.Request || t.Image != "" && c.Image != t.Image {
			continue
		}
		if found >= 0 {
			return -1 // a request id may stand on two calls
		}
		found = k
	}
	return found
}

// goesOn tells whether a call's work goes on behind its answer: 202.
func goesOn(c *Call) bool {
	switch c.Action {
	case "image.import", "location.add", "task.create":
		return c.Status == 0 || c.Status == 201 || c.Status == 202
	}
	return false
}

func (a *actors) index(n int) {
	actor := &a.list[n]
	c := &a.in.Calls[actor.call]
	at := place{c.ServerHost, c.Service}
	if actor.image == "" {
		if a.any[at] == nil {
			a.any[at] = &overlap{}
		}
		a.any[at].add(n, actor)
		return
	}
	key := placeImage{at, actor.image}
	if a.byImage[key] == nil {
		a.byImage[key] = &overlap{}
	}
	a.byImage[key].add(n, actor)
}

// candidates lists the actors that a bracket may belong to by host, time and
// names, in the order of their start; nested counts those of the right host
// and time.
func (a *actors) candidates(b *bracket) (list []int) {
	s := &a.in.Sessions[b.session]
	at := place{s.ClientHost, s.Service}
	try := func(n int) {
		actor := &a.list[n]
		if actor.end >= b.end && !overlaps(actor.busy, b) && a.fits(b, actor) {
			list = append(list, n)
		}
	}
	for _, image := range a.imagesOf(b) {
		a.byImage[placeImage{at, image}].around(b.start, b.end, try)
	}
	a.any[at].around(b.start, b.end, try)
	slices.Sort(list)
	return slices.Compact(list)
}

// imagesOf lists the images that a bracket is about, those of its tasks
// included.
func (a *actors) imagesOf(b *bracket) []string {
	list := b.images
	for _, id := range b.tasks {
		if image := a.tasks[id].Image; image != "" {
			list = addOnce(slices.Clone(list), image)
		}
	}
	return list
}

// overlaps tells whether a bracket ran while one of the calls did.
func overlaps(busy []interval, b *bracket) bool {
	for _, i := range busy {
		if i.start < b.end && b.start < i.end {
			return true
		}
	}
	return false
}
