package stream

import (
	"slices"

	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// Sift is told which packets, and which ends of packets, tell nothing but that
// bytes of an image went by as they should: without them, and with a note of
// them, a reader finds the same bytes, messages, times and waits.
//
// Of a body's packets these stay: the ones in which it begins and ends, and all
// around a pause, a loss, a closed window or anything else out of the ordinary.
// What a reader no longer finds are copies of image bytes that contradict them.
type Sift interface {
	// Sifted tells of one packet that stays, and of what behind it does not.
	Sifted(Sifted)
}

// Sifted is a packet that stays, with less of its data or with less behind it.
type Sifted struct {
	File  int32
	Frame int
	// Keep is how many bytes of its data matter.
	Keep int
	// LeftOut is what lies behind it, Frames the packets it counts; they are of
	// the same file, in their order.
	LeftOut LeftOut
	Frames  []int
}

// The bounds of what one note tells of.
const (
	siftedFrames  = 4096
	siftedBytes   = 1 << 30
	siftedPending = 256
)

// sifting is what a connection's packets are sifted with: of one direction at
// a time, the one that is in the middle of a body.
type sifting struct {
	// head is the packet behind which others are left out; on tells that there
	// is one, of end e. kept is what is cut off of it.
	on   bool
	e    int
	head siftedData
	left LeftOut
	out  []int
	// next is the offset behind the last packet of the direction that was
	// sifted, from where bytes of the body alone follow.
	next, from int64
	// pending may be left out if the next packet with data is an ordinary one
	// that follows without a pause: one with data, and acknowledgements.
	data    siftedData
	pending []int
	// edge and ack are the acknowledgements that tell how far the window and
	// the bytes received reach; they stay where a packet with data does.
	edge, ack     int
	edgeAt, ackAt int64
	held          []int
	// cut are the last packets of which an end was cut off: further recordings
	// of them are treated alike.
	cut     [8]siftedData
	nextCut int
}

// siftedData is a packet with data.
type siftedData struct {
	frame   int
	e       int // the end that sent it
	file    int32
	at      record.Time
	off     int64
	n, keep int
	content int64 // bytes of the body in it
	rest    int64
}

// before is what is known of a connection before a segment.
type before struct {
	c        *conn
	body     Body
	in       bool
	newAt    record.Time
	largest  int64
	ordinary bool
	doubts   bool
	overlaps [2]int
	counts   [2]int64
	next     int64
}

// bodyOf gives the body that a direction is in the middle of.
func (c *conn) bodyOf(e int) (Body, bool) {
	h, ok := c.handler.(Embodied)
	if !ok || c.dropped {
		return Body{}, false
	}
	b, in := h.Body(c.dir(e))
	d := &c.dirs[e]
	if !in || d.facts.has(closed) {
		return b, false
	}
	if d.skipTo > d.next {
		run := &d.run
		b.Content += run.Bytes + run.Missing + run.Cut + run.LeftOut
		b.Tail += run.Bytes
		if b.Rest = 0; d.skipTo != SkipRest {
			b.Rest = d.skipTo - d.next
		}
	}
	return b, true
}

// look notes what a segment may change.
func (a *Assembler) look(f *flow, e int, seg *packet.Segment) (b before) {
	c := f.conn
	if c == nil || f.state != talking {
		return b
	}
	if len(seg.Payload) == 0 {
		e ^= 1 // an acknowledgement tells of what the other end sends
	}
	d := &c.dirs[e]
	b = before{c: c, newAt: d.pace.newAt.Time, largest: d.pace.largest, next: d.next, counts: [2]int64{a.counts.Ignored, a.counts.Duplicate}}
	b.body, b.in = c.bodyOf(e)
	b.doubts, b.overlaps = len(c.dirs[0].doubts)+len(c.dirs[1].doubts) > 0, c.info.Overlaps
	b.ordinary = c.dirs[0].parts+c.dirs[1].parts == 0 && c.dirs[0].claim|c.dirs[1].claim == 0
	return b
}

// sift decides on a segment that was added.
func (a *Assembler) sift(f *flow, e int, seg *packet.Segment, b *before, inOrder bool) {
	c := f.conn
	if c == nil || c != b.c || f.state != talking {
		return // it was let go, and closeSift was called
	}
	if c.sift == nil {
		c.sift = new(sifting)
	}
	s := c.sift
	switch {
	case a.counts.Duplicate > b.counts[1]:
		a.siftAgain(s, c, e, seg)
	case inOrder && !seg.Fragmented && record.Time(seg.Time) != record.NoTime:
		a.siftData(s, c, e, seg, b)
	case len(seg.Payload) == 0 && a.plain(c, e, seg, b):
		a.siftAck(s, c, e, seg)
	case len(seg.Payload) == 0 && seg.Flags == packet.ACK && !(s.on && s.e != e):
		// an acknowledgement in the other direction's sense: of no body
	default:
		a.closeSift(c)
		a.siftAside(c, e, seg, b)
	}
}

// siftAside decides on data that did not come in order: the packet stays, and
// its bytes do not, where all of them are surely the body's.
func (a *Assembler) siftAside(c *conn, e int, seg *packet.Segment, b *before) {
	n, d := int64(len(seg.Payload)), &c.dirs[e]
	if n == 0 || !b.in || seg.Flags&^packet.PSH != packet.ACK || seg.Cut > 0 || seg.LeftOut != nil || seg.Fragmented || a.counts.Ignored > b.counts[0] ||
		b.doubts || len(c.dirs[0].doubts)+len(c.dirs[1].doubts) > 0 || b.overlaps != c.info.Overlaps {
		return
	}
	off := d.offset(seg.Seq)
	// Of a body in chunks the bytes behind the present chunk are not known,
	// those before it are more than its content.
	if off < b.next-b.body.Content || off+n > b.next+b.body.Rest {
		return
	}
	c.sift.remember(&siftedData{frame: seg.Frame, e: e, off: off, n: int(n)})
	a.o.Sift.Sifted(Sifted{File: seg.File, Frame: seg.Frame, Keep: 0})
}

// plain tells whether a segment only acknowledged, as all is well, bytes of the
// body that the other end is in the middle of.
func (a *Assembler) plain(c *conn, e int, seg *packet.Segment, b *before) bool {
	s := c.sift
	if seg.Flags != packet.ACK || unusual(seg) || seg.Cut > 0 || !b.in || !b.ordinary || !s.on || s.e == e || seg.File != s.head.file ||
		a.counts.Ignored > b.counts[0] || c.dirs[e].pace.starved || c.dirs[0].parts+c.dirs[1].parts > 0 || len(c.dirs[0].doubts)+len(c.dirs[1].doubts) > 0 {
		return false
	}
	after, in := c.bodyOf(e ^ 1)
	return in && after.Message == b.body.Message && after.Content == b.body.Content
}

// siftData decides on the next data of a direction.
func (a *Assembler) siftData(s *sifting, c *conn, e int, seg *packet.Segment, b *before) {
	n := len(seg.Payload)
	x := siftedData{frame: seg.Frame, e: e, file: seg.File, at: record.Time(seg.Time), off: b.next, n: n, keep: n}
	after, in := c.bodyOf(e)
	same := b.in && in && after.Message == b.body.Message
	switch {
	case same:
		x.content, x.rest = after.Content-b.body.Content, after.Rest
		x.keep = n - int(min(int64(n), after.Tail))
	case in:
		x.rest, x.keep = after.Rest, n-int(min(int64(n), after.Tail))
	case b.in && !b.body.Chunked && b.body.Rest == int64(n):
		x.keep = 0 // it ends the body
	}
	if !after.Chunked {
		x.rest = 0
	}
	pause := x.at-b.newAt >= shortestWait
	follows := s.on && s.e == e && s.next == x.off && s.head.file == x.file
	if !follows || pause {
		a.keepPending(s, c)
	} else {
		s.commit()
	}
	ordinary := (int64(n) <= b.largest || b.largest >= fullSegment) && !c.dirs[e^1].pace.starved
	if same && x.content > 0 && follows && !pause && ordinary && len(s.out) < siftedFrames && s.left.Bytes < siftedBytes {
		s.data, s.next = x, x.off+int64(n)
		s.pending = append(s.pending, x.frame)
		return
	}
	a.begin(s, c, e, &x)
}

// begin makes a packet that stays the one behind which others may be left out.
func (a *Assembler) begin(s *sifting, c *conn, e int, x *siftedData) {
	a.closeRange(s)
	s.on, s.e, s.head, s.left.Rest = true, e, *x, x.rest
	s.next, s.from = x.off+int64(x.n), x.off+int64(x.keep)
	s.held, s.edge, s.ack = s.held[:0], 0, 0
	s.edgeAt, s.ackAt = c.dirs[e].edge, c.dirs[e].acked
	if x.keep < x.n {
		s.remember(x)
	}
}

// remember keeps a packet of which an end was cut off.
func (s *sifting) remember(x *siftedData) {
	s.cut[s.nextCut%len(s.cut)] = *x
	s.nextCut++
}

// siftAck decides on an acknowledgement.
func (a *Assembler) siftAck(s *sifting, c *conn, e int, seg *packet.Segment) {
	if len(s.pending) >= siftedPending {
		a.keepPending(s, c)
		return
	}
	o := &c.dirs[e^1]
	if o.edge > s.edgeAt {
		s.edgeAt = o.edge
		s.release(&s.edge, s.ack)
		s.edge = seg.Frame
	}
	if o.acked > s.ackAt {
		s.ackAt = o.acked
		s.release(&s.ack, s.edge)
		s.ack = seg.Frame
	}
	s.pending = append(s.pending, seg.Frame)
}

// release leaves an acknowledgement out that was held and is outdone, unless it
// is also the other one that counts. Packets that are pending may stay, and then
// it stays too: they were sent when it was not outdone yet.
func (s *sifting) release(frame *int, other int) {
	if *frame != 0 && *frame != other {
		for i, held := range s.held {
			if held == *frame {
				s.held = append(s.held[:i], s.held[i+1:]...)
				s.pending = append(s.pending, held)
				break
			}
		}
	}
	*frame = 0
}

// siftAgain decides on a further recording: it goes the way of the first one.
func (a *Assembler) siftAgain(s *sifting, c *conn, e int, seg *packet.Segment) {
	if seg.Fragmented {
		return
	}
	here := s.on && seg.File == s.head.file
	if len(seg.Payload) == 0 {
		if here && s.e != e && len(s.pending)+len(s.out) > 0 {
			s.leave(seg.Frame)
		}
		return
	}
	off, n := c.dirs[e].offset(seg.Seq), int64(len(seg.Payload))
	keep := n
	switch here = here && s.e == e && off+n <= s.next; {
	case here && off >= s.from:
		s.leave(seg.Frame)
		return
	case here && off+n > s.from:
		keep = s.from - off
	default:
		keep = s.keptOf(e, off, n)
	}
	if keep < n {
		a.o.Sift.Sifted(Sifted{File: seg.File, Frame: seg.Frame, Keep: int(keep)})
	}
}

// keptOf gives how much was kept of a packet, if it was cut lately.
func (s *sifting) keptOf(e int, off, n int64) int64 {
	for i := range s.cut {
		if x := &s.cut[i]; x.frame != 0 && x.e == e && x.off == off && int64(x.n) == n {
			return int64(x.keep)
		}
	}
	return n
}

// commit leaves out what was pending.
func (s *sifting) commit() {
	for _, frame := range s.pending {
		if frame == s.edge || frame == s.ack {
			s.held = append(s.held, frame)
			continue
		}
		s.leave(frame)
	}
	s.pending = s.pending[:0]
	if x := &s.data; x.frame != 0 {
		s.left.Bytes += int64(x.n)
		s.left.Content += x.content
		s.left.Rest = x.rest
		s.left.Until = x.at.Sub(s.head.at)
		*x = siftedData{}
	}
}

// leave leaves a packet out.
func (s *sifting) leave(frame int) {
	s.out = append(s.out, frame)
	s.left.Packets++
}

// keepPending keeps what was pending: with a pause behind it, or something out
// of the ordinary, it tells something.
func (a *Assembler) keepPending(s *sifting, c *conn) {
	s.pending = s.pending[:0]
	if x := s.data; x.frame != 0 {
		s.data = siftedData{}
		a.begin(s, c, s.e, &x)
	}
}

// closeSift ends what is under way.
func (a *Assembler) closeSift(c *conn) {
	s := c.sift
	if s == nil {
		return
	}
	a.keepPending(s, c)
	a.closeRange(s)
	s.on = false
}

// closeRange tells of the packet at the head and of what lies behind it.
func (a *Assembler) closeRange(s *sifting) {
	if s.on && (s.head.keep < s.head.n || len(s.out) > 0) {
		slices.Sort(s.out)
		a.o.Sift.Sifted(Sifted{File: s.head.file, Frame: s.head.frame, Keep: s.head.keep, LeftOut: s.left, Frames: s.out})
	}
	s.left, s.out = LeftOut{}, s.out[:0]
	s.on = false
}
