package packet

import (
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// common is what Like promises.
type common struct {
	src, dst Endpoint
	file     int32
	hasTS    bool
	ttl      uint8
	path     uint32
}

// comparison decodes frames by what was known of those before them, and each by
// itself.
type comparison struct {
	next, alone *Decoder
	promised    map[uint64]common
	known       int
}

func newComparison() *comparison {
	return &comparison{NewDecoder(bounds.Default()), NewDecoder(bounds.Default()), make(map[uint64]common), 0}
}

// same fails where the two ways tell different things of a frame.
func (c *comparison) same(t *testing.T, p *capture.Packet) {
	t.Helper()
	before := c.next.known.learnt
	s, fate := c.next.Next(p)
	alone := dirty()
	if want := c.alone.Decode(p, &alone); fate != want {
		t.Fatalf("frame %d is %s, and by itself %s\n% x", p.Number, fateNames[fate], fateNames[want], p.Data)
	}
	if fate != IsSegment {
		return
	}
	if s.Like != 0 {
		now := common{s.Src, s.Dst, s.File, s.HasTS, s.TTL, s.Path}
		if was, there := c.promised[s.Like]; there && was != now {
			t.Fatalf("frame %d is like %+v, and has %+v", p.Number, was, now)
		}
		c.promised[s.Like] = now
		if s.Cut != 0 || s.BadIP || s.LeftOut != nil || s.Signed || s.Fragmented || len(s.Options) != 0 && (len(s.Options) != 12 || !s.HasTS) {
			t.Fatalf("frame %d is not as ordinary as it says: %+v", p.Number, s)
		}
		if c.next.known.learnt == before {
			c.known++
		}
	}
	alone.Like, alone.Outside = s.Like, s.Outside
	if !reflect.DeepEqual(*s, alone) {
		t.Fatalf("frame %d\nis known as   %+v\nand by itself %+v\n% x", p.Number, *s, alone, p.Data)
	}
}

func TestKnownFramesMeanTheSame(t *testing.T) {
	total := 0
	err := filepath.WalkDir(shared, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(path, ".pcap") {
			return err
		}
		set, err := capture.Open(t.Context(), []string{path}, capture.Options{Bounds: bounds.Default()})
		if err != nil {
			return nil // no capture
		}
		defer set.Close()
		c := newComparison()
		var p capture.Packet
		for err = set.Next(&p); err == nil; err = set.Next(&p) {
			c.same(t, &p)
		}
		total += c.known
		return nil
	})
	if err != nil {
		t.Skipf("no captures: %v", err)
	}
	if total < 10_000 {
		t.Errorf("%d frames were known", total)
	}
}

// TestAFrameOfZerosIsOfNoKnownKind is about a kind that was never learnt: it holds
// zeros, which a frame may hold too.
func TestAFrameOfZerosIsOfNoKnownKind(t *testing.T) {
	for _, n := range []int{54, 60, 1514} {
		frame := make([]byte, n)
		copy(frame[12:], []byte{0x08, 0x00, 0x45, 0, 0, 46})
		p := &capture.Packet{Number: 1, LinkType: linkEthernet, Original: uint32(n), Data: frame}
		newComparison().same(t, p)
	}
}

// FuzzKnown decodes a frame, and then others that differ from it in a few bytes,
// in their length or in what the capture says of them.
func FuzzKnown(f *testing.F) {
	for _, b := range [][]byte{
		ethernet(etherIPv4, ipv4(protocolTCP, tcp("hello"))),
		ethernet(etherIPv4, ipv4(protocolTCP, tcpWith("", "hello"))),
		ethernet(etherIPv4, ipv4(protocolTCP, tcpWith("080a 00000001 00000002 0101", "hello"))),
		ethernet(etherIPv6, ipv6(protocolTCP, tcp6("hello"))),
	} {
		for _, at := range []byte{12, 14, 16, 17, 18, 20, 22, 23, 24, 26, 34, 38, 42, 46, 47, 48, 52, 54, 58, 65} {
			f.Add(b, []byte{at, 1, 0, 0}, uint16(0), uint8(0))
		}
		f.Add(b, []byte{24, 0, 25, 0}, uint16(5), uint8(1))
		f.Add(b, []byte{17, 4, 25, 4}, uint16(0), uint8(2))
	}
	f.Fuzz(func(t *testing.T, b, changes []byte, longer uint16, elsewhere uint8) {
		c := newComparison()
		p := &capture.Packet{Number: 1, LinkType: linkEthernet, Original: uint32(len(b)), Data: b}
		c.same(t, p)
		c.same(t, p)
		for ; len(changes) >= 2; changes = changes[2:] {
			other := *p
			other.Data = append([]byte(nil), b...)
			if at := int(changes[0]); at < len(b) {
				other.Data[at] ^= changes[1]
				if sum, by := 24+at&1, changes[1]; changes[1]&1 != 0 && at < 34 && len(b) > 25 {
					other.Data[sum] ^= by // often enough that is a right sum again
				}
			}
			other.Number++
			other.Original += uint32(longer)
			other.File, other.Interface = int32(elsewhere&1), uint32(elsewhere>>1&1)
			c.same(t, &other)
			other.Data = other.Data[:len(b)-min(len(b), int(changes[1]))]
			c.same(t, &other)
			c.same(t, p)
		}
	})
}
