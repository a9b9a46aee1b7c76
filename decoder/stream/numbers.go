package stream

import "glancecap/decoder/packet"

// Wireshark's tcp.stream (dissect_tcp in epan/dissectors/packet-tcp.c): a new
// number for the first segment of an address-port pair, and for a SYN without
// ACK whose sequence number differs from the first one of its sender in the
// stream. That first one is a SYN's own number, else the number before the
// segment's, or before what the other end acknowledged.

// countStream moves the pair's number on where a segment begins a new stream.
// A connection that is alive keeps the number of its first packet.
func (a *Assembler) countStream(f *flow, e int, seg *packet.Segment) {
	baseSet := [2]flowFlags{baseSet0, baseSet1}
	if seg.Flags&(packet.SYN|packet.ACK) == packet.SYN && f.has(baseSet[e]) && f.base[e] != seg.Seq {
		f.latest = a.streams
		a.streams++
		f.set(baseSet0|baseSet1, false)
	}
	if !f.has(baseSet[e]) {
		f.set(baseSet[e], true)
		f.base[e] = seg.Seq
		if !seg.Flags.Has(packet.SYN) {
			f.base[e]--
		}
	}
	if o := e ^ 1; seg.Flags.Has(packet.ACK) && !f.has(baseSet[o]) {
		f.set(baseSet[o], true)
		f.base[o] = seg.Ack - 1
	}
}

// pairs remembers the stream numbers of pairs whose flow was evicted, in 24
// bytes each: open addressing over a 64-bit hash.
type pairs struct {
	slots []pair
	used  int
}

// pair is an evicted flow: its hash, 0 where the slot is free, the number and
// the first sequence numbers; the flags are flow's baseSet0 and baseSet1.
type pair struct {
	hash   uint64
	base   [2]uint32
	latest int32
	flags  flowFlags
	swap   bool // the flow's end 0 is the higher one
}

// wide is the 64-bit hash of a pair, the same for both directions, never 0.
func wide(f *flow) uint64 {
	h := mix(endHash(&f.ends[0])+endHash(&f.ends[1]), 0xd6e8feb86659fd93)
	return h | 1
}

func (f *flow) swapped() bool {
	a, b := &f.ends[0], &f.ends[1]
	for i := range a.Addr {
		if a.Addr[i] != b.Addr[i] {
			return a.Addr[i] > b.Addr[i]
		}
	}
	return a.Port > b.Port
}

// remember keeps the numbers of a flow that is let go. Beyond the bound they
// are lost, and later numbers are no longer Wireshark's.
func (a *Assembler) remember(f *flow) {
	p := &a.pairs
	if p.used >= a.o.Bounds.Pairs {
		a.o.Hits.Hit(hitPairs)
		return
	}
	if p.used >= len(p.slots)*4/5 {
		p.grow()
	}
	p.place(pair{hash: wide(f), base: f.base, latest: f.latest, flags: f.flags & (baseSet0 | baseSet1), swap: f.swapped()})
	p.used++
}

// recall gives a flow the number that Wireshark gives its pair.
func (a *Assembler) recall(f *flow) {
	p := &a.pairs
	if p.used > 0 {
		hash := wide(f)
		for i := p.home(hash); p.slots[i].hash != 0; i = p.after(i) {
			if p.slots[i].hash != hash {
				continue
			}
			s := p.slots[i]
			f.base, f.latest = s.base, s.latest
			f.flags |= s.flags
			if s.swap != f.swapped() {
				f.base[0], f.base[1] = f.base[1], f.base[0]
				f.set(baseSet0, s.flags&baseSet1 != 0)
				f.set(baseSet1, s.flags&baseSet0 != 0)
			}
			p.drop(i)
			return
		}
	}
	f.latest = a.streams
	a.streams++
}

func (p *pairs) home(hash uint64) int {
	return int((hash >> 32) * uint64(len(p.slots)) >> 32)
}

func (p *pairs) after(i int) int {
	if i++; i == len(p.slots) {
		return 0
	}
	return i
}

func (p *pairs) place(x pair) {
	i := p.home(x.hash)
	for p.slots[i].hash != 0 {
		i = p.after(i)
	}
	p.slots[i] = x
}

// drop empties a slot and closes the gap behind it.
func (p *pairs) drop(i int) {
	n := len(p.slots)
	for j := p.after(i); p.slots[j].hash != 0; j = p.after(j) {
		if home := p.home(p.slots[j].hash); (j-home+n)%n >= (j-i+n)%n {
			p.slots[i], i = p.slots[j], j
		}
	}
	p.slots[i] = pair{}
	p.used--
}

func (p *pairs) grow() {
	old := p.slots
	p.slots = make([]pair, max(1024, len(old)*3/2))
	for _, x := range old {
		if x.hash != 0 {
			p.place(x)
		}
	}
}
