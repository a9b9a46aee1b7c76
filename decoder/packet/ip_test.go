package packet

import (
	"encoding/binary"
	"testing"
)

func TestLengthIsWhatTheIPHeaderSays(t *testing.T) {
	ip4, ip6 := ipv4(protocolTCP, tcp("hello")), ipv6(protocolTCP, tcp6("hello"))
	withLength := func(b []byte, at, n int) []byte {
		b = cat(b)
		binary.BigEndian.PutUint16(b[at:], uint16(n))
		if at == 2 { // IPv4: the header's checksum, too
			b[10], b[11] = 0, 0
			binary.BigEndian.PutUint16(b[10:], ^slowSum(b[:20]))
		}
		return b
	}
	t.Run("zero is left by segmentation offload: up to the end of the frame", func(t *testing.T) {
		s := wantPayload(t, frame(linkEthernet, ethernet(etherIPv4, withLength(ip4, 2, 0))), "hello")
		if s.Checksum() != ChecksumGood {
			t.Error("the checksum is that of the whole frame")
		}
		wantPayload(t, frame(linkEthernet, ethernet(etherIPv6, withLength(ip6, 4, 0))), "hello")
		long := ipv4(protocolTCP, tcp(string(make([]byte, 70000))))
		s, fate := decodeOne(frame(linkEthernet, ethernet(etherIPv4, withLength(long, 2, 0))))
		if fate != IsSegment || len(s.Payload) != 70000 {
			t.Errorf("fate %s, %d bytes; want 70000", fateNames[fate], len(s.Payload))
		}
	})
	t.Run("zero and a frame that no card takes", func(t *testing.T) {
		for _, b := range [][]byte{ethernet(etherIPv4, withLength(ip4, 2, 0)), ethernet(etherIPv6, withLength(ip6, 4, 0))} {
			p := frame(linkEthernet, b)
			p.Original = 0xffffffff
			wantFate(t, p, Malformed)
		}
	})
	t.Run("more than the frame had", func(t *testing.T) {
		wantFate(t, frame(linkEthernet, ethernet(etherIPv4, withLength(ip4, 2, len(ip4)+1))), Malformed)
		wantFate(t, frame(linkEthernet, ethernet(etherIPv6, withLength(ip6, 4, len(ip6)))), Malformed)
	})
	t.Run("more than the frame had, in a tunnel: the mirror cut it", func(t *testing.T) {
		inner := withLength(ip4, 2, len(ip4)+1000)
		s, fate := decodeOne(frame(linkEthernet, ethernet(etherIPv4, ipv4(protocolGRE, cat("1000 88be 00000001 1000000700000000", ethernet(etherIPv4, inner))))))
		if fate != IsSegment || string(s.Payload) != "hello" || s.Cut != 1000 {
			t.Errorf("fate %s, payload %q, cut %d; want 1000 bytes cut", fateNames[fate], s.Payload, s.Cut)
		}
	})
	t.Run("less than the headers", func(t *testing.T) {
		wantFate(t, frame(linkEthernet, ethernet(etherIPv4, withLength(ip4, 2, 19))), Malformed)
		wantFate(t, frame(linkEthernet, ethernet(etherIPv4, withLength(ip4, 2, 39))), Malformed)
		wantFate(t, frame(linkEthernet, ethernet(etherIPv6, withLength(ip6, 4, 19))), Malformed)
	})
	t.Run("less than the frame: a trailer is no data", func(t *testing.T) {
		wantPayload(t, frame(linkEthernet, cat(ethernet(etherIPv4, ip4), make([]byte, 46))), "hello")
		wantPayload(t, frame(linkEthernet, cat(ethernet(etherIPv6, ip6), make([]byte, 46))), "hello")
	})
	t.Run("a trailer beyond the snap length is not cut data", func(t *testing.T) {
		p := frame(linkEthernet, cat(ethernet(etherIPv4, ip4), make([]byte, 46)))
		wantPayload(t, cutTo(p, len(p.Data)-46), "hello")
		s, _ := decodeOne(cutTo(p, len(p.Data)-46-2))
		if string(s.Payload) != "hel" || s.Cut != 2 {
			t.Errorf("payload %q, %d bytes cut; want 2", s.Payload, s.Cut)
		}
	})
}

func TestIPv4HeadersThatTheReceiverRefuses(t *testing.T) {
	good := ipv4(protocolTCP, tcp("hello"))
	first := func(b byte) []byte { return cat(int(b), good[1:]) }
	for _, b := range [][]byte{first(0x44), first(0x35), first(0x65), first(0x4f)} {
		wantFate(t, frame(linkEthernet, ethernet(etherIPv4, b)), Malformed)
	}
	for _, options := range []string{"0701 0000", "07 ff 0404", "01010107"} {
		wantFate(t, frame(linkEthernet, ethernet(etherIPv4, ipv4With(protocolTCP, 1, 0, cat(options), tcp("hello")))), Malformed)
	}
}

