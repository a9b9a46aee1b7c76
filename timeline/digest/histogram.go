package digest

import (
	"math"
	"math/bits"
)

// A histogram counts durations in buckets whose width grows with the
// duration: each power of two is cut into steps, so that a bucket's middle is
// off by at most 1/64 of what it stands for. Only the powers that occur take
// room, at most 15 KiB together.
type histogram struct {
	n      int64
	powers [powers]*[steps]int64
}

const (
	stepBits = 5
	steps    = 1 << stepBits
	powers   = 64 - stepBits
)

// add counts a duration in nanoseconds; a negative one counts as 0.
func (h *histogram) add(ns int64) {
	power, step := bucket(max(ns, 0))
	if h.powers[power] == nil {
		h.powers[power] = new([steps]int64)
	}
	h.powers[power][step]++
	h.n++
}

// bucket gives the bucket of a duration: those below 2·steps stand each for
// themselves.
func bucket(ns int64) (power, step int) {
	power = max(bits.Len64(uint64(ns))-stepBits-1, 0)
	step = int(ns >> power)
	if step >= steps {
		return power + 1, step - steps
	}
	return 0, step
}

// middle gives what a bucket stands for.
func middle(power, step int) int64 {
	if power == 0 {
		return int64(step)
	}
	width := int64(1) << (power - 1)
	return int64(steps+step)*width + width/2
}

// quantile gives the duration that a part of all durations does not exceed
// (nearest rank), 0 where there is none.
func (h *histogram) quantile(part float64) int64 {
	rank := int64(math.Ceil(part * float64(h.n)))
	for power := range h.powers {
		if h.powers[power] == nil {
			continue
		}
		for step, n := range h.powers[power] {
			if rank -= n; n > 0 && rank <= 0 {
				return middle(power, step)
			}
		}
	}
	return 0
}
