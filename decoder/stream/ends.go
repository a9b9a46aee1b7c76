package stream

import (
	"slices"

	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// fin ends a direction in order: the FIN is what comes next.
func (a *Assembler) fin(c *conn, e int, at At) {
	d := &c.dirs[e]
	d.facts |= finned
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
	exact := off == d.next || off == d.acked && d.acked > d.next || d.sack != none && off == d.sack ||
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
	c.refused = stranger && !c.accepted && !f.has(handshake)
	a.close(c, Reset, at)
}

// close ends both directions.
func (a *Assembler) close(c *conn, how How, at At) {
	if how == Open {
		for e := range c.dirs {
			a.lastDoubts(c, e)
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
	if d.claim > d.acked {
		d.acked, d.claim = d.claim, 0
	}
	if d.facts.has(joining) && !c.refused && !c.dropped && !d.wait.empty() {
		a.joinNow(c, e)
	}
	a.resolve(c, e, true, at)
	for !d.wait.empty() && !o.facts.has(seen) && !d.facts.has(closed) && !c.dropped && how != Evicted {
		if hole := d.wait.front().off() - d.next; hole > 0 {
			a.miss(c, e, hole, NoAcks, at)
		}
		a.drain(c, e)
	}
}

// unread books what waits behind a hole that the receiver never filled.
func (a *Assembler) unread(d *direction, how How) {
	at := d.next
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
			if how == Evicted {
				d.evicted += n
			} else {
				d.unread += n
			}
			d.cut += p.dataEnd() - at - n
			at = p.dataEnd()
		}
	}
	d.wait = queue{}
}

// ended lets a connection that is over linger, so that late copies of its
// bytes can still be compared.
func (a *Assembler) ended(f *flow) {
	f.state = over
	if len(a.lingering) >= mostLingering {
		c := a.lingering[0]
		copy(a.lingering, a.lingering[1:])
		a.lingering = a.lingering[:len(a.lingering)-1]
		if c.flow.conn == c {
			a.settle(c.flow)
		}
	}
	a.lingering = append(a.lingering, f.conn)
}

const mostLingering = 64

// end closes the books of a flow's connection.
func (a *Assembler) end(f *flow, how How) {
	delete(a.seconds, f.self)
	switch f.state {
	case quiet:
		a.endQuiet(f, how)
	case talking:
		c := f.conn
		at := At{Time: record.Time(f.lastTime), Frame: int(f.lastFrame), File: int32(f.file)}
		if c.resetDue && how != Evicted {
			how, at = Reset, c.resetAt
		}
		a.close(c, how, at)
		if c.dropped {
			a.unfollow(f)
			a.end(f, how)
			return
		}
		a.settle(f)
	case other:
		a.report(f, f.info(), Summary{How: how, OneSided: f.oneSided()})
		a.counts.OtherPort += int64(f.packets)
	case over:
		if f.conn != nil {
			a.settle(f)
		}
		a.late(f)
	}
	f.state, f.packets = over, 0
}

// endQuiet ends a connection that carried nothing. To a port of a known
// service it was followed.
func (a *Assembler) endQuiet(f *flow, how How) {
	if !f.has(oriented) {
		a.orient(f)
	}
	followed := a.isServer(f.ends[0].Port) || a.isServer(f.ends[1].Port)
	switch {
	case how == Evicted:
		a.counts.Evicted += int64(f.packets)
		followed = false
	case followed:
		a.counts.Decoded += int64(f.packets)
	default:
		a.counts.OtherPort += int64(f.packets)
	}
	f.set(wasOther, !followed)
	a.report(f, f.info(), Summary{Followed: followed, How: how, OneSided: f.oneSided()})
	f.packets = 0
}

// oneSided tells that only one end of a quiet flow was seen.
func (f *flow) oneSided() bool {
	return !f.hello[0].facts.has(seen) || !f.hello[1].facts.has(seen)
}

// report tells of the end of a connection, once.
func (a *Assembler) report(f *flow, info *Info, s Summary) {
	if f.has(reported) {
		return
	}
	f.set(reported, true)
	if a.o.Ended == nil {
		return
	}
	s.Packets += int64(f.packets)
	s.Span = record.Span{
		Time: record.Time(f.firstTime), End: record.Time(f.lastTime),
		FirstFrame: int(f.firstFrame), LastFrame: int(f.lastFrame),
	}
	a.o.Ended(info, s)
}

// settle books a connection that is closed and lets it go.
func (a *Assembler) settle(f *flow) {
	c := f.conn
	s := Summary{
		Followed: true, Accepted: c.accepted, Duplicates: c.duplicates, Ignored: c.ignored,
		Retransmits: c.retransmits, Uncompared: c.uncompared, How: c.how,
		OneSided: !c.dirs[0].facts.has(seen) || !c.dirs[1].facts.has(seen),
	}
	s.Followed = c.accepted || a.isServer(f.ends[0].Port) || a.isServer(f.ends[1].Port)
	if u, ok := c.handler.(Undecided); ok && s.Followed {
		s.Followed = u.Followed()
	}
	for e := range c.dirs {
		d := &c.dirs[e]
		b := d.balance()
		if s.Followed {
			s.Bytes.Add(b)
		}
		s.Payload[c.dir(e)] = d.payload
		a.forget(&d.past)
	}
	if s.Followed {
		a.counts.Decoded += int64(f.packets)
		a.bytes.Add(s.Bytes)
	} else {
		a.counts.OtherPort += int64(f.packets)
	}
	f.set(wasOther, !s.Followed)
	if !c.refused || f.state == over {
		a.report(f, c.info, s)
	}
	a.hold(-connBytes - c.holds)
	f.conn, f.packets, f.state = nil, 0, over
	a.flows.talks(f, false)
}

// unfollow drops a connection that its handler does not want.
func (a *Assembler) unfollow(f *flow) {
	c := f.conn
	for e := range c.dirs {
		d := &c.dirs[e]
		for w := d.wait.front(); w != nil; w = w.next() {
			a.release(d, w.first)
		}
		for _, p := range d.doubts {
			a.release(d, p)
		}
		a.forget(&d.past)
	}
	a.hold(-connBytes - c.holds)
	if c.done {
		f.set(gone0|gone1, true)
	}
	f.conn, f.state = nil, other
	a.flows.talks(f, false)
}

// afterwards takes a segment of a flow whose connection is over.
func (a *Assembler) afterwards(f *flow, e int, seg *packet.Segment) {
	c := f.conn
	fresh := seg.Flags&(packet.SYN|packet.RST) == packet.SYN
	if fresh && seg.Flags.Has(packet.ACK) && f.hello[e].facts.has(synSeen) && f.hello[e].seq == seg.Seq+1 {
		fresh = false // the old SYN-ACK again
	}
	switch {
	case fresh && c != nil && c.refused:
		a.takeOver(f, seg)
		a.greet(f, e, seg)
	case fresh:
		a.end(f, Reused)
		f.begin(seg)
		a.greet(f, e, seg)
	case a.idle > timeWait && len(seg.Payload) > 0:
		a.end(f, Reused)
		f.begin(seg)
		a.greet(f, e, seg)
	case c == nil:
		if len(seg.Payload) > 0 {
			a.counts.Ignored++
		} else {
			f.packets++
		}
	case a.recordedAgain(c, e, c.dirs[e].offset(seg.Seq), seg):
		a.counts.Duplicate++
		c.duplicates++
	case len(seg.Payload) > 0:
		a.compareLate(c, e, seg)
	default:
		f.packets++
	}
}

// timeWait is how long Linux keeps a connection that was closed, in
// nanoseconds (TCP_TIMEWAIT_LEN).
const timeWait = 60_000_000_000

// compareLate takes bytes that come after the end of their connection.
func (a *Assembler) compareLate(c *conn, e int, seg *packet.Segment) {
	d := &c.dirs[e]
	off := d.offset(seg.Seq)
	p := pieceOf(off, seg)
	v, _ := c.judge(e, off, c.dirs[e^1].offset(seg.Ack), seg)
	if v == refusedIt || d.wrong(seg) || p.off > d.next {
		a.ignore(c)
		return
	}
	a.compare(c, e, &p)
	c.retransmits++
	c.flow.packets++
}

// takeOver lets a SYN begin on a flow whose only bytes were sent to an end
// that knew no connection and said so: they were read by nobody, and are
// booked so, but there was no connection to be told of.
func (a *Assembler) takeOver(f *flow, seg *packet.Segment) {
	f.set(reported, true)
	a.settle(f)
	a.late(f)
	f.begin(seg)
}

// late books the segments that came after the end.
func (a *Assembler) late(f *flow) {
	if f.has(wasOther) {
		a.counts.OtherPort += int64(f.packets)
	} else {
		a.counts.Decoded += int64(f.packets)
	}
	f.packets = 0
}

// lateSYN takes a SYN on a connection that carries something: it changes
// nothing, unless the other end answers it. Its data is ignored.
func (a *Assembler) lateSYN(f *flow, e int, seg *packet.Segment) {
	c := f.conn
	h := &f.hello[e]
	again := h.facts.has(synSeen) && h.seq == seg.Seq+1
	if seg.Flags.Has(packet.ACK) {
		switch {
		case a.secondAnswered(f, e, seg):
		case again && !c.dirs[e].wrong(seg):
			h.facts |= resent
			f.packets++
		default:
			a.ignore(c)
		}
		return
	}
	switch {
	case again:
		f.packets++
	case !c.dirs[e^1].facts.has(seen) && !c.dirs[e].wrong(seg):
		a.restart(f, e, seg) // nobody is captured who could answer
	default:
		c.ignored++
		a.keepSecond(f, e, seg)
	}
}
