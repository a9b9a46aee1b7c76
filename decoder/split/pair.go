package split

import (
	"bytes"
	"encoding/binary"

	"glancecap/decoder/packet"
)

// pairOf gives a hash of a segment's address-port pair, the same for both
// directions, and which of the pair's ends sent it: 0 is the lower one. Two
// pairs of one hash are taken for one, which keeps both whole.
func pairOf(seg *packet.Segment) (hash uint64, end int) {
	a, b := &seg.Src, &seg.Dst
	if order := bytes.Compare(a.Addr[:], b.Addr[:]); order > 0 || order == 0 && a.Port > b.Port {
		a, b, end = b, a, 1
	}
	h := endpoint(0x9e3779b97f4a7c15, a)
	return endpoint(h, b) | 1, end
}

// endpoint mixes an end into a hash.
func endpoint(h uint64, e *packet.Endpoint) uint64 {
	h = mix(h ^ binary.LittleEndian.Uint64(e.Addr[:8]))
	h = mix(h ^ binary.LittleEndian.Uint64(e.Addr[8:]))
	return mix(h ^ uint64(e.Port))
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
