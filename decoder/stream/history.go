package stream

import "bytes"

// history keeps what a direction delivered last, so that a later copy of it
// can be compared, and recognised as the same frame recorded twice. Bytes are
// copied into a ring that is addressed by their offset. What was skipped leaves
// its range and trace only.
type history struct {
	past  []delivered // a ring, a power of two long
	head  int         // where the next one goes
	n     int
	bytes []byte // the ring of copies, a power of two long
	top   int64  // offset behind the last byte copied
}

// delivered is a segment that was delivered.
type delivered struct {
	off  int64
	n    int32 // captured bytes
	kept bool  // its bytes are in the ring
	mark trace
}

func (p *delivered) end() int64 { return p.off + int64(p.n) }

const (
	firstPast, mostPast = 4, 1024
	firstBytes          = 256
	pastBytes           = 48 // of a delivered
)

// note keeps a delivered segment, whose trace goes where the answer points. keep
// is false for bytes that were skipped.
func (a *Assembler) note(h *history, off int64, data []byte, n int, keep bool) *trace {
	if h.n < len(h.past) {
		h.n++
	} else if h.n < mostPast && (h.n == 0 || off-h.past[h.head].end() <= int64(a.o.Bounds.CompareBytes)) {
		if a.growPast(h); h.n < len(h.past) {
			h.n++
		}
	}
	slot := &h.past[h.head]
	h.head = (h.head + 1) & (len(h.past) - 1)
	slot.off, slot.n = off, int32(n)
	slot.kept = keep && data != nil
	if slot.kept {
		a.copyPast(h, off, data)
	}
	return &slot.mark
}

// growPast makes room for more entries in a full ring whose oldest one is still
// of interest, if the budget allows; else that one is overwritten.
func (a *Assembler) growPast(h *history) {
	size := max(firstPast, 2*len(h.past))
	if cost := len(h.past) * pastBytes; cost > 0 && a.copied+cost > a.o.Bounds.CompareBudget {
		return
	}
	grown := make([]delivered, size)
	for i := range h.n {
		grown[i] = h.past[(h.head-h.n+i)&(len(h.past)-1)]
	}
	a.copied += (size - len(h.past)) * pastBytes
	h.past, h.head = grown, h.n
}

// copyPast copies delivered bytes into the ring.
func (a *Assembler) copyPast(h *history, off int64, data []byte) {
	want := len(data)
	if h.n > 1 {
		want = int(min(int64(a.o.Bounds.CompareBytes), h.top-h.oldestKept()+int64(len(data))))
	}
	if want > len(h.bytes) {
		a.growBytes(h, want)
	}
	size := len(h.bytes)
	h.top = off + int64(len(data))
	if len(data) > size {
		off, data = off+int64(len(data)-size), data[len(data)-size:]
	}
	if size == 0 {
		return
	}
	at := int(off) & (size - 1)
	n := copy(h.bytes[at:], data)
	copy(h.bytes, data[n:])
}

// oldestKept is the offset of the oldest entry.
func (h *history) oldestKept() int64 {
	return h.past[(h.head-h.n)&(len(h.past)-1)].off
}

// growBytes enlarges the ring of copies to want bytes, as far as the bounds
// allow.
func (a *Assembler) growBytes(h *history, want int) {
	size := max(len(h.bytes), firstBytes)
	for size < want && 2*size <= a.o.Bounds.CompareBytes {
		size *= 2
	}
	cost := size - len(h.bytes)
	if cost <= 0 || a.copied+cost > a.o.Bounds.CompareBudget || size > a.o.Bounds.CompareBytes {
		return
	}
	grown := make([]byte, size)
	if old := len(h.bytes); old > 0 {
		for o := h.top - int64(old); o < h.top; {
			at := int(o) & (old - 1)
			n := min(old-at, int(h.top-o))
			to := int(o) & (size - 1)
			n = min(n, size-to)
			copy(grown[to:], h.bytes[at:at+n])
			o += int64(n)
		}
	}
	a.copied += cost
	h.bytes = grown
}

// forget gives everything back.
func (a *Assembler) forget(h *history) {
	a.copied -= len(h.past)*pastBytes + len(h.bytes)
	*h = history{}
}

// eachOver calls do for the entries that overlap [from, to), the newest first,
// until it answers false.
func (h *history) eachOver(from, to int64, do func(p *delivered) bool) {
	for i := 1; i <= h.n; i++ {
		p := &h.past[(h.head-i)&(len(h.past)-1)]
		if p.end() <= from {
			return
		}
		if p.off < to && !do(p) {
			return
		}
	}
}

// differs compares b, at offset off, with an entry. It gives the first and
// the last offset at which they differ (from > to: nowhere), and how many
// bytes of their common range could not be compared.
func (h *history) differs(p *delivered, off int64, b []byte) (from, to int64, blind int64) {
	lo, hi := max(off, p.off), min(off+int64(len(b)), p.end())
	from, to = hi, lo-1
	if lo >= hi {
		return from, to, 0
	}
	if !p.kept {
		return from, to, hi - lo
	}
	if low := h.top - int64(len(h.bytes)); low > lo {
		blind = min(hi, low) - lo
		lo = min(hi, low)
	}
	for lo < hi {
		at := int(lo) & (len(h.bytes) - 1)
		n := min(hi-lo, int64(len(h.bytes)-at))
		f, t, _ := diff(b[lo-off:lo-off+n], h.bytes[at:at+int(n)], lo)
		from, to = min(from, f), max(to, t)
		lo += n
	}
	return from, to, blind
}

// diff compares two slices of one length that lie at offset off.
func diff(x, y []byte, off int64) (from, to int64, blind int64) {
	if bytes.Equal(x, y) {
		return off + int64(len(x)), off - 1, 0
	}
	i, j := 0, len(x)-1
	for x[i] == y[i] {
		i++
	}
	for x[j] == y[j] {
		j--
	}
	return off + int64(i), off + int64(j), 0
}
