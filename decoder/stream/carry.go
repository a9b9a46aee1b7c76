package stream

import (
	"cmp"
	"fmt"
	"slices"

	"glancecap/decoder/carry"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// Carry writes, after Suspend, all that is known of all connections. Read, it is
// the first call of an Assembler with the same Options, which then goes on as if
// there had been one file. What a state may hold is bounded as what a run may
// hold is.
func (a *Assembler) Carry(c *carry.Coder) {
	carry.Int(c, &a.streams)
	c.Check(a.streams >= 0, "a number of streams")
	a.carryPairs(c)
	flows := a.carryFlows(c)
	a.carryLingering(c, flows)
	a.carrySeconds(c, flows)
}

// CarriedPackets counts the packets of Counts' Carried again, in the run that
// they were handed to: those whose fate its own books tell.
func (a *Assembler) CarriedPackets() (n int64) {
	a.flows.each(func(f *flow) { n += f.due() })
	return n + int64(len(a.seconds))
}

// Suspend takes the place of Close where the capture goes on in another file: it
// books what is settled of the connections that go on, so that each run's books
// balance and no byte is in those of two but where it says so: as carried.
func (a *Assembler) Suspend() {
	a.tellCarried()
	a.flows.each(func(f *flow) {
		switch {
		case f.conn != nil:
			a.bookConn(f)
		case f.state == other || f.state == over && f.has(wasOther):
			a.counts.OtherPort += f.due()
			f.booked = f.packets
		case f.state == over:
			a.counts.Decoded += f.due()
			f.booked = f.packets
		}
		a.counts.Carried += f.due()
	})
	// A second SYN counts as ignored until it is answered.
	a.counts.Ignored -= int64(len(a.seconds))
	a.counts.Carried += int64(len(a.seconds))
}

// tellCarried tells of the connections that are handed on, in the order of their
// numbers.
func (a *Assembler) tellCarried() {
	var list []*flow
	a.flows.each(func(f *flow) {
		if f.conn != nil && f.conn.accepted && f.firstFrame != 0 && !f.has(reported) && a.follows(f.conn) {
			list = append(list, f)
		}
	})
	if a.o.Carried == nil {
		return
	}
	slices.SortFunc(list, func(x, y *flow) int {
		return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.firstFrame, y.firstFrame))
	})
	for _, f := range list {
		s := f.conn.summary()
		s.Followed, s.How, s.Packets, s.Span = true, Carried, int64(f.packets), f.span()
		for e := range f.conn.dirs {
			s.Bytes.Add(f.conn.dirs[e].settled())
		}
		a.o.Carried(f.conn.info, s)
	}
}

// settled gives the books of a direction that goes on, but for what waits.
func (d *direction) settled() record.ByteCounts {
	b := d.balance()
	b.Span = b.Decoded + b.Skipped + b.Missing + b.Cut + b.Undecodable + b.Encrypted + b.Urgent + b.Unread + b.Evicted + b.LeftOut
	return b
}

// bookConn books what is settled of a connection: all but what waits or is
// unread as the half of a message.
func (a *Assembler) bookConn(f *flow) {
	c := f.conn
	if !c.accepted || !a.follows(c) {
		return // what it is may still turn out
	}
	inDoubt := len(c.dirs[0].doubts) + len(c.dirs[1].doubts)
	if settled := int64(f.packets) - int64(inDoubt); settled > int64(f.booked) {
		a.counts.Decoded += settled - int64(f.booked)
		f.booked = uint32(settled)
	}
	var now record.ByteCounts
	waits := int64(0)
	for e := range c.dirs {
		d := &c.dirs[e]
		unread := int64(0)
		if h, ok := c.handler.(Carrier); ok {
			unread = min(h.Unread(c.dir(e)), d.got[Decoded])
		}
		b := d.settled()
		b.Decoded, b.Span = b.Decoded-unread, b.Span-unread
		now.Add(b)
		waits += unread + d.waitingBytes()
	}
	// What was decoded before stays so, though a message turned out to be longer.
	if again := min(waits, c.booked.Decoded-now.Decoded); again > 0 {
		now.Decoded, now.Span, waits = now.Decoded+again, now.Span+again, waits-again
	}
	a.bytes.Carried += waits
	a.bytes.Span += waits
	a.bytes.Add(now)
	a.bytes.Sub(c.booked)
	c.booked = now
}

