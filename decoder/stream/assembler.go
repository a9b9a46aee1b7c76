package stream

import (
	"cmp"
	"slices"

	"glancecap/decoder/bounds"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// Options are what an Assembler is made for.
type Options struct {
	// Bounds limit what is held; Hits counts each reaching of one.
	Bounds bounds.Bounds
	Hits   *bounds.Hits
	// Accept chooses the handler of a connection, when its first bytes or its
	// first hole are to be told. nil: the connection is not followed, its
	// packets are of another port.
	Accept func(*Info) Handler
	// Ended, where it is set, is told once of every connection, followed or
	// not, when nothing more can come of it: after the Ends of its handler.
	Ended func(*Info, Summary)
	// Carried, where it is set, is told of every connection that a handler reads
	// and that goes on in the next file, with what is known of it so far.
	Carried func(*Info, Summary)
	// IsServerPort tells the ports of known services. It decides who is the
	// server where no handshake was seen, and whether the packets of a
	// connection that never carried anything count as decoded.
	IsServerPort func(port uint16) bool
	// Sift, where it is set, is told what could be left out of the capture.
	Sift Sift
}

// Summary is what became of a connection.
type Summary struct {
	// Followed tells that its packets count as decoded, Accepted that a
	// handler was given its bytes: a connection to a known port that carried
	// nothing was followed all the same.
	Followed, Accepted bool
	// Span are its first and last packet, also those that were not believed.
	Span record.Span
	// Packets counts its segments that are decoded or of another port;
	// Duplicates (recorded again) and Ignored (dropped by the receiver) come
	// on top. Retransmits are segments, among Packets, that brought only
	// bytes that were there already; of them Uncompared could not be compared
	// with the first copy.
	Packets, Duplicates, Ignored, Retransmits, Uncompared int64
	// Bytes are the books of both directions; all zero where not Followed.
	Bytes record.ByteCounts
	// Payload counts the bytes that each direction delivered or skipped.
	Payload [2]int64
	// OneSided tells that one direction was never captured.
	OneSided bool
	// Refused tells that the server answered the client's SYN with a reset,
	// Unanswered that of a client that sent its SYN again nothing came back.
	Refused, Unanswered bool
	// How the connection ended: by Fin where both directions were closed in
	// order.
	How How
}

// Assembler puts the segments of all connections together. It is not safe for
// concurrent use.
type Assembler struct {
	o      Options
	flows  table
	pairs  pairs
	counts record.PacketCounts
	bytes  record.ByteCounts

	streams int32 // stream numbers given out
	held    int   // bytes held for streams, against bounds.StreamBytes
	copied  int   // bytes held for comparing, against bounds.CompareBudget
	// lingering are connections that ended, the oldest first.
	lingering []*conn
	// seconds are SYNs on connections that are alive, by flow.self.
	seconds map[int32]second
	// lastTime is when the flow of the present segment was active before.
	lastTime int64
}

// New makes an Assembler.
func New(o Options) *Assembler {
	if o.Hits == nil {
		o.Hits = new(bounds.Hits)
	}
	if o.Accept == nil {
		o.Accept = func(*Info) Handler { return nil }
	}
	return &Assembler{o: o}
}

// Add takes the next segment of the capture. One that is Outside only counts
// for the numbers of streams. It keeps nothing of seg.
func (a *Assembler) Add(seg *packet.Segment) {
	f, e := a.flows.find(seg)
	if f == nil {
		f, e = a.newFlow(seg), 0
	}
	if seg.Outside {
		f.flags |= active
		a.countStream(f, e, seg)
		return
	}
	a.meet(f, seg)
	if a.o.Sift != nil {
		b := a.look(f, e, seg)
		a.sift(f, e, seg, &b, a.add(f, e, seg))
		return
	}
	a.add(f, e, seg)
}

// add takes a segment, and tells whether it was the next data in order.
func (a *Assembler) add(f *flow, e int, seg *packet.Segment) (inOrder bool) {
	if c := f.conn; c != nil && f.state == talking && a.inOrder(c, e, seg) {
		f.packets++
		if c.dropped {
			a.unfollow(f)
		} else if a.held > a.o.Bounds.StreamBytes {
			a.bound(c)
		}
		return len(seg.Payload) > 0
	}
	a.dispatch(f, e, seg)
	return false
}

// meet notes when a flow was last active.
func (a *Assembler) meet(f *flow, seg *packet.Segment) {
	if !f.has(active) {
		f.set(active, true)
	}
	a.lastTime = f.lastTime
	f.lastTime, f.lastFrame, f.lastFile = seg.Time, uint32(seg.Frame), uint16(seg.File)
	if f.firstFrame == 0 {
		f.firstTime, f.firstFrame = seg.Time, uint32(seg.Frame)
	}
}

// idle is how long the flow of the present segment was silent before it.
func (a *Assembler) idle(seg *packet.Segment) int64 {
	if a.lastTime == int64(record.NoTime) {
		return 0
	}
	return seg.Time - a.lastTime
}

// dispatch gives a segment to what its flow is.
func (a *Assembler) dispatch(f *flow, e int, seg *packet.Segment) {
	if c := f.conn; c != nil {
		c.dirs[0].smooth, c.dirs[1].smooth = false, false
	}
	a.countStream(f, e, seg)
	switch f.state {
	case quiet:
		a.greet(f, e, seg)
	case talking:
		a.process(f, e, seg)
	case other:
		a.pass(f, e, seg)
	case over:
		a.afterwards(f, e, seg)
	}
}

// Close ends everything: first what lingers, in the order in which it ended,
// then what is open, in the order of stream numbers.
func (a *Assembler) Close() {
	for _, c := range a.lingering {
		if c.flow.conn == c {
			a.settle(c.flow)
		}
	}
	a.lingering = nil
	var open []*flow
	a.flows.each(func(f *flow) { open = append(open, f) })
	slices.SortFunc(open, func(x, y *flow) int {
		return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.firstFrame, y.firstFrame), cmp.Compare(x.self, y.self))
	})
	for _, f := range open {
		a.end(f, Open)
		a.flows.remove(f)
	}
}

