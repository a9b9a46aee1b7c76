package stream

import "glancecap/decoder/record"

// balance gives the books of a direction that is over. Its span is counted
// apart from what became of its bytes: from the first to the last offset that
// a believed segment carried or the other end's acknowledgement passed.
func (d *direction) balance() record.ByteCounts {
	b := d.books
	b.Decoded += d.got[Decoded]
	b.Skipped += d.got[Skipped]
	b.Undecodable += d.got[Undecodable]
	b.Encrypted += d.got[Encrypted]
	last := max(d.last, d.passed())
	b.Span = last - d.first
	return b
}

// passed is the last offset of data that the other end acknowledged. Its
// acknowledgement of the FIN, seen or not, is of no byte.
func (d *direction) passed() int64 {
	switch {
	case d.finAt != none:
		return min(d.acked, d.finAt)
	case d.acked == d.last+1:
		return d.last
	}
	return d.acked
}
