package packet

import (
	"testing"

	"glancecap/decoder/bounds"
)

func TestEveryTunnelIsRead(t *testing.T) {
	ip4, ip6 := ipv4(protocolTCP, tcp("hello")), ipv6(protocolTCP, tcp6("hello"))
	eth := ethernet(etherIPv4, ip4)
	for _, c := range []struct {
		name   string
		packet []byte
	}{
		{"IP in IP", ipv4(protocolIPv4, ip4)},
		{"6in4", ipv4(protocolIPv6, ip6)},
		{"4in6", ipv6(protocolIPv4, ip4)},
		{"6in6", ipv6(protocolIPv6, ip6)},
		{"authentication header", ipv4(protocolAH, cat(protocolTCP, 4, make([]byte, 22), tcp("hello")))},
		{"GRE", ipv4(protocolGRE, cat("0000 0800", ip4))},
		{"GRE over IPv6", ipv6(protocolGRE, cat("0000 86dd", ip6))},
		{"GRE with checksum", ipv4(protocolGRE, cat("8000 0800 abcd0000", ip4))},
		{"GRE with all fields", ipv4(protocolGRE, cat("b000 86dd abcd0000 00000007 00000009", ip6))},
		{"GRE with MPLS", ipv4(protocolGRE, cat("0000 8847 00064140", ip4))},
		{"GRE with Ethernet", ipv4(protocolGRE, cat("0000 6558", eth))},
		{"NVGRE", ipv4(protocolGRE, cat("2000 6558 00002a01", eth))},
		{"PPTP", ipv4(protocolGRE, cat("3081 880b 00310007 00000001 00000000 ff03 0021", ip4))},
		{"ERSPAN I", ipv4(protocolGRE, cat("0000 88be", eth))},
		{"ERSPAN II", ipv4(protocolGRE, cat("1000 88be 00000001 1007 0001 00000000", eth))},
		{"ERSPAN III", ipv4(protocolGRE, cat("1000 22eb 00000001 2007 0001 00000000 0000 0000", eth))},
		{"ERSPAN III with more", ipv4(protocolGRE, cat("1000 22eb 00000001 2007 0001 00000000 0000 0001 0000000000000000", eth))},
		{"EtherIP", ipv4(protocolEtherIP, cat("3000", eth))},
		{"Ethernet in IPv6", ipv6(protocolEthernet, eth)},
		{"MPLS in IP", ipv4(protocolMPLS, cat("00064140", ip6))},
		{"VXLAN", ipv4(protocolUDP, udp(portVXLAN, cat("08000000 00002a00", eth)))},
		{"VXLAN, group policy, old port", ipv6(protocolUDP, udp(portVXLANOld, cat("88000001 00002a00", eth)))},
		{"Geneve", ipv4(protocolUDP, udp(portGeneve, cat("0000 6558 00002a00", eth)))},
		{"Geneve with options, IP inside", ipv4(protocolUDP, udp(portGeneve, cat("02c0 0800 00002a00 0102 80 01 00000000", ip4)))},
		{"Geneve with the most options", ipv4(protocolUDP, udp(portGeneve, cat("3f00 0800 00002a00", make([]byte, 252), ip4)))},
		{"GRE in UDP", ipv4(protocolUDP, udp(portGRE, cat("0000 6558", eth)))},
		{"MPLS in UDP", ipv4(protocolUDP, udp(portMPLS, cat("00064140", ip4)))},
		{"Teredo", ipv4(protocolUDP, udp(portTeredo, ip6))},
		{"Teredo with origin", ipv4(protocolUDP, udp(portTeredo, cat("0000 0000 00000000", ip6)))},
		{"Teredo with authentication and origin", ipv4(protocolUDP, udp(portTeredo, cat("0001 02 03 aabb ccddee 1122334455667788 00 0000 0000 00000000", ip6)))},
		{"UDP of a jumbogram's length", ipv4(protocolUDP, cat(u16(50000), u16(portVXLAN), u16(0), u16(0), "08000000 00002a00", eth))},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wantPayload(t, frame(linkRaw, c.packet), "hello")
			if s.Checksum() != ChecksumGood {
				t.Errorf("checksum is %d, want it good", s.Checksum())
			}
		})
	}
}

