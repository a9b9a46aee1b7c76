package capture

import (
	"math"
	"math/bits"

	"glancecap/decoder/record"
)

// The ends of what an int64 of nanoseconds can tell, 1677 and 2262. The
// smallest value is record.NoTime.
const (
	minTime = math.MinInt64 + 1
	maxTime = math.MaxInt64
	second  = 1000000000
)

// clock turns the time stamps of a pcapng interface into nanoseconds since
// 1970 (draft-ietf-opsawg-pcapng §4.2, if_tsresol and if_tsoffset). Times
// that an int64 cannot hold become the nearest it can.
type clock struct {
	// A tick is mul/div nanoseconds, or mul/2^shift.
	mul, div uint64
	shift    uint8
	// offset is added, in nanoseconds. clipped tells that it was too large
	// for an int64, so that no time is right, though their differences are.
	offset  int64
	clipped bool
}

// newClock makes the clock of an if_tsresol and an if_tsoffset (in seconds).
func newClock(resolution uint8, offset int64) clock {
	c := clock{mul: 1, div: 1, offset: seconds(offset)}
	c.clipped = c.offset/second != offset
	exponent := resolution &^ 0x80
	switch {
	case resolution&0x80 != 0:
		c.mul, c.shift = 1e9, exponent
	case exponent <= 9:
		c.mul = pow10(9 - exponent)
	case exponent <= 28:
		c.div = pow10(exponent - 9)
	default: // no 64 bits of such ticks make up a nanosecond
		c.mul = 0
	}
	return c
}

// pow10 gives 10^n for n up to 19.
func pow10(n uint8) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// seconds gives seconds as nanoseconds, as far as they go.
func seconds(s int64) int64 {
	switch {
	case s > maxTime/second:
		return maxTime
	case s < minTime/second:
		return minTime
	}
	return s * second
}

// time turns ticks into nanoseconds since 1970; exact is false where the time
// does not fit and the nearest one was taken.
func (c *clock) time(ticks uint64) (ns int64, exact bool) {
	hi, lo := bits.Mul64(ticks, c.mul)
	switch {
	case c.shift >= 64:
		hi, lo = 0, hi>>(c.shift-64)
	case c.shift > 0:
		hi, lo = hi>>c.shift, hi<<(64-c.shift)|lo>>c.shift
	case c.div > 1: // here mul is 1, and hi 0
		lo /= c.div
	}
	if hi != 0 || lo > maxTime {
		return maxTime, false
	}
	ns, exact = add(int64(lo), c.offset)
	return ns, exact && !c.clipped
}

// add adds two times and stops at the ends.
func add(a, b int64) (int64, bool) {
	sum := a + b
	switch {
	case a > 0 && b > 0 && sum < 0:
		return maxTime, false
	case a < 0 && b < 0 && sum >= 0, sum == int64(record.NoTime):
		return minTime, false
	}
	return sum, true
}
