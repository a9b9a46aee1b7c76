package split

import (
	"iter"
	"math/bits"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
)

// streams numbers the streams of a capture as Wireshark's tcp.stream does
// (dissect_tcp in epan/dissectors/packet-tcp.c): a new number for the first
// segment of an address-port pair, and for a SYN without ACK whose sequence
// number differs from the first one of its sender in the stream.
type streams struct {
	decoder *packet.Decoder
	segment packet.Segment
	pairs   map[uint64]stream
	most    int
	next    int
}

// stream is the latest stream of a pair.
type stream struct {
	number int32
	known  [2]bool
	base   [2]uint32 // the number before the first byte of each end
}

func newStreams(b bounds.Bounds) *streams {
	return &streams{decoder: packet.NewDecoder(b), pairs: make(map[uint64]stream), most: b.Pairs}
}

// of gives the number of a packet's stream, -1 where it has none. Beyond the
// bound of pairs there are no new numbers.
func (s *streams) of(p *capture.Packet) int {
	seg := &s.segment
	if s.decoder.Decode(p, seg) != packet.IsSegment {
		return -1
	}
	hash, end := pairOf(seg)
	before, known := s.pairs[hash]
	x := before
	if !known {
		if len(s.pairs) >= s.most {
			return -1
		}
		x.number = int32(s.next)
		s.next++
	}
	if seg.Flags&(packet.SYN|packet.ACK) == packet.SYN && x.known[end] && x.base[end] != seg.Seq {
		x.number = int32(s.next)
		s.next++
		x.known = [2]bool{}
	}
	if !x.known[end] {
		x.known[end], x.base[end] = true, seg.Seq
		if !seg.Flags.Has(packet.SYN) {
			x.base[end]--
		}
	}
	if other := end ^ 1; seg.Flags.Has(packet.ACK) && !x.known[other] {
		x.known[other], x.base[other] = true, seg.Ack-1
	}
	if x != before || !known {
		s.pairs[hash] = x
	}
	return int(x.number)
}

// set is a set of stream numbers.
type set []uint64

// add adds a number; -1 is none.
func (s *set) add(n int) {
	if n < 0 {
		return
	}
	for len(*s) <= n/64 {
		*s = append(*s, 0)
	}
	(*s)[n/64] |= 1 << (n % 64)
}

// all gives the numbers in their order.
func (s *set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range *s {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
