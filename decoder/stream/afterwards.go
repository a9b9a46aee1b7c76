package stream

import "glancecap/decoder/packet"

// afterwards takes a segment of a flow whose connection is over.
func (a *Assembler) afterwards(f *flow, e int, seg *packet.Segment) {
	c := f.conn
	fresh := seg.Flags&(packet.SYN|packet.RST) == packet.SYN
	if fresh && seg.Flags.Has(packet.ACK) && f.hello[e].facts.has(synSeen) && f.hello[e].seq == seg.Seq+1 {
		fresh = false // the old SYN-ACK again
	}
	switch {
	case fresh:
		a.end(f, Reused)
		f.begin(seg)
		a.greet(f, e, seg)
	case a.idle(seg) > timeWait && len(seg.Payload) > 0:
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
