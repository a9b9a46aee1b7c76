package packet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// piece4 makes a frame of a fragment: bytes [from,to) of a datagram's payload.
func piece4(id int, payload []byte, from, to int) *capture.Packet {
	field := from / 8
	if to < len(payload) {
		field |= 0x2000
	}
	return frame(linkRaw, ipv4With(protocolTCP, id, field, nil, payload[from:to]))
}

func piece6(id uint32, payload []byte, from, to int) *capture.Packet {
	place := from
	if to < len(payload) {
		place |= 1
	}
	return frame(linkRaw, ipv6(protocolFragment, cat(protocolTCP, 0, u16(place), id, payload[from:to])))
}

// feed decodes frames in a row and tells what became of each, as a letter:
// S segment, f fragment, m malformed, n not TCP.
func feed(d *Decoder, all ...*capture.Packet) (fates string, last Segment) {
	for i, p := range all {
		p.Number = i + 1
		var s Segment
		fate := d.Decode(p, &s)
		fates += map[Fate]string{IsSegment: "S", IsFragment: "f", Malformed: "m", NotTCP: "n", HeaderCut: "c"}[fate]
		if fate == IsSegment {
			last = s
		}
	}
	return fates, last
}

func TestFragmentsBecomeADatagramAsInLinux(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 20)
	a := tcp(text)
	b := bytes.ReplaceAll(a, []byte("abcdef"), []byte("ABCDEF")) // contradicts
	n := len(a)
	type frames = []*capture.Packet
	for _, c := range []struct {
		name          string
		frames        frames
		fates         string
		used, pending int64
	}{
		{"in order", frames{piece4(1, a, 0, 96), piece4(1, a, 96, 200), piece4(1, a, 200, n)}, "ffS", 2, 0},
		{"reversed", frames{piece4(1, a, 200, n), piece4(1, a, 96, 200), piece4(1, a, 0, 96)}, "ffS", 2, 0},
		{"the TCP header itself in pieces", frames{piece4(1, a, 0, 8), piece4(1, a, 8, 16), piece4(1, a, 16, 24), piece4(1, a, 24, n)}, "fffS", 3, 0},
		{"the same twice", frames{piece4(1, a, 0, 96), piece4(1, a, 0, 96), piece4(1, a, 96, n)}, "ffS", 2, 0},
		{"a contradicting copy: the first stays", frames{piece4(1, a, 0, 96), piece4(1, b, 0, 96), piece4(1, a, 96, n)}, "ffS", 2, 0},
		{"contained in a run: the first stays", frames{piece4(1, a, 0, 96), piece4(1, a, 96, 200), piece4(1, b, 40, 120), piece4(1, a, 200, n)}, "fffS", 3, 0},
		{"partly overlapping: all is dropped", frames{piece4(1, a, 0, 96), piece4(1, a, 40, 200), piece4(1, a, 200, n)}, "fff", 0, 3},
		{"two ends", frames{piece4(1, a, 200, n), piece4(1, a[:304], 200, 304), piece4(1, a, 0, 200)}, "fff", 0, 3},
		{"an end before data", frames{piece4(1, a, 96, 200), piece4(1, a[:88], 40, 88), piece4(1, a, 200, n)}, "fff", 0, 3},
		{"an empty one ends it", frames{piece4(1, a, 0, 96), piece4(1, a, 96, 96), piece4(1, a, 96, n)}, "fmf", 0, 2},
		{"two identifications", frames{piece4(1, a, 0, 96), piece4(2, b, 0, 96), piece4(1, a, 96, n)}, "ffS", 1, 1},
		{"never complete", frames{piece4(1, a, 0, 96), piece4(1, a, 200, n)}, "ff", 0, 2},
		{"beyond 65,535 bytes", frames{piece4(1, a, 0, 96), frame(linkRaw, ipv4With(protocolTCP, 1, 8191, nil, a[:96]))}, "fm", 0, 1},
		{"IPv6", frames{piece6(1, a, 0, 96), piece6(1, a, 200, n), piece6(1, a, 96, 200)}, "ffS", 2, 0},
		{"IPv6, partly overlapping", frames{piece6(1, a, 0, 96), piece6(1, b, 40, 200), piece6(1, a, 200, n)}, "fff", 0, 3},
		{"IPv6, atomic", frames{piece6(1, a, 0, n)}, "S", 0, 0},
		{"IPv6, the TCP header in pieces", frames{piece6(1, a, 0, 16), piece6(1, a, 16, n)}, "mf", 0, 1},
		{"IPv6, not a multiple of eight", frames{piece6(1, a, 0, 95), piece6(1, a, 96, n)}, "mf", 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDecoder(bounds.Default())
			fates, s := feed(d, c.frames...)
			if fates != c.fates {
				t.Errorf("fates are %s, want %s", fates, c.fates)
			}
			if strings.Contains(c.fates, "S") && (string(s.Payload) != text || s.Fragmented == strings.Contains(c.name, "atomic")) {
				t.Errorf("payload is %q, fragmented %v", s.Payload, s.Fragmented)
			}
			if strings.HasPrefix(c.name, "IPv6") == false && strings.Contains(c.fates, "S") && s.Checksum() != ChecksumGood {
				t.Errorf("checksum is %d: the datagram was put together wrongly", s.Checksum())
			}
			if used, pending := d.Fragments(); used != c.used || pending != c.pending {
				t.Errorf("%d fragments used and %d pending, want %d and %d", used, pending, c.used, c.pending)
			}
		})
	}
}

