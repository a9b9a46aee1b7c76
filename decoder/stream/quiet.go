package stream

import "glancecap/decoder/packet"

// greet takes a segment of a flow that carried nothing yet.
func (a *Assembler) greet(f *flow, e int, seg *packet.Segment) {
	h := &f.hello[e]
	carries := len(seg.Payload)+seg.Cut > 0 || seg.Flags.Has(packet.FIN)
	switch {
	case seg.Flags&(packet.SYN|packet.RST|packet.ACK) == packet.ACK && (carries || f.moved(e, seg)):
		a.newConn(f)
		a.process(f, e, seg)
	case h.again(seg):
		a.counts.Duplicate++
	case seg.Flags.Has(packet.RST):
		a.greetRST(f, e, seg)
	case seg.Flags.Has(packet.SYN):
		a.greetSYN(f, e, seg)
	case !seg.Flags.Has(packet.ACK):
		a.counts.Ignored++
	case h.wrong(seg):
		a.counts.Ignored++
	case f.stale(e, seg):
		h.facts |= seen
		f.packets++
	default:
		h.note(seg)
		if seg.HasTS && !f.handshakeOpen(e^1) {
			h.facts |= stamps
			h.ts = seg.TSVal
		}
		if f.handshakeOpen(e) && f.echoes(e, seg) {
			f.set(established, true)
		}
		if o := &f.hello[e^1]; !o.facts.has(known) || !o.facts.has(synSeen) {
			o.seq = seg.Ack
			o.facts |= known
		}
		f.readScale()
		h.edge = seg.Ack + uint32(seg.Window)<<h.shift()
		f.packets++
	}
}

// moved tells that an empty segment shows that something was carried that was
// not captured. The first segment of an end that was joined midstream may be a
// keep-alive, one before its next byte.
func (f *flow) moved(e int, seg *packet.Segment) bool {
	h, o := &f.hello[e], &f.hello[e^1]
	return h.facts.has(known) && int32(seg.Seq-h.seq) > h.slack() ||
		o.facts.has(known) && int32(seg.Ack-o.seq) > o.slack()
}

func (h *hello) slack() int32 {
	if h.facts.has(synSeen) {
		return 0
	}
	return 1
}

// stale tells that an empty segment was overtaken, or is a keep-alive.
func (f *flow) stale(e int, seg *packet.Segment) bool {
	h, o := &f.hello[e], &f.hello[e^1]
	return h.facts.has(known) && int32(seg.Seq-h.seq) < 0 || o.facts.has(known) && int32(seg.Ack-o.seq) < 0
}

// note keeps what an empty segment tells of its sender.
func (h *hello) note(seg *packet.Segment) {
	if !h.facts.has(synSeen) {
		h.seq = seg.Seq
	}
	h.facts |= seen | known | acks
	h.ack = seg.Ack
}

// handshakeOpen tells that end e is a client whose answer to the server's
// SYN-ACK may not have been taken. Linux takes only what echoes the time stamp
// of one of its SYN-ACKs (tcp_check_req in net/ipv4/tcp_minisocks.c).
func (f *flow) handshakeOpen(e int) bool {
	server := &f.hello[e^1]
	return f.has(oriented) && uint8(e) == f.clientEnd && !f.has(established) &&
		server.facts.has(synSeen|stamps) && !server.facts.has(resent)
}

// echoes tells that a segment echoes the server's SYN-ACK.
func (f *flow) echoes(e int, seg *packet.Segment) bool {
	return !seg.HasTS || seg.TSEcr == f.hello[e^1].ts
}

// readScale settles how the ends' windows are to be read: scaling is in use
// where both SYNs offered it (RFC 7323 §2.2), and surely not where one of them
// was seen and did not.
func (f *flow) readScale() {
	for e := range f.hello {
		h, o := &f.hello[e], &f.hello[e^1]
		switch {
		case h.facts.has(synSeen | scales):
			if o.facts.has(synSeen) {
				h.facts |= scaleKnown
				if !o.facts.has(scales) {
					h.setShift(0)
				}
			}
		case h.facts.has(synSeen) || o.facts.has(synSeen) && !o.facts.has(scales):
			h.facts |= scaleKnown
			h.setShift(0)
		}
	}
}

