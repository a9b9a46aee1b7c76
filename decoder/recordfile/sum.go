package recordfile

import (
	"cmp"
	"slices"

	"glancecap/decoder/record"
)

// finish hands on what the files say of their captures and books.
func (m *merge) finish(interrupted bool) {
	for i, c := range m.captures {
		if c == nil {
			continue
		}
		c.File = nil
		if m.indexed {
			c.File = &i
		}
		if m.several && m.indexed {
			c.Remarks = append(c.Remarks, "its clock was not compared with those of the other files of records")
		}
		if c.Error != nil {
			m.result.Errors = append(m.result.Errors, &Error{Path: "decoded earlier", Text: *c.Error})
		}
		m.emit(c)
	}
	if m.books != nil {
		m.books.Interrupted = m.books.Interrupted || interrupted
		m.emit(m.books)
	}
}

// addCapture keeps what is told of a capture; what several files tell of pieces
// of one is added up.
func (m *merge) addCapture(at int, c *record.Capture) {
	kept := m.captures[at]
	if kept == nil {
		m.captures[at] = c
		return
	}
	kept.Packets += c.Packets
	kept.Bytes += c.Bytes
	kept.Size += c.Size
	kept.Captured += c.Captured
	kept.Original += c.Original
	kept.Cut += c.Cut
	kept.Snaplen = max(kept.Snaplen, c.Snaplen)
	if c.First != record.NoTime && (kept.First == record.NoTime || c.First < kept.First) {
		kept.First = c.First
	}
	kept.Last = max(kept.Last, c.Last)
	if kept.Backwards == 0 || c.Backwards != 0 && c.Backwards < kept.Backwards {
		kept.Backwards = c.Backwards
	}
	kept.BackwardsBy = max(kept.BackwardsBy, c.BackwardsBy)
	for _, link := range c.LinkTypes {
		if !slices.Contains(kept.LinkTypes, link) {
			kept.LinkTypes = append(kept.LinkTypes, link)
		}
	}
	kept.Remarks = append(kept.Remarks, c.Remarks...)
	if kept.Error == nil {
		kept.Error = c.Error
	}
}

// addBooks adds the books of a file to those of all. Each balances, so their
// sum does.
func (m *merge) addBooks(s *source, b *record.Books) {
	s.settle(&b.Accounting)
	if m.books == nil {
		m.books = b
		return
	}
	sum := m.books
	sum.Accounting.Packets.Add(b.Accounting.Packets)
	sum.Accounting.Bytes.Add(b.Accounting.Bytes)
	sum.Interrupted = sum.Interrupted || b.Interrupted
	for _, l := range b.Limits {
		if at := slices.IndexFunc(sum.Limits, func(x record.Limit) bool { return x.Name == l.Name }); at >= 0 {
			sum.Limits[at].Times += l.Times
		} else {
			sum.Limits = append(sum.Limits, l)
		}
	}
	slices.SortFunc(sum.Limits, func(a, b record.Limit) int { return cmp.Compare(a.Name, b.Name) })
	for _, p := range b.OtherPorts {
		if at := slices.IndexFunc(sum.OtherPorts, func(x record.PortCount) bool { return x.Port == p.Port }); at >= 0 {
			sum.OtherPorts[at].Packets += p.Packets
			sum.OtherPorts[at].Connections += p.Connections
		} else {
			sum.OtherPorts = append(sum.OtherPorts, p)
		}
	}
}
