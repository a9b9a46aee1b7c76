package stream

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// strict is a handler that answers at random and checks that it is called as
// Handler promises.
type strict struct {
	t     testing.TB
	rng   *rand.Rand
	calm  bool // answers nothing
	skip  [2]int64
	ended [2]bool
	told  [2]int64
	drop  bool
}

func (h *strict) check(dir Dir, what string) {
	if h.ended[dir] {
		h.t.Errorf("%s after the end of direction %d", what, dir)
	}
	if h.drop {
		h.t.Errorf("%s after Drop", what)
	}
}

func (h *strict) answer(dir Dir) (x Answer) {
	if h.calm {
		return Answer{}
	}
	switch h.rng.IntN(12) {
	case 0:
		x.Skip, x.SkipAs = int64(h.rng.IntN(5000)), Class(h.rng.IntN(4))
	case 1:
		x.Of, x.As = int64(h.rng.IntN(3000)), Class(h.rng.IntN(4))
	case 2:
		if h.rng.IntN(10) == 0 {
			x.Skip, x.SkipAs = SkipRest, Skipped
		}
	case 3:
		if h.rng.IntN(40) == 0 {
			x.Drop = true
			h.drop = true
		}
	}
	if x.Skip > 0 {
		h.skip[dir] = x.Skip
	}
	return x
}

func (h *strict) Data(dir Dir, b []byte, at At) Answer {
	h.check(dir, "Data")
	if len(b) == 0 {
		h.t.Error("Data without bytes")
	}
	if h.skip[dir] != 0 {
		h.t.Error("Data during a Skip")
	}
	h.told[dir] += int64(len(b))
	return h.answer(dir)
}

func (h *strict) Gap(dir Dir, n int64, why Why, at At) Answer {
	h.check(dir, "Gap")
	if n <= 0 {
		h.t.Errorf("a Gap of %d bytes", n)
	}
	if h.skip[dir] != 0 {
		h.t.Error("Gap during a Skip")
	}
	return h.answer(dir)
}

func (h *strict) Skipped(dir Dir, run Run, at At) Answer {
	h.check(dir, "Skipped")
	if h.skip[dir] == 0 {
		h.t.Error("Skipped without a Skip")
	}
	if n := run.Bytes + run.Missing + run.Cut; n > h.skip[dir] || n <= 0 {
		h.t.Errorf("a Skip of %d bytes went over %d", h.skip[dir], n)
	}
	h.skip[dir] = 0
	return h.answer(dir)
}

func (h *strict) End(dir Dir, how How, at At) {
	h.check(dir, "End")
	h.ended[dir] = true
}

// run gives segments to an assembler with strict handlers and checks the law.
func runStrict(t testing.TB, o Options, rng *rand.Rand, calm bool, segments []packet.Segment) {
	var handlers []*strict
	if o.Bounds == (bounds.Bounds{}) {
		o.Bounds = bounds.Default()
	}
	o.Accept = func(*Info) Handler {
		if !calm && rng.IntN(8) == 0 {
			return nil
		}
		h := &strict{t: t, rng: rng, calm: calm}
		handlers = append(handlers, h)
		return h
	}
	o.IsServerPort = func(p uint16) bool { return p%2 == 0 }
	var bytes record.ByteCounts
	o.Ended = func(i *Info, s Summary) {
		b := s.Bytes
		if sum := b.Decoded + b.Skipped + b.Missing + b.Cut + b.Undecodable + b.Encrypted + b.Urgent + b.Unread + b.Evicted; sum != b.Span {
			t.Errorf("stream %d: %d bytes of %d: %+v", i.Number, sum, b.Span, b)
		}
		bytes.Add(b)
	}
	a := New(o)
	for i := range segments {
		a.Add(&segments[i])
	}
	a.Close()
	lawful(t, a, len(segments))
	for _, h := range handlers {
		if !h.drop && !(h.ended[0] && h.ended[1]) {
			t.Errorf("a handler was not told of its ends: %v", h.ended)
		}
	}
}

// keepSegments gives all segments of a capture, with memory of their own.
func keepSegments(t testing.TB, path string) (all []packet.Segment) {
	feedStable(t, path, func(s *packet.Segment) { all = append(all, *s) })
	return all
}

