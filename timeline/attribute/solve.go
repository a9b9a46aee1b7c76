package attribute

import (
	"encoding/binary"
	"math"

	"glancecap/timeline/story"
)

// solver finds every consistent assignment of a component's brackets to
// actors: forward and backward over the joint states of their automata
// (the sum-product algorithm on a chain). Actors are numbered within the
// component.
type solver struct {
	actors *actors
	c      *component
	times  *delays
	// hidden are the calls that the capture does not show.
	hidden hidden
	// relevant are the kinds of work by such calls on which it depends what
	// they may do from a bracket on.
	relevant []kinds
	who      []int     // actors by number
	choices  [][]int32 // the candidates of each bracket
	// first and last are an actor's first and last bracket that may be its,
	// live by bracket those between, place where in the bracket's live they are.
	first, last []int32
	live        [][]int32
	// earliest is the first check-out of the brackets from one on.
	earliest []story.Time
	place    []int32
	givenUp  []bool
	stages   map[stage]uint32
	byStage  []stage
	images   map[string]uint32
	index    map[string]int32
	edges    int // that may still be made
}

type edge struct {
	from, to int32
	actor    int32 // its number, or unseen
	weight   float64
}

// layer are the joint states before a bracket.
type layer struct {
	states []byte
	weight []float64
	edges  []edge // to the next layer
}

func (a *actors) solver(c *component, times *delays, hidden hidden) *solver {
	s := &solver{actors: a, c: c, times: times, hidden: hidden, stages: map[stage]uint32{}, images: map[string]uint32{}, index: map[string]int32{}, edges: maxEdges}
	numbers := make(map[int]int32)
	s.choices = make([][]int32, len(c.brackets))
	for i, list := range c.candidates {
		s.choices[i] = make([]int32, len(list))
		for k, n := range list {
			number, ok := numbers[n]
			if !ok {
				number = int32(len(s.who))
				numbers[n] = number
				s.who, s.first, s.last = append(s.who, n), append(s.first, int32(i)), append(s.last, 0)
			}
			s.last[number], s.choices[i][k] = int32(i), number
		}
	}
	s.place, s.givenUp = make([]int32, len(s.who)), make([]bool, len(s.who))
	s.live = make([][]int32, len(c.brackets)+1)
	var open []int32
	begun := int32(0)
	for i := range c.brackets {
		kept := open[:0:0]
		for _, n := range open {
			if s.last[n] >= int32(i) {
				kept = append(kept, n)
			}
		}
		for ; int(begun) < len(s.who) && s.first[begun] == int32(i); begun++ {
			kept = append(kept, begun)
		}
		open, s.live[i] = kept, kept
	}
	s.relevant, s.earliest = make([]kinds, len(c.brackets)+1), make([]story.Time, len(c.brackets))
	for i := len(c.brackets) - 1; i >= 0; i-- {
		if s.earliest[i] = c.brackets[i].checkout; i+1 < len(c.brackets) {
			s.earliest[i] = min(s.earliest[i], s.earliest[i+1])
		}
		s.relevant[i] = s.relevant[i+1] | hidden.needs(c.brackets[i])
	}
	return s
}

func (s *solver) actor(n int32) *actor { return &s.actors.list[s.who[n]] }

// run gives the shares of each bracket, and where there is no consistent
// assignment the bracket at which that shows.
func (s *solver) run() (shares [][]share, stuck int) {
	layers := make([]layer, len(s.c.brackets)+1)
	start := make([]byte, 0, s.width(0))
	for k := range s.live[0] {
		start = s.put(start, s.fresh(s.live[0][k]))
	}
	start = binary.LittleEndian.AppendUint32(start, uint32(s.hidden.did&s.relevant[0]))
	layers[0].weight = []float64{0}
	layers[0].states, layers[0].weight[0] = start, 1
	for i := range s.c.brackets {
		s.advance(i, &layers[i], &layers[i+1])
		layers[i].states = nil
		if len(layers[i+1].weight) == 0 {
			return nil, i
		}
		s.edges += moreEdges - len(layers[i].edges)
		s.bound(i, &layers[i], &layers[i+1])
	}
	return s.backward(layers), 0
}

// sum adds up what is likely. Where it is asked what is possible alone, one way
// is as good as many: else the few could vanish beside them.
func (s *solver) sum(a, b float64) float64 {
	if s.times.known {
		return a + b
	}
	return max(a, b)
}

