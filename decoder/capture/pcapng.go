package capture

import (
	"bytes"
	"fmt"
	"io"

	"glancecap/decoder/record"
)

// The block types of pcapng (draft-ietf-opsawg-pcapng §4 and §11.1).
const (
	blockSection     = 0x0a0d0d0a // the same in both byte orders
	blockInterface   = 1
	blockObsolete    = 2
	blockSimple      = 3
	blockNames       = 4
	blockStatistics  = 5
	blockEnhanced    = 6
	blockJournal     = 9
	blockSecrets     = 10
	blockCustom      = 0xbad
	blockCustomLocal = 0x40000bad
)

const (
	byteOrderMagic = 0x1a2b3c4d
	// blockFrame is what a block has around its body: type and length in
	// front of it, the length again behind it.
	blockFrame   = 12
	sectionFixed = 16 // of a section header's body
)

// pcapngFile reads the blocks of a pcapng file.
type pcapngFile struct {
	in      *input
	most    uint32 // bytes that a block may have
	order   byteOrder
	section int // the current one, counted from 0
	// interfaces are those of the current section.
	interfaces []ngInterface
	// packets is the number of packets that were read.
	packets int64
	// everything tells that blocks without packets are given too, pending is
	// the first section header until it was.
	everything bool
	pending    []byte
	// secret is called with each secret that is found.
	secret func(Secret)

	found ngFindings
}

// isPcapng tells whether a file that begins with b is a pcapng file.
func isPcapng(b []byte) bool {
	return len(b) >= 4 && byteOrder(false).u32(b) == blockSection
}

// openPcapng reads the first section header. most is the bound of a block;
// blocks without packets are given too if everything is.
func openPcapng(in *input, most int, everything bool, secret func(Secret)) (*pcapngFile, error) {
	f := &pcapngFile{in: in, most: uint32(most), section: -1, secret: secret, everything: everything}
	f.found.links = make(map[uint16]int64)
	h := in.peek(blockFrame)
	if len(h) < blockFrame {
		return nil, headerCut(in, "section header", len(h), blockFrame+sectionFixed)
	}
	order, ok := sectionOrder(h)
	if !ok {
		return nil, &damage{refused: true, text: fmt.Sprintf("is not a capture: it begins like pcapng, but its byte-order magic is 0x%08x", byteOrder(false).u32(h[8:]))}
	}
	f.order = order
	length := order.u32(h[4:])
	if int64(length) <= int64(most) {
		if b := in.peek(int(length)); len(b) < int(length) {
			return nil, headerCut(in, "section header", len(b), int(length))
		}
	}
	header, err := f.beginSection()
	if err != nil {
		err.refused = true
		return nil, err
	}
	if everything {
		f.pending = bytes.Clone(header)
	}
	return f, nil
}

// sectionOrder reads the byte order out of a section header.
func sectionOrder(h []byte) (byteOrder, bool) {
	for _, order := range []byteOrder{false, true} {
		if order.u32(h[8:]) == byteOrderMagic {
			return order, true
		}
	}
	return false, false
}

func (f *pcapngFile) next(p *Packet) error {
	if f.pending != nil {
		*p = Packet{Kind: IsSection, Record: f.pending}
		f.pending = nil
		return nil
	}
	for {
		h := f.in.ready()
		if len(h) < 8 {
			if h = f.in.peek(8); len(h) < 8 {
				return f.short(h)
			}
		}
		kind := f.order.u32(h)
		if kind == blockSection {
			b, err := f.beginSection()
			if err != nil {
				return err
			}
			if f.everything {
				*p = Packet{Kind: IsSection, Record: b, Offset: f.in.offset() - int64(len(b))}
				return nil
			}
			continue
		}
		b, err := f.block(h)
		if err != nil {
			return err
		}
		switch kind {
		case blockEnhanced:
			err = f.enhanced(p, b)
		case blockSimple:
			err = f.simple(p, b)
		case blockObsolete:
			err = f.obsolete(p, b)
		default:
			if err := f.other(kind, b); err != nil {
				return err
			}
			f.in.skip(len(b))
			if f.everything {
				*p = Packet{Kind: kindOf(kind), Record: b, Offset: f.in.offset() - int64(len(b))}
				return nil
			}
			continue
		}
		if err != nil {
			return err
		}
		p.Offset, p.Record, p.Kind = f.in.offset(), b, IsPacket
		f.in.skip(len(b))
		f.packets++
		return nil
	}
}