func TestTheBooksBalanceUnderAnyDamage(t *testing.T) {
	for _, name := range []string{"overlap/overlap.pcap", "lossy/capture.pcap", "snap/capture.pcap", "sll2/capture.pcap", "failures/capture.pcap"} {
		t.Run(name, func(t *testing.T) {
			whole := keepSegments(t, shared(t, name))
			rounds := 12
			if testing.Short() {
				rounds = 2
			}
			for seed := range rounds {
				rng := rand.New(rand.NewPCG(uint64(seed), 1))
				var o Options
				if seed%3 == 2 {
					o.Bounds = tight()
				}
				runStrict(t, o, rng, seed%4 == 1, damage(rng, whole, seed))
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

// tight gives bounds that are reached.
func tight() bounds.Bounds {
	b := bounds.Default()
	b.Flows, b.Pairs, b.DirectionBytes, b.StreamBytes, b.CompareBytes, b.CompareBudget = 20, 40, 20000, 100_000, 4096, 32768
	return b
}

// damage drops, repeats, moves and alters segments.
func damage(rng *rand.Rand, whole []packet.Segment, seed int) []packet.Segment {
	rate := []int{0, 200, 50, 10, 4}[seed%5]
	var out []packet.Segment
	for i := range whole {
		s := whole[i]
		if rate == 0 || rng.IntN(rate) != 0 {
			out = append(out, s)
			continue
		}
		switch rng.IntN(10) {
		case 0, 1, 2: // lost
		case 3:
			out = append(out, s, s)
		case 4:
			out = append(out, s)
			j := max(0, len(out)-1-rng.IntN(30))
			out[j], out[len(out)-1] = out[len(out)-1], out[j]
		case 5:
			n := rng.IntN(len(s.Payload) + 1)
			s.Cut += len(s.Payload) - n
			s.Payload = s.Payload[:n]
			out = append(out, s)
		case 6:
			s.Flags ^= packet.Flags(1 << rng.IntN(8))
			s.Urgent = uint16(rng.IntN(2000))
			out = append(out, s)
		case 7:
			s.Seq += uint32(rng.IntN(4000)) - 2000
			out = append(out, s)
		case 8:
			s.Ack += uint32(rng.IntN(4000)) - 2000
			out = append(out, s)
		case 9:
			s.Seq, s.Ack, s.TSVal = rng.Uint32(), rng.Uint32(), rng.Uint32()
			out = append(out, s)
		}
	}
	return out
}

// segmentsOf reads a conversation of any kind out of fuzzed bytes: eight bytes
// a segment.
func segmentsOf(b []byte) (all []packet.Segment) {
	frame := 0
	for len(b) >= 8 {
		x := b[:8]
		b = b[8:]
		frame++
		s := packet.Segment{
			Frame: frame, Time: int64(frame) * 1_000_000, Flags: packet.Flags(x[1]),
			Window: uint16(x[7]) << 4, IPID: uint16(frame), HasIPID: x[0]&0x40 != 0, Path: uint32(x[0] >> 7),
		}
		client, server := endpoint(1, 1000+uint16(x[0]&3)), endpoint(2, 80)
		seq, ack := uint32(int8(x[2]))*4, uint32(int8(x[3]))*4
		if x[0]&4 != 0 {
			s.Src, s.Dst = client, server
			s.Seq, s.Ack = 0xffffff80+seq, 5000+ack
		} else {
			s.Src, s.Dst = server, client
			s.Seq, s.Ack = 5000+seq, 0xffffff80+ack
		}
		if x[0]&8 != 0 {
			s.HasTS, s.TSVal, s.TSEcr = true, uint32(x[6]), uint32(x[7])
		}
		if x[0]&16 != 0 {
			s.Options = []byte{3, 3, x[6] & 15, 4, 2, 5, 10, 0, 0, 0, 0}
			s.Options = binary.BigEndian.AppendUint32(s.Options, s.Ack+uint32(x[7]))
		}
		n := int(x[4]) * 2
		for i := range n {
			s.Payload = append(s.Payload, byte(seq)+byte(i)+x[5]&1)
		}
		if x[0]&32 != 0 {
			s.Cut = int(x[6])
		}
		s.Urgent = uint16(x[6])
		all = append(all, s)
	}
	return all
}

func FuzzTheBooksBalance(f *testing.F) {
	f.Add([]byte{4, 2, 0, 0, 0, 0, 0, 255, 0, 18, 0, 0, 0, 0, 0, 255, 4, 16, 1, 1, 9, 0, 0, 255, 4, 16, 40, 1, 9, 0, 0, 255, 0, 16, 1, 60, 0, 0, 0, 255, 4, 17, 60, 1, 0, 0, 0, 255}, uint64(1))
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		if len(b) > 8*400 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 2))
		var o Options
		if seed&2 != 0 {
			o.Bounds = tight()
			o.Bounds.Flows = 2
		}
		runStrict(t, o, rng, seed&4 != 0, segmentsOf(b))
	})
}