// waitingBytes counts the bytes behind holes, and those that the snap length
// took of them.
func (d *direction) waitingBytes() (n int64) {
	at := d.next
	for w := d.wait.front(); w != nil; w = w.next() {
		for p := w.first; p != nil; p = p.more {
			if p.dataEnd() > at {
				n += p.dataEnd() - max(at, p.off)
				at = p.dataEnd()
			}
		}
	}
	return n
}

// carryPairs carries the numbers of pairs that were let go.
func (a *Assembler) carryPairs(c *carry.Coder) {
	var list []pair
	for _, p := range a.pairs.slots {
		if p.hash != 0 {
			list = append(list, p)
		}
	}
	carry.Slice(c, &list, a.o.Bounds.Pairs, func(p *pair) {
		carry.Int(c, &p.hash)
		carry.Int(c, &p.base[0], &p.base[1])
		carry.Int(c, &p.latest)
		carry.Int(c, &p.flags)
		c.Bool(&p.swap)
		c.Check(p.hash != 0 && p.flags&^(baseSet0|baseSet1) == 0, "a pair of endpoints")
		c.Check(p.latest >= 0 && p.latest < a.streams, "the number of a stream")
		if c.Reading() && c.Err() == nil {
			if a.pairs.used >= len(a.pairs.slots)*4/5 {
				a.pairs.grow()
			}
			a.pairs.place(*p)
			a.pairs.used++
		}
	})
}

// carryFlows carries the flows, in the order of their age, and gives them in
// the order in which Index counts them.
func (a *Assembler) carryFlows(c *carry.Coder) (all []*flow) {
	for _, talking := range []bool{false, true} {
		list := &a.flows.quiet
		if talking {
			list = &a.flows.talking
		}
		n := list.n
		carry.Int(c, &n)
		c.Check(n >= 0 && len(all)+n <= a.o.Bounds.Flows, "the number of connections")
		for i := list.oldest; !c.Reading() && i != 0; i = a.flows.at(i).newer {
			f := a.flows.at(i)
			a.carryFlow(c, f)
			all = append(all, f)
		}
		for ; c.Reading() && n > 0 && c.Err() == nil; n-- {
			var read flow
			a.carryFlow(c, &read)
			if f := a.putFlow(&read, talking); f != nil {
				all = append(all, f)
			} else {
				c.Check(false, "two connections between the same endpoints")
			}
		}
	}
	return all
}

// putFlow gives a flow that was read its place in the table; nil where there is
// one between its endpoints already.
func (a *Assembler) putFlow(read *flow, talking bool) *flow {
	seg := packet.Segment{Src: read.ends[0], Dst: read.ends[1]}
	if f, _ := a.flows.find(&seg); f != nil {
		return nil
	}
	f := a.flows.add(&seg)
	read.self, read.older, read.newer = f.self, f.older, f.newer
	read.flags &^= inTalking
	*f = *read
	if f.conn != nil {
		f.conn.flow = f
	}
	a.flows.talks(f, talking)
	return f
}

// carryFlow carries a flow.
func (a *Assembler) carryFlow(c *carry.Coder, f *flow) {
	for e := range f.ends {
		c.Array(f.ends[e].Addr[:])
		carry.Int(c, &f.ends[e].Port)
		h := &f.hello[e]
		carry.Int(c, &h.seq, &h.ack, &h.edge, &h.ts, &h.sig, &h.sigTime, &h.sigPath)
		carry.Int(c, &h.facts)
	}
	carry.Int(c, &f.firstTime, &f.lastTime)
	carry.Int(c, &f.firstFrame, &f.lastFrame, &f.packets, &f.booked, &f.base[0], &f.base[1])
	carry.Int(c, &f.number, &f.latest)
	carry.Int(c, &f.file, &f.lastFile)
	carry.Int(c, &f.flags)
	carry.Int(c, &f.state)
	carry.Int(c, &f.clientEnd)
	c.Check(f.state <= over && f.clientEnd <= 1 && f.booked <= f.packets, "the state of a connection")
	c.Check(f.number >= 0 && f.number < a.streams && f.latest >= 0 && f.latest < a.streams, "the number of a stream")
	there := f.conn != nil
	c.Bool(&there)
	c.Check(there && (f.state == talking || f.state == over) || !there && f.state != talking, "the state of a connection")
	if !there || c.Err() != nil {
		return
	}
	if c.Reading() {
		f.conn = &conn{flow: f, info: new(Info)}
		a.hold(connBytes)
	}
	a.carryConn(c, f.conn)
}

