package stream

import "glancecap/decoder/packet"

// second is a SYN on a connection that is alive: it changes nothing, unless
// the other end answers it.
type second struct {
	seq     uint32
	segment packet.Segment
}

// maxSeconds is how many of them are kept; a flood of them changes nothing.
const maxSeconds = 4096

// keepSecond keeps a SYN until it is answered.
func (a *Assembler) keepSecond(f *flow, seg *packet.Segment) {
	a.counts.Ignored++
	if wrong(seg) {
		return
	}
	if a.seconds == nil {
		a.seconds = make(map[int32]second)
	}
	if _, there := a.seconds[f.self]; there || len(a.seconds) < maxSeconds {
		s := second{seq: seg.Seq, segment: *seg}
		s.segment.Payload = nil
		s.segment.Options = append([]byte(nil), seg.Options...)
		a.seconds[f.self] = s
	}
}

// secondAnswered begins a new connection where a SYN-ACK answers the second
// SYN: the end of the old one was not captured.
func (a *Assembler) secondAnswered(f *flow, e int, seg *packet.Segment) bool {
	s, pending := a.seconds[f.self]
	if !pending || seg.Ack != s.seq+1 || f.ends[e] == s.segment.Src {
		return false
	}
	a.counts.Ignored-- // it was believed after all
	a.restart(f, e^1, &s.segment)
	f.takeSYN(e, seg)
	return true
}

// restart begins a new connection on the pair, with the SYN of end e.
func (a *Assembler) restart(f *flow, e int, seg *packet.Segment) {
	a.end(f, Reused)
	f.begin(seg)
	if seg.Flags.Has(packet.SYN) {
		f.takeSYN(e, seg)
	}
}

// lateSYN takes a SYN on a connection that carries something: it changes
// nothing, unless the other end answers it. Its data is ignored.
func (a *Assembler) lateSYN(f *flow, e int, seg *packet.Segment) {
	c := f.conn
	h := &f.hello[e]
	// The SYN may have been recorded late or twice, and its first copy before
	// the capture began.
	again := h.facts.has(synSeen) && h.seq == seg.Seq+1 || !h.facts.has(synSeen) && c.dirs[e].base == seg.Seq+1
	if seg.Flags.Has(packet.ACK) {
		switch {
		case a.secondAnswered(f, e, seg):
		case again && !c.dirs[e].wrong(seg):
			h.facts |= resent
			f.packets++
		default:
			a.ignore(c)
		}
		return
	}
	switch {
	case again:
		f.packets++
	case !c.dirs[e^1].facts.has(seen) && !c.dirs[e].wrong(seg):
		a.restart(f, e, seg) // nobody is captured who could answer
	default:
		c.ignored++
		a.keepSecond(f, seg)
	}
}
