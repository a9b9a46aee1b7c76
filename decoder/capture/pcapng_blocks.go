package capture

import (
	"fmt"
	"strings"

	"glancecap/decoder/record"
)

// ngInterface is what the packets of an interface need.
type ngInterface struct {
	link    uint16
	fcs     uint8 // bytes of frame check sequence
	snaplen uint32
	clock   clock
	packets int64
	// dropped are the packets that packet blocks say were lost, statistics
	// what the last statistics block says; that one counts from the start of
	// the capture and so takes the place of the former.
	dropped, statistics       uint64
	dropsKnown, hasStatistics bool
}

// mostDescribed is how many interfaces a section may have: the table of them
// must not grow with the file.
const mostDescribed = 1 << 16

// ngFindings is what is told of a pcapng file beside its packets.
type ngFindings struct {
	bigEndian  bool
	links      map[uint16]int64
	interfaces []Interface
	described  int64
	snaplen    uint32
	unlimited  bool
	drops      uint64
	dropsKnown bool
	comments   []Comment
	moreNotes  int64
	secrets    []Secret
	secretSize int

	aboveSnaplen, aboveOriginal, beyond         int64
	badOptions, badSecrets, lostSecrets         int64
	names, statistics, journal, custom, unknown int64
}

// other reads a block that is no packet.
func (f *pcapngFile) other(kind uint32, b []byte) error {
	switch kind {
	case blockInterface:
		return f.describeInterface(b)
	case blockStatistics:
		f.found.statistics++
		f.interfaceStatistics(b)
	case blockSecrets:
		f.decryptionSecrets(b)
	case blockNames:
		f.found.names++
	case blockJournal:
		f.found.journal++
	case blockCustom, blockCustomLocal:
		f.found.custom++
	default:
		f.found.unknown++
	}
	return nil
}

// The options that are read (§4.1, §4.2, §4.3, §4.6).
const (
	optionEnd     = 0
	optionComment = 1

	optionInterfaceName        = 2
	optionInterfaceDescription = 3
	optionInterfaceResolution  = 9
	optionInterfaceFilter      = 11
	optionInterfaceOS          = 12
	optionInterfaceFCS         = 13
	optionInterfaceOffset      = 14

	optionPacketFlags = 2
	optionPacketDrops = 4

	optionStatisticsDropped   = 5
	optionStatisticsOSDropped = 7
)

// options goes through the options of a block.
type options struct {
	b     []byte
	order byteOrder
	// bad tells that an option reaches beyond its block.
	bad bool
}

// next gives an option; false at the end of them.
func (o *options) next() (code uint16, value []byte, ok bool) {
	if len(o.b) < 4 {
		return 0, nil, false
	}
	code = o.order.u16(o.b)
	n := int(o.order.u16(o.b[2:]))
	if code == optionEnd {
		return 0, nil, false
	}
	if n > len(o.b)-4 {
		o.bad = true
		return 0, nil, false
	}
	value = o.b[4 : 4+n]
	o.b = o.b[min(4+(n+3)&^3, len(o.b)):]
	return code, value, true
}

// comments keeps the comments among options and tells nothing of the others.
func (f *pcapngFile) comments(b []byte, packet int) {
	o := options{b: b, order: f.order}
	for code, value, ok := o.next(); ok; code, value, ok = o.next() {
		if code == optionComment {
			f.comment(packet, value)
		}
	}
	if o.bad {
		f.found.badOptions++
	}
}

func (f *pcapngFile) comment(packet int, text []byte) {
	if len(f.found.comments) == mostComments {
		f.found.moreNotes++
		return
	}
	f.found.comments = append(f.found.comments, Comment{Packet: packet, Text: shortened(text)})
}

// shortened copies a text as far as it is kept.
func shortened(b []byte) string {
	if len(b) > mostText {
		return string(b[:mostText]) + "…"
	}
	return string(b)
}