// Counts gives the books so far; they balance after Close. Of the packets only
// decoded, other_port, duplicate, ignored, evicted and carried are set, and Total is
// their sum.
func (a *Assembler) Counts() (record.PacketCounts, record.ByteCounts) {
	p := a.counts
	p.Total = p.Decoded + p.OtherPort + p.Duplicate + p.Ignored + p.Evicted + p.Carried
	return p, a.bytes
}

func (a *Assembler) isServer(port uint16) bool {
	return a.o.IsServerPort != nil && a.o.IsServerPort(port)
}

// newFlow makes room for a pair of endpoints that is not in the table.
func (a *Assembler) newFlow(seg *packet.Segment) *flow {
	if limit := a.o.Bounds.Flows; limit > 0 && a.flows.used >= limit {
		a.evictFlow()
	}
	f := a.flows.add(seg)
	a.recall(f)
	f.begin(seg)
	return f
}

// begin starts a connection on a flow.
func (f *flow) begin(seg *packet.Segment) {
	f.hello = [2]hello{}
	f.state, f.packets, f.booked = quiet, 0, 0
	f.flags &^= handshake | oriented | reported | wasOther | established | gone0 | gone1
	f.firstTime, f.firstFrame, f.file = seg.Time, uint32(seg.Frame), uint16(seg.File)
	if seg.Outside {
		f.firstFrame = 0
	}
	f.number = f.latest
}

// atOf gives time and frame of a segment.
func atOf(seg *packet.Segment) At {
	return At{Time: record.Time(seg.Time), Frame: seg.Frame, File: seg.File}
}
