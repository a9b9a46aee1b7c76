package stream

import (
	"slices"

	"glancecap/decoder/packet"
)

// fin ends a direction in order: the FIN is what comes next.
func (a *Assembler) fin(c *conn, e int, at At) {
	d := &c.dirs[e]
	d.finAt = d.next
	a.finish(c, e, Fin, at)
	if c.dirs[e^1].facts.has(closed) {
		c.done, c.how = true, Fin
	}
}

// reset takes a RST. As Linux does after RFC 5961 §3.2, it is believed at
// exactly the next sequence number, at the right edge of the last SACK block,
// and one before the next after a FIN (tcp_reset_check).
func (a *Assembler) reset(f *flow, e int, off int64, seg *packet.Segment) {
	c := f.conn
	d, o := &c.dirs[e], &c.dirs[e^1]
	if d.wrong(seg) {
		a.ignore(c)
		return
	}
	stranger := !d.facts.has(seen)
	exact := off == d.top() || d.sack != none && off == d.sack ||
		d.finAt != none && (off == d.finAt || off == d.finAt+1) ||
		d.facts.has(joining) && (off == d.sent || !d.wait.empty() && off == d.wait.latest.end())
	if !d.wait.empty() && d.facts.has(sacks) && o.facts.has(sacks) && off == d.wait.latest.end() {
		exact = true
	}
	if stranger && !seg.Flags.Has(packet.ACK) && off == 0 {
		exact = true
	}
	if s, pending := a.seconds[f.self]; pending && seg.Flags.Has(packet.ACK) && seg.Ack == s.seq+1 {
		delete(a.seconds, f.self)
		exact = exact || f.handshakeOpen(int(f.clientEnd)) // see greetRST
	}
	at := atOf(seg)
	if !exact {
		a.ignore(c)
		if off > d.next && (d.edge == none || off <= d.edge) {
			c.resetAt, c.resetDue = at, true
		}
		return
	}
	f.packets++
	d.lastAt = at
	d.facts |= seen
	c.info.Refused = stranger && !c.accepted && !f.has(handshake)
	a.close(c, Reset, at)
}

// close ends both directions.
func (a *Assembler) close(c *conn, how How, at At) {
	if how == Open {
		for e := range c.dirs {
			a.lastDoubts(c, e)
		}
	}
	c.ending = true
	for e := range c.dirs {
		if how != Fin && !c.dropped && !c.dirs[e].facts.has(closed) {
			a.lastBytes(c, e, how, at)
		}
	}
	for e := range c.dirs {
		if !c.dropped && !c.dirs[e].facts.has(closed) {
			a.finish(c, e, how, at)
		}
	}
	if !c.done {
		c.done, c.how = true, how
	}
}

// finish ends a direction: what is known to be missing is told, what the
// receiver never read is booked as such.
func (a *Assembler) finish(c *conn, e int, how How, at At) {
	d := &c.dirs[e]
	if how != Fin {
		a.lastBytes(c, e, how, at)
	}
	if c.dropped || d.facts.has(closed) {
		return
	}
	if d.inSkip {
		a.skipOver(c, e, at)
	}
	if d.facts.has(joining) && !d.wait.empty() {
		d.next = d.wait.front().off()
		d.first = d.next
	}
	if d.last = max(d.last, d.first); d.acked == none {
		d.acked = d.first
	}
	d.facts |= closed
	d.facts &^= joining
	d.skipTo = none
	d.how = how
	for _, p := range d.doubts {
		a.refuse(c, e, p)
	}
	d.doubts = nil
	a.unread(d, how)
	if c.accepted && !c.dropped {
		c.handler.End(c.dir(e), how, at)
	}
}

// lastDoubts takes what was in doubt when the capture ended, before the
// receiver could say: what acknowledges bytes that the capture lacks is more
// likely true than forged.
func (a *Assembler) lastDoubts(c *conn, e int) {
	d := &c.dirs[e]
	for i := 0; i < len(d.doubts) && !d.facts.has(joining|closed) && !c.dropped; {
		p := d.doubts[i]
		if p.why != acksUnsent && (p.why != wrongSum || d.facts.has(sumsRight)) || p.off > d.next {
			i++
			continue
		}
		d.doubts = slices.Delete(d.doubts, i, i+1)
		a.believe(c, e, p)
	}
}

// lastBytes tells what can be told yet of a direction that ends otherwise than
// by its FIN.
func (a *Assembler) lastBytes(c *conn, e int, how How, at At) {
	d, o := &c.dirs[e], &c.dirs[e^1]
	if d.claim != 0 && d.claim > d.acked {
		d.acked, d.claim = d.claim, 0
	}
	if d.facts.has(joining) && !c.dropped && !d.wait.empty() {
		a.joinNow(c, e)
	}
	a.resolve(c, e, true, at)
	for !d.wait.empty() && !o.facts.has(seen) && !d.facts.has(closed) && !c.dropped && how != Evicted {
		if hole := d.wait.front().off() - d.next; hole > 0 {
			a.miss(c, e, hole, NoAcks, at)
		}
		a.pour(c, at)
	}
}

// unread books what waits behind a hole that the receiver never filled.
func (a *Assembler) unread(d *direction, how How) {
	at, fin := d.next, d.finAt == d.next
	for w := d.wait.front(); w != nil; w = w.next() {
		a.release(d, w.first)
		for p := w.first; p != nil; p = p.more {
			if p.dataEnd() <= at {
				continue
			}
			hole := max(0, p.off-at)
			at += hole
			d.missing += hole
			n := max(0, p.off+int64(p.n)-at)
			if p.left != nil { // here or not, it was not read
				n = p.dataEnd() - at
			}
			if how == Evicted {
				d.evicted += n
			} else {
				d.unread += n
			}
			d.cut += p.dataEnd() - at - n
			at, fin = p.dataEnd(), p.fin
		}
	}
	if fin && d.last == at+1 {
		d.unread++ // a byte in the place of the FIN that covered it (see cover)
	}
	d.wait = queue{}
}
