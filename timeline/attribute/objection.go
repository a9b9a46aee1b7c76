package attribute

import (
	"math/bits"
	"slices"

	"glancecap/timeline/story"
)

// Objection is why a call cannot have caused a statement.
type Objection uint8

// The objections, in the order in which they are looked for.
const (
	Possible     Objection = iota // none
	OtherHost                     // its work is done on another host
	BeganLater                    // it began after the work did
	EndedBefore                   // it was over before the work was
	AskedOthers                   // it waited for an answer of Swift or Keystone meanwhile
	OtherImage                    // it is about another image
	OtherTask                     // it is about another task
	OtherNames                    // it asks for other values, or shows others
	NotItsWork                    // calls of its kind never do such work
	OtherProcess                  // its other work is another process's
	BusyThen                      // its other work ran at the same time
	NotItsTurn                    // its other work leaves no place for it
	Together                      // nothing alone: all work of all calls together
)

// Candidate is a call that may have caused a statement, or why not.
type Candidate struct {
	Call int
	// Task is the task behind the call's answer that is meant, empty for the
	// call itself.
	Task      string
	Objection Objection
	// ByCall is the call that it waited for, ByStatement a statement of its
	// other work that stands against it; -1 for none.
	ByCall, ByStatement int
	// Since is how long before it had done what it did before, NoTime where
	// that is not known.
	Since story.Time
}

// weigh says of those that nothing stands against, where the link is proven,
// that it is all work of all calls together that leaves one; and sorts them.
func (x *explainer) weigh(e *Evidence) {
	for k := range e.Candidates {
		c := &e.Candidates[k]
		if c.Objection == Possible && e.Link.Call >= 0 && c.Call != e.Link.Call && e.Link.Rule != "likelihood" {
			c.Objection = Together
		}
	}
	e.Candidates = slices.DeleteFunc(e.Candidates, func(c Candidate) bool {
		return c.Call == e.Link.Call && c.Objection != Possible && slices.ContainsFunc(e.Candidates, func(o Candidate) bool { return o.Call == c.Call && o.Objection == Possible })
	})
	rank := func(c *Candidate) int {
		switch {
		case c.Call == e.Link.Call:
			return 0
		case c.Objection == Possible:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(e.Candidates, func(a, b Candidate) int { return rank(&a) - rank(&b) })
}

// candidate looks for what stands against an actor.
func (x *explainer) candidate(n int) Candidate {
	a := &x.actors.list[n]
	c := Candidate{Call: a.call, Task: a.task, ByCall: -1, ByStatement: -1, Since: story.NoTime}
	own := slices.DeleteFunc(x.own(a.call), func(b *bracket) bool { return b == x.b })
	c.Objection = x.byItself(a, &c)
	if c.Objection == Possible && a.task == "" && x.links[x.b.statements[0]].Call != a.call {
		c.Objection = x.byItsWork(a, own, &c)
	}
	if since := x.since(a, own); since != story.NoTime {
		c.Since = x.b.start - since
	}
	return c
}

// byItself finds what a call alone says against it.
func (x *explainer) byItself(a *actor, c *Candidate) Objection {
	call := &x.in.Calls[a.call]
	switch {
	case !x.sameHost(call):
		return OtherHost
	case a.start > x.b.checkout || x.actors.tooLate(a, x.b):
		return BeganLater
	case a.end < x.b.end:
		return EndedBefore
	case overlaps(a.busy, x.b):
		for k, parent := range x.parents {
			if o := &x.in.Calls[k]; parent == a.call && o.Start < x.b.end && x.b.checkout < o.End {
				c.ByCall = k
			}
		}
		return AskedOthers
	case x.actors.fits(x.b, a):
	case !x.actors.sameImage(x.b, a, call):
		return OtherImage
	case !x.actors.sameTask(x.b, a, call):
		return OtherTask
	default:
		return OtherNames
	}
	if !a.knows(x.b) {
		return NotItsWork
	}
	return Possible
}

// sameHost tells whether a call's work can come from the bracket's host.
func (x *explainer) sameHost(c *Call) bool {
	from, at := x.in.Sessions[x.b.session].ClientHost, c.ServerHost
	if x.actors.elsewhere[from] {
		from = ""
	}
	if c.Log && at == "" {
		return true
	}
	if !x.actors.hosted[at] {
		at = ""
	}
	return from == at
}

// byItsWork finds what the other work of a call says against it, as far as
// that is proven to be its own.
func (x *explainer) byItsWork(a *actor, own []*bracket, c *Candidate) Objection {
	own = slices.DeleteFunc(slices.Clone(own), func(b *bracket) bool { return x.links[b.statements[0]].Certainty != Proven })
	for _, b := range own {
		if b.process != 0 && x.b.process != 0 && b.process != x.b.process {
			c.ByStatement = b.statements[0]
			return OtherProcess
		}
	}
	for _, b := range own {
		if b.checkout < x.b.end && x.b.checkout < b.end {
			c.ByStatement = b.statements[0]
			return BusyThen
		}
	}
	if !x.hasPlace(a, own) {
		return NotItsTurn
	}
	return Possible
}

// hasPlace tells whether an actor's grammar has a sentence in which its own
// work and the bracket stand in this order, with any other work between: of
// what it did not all need be known.
func (x *explainer) hasPlace(a *actor, own []*bracket) bool {
	if a.loose || a.automaton.any {
		return true
	}
	at, _ := slices.BinarySearchFunc(own, x.b, func(b, o *bracket) int { return compareTimes(b.start, o.start) })
	state := begin
	for _, b := range slices.Insert(slices.Clone(own), at, x.b) {
		if state = a.automaton.step(a.automaton.reach(state), b); state == 0 {
			return false
		}
	}
	return a.ends(a.automaton.reach(state))
}

// reach gives the states that any work leads to, or none.
func (a *automaton) reach(state uint64) uint64 {
	if state&begin != 0 {
		state |= a.first
	}
	for {
		next := state
		for s := state &^ (begin | over); s != 0; s &= s - 1 {
			next |= a.follow[bits.TrailingZeros64(s)]
		}
		if next == state {
			return state
		}
		state = next
	}
}

// since is when an actor had done what it did before the bracket.
func (x *explainer) since(a *actor, own []*bracket) story.Time {
	since := a.start
	for _, b := range own {
		if b.end <= x.b.start {
			since = max(since, b.end)
		}
	}
	for _, i := range a.busy {
		if i.end <= x.b.start {
			since = max(since, i.end)
		}
	}
	if since > x.b.start {
		return story.NoTime
	}
	return since
}
