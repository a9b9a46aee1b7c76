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
	b.Run("checksum of 1460 bytes", func(b *testing.B) {
		s.tcp = make([]byte, 1480)
		for b.Loop() {
			s.Checksum()
		}
	})
}