// greetSYN takes a SYN on a flow that carried nothing.
func (a *Assembler) greetSYN(f *flow, e int, seg *packet.Segment) {
	h, o := &f.hello[e], &f.hello[e^1]
	if h.wrong(seg) {
		a.counts.Ignored++
		return
	}
	if seg.Flags.Has(packet.ACK) {
		if a.secondAnswered(f, e, seg) {
			return
		}
		switch {
		case h.facts.has(synSeen) && h.seq == seg.Seq+1:
			h.facts |= resent
			f.packets++
		case h.facts.has(synSeen), o.facts.has(synSeen) && o.seq != seg.Ack:
			a.counts.Ignored++
		default:
			f.takeSYN(e, seg)
		}
		return
	}
	switch {
	case h.facts.has(synSeen) && h.seq == seg.Seq+1:
		f.packets++ // again
	case !h.facts.has(seen) && (!o.facts.has(synSeen) || o.ack == seg.Seq+1):
		f.takeSYN(e, seg)
	case !o.facts.has(seen):
		a.restart(f, e, seg)
	default:
		a.keepSecond(f, seg)
	}
}

// takeSYN begins the direction of an end.
func (f *flow) takeSYN(e int, seg *packet.Segment) {
	h, o := &f.hello[e], &f.hello[e^1]
	h.readSYN(seg.Options)
	h.facts |= seen | synSeen | known
	h.seq = seg.Seq + 1
	if seg.HasTS {
		h.facts |= stamps
		h.ts = seg.TSVal
	}
	f.set(oriented, true)
	if seg.Flags.Has(packet.ACK) {
		f.clientEnd = uint8(e ^ 1)
		h.facts |= acks
		h.ack = seg.Ack
		h.edge = seg.Ack + uint32(seg.Window) // never scaled in a SYN
		if !o.facts.has(known) {
			o.seq = seg.Ack
			o.facts |= known
		}
	} else {
		f.clientEnd = uint8(e)
		f.set(handshake, true)
	}
	f.readScale()
	f.packets++
}

// greetRST takes a RST on a flow that carried nothing. It is believed at
// exactly the next sequence number, and as the answer of an end that does not
// know the connection (RFC 9293 §3.10.7.1): the number is then the one that
// was acknowledged, or the acknowledgement is of the SYN.
func (a *Assembler) greetRST(f *flow, e int, seg *packet.Segment) {
	h, o := &f.hello[e], &f.hello[e^1]
	exact := h.facts.has(known) && seg.Seq == h.seq || !h.facts.has(seen) &&
		(!o.facts.has(known) || !seg.Flags.Has(packet.ACK) || seg.Ack == o.seq)
	if s, pending := a.seconds[f.self]; pending && seg.Flags.Has(packet.ACK) && seg.Ack == s.seq+1 {
		// The second SYN was refused. Linux lets a connection go with it that
		// was not established yet (tcp_check_req in tcp_minisocks.c).
		delete(a.seconds, f.self)
		exact = exact || !f.hello[f.clientEnd].facts.has(acks)
	}
	if !exact || h.wrong(seg) {
		a.counts.Ignored++
		return
	}
	h.facts |= seen
	f.packets++
	a.end(f, Reset)
}

// pass counts a segment of a connection that nothing follows.
func (a *Assembler) pass(f *flow, e int, seg *packet.Segment) {
	switch {
	case seg.Flags&(packet.SYN|packet.ACK|packet.RST) == packet.SYN && (f.latest != f.number || f.has(gone0) && f.has(gone1)):
		a.restart(f, e, seg)
		return
	case seg.Flags.Has(packet.RST):
		f.set(gone0|gone1, true)
	case seg.Flags.Has(packet.FIN):
		f.set([2]flowFlags{gone0, gone1}[e], true)
	}
	f.packets++
}
