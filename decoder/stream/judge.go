package stream

import "glancecap/decoder/packet"

// verdict is what the receiver did with a segment, as far as is known.
type verdict uint8

const (
	believed  verdict = iota
	refusedIt         // it dropped the segment: counted as ignored
	doubted           // it dropped it, or the capture lacks what would tell why not
)

// doubt tells why a segment is in doubt. A segment in doubt is taken once the
// receiver acknowledges its bytes and no other copy has brought them.
type doubt uint8

const (
	noDoubt      doubt = iota
	beyondWindow       // beyond the window that was announced, as far as captured
	acksUnsent         // acknowledges what the other end was not seen to send
	echoesUnsent       // echoes a time stamp that the SYN-ACK did not carry
	wrongSum           // has a wrong checksum
)

// reachable is the largest window there is (RFC 7323 §2.3): no segment lies
// further from where a direction stands.
const reachable = 1 << 30

// judge tells whether the receiver took a segment that is no SYN and no RST,
// in the order of tcp_validate_incoming and tcp_ack of Linux
// (net/ipv4/tcp_input.c), but for its checksum. What is not known, as in a
// connection that was joined midstream, is no reason to drop anything.
func (c *conn) judge(e int, off, ack int64, seg *packet.Segment) (verdict, doubt) {
	d, o := &c.dirs[e], &c.dirs[e^1]
	n := int64(len(seg.Payload) + seg.Cut)
	carries := n > 0 || seg.Flags.Has(packet.FIN)
	if !seg.Flags.Has(packet.ACK) {
		return refusedIt, noDoubt
	}
	if d.facts&(synSeen|signs) == synSeen && unusual(seg) && carriesSignature(seg.Options) {
		return refusedIt, noDoubt
	}
	if carries && seg.HasTS && d.ts != 0 && d.facts.has(stamps) && o.facts.has(stamps) && int32(d.ts-seg.TSVal) > 1 {
		return refusedIt, noDoubt // PAWS, RFC 7323 §5
	}
	if off > d.top()+reachable || off+n < d.top()-reachable {
		return refusedIt, noDoubt
	}
	if c.flow.handshakeOpen(e) && !c.flow.echoes(e, seg) && d.acked == 0 && o.sent == 0 {
		return doubted, echoesUnsent
	}
	if d.edge != none && off+n > d.edge {
		if !carries {
			return refusedIt, noDoubt
		}
		return doubted, beyondWindow
	}
	if o.facts.has(seen) && ack > max(o.sent, o.top()) && !o.facts.has(joining) && !o.doubtful(ack) {
		return doubted, acksUnsent
	}
	if d.facts.has(scaleKnown) && o.facts.has(synSeen) && ack < o.acked-min(o.most, o.acked) {
		return refusedIt, noDoubt // RFC 5961 §5.2
	}
	return believed, noDoubt
}

// doubtful tells that a segment in doubt reaches to an offset.
func (d *direction) doubtful(off int64) bool {
	for _, p := range d.doubts {
		if p.end() >= off {
			return true
		}
	}
	return false
}

// unusual tells that a segment has options beside its time stamps.
func unusual(seg *packet.Segment) bool {
	return len(seg.Options) > 12 || !seg.HasTS && len(seg.Options) > 0
}

// top is where a direction stands.
func (d *direction) top() int64 { return max(d.next, d.acked) }

// matters tells whether a checksum has to be verified: where bytes are to be
// delivered or compared, where the stream ends, and where an acknowledgement
// says that something is missing. Bytes under a Skip are only counted.
func (a *Assembler) matters(c *conn, e int, off, ack int64, seg *packet.Segment) bool {
	d, o := &c.dirs[e], &c.dirs[e^1]
	end := off + int64(len(seg.Payload)+seg.Cut)
	if d.facts.has(sumsOff) {
		return false
	}
	if seg.BadIP || seg.Flags.Has(packet.FIN) || seg.Flags.Has(packet.URG) || ack > o.next {
		return true
	}
	if end == off {
		return false
	}
	return off < d.sent || end > d.skipTo || len(d.doubts) > 0
}

// claims notes an acknowledgement, without data, of bytes that were not seen.
// The receiver dropped it if they were never sent. What the other end sends
// next tells; where it sends nothing more, the bytes are missing.
func (a *Assembler) claims(c *conn, e int, ack int64, seg *packet.Segment) {
	o := &c.dirs[e^1]
	if ack <= o.sent || o.edge != none && ack > o.edge || c.dirs[e].wrong(seg) {
		a.ignore(c)
		return
	}
	o.claim = max(o.claim, ack)
	c.flow.packets++
	c.dirs[e].lastAt = atOf(seg)
}
