package stream

import (
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// take delivers the next bytes of a direction in which nothing waits.
func (a *Assembler) take(c *conn, e int, off int64, seg *packet.Segment) {
	d := &c.dirs[e&1]
	n := len(seg.Payload)
	a.note(&d.past, off, seg.Payload, n, off+int64(n) > d.skipTo).read(seg)
	d.last = off + int64(n)
	if d.last < d.skipTo && d.urgent == none {
		d.pass(int64(n), atOf(seg))
		return
	}
	a.give(c, e, seg.Payload, n, atOf(seg))
}

// data takes the bytes and the FIN of a believed segment.
func (a *Assembler) data(c *conn, e int, off int64, seg *packet.Segment) {
	d := &c.dirs[e]
	p := pieceOf(off, seg)
	if d.facts.has(joining) && off == 0 && p.n == 1 && p.cut == 0 && d.sent == 0 && seg.Flags == packet.ACK {
		// A first segment of one byte without PSH is a keep-alive (RFC 9293
		// §3.8.4): the byte was sent before and is no data.
		d.base++
		if d.acked != none {
			d.acked--
		}
		if d.edge != none {
			d.edge--
		}
		return
	}
	if seg.Flags.Has(packet.URG) {
		d.point(off, seg.Urgent)
	}
	a.arrive(c, e, &p)
}

// follow keeps the pace of a sender that sends p.
func (a *Assembler) follow(c *conn, e int, p *piece) {
	d := &c.dirs[e]
	if p.n == 0 && p.left == nil {
		return
	}
	if p.dataEnd() > d.sent {
		room := d.room()
		if room != none {
			room = d.edge - p.sentEnd()
		}
		d.pace.sendsNew(p.at, int64(p.n+p.cut), room)
		if p.left != nil {
			d.pace.newAt.Time += record.Time(p.left.Until)
		}
	} else if p.dataEnd() > d.acked {
		d.pace.repaired = true
	}
	c.dirs[e^1].pace.answered = true
}

func pieceOf(off int64, seg *packet.Segment) piece {
	return piece{
		off: off, data: seg.Payload, n: len(seg.Payload), cut: seg.Cut, left: seg.LeftOut, fin: seg.Flags.Has(packet.FIN),
		at: atOf(seg), mark: traceOf(seg),
	}
}

// arrive puts a piece where Linux's tcp_data_queue does (net/ipv4/tcp_input.c):
// what is next, or reaches into it, is delivered at once and whole, over
// copies that wait; what lies behind a hole waits.
func (a *Assembler) arrive(c *conn, e int, p *piece) {
	d := &c.dirs[e]
	if d.facts.has(closed) {
		a.compare(c, e, p)
		if p.dataEnd() > d.next {
			c.flow.packets--
			a.ignore(c)
		} else {
			c.retransmits++
		}
		return
	}
	a.compare(c, e, p)
	if p.off == d.sent && p.n > 0 && d.claim > p.end() {
		d.claim = 0 // the end goes on from where it was: nothing was lost
	}
	a.follow(c, e, p)
	d.reach(p.end())
	switch {
	case d.facts.has(joining):
		a.enqueue(c, e, p)
		a.join(c, e, p.at)
		return
	case p.end() <= d.next:
		c.retransmits++
		return
	}
	if p.off <= d.next {
		d.last = max(d.last, p.dataEnd())
		a.deliver(c, e, p)
		if d.parts+c.dirs[e^1].parts > 0 {
			a.pour(c, p.at)
		}
	} else {
		a.enqueue(c, e, p)
	}
	if d.next < d.acked && !d.wait.empty() {
		a.resolve(c, e, false, p.at)
	}
}

// deliver gives what is new of a piece whose beginning is reached.
func (a *Assembler) deliver(c *conn, e int, p *piece) {
	d := &c.dirs[e]
	if p.n > 0 {
		*a.note(&d.past, p.off, p.data, p.n, p.off+int64(p.n) > d.skipTo) = p.mark
	}
	end := p.off + int64(p.n)
	for d.next < end && !c.dropped {
		to, at := end, p.at
		switch {
		case d.next < p.clashFrom:
			to = min(end, p.clashFrom)
		case d.next < p.clashTo:
			to = min(end, p.clashTo)
			at.Overlap = true
		}
		if p.data == nil {
			a.give(c, e, nil, int(to-d.next), at)
			continue
		}
		a.give(c, e, p.data[d.next-p.off:to-p.off], int(to-d.next), at)
	}
	if cut := p.dataEnd() - d.next; cut > 0 && !c.dropped {
		if p.left != nil {
			a.leaveOut(c, e, p)
		} else {
			a.miss(c, e, cut, SnapCut, p.at)
		}
	}
	if p.fin && !c.dropped {
		a.fin(c, e, p.at)
	}
}

// point notes the urgent pointer of a segment. As in tcp_check_urg of Linux it
// names the last urgent byte (a pointer of 0 the first byte), an older one
// changes nothing, and of two that are due only the later one counts.
func (d *direction) point(off int64, pointer uint16) {
	at := off + int64(max(pointer, 1)) - 1
	if at >= d.next && at > d.urgent {
		d.urgent = at
	}
}

// A direction that is joined midstream begins with the first byte that is seen
// of it, which may not be in its first segment: segments can be recorded in
// the wrong order. What comes first is held until the other end acknowledges
// it, or for a few segments or milliseconds.
const (
	joinSegments = 8
	joinTime     = 10_000_000 // nanoseconds
)

// join begins a direction that was joined midstream, if it can.
func (a *Assembler) join(c *conn, e int, now At) {
	d := &c.dirs[e]
	if d.wait.empty() {
		return
	}
	first := d.wait.front().first
	if c.dirs[e^1].facts.has(acks) && d.acked >= first.off || d.parts >= joinSegments ||
		int64(now.Time-first.at.Time) > joinTime {
		a.joinNow(c, e)
	}
}

// joinNow begins a direction with the first byte that waits.
func (a *Assembler) joinNow(c *conn, e int) {
	d := &c.dirs[e]
	d.facts &^= joining
	if !d.wait.empty() {
		d.next = d.wait.front().off()
	}
	d.first, d.last = d.next, max(d.last, d.next)
	if !d.wait.empty() {
		a.pour(c, d.wait.front().first.at)
	}
}
