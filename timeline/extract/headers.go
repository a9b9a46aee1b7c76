package extract

import (
	"strconv"

	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// Headers is the Step that leaves image bytes out: packets that hold nothing
// else are not written, others are cut behind the last byte that matters. The
// packet in front of what is left out says so in a comment, by which a reader
// knows that nothing was lost.
//
// It is filled as a stream.Sift while the inputs are decoded.
type Headers struct {
	// out are the packets to be left out, a bit for each frame of each file.
	out map[int32][]uint64
	// cuts are packets that stay.
	cuts map[frameOf]cutBehind
	// bytes counts what was left out of what was written.
	bytes int64
}

// frameOf names a packet.
type frameOf struct {
	file  int32
	frame int
}

// cutBehind is what stays of a packet's data, and what is left out behind it.
type cutBehind struct {
	keep   int
	left   record.LeftOut
	frames string
}

// NewHeaders gives a Step that leaves nothing out yet.
func NewHeaders() *Headers {
	return &Headers{out: make(map[int32][]uint64), cuts: make(map[frameOf]cutBehind)}
}

// Sifted takes down what can be left out.
func (h *Headers) Sifted(s stream.Sifted) {
	h.cuts[frameOf{s.File, s.Frame}] = cutBehind{keep: s.Keep, left: s.LeftOut, frames: runsOf(s.Frames)}
	for _, frame := range s.Frames {
		bits := h.out[s.File]
		for len(bits) <= frame/64 {
			bits = append(bits, 0)
		}
		bits[frame/64] |= 1 << (frame % 64)
		h.out[s.File] = bits
	}
}

// Empty tells that there is nothing to leave out.
func (h *Headers) Empty() bool { return len(h.cuts) == 0 }

// LeftOutBytes counts the captured bytes that were left out, those of packets'
// own headers too.
func (h *Headers) LeftOutBytes() int64 { return h.bytes }

// Restart begins to count anew, for a further copy.
func (h *Headers) Restart() { h.bytes = 0 }

// leastCut is how many bytes are worth a comment, which takes about as many: a
// packet with fewer stays whole, so that an extract never grows by what it leaves
// out.
const leastCut = 64

// Change is Step's.
func (h *Headers) Change(p *capture.Packet, seg *packet.Segment, c *capture.Change) bool {
	if bits := h.out[p.File]; p.Number/64 < len(bits) && bits[p.Number/64]>>(p.Number%64)&1 != 0 {
		h.bytes += int64(len(p.Data))
		return false
	}
	cut, known := h.cuts[frameOf{p.File, p.Number}]
	if !known || seg == nil {
		return true
	}
	n, less := len(seg.Payload), 0
	if at, ok := within(p.Data, seg.Payload); ok && cut.keep < n && at+cut.keep < len(c.Data) {
		less = len(c.Data) - at - cut.keep
	}
	if less < leastCut && cut.left.Packets == 0 {
		return true
	}
	h.bytes += int64(less)
	c.Data = c.Data[:len(c.Data)-less]
	c.Comments = append(c.Comments, cut.left.Comment(int64(n-cut.keep), cut.frames))
	return true
}

// within tells where in a packet its payload begins.
func within(data, payload []byte) (int, bool) {
	if len(payload) == 0 {
		return 0, false
	}
	for i := range data {
		if &data[i] == &payload[0] {
			return i, true
		}
	}
	return 0, false
}

// mostRuns bounds the list of frames in a comment, in bytes.
const mostRuns = 50000

// runsOf writes ascending numbers as 5-8 11.
func runsOf(frames []int) string {
	var b []byte
	for i := 0; i < len(frames); {
		j := i
		for j+1 < len(frames) && frames[j+1] == frames[j]+1 {
			j++
		}
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(frames[i]), 10)
		if j > i {
			b = strconv.AppendInt(append(b, '-'), int64(frames[j]), 10)
		}
		if i = j + 1; len(b) > mostRuns {
			return string(b) + " …"
		}
	}
	return string(b)
}