// kindOf tells what a block without a packet is.
func kindOf(kind uint32) Kind {
	switch kind {
	case blockInterface:
		return IsDescription
	case blockSecrets:
		return IsSecrets
	}
	return IsOther
}

// block gives the whole block that begins with h.
func (f *pcapngFile) block(h []byte) ([]byte, error) {
	kind, length := f.order.u32(h), f.order.u32(h[4:])
	switch {
	case kind == 0 && length == 0:
		return nil, onlyZeros()
	case length < blockFrame:
		return nil, damaged("block of type 0x%08x claims a length of %d, the smallest block has %d", kind, length, blockFrame)
	case length%4 != 0:
		return nil, damaged("block of type 0x%08x claims a length of %d, no multiple of 4", kind, length)
	case length > f.most:
		return nil, damaged("block of type 0x%08x claims a length of %d, more than the %d that a block may have", kind, length, f.most)
	}
	b := f.in.ready()
	if len(b) < int(length) {
		b = f.in.peek(int(length))
	}
	if len(b) < int(length) {
		if f.in.end != io.EOF {
			return nil, f.in.end
		}
		return nil, damaged("truncated: block of type 0x%08x claims %d bytes, the file ends after %d of them", kind, length, len(b))
	}
	b = b[:length]
	if trailer := f.order.u32(b[length-4:]); trailer != length {
		return nil, damaged("block of type 0x%08x has the length %d at its beginning and %d at its end", kind, length, trailer)
	}
	return b, nil
}

// short tells why there is no block.
func (f *pcapngFile) short(h []byte) error {
	if f.in.end != io.EOF {
		return f.in.end
	}
	if len(h) == 0 {
		return io.EOF
	}
	return damaged("truncated: the file ends %s into a block's header of 8", unit(int64(len(h)), "byte"))
}

// beginSection reads a section header. Its section length is of no use to a
// reader that goes through all blocks, and often wrong. The whole
// header is given back.
func (f *pcapngFile) beginSection() ([]byte, *damage) {
	h := f.in.peek(blockFrame)
	if len(h) < blockFrame {
		return nil, damaged("truncated: the file ends inside a section header")
	}
	order, ok := sectionOrder(h)
	if !ok {
		return nil, damaged("section header with the byte-order magic 0x%08x", f.order.u32(h[8:]))
	}
	f.order = order
	b, err := f.block(h)
	if err != nil {
		if d, ok := err.(*damage); ok {
			return nil, d
		}
		return nil, &damage{text: err.Error(), cause: err}
	}
	if len(b) < blockFrame+sectionFixed {
		return nil, damaged("section header of %d bytes, the smallest has %d", len(b), blockFrame+sectionFixed)
	}
	if major, minor := order.u16(b[12:]), order.u16(b[14:]); major != 1 {
		return nil, damaged("pcapng of version %d.%d; only versions 1.x are known", major, minor)
	}
	f.endSection()
	f.section++
	f.found.bigEndian = f.found.bigEndian || bool(order)
	f.comments(b[blockFrame+12:len(b)-4], 0)
	f.in.skip(len(b))
	return b, nil
}

// enhanced reads an enhanced packet block: interface, time, lengths, data,
// options (§4.3).
func (f *pcapngFile) enhanced(p *Packet, b []byte) error {
	const fixed = 28 // type, length and the fields in front of the data
	if len(b) < fixed+4 {
		return damaged("enhanced packet block of %d bytes, the smallest has %d", len(b), fixed+4)
	}
	id := f.order.u32(b[8:])
	if id >= uint32(len(f.interfaces)) {
		return f.noInterface(id)
	}
	i := &f.interfaces[id]
	ticks := uint64(f.order.u32(b[12:]))<<32 | uint64(f.order.u32(b[16:]))
	err := f.packet(p, i, b, fixed, f.order.u32(b[20:]), f.order.u32(b[24:]))
	if err != nil {
		return err
	}
	p.Interface = id
	p.Time = f.time(i, ticks)
	if end := fixed + (len(p.Data)+3)&^3; end+4 < len(b) {
		f.packetOptions(p, i, b[end:len(b)-4])
	} else if i.fcs != 0 {
		p.dropFCS(uint32(i.fcs))
	}
	return nil
}

