package stream

import (
	"net/netip"

	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// conn is a connection that carries something.
type conn struct {
	info    *Info // of its own: handlers may keep it
	flow    *flow
	handler Handler
	dirs    [2]direction // by the end that sends
	// accepted tells that a handler was asked for; dropped that none follows.
	accepted, dropped bool
	// how and done: the connection ended; ending: it does.
	how    How
	done   bool
	ending bool

	duplicates, retransmits, ignored, uncompared int64
	// booked is what the books of the runs before this one hold of its bytes.
	booked record.ByteCounts
	// holds is what the handler said to hold, as it is booked.
	holds int

	// resetAt is where a RST came that the receiver may have believed, where
	// resetDue is set.
	resetAt  At
	resetDue bool

	sift *sifting // nil where Options.Sift is
}

// direction is what one end sends, as far as the other one took it. Offsets
// count from its first byte (where that was not seen: from the first one that
// was); they have 64 bits and never wrap.
type direction struct {
	facts  facts
	shift  uint8 // of the windows that this end announces
	smooth bool  // see isSmooth
	base   uint32
	ts     uint32 // TS.Recent of RFC 7323 §4.3

	next  int64 // the first offset not delivered yet, RCV.NXT
	sent  int64 // the end of what was seen of this end, its FIN included
	acked int64 // what the other end acknowledged, or none
	edge  int64 // the right edge of the other end's window; or none
	most  int64 // the largest window that the other end announced

	skipTo int64 // bytes before this offset are skipped
	skipAs Class
	inSkip bool
	run    Run

	wait   queue    // behind a hole
	doubts []*piece // what the receiver may have refused
	held   int      // bytes that both hold, and their pieces
	parts  int      // their number

	urgent   int64 // offset of the urgent byte that is due; or none
	sack     int64 // right edge of the receiver's last SACK block; or none
	claim    int64 // an acknowledgement beyond what was seen; 0: none
	finAt    int64 // offset of the FIN that was taken; or none
	how      How   // it ended, where closed is set
	lastAt   At    // of the latest segment
	past     history
	pace     pace
	pure     [pureFrames]frameSign
	nextPure uint8
	badSums  uint8

	first, last int64 // the span: of all that was believed
	// What became of bytes that were not delivered; got of the others.
	missing, cut, urgentOut, unread, evicted, leftOut int64
	got                                               [Encrypted + 1]int64
	payload                                           int64
}

// piece is a segment that waits, as it was sent.
type piece struct {
	off  int64
	data []byte          // nil where only the range is kept
	n    int             // captured bytes
	cut  int             // bytes that the snap length took behind them
	left *record.LeftOut // the cut bytes, and what it tells, were left out on purpose
	fin  bool
	at   At
	mark trace
	// Where contradicting copies were seen: [clashFrom, clashTo).
	clashFrom, clashTo int64
	ack                int64 // offset in the other direction; for doubts
	why                doubt
	owned              int // bytes that this piece holds of the budget
	// more is what was sent behind it while it waited, and is one with it.
	more *piece
}

// dataEnd is the offset behind the piece's bytes and what was left out behind
// them, end also behind its FIN.
func (p *piece) dataEnd() int64 {
	if p.left != nil {
		return p.sentEnd() + p.left.Bytes
	}
	return p.sentEnd()
}

// sentEnd is the offset behind what its packet carried.
func (p *piece) sentEnd() int64 { return p.off + int64(p.n) + int64(p.cut) }

// end is the offset behind the piece and its FIN.
func (p *piece) end() int64 {
	if p.fin {
		return p.dataEnd() + 1
	}
	return p.dataEnd()
}

// offset turns a sequence number into an offset: the one nearest to where the
// direction stands (RFC 9293 §3.4: numbers compare modulo 2³²).
func (d *direction) offset(seq uint32) int64 {
	at := max(d.next, d.acked)
	return at + int64(int32(seq-d.base-uint32(at)))
}

// dir gives the direction in the words of the handler.
func (c *conn) dir(e int) Dir { return Dir(uint8(e) ^ c.flow.clientEnd) }

// none is an offset that there is not. Offsets before the first byte that was
// seen of a connection joined midstream are negative.
const none int64 = -1 << 62

// newConn begins a connection on a quiet flow, from what its handshake told.
func (a *Assembler) newConn(f *flow) *conn {
	if !f.has(oriented) {
		a.orient(f)
	}
	c := &conn{flow: f, info: f.info()}
	for e := range c.dirs {
		h, d := &f.hello[e], &c.dirs[e]
		d.facts = h.facts & (seen | synSeen | known | acks | stamps | sacks | signs | scaleKnown | resent | sumsRight)
		d.base, d.ts, d.shift = h.seq, h.ts, h.shift()
		d.edge, d.urgent, d.sack, d.finAt = none, none, none, none
		d.skipTo = none
		if !h.facts.has(synSeen) && !f.hello[e^1].facts.has(acks) {
			d.facts |= joining
			d.acked, d.last = none, none
		}
		if h.facts.has(sumsBad) {
			d.badSums = 1
		}
		if h.facts.has(signed) {
			ago := uint32(f.lastTime/1000) - h.sigTime
			d.pure[0] = frameSign{h.sig, h.sigPath, f.lastTime - int64(ago)*1000}
			d.nextPure = 1
		}
	}
	for e := range c.dirs {
		h, d := &f.hello[e^1], &c.dirs[e]
		if !h.facts.has(acks) || !d.facts.has(known) {
			continue
		}
		d.acked = max(0, d.offset(h.ack))
		if c.dirs[e^1].facts.has(scaleKnown) {
			d.edge = d.offset(h.edge)
			d.most = max(0, d.edge-d.acked)
		}
	}
	for e := range c.dirs {
		c.info.paces[uint8(e)^f.clientEnd] = &c.dirs[e].pace
	}
	f.conn, f.state = c, talking
	a.flows.talks(f, true)
	a.hold(connBytes)
	return c
}

// info says who is who on a flow.
func (f *flow) info() *Info {
	client, server := f.clientEnd, f.clientEnd^1
	return &Info{
		Number: int(f.number), File: int32(f.file), Frame: int(f.firstFrame),
		Client: endpointText(&f.ends[client]), Server: endpointText(&f.ends[server]),
		ClientPort: f.ends[client].Port, ServerPort: f.ends[server].Port,
		Handshake: f.has(handshake),
		// The SYN-ACK tells where the client begins, too.
		Midstream: [2]bool{
			!f.hello[client].facts.has(synSeen) && !f.hello[server].facts.has(synSeen),
			!f.hello[server].facts.has(synSeen),
		},
	}
}

// endpointText gives "ip:port".
func endpointText(e *packet.Endpoint) string {
	return netip.AddrPortFrom(netip.AddrFrom16(e.Addr).Unmap(), e.Port).String()
}

// orient decides which end is the client where no SYN tells: the other one
// has the port of a known service, else the lower port.
func (a *Assembler) orient(f *flow) {
	p0, p1 := f.ends[0].Port, f.ends[1].Port
	s0, s1 := a.isServer(p0), a.isServer(p1)
	switch {
	case s0 != s1:
		f.clientEnd = b2u(s0)
	case p0 != p1:
		f.clientEnd = b2u(p0 < p1)
	default:
		f.clientEnd = 0
	}
}

func b2u(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
