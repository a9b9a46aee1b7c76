package capture

import (
	"bytes"
	"context"
	"io"
	"testing"

	"glancecap/decoder/bounds"
)

// FuzzReader reads any bytes as a capture, whole and in pieces into chunks that
// are smaller than a record: it never panics, both readings agree, and each packet lies inside of its record and
// the records one behind the other.
func FuzzReader(f *testing.F) {
	for _, b := range smallCaptures() {
		f.Add(b, uint16(5))
		f.Add(gzipped(f, b), uint16(3))
		f.Add(zstandard(f, b), uint16(100))
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint16) {
		limits := bounds.Default()
		limits.Record = 1 << 16
		// A chunk of the usual size is more memory than all that is read of b.
		whole, wholeErr := readFuzzed(t, Options{Stdin: bytes.NewReader(b), Bounds: limits,
			pool: &chunkPool{size: chunkSizes{head: 1 << 10, data: 8 << 10}}})
		pieces, piecesErr := readFuzzed(t, Options{Stdin: &limitedReads{bytes.NewReader(b), int(piece) + 1}, Bounds: limits,
			pool: &chunkPool{size: chunkSizes{head: int(piece) % 32, data: 1 + int(piece)%512}}})
		if wholeErr != piecesErr {
			t.Errorf("read whole it ends with %q, in pieces with %q", wholeErr, piecesErr)
		}
		samePackets(t, "in pieces", pieces, whole)
		end := int64(0)
		for i, p := range whole {
			if p.Number != i+1 || p.Offset < end || int64(len(p.Record)) < int64(len(p.Data)) || int(p.Original) < len(p.Data) {
				t.Fatalf("packet %d reads %+v behind byte %d", i+1, p, end)
			}
			end = p.Offset + int64(len(p.Record))
		}
	})
}

// readFuzzed reads to the end, at most 10,000 packets, and gives the error's
// text.
func readFuzzed(t *testing.T, o Options) ([]Packet, string) {
	s, err := Open(context.Background(), []string{"-"}, o)
	if err != nil {
		return nil, err.Error()
	}
	defer s.Close()
	var list []Packet
	for len(list) < 10000 {
		var p Packet
		if err := s.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.Data = bytes.Clone(p.Data)
		list = append(list, p)
	}
	if f := s.Files()[0]; f.Err != nil {
		return list, f.Err.Error()
	}
	return list, ""
}
