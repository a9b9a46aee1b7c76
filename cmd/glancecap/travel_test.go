package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// captures lists the bundled captures, and in a long run the shared ones that
// hold images.
func captures(t *testing.T) []string {
	list, err := filepath.Glob("../../fixtures/*/*.pcap*")
	if err != nil || len(list) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	if testing.Short() {
		return list
	}
	shared, _ := filepath.Glob("../../../shared/captures/*/capture.pcap")
	if shared == nil {
		t.Log("skipped: the shared captures, which are not here")
	}
	for _, path := range shared {
		if info, err := os.Stat(path); err == nil && info.Size() < 8<<20 {
			list = append(list, path)
		}
	}
	return list
}

// ran runs a command line on input and gives its output.
func ran(t *testing.T, in []byte, args ...string) []byte {
	t.Helper()
	var out, err bytes.Buffer
	p := &program{in: bytes.NewReader(in), out: &out, err: &err}
	if s := p.run(args); s != statusDone {
		t.Fatalf("%v: status %d, %s", args, s, err.String())
	}
	return out.Bytes()
}

func TestRecordsTellTheStoryOfTheirCapture(t *testing.T) {
	for _, capture := range captures(t) {
		lines := ran(t, nil, "records", "--for", "timeline", capture)
		story := ran(t, nil, "timeline", "--format", "json", capture)
		same(t, keep(t, "story.json", story), ran(t, lines, "timeline", "--format", "json", "-"))
	}
}

func TestRecordsOfPiecesDecodedApartTellTheStoryOfTheWhole(t *testing.T) {
	capture := "../../fixtures/upload-one/capture.pcap.zst"
	folder := t.TempDir()
	list := filepath.Join(folder, "x.json")
	ran(t, nil, "split", "-q", "--by", "connection", "--pieces", "4", "--manifest", list, capture, filepath.Join(folder, "x.pcap"))
	pieces, _ := filepath.Glob(filepath.Join(folder, "*.pcap"))
	if len(pieces) != 4 {
		t.Fatalf("%d pieces", len(pieces))
	}
	args := []string{"timeline", "--all"}
	encoder, _ := zstd.NewWriter(nil)
	for n, piece := range pieces {
		lines := ran(t, nil, "records", "--for", "timeline", "--manifest", list, piece)
		if n%2 == 1 {
			lines = encoder.EncodeAll(lines, nil)
		}
		args = append(args, keep(t, filepath.Base(piece), lines))
	}
	// What stands in front names the capture.
	_, want, _ := strings.Cut(string(ran(t, nil, "timeline", "--all", capture)), "\nreadable: ")
	_, got, _ := strings.Cut(string(ran(t, nil, args...)), "\nreadable: ")
	same(t, keep(t, "story.txt", []byte(want)), []byte(got))
}

// keep writes a file that a command reads.
func keep(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
