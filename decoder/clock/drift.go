package clock

import (
	"cmp"
	"slices"
)

// A clock that is not disciplined runs fast or slow by some millionths, and one
// that is being set by half a thousandth at most (adjtimex(2)): in a minute that
// is more than a frame takes on its way.

// The limits of what is taken for a drift.
const (
	mostDrift = 600e-6
	// mostWindows is in how many stretches of time the difference is measured,
	// windowFrames of how many frames at least; fewestWindows are needed.
	mostWindows   = 32
	windowFrames  = 24
	fewestWindows = 4
	// clearly is how often larger than what is left beside it a drift has to be.
	clearly = 6
)

// pair is a frame that both captures saw.
type pair struct {
	at    int64 // by the second clock
	by    int64 // the second clock less the first
	hosts uint32
	forth bool
}

// waysOf sorts the differences by hosts and direction.
func waysOf(pairs []pair) map[uint32]*way {
	ways := make(map[uint32]*way)
	for _, p := range pairs {
		w := ways[p.hosts]
		if w == nil {
			w = new(way)
			ways[p.hosts] = w
		}
		n := 0
		if p.forth {
			n = 1
		}
		w[n] = append(w[n], p.by)
	}
	return ways
}

// driftOf tells how much the second clock gains on the first for each of its
// nanoseconds, 0 where it is not clear that it does: the slope through the
// differences of stretches of time (Theil and Sen).
func driftOf(pairs []pair) float64 {
	n := min(mostWindows, len(pairs)/windowFrames)
	if n < fewestWindows {
		return 0
	}
	var at, by []float64
	for k := range n {
		window := pairs[k*len(pairs)/n : (k+1)*len(pairs)/n]
		if d, ok := bothWays(waysOf(window)); ok {
			at, by = append(at, float64(window[len(window)/2].at-pairs[0].at)), append(by, float64(d-pairs[0].by))
		}
	}
	if len(at) < fewestWindows {
		return 0
	}
	var slopes []float64
	for i := range at {
		for j := i + 1; j < len(at); j++ {
			if at[j] > at[i] {
				slopes = append(slopes, (by[j]-by[i])/(at[j]-at[i]))
			}
		}
	}
	if len(slopes) == 0 {
		return 0
	}
	drift := middle(slopes)
	left := make([]float64, len(at))
	for i := range at {
		left[i] = by[i] - drift*at[i]
	}
	line := middle(slices.Clone(left))
	for i := range left {
		left[i] = max(left[i]-line, line-left[i])
	}
	gained := drift * (at[len(at)-1] - at[0])
	gained = max(gained, -gained)
	if gained < fine || gained < clearly*middle(left) || drift > mostDrift || drift < -mostDrift {
		return 0
	}
	return drift
}

// middle gives the median of a list, which it sorts.
func middle(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// inOrder sorts pairs by time.
func inOrder(pairs []pair) {
	slices.SortFunc(pairs, func(x, y pair) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.by, y.by)) })
}