// describeInterface reads an interface description block (§4.2).
func (f *pcapngFile) describeInterface(b []byte) error {
	const fixed = 16
	if len(b) < fixed+4 {
		return damaged("interface description block of %d bytes, the smallest has %d", len(b), fixed+4)
	}
	if len(f.interfaces) == mostDescribed {
		return damaged("more than %d interfaces in a section", mostDescribed)
	}
	i := ngInterface{link: f.order.u16(b[8:]), snaplen: f.order.u32(b[12:])}
	told := Interface{Section: f.section, LinkType: i.link, Snaplen: i.snaplen}
	resolution, offset := uint8(6), int64(0)
	o := options{b: b[fixed : len(b)-4], order: f.order}
	for code, v, ok := o.next(); ok; code, v, ok = o.next() {
		switch {
		case code == optionComment:
			f.comment(0, v)
		case code == optionInterfaceName:
			told.Name = shortened(v)
		case code == optionInterfaceDescription:
			told.Description = shortened(v)
		case code == optionInterfaceOS:
			told.OS = shortened(v)
		case code == optionInterfaceFilter && len(v) > 1 && v[0] == 0: // a string in libpcap's notation
			told.Filter = shortened(v[1:])
		case code == optionInterfaceResolution && len(v) >= 1:
			resolution = v[0]
		case code == optionInterfaceFCS && len(v) >= 1:
			i.fcs = v[0]
		case code == optionInterfaceOffset && len(v) >= 8:
			offset = int64(f.order.u64(v))
		}
	}
	if o.bad {
		f.found.badOptions++
	}
	i.clock = newClock(resolution, offset)
	f.interfaces = append(f.interfaces, i)
	f.found.described++
	f.found.snaplen = max(f.found.snaplen, i.snaplen)
	f.found.unlimited = f.found.unlimited || i.snaplen == 0
	if len(f.found.interfaces) < mostInterfaces {
		f.found.interfaces = append(f.found.interfaces, told)
	}
	return nil
}

// packetOptions reads the options of an enhanced or obsolete packet block and
// takes the frame check sequence off the packet.
func (f *pcapngFile) packetOptions(p *Packet, i *ngInterface, b []byte) {
	fcs := uint32(i.fcs)
	o := options{b: b, order: f.order}
	for code, v, ok := o.next(); ok; code, v, ok = o.next() {
		switch {
		case code == optionComment:
			f.comment(int(f.packets)+1, v)
			if l := record.ParseLeftOut(v); l != nil {
				p.LeftOut = l
			}
		case code == optionPacketFlags && len(v) >= 4:
			if n := f.order.u32(v) >> 5 & 15; n != 0 { // its length, where it is known of this packet
				fcs = n
			}
		case code == optionPacketDrops && len(v) >= 8:
			i.dropped, i.dropsKnown = i.dropped+f.order.u64(v), true
		}
	}
	if o.bad {
		f.found.badOptions++
	}
	p.dropFCS(fcs)
}

// interfaceStatistics reads an interface statistics block (§4.6).
func (f *pcapngFile) interfaceStatistics(b []byte) {
	const fixed = 20
	if len(b) < fixed+4 {
		return
	}
	id := f.order.u32(b[8:])
	if id >= uint32(len(f.interfaces)) {
		return
	}
	i := &f.interfaces[id]
	var dropped uint64
	known := false
	o := options{b: b[fixed : len(b)-4], order: f.order}
	for code, v, ok := o.next(); ok; code, v, ok = o.next() {
		switch {
		case code == optionComment:
			f.comment(0, v)
		case (code == optionStatisticsDropped || code == optionStatisticsOSDropped) && len(v) >= 8:
			dropped, known = dropped+f.order.u64(v), true
		}
	}
	if o.bad {
		f.found.badOptions++
	}
	if known {
		i.statistics, i.hasStatistics = dropped, true
	}
}

