package packet

import (
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// FuzzDecode feeds any bytes as a frame of any link type, followed by the
// same frame again and by one that was cut, since fragments are remembered.
func FuzzDecode(f *testing.F) {
	ip4, ip6 := ipv4(protocolTCP, tcp("hello")), ipv6(protocolTCP, tcp6("hello"))
	eth := ethernet(etherIPv4, ip4)
	for _, b := range [][]byte{
		eth,
		ethernet(etherIPv6, ip6),
		ethernet(etherVLAN, vlanTag(7, etherIPv4, ip4)),
		ethernet(etherIPv4, ipv4(protocolGRE, cat("b000 6558 00000000 00000001 00000002", eth))),
		ethernet(etherIPv4, ipv4(protocolUDP, udp(portVXLAN, cat("08000000 00002a00", eth)))),
		ethernet(etherIPv4, ipv4(protocolUDP, udp(portGeneve, cat("02c0 0800 00002a00 0102800100000000", ip4)))),
		ethernet(etherIPv4, ipv4(protocolUDP, udp(portTeredo, ip6))),
		ethernet(etherIPv4, piece4(1, tcp("hello, world"), 0, 24).Data),
		ethernet(etherIPv6, piece6(1, tcp("hello, world"), 24, 44).Data),
		ethernet(etherPPPoE, cat("1100 0001", u16(2+len(ip4)), "0021", ip4)),
		ethernet(etherMPLS, cat("00064040 00065140", ip6)),
	} {
		f.Add(uint16(linkEthernet), uint32(len(b)), b)
		f.Add(uint16(linkEthernet), uint32(len(b)+500), b)
	}
	f.Add(uint16(linkSLL), uint32(0), cat("0004 0001 0006 0250560000aa 0000 0800", ip4))
	f.Add(uint16(linkSLL2), uint32(0), cat("0800 0000 00000003 0001 04 06 0250560000aa 0000", ip4))
	f.Add(uint16(linkNFLOG), uint32(0), cat("02000000 0800 0100 08000100", nflogPayload(ip4)))
	f.Add(uint16(linkRadiotap), uint32(0), cat("0000 1100 03000000 0000000000000000 20 8801 0000", make([]byte, 24), "aaaa03 000000 0800", ip4))
	f.Add(uint16(linkPPP), uint32(0), cat("ff03 0021", ip4))
	f.Add(uint16(linkRaw), uint32(0), ip6)
	f.Add(uint16(linkNull), uint32(0), cat("1e000000", ip6))
	f.Fuzz(func(t *testing.T, link uint16, original uint32, b []byte) {
		d := NewDecoder(bounds.Default())
		p := &capture.Packet{Number: 1, LinkType: link, Original: original, Data: b}
		first := decodeSound(t, d, p)
		if again := decodeSound(t, d, p); first != IsFragment && again != first {
			t.Fatalf("the same frame is first %s, then %s", fateNames[first], fateNames[again])
		}
		decodeSound(t, d, cutTo(p, len(b)/2))
		if link == linkEthernet {
			sameToLayers(t, p)
		}
		used, pending := d.Fragments()
		if used < 0 || pending < 0 {
			t.Fatalf("%d fragments used, %d pending", used, pending)
		}
	})
}

// decodeSound decodes one frame and fails where the answer cannot be.
func decodeSound(t *testing.T, d *Decoder, p *capture.Packet) Fate {
	t.Helper()
	s := dirty()
	fate := d.Decode(p, &s)
	if fate > UnsupportedLink {
		t.Fatalf("fate %d is none", fate)
	}
	if fate != IsSegment {
		return fate
	}
	if s.Cut < 0 || s.Frame != p.Number {
		t.Fatalf("%d bytes cut, frame %d", s.Cut, s.Frame)
	}
	if wire := max(int(p.Original), len(p.Data)); s.Cut > wire && s.Cut > maxDatagram {
		t.Fatalf("%d bytes cut from a frame of %d", s.Cut, wire)
	}
	if !s.Fragmented && (!within(s.Payload, p.Data) || !within(s.Options, p.Data)) {
		t.Fatal("payload or options are not of this frame")
	}
	if len(s.Options) > 40 {
		t.Fatalf("%d bytes of options", len(s.Options))
	}
	if verdict := s.Checksum(); s.Cut > 0 && verdict != ChecksumUnknown {
		t.Fatal("the checksum of a cut segment was judged")
	}
	return fate
}
