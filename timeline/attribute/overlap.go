package attribute

import (
	"sort"

	"glancecap/timeline/story"
)

// overlap finds intervals that hold a given one. They are added in the order of
// their start.
type overlap struct {
	actors []int
	starts []story.Time
	// latest is a heap-shaped tree of the latest ends: of node n the nodes
	// 2n and 2n+1 are below it, and the leaves are the intervals. It is made
	// when it is first asked, so that one long interval costs no search of all
	// that came after it.
	ends   []story.Time
	latest []story.Time
}

func (o *overlap) add(n int, a *actor) {
	o.actors, o.starts, o.ends, o.latest = append(o.actors, n), append(o.starts, a.start), append(o.ends, a.end), nil
}

// around calls f for each actor that began before start and may last to end.
func (o *overlap) around(start, end story.Time, f func(n int)) {
	if o == nil {
		return
	}
	if o.latest == nil {
		o.grow()
	}
	k := sort.Search(len(o.starts), func(i int) bool { return o.starts[i] > start })
	o.visit(1, 0, len(o.latest)/2, k, end, f)
}

func (o *overlap) grow() {
	leaves := 1
	for leaves < len(o.ends) {
		leaves *= 2
	}
	o.latest = make([]story.Time, 2*leaves)
	for n := range o.latest {
		o.latest[n] = story.NoTime
	}
	copy(o.latest[leaves:], o.ends)
	for n := leaves - 1; n > 0; n-- {
		o.latest[n] = max(o.latest[2*n], o.latest[2*n+1])
	}
}

// visit looks for intervals below a node that spans some from a first one on;
// none from before on is wanted.
func (o *overlap) visit(node, first, spans, before int, end story.Time, f func(n int)) {
	if first >= before || o.latest[node] < end {
		return
	}
	if spans == 1 {
		f(o.actors[first])
		return
	}
	o.visit(2*node, first, spans/2, before, end, f)
	o.visit(2*node+1, first+spans/2, spans/2, before, end, f)
}
