package split

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"glancecap/decoder/capture"
)

// ParseInterval reads seconds with a fraction, for Options.Interval. Nanoseconds
// are cut off as editcap cuts them off (2.3 is 2.299999999 there), so that
// pieces end where its pieces do.
func ParseInterval(seconds string) (int64, error) {
	v, err := strconv.ParseFloat(seconds, 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > 1e9 {
		return 0, fmt.Errorf("%q is not a number of seconds, as in 60 or 0.5", seconds)
	}
	whole := math.Floor(v)
	ns := int64(whole)*1e9 + int64((v-whole)*1e9)
	if ns == 0 {
		return 0, fmt.Errorf("%q seconds is no time", seconds)
	}
	return ns, nil
}

// cut tells where a piece ends and the next one begins.
type cut struct {
	packets, interval, size int64
	// until is the end of the interval that runs, noTime before the first
	// packet with a time.
	until int64
}

func newCut(o Options) cut {
	return cut{packets: o.Packets, interval: o.Interval, size: o.Size, until: noTime}
}

// before tells by how much the number of the piece grows before a packet: 0
// where it belongs to the piece that holds packets so far, whose size would
// become size with it. Intervals without a packet count, since editcap writes
// an empty file for each.
func (c *cut) before(p *capture.Packet, packets, size int64) int64 {
	steps := c.intervals(p.Time)
	if steps == 0 && packets > 0 && (c.packets > 0 && packets >= c.packets || c.size > 0 && size > c.size) {
		return 1
	}
	return steps
}

// intervals moves the interval on until a time lies in it, and counts the
// steps. Times that go back change nothing.
func (c *cut) intervals(t int64) int64 {
	switch {
	case c.interval == 0 || t == noTime:
		return 0
	case c.until == noTime:
		c.until = later(t, c.interval)
		return 0
	case t <= c.until:
		return 0
	}
	// As unsigned numbers the difference of two int64 cannot overflow.
	steps := (uint64(t)-uint64(c.until)-1)/uint64(c.interval) + 1
	c.until = int64(uint64(c.until) + steps*uint64(c.interval))
	if c.until < t { // beyond what an int64 can tell
		c.until = 1<<63 - 1
	}
	return int64(steps)
}

// later adds nanoseconds to a time, as far as they go.
func later(t, by int64) int64 {
	if sum := t + by; sum > t {
		return sum
	}
	return 1<<63 - 1
}

// byRange makes pieces that follow each other in the input.
func (s *splitter) byRange(ctx context.Context, path string) error {
	c, finished := newCut(s.options), s.startFinisher()
	var number int64
	var now *piece
	var streams *streams
	if s.list != nil {
		streams = newStreams(s.options.Bounds)
	}
	begin := func() (err error) {
		if now == nil {
			now, err = s.begin(number)
		}
		return err
	}
	take := func(p *capture.Packet) error {
		if p.Kind != capture.IsPacket {
			return s.between(p, &now, begin)
		}
		if now != nil {
			if steps := c.before(p, now.packets, now.size+int64(len(p.Record))); steps > 0 {
				now.flush()
				if err := now.broken(); err != nil {
					return err
				}
				finished.give(now)
				number, now = number+steps, nil
			}
		} else {
			c.before(p, 0, 0)
		}
		if err := begin(); err != nil {
			return err
		}
		now.add(p)
		if streams != nil {
			now.streams.add(streams.of(p))
		}
		return now.broken()
	}
	err := s.walk(ctx, path, take, func() error {
		if now != nil {
			now.flush()
			if err := now.broken(); err != nil {
				return err
			}
		}
		return finished.failed()
	})
	if err == nil && now == nil {
		err = begin() // an empty capture makes one piece, which is empty too
	}
	if now != nil {
		if err == nil {
			finished.give(now)
		} else {
			now.discard()
		}
	}
	if finishing := finished.wait(); err == nil {
		err = finishing
	}
	return err
}

// between takes what is no packet: what later pieces need is kept, all of it
// goes into the piece that is being written.
func (s *splitter) between(p *capture.Packet, now **piece, begin func() error) error {
	needed, err := s.head.note(p)
	switch {
	case err != nil:
		return err
	case needed && *now != nil:
		(*now).prepare(&s.head)
	case !needed:
		if err := begin(); err != nil {
			return err
		}
		(*now).raw(p.Record)
	}
	return nil
}
