package attribute

import (
	"math/bits"
	"slices"
)

// The limits of what is solved exactly. Where they are reached, the calls that
// are open then are given up: they may do anything, so that nothing is told of
// what may be theirs.
const (
	maxStates = 20000   // joint states at one time
	minStates = 64      // of which no component is denied
	maxSteps  = 150000  // from them to the next
	maxEdges  = 2000000 // steps in a component, beside
	moreEdges = 64      // so many for each bracket
)

// bound gives up actors where there are more joint states before bracket i+1
// than the limits allow: those first whose parts differ most.
func (s *solver) bound(i int, from, l *layer) {
	if i+1 == len(s.c.brackets) {
		return
	}
	most := min(maxStates, max(minStates, min(maxSteps, s.edges/2)/(len(s.choices[i+1])+1)))
	for len(l.weight) > most {
		list := s.various(l, i+1)
		if len(list) == 0 {
			return
		}
		// Each has two parts at least, and so doubles the states.
		n := min(len(list), bits.Len(uint(len(l.weight)/most)))
		for _, k := range list[:n] {
			s.givenUp[s.live[i+1][k]] = true
		}
		s.merge(i, from, l, list[:n])
	}
}

// various lists the places of the actors whose parts differ in the states
// before bracket i, those first of which there are most.
func (s *solver) various(l *layer, i int) (list []int) {
	parts := make([]map[slot]struct{}, len(s.live[i]))
	for k, m := range s.live[i] {
		if s.givenUp[m] {
			continue
		}
		parts[k] = make(map[slot]struct{})
		before := slot{}
		for f := range l.weight {
			if x := slotAt(l.states[f*s.width(i):], int32(k)); f == 0 || x != before {
				parts[k][x] = struct{}{}
				before = x
			}
		}
		if len(parts[k]) > 1 {
			list = append(list, k)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return len(parts[b]) - len(parts[a]) })
	return list
}

// merge makes those states one that differ in the parts of some actors alone.
func (s *solver) merge(i int, from, l *layer, places []int) {
	clear(s.index)
	width := s.width(i + 1)
	old := *l
	l.states, l.weight = nil, nil
	to := make([]int32, len(old.weight))
	for f, weight := range old.weight {
		state := old.states[f*width : (f+1)*width]
		for _, k := range places {
			copy(state[k*slotBytes:], s.put(nil, s.fresh(s.live[i+1][k])))
		}
		to[f] = s.add(l, state, weight)
	}
	for e := range from.edges {
		from.edges[e].to = to[from.edges[e].to]
	}
}
