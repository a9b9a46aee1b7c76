package packet

import (
	"path/filepath"
	"reflect"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// dirty is a Segment that was used before.
func dirty() Segment {
	return Segment{Frame: 99, File: 9, Time: 9, Src: Endpoint{[16]byte{9, 9, 15: 9}, 9}, Dst: Endpoint{[16]byte{9, 9, 15: 9}, 9},
		Seq: 9, Ack: 9, Flags: 0xff, Window: 9, Urgent: 9, Options: []byte{9}, HasTS: true, TSVal: 9, TSEcr: 9, Signed: true,
		Payload: []byte{9}, Cut: 9, IPID: 9, HasIPID: true, TTL: 9, Path: 9, Fragmented: true, BadIP: true, Like: 9, tcp: []byte{9}, judgeable: true}
}

// sameToLayers fails if the direct way and the walk by layers tell different
// things of a frame.
func sameToLayers(t *testing.T, p *capture.Packet) (ordinary bool) {
	t.Helper()
	direct, walked := dirty(), dirty()
	if !decodeOrdinary(p, &direct) {
		return false
	}
	fate := NewDecoder(bounds.Default()).decodeLayers(p, &walked)
	if fate != IsSegment || !reflect.DeepEqual(direct, walked) {
		t.Fatalf("read directly %+v\nby layers (%s) %+v\n% x", direct, fateNames[fate], walked, p.Data)
	}
	return true
}

func TestOrdinaryFramesMeanTheSameToTheLayers(t *testing.T) {
	t.Run("made by hand", func(t *testing.T) {
		for _, b := range [][]byte{
			ethernet(etherIPv4, ipv4(protocolTCP, tcp("hello"))),
			ethernet(etherIPv6, ipv6(protocolTCP, tcp6("hello"))),
			cat(ethernet(etherIPv4, ipv4(protocolTCP, tcpWith("", ""))), "000000000000"),
			ethernet(etherIPv4, ipv4(protocolTCP, tcpWith("020405b4 0402080a0000000b00000000 01030307", "x"))),
		} {
			p := frame(linkEthernet, b)
			if !sameToLayers(t, p) {
				t.Errorf("not read directly:\n% x", b)
			}
			for n := range b {
				sameToLayers(t, cutTo(p, n))
			}
		}
	})
	for _, name := range []string{"offload", "snap", "upload-one", "overlap"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(shared, name, "capture.pcap")
			if name == "overlap" {
				path = filepath.Join(shared, name, "overlap.pcap")
			}
			all, direct := packets(t, path), 0
			for i := range all {
				if sameToLayers(t, &all[i]) {
					direct++
				}
			}
			if direct < len(all)*8/10 {
				t.Errorf("%d of %d frames were read directly", direct, len(all))
			}
		})
	}
}

func TestDecodingAllocatesNothing(t *testing.T) {
	ip4 := ipv4(protocolTCP, tcp("hello"))
	all := []*capture.Packet{
		frame(linkEthernet, ethernet(etherIPv4, ip4)),
		frame(linkEthernet, ethernet(etherIPv6, ipv6(protocolTCP, tcp6("hello")))),
		frame(linkEthernet, ethernet(etherVLAN, vlanTag(7, etherIPv4, ip4))),
		frame(linkEthernet, ethernet(etherIPv4, ipv4With(protocolTCP, 1, 0, cat("01010101"), tcp("hello")))),
		frame(linkEthernet, ethernet(etherIPv4, ipv4(protocolUDP, udp(portVXLAN, cat("08000000 00002a00", ethernet(etherIPv4, ip4)))))),
		frame(linkEthernet, ethernet(etherIPv4, ipv4(protocolUDP, udp(53, nil)))),
		frame(linkEthernet, ethernet(0x0806, make([]byte, 28))),
		frame(linkSLL, cat("0004 0001 0006 0250560000aa 0000", u16(etherIPv4), ip4)),
		frame(linkSLL2, cat(u16(etherIPv4), "0000 00000003 0001 04 06 0250560000aa 0000", ip4)),
		cutTo(frame(linkEthernet, ethernet(etherIPv4, ip4)), 30),
		frame(linkEthernet, ethernet(etherIPv4, ip4[:30])),
	}
	d := NewDecoder(bounds.Default())
	var s Segment
	if n := testing.AllocsPerRun(100, func() {
		for _, p := range all {
			d.Decode(p, &s)
			s.Checksum()
			d.Next(p)
		}
	}); n != 0 {
		t.Errorf("%v allocations for %d packets", n, len(all))
	}
}

func TestTheCapturedBytesAreHandedOnAndNotCopied(t *testing.T) {
	p := frame(linkEthernet, ethernet(etherIPv4, ipv4(protocolTCP, tcp("hello"))))
	s, _ := decodeOne(p)
	if !within(s.Payload, p.Data) || !within(s.Options, p.Data) {
		t.Error("payload or options are copies")
	}
	if cap(s.Payload) != len(s.Payload) || cap(s.Options) != len(s.Options) {
		t.Error("an append to payload or options would write into the capture")
	}
}
