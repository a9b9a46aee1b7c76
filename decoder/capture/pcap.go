package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"strings"
)

// byteOrder reads numbers; true is big-endian.
type byteOrder bool

func (o byteOrder) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if o {
		return bits.ReverseBytes16(v)
	}
	return v
}

func (o byteOrder) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if o {
		return bits.ReverseBytes32(v)
	}
	return v
}

func (o byteOrder) u64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if o {
		return bits.ReverseBytes64(v)
	}
	return v
}

// String gives the order's name.
func (o byteOrder) String() string {
	if o {
		return "big-endian"
	}
	return "little-endian"
}

// The magic numbers of pcap (draft-ietf-opsawg-pcap §4; the modified format is
// that of Alexey Kuznetzov's libpcap patches).
const (
	pcapMicroseconds = 0xa1b2c3d4
	pcapNanoseconds  = 0xa1b23c4d
	pcapModified     = 0xa1b2cd34
)

// The sizes of headers, in bytes.
const (
	pcapFileHeader     = 24
	pcapRecordHeader   = 16
	pcapModifiedHeader = 24
)

// usualSnaplen is the snap length of tcpdump and Wireshark where none is asked
// for (libpcap: MAXIMUM_SNAPLEN). A record may be that long whatever the file
// header says: programs that join or rewrite captures leave a smaller one in it.
const usualSnaplen = 262144

// zerosTell is how many zero bytes, the record header first, are taken for the
// unwritten end of a file and not for empty packets of 1970.
const zerosTell = 4096

// lengths tells which of the two lengths of a record comes first. libpcap
// swapped them in version 2.3 (libpcap: sf-pcap.c, lengths_swapped_t).
type lengths uint8

const (
	capturedFirst lengths = iota
	capturedSecond
	capturedSmaller // of version 2.3, which had both
)

// pcapFile reads the records of a pcap file.
type pcapFile struct {
	in      *input
	order   byteOrder
	lengths lengths
	header  int    // size of a record header
	tick    int64  // nanoseconds of a unit of the fraction
	link    uint16 // LINKTYPE_ value
	fcs     uint32 // bytes of frame check sequence behind each packet
	snaplen uint32
	most    uint32 // captured bytes that a record is believed
	begin   [8]byte
	// pending is the file header until it was given, nil where nobody wants it.
	pending []byte
	version [2]uint16
	magic   uint32

	// What nextUsual goes by: whether there is anything for it, the captured
	// bytes that are believed without a look, the units of a second, and how the
	// file begins.
	usual            bool
	believed         uint32
	fractions, first uint64

	aboveSnaplen, aboveOriginal, overflown int64
}

// isPcap tells whether a file that begins with b is a pcap file.
func isPcap(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	_, _, ok := pcapMagic(b)
	return ok
}

func pcapMagic(b []byte) (magic uint32, order byteOrder, ok bool) {
	for _, order := range []byteOrder{false, true} {
		switch magic := order.u32(b); magic {
		case pcapMicroseconds, pcapNanoseconds, pcapModified:
			return magic, order, true
		}
	}
	return 0, false, false
}

// openPcap reads the file header, which is given too if everything is. most is
// the bound of a record.
func openPcap(in *input, most int, everything bool) (*pcapFile, error) {
	h := in.peek(pcapFileHeader)
	if len(h) < pcapFileHeader {
		return nil, headerCut(in, "pcap file header", len(h), pcapFileHeader)
	}
	f := &pcapFile{in: in, header: pcapRecordHeader, tick: 1000}
	f.magic, f.order, _ = pcapMagic(h)
	copy(f.begin[:], h)
	switch f.magic {
	case pcapNanoseconds:
		f.tick = 1
	case pcapModified:
		f.header = pcapModifiedHeader
	}
	f.version = [2]uint16{f.order.u16(h[4:]), f.order.u16(h[6:])}
	if f.version[0] != 2 {
		return nil, &damage{refused: true, text: fmt.Sprintf("is a pcap file of version %d.%d; only versions 2.x are known", f.version[0], f.version[1])}
	}
	switch minor := f.version[1]; {
	case minor < 3:
		f.lengths = capturedSecond
	case minor == 3:
		f.lengths = capturedSmaller
	}
	f.snaplen = f.order.u32(h[16:])
	f.setLink(f.order.u32(h[20:]))
	f.most = uint32(most)
	if f.snaplen != 0 {
		f.most = min(f.most, max(f.snaplen, usualSnaplen))
	}
	if everything {
		f.pending = bytes.Clone(h)
	}
	in.skip(pcapFileHeader)
	f.usual = !bool(f.order) && f.header == pcapRecordHeader && f.lengths == capturedFirst && f.fcs == 0 && !everything
	f.first, f.fractions, f.believed = binary.LittleEndian.Uint64(h), uint64(1e9/f.tick), f.most
	if f.snaplen != 0 {
		f.believed = min(f.most, f.snaplen)
	}
	return f, nil
}

