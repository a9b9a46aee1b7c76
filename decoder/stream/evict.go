package stream

import (
	"unsafe"

	"glancecap/decoder/bounds"
)

// The names of the bounds that are hit here, for bounds.Hits.
const (
	hitFlows     = "live TCP flows"
	hitPairs     = "address-port pairs remembered"
	hitDirection = "bytes held for a direction"
)

// connBytes is what a connection costs against bounds.StreamBytes before it
// holds any bytes, with what the allocator rounds up.
const connBytes = int(unsafe.Sizeof(conn{})+unsafe.Sizeof(Info{})) * 9 / 8

// mostPieces bounds the segments that wait in one direction: each costs more
// than its bytes.
const mostPieces = 16 << 10

// hold books bytes that are held for streams.
func (a *Assembler) hold(n int) { a.held += n }

// bound gives up holes, and lets connections go, until the bounds are kept.
func (a *Assembler) bound(c *conn) {
	for e := range c.dirs {
		d := &c.dirs[e]
		for (d.held > a.o.Bounds.DirectionBytes || d.parts > mostPieces) && !d.wait.empty() && !c.dropped && !d.facts.has(closed) {
			a.o.Hits.Hit(hitDirection)
			a.giveUp(c, e)
		}
	}
	for a.held > a.o.Bounds.StreamBytes {
		f := a.flows.talking.longestIdle(&a.flows)
		if f == nil || f == c.flow {
			break
		}
		a.o.Hits.Hit(bounds.HitStreamBytes)
		a.evict(f)
	}
	if c.dropped && c.flow.conn == c {
		a.unfollow(c.flow)
	}
}

// giveUp stops waiting for the first hole of a direction.
func (a *Assembler) giveUp(c *conn, e int) {
	d := &c.dirs[e]
	if d.facts.has(joining) {
		a.joinNow(c, e)
		return
	}
	first := d.wait.front().first
	a.missUpTo(c, e, min(first.off, d.acked), first.at)
	if hole := first.off - d.next; hole > 0 && !c.dropped {
		a.miss(c, e, hole, GaveUp, first.at)
	}
	a.pour(c, first.at)
}

// evictFlow makes room for one more flow: those that carry nothing go first,
// the longest idle before the others.
func (a *Assembler) evictFlow() {
	f := a.flows.quiet.longestIdle(&a.flows)
	if f == nil {
		f = a.flows.talking.longestIdle(&a.flows)
	}
	a.o.Hits.Hit(hitFlows)
	a.evict(f)
}

// evict lets a flow go and remembers its stream number.
func (a *Assembler) evict(f *flow) {
	a.end(f, Evicted)
	a.remember(f)
	a.flows.remove(f)
}
