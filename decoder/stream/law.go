package stream

import "glancecap/decoder/record"

// balance gives the books of a direction that is over. Its span is counted
// apart from what became of its bytes: from the first to the last offset that
// a believed segment carried or the other end's acknowledgement passed.
func (d *direction) balance() record.ByteCounts {
	return record.ByteCounts{
		Span:    max(d.last, d.passed()) - d.first,
		Decoded: d.got[Decoded], Skipped: d.got[Skipped], Undecodable: d.got[Undecodable], Encrypted: d.got[Encrypted],
		Missing: d.missing, Cut: d.cut, Urgent: d.urgentOut, Unread: d.unread, Evicted: d.evicted, LeftOut: d.leftOut,
	}
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
