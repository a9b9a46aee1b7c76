package stream

import "glancecap/decoder/carry"

// carryDirection carries what is known of one direction of a connection.
func (a *Assembler) carryDirection(c *carry.Coder, d *direction) {
	carry.Int(c, &d.facts)
	carry.Int(c, &d.shift, &d.nextPure, &d.badSums)
	carry.Int(c, &d.base, &d.ts)
	carry.Int(c, &d.next, &d.sent, &d.acked, &d.edge, &d.most, &d.skipTo, &d.urgent, &d.sack, &d.claim, &d.finAt,
		&d.first, &d.last, &d.missing, &d.cut, &d.urgentOut, &d.unread, &d.evicted, &d.leftOut, &d.payload)
	carry.Int(c, &d.got[Decoded], &d.got[Skipped], &d.got[Undecodable], &d.got[Encrypted])
	carry.Int(c, &d.skipAs)
	c.Bool(&d.inSkip)
	c.Plain(&d.run)
	carry.Int(c, &d.how)
	c.Plain(&d.lastAt)
	for i := range d.pure {
		carry.Int(c, &d.pure[i].sig, &d.pure[i].path)
		carry.Int(c, &d.pure[i].time)
	}
	c.Check(d.shift <= 14 && d.skipAs <= Encrypted && d.how <= Reused, "the state of a direction")
	c.Check(!d.inSkip || d.skipTo > d.next, "a stretch to be skipped")
	d.pace.carry(c)
	a.carryHistory(c, &d.past)
	a.carryWaiting(c, d)
	carry.Slice(c, &d.doubts, mostDoubts, func(p **piece) { a.carryPiece(c, d, p) })
	for _, p := range d.doubts {
		c.Check(p != nil, "a segment in doubt")
	}
}

// carry carries what a sender's time was lost to so far.
func (p *pace) carry(c *carry.Coder) {
	c.Plain(&p.newAt)
	c.Plain(&p.openAt)
	c.Plain(&p.quietAt)
	carry.Int(c, &p.largest)
	c.Bool(&p.starved, &p.opened, &p.repaired, &p.answered)
	c.Plain(&p.log)
	c.Check(len(p.log) <= mostWaits, "the number of waits")
}

// carryHistory carries what was delivered last.
func (a *Assembler) carryHistory(c *carry.Coder, h *history) {
	size := len(h.past)
	carry.Int(c, &size, &h.n)
	c.Check(size >= 0 && size <= mostPast && size&(size-1) == 0 && h.n >= 0 && h.n <= size, "what was delivered last")
	if c.Err() != nil {
		h.n = 0
		return
	}
	if c.Reading() {
		h.past = make([]delivered, size)
		if size > 0 {
			h.head = h.n & (size - 1)
		}
	}
	for i := range h.n {
		p := &h.past[(h.head-h.n+i)&(size-1)]
		carry.Int(c, &p.off)
		carry.Int(c, &p.n)
		c.Bool(&p.kept)
		p.mark.carry(c)
		c.Check(p.n >= 0, "what was delivered last")
	}
	carry.Int(c, &h.top)
	c.Bytes(&h.bytes)
	kept := len(h.bytes)
	c.Check(kept&(kept-1) == 0 && kept <= max(firstBytes, a.o.Bounds.CompareBytes), "the bytes delivered last")
	for i := range h.past {
		c.Check(!h.past[i].kept || h.past[i].end() <= h.top, "the bytes delivered last")
	}
	if c.Reading() {
		if c.Err() != nil {
			*h = history{}
		}
		a.copied += len(h.past)*pastBytes + len(h.bytes)
	}
}

func (t *trace) carry(c *carry.Coder) {
	carry.Int(c, &t.time)
	carry.Int(c, &t.ack, &t.tsval, &t.tsecr, &t.path)
	carry.Int(c, &t.ipid)
	carry.Int(c, &t.flags)
	carry.Int(c, &t.has)
}

// carryPiece carries a segment that waits, without those that are one with it.
func (a *Assembler) carryPiece(c *carry.Coder, d *direction, at **piece) {
	carry.Pointer(c, at, func(p *piece) {
		carry.Int(c, &p.off, &p.clashFrom, &p.clashTo, &p.ack)
		c.Bytes(&p.data)
		carry.Int(c, &p.n, &p.cut)
		c.Plain(&p.left)
		c.Bool(&p.fin)
		c.Plain(&p.at)
		p.mark.carry(c)
		carry.Int(c, &p.why)
		c.Check(p.n >= 0 && p.cut >= 0 && (p.data == nil || p.n == len(p.data)) && (p.left == nil || min(p.left.Bytes, p.left.Content, p.left.Rest, p.left.Packets) >= 0), "a segment that waits")
		if c.Reading() {
			p.owned = pieceBytes + len(p.data)
			d.held += p.owned
			d.parts++
			a.hold(p.owned)
		}
	})
}

// mostDeep is more than the depth of any red-black tree of mostPieces nodes.
const mostDeep = 40

// carryWaiting carries what waits behind a hole, with the shape of its tree:
// what Linux finds first depends on it.
func (a *Assembler) carryWaiting(c *carry.Coder, d *direction) {
	q := &d.wait
	a.carryNode(c, d, &q.root, mostDeep)
	if !c.Reading() {
		return
	}
	q.nodes, q.latest = 0, nil
	for w := q.front(); w != nil; w = w.next() {
		q.nodes++
		c.Check(q.latest == nil || q.latest.off() <= w.off(), "the order of segments that wait")
		q.latest = w
	}
	c.Check(q.root == nil || !q.root.red && q.root.blacks() >= 0, "the balance of segments that wait")
	if c.Err() != nil {
		*q = queue{}
	}
}

// carryNode carries a node of the tree and what hangs on it.
func (a *Assembler) carryNode(c *carry.Coder, d *direction, at **waiting, deep int) {
	c.Check(deep > 0, "the depth of segments that wait")
	carry.Pointer(c, at, func(w *waiting) {
		c.Bool(&w.red)
		a.carryPiece(c, d, &w.first)
		if c.Check(w.first != nil, "a segment that waits"); w.first == nil {
			w.first = new(piece)
		}
		for p := w.first; c.Err() == nil; p = p.more {
			if w.final = p; c.Reading() {
				p.more = nil
			}
			a.carryPiece(c, d, &p.more)
			if p.more == nil {
				break
			}
			c.Check(p.more.off == p.end(), "segments that wait as one")
		}
		if w.final == nil {
			w.final = w.first
		}
		if c.Err() != nil {
			return
		}
		for _, child := range []**waiting{&w.left, &w.right} {
			if a.carryNode(c, d, child, deep-1); *child != nil {
				(*child).up = w
			}
		}
	})
}

// blacks counts the black nodes on each way down from a node, -1 where the tree
// is not balanced.
func (w *waiting) blacks() int {
	if w == nil {
		return 0
	}
	left, right := w.left.blacks(), w.right.blacks()
	if left < 0 || left != right || w.red && (w.left.isRed() || w.right.isRed()) {
		return -1
	}
	if w.red {
		return left
	}
	return left + 1
}

func (w *waiting) isRed() bool { return w != nil && w.red }