// advance gives bracket i to each of its candidates in each state.
func (s *solver) advance(i int, from, to *layer) {
	clear(s.index)
	for k, n := range s.live[i] {
		s.place[n] = int32(k)
	}
	var next []byte
	width, b := s.width(i), s.c.brackets[i]
	step := func(f int, n int32, x slot, weight float64) {
		rest := 1.0
		if next, rest = s.next(next[:0], i, n, x, from.states[f*width:(f+1)*width]); rest == 0 {
			return
		}
		weight *= rest
		t := s.add(to, next, from.weight[f]*weight)
		from.edges = append(from.edges, edge{int32(f), t, n, weight})
	}
	for f := range from.weight {
		state := from.states[f*width : (f+1)*width]
		for _, n := range s.choices[i] {
			if x, weight, ok := s.take(i, n, slotAt(state, s.place[n])); ok {
				step(f, n, x, weight)
			}
		}
		if weight := s.hidden.of(b, s.didAt(state)); weight > 0 {
			step(f, unseen, slot{}, weight)
		}
	}
	scale(to.weight)
}

// take gives an actor a bracket: what its part of the state is then.
func (s *solver) take(i int, n int32, x slot) (slot, float64, bool) {
	if s.givenUp[n] {
		return x, 1, true
	}
	b, actor := s.c.brackets[i], s.actor(n)
	if x.last > 0 && s.actors.over(s.c.brackets[x.last-1]) > b.checkout {
		return x, 0, false // one thread does one thing at a time
	}
	if x.process != 0 && b.process != 0 && int(x.process) != b.process {
		return x, 0, false
	}
	if actor.one {
		image := s.image(b)
		if x.image != 0 && image != 0 && x.image != image {
			return x, 0, false
		}
		x.image = max(x.image, image)
	}
	next, ok := actor.step(s.byStage[x.stage], b)
	if !ok {
		return x, 0, false
	}
	weight := s.times.weight(actor, s.byStage[x.stage].mask, s.before(x), b)
	if b.process != 0 {
		x.process = uint32(b.process)
	}
	x.stage, x.last = s.stage(next), uint32(i+1)
	return x, weight, true
}

// image numbers the image that a bracket is about, 0 where it names none, or
// several.
func (s *solver) image(b *bracket) uint32 {
	if len(b.images) != 1 {
		return 0
	}
	n, ok := s.images[b.images[0]]
	if !ok {
		n = uint32(len(s.images) + 1)
		s.images[b.images[0]] = n
	}
	return n
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
func (s *solver) next(state []byte, i int, n int32, x slot, from []byte) ([]byte, float64) {
	weight := 1.0
	for k, m := range s.live[i] {
		if s.last[m] == int32(i) && !s.givenUp[m] {
			y := slotAt(from, int32(k))
			if m == n {
				y = x
			}
			if !s.actor(m).done(s.byStage[y.stage]) {
				return state, 0
			}
			weight *= s.times.atEnd(s.actor(m), s.byStage[y.stage].mask, s.before(y))
		}
	}
	for _, m := range s.live[i+1] {
		y := s.fresh(m)
		switch {
		case s.first[m] > int32(i) || s.givenUp[m]:
		case m == n:
			y = x
		default:
			y = slotAt(from, s.place[m])
		}
		if y.last > 0 && !s.times.known && s.actors.over(s.c.brackets[y.last-1]) <= s.earliest[i+1] {
			y.last = 0
		}
		state = s.put(state, y)
	}
	did := s.didAt(from)
	if n == unseen {
		did |= kindsOf(s.c.brackets[i].kind)
	}
	return binary.LittleEndian.AppendUint32(state, uint32(did&s.relevant[i+1])), weight
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
	byActor := make([]float64, len(s.who)+1) // unseen comes first
	for i := len(s.c.brackets) - 1; i >= 0; i-- {
		l := &layers[i]
		before := make([]float64, len(l.weight))
		clear(byActor)
		total := 0.0
		for _, e := range l.edges {
			w := e.weight * behind[e.to]
			before[e.from] = s.sum(before[e.from], w)
			byActor[e.actor+1] = s.sum(byActor[e.actor+1], w*l.weight[e.from])
			total += w * l.weight[e.from]
		}
		if total == 0 || math.IsNaN(total) || math.IsInf(total, 0) {
			return nil
		}
		answer[i] = s.shares(i, byActor, total)
		scale(before)
		behind = before
	}
	return answer
}

// shares gives those of a bracket. Of one that may be a given-up actor's
// nothing is likely.
func (s *solver) shares(i int, byActor []float64, total float64) (list []share) {
	for _, n := range s.choices[i] {
		if s.givenUp[n] && s.times.known {
			return nil
		}
		if p := byActor[n+1] / total; p > 0 {
			list = append(list, share{s.who[n], p})
		}
	}
	if p := byActor[0] / total; p > 0 {
		list = append(list, share{unseen, p})
	}
	return list
}
