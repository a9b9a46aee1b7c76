package packet

import (
	"path/filepath"
	"testing"

	"glancecap/decoder/bounds"
)

func BenchmarkOrdinary(b *testing.B) {
	all := packets(b, filepath.Join(shared, "offload", "capture.pcap"))
	var s Segment
	d := NewDecoder(bounds.Default())
	b.Run("direct", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			decodeOrdinary(&all[i%len(all)], &s)
		}
	})
	b.Run("layers", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			d.decodeLayers(&all[i%len(all)], &s)
		}
	})
	// One frame as often as it takes: what comes beside it is the memory's.
	one := frame(linkEthernet, ethernet(etherIPv4, ipv4(protocolTCP, tcp("hello"))))
	b.Run("one direct", func(b *testing.B) {
		for b.Loop() {
			decodeOrdinary(one, &s)
		}
	})
	b.Run("one known", func(b *testing.B) {
		for b.Loop() {
			d.Next(one)
		}
	})
	b.Run("checksum of 1460 bytes", func(b *testing.B) {
		s.tcp, s.judgeable = make([]byte, 1480), true
		for b.Loop() {
			s.Checksum()
		}
	})
}
