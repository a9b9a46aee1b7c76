package stream

import "glancecap/decoder/packet"

// A receiver drops what has a wrong checksum. But a capture can show sums that
// are wrong although the receiver saw right ones: taken between the translation
// of an address and that of its sums, or made from a printed capture. So a
// segment with a wrong sum is in doubt until the receiver acknowledges its
// bytes; and an end whose first sums are all wrong is believed without them.

// wrongSums of an end in a row, and no right one, say that its sums mean
// nothing in this capture.
const wrongSums = 3

// wrong tells that a checksum is wrong, of IPv4's header or TCP's.
func wrong(seg *packet.Segment) bool {
	return seg.BadIP || seg.Checksum() == packet.ChecksumBad
}

// wrong tells that a segment has a wrong sum where sums mean something.
func (d *direction) wrong(seg *packet.Segment) bool {
	if d.facts.has(sumsOff) {
		return false
	}
	if !seg.BadIP {
		switch seg.Checksum() {
		case packet.ChecksumGood, packet.ChecksumUnfilled:
			d.facts |= sumsRight
			return false
		case packet.ChecksumUnknown:
			return false
		}
	}
	if d.facts.has(sumsRight) {
		return true
	}
	if d.badSums++; d.badSums >= wrongSums {
		d.facts |= sumsOff
		return false
	}
	return true
}

// wrong is direction.wrong for a flow that carries nothing. What is new is
// taken with a wrong sum too: nothing is known yet that it could harm.
func (h *hello) wrong(seg *packet.Segment) bool {
	if !wrong(seg) {
		h.facts |= sumsRight
		return false
	}
	if h.facts.has(sumsRight) {
		return true
	}
	fresh := !h.facts.has(seen) || h.facts.has(sumsBad)
	h.facts |= sumsBad
	return !fresh
}

// sumUp adds what a segment's checksum says to the verdict on it.
func (a *Assembler) sumUp(c *conn, e int, v verdict, why doubt, carries bool, seg *packet.Segment) (verdict, doubt) {
	d := &c.dirs[e]
	off := d.facts.has(sumsOff)
	if d.wrong(seg) {
		if !carries {
			return refusedIt, noDoubt
		}
		return doubted, wrongSum
	}
	if !off && d.facts.has(sumsOff) {
		a.believeDoubts(c, e)
	}
	return v, why
}
