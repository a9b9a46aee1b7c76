package packet

import (
	"encoding/binary"
	"math/bits"

	"glancecap/decoder/capture"
)

// known are the directions of connections that the latest ordinary frames
// belonged to. The next frame of such a direction says most of it again: that
// is compared as a few words, and stands in the kind's segment already.
//
// It exists for speed alone: BenchmarkOrdinary measures 0.8 of the time that
// decodeOrdinary takes, and whose segment it is need not be searched (Like). That
// both say the same is shown by TestKnownFramesMeanTheSame and FuzzKnown.
type known struct {
	kinds [knownKinds]kind
	// learnt counts the kinds that were learnt.
	learnt uint64
}

// knownKinds is how many directions are known at a time, a power of two: of all
// that a capture holds, few carry its bulk at a time.
const (
	knownKinds = 1 << knownBits
	knownBits  = 7
)

// kind is what the frames of one direction have in common: Ethernet, IPv4
// without options, and TCP with time stamps, as nearly all stacks write them,
// or without options.
type kind struct {
	addresses uint64 // of IPv4, as they stand in the frame
	ports     uint32 // the same
	life      uint32 // IPv4's flags, fragment offset, TTL and protocol
	path      uint32 // the interface
	file      int32  // noFile where none was learnt
	header    int    // of TCP, in bytes
	offset    uint8  // TCP's data offset, with the reserved bits

	// segment is the latest one.
	segment Segment
}

// noFile is no input's index: a kind that was not learnt is that of no frame, not
// of one that is all zeros either.
const noFile = -1

// forget makes all kinds unknown.
func (k *known) forget() {
	for i := range k.kinds {
		k.kinds[i].file = noFile
	}
}

// Where the fields of an ordinary frame lie.
const (
	atIP        = 14
	atLife      = atIP + 6
	atAddresses = atIP + 12
	atTCP       = atIP + 20
	atAck       = atTCP + 8
	atOptions   = atTCP + tcpHeaderLen
	atStamps    = atOptions + 4
	stampsEnd   = atStamps + 8
)

// place is where the kind of frames with these ports stands, if it is known.
func (k *known) place(ports uint32) *kind {
	return &k.kinds[ports*0x9e3779b1>>(32-knownBits)]
}

// segment decodes a frame that is whole and of a known kind; it gives nil for
// any other.
func (k *known) segment(p *capture.Packet) *Segment {
	b := p.Data
	if len(b) < atOptions {
		return nil
	}
	const ipv4 = etherIPv4>>8 | etherIPv4&0xff<<8 | 0x45<<16 // and no options
	first, life := binary.LittleEndian.Uint64(b[atIP-2:]), binary.LittleEndian.Uint64(b[atLife:])
	addresses, ports := binary.LittleEndian.Uint64(b[atAddresses:]), binary.LittleEndian.Uint64(b[atTCP:])
	ack := binary.LittleEndian.Uint64(b[atAck:])
	kind := k.place(uint32(ports))
	if addresses != kind.addresses || uint32(ports) != kind.ports || uint32(life) != kind.life || first&0xffffff != ipv4 ||
		uint8(ack>>32) != kind.offset || p.Interface != kind.path || p.File != kind.file || p.LeftOut != nil {
		return nil
	}
	s, payload, end := &kind.segment, atTCP+kind.header, atIP+int(bits.ReverseBytes16(uint16(first>>32)))
	// The sum over IPv4's header, of words that are there already: each begins
	// at a whole 16 bits. See headerSumIsRight.
	sum := first>>16 + life&(1<<48-1) + addresses>>32 + addresses&(1<<32-1)
	if end < payload || end > len(b) || sum%0xffff != 0 && uint16(life>>32) != 0 {
		return nil
	}
	if payload > atOptions {
		if len(b) < stampsEnd || binary.BigEndian.Uint32(b[atOptions:]) != usualStamps {
			return nil
		}
		s.TSVal, s.TSEcr = binary.BigEndian.Uint32(b[atStamps:]), binary.BigEndian.Uint32(b[atStamps+4:])
	}
	s.Frame, s.Time = p.Number, p.Time
	s.Seq, s.Ack = bits.ReverseBytes32(uint32(ports>>32)), bits.ReverseBytes32(uint32(ack))
	s.Flags, s.Window = Flags(ack>>40), bits.ReverseBytes16(uint16(ack>>48))
	s.Urgent, s.IPID = binary.BigEndian.Uint16(b[atTCP+18:]), bits.ReverseBytes16(uint16(first>>48))
	s.Options, s.Payload, s.tcp = b[atOptions:payload:payload], b[payload:end:end], b[atTCP:end:end]
	return s
}

// learn makes the kind of a frame known that decodeOrdinary decoded, if it has
// one. It gives the frame's segment, and where that is.
func (k *known) learn(p *capture.Packet, s *Segment) *Segment {
	stamped := s.HasTS && len(s.Options) == 12 && binary.BigEndian.Uint32(s.Options) == usualStamps
	if !s.HasIPID || s.BadIP || !s.judgeable || s.LeftOut != nil || len(s.Options) > 0 && !stamped {
		return s
	}
	b := p.Data
	ports := binary.LittleEndian.Uint32(b[atTCP:])
	kind := k.place(ports)
	kind.addresses, kind.ports, kind.life = binary.LittleEndian.Uint64(b[atAddresses:]), ports, binary.LittleEndian.Uint32(b[atLife:])
	kind.path, kind.file = p.Interface, p.File
	kind.header, kind.offset = len(s.header()), b[atTCP+12]
	kind.segment = *s
	k.learnt++
	kind.segment.Like = k.learnt
	return &kind.segment
}
