package attribute

import (
	"slices"

	"glancecap/timeline/glance"
)

// missing is what tells that the capture does not show all calls: then no call
// is proven by there being no other, only by its own need of the work.
type missing struct {
	// brackets counts those of Glance, strays of them those that none of the
	// calls can have made.
	brackets, strays int
	// lost counts the calls before which others were lost on their connection.
	lost int
	// suspects are the images on which other calls were than those that are seen.
	suspects map[string]bool
	// kept counts the calls that kept to the grammar of their kind, broke those
	// around which work was done that it does not know.
	kept, broke map[*automaton]int
	// before is the answer of precedents; did are the kinds of work that
	// unseen calls may have done on an image; free are the images on which
	// they may do anything. Without an image both stand for all.
	before map[string]kinds
	did    map[string]kinds
	free   map[string]bool
}

func newMissing(in *Input, a *actors, list []*bracket) missing {
	m := missing{
		kept: make(map[*automaton]int), broke: make(map[*automaton]int), before: a.made.precedents(),
		did: make(map[string]kinds), free: a.orphans, suspects: make(map[string]bool),
	}
	for k := range in.Calls {
		if in.Calls[k].Lost {
			m.lost++
		}
	}
	midstream := slices.ContainsFunc(in.Sessions, func(s Session) bool { return s.Midstream && s.Service == glance.Glance })
	made := make(map[string]bool)
	for _, b := range list {
		if b.works && b.kind == kindCreate {
			for _, image := range b.images {
				made[image] = true
			}
		}
	}
	for _, b := range list {
		if !b.works {
			continue
		}
		if b.cut {
			m.done(b, everything)
		}
		for _, image := range b.images {
			if midstream && !made[image] {
				m.did[image] = everything // calls on it may have begun before the capture
			}
		}
	}
	return m
}

// stray counts a bracket that none of the calls can have made.
func (m *missing) stray(b *bracket) {
	m.strays++
	m.suspect(b)
	m.done(b, kindsOf(b.kind))
}

// suspect remembers that calls on a bracket's images are missing.
func (m *missing) suspect(b *bracket) {
	for _, image := range b.images {
		m.suspects[image] = true
	}
}

// any tells whether calls are missing anywhere.
func (m *missing) any() bool { return m.lost+m.strays > 0 || len(m.suspects) > 0 }

// around tells whether a call may be missing around a component. Calls that
// were lost may have been any; else one on an image is suspected where others
// on that image are missing: a capture may have been cut by image, as an
// extract is.
func (m *missing) around(c *component) bool {
	if m.lost > 0 {
		return true
	}
	for _, b := range c.brackets {
		if len(b.images) == 0 && len(m.suspects) > 0 {
			return true
		}
		for _, image := range b.images {
			if m.suspects[image] {
				return true
			}
		}
	}
	return false
}

// leastMissing is the least share of the work that is taken for unseen calls'
// where there is any.
const leastMissing = 0.05

// likely is how likely a bracket is an unseen call's before anything else is
// known of it. Most of them find another call around them, so that there are
// more than the strays.
func (m *missing) likely() float64 {
	return max(leastMissing, float64(m.strays)/float64(m.brackets))
}

// hidden are the calls that the capture does not show, as far as a component
// may hold work of theirs: any number of any kind.
type hidden struct {
	// weight is how likely they are, 0 where there are none.
	weight float64
	// before are the kinds of work that a call has done before one of a kind,
	// did those that they may have done before the component. free tells that
	// they may do anything.
	before map[string]kinds
	did    kinds
	free   bool
}

// needs are the kinds of work that a call has done which makes a bracket.
func (h *hidden) needs(b *bracket) kinds {
	if h.weight == 0 || h.free {
		return 0
	}
	return h.before[b.kind]
}

// of is how likely a bracket is one of theirs.
func (h *hidden) of(b *bracket, did kinds) float64 {
	if h.needs(b)&^did != 0 {
		return 0
	}
	return h.weight
}

// hidden gives the calls that are missing around a component.
func (m *missing) hidden(c *component, weight float64) hidden {
	if !m.around(c) {
		return hidden{}
	}
	h := hidden{weight: weight, before: m.before, did: m.did[""]}
	for _, b := range c.brackets {
		for _, image := range b.images {
			h.did |= m.did[image]
			h.free = h.free || m.free[image] || m.free[""]
		}
	}
	return h
}

// done remembers what a bracket tells that unseen calls may have done, and
// whether that is new.
func (m *missing) done(b *bracket, kinds kinds) (news bool) {
	images := b.images
	if len(images) == 0 {
		images = []string{""}
	}
	for _, image := range images {
		news = news || kinds&^m.did[image] != 0
		m.did[image] |= kinds
	}
	return news
}

// keep counts the calls of a component that has a consistent assignment.
func (m *missing) keep(c *component, list []actor) {
	for n := range c.actors() {
		if a := &list[n]; a.ending == whole && !a.loose {
			m.kept[a.automaton]++
		}
	}
}

// torn tells whether a component without a consistent assignment lacks a call:
// those that it has keep to their grammar elsewhere, and a further one mends it.
func (m *missing) torn(c *component, a *actors) bool {
	for n := range c.actors() {
		if a := &a.list[n]; a.loose || !a.automaton.any && !a.automaton.tail && m.kept[a.automaton] <= m.broke[a.automaton] {
			return false
		}
	}
	shares, _ := a.solve(c, &delays{}, hidden{weight: 1, free: true})
	return shares != nil
}

// oddity is a bracket that no candidate's grammar knows.
type oddity struct {
	b          *bracket
	candidates []int
}

// judge decides whether odd work is that of calls which are missing, or of
// those that are seen: a release may differ, where all calls of a kind do so.
func (m *missing) judge(odd []oddity, list []actor) {
	calls := make(map[*automaton]int)
	for n := range list {
		if list[n].ending == whole && !list[n].automaton.tail {
			calls[list[n].automaton]++
		}
	}
	around := make(map[int]bool)
	for _, o := range odd {
		for _, n := range o.candidates {
			if list[n].ending == whole && !list[n].automaton.tail && !around[n] {
				around[n] = true
				m.broke[list[n].automaton]++
			}
		}
	}
	for a, n := range m.broke {
		if 2*n <= calls[a] {
			delete(m.broke, a)
		}
	}
	for _, o := range odd {
		if !m.explained(o, list) {
			m.stray(o.b)
		} else {
			m.done(o.b, kindsOf(o.b.kind))
		}
	}
}

// explained tells whether odd work is taken for that of one of its candidates.
func (m *missing) explained(o oddity, list []actor) bool {
	return slices.ContainsFunc(o.candidates, func(n int) bool { return m.broke[list[n].automaton] > 0 })
}