// obsolete reads a packet block, which the enhanced one took the place of
// (pcapng draft, appendix A).
func (f *pcapngFile) obsolete(p *Packet, b []byte) error {
	const fixed = 28
	if len(b) < fixed+4 {
		return damaged("packet block of %d bytes, the smallest has %d", len(b), fixed+4)
	}
	id, drops := uint32(f.order.u16(b[8:])), f.order.u16(b[10:])
	if id >= uint32(len(f.interfaces)) {
		return f.noInterface(id)
	}
	i := &f.interfaces[id]
	ticks := uint64(f.order.u32(b[12:]))<<32 | uint64(f.order.u32(b[16:]))
	if err := f.packet(p, i, b, fixed, f.order.u32(b[20:]), f.order.u32(b[24:])); err != nil {
		return err
	}
	if drops != 0xffff { // not known
		i.dropped, i.dropsKnown = i.dropped+uint64(drops), true
	}
	p.Interface = id
	p.Time = f.time(i, ticks)
	if end := fixed + (len(p.Data)+3)&^3; end+4 < len(b) {
		f.packetOptions(p, i, b[end:len(b)-4])
	} else {
		p.dropFCS(uint32(i.fcs))
	}
	return nil
}

// simple reads a simple packet block, which has neither time nor captured
// length (§4.4): the latter is the least of the length on the wire, interface
// 0's snap length, and the block's room.
func (f *pcapngFile) simple(p *Packet, b []byte) error {
	const fixed = 12
	if len(b) < fixed+4 {
		return damaged("simple packet block of %d bytes, the smallest has %d", len(b), fixed+4)
	}
	if len(f.interfaces) == 0 {
		return f.noInterface(0)
	}
	i := &f.interfaces[0]
	original := f.order.u32(b[8:])
	captured := min(original, uint32(len(b)-fixed-4))
	if i.snaplen != 0 {
		captured = min(captured, i.snaplen)
	}
	if err := f.packet(p, i, b, fixed, captured, original); err != nil {
		return err
	}
	p.Interface = 0
	p.Time = int64(record.NoTime)
	p.dropFCS(uint32(i.fcs))
	return nil
}

// packet fills what all packet blocks have.
func (f *pcapngFile) packet(p *Packet, i *ngInterface, b []byte, fixed int, captured, original uint32) error {
	if int64(captured) > int64(len(b)-fixed-4) {
		return damaged("packet block of %d bytes claims %d bytes of data", len(b), captured)
	}
	i.packets++
	p.LinkType, p.LeftOut = i.link, nil
	p.Data = b[fixed : fixed+int(captured) : fixed+int(captured)]
	p.Original = original
	if captured > original {
		f.found.aboveOriginal++
		p.Original = captured
	}
	if captured > i.snaplen && i.snaplen != 0 {
		f.found.aboveSnaplen++
	}
	return nil
}

// time turns an interface's ticks into nanoseconds.
func (f *pcapngFile) time(i *ngInterface, ticks uint64) int64 {
	ns, exact := i.clock.time(ticks)
	if !exact {
		f.found.beyond++
	}
	return ns
}

// noInterface is the damage of a packet whose interface is not described.
func (f *pcapngFile) noInterface(id uint32) error {
	n := len(f.interfaces)
	switch {
	case f.section > 0 && n == 0:
		return damaged("interface %d is not described: section %d of the file describes none, and those of the sections before do not count", id, f.section+1)
	case n == 0:
		return damaged("interface %d is not described: the file describes none before its first packet", id)
	}
	return damaged("interface %d is not described, the section describes %s", id, unit(int64(n), "interface"))
}