func TestAFragmentWithAWrongHeaderReachesNoDatagram(t *testing.T) {
	a := tcp("hello, this is long enough for two fragments")
	wrong := piece4(1, a, 40, len(a))
	wrong.Data[11]++
	d := NewDecoder(bounds.Default())
	if fates, _ := feed(d, piece4(1, a, 0, 40), wrong, piece4(1, a, 40, len(a))); fates != "ffS" {
		t.Errorf("fates are %s", fates)
	}
	if used, pending := d.Fragments(); used != 1 || pending != 1 {
		t.Errorf("%d used, %d pending; want 1 and 1", used, pending)
	}
}

func TestADatagramOfUDPIsNoSegmentEither(t *testing.T) {
	b := udp(53, make([]byte, 100))
	d := NewDecoder(bounds.Default())
	first := frame(linkRaw, ipv4With(protocolUDP, 1, 0x2000, nil, b[:56]))
	last := frame(linkRaw, ipv4With(protocolUDP, 1, 7, nil, b[56:]))
	if fates, _ := feed(d, first, last); fates != "fn" {
		t.Errorf("fates are %s", fates)
	}
}

func TestATunnelMayBeInFragments(t *testing.T) {
	inner := udp(portVXLAN, cat("08000000 00002a00", ethernet(etherIPv4, ipv4(protocolTCP, tcp("hello")))))
	d := NewDecoder(bounds.Default())
	fates, s := feed(d,
		frame(linkRaw, ipv4With(protocolUDP, 1, 0x2000, nil, inner[:48])),
		frame(linkRaw, ipv4With(protocolUDP, 1, 6, nil, inner[48:])))
	if fates != "fS" || string(s.Payload) != "hello" || !s.Fragmented || s.Checksum() != ChecksumGood {
		t.Errorf("fates %s, payload %q", fates, s.Payload)
	}
}

func TestTheSnapLengthInsideAFragmentEndsTheDataThere(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 20)
	a := tcp(text)
	first := piece4(1, a, 0, 96)
	d := NewDecoder(bounds.Default())
	fates, s := feed(d, cutTo(first, 20+80), piece4(1, a, 96, len(a)))
	if fates != "fS" || string(s.Payload) != text[:80-32] || s.Cut != len(text)-len(s.Payload) {
		t.Errorf("fates %s, %d bytes of payload, %d cut", fates, len(s.Payload), s.Cut)
	}
	if s.Checksum() != ChecksumUnknown {
		t.Error("the checksum cannot be judged")
	}
}

func TestFragmentsOfTwoPathsAreNotMixed(t *testing.T) {
	a := tcp(strings.Repeat("x", 100))
	on := func(index int, p *capture.Packet) *capture.Packet {
		return frame(linkSLL2, cat(u16(etherIPv4), "0000", uint32(index), "0001 00 06 0250560000aa 0000", p.Data))
	}
	d := NewDecoder(bounds.Default())
	fates, _ := feed(d, on(1, piece4(1, a, 0, 96)), on(2, piece4(1, a, 0, 96)), on(1, piece4(1, a, 96, len(a))), on(2, piece4(1, a, 96, len(a))))
	if fates != "ffSS" {
		t.Errorf("fates are %s", fates)
	}
}

func TestFragmentsInWaitAreBounded(t *testing.T) {
	a := tcp(strings.Repeat("x", 1000))
	t.Run("by bytes: the oldest go", func(t *testing.T) {
		b := bounds.Default()
		b.FragmentBytes = 10000
		d := NewDecoder(b)
		for id := range 100 {
			feed(d, piece4(id, a, 0, 800))
		}
		if d.fragments.held > b.FragmentBytes {
			t.Errorf("%d bytes are held", d.fragments.held)
		}
		if fates, _ := feed(d, piece4(99, a, 800, len(a)), piece4(0, a, 800, len(a))); fates != "Sf" {
			t.Errorf("fates are %s: the last datagram should be there, the first not", fates)
		}
		if fmt.Sprint(*d.Hits()) == fmt.Sprint(bounds.Hits{}) {
			t.Error("no bound was hit")
		}
	})
	t.Run("tiny ones count for what they cost", func(t *testing.T) {
		b := bounds.Default()
		b.FragmentBytes = 10000
		d := NewDecoder(b)
		for i := 0; i < 800; i += 8 {
			feed(d, piece4(1, a, i, i+8))
		}
		if d.fragments.held > b.FragmentBytes {
			t.Errorf("%d bytes are held", d.fragments.held)
		}
	})
	t.Run("by time of the capture", func(t *testing.T) {
		d := NewDecoder(bounds.Default())
		late := piece4(1, a, 800, len(a))
		late.Time += int64(31 * time.Second)
		if fates, _ := feed(d, piece4(1, a, 0, 800), late); fates != "ff" {
			t.Errorf("fates are %s", fates)
		}
		timeless := func(p *capture.Packet) *capture.Packet { p.Time = noTime; return p }
		if fates, _ := feed(d, timeless(piece4(2, a, 0, 800)), timeless(piece4(2, a, 800, len(a)))); fates != "fS" {
			t.Errorf("without times fates are %s", fates)
		}
	})
}
