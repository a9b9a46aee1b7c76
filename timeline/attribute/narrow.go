package attribute

import (
	"slices"
)

// narrower takes candidates away from the brackets of a component that are
// impossible by what one call alone can do: a call takes a bracket only where
// its grammar has a sentence with it, made of brackets that may be its own. A
// bracket that it cannot do without is no other's. What is left is less to
// solve, and may fall into parts.
type narrower struct {
	actors     *actors
	brackets   []*bracket
	candidates [][]int
	// own lists, in their order, the brackets that may be an actor's.
	own map[int][]int
	// unseen tells that a bracket may be a call's that the capture does not
	// show: then it need not be the only candidate's.
	unseen bool
}

// mostOwn bounds the brackets of an actor that are looked at: the time grows
// with their square.
const mostOwn = 400

// mostRounds bounds how often what was found for one actor is used for others.
const mostRounds = 12

// narrowed gives the candidates of a component's brackets that are left, or
// nil where an actor has no sentence at all.
func (a *actors) narrowed(c *component, unseen bool) [][]int {
	w := &narrower{actors: a, brackets: c.brackets, candidates: make([][]int, len(c.candidates)), own: make(map[int][]int), unseen: unseen}
	var dirty []int
	for i, list := range c.candidates {
		w.candidates[i] = slices.Clone(list)
		for _, n := range list {
			if w.own[n] == nil {
				dirty = append(dirty, n)
			}
			w.own[n] = append(w.own[n], i)
		}
	}
	for range mostRounds {
		var ok bool
		if dirty, ok = w.round(dirty); !ok {
			return nil
		}
		if len(dirty) == 0 {
			break
		}
	}
	return w.candidates
}

// round looks at actors, and gives those of which brackets were taken away or
// have become theirs alone.
func (w *narrower) round(list []int) (dirty []int, ok bool) {
	changed := make(map[int]bool)
	for _, n := range list {
		if a := &w.actors.list[n]; a.loose || a.automaton.any || len(w.own[n]) > mostOwn {
			continue
		}
		v := w.view(n)
		if !v.possible {
			return nil, false
		}
		for k, i := range w.own[n] {
			switch {
			case !v.keep[k]:
				w.candidates[i] = slices.DeleteFunc(w.candidates[i], func(m int) bool { return m == n })
				w.touch(i, changed)
				if len(w.candidates[i]) == 0 && !w.unseen {
					return nil, false
				}
			case v.needed[k] && len(w.candidates[i]) > 1:
				w.touch(i, changed)
				for _, m := range w.candidates[i] {
					if m != n {
						w.own[m] = slices.DeleteFunc(w.own[m], func(k int) bool { return k == i })
					}
				}
				w.candidates[i] = append(w.candidates[i][:0], n)
			}
		}
		k := 0
		w.own[n] = slices.DeleteFunc(w.own[n], func(int) bool { k++; return !v.keep[k-1] })
	}
	for n := range changed {
		dirty = append(dirty, n)
	}
	slices.Sort(dirty)
	return dirty, true
}

// touch notes those that a bracket may belong to.
func (w *narrower) touch(i int, changed map[int]bool) {
	for _, n := range w.candidates[i] {
		changed[n] = true
	}
}

// view is what one actor's grammar says of the brackets that may be its own:
// which of them stand in a sentence, and which in all.
type view struct {
	possible     bool
	keep, needed []bool
}

// view looks at each process that may have done the work.
func (w *narrower) view(n int) view {
	own := w.own[n]
	v := view{keep: make([]bool, len(own)), needed: make([]bool, len(own))}
	for _, process := range w.processes(n) {
		p := path{w: w, actor: &w.actors.list[n], own: own, process: process}
		keep, needed, ok := p.walk(n)
		if !ok {
			continue
		}
		for k := range own {
			v.keep[k] = v.keep[k] || keep[k]
			v.needed[k] = needed[k] && (v.needed[k] || !v.possible)
		}
		v.possible = true
	}
	return v
}

// processes lists those that an actor's work may be of, or 0 where none is
// known.
func (w *narrower) processes(n int) (list []int) {
	if p := w.actors.list[n].process; p != 0 {
		return []int{p}
	}
	for _, i := range w.own[n] {
		if p := w.brackets[i].process; p != 0 && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return []int{0}
	}
	return list
}

// path walks through the sentences of one actor: a graph of which the nodes are
// its brackets, each with the states of the grammar that it may lead to.
type path struct {
	w       *narrower
	actor   *actor
	own     []int
	process int
	// must tells of each bracket that it is this actor's alone.
	must  []bool
	nodes [][]node // by bracket
}

// node is a state behind a bracket; good tells that the actor can end from it.
type node struct {
	state stage
	good  bool
}

// walk tells which brackets stand in a sentence, which in all, and whether
// there is one.
func (p *path) walk(n int) (keep, needed []bool, ok bool) {
	p.must = make([]bool, len(p.own))
	last := -1 // of those that it must have
	for k, i := range p.own {
		if p.must[k] = !p.w.unseen && len(p.w.candidates[i]) == 1; p.must[k] {
			last = k
		}
	}
	p.nodes = make([][]node, len(p.own))
	p.from(-1, fresh)
	for k := range p.own {
		for _, x := range p.nodes[k] {
			p.from(k, x.state)
		}
	}
	keep, skipped := make([]bool, len(p.own)), make([]int, len(p.own)+2)
	for k := len(p.own) - 1; k >= 0; k-- {
		for x := range p.nodes[k] {
			node := &p.nodes[k][x]
			node.good = p.back(k, node.state, last, skipped)
			keep[k] = keep[k] || node.good
		}
	}
	ok = p.back(-1, fresh, last, skipped)
	needed = make([]bool, len(p.own))
	over := 0
	for k := range p.own {
		over += skipped[k+1]
		needed[k] = keep[k] && over == 0
	}
	return keep, needed, ok
}

// from adds the nodes that a bracket's state leads to; bracket -1 is the
// actor's beginning.
func (p *path) from(k int, state stage) {
	p.each(k, state, func(j int, next stage) {
		if !slices.ContainsFunc(p.nodes[j], func(x node) bool { return x.state == next }) {
			p.nodes[j] = append(p.nodes[j], node{state: next})
		}
	})
}

// each gives the brackets that may be the actor's next behind a bracket.
func (p *path) each(k int, state stage, f func(j int, next stage)) {
	for j := k + 1; j < len(p.own); j++ {
		b := p.w.brackets[p.own[j]]
		if b.process != 0 && p.process != 0 && b.process != p.process || k >= 0 && p.w.actors.over(p.w.brackets[p.own[k]]) > b.checkout {
			if p.must[j] {
				return
			}
			continue
		}
		if next, ok := p.actor.step(state, b); ok {
			f(j, next)
		}
		if p.must[j] {
			return
		}
	}
}

// back tells whether the actor can end from a state behind a bracket, and notes
// what it leaves out on its way. last is the last bracket that it must have.
func (p *path) back(k int, state stage, last int, skipped []int) (good bool) {
	skip := func(to int) {
		skipped[k+2]++ // from the one behind k
		skipped[to+1]--
	}
	p.each(k, state, func(j int, next stage) {
		if slices.ContainsFunc(p.nodes[j], func(x node) bool { return x.state == next && x.good }) {
			good = true
			skip(j)
		}
	})
	if k >= last && p.actor.done(state) {
		good = true
		skip(len(p.own))
	}
	return good
}
