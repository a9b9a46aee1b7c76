package attribute

import (
	"sort"

	"glancecap/timeline/glance"
)

// The confidences of links that are not proven. Likelihoods by timing run
// high, so they are shrunk, and below least nothing is told.
const (
	partialConfidence = 0.9
	least             = 0.8
	shrink            = 0.95
)

// Statements links each statement to the call that caused it: by brackets,
// nesting, names, grammar, and where that leaves several assignments, by what
// all of them have in common. parents is the answer of Parents. The answer has
// a link for each of in.Statements.
func Statements(in *Input, parents []int) []Link {
	links := make([]Link, len(in.Statements))
	for k := range links {
		links[k] = None
	}
	list := brackets(in)
	l := linker{in: in, links: make(map[*bracket]Link, len(list)), holes: holesOf(in)}
	l.actors = newActors(in, list, parents)
	l.glance(list)
	l.keystone(list)
	l.follow(list, links)
	for b, link := range l.links {
		for _, k := range b.statements {
			links[k] = link
		}
	}
	return links
}

type linker struct {
	in     *Input
	actors *actors
	links  map[*bracket]Link
	times  delays
	holes  holes
}

// glance links the brackets on Glance's database.
func (l *linker) glance(list []*bracket) {
	var open []*component
	for _, c := range l.components(list) {
		if !l.settle(c) {
			open = append(open, c)
		}
	}
	l.learn(list)
	for _, c := range open {
		l.weigh(c)
	}
}

// components groups brackets that share candidates.
func (l *linker) components(list []*bracket) []*component {
	var brackets []*bracket
	var candidates [][]int
	var named []int
	owner := make(map[int]int) // actor → a bracket of its
	group := []int{}
	find := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	for _, b := range list {
		if !b.works || l.in.Sessions[b.session].Service != glance.Glance {
			continue
		}
		c, calls := l.actors.candidates(b)
		l.links[b] = Link{Call: -1, Candidates: calls}
		if len(c) == 0 || b.cut {
			l.alone(b, c)
			continue
		}
		n := len(brackets)
		brackets, candidates, named, group = append(brackets, b), append(candidates, c), append(named, calls), append(group, n)
		for _, a := range c {
			if o, ok := owner[a]; ok {
				x, y := find(o), find(n)
				group[max(x, y)] = min(x, y)
			} else {
				owner[a] = n
			}
		}
	}
	byRoot := make(map[int]*component)
	var components []*component
	for n := range brackets {
		root := find(n)
		c := byRoot[root]
		if c == nil {
			c = &component{}
			byRoot[root] = c
			components = append(components, c)
		}
		c.brackets, c.candidates, c.named = append(c.brackets, brackets[n]), append(c.candidates, candidates[n]), append(c.named, named[n])
		for _, a := range candidates[n] {
			c.loose = c.loose || l.actors.list[a].loose
		}
	}
	return components
}

// alone links a bracket of which statements are missing, where only one
// candidate is left: it matches anything and proves nothing.
func (l *linker) alone(b *bracket, candidates []int) {
	if l.actors.calls(candidates) == 1 && len(b.images) > 0 {
		l.links[b] = Link{Call: l.actors.list[candidates[0]].call, Rule: "image-id", Confidence: partialConfidence, Certainty: Likely, Candidates: 1}
	}
}

// settle links what is the same in every consistent assignment. It tells
// whether nothing is left open.
func (l *linker) settle(c *component) bool {
	var shares [][]share
	c.holed = l.holes.touch(c, l.actors.list)
	if !c.holed {
		shares = l.actors.solve(c, &delays{})
	}
	done := shares != nil
	for i, b := range c.brackets {
		if shares == nil {
			l.single(b, c, i)
			continue
		}
		list := l.byCall(shares[i])
		if len(list) == 1 {
			l.links[b] = l.proven(b, c, i, list[0].actor)
			continue
		}
		l.links[b] = Link{Call: -1, Candidates: len(list)}
		done = false
	}
	return done || shares == nil
}

// byCall adds the shares of a call's actors up; of the answer, actor is the
// call. The largest comes first.
func (l *linker) byCall(shares []share) []share {
	var list []share
	at := make(map[int]int)
	for _, s := range shares {
		call := l.actors.list[s.actor].call
		if k, ok := at[call]; ok {
			list[k].p += s.p
			continue
		}
		at[call] = len(list)
		list = append(list, share{call, s.p})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].p > list[j].p })
	return list
}

// single links a bracket of a component that cannot be solved: only where it
// names an image or a task, and one call alone can be meant.
func (l *linker) single(b *bracket, c *component, i int) {
	if c.named[i] == 1 && len(b.images)+len(b.tasks) > 0 {
		l.links[b] = l.proven(b, c, i, l.actors.list[c.candidates[i][0]].call)
	}
}

// proven is a link that no other call can have, as far as calls are seen to
// their end and their grammar is known.
func (l *linker) proven(b *bracket, c *component, i, call int) Link {
	link := Link{Call: call, Rule: l.rule(b, c.named[i], 1), Confidence: 1, Certainty: Proven, Candidates: 1}
	from := &l.in.Calls[call]
	if l.in.Partial || from.Open || from.Marks || l.actors.elsewhere[l.in.Sessions[b.session].ClientHost] ||
		c.loose && c.named[i] > 1 || c.holed {
		link.Confidence, link.Certainty = partialConfidence, Likely
	}
	return l.said(link, b)
}

// rule names what decided: the last of the rules that was needed.
func (l *linker) rule(b *bracket, candidates, left int) string {
	switch {
	case left > 1:
		return "likelihood"
	case candidates > 1:
		return "grammar"
	case len(b.tasks) > 0:
		return "task"
	case len(b.images) > 0:
		return "image-id"
	case len(b.names) > 0:
		return "names"
	}
	return "nesting"
}

// learn takes the delays of the calls whose links are sure.
func (l *linker) learn(list []*bracket) {
	byCall := make(map[int][]*bracket)
	for _, b := range list {
		if link := l.links[b]; b.works && link.Certainty == Proven {
			byCall[link.Call] = append(byCall[link.Call], b)
		}
	}
	for n := range l.actors.list {
		if a := &l.actors.list[n]; a.task == "" && len(byCall[a.call]) > 0 && !l.in.Calls[a.call].Log && !worksOn(&l.in.Calls[a.call]) {
			l.times.learnFrom(a, byCall[a.call])
		}
	}
}

// weigh links what timing makes likely in a component that proof leaves open.
func (l *linker) weigh(c *component) {
	if !l.times.known {
		return
	}
	shares := l.actors.solve(c, &l.times)
	if shares == nil {
		return
	}
	for i, b := range c.brackets {
		if l.links[b].Call >= 0 {
			continue
		}
		list := l.byCall(shares[i])
		if p := list[0].p * shrink; p >= least {
			l.links[b] = l.said(Link{Call: list[0].actor, Rule: "likelihood", Confidence: round(p), Certainty: Likely, Candidates: len(list)}, b)
		}
	}
}

// round gives two decimals: more would claim too much.
func round(p float64) float64 { return float64(int(p*100)) / 100 }
