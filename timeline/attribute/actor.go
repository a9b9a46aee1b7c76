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
	call       int // or unseen
	start, end story.Time
	// answered is when the first byte of the answer was seen.
	answered  story.Time
	automaton *automaton
	// ending is where in its grammar it may end.
	ending ending
	// asks is the call. changer tells that it changes an image, changes is
	// where it then remembers what it read, nil where that is not to be trusted.
	asks    *Call
	changer bool
	changes *changes
	// loose tells that its grammar was given up: it may do anything.
	loose bool
	// task is the task's id; of a call itself empty.
	task string
	// image is the one that it is about; one tells that it is about one at
	// most, if it is not known about which.
	image string
	one   bool
	// host is where a task works that no call which is seen has ordered.
	host string
	// process is the one that has its connection, 0 where that is not known.
	process int
	// busy are the times of the calls that it made itself.
	busy []interval
}

// ending is where an actor may end in its grammar.
type ending uint8

const (
	whole    ending = iota // at its end: it succeeded
	refused                // where it was refused: 403, 404, 409
	anywhere               // it broke off, or its end was not seen
)

func endingOf(c *Call) ending {
	switch {
	case c.Open || c.Marks:
		return anywhere
	case c.Status >= 200 && c.Status < 300:
		return whole
	case c.Status == 403 || c.Status == 404 || c.Status == 409:
		return refused
	}
	return anywhere
}

// done tells whether the actor may have no more to do.
func (a *actor) done(s stage) bool {
	return a.ends(s.mask) && (a.loose || a.changes == nil || a.finished(s.memory))
}

// ends tells whether the actor may end in a state of its grammar.
func (a *actor) ends(state uint64) bool {
	switch {
	case a.loose:
		return true
	case a.ending == whole:
		return a.automaton.accepts(state)
	case a.ending == refused:
		return a.automaton.breaksOff(state)
	}
	return true
}

// step gives the stage after a bracket; ok is false where it cannot be the
// actor's next.
func (a *actor) step(s stage, b *bracket) (next stage, ok bool) {
	if a.loose {
		return s, true
	}
	if next.mask = a.automaton.step(s.mask, b); next.mask == 0 {
		return stage{}, false
	}
	if ok = true; a.changes != nil {
		next.memory, ok = a.remember(s, b)
	}
	return next, ok
}

type interval struct{ start, end story.Time }

// actors finds the actors that a bracket may belong to.
type actors struct {
	in   *Input
	list []actor
	made automata
	// all, byImage and any list actors by host and service in the order of
	// their start; those of any may work on any image.
	all, any map[place]*overlap
	byImage  map[placeImage]*overlap
	tasks    map[string]Task
	changes  *changes
	// tagging are the brackets that write tags, by image in the order of their
	// start.
	tagging map[string][]*bracket
	// hosted are the hosts where Glance has sessions, elsewhere those of them
	// that no call was made to: their calls may have come through a proxy of
	// which the second hop is not in the capture.
	hosted, elsewhere map[string]bool
	// orderly tells that calls give a connection back before they take another.
	orderly bool
	// orphans are the images on which tasks work that no call ordered.
	orphans map[string]bool
}

type place struct{ host, service string }

type placeImage struct {
	place
	image string
}

func newActors(in *Input, list []*bracket, parents []int) *actors {
	a := &actors{in: in, byImage: make(map[placeImage]*overlap), any: make(map[place]*overlap), all: make(map[place]*overlap), tasks: make(map[string]Task), orphans: make(map[string]bool), changes: newChanges()}
	for _, t := range in.Tasks {
		a.tasks[t.ID] = t
	}
	a.tagging = taggingOf(list)
	own := outgoing(in, parents)
	before := make(map[string]story.Time) // the end of the call before, by client
	for k := range in.Calls {
		c := &in.Calls[k]
		if c.Service != glance.Glance {
			continue
		}
		since, ok := before[c.Client]
		if !ok {
			since = story.NoTime
		}
		a.list = append(a.list, a.actorOf(k, since, own[k]))
		before[c.Client] = c.End
	}
	a.findHosts()
	a.behind(list)
	slices.SortStableFunc(a.list, func(x, y actor) int { return compareTimes(x.start, y.start) })
	for n := range a.list {
		a.index(n)
	}
	return a
}

func taggingOf(list []*bracket) map[string][]*bracket {
	found := make(map[string][]*bracket)
	for _, b := range list {
		if b.kind == kindAddTag || b.kind == kindDropTag {
			for _, image := range b.images {
				found[image] = append(found[image], b)
			}
		}
	}
	return found
}

// actorOf gives the actor that a call is; since is the end of the call before
// on its connection.
func (a *actors) actorOf(k int, since story.Time, busy []interval) actor {
	c := &a.in.Calls[k]
	if c.Headless {
		return a.headless(k, since)
	}
	ok, action := c.Status < 300 && c.Status > 0, c.Action
	if ok && action == "image.update" && c.Asks && len(c.Properties)+len(c.Attributes) > 0 {
		action = changing
	}
	made := actor{
		call: k, asks: c, changer: changers[c.Action] && !c.Marks, start: c.Start, end: c.End, answered: c.Answered,
		automaton: a.made.of(action, ok), ending: endingOf(c), image: c.Image, busy: busy,
	}
	if made.changer {
		made.changes = a.changes
	}
	return made
}

