package stream

import "glancecap/decoder/packet"

// inOrder takes the segment that nearly every segment is: the next bytes of
// its direction, or an acknowledgement, in a connection where nothing waits.
// It decides nothing that process would decide otherwise; false leaves the
// segment to process.
func (a *Assembler) inOrder(c *conn, e int, seg *packet.Segment) bool {
	d, o := &c.dirs[e&1], &c.dirs[e&1^1]
	const odd = packet.SYN | packet.FIN | packet.RST | packet.URG
	if seg.Flags&(odd|packet.ACK) != packet.ACK || seg.Like == 0 && !ordinary(seg) || !d.smooth && !c.isSmooth(e) {
		return false
	}
	// What is acknowledged may lie beyond what was delivered; then the offsets
	// count from there, and this is not next.
	off, ack, n := d.next, o.next+int64(int32(seg.Ack-o.base-uint32(o.next))), int64(len(seg.Payload))
	if seg.Seq-d.base != uint32(off) || d.acked > off || d.sent > off || ack < o.acked || ack > o.next || o.acked > o.next ||
		d.edge != none && off+n > d.edge ||
		seg.HasTS && d.facts.has(stamps) && int32(seg.TSVal-d.ts) < 0 {
		return false
	}
	if n == 0 {
		return a.onlyHears(c, e, off, ack, seg)
	}
	if off+n > d.skipTo && d.wrong(seg) {
		return false
	}
	d.stamp(seg, off)
	d.announce(o, seg, ack)
	d.sent = off + n
	d.lastAt = atOf(seg)
	d.pace.sendsNew(d.lastAt, n, d.room())
	if !o.pace.answered {
		o.pace.answered = true
	}
	if ack > o.acked || o.pace.starved {
		o.acked = ack
		o.pace.acknowledged(d.lastAt, o.room(), ack >= o.sent)
	}
	a.take(c, e, off, seg)
	return true
}

// ordinary tells that nothing but flags and numbers can speak against a segment.
func ordinary(seg *packet.Segment) bool {
	return seg.Cut == 0 && seg.LeftOut == nil && !seg.BadIP && !unusual(seg)
}

// isSmooth tells whether a connection is in a state in which inOrder may take
// segments of an end, and keeps a yes in the direction's smooth: what it looks at
// is changed by the long way alone, which takes it back (dispatch).
func (c *conn) isSmooth(e int) bool {
	d, o := &c.dirs[e], &c.dirs[e^1]
	d.smooth = d.facts&(seen|known|joining|closed) == seen|known && o.facts.has(seen|known) &&
		c.flow.flags&(established|oriented) != oriented && !c.resetDue &&
		d.parts+o.parts == 0 && d.urgent == none && d.claim|o.claim == 0
	return d.smooth
}

// onlyHears is inOrder for a segment without data, from which all that inOrder
// asks of the others was asked already.
func (a *Assembler) onlyHears(c *conn, e int, off, ack int64, seg *packet.Segment) bool {
	d, o := &c.dirs[e&1], &c.dirs[e&1^1]
	s := frameSign{sign(seg), pathOf(seg), seg.Time}
	if d.knows(&s) {
		return false
	}
	d.keepSign(&s)
	if heard := acks | stamps; d.facts&heard != heard {
		if d.facts |= acks; seg.HasTS {
			d.facts |= stamps
		}
	}
	d.stamp(seg, off)
	d.announce(o, seg, ack)
	d.sent = off
	d.lastAt = atOf(seg)
	o.acked, o.sack = ack, none
	o.pace.acknowledged(d.lastAt, o.room(), ack >= o.sent)
	return true
}

// process takes a segment of a connection that carries something: judges
// whether the receiver took it, hears its acknowledgement, and takes its bytes.
func (a *Assembler) process(f *flow, e int, seg *packet.Segment) {
	c := f.conn
	d := &c.dirs[e]
	if !d.facts.has(known) {
		d.base = seg.Seq
		d.facts |= known
	}
	off := d.offset(seg.Seq)
	switch {
	case a.recordedAgain(c, e, off, seg):
		a.counts.Duplicate++
		c.duplicates++
	case seg.Flags.Has(packet.RST):
		a.reset(f, e, off, seg)
	case seg.Flags.Has(packet.SYN):
		a.lateSYN(f, e, seg)
	default:
		a.hear(f, e, off, seg)
	}
	if f.conn != c {
		return
	}
	switch {
	case c.dropped:
		a.unfollow(f)
	case c.done && f.state == talking:
		a.ended(f)
	default:
		a.bound(c)
	}
}

// hear judges a segment and takes what it brings.
func (a *Assembler) hear(f *flow, e int, off int64, seg *packet.Segment) {
	c := f.conn
	d, o := &c.dirs[e], &c.dirs[e^1]
	if seg.Flags.Has(packet.ACK) && !o.facts.has(known) {
		o.base = seg.Ack // where it begins, as far as it was captured
		o.facts |= known
		o.facts &^= joining
	}
	ack := o.offset(seg.Ack)
	verdict, why := c.judge(e, off, ack, seg)
	carries := len(seg.Payload)+seg.Cut > 0 || seg.Flags.Has(packet.FIN)
	if verdict != refusedIt && a.matters(c, e, off, ack, seg) {
		if verdict, why = a.sumUp(c, e, verdict, why, carries, seg); c.dropped {
			f.packets++
			return
		}
	}
	if verdict == doubted && d.facts.has(closed) {
		verdict = refusedIt
	}
	switch verdict {
	case refusedIt:
		a.ignore(c)
		return
	case doubted:
		switch {
		case carries:
			a.doubt(c, e, off, ack, why, seg)
		case why == acksUnsent:
			a.claims(c, e, ack, seg)
		default:
			f.packets++
		}
		return
	}
	f.packets++
	d.facts |= seen
	if seg.HasTS {
		d.facts |= stamps
	}
	if uint8(e) == f.clientEnd {
		f.set(established, true)
	}
	c.resetDue = false // whoever still speaks was not reset
	d.lastAt = atOf(seg)
	d.stamp(seg, off)
	a.acknowledge(c, e, ack, seg)
	if c.dropped || c.done {
		return
	}
	if carries {
		a.data(c, e, off, seg)
	} else {
		d.reach(off)
	}
}

// ignore books a segment that the receiver dropped.
func (a *Assembler) ignore(c *conn) {
	a.counts.Ignored++
	c.ignored++
}

// reach notes how far an end has sent. Where an acknowledgement claimed more
// than was seen, that is now borne out or refuted.
func (d *direction) reach(end int64) {
	d.sent = max(d.sent, end)
	if d.claim != 0 && d.sent >= d.claim {
		d.acked = max(d.acked, d.claim)
		d.claim = 0
	}
}

// stamp keeps TS.Recent as RFC 7323 §4.3 does: from segments that begin at or
// before what was last acknowledged.
func (d *direction) stamp(seg *packet.Segment, off int64) {
	if seg.HasTS && off <= d.acked && (d.ts == 0 || int32(seg.TSVal-d.ts) >= 0) {
		d.ts = seg.TSVal
	}
}

// announce reads the window that d's end has for the bytes of o. Windows do
// not shrink in Linux, so the furthest edge counts.
func (d *direction) announce(o *direction, seg *packet.Segment, ack int64) {
	if !d.facts.has(scaleKnown) {
		return
	}
	w := int64(seg.Window) << (d.shift & 63)
	if w > o.most {
		o.most = w
	}
	if ack+w > o.edge {
		o.edge = ack + w
	}
}
