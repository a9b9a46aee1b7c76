package stream

import (
	"encoding/binary"
	"math/bits"

	"glancecap/decoder/packet"
)

// table finds the flow of a segment: open addressing with linear probing over
// a 32-bit hash, and the flows themselves in pages that never move, so that a
// *flow stays valid while the table grows. A flow without payload costs its
// own size and 10 to 20 bytes here.
type table struct {
	slots []slot // a power of two
	used  int
	pages []*[pageFlows]flow
	made  int32 // flows handed out of pages so far
	free  int32 // a list of flows given back, through flow.newer; 0: none
	// recent are flows of the latest segments, by their ports: of all flows few
	// carry the bulk of a capture at a time.
	recent [recentFlows]*flow
	// named are the same by packet.Segment.Like, which tells without a look at
	// the ends whose segment it is.
	named [namedFlows]named
	// By age: flows that carry nothing yet, and those with a connection.
	quiet, talking ages
}

// slot points to a flow; at 0 is no flow.
type slot struct {
	hash uint32
	at   int32
}

const (
	pageBits  = 10 // a page of them fills whole pages of memory
	pageFlows = 1 << pageBits
	// recentFlows fit into two cache lines.
	recentFlows = 16
	namedFlows  = 64
)

// named is the flow of segments that are alike, and the end that sends them.
type named struct {
	like uint64
	flow *flow // nil where it was removed
	end  int
}

// at gives a flow by its number in the pages, from 1.
func (t *table) at(i int32) *flow { return &t.pages[(i-1)>>pageBits][(i-1)&(pageFlows-1)] }

// find gives the flow of a segment and which of its ends sent it; nil where
// there is none yet.
func (t *table) find(seg *packet.Segment) (f *flow, e int) {
	n := &t.named[seg.Like%namedFlows]
	if seg.Like != 0 && n.like == seg.Like && n.flow != nil {
		return n.flow, n.end
	}
	if f, e = t.search(seg); f != nil && seg.Like != 0 {
		*n = named{seg.Like, f, e}
	}
	return f, e
}

// search is find by the ends of the segment.
func (t *table) search(seg *packet.Segment) (f *flow, e int) {
	if f = *t.recently(&seg.Src, &seg.Dst); f != nil {
		if e, ok := f.endOf(seg); ok {
			return f, e
		}
	}
	if len(t.slots) == 0 {
		return nil, 0
	}
	hash := hashOf(&seg.Src, &seg.Dst)
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; t.slots[i].at != 0; i = (i + 1) & mask {
		if t.slots[i].hash != hash {
			continue
		}
		f := t.at(t.slots[i].at)
		if e, ok := f.endOf(seg); ok {
			*t.recently(&seg.Src, &seg.Dst) = f
			return f, e
		}
	}
	return nil, 0
}

// recently is where the flow of two endpoints stands if it is among the latest;
// the same for both directions.
func (t *table) recently(a, b *packet.Endpoint) **flow {
	return &t.recent[(a.Port^b.Port)%recentFlows]
}

// endOf tells which end of a flow sent a segment, if one of them did. The ports
// choose without a branch, which would be guessed wrong whenever the ends take
// turns; of two ends with one port the addresses decide.
func (f *flow) endOf(seg *packet.Segment) (e int, ok bool) {
	e = int(b2u(f.ends[0].Port != seg.Src.Port))
	if f.ends[e&1] == seg.Src && f.ends[e&1^1] == seg.Dst {
		return e, true
	}
	return 1, f.ends[1] == seg.Src && f.ends[0] == seg.Dst
}

