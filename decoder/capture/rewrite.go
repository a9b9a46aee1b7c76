package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Rewriter writes the parts of a file again, in the file's own format and byte
// order: most of them as they stand, packets perhaps with other bytes or with
// comments. It is given all parts that a Set opened with Options.Everything
// gives, in their order, but for those that are to be left out.
type Rewriter struct {
	w     io.Writer
	order byteOrder
	// captured is where in a pcap record's header the captured length stands,
	// header the length of that; 0 in pcapng.
	captured, header int
}

// NewRewriter gives a Rewriter that writes to w.
func NewRewriter(w io.Writer) *Rewriter { return &Rewriter{w: w} }

// Change is what is written in place of what a packet holds.
type Change struct {
	// Data are the captured bytes: the beginning of the packet's own, or others
	// of the same number. They are read only.
	Data []byte
	// Comments are added to the packet where the format has a place for them.
	Comments []string
}

// Part writes a part of the file that is no packet, or a packet as it stands.
func (r *Rewriter) Part(p *Packet) error {
	b := p.Record
	switch p.Kind {
	case IsFileHeader:
		r.pcap(b)
	case IsSection:
		if len(b) >= blockFrame+sectionFixed {
			r.order, _ = sectionOrder(b)
			b = endless(b)
		}
	}
	_, err := r.w.Write(b)
	return err
}

// pcap reads what it takes to write a record: see openPcap.
func (r *Rewriter) pcap(h []byte) {
	var magic uint32
	magic, r.order, _ = pcapMagic(h)
	r.header, r.captured = pcapRecordHeader, 8
	if magic == pcapModified {
		r.header = pcapModifiedHeader
	}
	if r.order.u16(h[6:]) < 3 {
		r.captured = 12 // libpcap swapped the lengths in version 2.3
	}
}

// endless gives a section header without its length, in favour of the value
// that says it is not known (draft-ietf-opsawg-pcapng §4.1): what follows is
// shorter or longer than the section was.
func endless(section []byte) []byte {
	b := bytes.Clone(section)
	binary.LittleEndian.PutUint64(b[16:], math.MaxUint64)
	return b
}

// Packet writes a packet with changes.
func (r *Rewriter) Packet(p *Packet, c *Change) error {
	var b []byte
	switch {
	case r.header > 0:
		b = r.record(p, c.Data)
	case r.order.u32(p.Record) == blockSimple:
		// Its captured length follows from its size alone, and it has no
		// options: it keeps its bytes' number.
		if len(c.Data) != len(p.Data) {
			return fmt.Errorf("packet %d cannot be cut: a simple packet block has no place for its length", p.Number)
		}
		b = bytes.Clone(p.Record)
		copy(b[12:], c.Data)
	default:
		b = r.block(p, c)
	}
	_, err := r.w.Write(b)
	return err
}

// record is a pcap record with other bytes. What stands behind them, a frame
// check sequence, stays where none of them was cut off.
func (r *Rewriter) record(p *Packet, data []byte) []byte {
	b := bytes.Clone(p.Record)
	copy(b[r.header:], data)
	if len(data) == len(p.Data) {
		return b
	}
	at := r.captured
	if captured, other := r.order.u32(b[8:]), r.order.u32(b[12:]); at == 8 && captured > other {
		at = 12 // version 2.3 had both orders
	}
	r.order.put32(b[at:], uint32(len(data)))
	return b[:r.header+len(data)]
}

// block is an enhanced or obsolete packet block with other bytes and more
// options.
func (r *Rewriter) block(p *Packet, c *Change) []byte {
	const fixed = 28
	old := p.Record
	captured := int(r.order.u32(old[20:]))
	options := old[min(fixed+(captured+3)&^3, len(old)-4) : len(old)-4]
	data := c.Data
	if len(data) == len(p.Data) {
		data = append(bytes.Clone(data), old[fixed+len(data):fixed+captured]...)
	}
	b := append(make([]byte, 0, len(old)+256), old[:fixed]...)
	r.order.put32(b[20:], uint32(len(data)))
	b = padded(append(b, data...))
	for _, text := range c.Comments {
		b = r.order.appendOption(b, optionComment, text)
	}
	if len(options) > 0 {
		b = append(b, options...)
	} else if len(c.Comments) > 0 {
		b = r.order.appendOption(b, optionEnd, "")
	}
	return r.order.closeBlock(b)
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// mostComment is the length of the longest comment that is written, in bytes:
// an option has 16 bits for its length.
const mostComment = 60000

// appendOption appends an option (§3.5).
func (o byteOrder) appendOption(b []byte, code uint16, value string) []byte {
	value = value[:min(len(value), mostComment)]
	b = o.append16(o.append16(b, code), uint16(len(value)))
	return padded(append(b, value...))
}

// closeBlock writes a block's length to its beginning and its end.
func (o byteOrder) closeBlock(b []byte) []byte {
	n := uint32(len(b) + 4)
	o.put32(b[4:], n)
	return o.append32(b, n)
}

func (o byteOrder) put32(b []byte, v uint32) {
	if o {
		binary.BigEndian.PutUint32(b, v)
		return
	}
	binary.LittleEndian.PutUint32(b, v)
}

func (o byteOrder) append16(b []byte, v uint16) []byte {
	if o {
		return binary.BigEndian.AppendUint16(b, v)
	}
	return binary.LittleEndian.AppendUint16(b, v)
}

func (o byteOrder) append32(b []byte, v uint32) []byte {
	if o {
		return binary.BigEndian.AppendUint32(b, v)
	}
	return binary.LittleEndian.AppendUint32(b, v)
}
