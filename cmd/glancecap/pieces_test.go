package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// cutInto cuts a capture into pieces and gives their paths in order.
func cutInto(t *testing.T, capture string, how ...string) (pieces []string) {
	t.Helper()
	folder := t.TempDir()
	ran(t, nil, append(append([]string{"split", "-q", "--no-sync", "--utc"}, how...), capture, filepath.Join(folder, "x.pcap"))...)
	pieces, _ = filepath.Glob(filepath.Join(folder, "x_*.pcap"))
	if len(pieces) == 0 {
		t.Fatalf("%s: no pieces", capture)
	}
	return pieces
}

// packetsOf counts the packets of a capture.
func packetsOf(t *testing.T, capture string) int {
	t.Helper()
	var info struct {
		Accounting struct{ Packets struct{ Total int } }
	}
	if err := json.Unmarshal(ran(t, nil, "info", "--format", "json", capture), &info); err != nil {
		t.Fatal(err)
	}
	return info.Accounting.Packets.Total
}

// eighth gives how many packets each of eight pieces of a capture has.
func eighth(t *testing.T, capture string) string {
	return strconv.Itoa((packetsOf(t, capture) + 7) / 8)
}

// rotated makes records of pieces one after the other, each run going on from
// the state of the one before.
func rotated(t *testing.T, pieces []string, flags ...string) (files []string) {
	t.Helper()
	folder := t.TempDir()
	state := filepath.Join(folder, "state")
	for i, piece := range pieces {
		args := append([]string{"records", "-q"}, flags...)
		if i > 0 {
			args = append(args, "--carry-in", state)
		}
		if i < len(pieces)-1 {
			args = append(args, "--carry-out", state)
		}
		file := filepath.Join(folder, fmt.Sprintf("%d.jsonl", i))
		ran(t, nil, append(args, "-w", file, piece)...)
		files = append(files, file)
	}
	return files
}

// storyRead gives a story without what names and measures the files that were read,
// and without the numbers of records and connections where these are not kept.
func storyRead(t *testing.T, b []byte, numbers bool) map[string]any {
	t.Helper()
	if !numbers {
		b = regexp.MustCompile(`"record": ?"[^"]*"`).ReplaceAll(b, []byte(`"record":""`))
	}
	var s map[string]any
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	for _, c := range s["captures"].([]any) {
		for _, field := range []string{"path", "bytes", "format", "compression", "size", "remarks"} {
			delete(c.(map[string]any), field)
		}
	}
	without(s, "wireshark") // a command that names the file
	if !numbers {
		without(s, "stream")
		without(s, "streams")
	}
	return s
}

// without takes a field out wherever it stands.
func without(x any, field string) {
	switch x := x.(type) {
	case map[string]any:
		delete(x, field)
		for _, y := range x {
			without(y, field)
		}
	case []any:
		for _, y := range x {
			without(y, field)
		}
	}
}

// sameStory compares stories field by field and shows where they part.
func sameStory(t *testing.T, name string, got, want map[string]any) {
	t.Helper()
	a, _ := json.MarshalIndent(got, "", " ")
	b, _ := json.MarshalIndent(want, "", " ")
	if !bytes.Equal(a, b) {
		x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
		i := 0
		for i < len(x) && i < len(y) && x[i] == y[i] {
			i++
		}
		from := max(0, i-12)
		t.Errorf("%s, line %d\ngot:\n%s\nwant:\n%s", name, i+1, strings.Join(x[from:min(i+4, len(x))], "\n"), strings.Join(y[from:min(i+4, len(y))], "\n"))
	}
}

func TestTheStoryOfARotatedCaptureIsThatOfTheWhole(t *testing.T) {
	for _, capture := range captures(t) {
		whole := storyRead(t, ran(t, nil, "timeline", "--format", "json", capture), true)
		files := rotated(t, cutInto(t, capture, "-c", eighth(t, capture)), "--for", "timeline")
		if len(files) != 8 {
			t.Errorf("%s: %d pieces", capture, len(files))
		}
		// The order on the command line is the shell's, not the capture's.
		slices.Reverse(files)
		got := storyRead(t, ran(t, nil, append([]string{"timeline", "--format", "json"}, files...)...), true)
		sameStory(t, capture, got, whole)
	}
}

