package packet

import (
	"encoding/binary"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"glancecap/decoder/capture"
	_ "glancecap/decoder/packet/tables" // before layers
)

// The link types that are read (www.tcpdump.org/linktypes.html).
const (
	linkNull       = 0
	linkEthernet   = 1
	linkPPP        = 9
	linkRawDLT     = 12 // DLT_RAW, as some programs write it
	linkRawOpenBSD = 14 // DLT_RAW of OpenBSD
	linkPPPHDLC    = 50
	linkPPPoE      = 51
	linkRaw        = 101
	linkCiscoHDLC  = 104
	linkLoop       = 108
	linkSLL        = 113
	linkPPPWithDir = 204
	linkIPv4       = 228
	linkIPv6       = 229
	linkNFLOG      = 239
	linkSLL2       = 276
)

// linkLayer gives the first layer of a link type's frames.
func linkLayer(linkType uint16) (gopacket.LayerType, bool) {
	switch linkType {
	case linkEthernet:
		return layers.LayerTypeEthernet, true
	case linkNull, linkLoop:
		return layers.LayerTypeLoopback, true
	case linkRaw, linkRawDLT, linkRawOpenBSD, linkIPv4, linkIPv6:
		return layerRawIP, true
	case linkSLL:
		return layers.LayerTypeLinuxSLL, true
	case linkSLL2:
		return layerSLL2, true
	case linkPPP, linkPPPHDLC, linkPPPWithDir:
		return layers.LayerTypePPP, true
	case linkPPPoE:
		return layers.LayerTypePPPoE, true
	case linkCiscoHDLC:
		return layerCiscoHDLC, true
	case linkNFLOG:
		return layerNFLOG, true
	case linkRadiotap:
		return layers.LayerTypeRadioTap, true
	case linkIEEE80211:
		return layers.LayerTypeDot11, true
	}
	return gopacket.LayerTypeZero, false
}

// SupportedLink tells whether frames of this link type can be read.
func SupportedLink(linkType uint16) bool {
	_, ok := linkLayer(linkType)
	return ok
}

// readFrame begins the walk.
func (d *Decoder) readFrame(b []byte) error {
	first, _ := linkLayer(d.packet.LinkType)
	if d.packet.LinkType == linkPPPWithDir {
		if len(b) < 1 {
			return errShort
		}
		d.mix(pathDirection, uint32(b[0]))
		b = b[1:]
	}
	return d.then(first, b)
}

// Values of the EtherType field (www.iana.org/assignments/ieee-802-numbers).
const (
	etherIPv4     = 0x0800
	etherTEB      = 0x6558 // transparent Ethernet bridging, in GRE and Geneve
	etherVLAN     = 0x8100 // 802.1Q
	etherIPv6     = 0x86dd
	etherPPP      = 0x880b // in GRE
	etherMPLS     = 0x8847
	etherMPLSMore = 0x8848 // upstream-assigned label, once called multicast
	etherPPPoE    = 0x8864 // session stage
	etherQinQ     = 0x88a8 // 802.1ad
	etherQinQOld  = 0x9100 // 802.1Q in 802.1Q, before 802.1ad
	etherQinQOld2 = 0x9200

	lastLength = 0x05ff // up to here the field is a length (IEEE 802.3 §3.2.6)
)

// readEtherType goes on with the payload of an EtherType or 802.3 length.
func (d *Decoder) readEtherType(t uint16, b []byte) error {
	switch t {
	case etherIPv4:
		return d.then(layers.LayerTypeIPv4, b)
	case etherIPv6:
		return d.then(layers.LayerTypeIPv6, b)
	case etherVLAN, etherQinQ, etherQinQOld, etherQinQOld2:
		return d.then(layers.LayerTypeDot1Q, b)
	case etherMPLS, etherMPLSMore:
		return d.then(layers.LayerTypeMPLS, b)
	case etherPPPoE:
		return d.then(layers.LayerTypePPPoE, b)
	case etherPPP:
		return d.then(layers.LayerTypePPP, b)
	case etherTEB:
		return d.then(layers.LayerTypeEthernet, b)
	}
	if t > lastLength {
		return d.end(NotTCP)
	}
	b, err := d.clip(b, int(t))
	if err != nil {
		return err
	}
	return d.then(layers.LayerTypeLLC, b)
}