func TestADatagramThatIPDropsIsMarked(t *testing.T) {
	bad := func(b []byte) bool {
		t.Helper()
		s, fate := decodeOne(frame(linkEthernet, ethernet(etherIPv4, b)))
		if fate != IsSegment {
			t.Fatalf("fate is %s", fateNames[fate])
		}
		return s.BadIP
	}
	good := ipv4(protocolTCP, tcp("hello"))
	wrong, unfilled := cat(good), cat(good)
	wrong[11]++
	unfilled[10], unfilled[11] = 0, 0
	inner := ipv4(protocolIPv4, good)
	innerWrong := ipv4(protocolIPv4, wrong)
	outerWrong := cat(inner)
	outerWrong[8]-- // TTL
	for _, c := range []struct {
		name  string
		bytes []byte
		want  bool
	}{
		{"right checksum", good, false},
		{"wrong checksum", wrong, true},
		{"checksum left to the card", unfilled, false},
		{"right in a tunnel", inner, false},
		{"wrong inside a tunnel", innerWrong, true},
		{"wrong around a tunnel", outerWrong, true},
		{"no operation", ipv4With(protocolTCP, 1, 0, cat("01010101"), tcp("hello")), false},
		{"record route", ipv4With(protocolTCP, 1, 0, cat("0707040000000000"), tcp("hello")), false},
		{"loose source route", ipv4With(protocolTCP, 1, 0, cat("8307080a00000300"), tcp("hello")), true},
		{"strict source route", ipv4With(protocolTCP, 1, 0, cat("8907080a00000300"), tcp("hello")), true},
	} {
		if got := bad(c.bytes); got != c.want {
			t.Errorf("%s: BadIP is %v", c.name, got)
		}
	}
}

func TestIPv4TellsIdentificationAndTTL(t *testing.T) {
	s := wantPayload(t, frame(linkEthernet, ethernet(etherIPv4, ipv4(protocolTCP, tcp("hello")))), "hello")
	if s.IPID != 0x1234 || !s.HasIPID || s.TTL != 64 {
		t.Errorf("identification %#x %v, TTL %d", s.IPID, s.HasIPID, s.TTL)
	}
	s = wantPayload(t, frame(linkEthernet, ethernet(etherIPv6, ipv6(protocolTCP, tcp6("hello")))), "hello")
	if s.IPID != 0 || s.HasIPID || s.TTL != 64 {
		t.Errorf("IPv6: identification %#x %v, hop limit %d", s.IPID, s.HasIPID, s.TTL)
	}
}

func TestIPv6ExtensionHeaders(t *testing.T) {
	ext := func(next, words int, rest []byte) []byte { return cat(next, words, make([]byte, 6+8*words), rest) }
	segment := tcp6("hello")
	good := func(name string, b []byte) Segment {
		t.Helper()
		t.Log(name)
		return wantPayload(t, frame(linkRaw, b), "hello")
	}
	good("hop by hop", ipv6(protocolHopByHop, ext(protocolTCP, 0, segment)))
	good("long", ipv6(protocolHopByHop, ext(protocolTCP, 150, segment)))
	good("one of each", ipv6(protocolHopByHop, ext(protocolDestination, 0, ext(protocolMobility, 1, ext(protocolHIP, 0, ext(protocolShim6, 2, ext(protocolTCP, 0, segment)))))))
	good("authentication", ipv6(protocolAH, cat(protocolTCP, 4, make([]byte, 22), segment)))
	chain := segment
	for i := range 60 {
		next := protocolDestination
		if i == 0 {
			next = protocolTCP
		}
		chain = ext(next, 0, chain)
	}
	good("sixty in a row", ipv6(protocolDestination, chain))
	if s := good("routing, there", ipv6(protocolRouting, cat(protocolTCP, 0, 4, 0, "00000000", segment))); s.Checksum() != ChecksumGood {
		t.Error("routing header without segments left: the checksum can be judged")
	}
	if s := good("routing, on the way", ipv6(protocolRouting, cat(protocolTCP, 2, 4, 1, "00000000", serverAddr6.AsSlice(), segment))); s.Checksum() != ChecksumUnknown {
		t.Error("routing header with segments left: the checksum is of another destination")
	}
	for name, b := range map[string][]byte{
		"beyond the packet": ipv6(protocolHopByHop, cat(protocolTCP, 200, "000000000000", segment)),
		"itself for ever":   ipv6(protocolDestination, make([]byte, 0)),
		"half":              ipv6(protocolDestination, cat(protocolTCP, 0, "0000")),
	} {
		t.Log(name)
		wantFate(t, frame(linkRaw, b), Malformed)
	}
	self := make([]byte, 1024)
	for i := 0; i < len(self); i += 8 {
		self[i] = protocolDestination
	}
	wantFate(t, frame(linkRaw, ipv6(protocolDestination, self)), Malformed)
}

func TestJumbograms(t *testing.T) {
	packet := func(announced, payload int) []byte {
		segment := tcp6(string(make([]byte, payload)))
		b := ipv6(protocolHopByHop, cat(protocolTCP, 0, "c204", uint32(announced), segment))
		b[4], b[5] = 0, 0
		return b
	}
	const headers = 8 + 32
	s, fate := decodeOne(frame(linkRaw, packet(headers+70000, 70000)))
	if fate != IsSegment || len(s.Payload) != 70000 || s.Checksum() != ChecksumGood {
		t.Errorf("fate %s, %d bytes, checksum %d; want 70000 bytes and a good one", fateNames[fate], len(s.Payload), s.Checksum())
	}
	wantFate(t, frame(linkRaw, packet(headers+100, 100)), Malformed) // RFC 2675 §3: must be above 65,535
	wantFate(t, frame(linkRaw, packet(0x7fffffff, 100)), Malformed)  // beyond the frame
	wantFate(t, frame(linkRaw, packet(headers+69999, 70000)[:45]), Malformed)
}
