package packet

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// Frames are made by hand from the inside out: each function puts its header,
// as its RFC draws it, before a payload.

// cat joins bytes, numbers (a byte each) and strings of hex digits.
func cat(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = append(b, byte(p))
		case uint16:
			b = binary.BigEndian.AppendUint16(b, p)
		case uint32:
			b = binary.BigEndian.AppendUint32(b, p)
		case []byte:
			b = append(b, p...)
		case string:
			x, err := hex.DecodeString(strings.ReplaceAll(p, " ", ""))
			if err != nil {
				panic(err)
			}
			b = append(b, x...)
		}
	}
	return b
}

// u16 is two bytes in network order.
func u16(n int) uint16 { return uint16(n) }

const macs = "0250560000aa 0250560000bb"

func ethernet(etherType int, b []byte) []byte { return cat(macs, u16(etherType), b) }
func vlanTag(id, etherType int, b []byte) []byte {
	return cat(u16(id), u16(etherType), b)
}

var (
	clientAddr, serverAddr   = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	clientAddr6, serverAddr6 = netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")
)

// ipv4With makes an IPv4 packet with options and a fragment field.
func ipv4With(protocol, id, fragment int, options, b []byte) []byte {
	header := 20 + len(options)
	h := cat(0x40|header/4, 0, u16(header+len(b)), u16(id), u16(fragment), 64, protocol, u16(0),
		clientAddr.AsSlice(), serverAddr.AsSlice(), options)
	binary.BigEndian.PutUint16(h[10:], ^slowSum(h))
	return append(h, b...)
}

func ipv4(protocol int, b []byte) []byte { return ipv4With(protocol, 0x1234, 0x4000, nil, b) }

func ipv6(next int, b []byte) []byte {
	return cat("60000000", u16(len(b)), next, 64, clientAddr6.AsSlice(), serverAddr6.AsSlice(), b)
}

func udp(port int, b []byte) []byte { return cat(u16(50000), u16(port), u16(8+len(b)), u16(0), b) }

const usualOptions = "0101080a 0000000b 00000016" // NOP, NOP, timestamps 11 and 22

// tcpWith makes a segment with options (hex) whose checksum is right within
// the addresses of ipv4.
func tcpWith(options, payload string) []byte {
	o := cat(options)
	b := cat(u16(40000), u16(9292), uint32(1000), uint32(2000), (20+len(o))/4<<4, 0x18, u16(512), u16(0), u16(0), o, []byte(payload))
	fillChecksum(b, clientAddr, serverAddr)
	return b
}

func tcp(payload string) []byte { return tcpWith(usualOptions, payload) }

// tcp6 is tcp within the addresses of ipv6.
func tcp6(payload string) []byte {
	b := tcp(payload)
	fillChecksum(b, clientAddr6, serverAddr6)
	return b
}

func fillChecksum(segment []byte, src, dst netip.Addr) {
	segment[16], segment[17] = 0, 0
	pseudo := cat(src.AsSlice(), dst.AsSlice(), uint32(len(segment)), uint32(protocolTCP))
	binary.BigEndian.PutUint16(segment[16:], ^slowSum(append(pseudo, segment...)))
}

// slowSum is the ones' complement sum as RFC 1071 §1 puts it.
func slowSum(b []byte) uint16 {
	var s uint32
	for i := 0; i < len(b); i += 2 {
		w := uint32(b[i]) << 8
		if i+1 < len(b) {
			w |= uint32(b[i+1])
		}
		if s += w; s > 0xffff {
			s -= 0xffff
		}
	}
	return uint16(s)
}

// frame is a whole packet of a link type.
func frame(linkType int, b []byte) *capture.Packet {
	return &capture.Packet{Number: 1, LinkType: uint16(linkType), Time: 1e9, Original: uint32(len(b)), Data: b}
}

// cutTo shortens a packet as a snap length does.
func cutTo(p *capture.Packet, n int) *capture.Packet {
	c := *p
	c.Data = p.Data[:n]
	return &c
}

// decodeOne decodes one frame with a new decoder.
func decodeOne(p *capture.Packet) (Segment, Fate) {
	var s Segment
	fate := NewDecoder(bounds.Default()).Decode(p, &s)
	return s, fate
}

// wantPayload fails unless the frame is a segment that carries this.
func wantPayload(t *testing.T, p *capture.Packet, payload string) Segment {
	t.Helper()
	s, fate := decodeOne(p)
	if fate != IsSegment {
		t.Fatalf("fate is %s, want a segment\n% x", fateNames[fate], p.Data)
	}
	if string(s.Payload) != payload || s.Cut != 0 {
		t.Fatalf("payload is %q with %d bytes cut, want %q whole", s.Payload, s.Cut, payload)
	}
	if s.Src.Port != 40000 || s.Dst.Port != 9292 || s.Seq != 1000 || s.Ack != 2000 || s.Flags != PSH|ACK || s.Window != 512 {
		t.Fatalf("the header is read wrongly: %+v", s)
	}
	return s
}

// wantFate fails unless this becomes of the frame.
func wantFate(t *testing.T, p *capture.Packet, want Fate) {
	t.Helper()
	if _, fate := decodeOne(p); fate != want {
		t.Errorf("fate is %s, want %s\n% x", fateNames[fate], fateNames[want], p.Data)
	}
}

var fateNames = map[Fate]string{IsSegment: "segment", IsFragment: "fragment", NotTCP: "not TCP",
	Malformed: "malformed", HeaderCut: "header cut", UnsupportedLink: "unsupported link"}

// within tells whether inner is a part of outer's memory.
func within(inner, outer []byte) bool {
	if len(inner) == 0 {
		return true
	}
	i := bytes.Index(outer, inner)
	for i >= 0 {
		if &outer[i] == &inner[0] {
			return true
		}
		next := bytes.Index(outer[i+1:], inner)
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}
