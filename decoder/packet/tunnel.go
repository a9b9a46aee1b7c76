package packet

import (
	"encoding/binary"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// UDP ports of tunnels (www.iana.org/assignments/service-names-port-numbers).
const (
	portTeredo   = 3544
	portGRE      = 4754
	portVXLAN    = 4789
	portGeneve   = 6081
	portMPLS     = 6635
	portVXLANOld = 8472 // Linux's, before the number was assigned
)

// readUDP reads a UDP header if it belongs to a tunnel; a tunnel is known by
// the port it is sent to, Teredo's servers also by the port they send from.
func (d *Decoder) readUDP(b []byte) error {
	h := &d.udpHeader
	if len(b) < 8 {
		return errShort
	}
	var next gopacket.LayerType
	switch to, from := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b); {
	case to == portVXLAN || to == portVXLANOld:
		next = layers.LayerTypeVXLAN
	case to == portGeneve:
		next = layers.LayerTypeGeneve
	case to == portGRE:
		next = layers.LayerTypeGRE
	case to == portMPLS:
		next = layers.LayerTypeMPLS
	case to == portTeredo || from == portTeredo:
		next = layerTeredo
	default:
		return d.end(NotTCP)
	}
	if h.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
		return errBad
	}
	rest := b[8:]
	if h.Length != 0 { // a jumbogram's is 0 (RFC 2675 §4)
		clipped, err := d.clip(b, int(h.Length))
		if err != nil {
			return err
		}
		rest = clipped[8:]
	}
	return d.then(next, rest)
}

// readVXLAN reads a VXLAN header (RFC 7348 §5). Without the flag I it is
// something else.
func (d *Decoder) readVXLAN(b []byte) error {
	h := &d.vxlanHeader
	if h.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
		return errShort
	}
	if !h.ValidIDFlag {
		return d.end(NotTCP)
	}
	d.mix(pathTunnel, h.VNI)
	return d.then(layers.LayerTypeEthernet, h.Payload)
}

// readGeneve reads a Geneve header (RFC 8926 §3.4). layers.Geneve collects
// options without end and counts their length in eight bits.
func (d *Decoder) readGeneve(b []byte) error {
	const header = 8
	if len(b) < header {
		return errShort
	}
	if b[0]>>6 != 0 { // version
		return d.end(NotTCP)
	}
	n := header + int(b[0]&0x3f)*4
	switch {
	case n > len(b)+d.cut:
		return errBad
	case n > len(b):
		return errShort
	}
	d.mix(pathTunnel, binary.BigEndian.Uint32(b[4:])>>8)
	return d.readEtherType(binary.BigEndian.Uint16(b[2:]), b[n:])
}

// The protocols of GRE that are no EtherTypes of their own.
const (
	greERSPAN2 = 0x88be // draft-foschiano-erspan; type I where there is no sequence number
	greERSPAN3 = 0x22eb
)

// readGRE reads a GRE header of RFC 2784 with key and sequence number (RFC
// 2890), NVGRE (RFC 7637), or enhanced as in PPTP (RFC 2637 §4.1). layers.GRE
// panics where the optional fields are not all there.
func (d *Decoder) readGRE(b []byte) error {
	const checksum, routing, key, sequence, acknowledgement = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
	if len(b) < 4 {
		return errShort
	}
	flags, protocol := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	version := flags & 7
	if version > 1 || flags&routing != 0 { // source routes of RFC 1701, which RFC 2784 took away
		return d.end(NotTCP)
	}
	n := 4
	if flags&checksum != 0 {
		n += 4
	}
	keyAt := n
	if flags&key != 0 {
		n += 4
	}
	if flags&sequence != 0 {
		n += 4
	}
	if version == 1 && flags&acknowledgement != 0 {
		n += 4
	}
	if len(b) < n {
		return errShort
	}
	if flags&key != 0 {
		tunnel := binary.BigEndian.Uint32(b[keyAt:])
		if version == 1 {
			tunnel &= 0xffff // the upper half is the payload's length
		}
		d.mix(pathTunnel, tunnel)
	}
	switch b = b[n:]; {
	case version == 1 && len(b) == 0 && d.cut == 0:
		return d.end(NotTCP) // an acknowledgement alone
	case protocol == greERSPAN2 && flags&sequence == 0:
		return d.then(layers.LayerTypeEthernet, b)
	case protocol == greERSPAN2:
		return d.then(layers.LayerTypeERSPANII, b)
	case protocol == greERSPAN3:
		return d.then(layerERSPAN3, b)
	case protocol <= lastLength:
		return d.end(NotTCP)
	}
	return d.readEtherType(protocol, b)
}

