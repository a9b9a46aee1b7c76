package clock

import (
	"context"
	"encoding/binary"
	"slices"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// sample remembers when frames of a capture were seen: those whose keys are
// the smallest, so that two samples of any size have kept the same ones.
type sample struct {
	set     *capture.Set
	decoder *packet.Decoder
	bytes   int64
	// first is the time of the first packet.
	first  int64
	frames map[uint64]sight
	room   int
	// pairs are the hosts between which there were frames.
	pairs map[uint32]struct{}
	// limit is the key from which on frames are not kept.
	limit uint64
}

// sight is when a frame was seen.
type sight struct {
	time int64
	// pair stands for the two hosts, forth for the direction between them.
	pair  uint32
	forth bool
	// again tells that the like was seen at another time: it tells nothing.
	again bool
}

// sameMoment is how far the recordings of one frame by one capture lie apart,
// in nanoseconds: several interfaces, a bridge and its port.
const sameMoment = 1_000_000

// mostPairs bounds the pairs of hosts that are remembered.
const mostPairs = 1 << 12

func newSample(room int) *sample {
	return &sample{frames: make(map[uint64]sight), pairs: make(map[uint32]struct{}), room: room, limit: ^uint64(0)}
}

// open opens a capture; one that cannot be opened has no frames.
func (s *sample) open(ctx context.Context, path string, b bounds.Bounds) {
	set, err := capture.Open(ctx, []string{path}, capture.Options{Bounds: b})
	if err == nil {
		s.set, s.decoder = set, packet.NewDecoder(b)
	}
}

func (s *sample) close() {
	if s.set != nil {
		s.set.Close()
		s.set = nil
	}
}

// read reads on until so many bytes of the capture were read, or it ends.
func (s *sample) read(most int64) {
	if s.set == nil {
		return
	}
	var p capture.Packet
	for s.bytes < most {
		if s.set.Next(&p) != nil {
			s.close()
			return
		}
		s.bytes += int64(len(p.Record))
		if s.first == 0 && p.Time != int64(record.NoTime) {
			s.first = p.Time
		}
		var seg packet.Segment
		if p.Time == int64(record.NoTime) || s.decoder.Decode(&p, &seg) != packet.IsSegment {
			continue
		}
		s.add(&seg)
	}
}

// add remembers a segment. One that has neither an identification nor a time
// stamp is not told from its repetition and is left out.
func (s *sample) add(seg *packet.Segment) {
	if !seg.HasTS && (!seg.HasIPID || seg.IPID == 0) || seg.Fragmented {
		return
	}
	key, pair, forth := keyOf(seg)
	if len(s.pairs) < mostPairs {
		s.pairs[pair] = struct{}{}
	}
	if key >= s.limit {
		return
	}
	if old, ok := s.frames[key]; ok {
		if d := seg.Time - old.time; d > sameMoment || d < -sameMoment {
			old.again = true
			s.frames[key] = old
		}
		return
	}
	s.frames[key] = sight{time: seg.Time, pair: pair, forth: forth}
	if len(s.frames) > 2*s.room {
		s.thin()
	}
}

// thin lets the greater keys go.
func (s *sample) thin() {
	keys := make([]uint64, 0, len(s.frames))
	for k := range s.frames {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	s.limit = keys[s.room]
	for _, k := range keys[s.room:] {
		delete(s.frames, k)
	}
}

// keyOf gives a digest of what makes a frame itself, wherever it is seen, and
// of its two hosts.
func keyOf(seg *packet.Segment) (key uint64, pair uint32, forth bool) {
	src, dst := hostOf(&seg.Src), hostOf(&seg.Dst)
	forth = src < dst
	pair = uint32(mix(min(src, dst), max(src, dst)))
	key = mix(src, dst)
	key = mix(key, uint64(seg.Src.Port)<<16|uint64(seg.Dst.Port)|uint64(seg.Flags)<<32|uint64(seg.Window)<<40)
	key = mix(key, uint64(seg.Seq)<<32|uint64(seg.Ack))
	key = mix(key, uint64(seg.TSVal)<<32|uint64(seg.TSEcr))
	key = mix(key, uint64(len(seg.Payload)+seg.Cut)<<16|uint64(seg.IPID))
	return key, pair, forth
}

func hostOf(e *packet.Endpoint) uint64 {
	return mix(binary.LittleEndian.Uint64(e.Addr[:8]), binary.LittleEndian.Uint64(e.Addr[8:]))
}

// mix is the finisher of MurmurHash3 over two words.
func mix(a, b uint64) uint64 {
	h := a*0x9e3779b97f4a7c15 ^ b
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
