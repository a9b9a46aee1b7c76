package capture

import (
	"context"
	"io"
	"os"
	"testing"

	"glancecap/decoder/bounds"
)

// benchFile gives the capture that GLANCECAP_BENCH names: the figures of the
// package's comment are of one of 1.15 GB.
func benchFile(b *testing.B) string {
	path := os.Getenv("GLANCECAP_BENCH")
	if path == "" {
		b.Skip("GLANCECAP_BENCH names no capture to read")
	}
	return path
}

func BenchmarkNext(b *testing.B) {
	path := benchFile(b)
	for b.Loop() {
		s, err := Open(context.Background(), []string{path}, Options{Bounds: bounds.Default()})
		if err != nil {
			b.Fatal(err)
		}
		var p Packet
		for err = s.Next(&p); err == nil; err = s.Next(&p) {
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		b.SetBytes(s.Files()[0].Bytes)
		s.Close()
	}
}

func BenchmarkFill(b *testing.B) {
	path := benchFile(b)
	for b.Loop() {
		s, err := Open(context.Background(), []string{path}, Options{Bounds: bounds.Default()})
		if err != nil {
			b.Fatal(err)
		}
		batch := Batch{Packets: make([]Packet, 0, 512)}
		for err = s.Fill(&batch); err == nil; err = s.Fill(&batch) {
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		b.SetBytes(s.Files()[0].Bytes)
		s.Close()
	}
}
