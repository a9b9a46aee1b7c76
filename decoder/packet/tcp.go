package packet

import (
	"encoding/binary"
	"errors"
)

// Why a header cannot be read. The layers return these values, so that
// damaged packets cost no memory.
var (
	// errShort: the captured bytes end before the header does. What that
	// means depends on whether the frame went on on the wire.
	errShort = errors.New("the header is not all there")
	// errBad: the header contradicts itself or the one around it.
	errBad = errors.New("the header contradicts itself")
)

// tcpHeaderLen is the length of the TCP header without options.
const tcpHeaderLen = 20

// readTCP reads a segment (RFC 9293 §3.1) whose captured bytes are b and of
// which cut more were on the wire. Addresses are not its business.
//
// gopacket's layers.TCP is not used: it refuses a segment whose options are
// malformed or cut, where Linux stops reading the options and takes the data
// (tcp_parse_options in net/ipv4/tcp_input.c).
func (s *Segment) readTCP(b []byte, cut int) error {
	if len(b) < tcpHeaderLen {
		return errShort
	}
	header := int(b[12]>>4) * 4
	if header < tcpHeaderLen || header > len(b)+cut {
		return errBad
	}
	s.Src.Port = binary.BigEndian.Uint16(b)
	s.Dst.Port = binary.BigEndian.Uint16(b[2:])
	s.Seq = binary.BigEndian.Uint32(b[4:])
	s.Ack = binary.BigEndian.Uint32(b[8:])
	s.Flags = Flags(b[13])
	s.Window = binary.BigEndian.Uint16(b[14:])
	s.Urgent = binary.BigEndian.Uint16(b[18:])
	captured := min(header, len(b))
	s.Options = b[tcpHeaderLen:captured:captured]
	s.Payload = b[captured:len(b):len(b)]
	s.Cut = len(b) + cut - header - len(s.Payload)
	s.readOptions()
	s.tcp, s.judgeable = b, cut == 0
	return nil
}

// Option kinds (www.iana.org/assignments/tcp-parameters).
const (
	optionEnd            = 0
	optionNop            = 1
	optionTimestamps     = 8
	optionMD5            = 19
	optionAuthentication = 29
)

// usualStamps begins options that are two NOPs and the time stamps.
const usualStamps = optionNop<<24 | optionNop<<16 | optionTimestamps<<8 | 10

// readOptions reads the options that matter here. Nearly all stacks write two
// NOPs and the timestamps (RFC 7323 appendix A), which is tried first. What is
// malformed ends the search, as in Linux.
func (s *Segment) readOptions() {
	o := s.Options
	s.HasTS, s.TSVal, s.TSEcr, s.Signed = false, 0, 0, false
	if len(o) == 12 && binary.BigEndian.Uint32(o) == usualStamps {
		s.HasTS, s.TSVal, s.TSEcr = true, binary.BigEndian.Uint32(o[4:]), binary.BigEndian.Uint32(o[8:])
		return
	}
	for len(o) >= 2 {
		if o[0] == optionNop {
			o = o[1:]
			continue
		}
		n := int(o[1])
		if o[0] == optionEnd || n < 2 || n > len(o) {
			return
		}
		switch {
		case o[0] == optionTimestamps && n == 10:
			s.HasTS, s.TSVal, s.TSEcr = true, binary.BigEndian.Uint32(o[2:]), binary.BigEndian.Uint32(o[6:])
		case o[0] == optionMD5 && n == 18, o[0] == optionAuthentication:
			s.Signed = true
		}
		o = o[n:]
	}
}