// readERSPAN2 reads the header of a mirrored frame, type II.
func (d *Decoder) readERSPAN2(b []byte) error {
	const header = 8
	if len(b) < header {
		return errShort
	}
	d.mix(pathTunnel, uint32(binary.BigEndian.Uint16(b[2:])&0x3ff)) // the session
	return d.then(layers.LayerTypeEthernet, b[header:])
}

// readERSPAN3 reads the header of a mirrored frame, type III, and what may
// follow it.
func (d *Decoder) readERSPAN3(b []byte) error {
	const header, more, platform = 12, 8, 1
	if len(b) < header {
		return errShort
	}
	n := header
	if b[11]&platform != 0 {
		n += more
	}
	if len(b) < n {
		return errShort
	}
	d.mix(pathTunnel, uint32(binary.BigEndian.Uint16(b[2:])&0x3ff))
	const ethernet = 0
	if frameType := b[10] >> 3 & 0x1f; frameType != ethernet {
		return d.then(layerRawIP, b[n:])
	}
	return d.then(layers.LayerTypeEthernet, b[n:])
}

// readEtherIP reads the header of RFC 3378.
func (d *Decoder) readEtherIP(b []byte) error {
	if len(b) < 2 {
		return errShort
	}
	if b[0]>>4 != 3 {
		return errBad
	}
	return d.then(layers.LayerTypeEthernet, b[2:])
}

// readTeredo reads what may stand before the IPv6 packet of Teredo (RFC 4380
// §5.1.1): an authentication, then an origin.
func (d *Decoder) readTeredo(b []byte) error {
	if len(b) < 4 {
		return d.end(NotTCP)
	}
	if b[0] == 0 && b[1] == 1 {
		n := 4 + int(b[2]) + int(b[3]) + 9 // identifier, authentication, nonce, confirmation
		if n > len(b) {
			return errShort
		}
		b = b[n:]
	}
	if len(b) >= 8 && b[0] == 0 && b[1] == 0 {
		b = b[8:]
	}
	if len(b) == 0 || b[0]>>4 != 6 {
		return d.end(NotTCP) // a bubble's trailer, or not Teredo at all
	}
	return d.then(layers.LayerTypeIPv6, b)
}

// readMPLS reads one label (RFC 3032 §2.1). Nothing says what follows the
// last one: IP shows by its first four bits; else it is an Ethernet frame,
// with a control word before it or without (RFC 4448 §4.6).
func (d *Decoder) readMPLS(b []byte) error {
	const label, bottom = 4, 1
	if len(b) < label {
		return errShort
	}
	d.mix(pathLabel, binary.BigEndian.Uint32(b)>>12)
	rest := b[label:]
	if b[2]&bottom == 0 {
		return d.then(layers.LayerTypeMPLS, rest)
	}
	if len(rest) == 0 {
		return errShort
	}
	switch rest[0] >> 4 {
	case 4:
		return d.then(layers.LayerTypeIPv4, rest)
	case 6:
		return d.then(layers.LayerTypeIPv6, rest)
	case 0:
		// Most hardware addresses begin with a zero byte too. An EtherType
		// where a frame without control word has it decides.
		const controlWord, etherType = 4, 12
		if len(rest) < controlWord+etherType+2 {
			return errShort
		}
		switch binary.BigEndian.Uint16(rest[etherType:]) {
		case etherIPv4, etherIPv6, etherVLAN, etherQinQ:
		default:
			rest = rest[controlWord:]
		}
	}
	return d.then(layers.LayerTypeEthernet, rest)
}