// carryConn carries a connection and has its handler carried.
func (a *Assembler) carryConn(c *carry.Coder, x *conn) {
	i := x.info
	carry.Int(c, &i.Number, &i.Overlaps[0], &i.Overlaps[1])
	carry.Int(c, &i.File)
	carry.Text(c, &i.Client, &i.Server)
	carry.Int(c, &i.ClientPort, &i.ServerPort)
	c.Bool(&i.Handshake, &i.Midstream[0], &i.Midstream[1], &i.Refused)
	c.Bool(&x.accepted, &x.dropped, &x.done, &x.ending, &x.resetDue)
	carry.Int(c, &x.how)
	carry.Int(c, &x.duplicates, &x.retransmits, &x.ignored, &x.uncompared)
	c.Plain(&x.resetAt)
	c.Plain(&x.booked)
	c.Check(x.how <= Reused && !x.dropped, "how a connection ended")
	for e := range x.dirs {
		a.carryDirection(c, &x.dirs[e])
		i.paces[x.dir(e)] = &x.dirs[e].pace
	}
	if !x.accepted || c.Err() != nil {
		return
	}
	if c.Reading() {
		x.handler = a.o.Accept(i)
	}
	h, ok := x.handler.(Carrier)
	if !ok {
		c.Fail(fmt.Errorf("the reader of connection %d cannot hand it on", i.Number))
		return
	}
	h.Carry(c)
	if held, ok := x.handler.(Holder); ok && c.Reading() {
		x.holds = held.Held()
		a.hold(x.holds)
	}
}

// carryLingering carries which connections are over and kept for late copies.
// Those that were let go since keep their places.
func (a *Assembler) carryLingering(c *carry.Coder, flows []*flow) {
	at := make(map[*conn]int)
	for i, f := range flows {
		if f.conn != nil {
			at[f.conn] = i
		}
	}
	carry.Slice(c, &a.lingering, mostLingering, func(x **conn) {
		i := -1
		if !c.Reading() {
			if j, ok := at[*x]; ok && (*x).flow.conn == *x {
				i = j
			}
		}
		if i = c.Index(i, len(flows)); !c.Reading() {
			return
		}
		*x = &conn{flow: new(flow)}
		if i >= 0 {
			c.Check(flows[i].conn != nil, "a connection that lingers")
			if flows[i].conn != nil {
				*x = flows[i].conn
			}
		}
	})
}

// carrySeconds carries the second SYNs that nobody has answered yet.
func (a *Assembler) carrySeconds(c *carry.Coder, flows []*flow) {
	n := len(a.seconds)
	carry.Int(c, &n)
	c.Check(n >= 0 && n <= maxSeconds, "the number of second SYNs")
	if !c.Reading() {
		for i, f := range flows {
			if s, pending := a.seconds[f.self]; pending {
				c.Index(i, len(flows))
				s.carry(c)
			}
		}
		return
	}
	a.counts.Ignored += int64(n)
	for ; n > 0 && c.Err() == nil; n-- {
		i := c.Index(0, len(flows))
		var s second
		if s.carry(c); i < 0 || c.Err() != nil {
			c.Check(false, "a second SYN")
			return
		}
		if a.seconds == nil {
			a.seconds = make(map[int32]second)
		}
		a.seconds[flows[i].self] = s
	}
	c.Check(c.Err() != nil || len(a.seconds) <= maxSeconds, "the number of second SYNs")
}

// carry carries a second SYN with what bears on a connection that it begins.
func (s *second) carry(c *carry.Coder) {
	carry.Int(c, &s.seq)
	g := &s.segment
	carry.Int(c, &g.Frame)
	carry.Int(c, &g.File)
	carry.Int(c, &g.Time)
	c.Array(g.Src.Addr[:])
	c.Array(g.Dst.Addr[:])
	carry.Int(c, &g.Src.Port, &g.Dst.Port, &g.Window)
	carry.Int(c, &g.Seq, &g.Ack, &g.TSVal, &g.TSEcr)
	carry.Int(c, &g.Flags)
	c.Bytes(&g.Options)
	c.Bool(&g.HasTS)
}