// readEthernet reads an Ethernet header.
func (d *Decoder) readEthernet(b []byte) error {
	const header = 14
	h := &d.ethernetHeader
	if err := h.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
		return errShort
	}
	t := uint16(h.EthernetType)
	if h.EthernetType == layers.EthernetTypeLLC { // gopacket's word for a length field
		t = h.Length
	}
	return d.readEtherType(t, b[header:])
}

// readVLAN reads a tag of 802.1Q or 802.1ad, which may be followed by another.
func (d *Decoder) readVLAN(b []byte) error {
	h := &d.vlanHeader
	if err := h.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
		return errShort
	}
	d.mix(pathVLAN, uint32(h.VLANIdentifier))
	return d.readEtherType(uint16(h.Type), h.Payload)
}

// readLLC reads a header of IEEE 802.2; only SNAP carries IP in practice.
func (d *Decoder) readLLC(b []byte) error {
	h := &d.llcHeader
	if err := h.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
		return errShort
	}
	const unnumberedInformation = 3
	if h.NextLayerType() != layers.LayerTypeSNAP || h.Control != unnumberedInformation {
		return d.end(NotTCP)
	}
	return d.then(layers.LayerTypeSNAP, h.Payload)
}

// readSNAP reads the organisation and type behind LLC (RFC 1042). Types of
// organisations other than 0 (and 0000f8, IEEE 802.1H) are no EtherTypes.
func (d *Decoder) readSNAP(b []byte) error {
	h := &d.snapHeader
	if err := h.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
		return errShort
	}
	o := h.OrganizationalCode
	if o[0] != 0 || o[1] != 0 || o[2] != 0 && o[2] != 0xf8 || h.Type <= lastLength {
		return d.end(NotTCP)
	}
	return d.readEtherType(uint16(h.Type), h.Payload)
}

// readLoopback reads the protocol family of LINKTYPE_NULL and LINKTYPE_LOOP,
// in the byte order of whichever machine captured it.
func (d *Decoder) readLoopback(b []byte) error {
	h := &d.loopbackHeader
	if len(b) < 4 {
		return errShort
	}
	if h.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
		return d.end(NotTCP)
	}
	switch h.NextLayerType() {
	case layers.LayerTypeIPv4:
		return d.then(layers.LayerTypeIPv4, h.Payload)
	case layers.LayerTypeIPv6:
		return d.then(layers.LayerTypeIPv6, h.Payload)
	}
	return d.end(NotTCP)
}

// readSLL reads the header of LINKTYPE_LINUX_SLL, `tcpdump -i any`.
// layers.LinuxSLL slices by the length of the link-layer address that the
// header announces, which InfiniBand leaves at 20 in a field of 8 bytes.
func (d *Decoder) readSLL(b []byte) error {
	const header = 16
	if len(b) < header {
		return errShort
	}
	d.mix(pathDirection, uint32(binary.BigEndian.Uint16(b)))
	return d.readCooked(binary.BigEndian.Uint16(b[14:]), b[header:])
}

// readSLL2 reads the header of LINKTYPE_LINUX_SLL2, which gopacket lacks.
func (d *Decoder) readSLL2(b []byte) error {
	const header = 20
	if len(b) < header {
		return errShort
	}
	d.mix(pathInterface, binary.BigEndian.Uint32(b[4:]))
	d.mix(pathDirection, uint32(b[10]))
	return d.readCooked(binary.BigEndian.Uint16(b), b[header:])
}

// readCooked goes on by the protocol of a cooked header. Below the EtherTypes
// it is one of Linux's ETH_P_ numbers (include/uapi/linux/if_ether.h), of
// which 802.2 alone can hold IP.
func (d *Decoder) readCooked(protocol uint16, b []byte) error {
	const ethP802_2 = 4
	switch {
	case protocol == ethP802_2:
		return d.then(layers.LayerTypeLLC, b)
	case protocol <= lastLength:
		return d.end(NotTCP)
	}
	return d.readEtherType(protocol, b)
}

// readRawIP reads frames that begin with an IP header of either version. The
// link types for one version alone are read by what the frame says: other
// programs have written the wrong one.
func (d *Decoder) readRawIP(b []byte) error {
	if len(b) < 1 {
		return errShort
	}
	switch b[0] >> 4 {
	case 4:
		return d.then(layers.LayerTypeIPv4, b)
	case 6:
		return d.then(layers.LayerTypeIPv6, b)
	}
	return errBad
}

// Protocols of PPP (www.iana.org/assignments/ppp-numbers).
const (
	pppIPv4 = 0x0021
	pppIPv6 = 0x0057
	pppMPLS = 0x0281
)