// decryptionSecrets reads a decryption secrets block (§4.7). Secrets are kept
// up to the bound of a record and handed out in any case.
func (f *pcapngFile) decryptionSecrets(b []byte) {
	const fixed = 16
	if len(b) < fixed+4 {
		f.found.badSecrets++
		return
	}
	length := f.order.u32(b[12:])
	if int64(length) > int64(len(b)-fixed-4) {
		f.found.badSecrets++
		return
	}
	s := Secret{Type: f.order.u32(b[8:]), Data: append([]byte(nil), b[fixed:fixed+length]...), Packets: f.packets}
	if f.secret != nil {
		f.secret(s)
	}
	if f.found.secretSize += len(s.Data); f.found.secretSize > int(f.most) {
		f.found.secretSize -= len(s.Data)
		f.found.lostSecrets++
		return
	}
	f.found.secrets = append(f.found.secrets, s)
	f.comments(b[fixed+(int(length)+3)&^3:len(b)-4], 0)
}

// endSection adds up what was counted by interface.
func (f *pcapngFile) endSection() {
	f.found.sum(f.interfaces)
	f.interfaces = f.interfaces[:0]
}

func (n *ngFindings) sum(interfaces []ngInterface) {
	for k := range interfaces {
		i := &interfaces[k]
		n.links[i.link] += i.packets
		switch {
		case i.hasStatistics:
			n.drops, n.dropsKnown = n.drops+i.statistics, true
		case i.dropsKnown:
			n.drops, n.dropsKnown = n.drops+i.dropped, true
		}
	}
}

func (f *pcapngFile) describe(file *File, _ int64) {
	n := f.found
	n.links = make(map[uint16]int64, len(f.found.links))
	for link, packets := range f.found.links {
		n.links[link] = packets
	}
	n.sum(f.interfaces)
	file.Format = "pcapng"
	var detail []string
	if f.section > 0 {
		detail = append(detail, unit(int64(f.section+1), "section"))
	}
	if n.bigEndian {
		detail = append(detail, byteOrder(true).String())
	}
	file.Detail = strings.Join(detail, ", ")
	file.setLinks(n.links)
	file.Interfaces = n.interfaces
	if !n.unlimited {
		file.Snaplen = n.snaplen
	}
	if n.dropsKnown {
		file.Drops = record.Count(n.drops)
	}
	file.Comments, file.Secrets = n.comments, n.secrets
	n.remarks(file)
}

// remarks says what was odd and what was passed over.
func (n *ngFindings) remarks(file *File) {
	file.remark(n.aboveSnaplen, "packet", "longer than the snap length that the file declares")
	file.remark(n.aboveOriginal, "packet", "of which more was captured than its length on the wire")
	file.remark(n.beyond, "packet", "whose time lies outside of the years 1677 to 2262; the nearest that can be told was taken")
	file.remark(n.badOptions, "block", "with an option that reaches beyond it; the options from there on were passed over")
	file.remark(n.badSecrets, "decryption secrets block", "whose length is wrong; it was passed over")
	file.remark(n.lostSecrets, "decryption secrets block", "beyond what is kept")
	file.remark(n.moreNotes, "comment", "beyond the %d that are kept", mostComments)
	file.remark(n.described-int64(len(n.interfaces)), "interface description", "beyond the %d that are kept", mostInterfaces)
	var skipped []string
	for _, kind := range []struct {
		n    int64
		noun string
	}{{n.names, "name resolution block"}, {n.journal, "journal block"}, {n.custom, "custom block"}, {n.unknown, "block of unknown type"}} {
		if kind.n == 1 {
			skipped = append(skipped, "1 "+kind.noun)
		} else if kind.n > 1 {
			skipped = append(skipped, fmt.Sprintf("%d %s", kind.n, strings.Replace(kind.noun, "block", "blocks", 1)))
		}
	}
	if len(skipped) > 0 {
		file.Remarks = append(file.Remarks, "passed over: "+strings.Join(skipped, ", "))
	}
}
