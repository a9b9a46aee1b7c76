package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// told is what an extract must keep of an image's story, free of frames and ids.
type told struct {
	Image       map[string]any
	Transitions [][4]any
	Phases      []any
	Calls       [][5]any
	Statements  [][6]any
}

// toldStory is a story's JSON as far as an extract must keep it.
type toldStory struct {
	Images []struct {
		ID, Name            string
		OnlyRead            bool `json:"only_read"`
		Verdict, Row        map[string]any
		Properties          []any
		Store               []map[string]any
		Locations           []any
		Tags, Members       []any
		Calls, Statements   []string
		Transitions         []struct{ From, To, Time, Certainty any }
		Phases              []map[string]any
		Attempts, Diagnoses []any
	}
	Calls []struct {
		ID                             string
		Action, Status, Seconds, Bytes any
		RequestID                      any `json:"request_id"`
	}
	Statements []struct {
		ID                                 string
		Text, Outcome, Image, Housekeeping any
		Call                               *struct {
			RequestID any `json:"request_id"`
			Certainty any
		}
	}
	BlindSpots []struct{ Code string } `json:"blind_spots"`
	Accounting struct {
		Packets, Bytes map[string]int64
	}
}

// readStory tells the story of a capture.
func readStory(t *testing.T, in []byte, args ...string) *toldStory {
	t.Helper()
	s := new(toldStory)
	if err := json.Unmarshal(ran(t, in, append([]string{"timeline", "--format", "json"}, args...)...), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// ids are those of the images, the changed ones first.
func (s *toldStory) ids() (list []string) {
	for _, onlyRead := range []bool{false, true} {
		for _, i := range s.Images {
			if i.OnlyRead == onlyRead {
				list = append(list, i.ID)
			}
		}
	}
	return list
}

// of gives what a story tells of an image.
func (s *toldStory) of(id string) (out told) {
	for _, i := range s.Images {
		if i.ID != id {
			continue
		}
		out.Image = map[string]any{"name": i.Name, "verdict": i.Verdict, "row": i.Row, "properties": i.Properties, "locations": i.Locations,
			"tags": i.Tags, "members": i.Members, "store": i.Store, "diagnoses": len(i.Diagnoses), "attempts": len(i.Attempts)}
		for _, item := range i.Store {
			delete(item, "put") // the id of a call
		}
		for _, tr := range i.Transitions {
			out.Transitions = append(out.Transitions, [4]any{tr.From, tr.To, tr.Time, tr.Certainty})
		}
		for _, p := range i.Phases {
			delete(p, "held_frames")
			out.Phases = append(out.Phases, p)
		}
		for _, c := range s.Calls {
			if slices.Contains(i.Calls, c.ID) {
				out.Calls = append(out.Calls, [5]any{c.Action, c.Status, c.Seconds, c.Bytes, c.RequestID})
			}
		}
		for _, st := range s.Statements {
			if slices.Contains(i.Statements, st.ID) {
				one := [6]any{st.Text, st.Outcome, st.Image, st.Housekeeping}
				if st.Call != nil {
					one[4], one[5] = st.Call.RequestID, st.Call.Certainty
				}
				out.Statements = append(out.Statements, one)
			}
		}
	}
	return out
}

// mustTell holds what a story tells of an image against what it should.
func mustTell(t *testing.T, what, id string, got, want told) {
	t.Helper()
	got.Statements = unlessLikely(got.Statements, want.Statements)
	if reflect.DeepEqual(got, want) {
		return
	}
	for _, x := range []struct {
		name      string
		got, want any
	}{
		{"image", got.Image, want.Image}, {"transitions", got.Transitions, want.Transitions}, {"phases", got.Phases, want.Phases},
		{"calls", got.Calls, want.Calls},
	} {
		if !reflect.DeepEqual(x.got, x.want) {
			t.Errorf("%s, image %s, %s:\nthe extract tells %v\nthe whole        %v", what, id, x.name, x.got, x.want)
		}
	}
	if len(got.Statements) != len(want.Statements) {
		t.Errorf("%s, image %s: the extract tells %d statements, the whole %d", what, id, len(got.Statements), len(want.Statements))
		return
	}
	for k := range want.Statements {
		if got.Statements[k] != want.Statements[k] {
			t.Errorf("%s, image %s, statement %d:\nthe extract tells %v\nthe whole        %v", what, id, k, got.Statements[k], want.Statements[k])
			return
		}
	}
}

// mostUnlikely is the share of statements whose call may be told by one of the
// stories alone, where it is only likely: it is weighed among the calls that are
// there, and an extract lacks those of other images.
const mostUnlikely = 0.05

// unlessLikely gives got with the links of want where one of them is likely and
// the other story names no call, if these are few. Both never name different
// calls.
func unlessLikely(got, want [][6]any) [][6]any {
	if len(got) != len(want) {
		return got
	}
	filled, n := slices.Clone(got), 0
	for k := range got {
		if got[k][4] == nil && want[k][5] == "likely" || want[k][4] == nil && got[k][5] == "likely" {
			filled[k][4], filled[k][5] = want[k][4], want[k][5]
			n++
		}
	}
	if float64(n) > mostUnlikely*float64(len(got)) {
		return got
	}
	return filled
}

func TestAnExtractTellsTheSameOfItsImage(t *testing.T) {
	const images = 4 // of each capture, and the last one
	for _, capture := range captures(t) {
		whole := readStory(t, nil, capture)
		ids := whole.ids()
		if len(ids) > images {
			ids = append(ids[:images], ids[len(ids)-1])
		}
		for k, id := range ids {
			out := filepath.Join(t.TempDir(), "x.pcap")
			args := []string{"extract", "-q", "--image", id, capture, "-w", out}
			if k%2 == 1 {
				args = append(args, "--headers-only")
			}
			ran(t, nil, args...)
			mustTell(t, strings.Join(args, " "), id, readStory(t, nil, out).of(id), whole.of(id))
		}
	}
}

func TestWithoutImageBytesTheStoryIsTheSameAndNothingIsLost(t *testing.T) {
	for _, capture := range captures(t) {
		whole := readStory(t, nil, capture)
		out := filepath.Join(t.TempDir(), "x.pcapng")
		ran(t, nil, "extract", "-q", "--headers-only", capture, "-w", out)
		got := readStory(t, nil, out)
		for _, id := range whole.ids() {
			mustTell(t, capture, id, got.of(id), whole.of(id))
		}
		if !reflect.DeepEqual(got.ids(), whole.ids()) || !reflect.DeepEqual(got.BlindSpots, whole.BlindSpots) {
			t.Errorf("%s: images %v, not seen %v; the whole tells %v, %v", capture, got.ids(), got.BlindSpots, whole.ids(), whole.BlindSpots)
		}
		for _, lost := range []string{"missing", "cut", "undecodable", "unread"} {
			if got.Accounting.Bytes[lost] != whole.Accounting.Bytes[lost] {
				t.Errorf("%s: %d bytes are %s, of the whole %d", capture, got.Accounting.Bytes[lost], lost, whole.Accounting.Bytes[lost])
			}
		}
		if a, b := got.Accounting.Bytes["span"], whole.Accounting.Bytes["span"]; a != b {
			t.Errorf("%s: the streams span %d bytes, of the whole %d", capture, a, b)
		}
		// Further recordings of a packet that was left out are left out too.
		if a, b := got.Accounting.Packets["total"]+got.Accounting.Packets["left_out"], whole.Accounting.Packets["total"]+whole.Accounting.Packets["left_out"]; a != b {
			t.Errorf("%s: %d packets are there or left out, of %d", capture, a, b)
		}
	}
}

func TestAnExtractNeverGrowsByWhatItLeavesOut(t *testing.T) {
	const always = "2000-01-01T00:00:00Z"
	for _, capture := range captures(t) {
		sizes := make(map[string]int64)
		for name, args := range map[string][]string{
			"whole": {"-A", always}, "without": {"--headers-only"}, "whole.pcapng": {"-A", always}, "without.pcapng": {"--headers-only"}, "without.pcapng.zst": {"--headers-only"},
		} {
			out := filepath.Join(t.TempDir(), name)
			ran(t, nil, slices.Concat([]string{"extract", "-q", capture, "-w", out}, args)...)
			info, err := os.Stat(out)
			if err != nil {
				t.Fatal(err)
			}
			sizes[name] = info.Size()
		}
		if a, b := sizes["without.pcapng"], sizes["whole.pcapng"]; a > b {
			t.Errorf("%s: %d bytes of pcapng without image bytes, %d with them", capture, a, b)
		} else if c := sizes["whole"]; a == b && sizes["without"] != c {
			t.Errorf("%s: there is nothing to leave out, and %d bytes became %d", capture, c, sizes["without"])
		}
		if sizes["without.pcapng.zst"] >= sizes["whole"] {
			t.Errorf("%s: %v bytes", capture, sizes)
		}
	}
}

func TestAnExtractOfACallHoldsThatCall(t *testing.T) {
	out := filepath.Join(t.TempDir(), "x.pcap")
	capture := "../../fixtures/founding/founding.pcap"
	ran(t, nil, "extract", "-q", "--call", "c1", capture, "-w", out)
	a, _ := os.Stat(capture)
	b, err := os.Stat(out)
	if err != nil || b.Size() >= a.Size()/2 {
		t.Errorf("%v of %d bytes, %v", b, a.Size(), err)
	}
	calls := func(path string) (list []struct {
		Target, Time string
	}) {
		var s struct {
			Calls []struct{ Target, Time string }
		}
		if err := json.Unmarshal(ran(t, nil, "timeline", "--format", "json", path), &s); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Calls {
			list = append(list, c)
		}
		return list
	}
	if got, want := calls(out), calls(capture); len(got) == 0 || got[0] != want[0] {
		t.Errorf("got %v, want %v first", got, want[0])
	}
}
