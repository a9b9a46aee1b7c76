package clock

import "slices"

// difference is how far a second capture's clock is ahead of a first one's.
type difference struct {
	by     int64 // nanoseconds
	frames int
	oneWay bool
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
	ways := make(map[uint32]*way)
	var all []int64
	few, many := a, b
	if len(b.frames) < len(a.frames) {
		few, many = b, a
	}
	for key := range few.frames {
		if _, both := many.frames[key]; !both {
			continue
		}
		x, y := a.frames[key], b.frames[key]
		if x.again || y.again {
			continue
		}
		w := ways[x.pair]
		if w == nil {
			w = new(way)
			ways[x.pair] = w
		}
		n := 0
		if x.forth {
			n = 1
		}
		w[n] = append(w[n], y.time-x.time)
		all = append(all, y.time-x.time)
	}
	if len(all) < fewest {
		return d, false
	}
	slices.Sort(all)
	d.frames = len(all)
	if d.by, ok = bothWays(ways); !ok {
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
