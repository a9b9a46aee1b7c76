package capture

// Where things stand in the record of a packet. A Rewriter knows it once it was
// given the headers before the packet.

// DataAt gives where in the record of a packet its Data begins.
func (r *Rewriter) DataAt(p *Packet) int {
	const simple, enhanced = 12, 28 // what stands in front of the data
	switch {
	case r.header > 0:
		return r.header
	case r.order.u32(p.Record) == blockSimple:
		return simple
	}
	return enhanced
}

// OptionsAt gives where in the record of a packet its options begin, the length
// at the end of a block not being one of them: nothing follows where it has
// none.
func (r *Rewriter) OptionsAt(p *Packet) (from, to int) {
	switch {
	case r.header > 0:
		return len(p.Record), len(p.Record)
	case r.order.u32(p.Record) == blockSimple:
		return len(p.Record) - 4, len(p.Record) - 4
	}
	captured := int(r.order.u32(p.Record[20:])) // with the frame check sequence
	return min(r.DataAt(p)+(captured+3)&^3, len(p.Record)-4), len(p.Record) - 4
}

// CanCut tells whether the record of a packet has a place for a captured length:
// simple packet blocks have none.
func (r *Rewriter) CanCut(p *Packet) bool {
	return r.header > 0 || r.order.u32(p.Record) != blockSimple
}
