package attribute

import (
	"encoding/binary"
	"math"
)

// The limits of what is solved exactly; beyond, nothing is told of a component
// but what one candidate alone allows.
const (
	maxBrackets = 50000   // in a component, below 1<<16: slot.last
	maxStates   = 20000   // joint states at one time
	maxEdges    = 2000000 // steps between them, in all components
)

// component are brackets and actors of which each may be each other's.
type component struct {
	brackets   []*bracket
	candidates [][]int // of each bracket, actors
	named      []int   // how many calls each may belong to by host, time and names
	// loose tells that the grammar of one of the actors was given up: then
	// nothing is proven by grammar.
	loose bool
	// holed tells that packets were lost in the time of its calls.
	holed bool
}

// share is how likely an actor is a bracket's owner, over all assignments that
// are consistent.
type share struct {
	actor int
	p     float64
}

// solver finds every consistent assignment of a component's brackets to
// actors: forward and backward over the joint states of their automata
// (the sum-product algorithm on a chain).
type solver struct {
	actors *actors
	c      *component
	times  *delays
	// first and last are an actor's first and last bracket that may be its.
	first, last map[int]int
	live        [][]int // by bracket, the actors between first and last
	masks       map[uint64]uint16
	byMask      []uint64
}

// slot is an actor's part of a joint state.
type slot struct {
	mask    uint16 // of its automaton
	process uint16 // that owns its connections, 0 for not known
	last    uint16 // its last bracket + 1, while that matters
}

const slotBytes = 6

type edge struct {
	from, to int32
	actor    int32
	weight   float64
}

// layer are the joint states before a bracket.
type layer struct {
	states [][]byte
	index  map[string]int32
	weight []float64
	edges  []edge // to the next layer
}

// mostGivenUp is how often a component without a consistent assignment is
// tried again with fewer grammars.
const mostGivenUp = 6

// solve gives the shares of each bracket; nil where there is no consistent
// assignment or the limits were reached. Where there is none, the grammars of
// those are given up that come together where it breaks off: releases differ.
func (a *actors) solve(c *component, times *delays) [][]share {
	if len(c.brackets) > maxBrackets {
		return nil
	}
	for range mostGivenUp {
		shares, stuck := a.solver(c, times).run()
		if shares != nil || stuck < 0 {
			return shares
		}
		c.loose = true
		for _, n := range c.candidates[stuck] {
			a.list[n].loose = true
		}
	}
	return nil
}

func (a *actors) solver(c *component, times *delays) *solver {
	s := &solver{actors: a, c: c, times: times, first: map[int]int{}, last: map[int]int{}, masks: map[uint64]uint16{}}
	for i, list := range c.candidates {
		for _, n := range list {
			if _, ok := s.first[n]; !ok {
				s.first[n] = i
			}
			s.last[n] = i
		}
	}
	s.live = make([][]int, len(c.brackets)+1)
	seen := make(map[int]bool)
	for _, list := range c.candidates {
		for _, n := range list {
			if !seen[n] {
				seen[n] = true
				for j := s.first[n]; j <= s.last[n]; j++ {
					s.live[j] = append(s.live[j], n)
				}
			}
		}
	}
	return s
}

func (s *solver) mask(m uint64) uint16 {
	n, ok := s.masks[m]
	if !ok {
		n = uint16(len(s.byMask))
		s.masks[m] = n
		s.byMask = append(s.byMask, m)
	}
	return n
}

// run gives the shares of each bracket, and where there is no consistent
// assignment the bracket at which that shows, -1 where a limit was reached.
func (s *solver) run() (shares [][]share, stuck int) {
	layers := make([]layer, len(s.c.brackets)+1)
	start := make([]byte, 0, slotBytes*len(s.live[0]))
	for range s.live[0] {
		start = s.put(start, slot{mask: s.mask(begin)})
	}
	layers[0].add(start, 1)
	for i := range s.c.brackets {
		s.advance(i, &layers[i], &layers[i+1])
		s.actors.edges -= len(layers[i].edges)
		switch n := len(layers[i+1].states); {
		case n > maxStates || s.actors.edges < 0:
			return nil, -1
		case n == 0:
			return nil, i
		}
		layers[i].index, layers[i].states = nil, nil
	}
	return s.backward(layers), -1
}

func (l *layer) add(state []byte, weight float64) int32 {
	if l.index == nil {
		l.index = make(map[string]int32)
	}
	n, ok := l.index[string(state)]
	if !ok {
		n = int32(len(l.states))
		l.index[string(state)] = n
		l.states = append(l.states, append([]byte(nil), state...))
		l.weight = append(l.weight, 0)
	}
	l.weight[n] += weight
	return n
}

