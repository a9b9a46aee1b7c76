package stream

// give hands n bytes on, the next ones of a direction; b is nil where only
// their range was kept, which happens under a Skip only.
func (a *Assembler) give(c *conn, e int, b []byte, n int, at At) {
	d := &c.dirs[e]
	for n > 0 && !c.dropped {
		part := n
		if u := d.urgent - d.next; u >= 0 && u < int64(n) {
			if u == 0 {
				a.takeOut(c, e, at)
				b, n = rest(b, 1), n-1
				continue
			}
			part = int(u)
		}
		if left := d.skipTo - d.next; left > 0 {
			part = int(min(int64(part), left))
			if d.pass(int64(part), at); d.next == d.skipTo {
				a.skipOver(c, e, at)
			}
		} else {
			if b == nil { // the range was skipped when it came, and no longer is
				a.miss(c, e, int64(part), GaveUp, at)
				n -= part
				continue
			}
			c.begins(e)
			d.next += int64(part)
			d.payload += int64(part)
			d.got[Decoded] += int64(part)
			a.answer(c, e, a.handlerOf(c).Data(c.dir(e), b[:part:part], at))
		}
		b, n = rest(b, part), n-part
	}
	if c.dropped {
		d.next += int64(n)
	}
}

// pass moves on in a Skip by n bytes that are there.
func (d *direction) pass(n int64, at At) {
	d.payload += n
	d.got[d.skipAs] += n
	d.run.See(n, at)
	d.advance(n)
}

// advance moves on in a Skip.
func (d *direction) advance(n int64) {
	if !d.inSkip {
		d.inSkip = true
	}
	d.next += n
}

func rest(b []byte, n int) []byte {
	if b == nil {
		return nil
	}
	return b[n:]
}

// takeOut takes the urgent byte, which is next, out of the stream: a socket
// without SO_OOBINLINE does not read it in line.
func (a *Assembler) takeOut(c *conn, e int, at At) {
	d := &c.dirs[e]
	d.urgent = none
	c.begins(e)
	d.next++
	d.urgentOut++
	if d.skipTo >= d.next {
		if d.skipTo != SkipRest {
			d.skipTo++ // it is none of the bytes to be skipped
		}
		return
	}
	a.answer(c, e, a.handlerOf(c).Gap(c.dir(e), 1, UrgentOut, at))
}

// miss tells of n bytes that are not there, the next ones of a direction.
func (a *Assembler) miss(c *conn, e int, n int64, why Why, at At) {
	d := &c.dirs[e]
	count, run := &d.missing, &d.run.Missing
	switch why {
	case SnapCut:
		count, run = &d.cut, &d.run.Cut
	case OnPurpose:
		count, run = &d.leftOut, &d.run.LeftOut
	}
	if d.urgent >= d.next && d.urgent < d.next+n {
		d.urgent = none
	}
	for n > 0 && !c.dropped {
		part := n
		*count += part
		if left := d.skipTo - d.next; left > 0 {
			part = min(n, left)
			*count -= n - part
			*run += part
			a.skipped(c, e, part, at)
		} else {
			c.begins(e)
			d.next += part
			a.answer(c, e, a.handlerOf(c).Gap(c.dir(e), part, why, at))
		}
		n -= part
	}
	if c.dropped {
		d.next += n
	}
}

// leaveOut tells of the bytes that follow the captured ones of a piece and were
// left out on purpose.
func (a *Assembler) leaveOut(c *conn, e int, p *piece) {
	d := &c.dirs[e]
	n := p.dataEnd() - d.next
	resumer, ok := a.handlerOf(c).(Resumer)
	if !ok || n != int64(p.cut)+p.left.Bytes || d.urgent >= d.next {
		a.miss(c, e, n, OnPurpose, p.at)
		return
	}
	if d.skipTo > d.next {
		a.skipOver(c, e, p.at)
	}
	d.skipTo = none
	c.begins(e)
	d.next += n
	d.leftOut += n
	l := *p.left
	l.Bytes, l.Content = l.Bytes+int64(p.cut), l.Content+int64(p.cut)
	a.answer(c, e, resumer.LeftOut(c.dir(e), &l, p.at))
}

// skipped moves on in a Skip and tells the handler when it is over.
func (a *Assembler) skipped(c *conn, e int, n int64, at At) {
	d := &c.dirs[e]
	if d.advance(n); d.next == d.skipTo {
		a.skipOver(c, e, at)
	}
}

// skipOver reports a Skip.
func (a *Assembler) skipOver(c *conn, e int, at At) {
	d := &c.dirs[e]
	run := d.run
	d.run, d.inSkip, d.skipTo = Run{}, false, none
	a.answer(c, e, c.handler.Skipped(c.dir(e), run, at))
}

// answer does what the handler says, and books what it holds.
func (a *Assembler) answer(c *conn, e int, x Answer) {
	d := &c.dirs[e]
	if h, ok := c.handler.(Holder); ok {
		n := h.Held()
		a.hold(n - c.holds)
		c.holds = n
	}
	d.reclass(x)
	if x.Drop {
		c.dropped = true
		return
	}
	if x.Skip > 0 {
		d.skipAs = min(x.SkipAs, Encrypted)
		if d.skipTo = SkipRest; d.next < SkipRest-x.Skip {
			d.skipTo = d.next + x.Skip
		}
	}
}

// reclass books bytes that count as decoded under the class that a handler says.
func (d *direction) reclass(x Answer) {
	if x.Of > 0 && x.As <= Encrypted {
		n := min(x.Of, d.got[Decoded])
		d.got[Decoded] -= n
		d.got[x.As] += n
	}
}

// begins notes where the first byte of a direction lies that is told.
func (c *conn) begins(e int) {
	if dir := c.dir(e); !c.info.Told[dir] {
		d := &c.dirs[e]
		c.info.Told[dir], c.info.First[dir] = true, d.base+uint32(d.next)
	}
}

// handlerOf asks for the handler when there is something to be told.
func (a *Assembler) handlerOf(c *conn) Handler {
	if !c.accepted && !c.dropped {
		c.accepted = true
		if c.handler = a.o.Accept(c.info); c.handler == nil {
			c.handler, c.dropped = nobody{}, true
			return c.handler
		}
		for e := range c.dirs {
			if d := &c.dirs[e]; d.facts.has(closed) { // before anything was told
				c.handler.End(c.dir(e), d.how, d.lastAt)
			}
		}
	}
	return c.handler
}

// nobody follows what no handler wants.
type nobody struct{}

func (nobody) Data(Dir, []byte, At) Answer    { return Answer{Drop: true} }
func (nobody) Skipped(Dir, Run, At) Answer    { return Answer{Drop: true} }
func (nobody) Gap(Dir, int64, Why, At) Answer { return Answer{Drop: true} }
func (nobody) End(dir Dir, how How, at At)    {}
