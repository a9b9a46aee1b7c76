package clock

import "slices"

// difference is how far a second capture's clock is ahead of a first one's.
type difference struct {
	by int64 // nanoseconds, when the second clock shows at
	at int64
	// drift is what the second clock gains for each of its nanoseconds.
	drift  float64
	frames int
	oneWay bool
}

// turned is how far the first clock is ahead of the second.
func (d difference) turned() difference {
	d.at -= d.by
	d.by, d.drift = -d.by, -d.drift*(1+d.drift)
	return d
}

// spread is how far the frames' differences may lie from the result, and
// fewest how many frames at least must be in common.
const (
	spread = 50_000_000
	fewest = 3
)

// way are the differences of frames between two hosts, by their direction.
type way [2][]int64

// compare measures two clocks by the frames that both captures saw. Of the
// frames between two hosts, what went forth tells the difference plus the time
// on the way, what came back the difference less that; half of their sum is
// the difference. Queues make frames late, never early: so the early ones
// count.
func compare(a, b *sample) (d difference, ok bool) {
	pairs := common(a, b)
	if len(pairs) < fewest {
		return d, false
	}
	d.frames, d.at, d.drift = len(pairs), pairs[len(pairs)/2].at, driftOf(pairs)
	all := make([]int64, len(pairs))
	for k := range pairs {
		pairs[k].by -= int64(float64(pairs[k].at-d.at) * d.drift)
		all[k] = pairs[k].by
	}
	slices.Sort(all)
	if d.by, ok = bothWays(waysOf(pairs)); !ok {
		d.by, d.oneWay = all[len(all)/2], true
	}
	near := 0
	for _, x := range all {
		if x-d.by <= spread && d.by-x <= spread {
			near++
		}
	}
	return d, 2*near > len(all)
}

// common lists the frames that both captures saw, in the order of time.
func common(a, b *sample) (pairs []pair) {
	few, many := a, b
	if len(b.frames) < len(a.frames) {
		few, many = b, a
	}
	for key := range few.frames {
		if _, both := many.frames[key]; !both {
			continue
		}
		if x, y := a.frames[key], b.frames[key]; !x.again && !y.again {
			pairs = append(pairs, pair{at: y.time, by: y.time - x.time, hosts: x.pair, forth: x.forth})
		}
	}
	inOrder(pairs)
	return pairs
}

// bothWays gives the median of what each two hosts' frames tell that went both
// ways, weighed by their number.
func bothWays(ways map[uint32]*way) (by int64, ok bool) {
	type estimate struct {
		by     int64
		weight int
	}
	var list []estimate
	total := 0
	for _, w := range ways {
		x, y := w[0], w[1]
		if len(x) == 0 || len(y) == 0 {
			continue
		}
		slices.Sort(x)
		slices.Sort(y)
		if x[len(x)/2] > y[len(y)/2] {
			x, y = y, x
		}
		// x tells the difference less the way, so its greatest are the
		// earliest; a tenth is left to chance.
		latest, earliest := x[len(x)-1-len(x)/10], y[len(y)/10]
		list = append(list, estimate{latest + (earliest-latest)/2, min(len(x), len(y))})
		total += min(len(x), len(y))
	}
	slices.SortFunc(list, func(a, b estimate) int {
		switch {
		case a.by < b.by:
			return -1
		case a.by > b.by:
			return 1
		}
		return a.weight - b.weight
	})
	for _, e := range list {
		if total -= 2 * e.weight; total <= 0 || e == list[len(list)-1] {
			return e.by, true
		}
	}
	return 0, false
}
