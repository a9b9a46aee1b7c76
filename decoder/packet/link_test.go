package packet

import (
	"slices"
	"testing"
)

func TestEveryLinkLayerIsRead(t *testing.T) {
	ip4, ip6 := ipv4(protocolTCP, tcp("hello")), ipv6(protocolTCP, tcp6("hello"))
	snap := cat("aaaa03 000000")
	for _, c := range []struct {
		name  string
		link  int
		bytes []byte
	}{
		{"Ethernet, IPv4", linkEthernet, ethernet(etherIPv4, ip4)},
		{"Ethernet, IPv6", linkEthernet, ethernet(etherIPv6, ip6)},
		{"Ethernet with a trailer", linkEthernet, cat(ethernet(etherIPv4, ip4), "00000000 deadbeef")},
		{"802.3 with LLC and SNAP", linkEthernet, ethernet(8+len(ip4), cat(snap, u16(etherIPv4), ip4))},
		{"802.3 with a trailer", linkEthernet, cat(ethernet(8+len(ip4), cat(snap, u16(etherIPv4), ip4)), "00000000")},
		{"802.1H", linkEthernet, ethernet(8+len(ip4), cat("aaaa03 0000f8", u16(etherIPv4), ip4))},
		{"802.1Q", linkEthernet, ethernet(etherVLAN, vlanTag(7, etherIPv4, ip4))},
		{"802.1Q with LLC", linkEthernet, ethernet(etherVLAN, vlanTag(7, 8+len(ip4), cat(snap, u16(etherIPv4), ip4)))},
		{"802.1ad", linkEthernet, ethernet(etherQinQ, vlanTag(7, etherVLAN, vlanTag(8, etherIPv6, ip6)))},
		{"QinQ 0x9100", linkEthernet, ethernet(etherQinQOld, vlanTag(7, etherVLAN, vlanTag(8, etherIPv4, ip4)))},
		{"cooked", linkSLL, cat("0004 0001 0006 0250560000aa 0000", u16(etherIPv4), ip4)},
		{"cooked, InfiniBand", linkSLL, cat("0000 0020 0014 0011223344556677", u16(etherIPv6), ip6)},
		{"cooked, VLAN", linkSLL, cat("0004 0001 0006 0250560000aa 0000", u16(etherVLAN), vlanTag(7, etherIPv4, ip4))},
		{"cooked, 802.2", linkSLL, cat("0004 0001 0006 0250560000aa 0000", u16(4), snap, u16(etherIPv4), ip4)},
		{"cooked v2", linkSLL2, cat(u16(etherIPv4), "0000 00000003 0001 04 06 0250560000aa 0000", ip4)},
		{"raw 101", linkRaw, ip4},
		{"raw 12", linkRawDLT, ip6},
		{"raw 14", linkRawOpenBSD, ip4},
		{"raw IPv4", linkIPv4, ip4},
		{"raw IPv6", linkIPv6, ip6},
		{"null, little-endian", linkNull, cat("02000000", ip4)},
		{"null, big-endian", linkNull, cat("00000002", ip4)},
		{"null, IPv6 of macOS", linkNull, cat("1e000000", ip6)},
		{"null, IPv6 of FreeBSD", linkNull, cat("1c000000", ip6)},
		{"null, IPv6 of OpenBSD", linkNull, cat("18000000", ip6)},
		{"loop", linkLoop, cat("00000018", ip6)},
		{"PPP", linkPPP, cat("ff03 0021", ip4)},
		{"PPP without address", linkPPP, cat("0057", ip6)},
		{"PPP with compressed protocol", linkPPP, cat("21", ip4)},
		{"PPP with MPLS", linkPPP, cat("ff03 0281 00010140", ip4)},
		{"PPP in HDLC", linkPPPHDLC, cat("ff03 0021", ip4)},
		{"Cisco HDLC as PPP", linkPPPHDLC, cat("0f00", u16(etherIPv4), ip4)},
		{"Cisco HDLC", linkCiscoHDLC, cat("8f00", u16(etherIPv6), ip6)},
		{"PPP with direction", linkPPPWithDir, cat("01 ff03 0021", ip4)},
		{"PPPoE", linkPPPoE, cat("1100 0001", u16(2+len(ip4)), "0021", ip4)},
		{"PPPoE in Ethernet, padded", linkEthernet, cat(ethernet(etherPPPoE, cat("1100 0001", u16(2+len(ip4)), "0021", ip4)), "000000")},
		{"MPLS", linkEthernet, ethernet(etherMPLS, cat("00064040 00065140", ip6))},
		{"MPLS with Ethernet", linkEthernet, ethernet(etherMPLS, cat("00064140", ethernet(etherIPv4, ip4)))},
		{"MPLS with control word and Ethernet", linkEthernet, ethernet(etherMPLSMore, cat("00064140 00000000", ethernet(etherIPv4, ip4)))},
		{"802.11", linkIEEE80211, cat("0801 0000", make([]byte, 20), snap, u16(etherIPv4), ip4)},
		{"802.11 with QoS and checksum", linkIEEE80211, cat("8801 0000", make([]byte, 22), snap, u16(etherIPv4), ip4, "deadbeef")},
		{"802.11 between access points", linkIEEE80211, cat("0803 0000", make([]byte, 26), snap, u16(etherIPv6), ip6)},
		{"radiotap", linkRadiotap, cat("0000 0800 00000000 0801 0000", make([]byte, 20), snap, u16(etherIPv4), ip4)},
		{"radiotap, padded", linkRadiotap, cat("0000 1100 03000000 0000000000000000 20 8801 0000", make([]byte, 24), snap, u16(etherIPv4), ip4)},
		{"radiotap, more fields", linkRadiotap, cat("0000 1800 030000a0 00000020 00000000 0000000000000000 8801 0000", make([]byte, 22), snap, u16(etherIPv4), ip4)},
		{"NFLOG", linkNFLOG, cat("02000000 0800 0100 08000100 0500 0a00 61000000 0800 0500 00000003", nflogPayload(ip4))},
		{"NFLOG, big-endian", linkNFLOG, cat("02000000 0008 0001 08000100", u16(4+len(ip4)), "0009", ip4)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wantPayload(t, frame(c.link, c.bytes), "hello")
			if s.Checksum() != ChecksumGood {
				t.Errorf("checksum is %d, want it good", s.Checksum())
			}
			if s.HasTS != true || s.TSVal != 11 || s.TSEcr != 22 {
				t.Errorf("timestamps are %v %d %d", s.HasTS, s.TSVal, s.TSEcr)
			}
		})
	}
}