// setLink takes the header's last field apart: the link type, and where bit 26
// says so the length of the frame check sequence in units of 16 bits.
func (f *pcapFile) setLink(field uint32) {
	f.link = uint16(field & linkMask)
	if field&(1<<26) != 0 {
		f.fcs = 2 * (field >> 28)
		if f.link == linkEthernet { // always four bytes; some writers count bytes
			f.fcs = min(f.fcs, 4)
		}
	}
}

// headerCut is the damage of an input that ends inside of what it begins with.
func headerCut(in *input, what string, got, want int) error {
	if in.end != io.EOF {
		return in.end
	}
	return &damage{refused: true, text: fmt.Sprintf("is truncated inside the %s: it ends at byte %d of %d", what, got, want)}
}

func (f *pcapFile) next(p *Packet) error {
	if f.usual && f.nextUsual(p) {
		return nil
	}
	return f.nextOfAny(p)
}

// nextUsual gives the packet of a record as nearly all are: little-endian and
// whole in memory, with nothing about it that would have to be looked at. It
// answers false for any other.
func (f *pcapFile) nextUsual(p *Packet) bool {
	rec := f.in.ready()
	if len(rec) < pcapRecordHeader {
		return false
	}
	times, lengths := binary.LittleEndian.Uint64(rec), binary.LittleEndian.Uint64(rec[8:])
	fraction, captured, original := times>>32, uint32(lengths), uint32(lengths>>32)
	total := pcapRecordHeader + int(captured)
	if captured-1 >= f.believed || captured > original || fraction >= f.fractions || times == f.first || total > len(rec) {
		return false
	}
	f.take(p, rec[:total], uint32(times), uint32(fraction), original)
	return true
}

// take makes p the packet of a whole record, which is consumed.
func (f *pcapFile) take(p *Packet, rec []byte, sec, fraction, original uint32) {
	p.Interface, p.LinkType, p.Kind = 0, f.link, IsPacket
	if p.LeftOut != nil {
		p.LeftOut = nil
	}
	p.Time = int64(sec)*1e9 + int64(fraction)*f.tick
	p.Original = original
	p.Data = rec[f.header:len(rec):len(rec)]
	p.Offset, p.Record = f.in.offset(), rec
	f.in.skip(len(rec))
}

// nextOfAny gives the packet of any record.
func (f *pcapFile) nextOfAny(p *Packet) error {
	if f.pending != nil {
		*p = Packet{Kind: IsFileHeader, Record: f.pending}
		f.pending = nil
		return nil
	}
	h := f.in.ready()
	if len(h) < f.header {
		if h = f.in.peek(f.header); len(h) < f.header {
			return f.short(h)
		}
	}
	sec, fraction := f.order.u32(h), f.order.u32(h[4:])
	captured, original := f.order.u32(h[8:]), f.order.u32(h[12:])
	if f.lengths != capturedFirst {
		captured, original = f.swap(captured, original)
	}
	if captured > f.most || captured == 0 || [8]byte(h) == f.begin {
		if err := f.doubt(h, captured, original); err != nil {
			return err
		}
	}
	total := f.header + int(captured)
	rec := f.in.ready()
	if len(rec) < total {
		if rec = f.in.peek(total); len(rec) < total {
			return f.shortData(len(rec)-f.header, captured)
		}
	}
	f.take(p, rec[:total], sec, fraction, original)
	if int64(fraction)*f.tick >= 1e9 || captured > f.snaplen || captured > original || f.fcs != 0 {
		f.odd(p, fraction, captured, original)
	}
	return nil
}

