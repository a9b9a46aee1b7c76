package attribute

import (
	"math"
	"sort"

	"glancecap/timeline/story"
)

// delays are how long an actor waits before a bracket, and what it does next,
// learned from the links of which there is little doubt.
type delays struct {
	known bool
	// between are the delays from one kind of bracket to the next; kindNone
	// stands for the call's beginning and end.
	between map[fromTo]*delay
	all     delay
	// next counts what came next in a state of a grammar.
	next map[choice]float64
}

type fromTo struct{ from, to string }

// choice is what may come in a state of a grammar: a kind of bracket, kindNone
// for the end, and kindAny for whatever it is.
type choice struct {
	automaton *automaton
	state     uint64
	kind      string
}

const kindAny = "any"

// enough is how many delays of one kind are needed for them to tell anything.
const enough = 5

// delay is a logarithmic normal distribution.
type delay struct{ n, sum, squares float64 }

// floor is the shortest delay that is told from others: 10 µs.
const floor = story.Time(10e3)

func (d *delay) learn(t story.Time) {
	x := math.Log(float64(max(t, floor)))
	d.n, d.sum, d.squares = d.n+1, d.sum+x, d.squares+x*x
}

// density is proportional to the likelihood of a delay. It never vanishes: a
// machine that was busy with something else proves nothing.
func (d *delay) density(t story.Time) float64 {
	mean := d.sum / d.n
	variance := max(d.squares/d.n-mean*mean, 0.25)
	x := math.Log(float64(max(t, floor))) - mean
	return math.Exp(-x*x/(2*variance))/math.Sqrt(variance) + 1e-3
}

func (d *delays) learn(from, to string, t story.Time) {
	if d.between == nil {
		d.between, d.next = make(map[fromTo]*delay), make(map[choice]float64)
	}
	key := fromTo{from, to}
	if d.between[key] == nil {
		d.between[key] = &delay{}
	}
	d.between[key].learn(t)
	d.all.learn(t)
	d.known = d.all.n >= 4*enough
}

func (d *delays) density(from, to string, t story.Time) float64 {
	if one := d.between[fromTo{from, to}]; one != nil && one.n >= enough {
		return one.density(t)
	}
	return d.all.density(t)
}

// weight is how likely it is that an actor goes on with a bracket.
func (d *delays) weight(a *actor, state uint64, before, b *bracket) float64 {
	if !d.known || a.start == story.NoTime {
		return 1
	}
	from, since := a.since(before, b.start)
	return d.density(from, b.kind, b.start-since) * d.chance(a, state, b.kind)
}

// atEnd is how likely it is that an actor ends behind a bracket.
func (d *delays) atEnd(a *actor, state uint64, before *bracket) float64 {
	if !d.known || a.ending == anywhere || before == nil {
		return 1
	}
	from, since := a.since(before, a.answered)
	return d.density(from, kindNone, a.answered-since) * d.chance(a, state, kindNone)
}

// chance is how often a call in a state of its grammar went on so.
func (d *delays) chance(a *actor, state uint64, kind string) float64 {
	if a.loose || a.automaton.any {
		return 0.5
	}
	return (d.next[choice{a.automaton, state, kind}] + 0.5) / (d.next[choice{a.automaton, state, kindAny}] + 1)
}

func (d *delays) learnNext(a *actor, state uint64, kind string) {
	d.next[choice{a.automaton, state, kind}]++
	d.next[choice{a.automaton, state, kindAny}]++
}

// since is from when on an actor could do something at a time: the end of its
// last bracket, or of the last call that it made itself.
func (a *actor) since(before *bracket, at story.Time) (kind string, since story.Time) {
	kind, since = kindNone, a.start
	if before != nil {
		kind, since = before.kind, before.end
	}
	k := sort.Search(len(a.busy), func(i int) bool { return a.busy[i].end > at })
	if k > 0 && a.busy[k-1].end > since {
		kind, since = kindAsked, a.busy[k-1].end
	}
	return kind, since
}

// kindAsked stands for the end of a call that the actor made.
const kindAsked = "asked"

// learnFrom takes the delays of an actor of which all brackets are known.
func (d *delays) learnFrom(a *actor, list []*bracket) {
	var before *bracket
	state, ok := fresh, true
	for _, b := range list {
		from, since := a.since(before, b.start)
		d.learn(from, b.kind, b.start-since)
		if ok {
			d.learnNext(a, state.mask, b.kind)
			state, ok = a.step(state, b)
		}
		before = b
	}
	if a.ending != anywhere {
		from, since := a.since(before, a.answered)
		d.learn(from, kindNone, a.answered-since)
		if ok {
			d.learnNext(a, state.mask, kindNone)
		}
	}
}