// trust tells whether those that may have work of a component, or where none is
// given all, remember what they read.
func (a *actors) trust(c *component, yes bool) {
	set := func(n int) {
		if a.list[n].changes = nil; yes && a.list[n].changer {
			a.list[n].changes = a.changes
		}
	}
	if c == nil {
		for n := range a.list {
			set(n)
		}
		return
	}
	for n := range c.actors() {
		set(n)
	}
}

// headless gives the actor that a call is of which only the answer was seen.
func (a *actors) headless(k int, since story.Time) actor {
	c := &a.in.Calls[k]
	found := actor{call: k, start: since, end: c.End, answered: c.Answered, automaton: a.made.tail(c), ending: anywhere, image: c.Image, one: c.Image == ""}
	if !found.automaton.any && !c.Open {
		found.ending = whole
	}
	return found
}

// callOf gives the call of the nth actor.
func (a *actors) callOf(n int) *Call { return a.callBy(&a.list[n]) }

// callBy gives an actor's call, an empty one where that is not seen.
func (a *actors) callBy(made *actor) *Call {
	if made.call != unseen {
		return &a.in.Calls[made.call]
	}
	return &Call{}
}

// tooLate tells whether an actor began only when the connection of a bracket was
// captured, which had begun before: that was another's.
func (a *actors) tooLate(made *actor, b *bracket) bool {
	return b.begun && made.start >= a.in.Sessions[b.session].Since
}

// findHosts finds the hosts of Glance's sessions that no call was made to.
func (a *actors) findHosts() {
	called := make(map[string]bool)
	for n := range a.list {
		called[a.callOf(n).ServerHost] = true
	}
	a.elsewhere, a.hosted = make(map[string]bool), make(map[string]bool)
	for k := range a.in.Sessions {
		if s := &a.in.Sessions[k]; s.Service == glance.Glance {
			a.hosted[s.ClientHost] = true
			a.elsewhere[s.ClientHost] = !called[s.ClientHost]
		}
	}
}

// outgoing lists the times of the calls that each call made. Of one that was
// broken off it is not known how long its maker waited for the answer.
func outgoing(in *Input, parents []int) map[int][]interval {
	own := make(map[int][]interval)
	for k, parent := range parents {
		if parent >= 0 && in.Calls[parent].Service == glance.Glance && !in.Calls[k].Open {
			end := in.Calls[k].End
			if in.Calls[k].Marks {
				end = in.Calls[k].Asked
			}
			own[parent] = append(own[parent], interval{in.Calls[k].Start, end})
		}
	}
	for parent, list := range own {
		own[parent] = merged(list)
	}
	return own
}

func (a *actors) index(n int) {
	c := a.callOf(n)
	at := place{c.ServerHost, glance.Glance}
	if host := a.list[n].host; host != "" {
		at.host = host
	}
	if c.Log && at.host == "" {
		for host := range a.hosted {
			a.put(n, place{host, glance.Glance})
		}
	}
	if !a.hosted[at.host] {
		at.host = ""
	}
	a.put(n, at)
}

// put makes an actor known at a place.
func (a *actors) put(n int, at place) {
	actor := &a.list[n]
	put(a.all, at, n, actor)
	if actor.image == "" {
		put(a.any, at, n, actor)
	} else {
		put(a.byImage, placeImage{at, actor.image}, n, actor)
	}
}

func put[K comparable](index map[K]*overlap, key K, n int, a *actor) {
	if index[key] == nil {
		index[key] = &overlap{}
	}
	index[key].add(n, a)
}

// knowing lists those of actors whose grammar has such work as a bracket's.
func (a *actors) knowing(list []int, b *bracket) []int {
	var known []int
	for _, n := range list {
		if a.list[n].knows(b) {
			known = append(known, n)
		}
	}
	return known
}

// calls counts the calls among actors.
func (a *actors) calls(list []int) int {
	seen := make(map[int]bool, len(list))
	for _, n := range list {
		seen[a.list[n].call] = true
	}
	return len(seen)
}

// named lists the actors that a bracket may belong to by host, time and names.
func (a *actors) named(b *bracket) (list []int) {
	s := &a.in.Sessions[b.session]
	at := place{s.ClientHost, s.Service}
	if a.elsewhere[at.host] {
		at.host = ""
	}
	try := func(n int) {
		actor := &a.list[n]
		if a.tooLate(actor, b) {
			return
		}
		if s.Far != nil && s.Far[a.callOf(n).Capture] {
			return // what their times say is not so
		}
		if actor.end >= b.end && !overlaps(actor.busy, b) && a.fits(b, actor) {
			list = append(list, n)
		}
	}
	images := a.imagesOf(b)
	for _, image := range images {
		a.byImage[placeImage{at, image}].around(b.checkout, b.end, try)
	}
	if len(images) > 0 {
		a.any[at].around(b.checkout, b.end, try)
	} else {
		a.all[at].around(b.checkout, b.end, try)
	}
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
	k := sort.Search(len(busy), func(i int) bool { return busy[i].end > b.checkout })
	return k < len(busy) && busy[k].start < b.end
}
