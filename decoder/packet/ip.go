package packet

import (
	"encoding/binary"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Protocols of IP (www.iana.org/assignments/protocol-numbers).
const (
	protocolHopByHop    = 0
	protocolIPv4        = 4
	protocolTCP         = 6
	protocolUDP         = 17
	protocolIPv6        = 41
	protocolRouting     = 43
	protocolFragment    = 44
	protocolGRE         = 47
	protocolAH          = 51
	protocolDestination = 60
	protocolEtherIP     = 97
	protocolMobility    = 135
	protocolMPLS        = 137
	protocolHIP         = 139
	protocolShim6       = 140
	protocolEthernet    = 143
)

// maxOffloaded is the most that Linux puts into one frame that the card is to
// split, and so the most that an IP header without a length can stand for
// (GSO_MAX_SIZE in include/linux/netdevice.h).
const maxOffloaded = 8 * 65535

// maxDatagram is the largest datagram that is no jumbogram.
const maxDatagram = 65535

// readProtocol goes on with the payload of an IP header.
func (d *Decoder) readProtocol(protocol uint8, b []byte) error {
	switch protocol {
	case protocolTCP:
		return d.then(layers.LayerTypeTCP, b)
	case protocolUDP:
		return d.then(layers.LayerTypeUDP, b)
	case protocolIPv4:
		return d.then(layers.LayerTypeIPv4, b)
	case protocolIPv6:
		return d.then(layers.LayerTypeIPv6, b)
	case protocolGRE:
		return d.then(layers.LayerTypeGRE, b)
	case protocolAH:
		return d.then(layers.LayerTypeIPSecAH, b)
	case protocolEtherIP:
		return d.then(layers.LayerTypeEtherIP, b)
	case protocolEthernet:
		return d.then(layers.LayerTypeEthernet, b)
	case protocolMPLS:
		return d.then(layers.LayerTypeMPLS, b)
	}
	return d.end(NotTCP)
}

// enterIP counts an IP header. It answers false where there are more tunnels
// in tunnels than the bound allows; the walk is over then.
func (d *Decoder) enterIP() bool {
	d.headers++
	if d.headers == 1 {
		return true
	}
	if d.headers > d.bounds.Tunnels+1 {
		d.hits.Hit("tunnels")
		d.end(NotTCP)
		return false
	}
	d.mix(pathOuterTTL, uint32(d.ttl))
	return true
}

// readIPv4 reads a header of RFC 791.
func (d *Decoder) readIPv4(b []byte) error {
	if !d.enterIP() {
		return nil
	}
	if len(b) < 20 {
		return errShort
	}
	header := int(b[0]&15) * 4
	switch {
	case b[0]>>4 != 4 || header < 20:
		return errBad
	case header > len(b):
		return errShort
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	switch {
	case n == 0 && len(b)+d.cut <= maxOffloaded:
		// Segmentation offload: the length is that of the frame. Handed to
		// layers.IPv4 with its length as it is, it would overflow 16 bits.
	case n < header:
		return errBad
	default:
		clipped, err := d.clip(b, n)
		if err != nil {
			return err
		}
		b = clipped
	}
	h := &d.ipv4Header
	if err := h.DecodeFromBytes(b[:header:header], gopacket.NilDecodeFeedback); err != nil {
		return errBad // its options are malformed: Linux drops it (ip_options_compile)
	}
	s := d.seg
	mapIPv4(&s.Src.Addr, h.SrcIP)
	mapIPv4(&s.Dst.Addr, h.DstIP)
	s.IPID, s.HasIPID, s.TTL = h.Id, true, h.TTL
	bad := !headerSumIsRight(b[:header]) || sourceRouted(h.Options)
	s.BadIP = s.BadIP || bad
	d.ttl = h.TTL
	rest := b[header:]
	if h.FragOffset != 0 || h.Flags&layers.IPv4MoreFragments != 0 {
		f := fragment{
			key:    datagramKey{src: s.Src.Addr, dst: s.Dst.Addr, id: uint32(h.Id), protocol: uint8(h.Protocol), version: 4},
			offset: int(h.FragOffset) * 8, more: h.Flags&layers.IPv4MoreFragments != 0, ttl: h.TTL,
		}
		return d.readFragment(f, rest, bad)
	}
	return d.readProtocol(uint8(h.Protocol), rest)
}

// sourceRouted tells whether options hold a loose or strict source route
// (RFC 791 §3.1).
func sourceRouted(options []layers.IPv4Option) bool {
	const loose, strict = 131, 137
	for _, o := range options {
		if o.OptionType == loose || o.OptionType == strict {
			return true
		}
	}
	return false
}

// readIPv6 reads a header of RFC 8200 §3. layers.IPv6 refuses a payload length
// of zero, which segmentation offload leaves, and reads extension headers
// without looking at what they announce.
func (d *Decoder) readIPv6(b []byte) error {
	const header = 40
	if !d.enterIP() {
		return nil
	}
	if len(b) < header {
		return errShort
	}
	if b[0]>>4 != 6 {
		return errBad
	}
	s := d.seg
	s.Src.Addr, s.Dst.Addr = [16]byte(b[8:]), [16]byte(b[24:])
	s.IPID, s.HasIPID, s.TTL = 0, false, b[7]
	d.ttl = b[7]
	n, next, rest := int(binary.BigEndian.Uint16(b[4:])), b[6], b[header:]
	if n > 0 {
		clipped, err := d.clip(rest, n)
		if err != nil {
			return err
		}
		return d.readExtensions(next, clipped)
	}
	if next == protocolHopByHop {
		jumbo, err := jumboLength(rest)
		switch {
		case err != nil:
			return err
		case jumbo > maxDatagram:
			clipped, err := d.clip(rest, jumbo)
			if err != nil {
				return err
			}
			return d.readExtensions(next, clipped)
		case jumbo > 0:
			return errBad // RFC 2675 §3: not below 65,536
		}
	}
	if len(rest)+d.cut > maxOffloaded {
		return errBad
	}
	return d.readExtensions(next, rest)
}

// jumboLength finds the jumbo payload option (RFC 2675 §2) in a hop-by-hop
// header; 0 where there is none.
func jumboLength(b []byte) (int, error) {
	const pad1, jumbo = 0, 0xc2
	if len(b) < 8 {
		return 0, errShort
	}
	header := (int(b[1]) + 1) * 8
	if header > len(b) {
		return 0, errShort
	}
	for o := b[2:header]; len(o) >= 2; {
		if o[0] == pad1 {
			o = o[1:]
			continue
		}
		n := 2 + int(o[1])
		if n > len(o) {
			return 0, errBad
		}
		if o[0] == jumbo && n == 6 {
			return int(binary.BigEndian.Uint32(o[2:])), nil
		}
		o = o[n:]
	}
	return 0, nil
}

// readExtensions goes over the extension headers of IPv6 (RFC 8200 §4), as
// many as there are: each takes 8 bytes at least.
func (d *Decoder) readExtensions(next uint8, b []byte) error {
	for {
		switch next {
		case protocolHopByHop, protocolDestination, protocolRouting, protocolMobility, protocolHIP, protocolShim6:
		case protocolFragment:
			return d.readFragmentHeader(b)
		default:
			return d.readProtocol(next, b)
		}
		if len(b) < 8 {
			return errShort
		}
		n := (int(b[1]) + 1) * 8
		switch {
		case n > len(b)+d.cut:
			return errBad
		case n > len(b):
			return errShort
		case next == protocolRouting && b[3] > 0:
			// Segments left: this is not its destination, and the checksum is
			// made with another one (RFC 8200 §8.1).
			d.routed = true
		}
		next, b = b[0], b[n:]
	}
}

// readFragmentHeader reads the fragment header of IPv6 (RFC 8200 §4.5).
func (d *Decoder) readFragmentHeader(b []byte) error {
	const header = 8
	if len(b) < header {
		return errShort
	}
	place := binary.BigEndian.Uint16(b[2:])
	offset, more := int(place&^7), place&1 != 0
	if offset == 0 && !more { // atomic (RFC 6946): a datagram by itself
		return d.readExtensions(b[0], b[header:])
	}
	s := d.seg
	f := fragment{
		key:    datagramKey{src: s.Src.Addr, dst: s.Dst.Addr, id: binary.BigEndian.Uint32(b[4:]), version: 6},
		offset: offset, more: more, ttl: d.ttl, next: b[0],
	}
	return d.readFragment(f, b[header:], false)
}

// readFragment puts a fragment to its datagram and goes on with the datagram
// if that is whole now. A fragment whose header is wrong reaches no datagram.
func (d *Decoder) readFragment(f fragment, b []byte, bad bool) error {
	f.key.path, f.key.file = d.path, d.packet.File
	f.data, f.cut, f.at, f.frame = b, d.cut, d.packet.Time, d.packet.Number
	if bad {
		d.fragments.refuse()
		return d.end(IsFragment)
	}
	whole, fate := d.fragments.add(f)
	if fate != IsSegment {
		return d.end(fate)
	}
	d.seg.Fragmented = true
	d.seg.TTL, d.ttl = whole.ttl, whole.ttl
	d.cut = whole.cut
	if f.key.version == 4 {
		return d.readProtocol(f.key.protocol, whole.data)
	}
	return d.readExtensions(whole.next, whole.data)
}

// readAH goes over an authentication header (RFC 4302 §2), which leaves its
// payload readable.
func (d *Decoder) readAH(b []byte) error {
	if len(b) < 12 {
		return errShort
	}
	n := (int(b[1]) + 2) * 4
	switch {
	case n < 12 || n > len(b)+d.cut:
		return errBad
	case n > len(b):
		return errShort
	}
	return d.readExtensions(b[0], b[n:])
}
