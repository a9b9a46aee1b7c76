package packet

import (
	"encoding/binary"
	"strings"
	"testing"
)

func TestTimestampsAreFoundWhereverTheyStand(t *testing.T) {
	for _, c := range []struct {
		options string
		want    bool
	}{
		{usualOptions, true},
		{"080a 0000000b 00000016 0101", true},
		{"020405b4 0402 080a 0000000b 00000016 01 030307", true},
		{"1312 00112233445566778899aabbccddeeff 080a 0000000b 00000016", true},
		{"", false},
		{"020405b4", false},
		{"00 080a 0000000b 00000016 00", false}, // behind the end
		{"0808 00000000 0000 080a0000000b000000160000", true}, // one of another length is none
		{"0300 080a 0000000b 00000016", false},                // length 0: Linux stops there
		{"03ff 080a 0000000b 00000016", false},
		{"01010101010101080a0000000b00000016000000", true},
		{"01010101010101080a0000000b000000", false}, // half of it
	} {
		s := wantPayload(t, frame(linkRaw, ipv4(protocolTCP, tcpWith(c.options, "hello"))), "hello")
		if s.HasTS != c.want || c.want && (s.TSVal != 11 || s.TSEcr != 22) {
			t.Errorf("%q: timestamps %v %d %d, want %v", c.options, s.HasTS, s.TSVal, s.TSEcr, c.want)
		}
		if len(s.Options) != len(cat(c.options)) {
			t.Errorf("%q: options are % x", c.options, s.Options)
		}
	}
}

func TestASignatureAmongTheOptionsIsTold(t *testing.T) {
	for options, want := range map[string]bool{
		usualOptions: false,
		"1312 00112233445566778899aabbccddeeff 0101":                    true,
		"0101080a 0000000b 00000016 1d10 0102 00112233445566778899aabb": true,
		"1304 0000": false, // no MD5 digest has that length
	} {
		if s := wantPayload(t, frame(linkRaw, ipv4(protocolTCP, tcpWith(options, "hello"))), "hello"); s.Signed != want {
			t.Errorf("%q: signed is %v", options, s.Signed)
		}
	}
}

func TestADataOffsetBelowFiveOrBeyondTheSegmentIsMalformed(t *testing.T) {
	for offset := range 16 {
		b := tcpWith("0101010101010101", "hello")
		b[12] = byte(offset<<4 | 0xf) // the reserved bits do not matter
		s, fate := decodeOne(frame(linkRaw, ipv4(protocolTCP, b)))
		want := IsSegment
		if offset < 5 || offset*4 > len(b) {
			want = Malformed
		}
		if fate != want {
			t.Errorf("data offset %d: fate is %s, want %s", offset, fateNames[fate], fateNames[want])
		}
		if fate == IsSegment && len(s.Payload) != len(b)-offset*4 {
			t.Errorf("data offset %d: payload of %d bytes", offset, len(s.Payload))
		}
	}
}

func TestAllFlagsAndFieldsAreTold(t *testing.T) {
	for flags := range 256 {
		b := tcp("hello")
		b[13] = byte(flags)
		binary.BigEndian.PutUint16(b[18:], 77)
		s, _ := decodeOne(frame(linkRaw, ipv4(protocolTCP, b)))
		if s.Flags != Flags(flags) || s.Urgent != 77 {
			t.Fatalf("flags are %#x, urgent %d; want %#x and 77", s.Flags, s.Urgent, flags)
		}
	}
	if FIN != 1 || SYN != 2 || RST != 4 || PSH != 8 || ACK != 16 || URG != 32 || ECE != 64 || CWR != 128 {
		t.Error("the flags are not those of RFC 9293 §3.1")
	}
}

func TestEveryWrongBitOfASegmentIsABadChecksum(t *testing.T) {
	for _, text := range []string{"", "x", "hello", strings.Repeat("some text\n", 150)} {
		for _, v6 := range []bool{false, true} {
			segment := tcp(text)
			wrap := func(b []byte) []byte { return ipv4(protocolTCP, b) }
			if v6 {
				segment, wrap = tcp6(text), func(b []byte) []byte { return ipv6(protocolTCP, b) }
			}
			verdict := func(b []byte) Checksum {
				s, fate := decodeOne(frame(linkRaw, wrap(b)))
				if fate != IsSegment {
					t.Fatalf("fate is %s", fateNames[fate])
				}
				return s.Checksum()
			}
			if got := verdict(segment); got != ChecksumGood {
				t.Fatalf("%d bytes, IPv6 %v: checksum is %d, want it good", len(text), v6, got)
			}
			for i := range segment {
				if i == 12 {
					continue // the data offset
				}
				segment[i] ^= 0x10
				if got := verdict(segment); got != ChecksumBad {
					t.Fatalf("byte %d of %d wrong, IPv6 %v: checksum is %d", i, len(segment), v6, got)
				}
				segment[i] ^= 0x10
			}
		}
	}
}

func TestAChecksumLeftToTheCardIsToldFromAWrongOne(t *testing.T) {
	segment := tcp("hello")
	pseudo := cat(clientAddr.AsSlice(), serverAddr.AsSlice(), uint32(len(segment)), uint32(protocolTCP))
	withoutLength := cat(clientAddr.AsSlice(), serverAddr.AsSlice(), uint32(0), uint32(protocolTCP))
	for sum, want := range map[uint16]Checksum{
		slowSum(pseudo):        ChecksumUnfilled,
		slowSum(withoutLength): ChecksumUnfilled, // large send offload of Windows
		slowSum(pseudo) + 1:    ChecksumBad,
		0:                      ChecksumBad,
	} {
		binary.BigEndian.PutUint16(segment[16:], sum)
		s, _ := decodeOne(frame(linkRaw, ipv4(protocolTCP, segment)))
		if got := s.Checksum(); got != want {
			t.Errorf("field %#x: checksum is %d, want %d", sum, got, want)
		}
	}
}
