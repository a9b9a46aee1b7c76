package stream

import (
	"encoding/binary"

	"glancecap/decoder/packet"
)

// A frame that was recorded twice (on all interfaces, at mirrored ports, on
// both ends of a veth, on a bridge and its port) is told from a frame that
// was sent twice: it holds the same bytes at the same sequence number with
// the same acknowledgement, time stamps and, in IPv4, identification; and it
// comes within a millisecond, or was seen on another path. The copies may be
// cut into segments differently, where one interface splits or joins them.

// sameMoment is how far the recordings of one frame on one path lie apart.
const sameMoment = 1_000_000 // nanoseconds

// trace is what tells two recordings of a frame from two frames.
type trace struct {
	time         int64
	ack          uint32
	tsval, tsecr uint32
	path         uint32
	ipid         uint16
	flags        packet.Flags
	has          uint8 // time stamps 1, identification 2
}

// pathOf mixes file, path and TTL.
func pathOf(seg *packet.Segment) uint32 {
	return (seg.Path ^ uint32(seg.File)*0x9e3779b1) + uint32(seg.TTL)*0x85ebca6b
}

func traceOf(seg *packet.Segment) (t trace) {
	t.read(seg)
	return t
}

// read makes t the trace of a segment, where it stands: the hot path copies none.
func (t *trace) read(seg *packet.Segment) {
	t.time, t.ack, t.tsval, t.tsecr = seg.Time, seg.Ack, seg.TSVal, seg.TSEcr
	t.path, t.ipid, t.flags = pathOf(seg), seg.IPID, seg.Flags
	has := b2u(seg.HasTS)
	if seg.HasIPID && seg.IPID != 0 {
		has |= 2
	}
	t.has = has
}

// sameFrame tells that y, seen later, may be a recording of what x is one of.
// whole tells that both hold the same range of bytes.
func (x *trace) sameFrame(y *trace, whole bool) bool {
	if x.ack != y.ack || x.tsval != y.tsval || x.tsecr != y.tsecr || x.has != y.has {
		return false
	}
	other := x.path != y.path
	if whole {
		return x.flags == y.flags && x.ipid == y.ipid && (other || y.time-x.time <= sameMoment && x.time-y.time <= sameMoment)
	}
	// Split or joined: the pieces carry the numbers after the first one's, and
	// only one path can show them so.
	apart := y.ipid - x.ipid
	if int16(apart) < 0 {
		apart = -apart
	}
	const onLast = packet.PSH | packet.FIN
	return other && x.flags&^onLast == y.flags&^onLast && (x.has&2 == 0 || apart <= 64)
}

// recordedAgain tells that a segment is a further recording of one that was
// taken already.
func (a *Assembler) recordedAgain(c *conn, e int, off int64, seg *packet.Segment) bool {
	d := &c.dirs[e]
	if len(seg.Payload) == 0 {
		return d.pureAgain(seg)
	}
	if off >= d.sent {
		return false
	}
	mark := traceOf(seg)
	n := len(seg.Payload)
	covered, same := int64(0), true
	p := piece{off: off, data: seg.Payload, n: n}
	for w := d.wait.front(); w != nil && w.off() < p.dataEnd(); w = w.next() {
		if w.end() <= off {
			continue
		}
		for q := w.first; q != nil && q.off < p.dataEnd(); q = q.more {
			if q.off+int64(q.n) > off {
				from, to := q.differs(&p)
				same = same && from > to && q.mark.sameFrame(&mark, q.off == off && q.n == n)
				covered += min(off+int64(n), q.off+int64(q.n)) - max(off, q.off)
			}
		}
	}
	d.past.eachOver(off, off+int64(n), func(q *delivered) bool {
		from, to, _ := d.past.differs(q, off, seg.Payload)
		same = from > to && q.mark.sameFrame(&mark, q.off == off && int(q.n) == n)
		covered += min(off+int64(n), q.end()) - max(off, q.off)
		return same
	})
	return same && covered == int64(n)
}

// pureFrames is how many of a direction's latest frames without payload are
// known again: copies can lag behind by a burst.
const pureFrames = 4

// frameSign is such a frame.
type frameSign struct {
	sig, path uint32
	time      int64
}

// pureAgain tells that a segment without payload was recorded before, and
// keeps it if not.
func (d *direction) pureAgain(seg *packet.Segment) bool {
	s := frameSign{sign(seg), pathOf(seg), seg.Time}
	if d.knows(&s) {
		return true
	}
	d.keepSign(&s)
	return false
}

// knows tells that a frame without payload is one of the latest.
func (d *direction) knows(s *frameSign) bool {
	for i := range d.pure {
		if p := &d.pure[i]; p.sig == s.sig && (p.path != s.path || s.time-p.time <= sameMoment && p.time-s.time <= sameMoment) {
			return true
		}
	}
	return false
}

// keepSign makes it the latest.
func (d *direction) keepSign(s *frameSign) {
	d.pure[d.nextPure%pureFrames] = *s
	d.nextPure++
}

// again is pureAgain for a flow that carries nothing: it knows one frame.
func (h *hello) again(seg *packet.Segment) bool {
	if len(seg.Payload) > 0 {
		return false
	}
	sig, path, micros := sign(seg), pathOf(seg), uint32(seg.Time/1000)
	if h.facts.has(signed) && h.sig == sig && (h.sigPath != path || micros-h.sigTime <= sameMoment/1000) {
		return true
	}
	h.sig, h.sigPath, h.sigTime = sig, path, micros
	h.facts |= signed
	return false
}

// sign is a digest of all that makes a frame without payload itself; never 0.
func sign(seg *packet.Segment) uint32 {
	id := uint64(0)
	if seg.HasIPID {
		id = uint64(seg.IPID)
	}
	h := mix(uint64(seg.Seq)<<32|uint64(seg.Ack), id<<32|uint64(seg.Window)<<8|uint64(seg.Flags)^0x9e3779b97f4a7c15)
	o := seg.Options
	for ; len(o) >= 8; o = o[8:] {
		h = mixWord(h, binary.LittleEndian.Uint64(o))
	}
	switch len(o) {
	case 0:
	case 4: // behind the time stamps
		h = mixWord(h, uint64(binary.LittleEndian.Uint32(o)))
	default:
		var word [8]byte
		copy(word[:], o)
		h = mixWord(h, binary.LittleEndian.Uint64(word[:]))
	}
	return uint32(h) | 1
}

func mixWord(h, word uint64) uint64 { return mix(h^0xa0761d6478bd642f, word^0xe7037ed1a0b428db) }