// nflogPayload is an attribute as a little-endian machine writes it.
func nflogPayload(b []byte) []byte {
	n := 4 + len(b)
	return cat(n&0xff, n>>8, 9, 0, b)
}

func TestWhatIsNoTCPIsToldFromWhatIsDamaged(t *testing.T) {
	ip4 := ipv4(protocolTCP, tcp("hello"))
	for _, c := range []struct {
		name  string
		link  int
		bytes []byte
		want  Fate
	}{
		{"ARP", linkEthernet, ethernet(0x0806, make([]byte, 28)), NotTCP},
		{"UDP", linkEthernet, ethernet(etherIPv4, ipv4(protocolUDP, udp(53, []byte("query")))), NotTCP},
		{"spanning tree", linkEthernet, ethernet(38, cat("424203", make([]byte, 35))), NotTCP},
		{"ICMP error about TCP", linkEthernet, ethernet(etherIPv4, ipv4(1, cat("0303 0000 00000000", ip4))), NotTCP},
		{"ICMPv6", linkEthernet, ethernet(etherIPv6, ipv6(58, cat("8000 0000"))), NotTCP},
		{"ESP", linkEthernet, ethernet(etherIPv4, ipv4(50, make([]byte, 40))), NotTCP},
		{"no next header", linkEthernet, ethernet(etherIPv6, ipv6(59, nil)), NotTCP},
		{"PPP control", linkPPP, cat("ff03 c021 0101"), NotTCP},
		{"PPPoE discovery", linkEthernet, ethernet(etherPPPoE, cat("1109 0000 0000")), NotTCP},
		{"SNAP of Cisco", linkEthernet, ethernet(8+len(ip4), cat("aaaa03 00000c 0800", ip4)), NotTCP},
		{"netlink on any", linkSLL2, cat("0000 0000 00000000 0338 00 00 0000000000000000 01"), NotTCP},
		{"802.11 beacon", linkIEEE80211, cat("8000 0000", make([]byte, 40)), NotTCP},
		{"802.11 encrypted", linkIEEE80211, cat("0841 0000", make([]byte, 60)), NotTCP},
		{"802.11 null", linkIEEE80211, cat("4801 0000", make([]byte, 20)), NotTCP},
		{"radiotap that lies", linkRadiotap, cat("0000 ffff 00000000 0801 0000"), Malformed},
		{"UDP on VXLAN's port", linkEthernet, ethernet(etherIPv4, ipv4(protocolUDP, udp(portVXLAN, cat("00000000 00002a00", ethernet(etherIPv4, ip4))))), NotTCP},
		{"nothing", linkEthernet, nil, Malformed},
		{"one byte", linkEthernet, cat(1), Malformed},
		{"Ethernet header alone", linkEthernet, ethernet(etherIPv4, nil), Malformed},
		{"IP without its TCP header", linkEthernet, ethernet(etherIPv4, ipv4(protocolTCP, tcp("")[:19])), Malformed},
		{"IP and nothing", linkEthernet, ethernet(etherIPv4, ipv4(protocolTCP, nil)), Malformed},
		{"not IP, raw", linkRaw, ethernet(etherIPv4, ip4), Malformed},
		{"802.3 length beyond the frame", linkEthernet, ethernet(1400, cat("aaaa03 000000 0800", ip4)), Malformed},
		{"USB", 189, ip4, UnsupportedLink},
		{"unknown", 65535, ip4, UnsupportedLink},
	} {
		t.Run(c.name, func(t *testing.T) { wantFate(t, frame(c.link, c.bytes), c.want) })
	}
}