// add makes the flow of a segment that has none, with its sender as end 0.
func (t *table) add(seg *packet.Segment) *flow {
	if t.used >= len(t.slots)*3/4 {
		t.grow()
	}
	i := t.free
	if i != 0 {
		t.free = t.at(i).newer
	} else {
		if int(t.made) == len(t.pages)*pageFlows {
			t.pages = append(t.pages, new([pageFlows]flow))
		}
		t.made++
		i = t.made
	}
	f := t.at(i)
	*f = flow{self: i, ends: [2]packet.Endpoint{seg.Src, seg.Dst}}
	t.place(slot{hashOf(&seg.Src, &seg.Dst), i})
	t.used++
	t.quiet.push(t, f)
	*t.recently(&seg.Src, &seg.Dst) = f
	return f
}

// remove takes a flow out.
func (t *table) remove(f *flow) {
	t.listOf(f).drop(t, f)
	mask := uint32(len(t.slots) - 1)
	i := hashOf(&f.ends[0], &f.ends[1]) & mask
	for t.slots[i].at != f.self {
		i = (i + 1) & mask
	}
	// Close the gap, so that a search never stops before its flow.
	for j := (i + 1) & mask; t.slots[j].at != 0; j = (j + 1) & mask {
		if home := t.slots[j].hash & mask; (j-home)&mask >= (j-i)&mask {
			t.slots[i], i = t.slots[j], j
		}
	}
	t.slots[i] = slot{}
	t.used--
	if recent := t.recently(&f.ends[0], &f.ends[1]); *recent == f {
		*recent = nil
	}
	for i := range t.named {
		if t.named[i].flow == f {
			t.named[i].flow = nil
		}
	}
	self := f.self
	*f = flow{newer: t.free}
	t.free = self
}

// talks moves a flow that got a connection to the list of those, or back.
func (t *table) talks(f *flow, yes bool) {
	if f.has(inTalking) == yes {
		return
	}
	t.listOf(f).drop(t, f)
	f.set(inTalking, yes)
	t.listOf(f).push(t, f)
}

func (t *table) listOf(f *flow) *ages {
	if f.has(inTalking) {
		return &t.talking
	}
	return &t.quiet
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, max(256, 2*len(old)))
	for _, s := range old {
		if s.at != 0 {
			t.place(s)
		}
	}
}

func (t *table) place(s slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].at != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

// each calls f for every flow, in no particular order.
func (t *table) each(do func(f *flow)) {
	for _, s := range t.slots {
		if s.at != 0 {
			do(t.at(s.at))
		}
	}
}

// hashOf gives the same for both directions.
func hashOf(a, b *packet.Endpoint) uint32 {
	h := endHash(a) + endHash(b)
	return uint32(mix(h, 0x9e3779b97f4a7c15))
}

func endHash(e *packet.Endpoint) uint64 {
	lo, hi := binary.LittleEndian.Uint64(e.Addr[:8]), binary.LittleEndian.Uint64(e.Addr[8:])
	return mix(hi^0x2d358dccaa6c78a5, lo^0x8bb84b93962eacc9^uint64(e.Port)<<17)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// ages is a list of flows, the oldest first. A flow that was active since it
// was last looked at is put back to the end, which costs the hot path one
// flag instead of a move in the list.
type ages struct {
	oldest, newest int32
	n              int
}

func (l *ages) push(t *table, f *flow) {
	f.older, f.newer = l.newest, 0
	if l.newest != 0 {
		t.at(l.newest).newer = f.self
	} else {
		l.oldest = f.self
	}
	l.newest = f.self
	l.n++
}

func (l *ages) drop(t *table, f *flow) {
	if f.older != 0 {
		t.at(f.older).newer = f.newer
	} else {
		l.oldest = f.newer
	}
	if f.newer != 0 {
		t.at(f.newer).older = f.older
	} else {
		l.newest = f.older
	}
	f.older, f.newer = 0, 0
	l.n--
}

// longestIdle gives the flow of the list that was idle longest; nil where the
// list is empty.
func (l *ages) longestIdle(t *table) *flow {
	for l.oldest != 0 {
		f := t.at(l.oldest)
		if !f.has(active) {
			return f
		}
		f.set(active, false)
		if l.n == 1 {
			return f
		}
		l.drop(t, f)
		l.push(t, f)
	}
	return nil
}
