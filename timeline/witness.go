package timeline

import (
	"math"
	"slices"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// witnesses adds to each transition who else shows it, and whether they agree.
func (t *telling) witnesses(i *story.Image, img *image, w *walk) {
	for k := range i.Transitions {
		tr := &i.Transitions[k]
		now, before, until := momentOf(tr), never, moment(math.MaxInt64)
		if k > 0 {
			before = momentOf(&i.Transitions[k-1])
		}
		if k+1 < len(i.Transitions) {
			until = momentOf(&i.Transitions[k+1])
		}
		for n := range img.seen {
			s := &img.seen[n]
			if s.status != tr.To || s.to.moment() < now || s.from > until || s.call == nil || s.call.first != nil {
				continue
			}
			if s.by == byPoll {
				tr.Witnesses = s.call.vouches(tr.Witnesses, "poll")
			} else {
				tr.Witnesses = s.call.vouches(tr.Witnesses, "api")
			}
		}
		for _, c := range t.calls[i.ID] {
			if s := impliedBy(c); s != nil && s.status == tr.To && s.from <= now && now <= s.to.moment() {
				tr.Witnesses = c.vouches(tr.Witnesses, "api")
			}
			if tr.To == glance.Active && stored(c) && c.done().moment() <= now && c.done().moment() >= before {
				tr.Witnesses = addOnce(tr.Witnesses, "store")
			}
		}
	}
	for _, s := range w.contradicted {
		contradict(i.Transitions, s)
	}
}

func momentOf(t *story.Transition) moment { return point{t.Time, t.Frame, t.File}.moment() }

// stored tells whether a call is Swift's word that the object is there.
func stored(c *call) bool {
	return c.Service == glance.Swift && (c.Action == "object.put" || c.Action == "object.manifest") && c.told.Status != nil && *c.told.Status == 201
}

// contradict marks the transition that a response contradicts: the last one
// before it.
func contradict(list []story.Transition, s *seen) {
	for k := len(list) - 1; k >= 0; k-- {
		if momentOf(&list[k]) <= s.to.moment() {
			list[k].Agree = false
			return
		}
	}
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
