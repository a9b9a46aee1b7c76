package stream

import (
	"slices"

	"glancecap/decoder/packet"
)

// acknowledge hears what end e says of the other direction: how far it was
// received, and how far it may go on.
func (a *Assembler) acknowledge(c *conn, e int, ack int64, seg *packet.Segment) {
	d, o := &c.dirs[e], &c.dirs[e^1]
	d.announce(o, seg, ack)
	if ack < o.claim {
		o.claim = 0 // the end that claimed it takes it back: it was never sent
	}
	if ack > o.acked {
		o.acked = ack
	}
	d.facts |= acks
	o.sack = none
	if unusual(seg) {
		edge, ok, twice := sacked(seg.Options, seg.Ack)
		if ok {
			o.sack = o.offset(edge)
		}
		if twice {
			o.pace.repaired = false // it was sent again in vain
		}
	}
	at := atOf(seg)
	o.pace.acknowledged(at, o.room(), o.acked >= o.sent)
	if len(o.doubts) > 0 {
		a.confirm(c, e^1, at)
	}
	if o.facts.has(joining) {
		a.join(c, e^1, at)
	}
	if o.acked > o.next && !c.dropped {
		a.resolve(c, e^1, len(seg.Payload) > 0 || seg.LeftOut != nil && seg.Cut > 0, at)
	}
}

// doubt keeps a segment that the receiver may have refused.
func (a *Assembler) doubt(c *conn, e int, off, ack int64, why doubt, seg *packet.Segment) {
	d := &c.dirs[e]
	p := pieceOf(off, seg)
	p.ack, p.why = ack, why
	c.flow.packets++
	if len(d.doubts) >= mostDoubts {
		a.tooManyDoubts(c, e)
		if c.dropped {
			return
		}
		if d.facts.has(closed) {
			c.flow.packets--
			a.ignore(c)
			return
		}
	}
	d.doubts = append(d.doubts, a.keep(d, &p))
	if why == acksUnsent || why == echoesUnsent {
		d.reach(p.end()) // it was sent, whether it was taken or not
	}
}

// mostDoubts segments in a row beyond the window, and none of the receiver
// about them, say that the receiver is not captured any more, and its window
// not known.
const mostDoubts = 16

func (a *Assembler) tooManyDoubts(c *conn, e int) {
	d, o := &c.dirs[e], &c.dirs[e^1]
	if o.lastAt.Time < d.doubts[0].at.Time && d.doubts[0].why == beyondWindow {
		d.edge = none
		o.facts &^= scaleKnown
		a.believeDoubts(c, e)
		return
	}
	a.refuse(c, e, d.doubts[0])
	d.doubts = slices.Delete(d.doubts, 0, 1)
}

// refuse books a segment in doubt as dropped by the receiver.
func (a *Assembler) refuse(c *conn, e int, p *piece) {
	a.release(&c.dirs[e], p)
	c.flow.packets--
	a.ignore(c)
}

// confirm takes the segments in doubt that the receiver acknowledged, unless
// another copy brought their bytes.
func (a *Assembler) confirm(c *conn, e int, at At) {
	d := &c.dirs[e]
	var taken []*piece
	d.doubts = slices.DeleteFunc(d.doubts, func(p *piece) bool {
		switch {
		case p.end() <= d.next:
			a.refuse(c, e, p)
		case p.end() <= d.acked:
			taken = append(taken, p)
		default:
			return false
		}
		return true
	})
	slices.SortStableFunc(taken, func(x, y *piece) int { return int(max(-1, min(1, x.off-y.off))) })
	for _, p := range taken {
		a.believe(c, e, p)
	}
}

// believeDoubts takes all segments in doubt, as far as they bring anything.
func (a *Assembler) believeDoubts(c *conn, e int) {
	d := &c.dirs[e]
	taken := d.doubts
	d.doubts = nil
	slices.SortStableFunc(taken, func(x, y *piece) int { return int(max(-1, min(1, x.off-y.off))) })
	for _, p := range taken {
		a.believe(c, e, p)
	}
}

// believe takes a segment that was in doubt, with its acknowledgement.
func (a *Assembler) believe(c *conn, e int, p *piece) {
	d, o := &c.dirs[e], &c.dirs[e^1]
	if c.dropped || p.end() <= d.next || d.facts.has(closed) {
		a.refuse(c, e, p)
		return
	}
	d.facts |= seen
	if (p.why == acksUnsent || p.why == wrongSum) && p.ack > o.acked && !o.facts.has(closed) {
		o.acked = p.ack
		a.resolve(c, e^1, p.n > 0, p.at)
	}
	if c.dropped {
		a.refuse(c, e, p)
		return
	}
	a.release(d, p)
	a.arrive(c, e, p)
}