// readPPP reads PPP in any of its guises: with address and control field as
// in HDLC (RFC 1662 §3.1) or without, with a protocol field of two bytes or
// compressed to one (RFC 1661 §6.5), and the Cisco HDLC that LINKTYPE_PPP_HDLC
// may hold in its place. layers.PPP indexes without looking at lengths.
func (d *Decoder) readPPP(b []byte) error {
	if len(b) < 2 {
		return errShort
	}
	address, control := b[0], b[1]
	if (address == ciscoUnicast || address == ciscoBroadcast) && control == 0 {
		return d.then(layerCiscoHDLC, b)
	}
	if address == 0xff && control == 0x03 {
		b = b[2:]
	}
	if len(b) < 2 {
		return errShort
	}
	protocol := binary.BigEndian.Uint16(b)
	if b[0]&1 == 1 { // the last byte of a protocol number is odd, no other is
		protocol, b = uint16(b[0]), b[1:]
	} else {
		b = b[2:]
	}
	switch protocol {
	case pppIPv4:
		return d.then(layers.LayerTypeIPv4, b)
	case pppIPv6:
		return d.then(layers.LayerTypeIPv6, b)
	case pppMPLS:
		return d.then(layers.LayerTypeMPLS, b)
	}
	return d.end(NotTCP)
}

// Addresses of Cisco HDLC.
const (
	ciscoUnicast   = 0x0f
	ciscoBroadcast = 0x8f
)

// readCiscoHDLC reads address, control and EtherType.
func (d *Decoder) readCiscoHDLC(b []byte) error {
	if len(b) < 4 {
		return errShort
	}
	t := binary.BigEndian.Uint16(b[2:])
	if t <= lastLength {
		return d.end(NotTCP)
	}
	return d.readEtherType(t, b[4:])
}

// readPPPoE reads a PPPoE session header (RFC 2516 §4). layers.PPPoE is no
// DecodingLayer.
func (d *Decoder) readPPPoE(b []byte) error {
	const header, versionAndType, session = 6, 0x11, 0
	if len(b) < header {
		return errShort
	}
	if b[0] != versionAndType {
		return errBad
	}
	if b[1] != session {
		return d.end(NotTCP)
	}
	d.mix(pathSession, uint32(binary.BigEndian.Uint16(b[2:])))
	rest, err := d.clip(b[header:], int(binary.BigEndian.Uint16(b[4:])))
	if err != nil {
		return err
	}
	return d.then(layers.LayerTypePPP, rest)
}

// readNFLOG reads LINKTYPE_NFLOG, `tcpdump -i nflog`: attributes, of which one
// is the IP packet. Their lengths are in the byte order of the machine that
// captured, which the first of them betrays: it is short.
func (d *Decoder) readNFLOG(b []byte) error {
	const header, attribute, payload, inIndex, outIndex = 4, 4, 9, 4, 5
	if len(b) < header+attribute {
		return errShort
	}
	b = b[header:]
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 0 {
		order = binary.BigEndian
	}
	for len(b) >= attribute {
		n, kind := int(order.Uint16(b)), order.Uint16(b[2:])&0x7fff
		switch {
		case n < attribute:
			return errBad
		case kind == payload:
			rest, err := d.clip(b[attribute:], n-attribute)
			if err != nil {
				return err
			}
			return d.then(layerRawIP, rest)
		case n > len(b):
			return errShort
		case kind == inIndex || kind == outIndex:
			if n >= attribute+4 {
				d.mix(pathInterface, uint32(kind)<<16^binary.BigEndian.Uint32(b[attribute:]))
			}
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	return errShort
}

// What a path is made of, see Segment.Path.
const (
	pathInterface = iota + 1 // index of the interface
	pathDirection            // in, out, of another host …
	pathVLAN                 // VLAN identifier
	pathSession              // PPPoE session
	pathLabel                // MPLS label
	pathTunnel               // identifier of a tunnel
	pathOuterTTL             // TTL of the IP header around a tunnel
)

// mix adds one part to the digest of the path.
func (w *walk) mix(kind, value uint32) { w.path = mixPath(w.path, kind, value) }

func mixPath(path, kind, value uint32) uint32 {
	const odd = 0x9e3779b1 // 2³² / golden ratio: spreads small numbers
	path = (path ^ kind<<27 ^ value) * odd
	return path ^ path>>15
}

// basePath is the digest of a frame without tags and tunnels.
func basePath(p *capture.Packet) uint32 {
	return mixPath(0, pathInterface, p.Interface)
}