// odd notes what a record contradicts, and takes the frame check sequence off.
func (f *pcapFile) odd(p *Packet, fraction, captured, original uint32) {
	if int64(fraction)*f.tick >= 1e9 {
		f.overflown++
	}
	if f.snaplen != 0 && captured > f.snaplen {
		f.aboveSnaplen++
	}
	if captured > original {
		f.aboveOriginal++
		p.Original = captured
	}
	p.dropFCS(f.fcs)
}

// dropFCS takes the frame check sequence, n bytes, off a packet that has it.
func (p *Packet) dropFCS(n uint32) {
	if n == 0 || p.Original < n {
		return
	}
	p.Original -= n
	p.Data = p.Data[:min(len(p.Data), int(p.Original)):min(len(p.Data), int(p.Original))]
}

// swap puts the two lengths into the order of version 2.4.
func (f *pcapFile) swap(a, b uint32) (captured, original uint32) {
	if f.lengths == capturedSecond || a > b {
		return b, a
	}
	return a, b
}

// doubt looks at a record header that cannot be, or that is more likely
// something else.
func (f *pcapFile) doubt(h []byte, captured, original uint32) error {
	if [8]byte(h) == f.begin {
		return &damage{text: "another pcap file begins here", advice: "cut the file in two at this byte, or join the parts with mergecap"}
	}
	if captured > f.most {
		if f.snaplen == 0 || captured <= f.snaplen {
			return damaged("record claims %d bytes, more than the %d that a record may have", captured, f.most)
		}
		return damaged("record claims %d bytes, the snap length is %d", captured, f.snaplen)
	}
	if original == 0 && zeros(h) {
		if b := f.in.peek(zerosTell); zeros(b) && f.in.endsOrHolds(len(b), zerosTell) {
			return onlyZeros()
		}
	}
	return nil
}

// onlyZeros is the damage of a file whose end was reserved and not written.
func onlyZeros() *damage {
	return &damage{text: "nothing but zeros from here on: no records",
		advice: "the file was not written to its end, perhaps the disk was full or the system stopped"}
}

// endsOrHolds tells whether a peek of want bytes that gave got is whole, or
// short because the input ends properly.
func (in *input) endsOrHolds(got, want int) bool { return got == want || in.end == io.EOF }

// zeros tells whether b is all zeros.
func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// short tells why there is no whole record header.
func (f *pcapFile) short(h []byte) error {
	if f.in.end != io.EOF {
		return f.in.end
	}
	if len(h) == 0 {
		return io.EOF
	}
	return damaged("truncated: the file ends %s into the record's header of %d", unit(int64(len(h)), "byte"), f.header)
}

// shortData tells why there is no whole record.
func (f *pcapFile) shortData(got int, captured uint32) error {
	if f.in.end != io.EOF {
		return f.in.end
	}
	return damaged("truncated: record claims %s, the file ends after %d of them", unit(int64(captured), "byte"), got)
}

func (f *pcapFile) describe(file *File, packets int64) {
	file.Format = "pcap"
	var detail []string
	if f.magic == pcapModified {
		detail = append(detail, "modified")
	}
	if f.tick == 1 {
		detail = append(detail, "nanoseconds")
	}
	if f.order {
		detail = append(detail, f.order.String())
	}
	if f.version != [2]uint16{2, 4} {
		detail = append(detail, fmt.Sprintf("version %d.%d", f.version[0], f.version[1]))
	}
	file.Detail = strings.Join(detail, ", ")
	file.setLinks(map[uint16]int64{f.link: packets})
	file.Snaplen = f.snaplen
	file.remark(f.aboveSnaplen, "packet", "longer than the snap length of %d that the file header declares", f.snaplen)
	file.remark(f.aboveOriginal, "packet", "of which more was captured than its length on the wire")
	file.remark(f.overflown, "packet", "whose fraction of a second is a second or more; it was added to the time")
}

// remark adds a sentence on what was found n times.
func (f *File) remark(n int64, noun, format string, args ...any) {
	if n > 0 {
		f.Remarks = append(f.Remarks, unit(n, noun)+" "+fmt.Sprintf(format, args...))
	}
}
