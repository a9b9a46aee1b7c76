package stream

import "glancecap/decoder/record"

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

// mostLingering connections that are over are kept for late copies.
const mostLingering = 64

// end closes the books of a flow's connection.
func (a *Assembler) end(f *flow, how How) {
	delete(a.seconds, f.self)
	switch f.state {
	case quiet:
		a.endQuiet(f, how)
	case talking:
		c := f.conn
		at := At{Time: record.Time(f.lastTime), Frame: int(f.lastFrame), File: int32(f.lastFile)}
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
		a.counts.OtherPort += f.due()
	case over:
		if f.conn != nil {
			a.settle(f)
		}
		a.late(f)
	}
	f.state, f.packets, f.booked = over, 0, 0
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
		a.counts.Evicted += f.due()
		followed = false
	case followed:
		a.counts.Decoded += f.due()
	default:
		a.counts.OtherPort += f.due()
	}
	f.set(wasOther, !followed)
	server := f.hello[f.clientEnd^1].facts
	a.report(f, f.info(), Summary{
		Followed: followed, How: how, OneSided: f.oneSided(),
		Refused:    how == Reset && f.has(handshake) && server.has(seen) && !server.has(synSeen),
		Unanswered: f.has(handshake) && !server.has(seen) && f.packets > 1,
	})
	f.packets, f.booked = 0, 0
}

// oneSided tells that only one end of a quiet flow was seen.
func (f *flow) oneSided() bool {
	return !f.hello[0].facts.has(seen) || !f.hello[1].facts.has(seen)
}

// report tells of the end of a connection, once. One of which all segments lie
// outside of the time that was asked for is not told of.
func (a *Assembler) report(f *flow, info *Info, s Summary) {
	if f.has(reported) || f.firstFrame == 0 {
		return
	}
	f.set(reported, true)
	if a.o.Ended == nil {
		return
	}
	s.Packets += int64(f.packets)
	s.Span = f.span()
	a.o.Ended(info, s)
}

// settle books a connection that is closed and lets it go.
func (a *Assembler) settle(f *flow) {
	c := f.conn
	a.closeSift(c)
	s := c.summary()
	if s.Followed = a.follows(c); s.Followed {
		c.settle()
	}
	for e := range c.dirs {
		d := &c.dirs[e]
		b := d.balance()
		if s.Followed {
			s.Bytes.Add(b)
		}
		a.forget(&d.past)
	}
	if s.Followed {
		a.counts.Decoded += f.due()
		a.bytes.Add(s.Bytes)
		a.bytes.Sub(c.booked)
	} else {
		a.counts.OtherPort += f.due()
	}
	f.set(wasOther, !s.Followed)
	a.report(f, c.info, s)
	a.hold(-connBytes - c.holds)
	f.conn, f.packets, f.booked, f.state = nil, 0, 0, over
	a.flows.talks(f, false)
}

// settle asks the handler what became of the bytes that it still held.
func (c *conn) settle() {
	h, ok := c.handler.(Settler)
	if !ok {
		return
	}
	for e := range c.dirs {
		for x := h.Settle(c.dir(e)); x.Of > 0; x = h.Settle(c.dir(e)) {
			c.dirs[e].reclass(x)
		}
	}
}

// span is from a connection's first to its last packet.
func (f *flow) span() record.Span {
	return record.Span{
		Time: record.Time(f.firstTime), End: record.Time(f.lastTime),
		FirstFrame: int(f.firstFrame), LastFrame: int(f.lastFrame), In: [2]int32{int32(f.file), int32(f.lastFile)},
	}
}

// summary tells what a connection counted itself.
func (c *conn) summary() Summary {
	s := Summary{
		Accepted: c.accepted, Duplicates: c.duplicates, Ignored: c.ignored,
		Retransmits: c.retransmits, Uncompared: c.uncompared, How: c.how,
		OneSided: !c.dirs[0].facts.has(seen) || !c.dirs[1].facts.has(seen),
	}
	for e := range c.dirs {
		s.Payload[c.dir(e)] = c.dirs[e].payload
	}
	return s
}

// follows tells whether a connection is of a followed service.
func (a *Assembler) follows(c *conn) bool {
	if u, ok := c.handler.(Undecided); ok && c.accepted {
		return u.Followed()
	}
	return c.accepted || a.isServer(c.flow.ends[0].Port) || a.isServer(c.flow.ends[1].Port)
}

// unfollow drops a connection that its handler does not want.
func (a *Assembler) unfollow(f *flow) {
	c := f.conn
	a.closeSift(c)
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

// late books the segments that came after the end.
func (a *Assembler) late(f *flow) {
	if f.has(wasOther) {
		a.counts.OtherPort += f.due()
	} else {
		a.counts.Decoded += f.due()
	}
	f.packets, f.booked = 0, 0
}