func TestTunnelsInTunnelsAreReadAsDeepAsTheBoundAllows(t *testing.T) {
	nest := func(deep int) []byte {
		b := ipv4(protocolTCP, tcp("hello"))
		for i := range deep {
			switch i % 3 {
			case 0:
				b = ipv4(protocolIPv4, b)
			case 1:
				b = ipv4(protocolGRE, cat("0000 0800", b))
			case 2:
				b = ipv4(protocolUDP, udp(portVXLAN, cat("08000000 00002a00", ethernet(etherVLAN, vlanTag(7, etherIPv4, b)))))
			}
		}
		return b
	}
	limits := bounds.Default()
	wantPayload(t, frame(linkRaw, nest(limits.Tunnels)), "hello")
	for _, deep := range []int{limits.Tunnels + 1, 50, 500} {
		d := NewDecoder(limits)
		var s Segment
		if fate := d.Decode(frame(linkRaw, nest(deep)), &s); fate != NotTCP {
			t.Errorf("%d deep: fate is %s", deep, fateNames[fate])
		}
		hits := ""
		d.Hits().Each(func(name string, n int64) { hits += name })
		if hits != "tunnels" {
			t.Errorf("%d deep: bounds hit: %q", deep, hits)
		}
	}
}

func TestTagsAndLabelsMayBeStackedWithoutBound(t *testing.T) {
	b, labels := ipv4(protocolTCP, tcp("hello")), cat("00064140")
	vlan := vlanTag(1, etherIPv4, b)
	for range 200 {
		vlan = vlanTag(1, etherVLAN, vlan)
		labels = cat("00064040", labels)
	}
	wantPayload(t, frame(linkEthernet, ethernet(etherVLAN, vlan)), "hello")
	wantPayload(t, frame(linkEthernet, ethernet(etherMPLS, cat(labels, b))), "hello")
}

func TestTunnelHeadersThatLieAreMalformed(t *testing.T) {
	eth := ethernet(etherIPv4, ipv4(protocolTCP, tcp("hello")))
	for name, b := range map[string][]byte{
		"GRE with fields that are not there": ipv4(protocolGRE, cat("b000 0800 0000")),
		"GRE of two bytes":                   ipv4(protocolGRE, cat("0000")),
		"ERSPAN II of four bytes":            ipv4(protocolGRE, cat("1000 88be 00000001 10070001")),
		"Geneve options beyond the packet":   ipv4(protocolUDP, udp(portGeneve, cat("3f00 6558 00002a00", eth))),
		"VXLAN of seven bytes":               ipv4(protocolUDP, udp(portVXLAN, cat("08000000 00002a"))),
		"UDP longer than IP":                 ipv4(protocolUDP, cat(u16(1), u16(portVXLAN), u16(60000), u16(0), "08000000 00002a00", eth)),
		"UDP shorter than its header":        ipv4(protocolUDP, cat(u16(1), u16(portVXLAN), u16(7), u16(0), "08000000 00002a00", eth)),
		"EtherIP of another version":         ipv4(protocolEtherIP, cat("4000", eth)),
		"Teredo authentication beyond it":    ipv4(protocolUDP, udp(portTeredo, cat("0001 ff ff 00"))),
		"half a label":                       ipv4(protocolMPLS, cat("0006")),
		"authentication header of 8 bytes":   ipv4(protocolAH, cat(protocolTCP, 0, make([]byte, 22))),
	} {
		t.Run(name, func(t *testing.T) { wantFate(t, frame(linkRaw, b), Malformed) })
	}
}