func TestEveryHeaderCutShortIsToldAsHeaderCut(t *testing.T) {
	ip4 := ipv4(protocolTCP, tcp("hello"))
	vxlan := ipv4(protocolUDP, udp(portVXLAN, cat("08000000 00002a00", ethernet(etherVLAN, vlanTag(7, etherIPv4, ip4)))))
	extended := ipv6(protocolDestination, cat(protocolTCP, 0, "000000000000", tcp6("hello")))
	for _, b := range [][]byte{
		ethernet(etherIPv4, ip4),
		ethernet(etherIPv4, ipv4With(protocolTCP, 1, 0, cat("01010101"), tcp("hello"))),
		ethernet(etherIPv6, extended),
		ethernet(etherIPv4, vxlan),
		ethernet(etherIPv4, ipv4(protocolGRE, cat("b000 6558 00000000 00000001 00000002", ethernet(etherIPv4, ip4)))),
	} {
		p := frame(linkEthernet, b)
		afterHeader := len(b) - len("hello") - 12 // the options may be cut, the header may not
		for n := range len(b) {
			s, fate := decodeOne(cutTo(p, n))
			switch {
			case n < afterHeader && fate != HeaderCut:
				t.Fatalf("cut to %d of %d bytes: fate is %s\n% x", n, len(b), fateNames[fate], b)
			case n >= afterHeader && (fate != IsSegment || len(s.Payload)+s.Cut != len("hello")):
				t.Fatalf("cut to %d of %d bytes: fate is %s, payload %q, %d cut", n, len(b), fateNames[fate], s.Payload, s.Cut)
			case n >= afterHeader && s.Checksum() != ChecksumUnknown:
				t.Fatalf("cut to %d of %d bytes: a checksum cannot be judged", n, len(b))
			}
		}
	}
}

func TestThePathTellsWhereAFrameWasSeen(t *testing.T) {
	ip4 := ipv4(protocolTCP, tcp("hello"))
	sll2 := func(index, kind int) []byte {
		return cat(u16(etherIPv4), "0000", uint32(index), "0001", kind, "06 0250560000aa 0000", ip4)
	}
	vxlan := func(id int) []byte {
		return ethernet(etherIPv4, ipv4(protocolUDP, udp(portVXLAN, cat("08000000", uint32(id<<8), ethernet(etherIPv4, ip4)))))
	}
	other := frame(linkEthernet, ethernet(etherIPv4, ip4))
	other.Interface = 1
	var seen []uint32
	for i, p := range []struct {
		link  int
		bytes []byte
	}{
		{linkEthernet, ethernet(etherIPv4, ip4)},
		{linkEthernet, ethernet(etherVLAN, vlanTag(7, etherIPv4, ip4))},
		{linkEthernet, ethernet(etherVLAN, vlanTag(8, etherIPv4, ip4))},
		{linkEthernet, ethernet(etherVLAN, vlanTag(7, etherVLAN, vlanTag(8, etherIPv4, ip4)))},
		{linkEthernet, vxlan(42)},
		{linkEthernet, vxlan(43)},
		{linkEthernet, ethernet(etherIPv4, ipv4(protocolIPv4, ip4))},
		{linkEthernet, ethernet(etherMPLS, cat("00064140", ip4))},
		{linkSLL, cat("0000 0001 0006 0250560000aa 0000", u16(etherIPv4), ip4)},
		{linkSLL, cat("0004 0001 0006 0250560000aa 0000", u16(etherIPv4), ip4)},
		{linkSLL2, sll2(3, 0)},
		{linkSLL2, sll2(4, 0)},
		{linkSLL2, sll2(3, 4)},
	} {
		s := wantPayload(t, frame(p.link, p.bytes), "hello")
		if again := wantPayload(t, frame(p.link, p.bytes), "hello"); again.Path != s.Path {
			t.Errorf("frame %d: the same path has two digests", i)
		}
		if slices.Contains(seen, s.Path) {
			t.Errorf("frame %d has the digest of another path", i)
		}
		seen = append(seen, s.Path)
	}
	if s := wantPayload(t, other, "hello"); slices.Contains(seen, s.Path) {
		t.Error("another interface has the digest of another path")
	}
}