func TestTheStoryOfPiecesByConnectionIsThatOfTheWhole(t *testing.T) {
	for _, capture := range captures(t) {
		whole := storyRead(t, ran(t, nil, "timeline", "--format", "json", capture), false)
		list := filepath.Join(t.TempDir(), "list.json")
		pieces := cutInto(t, capture, "--by", "connection", "--pieces", "8", "--manifest", list)
		args := make([]string, len(pieces))
		var all sync.WaitGroup
		for i, piece := range pieces {
			all.Go(func() {
				args[i] = keep(t, "records.jsonl", ran(t, nil, "records", "--for", "timeline", "--manifest", list, piece))
			})
		}
		all.Wait()
		got := storyRead(t, ran(t, nil, append([]string{"timeline", "--format", "json"}, args...)...), false)
		sameStory(t, capture, got, whole)
	}
}

// sorted gives lines of records without what counts within a run, in an order
// that does not depend on it; the first line of a run says whether secrets are shown.
func sorted(t *testing.T, outputs ...[]byte) (list []string) {
	t.Helper()
	for _, b := range outputs {
		for line := range strings.Lines(string(b)) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			for _, field := range []string{"id", "stream", "found_by", "shows_secrets"} {
				delete(r, field)
			}
			b, _ := json.Marshal(r)
			list = append(list, string(b))
		}
	}
	slices.Sort(list)
	return list
}

// differ shows the first line in which two lists differ.
func differ(t *testing.T, name string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got), i < len(want) && want[i] < got[i]:
			t.Errorf("%s: missing (%d records of %d) %.600s", name, len(got), len(want), want[i])
		case i >= len(want), got[i] != want[i]:
			t.Errorf("%s: too much (%d records of %d) %.600s", name, len(got), len(want), got[i])
		default:
			continue
		}
		return
	}
}

func TestRecordsOfPiecesByConnectionAreThoseOfTheWhole(t *testing.T) {
	list := captures(t)
	if !testing.Short() {
		for _, kind := range []string{"mysql-modes", "third-party", "overlap"} {
			more, _ := filepath.Glob("../../../shared/captures/" + kind + "/*.pcap*")
			list = append(list, more...)
		}
	}
	for _, capture := range list {
		// Passwords are counted anew in each run.
		flags := []string{"records", "-q", "--rows", "--bodies", "--show-secrets"}
		want := sorted(t, ran(t, nil, append(flags, capture)...))
		list := filepath.Join(t.TempDir(), "list.json")
		pieces := cutInto(t, capture, "--by", "connection", "--pieces", "8", "--manifest", list)
		var outputs [][]byte
		for _, piece := range pieces {
			outputs = append(outputs, ran(t, nil, append(flags, "--manifest", list, piece)...))
		}
		differ(t, capture, sorted(t, outputs...), want)
		// The manifest in place of all of them.
		differ(t, capture+" by its manifest", sorted(t, ran(t, nil, append(flags, list)...)), want)
	}
}

func TestAManifestStandsForItsPiecesInATimeline(t *testing.T) {
	for _, how := range [][]string{{"-c", "200"}, {"--size", "100k"}, {"--by", "connection", "--pieces", "5"}} {
		capture := "../../fixtures/upload-one/capture.pcap.zst"
		list := filepath.Join(t.TempDir(), "list.json")
		cutInto(t, capture, append(how, "--manifest", list)...)
		got := storyRead(t, ran(t, nil, "timeline", "--format", "json", list), true)
		sameStory(t, strings.Join(how, " "), got, storyRead(t, ran(t, nil, "timeline", "--format", "json", capture), true))
	}
}

func TestAStateIsOfItsOwnerAlone(t *testing.T) {
	pieces := cutInto(t, "../../fixtures/upload-one/capture.pcap.zst", "-c", "1000")
	state := filepath.Join(t.TempDir(), "state")
	ran(t, nil, "records", "-q", "--carry-out", state, pieces[0])
	info, err := os.Stat(state)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