func (s *solver) put(state []byte, x slot) []byte {
	state = binary.LittleEndian.AppendUint16(state, x.mask)
	state = binary.LittleEndian.AppendUint16(state, x.process)
	return binary.LittleEndian.AppendUint16(state, x.last)
}

func slotAt(state []byte, k int) slot {
	b := state[k*slotBytes:]
	return slot{binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint16(b[4:])}
}

// advance gives bracket i to each of its candidates in each state.
func (s *solver) advance(i int, from, to *layer) {
	place := make(map[int]int, len(s.live[i]))
	for k, n := range s.live[i] {
		place[n] = k
	}
	var next []byte
	for f, state := range from.states {
		for _, n := range s.c.candidates[i] {
			x, weight, ok := s.take(i, n, slotAt(state, place[n]))
			if !ok {
				continue
			}
			rest := 1.0
			if next, rest = s.next(next[:0], i, n, x, state, place); rest == 0 {
				continue
			}
			weight *= rest
			t := to.add(next, from.weight[f]*weight)
			from.edges = append(from.edges, edge{int32(f), t, int32(n), weight})
			if len(to.states) > maxStates {
				return
			}
		}
	}
	scale(to.weight)
}

// take gives an actor a bracket: what its part of the state is then.
func (s *solver) take(i, n int, x slot) (slot, float64, bool) {
	b, actor := s.c.brackets[i], &s.actors.list[n]
	if x.last > 0 && s.c.brackets[x.last-1].end > b.start {
		return x, 0, false // one thread does one thing at a time
	}
	if x.process != 0 && b.process != 0 && int(x.process) != b.process {
		return x, 0, false
	}
	mask := actor.step(s.byMask[x.mask], b)
	if mask == 0 {
		return x, 0, false
	}
	weight := s.times.weight(actor, s.before(x), b)
	if b.process != 0 {
		x.process = uint16(b.process)
	}
	x.mask, x.last = s.mask(mask), uint16(i+1)
	return x, weight, true
}

// before is the bracket that an actor had before, nil for none or unknown.
func (s *solver) before(x slot) *bracket {
	if x.last == 0 {
		return nil
	}
	return s.c.brackets[x.last-1]
}

// next makes the state before bracket i+1, and gives how likely it is that the
// actors which can have no more have had their last: 0 where one is not done.
func (s *solver) next(state []byte, i, n int, x slot, from []byte, place map[int]int) ([]byte, float64) {
	weight := 1.0
	for _, m := range s.live[i] {
		if s.last[m] == i {
			y := slotAt(from, place[m])
			if m == n {
				y = x
			}
			if !s.actors.list[m].done(s.byMask[y.mask]) {
				return state, 0
			}
			weight *= s.times.atEnd(&s.actors.list[m], s.before(y))
		}
	}
	if i+1 == len(s.c.brackets) {
		return state, weight
	}
	for _, m := range s.live[i+1] {
		k, was := place[m]
		y := slot{mask: s.mask(begin)}
		switch {
		case m == n:
			y = x
		case was && s.first[m] <= i:
			y = slotAt(from, k)
		}
		if y.last > 0 && !s.times.known && s.c.brackets[y.last-1].end <= s.c.brackets[i+1].start {
			y.last = 0
		}
		state = s.put(state, y)
	}
	return state, weight
}

func scale(weights []float64) {
	most := 0.0
	for _, w := range weights {
		most = max(most, w)
	}
	if most == 0 {
		return
	}
	for i := range weights {
		weights[i] /= most
	}
}

// backward weighs each step by what comes behind it.
func (s *solver) backward(layers []layer) [][]share {
	answer := make([][]share, len(s.c.brackets))
	behind := make([]float64, len(layers[len(layers)-1].weight))
	for k := range behind {
		behind[k] = 1
	}
	for i := len(s.c.brackets) - 1; i >= 0; i-- {
		l := &layers[i]
		before := make([]float64, len(l.weight))
		byActor := make(map[int32]float64)
		total := 0.0
		for _, e := range l.edges {
			w := e.weight * behind[e.to]
			before[e.from] += w
			byActor[e.actor] += w * l.weight[e.from]
			total += w * l.weight[e.from]
		}
		if total == 0 || math.IsNaN(total) || math.IsInf(total, 0) {
			return nil
		}
		for _, n := range s.c.candidates[i] {
			if p := byActor[int32(n)] / total; p > 0 {
				answer[i] = append(answer[i], share{n, p})
			}
		}
		scale(before)
		behind = before
	}
	return answer
}
