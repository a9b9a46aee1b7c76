package stream

// What waits behind holes in both directions is told in the order in which the
// ends could have read it. A segment says by its acknowledgement what its
// sender had received before: that comes first, seen or lost; and what was
// sent without having received the bytes of a hole comes before the hole.

// resolve tells of what the receiver acknowledged and the capture lacks: it
// was received. A hole with nothing behind it can wait, unless the receiver
// has gone on to speak: then what it read comes before what it said.
func (a *Assembler) resolve(c *conn, e int, trailing bool, at At) {
	d := &c.dirs[e]
	if d.next >= d.acked || d.facts.has(closed) || c.dropped {
		return
	}
	// A single byte behind all the rest is most likely the FIN.
	trailing = trailing && d.acked > d.next+1
	if d.wait.empty() && !trailing {
		return
	}
	if d.facts.has(joining) {
		a.joinNow(c, e)
	}
	a.pour(c, at)
	if d.wait.empty() && trailing && !a.waitsForOther(c, e) {
		a.missUpTo(c, e, d.acked, at)
	}
}

// missUpTo tells of a hole that is a loss of the capture, up to an offset.
func (a *Assembler) missUpTo(c *conn, e int, to int64, at At) {
	d := &c.dirs[e]
	if to > d.next && !d.facts.has(closed) && !c.dropped {
		a.miss(c, e, to-d.next, Lost, at)
		d.last = max(d.last, d.next)
	}
}

// pour delivers what waits and is next in its direction, and tells the holes
// that are known to be losses of the capture, as far as it comes.
func (a *Assembler) pour(c *conn, at At) {
	for !c.dropped {
		e := a.turn(c)
		if e < 0 {
			return
		}
		d, o := &c.dirs[e], &c.dirs[e^1]
		p := d.wait.front().first
		if p.off > d.next {
			a.missUpTo(c, e, min(p.off, d.acked), at)
			continue
		}
		if p.n > 0 && o.wait.empty() && !o.facts.has(joining) && o.acked > o.next+1 {
			a.missUpTo(c, e^1, min(o.acked, o.offset(p.mark.ack)), at)
		}
		d.takeFirst()
		a.release(d, p)
		if p.end() > d.next && !c.dropped {
			a.deliver(c, e, p)
		}
	}
}

// turn chooses the direction that goes on, or -1 where none can: the one that
// needs nothing of the other, else the one whose segment was captured first.
func (a *Assembler) turn(c *conn) int {
	switch can0, can1 := c.dirs[0].moves(), c.dirs[1].moves(); {
	case can0 && can1:
		need0, need1 := c.needs(0), c.needs(1)
		if need0 != need1 {
			if need0 {
				return 1
			}
			return 0
		}
		if earlier(&c.dirs[1].wait.front().first.at, &c.dirs[0].wait.front().first.at) {
			return 1
		}
		return 0
	case can0 && !a.waitsForOther(c, 0):
		return 0
	case can1 && !a.waitsForOther(c, 1):
		return 1
	}
	return -1
}

// earlier tells that x was captured before y.
func earlier(x, y *At) bool {
	if x.File == y.File {
		return x.Frame < y.Frame
	}
	return x.Time < y.Time
}

// moves tells that something waits that is next, or behind a hole that is
// known to be a loss of the capture.
func (d *direction) moves() bool {
	return !d.wait.empty() && !d.facts.has(closed) && !d.facts.has(joining) &&
		(d.wait.front().off() <= d.next || d.acked > d.next)
}

// needs tells that the first segment that waits was sent after bytes of the
// other direction that are not told yet.
func (c *conn) needs(e int) bool {
	o := &c.dirs[e^1]
	return o.offset(c.dirs[e].wait.front().first.mark.ack) > o.next
}

// waitsForOther tells that a hole is known to be a loss, but comes behind what
// the other end sent before it received these bytes, and which waits itself
// behind a hole that may still be filled.
func (a *Assembler) waitsForOther(c *conn, e int) bool {
	d, o := &c.dirs[e], &c.dirs[e^1]
	if c.ending || o.wait.empty() || o.facts.has(closed) || o.moves() {
		return false
	}
	if !d.wait.empty() && d.wait.front().off() <= d.next {
		return false // no hole
	}
	return !c.needs(e ^ 1)
}

// takeFirst takes the first segment out of what waits.
func (d *direction) takeFirst() {
	w := d.wait.front()
	p := w.first
	if p.more == nil {
		d.wait.remove(w)
		return
	}
	w.first, p.more = p.more, nil
}
