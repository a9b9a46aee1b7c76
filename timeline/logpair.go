package timeline

import (
	"cmp"
	"slices"
	"sort"

	"glancecap/timeline/story"
	logs "glancecap/timeline/witness"
)

// couple is a pair of calls that may be the same, and how far their times are
// apart.
type couple struct {
	apart story.Time
	a, b  int
}

// marry takes the nearest couples first, and each call once.
func marry(list []couple) []couple {
	slices.SortFunc(list, func(x, y couple) int {
		return cmp.Or(cmp.Compare(x.apart, y.apart), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	takenA, takenB := make(map[int]bool), make(map[int]bool)
	kept := list[:0]
	for _, c := range list {
		if !takenA[c.a] && !takenB[c.b] {
			takenA[c.a], takenB[c.b] = true, true
			kept = append(kept, c)
		}
	}
	return kept
}

// apart is how far two spans of time lie apart, both ends together.
func apart(from, to, otherFrom, otherTo story.Time) story.Time {
	return max(from-otherFrom, otherFrom-from) + max(to-otherTo, otherTo-to)
}

// unite finds the calls without a request id that a client's and a service's
// log both tell, by what they ask for, their status and their time.
func unite(list []*one) []*one {
	byWords := make(map[string][]int)
	words := func(o *one) string { return callKey("", o.best().Method, o.best().Target) }
	nameless := func(o *one, by logs.Kind) bool {
		return o.wire == nil && o.placed && o.best().RequestID == "" && o.best().By == by
	}
	for k, o := range list {
		if nameless(o, logs.Client) {
			byWords[words(o)] = append(byWords[words(o)], k)
		}
	}
	for _, indices := range byWords {
		slices.SortFunc(indices, func(x, y int) int { return cmp.Compare(list[x].early, list[y].early) })
	}
	var couples []couple
	for k, o := range list {
		if !nameless(o, logs.Service) {
			continue
		}
		near := byWords[words(o)]
		for i := sort.Search(len(near), func(i int) bool { return list[near[i]].early-logged > o.from }) - 1; i >= 0; i-- {
			c := list[near[i]]
			if o.to <= c.late+logged && c.best().Status == o.best().Status {
				couples = append(couples, couple{apart(o.from, o.to, c.from, c.to), k, near[i]})
			} else if o.from-c.early > longestCall {
				break
			}
		}
	}
	gone := make(map[int]bool)
	for _, c := range marry(couples) {
		o, found := list[c.a], list[c.b]
		found.said = append(found.said, o.said...)
		found.within(o.early, o.late)
		for _, s := range o.said {
			s.one = found
		}
		gone[c.a] = true
	}
	kept := list[:0]
	for k, o := range list {
		if !gone[k] {
			kept = append(kept, o)
		}
	}
	return kept
}

// longestCall is how long a call that shows no request id may take; uploads
// and downloads have one.
const longestCall = 60 * second

// meetWire joins calls to those on the wire that show no request id, because
// their answers were not captured or have none, by what they ask for, their
// status and their time.
func (b *Builder) meetWire(list []*one) {
	open := make(map[string][]int)
	for k, c := range b.calls {
		if c.first == nil && (c.told.RequestID == nil || !c.answered) {
			key := callKey("", c.told.Method, c.told.Target)
			open[key] = append(open[key], k)
		}
	}
	var couples []couple
	for k, o := range list {
		if o.wire != nil || !o.placed || o.from == story.NoTime {
			continue
		}
		s := o.best()
		near := open[callKey("", s.Method, s.Target)]
		for i := sort.Search(len(near), func(i int) bool { return b.calls[near[i]].told.Time >= o.early-logged }); i < len(near); i++ {
			c := b.calls[near[i]]
			if c.told.Time > o.late {
				break
			}
			if c.Service == s.Request.Service && (!c.answered || c.told.End <= o.late+logged) && (c.told.Status == nil || *c.told.Status == s.Status) {
				couples = append(couples, couple{apart(o.from, o.to, c.told.Time, max(c.told.End, c.told.Time)), k, near[i]})
			}
		}
	}
	for _, c := range marry(couples) {
		list[c.a].wire = b.calls[c.b]
	}
}
