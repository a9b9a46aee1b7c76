package packet

import (
	"container/list"

	"glancecap/decoder/carry"
)

// mostFragments bounds the pieces of a datagram: none has more than one for
// each eight bytes.
const mostFragments = maxDatagram / 8

// Carry carries the datagrams of which fragments are still to come, from or to
// a Decoder of another file of the same capture.
func (d *Decoder) Carry(c *carry.Coder) {
	f := &d.fragments
	n := f.order.Len()
	carry.Int(c, &n)
	c.Check(n >= 0, "the number of datagrams")
	if !c.Reading() {
		for e := f.order.Front(); e != nil; e = e.Next() {
			e.Value.(*datagram).carry(c)
		}
		return
	}
	for ; n > 0 && c.Err() == nil; n-- {
		q := new(datagram)
		if q.carry(c); c.Err() != nil {
			return
		}
		f.held += q.held
		f.seen += q.frames
		var e *list.Element
		if c.Check(f.table[q.key] == nil && f.held <= f.bounds.FragmentBytes, "the datagrams in the making"); c.Err() == nil {
			e = f.order.PushBack(q)
			f.table[q.key] = e
		}
	}
}

// InTheMaking counts the frames whose fragments wait for others: those that
// Carry hands on.
func (d *Decoder) InTheMaking() (n int64) {
	for e := d.fragments.order.Front(); e != nil; e = e.Next() {
		n += e.Value.(*datagram).frames
	}
	return n
}

// carry carries a datagram in the making.
func (q *datagram) carry(c *carry.Coder) {
	k := &q.key
	c.Array(k.src[:])
	c.Array(k.dst[:])
	carry.Int(c, &k.id, &k.path)
	carry.Int(c, &k.file)
	carry.Int(c, &k.protocol, &k.version, &q.ttl, &q.next)
	carry.Int(c, &q.began, &q.frames)
	carry.Int(c, &q.length)
	c.Bool(&q.last)
	if c.Reading() {
		q.have, q.held = 0, 0
	}
	end := 0
	carry.Slice(c, &q.runs, mostFragments, func(r *run) {
		carry.Int(c, &r.start, &r.end)
		c.Check(r.start >= end && r.end > r.start && r.end <= maxDatagram, "the fragments of a datagram")
		end = r.end
		at := r.start
		carry.Slice(c, &r.pieces, mostFragments, func(p *piece) {
			c.Bytes(&p.data)
			carry.Int(c, &p.cut)
			c.Check(p.cut >= 0 && p.cut <= maxDatagram, "a fragment")
			at += len(p.data) + p.cut
			if c.Reading() {
				q.held += len(p.data) + overhead
			}
		})
		c.Check(at == r.end, "the fragments of a datagram")
		if c.Reading() {
			q.have += r.end - r.start
		}
	})
	c.Check(q.frames > 0 && q.length <= maxDatagram && q.length >= end, "a datagram in the making")
}
