package decoder_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/split"
)

// chained runs the decoder over the pieces of a capture one after the other,
// each run handing its state to the next, and gives the records and the books
// of all.
func chained(t *testing.T, pieces []string, o decoder.Options) (all []record.Record, books []record.Accounting) {
	t.Helper()
	var state []byte
	for i, piece := range pieces {
		o.Carry = &decoder.Carry{Asked: "a test"}
		if i > 0 {
			o.Carry.In = bytes.NewReader(state)
		}
		var next bytes.Buffer
		if i < len(pieces)-1 {
			o.Carry.Out = &next
		}
		err := decoder.Run(context.Background(), []string{piece}, o, func(r record.Record) {
			if b, ok := r.(*record.Books); ok {
				books = append(books, b.Accounting)
			}
			all = append(all, r)
		})
		if err != nil {
			t.Fatalf("%s, run %d of %d: %v", piece, i+1, len(pieces), err)
		}
		state = next.Bytes()
	}
	return all, books
}

// cutAfter cuts a capture into pieces of n packets.
func cutAfter(t *testing.T, path string, n int64) []string {
	t.Helper()
	folder := t.TempDir()
	o := split.Options{Packets: n, NoSync: true, Bounds: bounds.Default()}
	if _, err := split.Split(context.Background(), path, filepath.Join(folder, "x"), o); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "x*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pieces: %v", err)
	}
	return files
}

// told gives what records say beside the lines that each run has.
func told(t *testing.T, records []record.Record) []string {
	t.Helper()
	var kept []record.Record
	for _, r := range records {
		switch r := r.(type) {
		case *record.Run, *record.Capture, *record.Books:
			continue
		case *record.Connection:
			if r.Ended == "carried" {
				continue
			}
		}
		kept = append(kept, r)
	}
	return lines(t, kept)
}

// sumOf adds the books of runs up: what one handed on is in those of the next.
func sumOf(t *testing.T, books []record.Accounting) (sum record.Accounting) {
	t.Helper()
	for i, b := range books {
		p, y := &b.Packets, &b.Bytes
		for _, n := range []int64{p.Total, p.Decoded, p.Fragment, p.FragmentPending, p.NotTCP, p.OtherPort, p.Duplicate, p.Ignored, p.Malformed,
			p.HeaderCut, p.Evicted, p.Carried, y.Span, y.Decoded, y.Skipped, y.Missing, y.Cut, y.Undecodable, y.Encrypted, y.Urgent, y.Unread, y.Evicted, y.Carried} {
			if n < 0 {
				t.Errorf("run %d: less than none in %+v", i+1, b)
			}
		}
		if i == len(books)-1 && p.Carried+y.Carried != 0 {
			t.Errorf("the last run handed something on: %+v", b)
		}
		p.Total, y.Span = p.Total-p.Carried, y.Span-y.Carried
		p.Carried, y.Carried = 0, 0
		sum.Packets.Add(*p)
		sum.Bytes.Add(*y)
	}
	return sum
}

// sameChained compares the runs over pieces of n packets with the run over the
// whole: same records in the same order, and books with the same sum.
func sameChained(t *testing.T, path string, n int64) {
	t.Helper()
	o := options()
	o.ForTimeline, o.Bodies = true, true
	o.KeepRows = func(string, string) bool { return true }
	var whole []record.Record
	err := decoder.Run(context.Background(), []string{path}, o, func(r record.Record) { whole = append(whole, r) })
	var broken *decoder.InputError
	if errors.As(err, &broken) {
		return // not every file of theirs is a capture, and pieces hold no damage
	}
	if err != nil {
		t.Fatal(err)
	}
	pieces, accounts := chained(t, cutAfter(t, path, n), o)
	got, want := told(t, pieces), told(t, whole)
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("%s by %d: missing %.400s", path, n, want[i])
		case i >= len(want):
			t.Errorf("%s by %d: too much: %.400s", path, n, got[i])
		case got[i] != want[i]:
			t.Errorf("%s by %d: record %d\ngot  %.900s\nwant %.900s", path, n, i, got[i], want[i])
		default:
			continue
		}
		return
	}
	if sum, one := sumOf(t, accounts), books(t, whole); sum != one {
		t.Errorf("%s by %d: books\ngot  %+v\nwant %+v", path, n, sum, one)
	}
}

// small lists captures that can be cut into many pieces.
func small(t *testing.T) (list []string) {
	for text, port := range map[string]string{upload: "9292", session: "3306"} {
		filled := strings.Replace(strings.Replace(text, "%s greeting", "greeting", 1), "%s", port, 1)
		path := filepath.Join(t.TempDir(), "talk.pcap")
		if err := os.WriteFile(path, play(t, filled), 0o600); err != nil {
			t.Fatal(err)
		}
		list = append(list, path)
	}
	var shared []string
	for _, kind := range []string{"hostile", "mysql-modes", "third-party"} {
		files, _ := filepath.Glob("../../shared/captures/" + kind + "/*.pcap*")
		shared = append(shared, files...)
	}
	if testing.Short() {
		return list
	}
	if shared == nil {
		t.Log("skipped: the shared captures, which are not here")
	}
	for _, path := range shared {
		if info, err := os.Stat(path); err == nil && info.Size() < 300<<10 && !strings.Contains(path, ".gz") && !strings.Contains(path, ".bz2") {
			list = append(list, path)
		}
	}
	slices.Sort(list)
	return list
}

func TestACaptureCutBehindAnyPacketTellsTheSameRecords(t *testing.T) {
	for _, path := range small(t) {
		n := int64(1)
		if info, err := os.Stat(path); err == nil {
			n += info.Size() / (4 << 10)
		}
		t.Run(filepath.Base(path), func(t *testing.T) { sameChained(t, path, n) })
	}
}

func TestRecordedCapturesInPiecesTellTheSameRecords(t *testing.T) {
	list, _ := filepath.Glob("../fixtures/*/*.pcap*")
	shared, _ := filepath.Glob("../../shared/captures/*/capture.pcap")
	if shared == nil {
		t.Log("skipped: the shared captures, which are not here")
	}
	if !testing.Short() {
		list = append(list, shared...)
	}
	for _, path := range list {
		if info, err := os.Stat(path); err != nil || info.Size() > 16<<20 {
			continue
		}
		for _, n := range []int64{97, 1013} {
			t.Run(fmt.Sprintf("%s by %d", path, n), func(t *testing.T) { sameChained(t, path, n) })
		}
	}
}
