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
		Client, Server, Time, Command      string
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
			delete(item, "put") // ids of calls
			delete(item, "got")
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

// proofs are the statements of which it is proven who made them, by where and
// when they were made.
func (s *toldStory) proofs() map[[4]any]any {
	list := make(map[[4]any]any)
	for _, st := range s.Statements {
		if st.Call != nil && st.Call.Certainty == "proven" {
			list[[4]any{st.Client, st.Server, st.Time, st.Command}] = st.Call.RequestID
		}
	}
	return list
}

// crowds are captures of many callers at once, of which each image is looked at.
var crowds = []string{"same-image", "attribution-1", "attribution-4", "shared-images"}

func TestAnExtractTellsTheSameOfItsImageAndProvesNothingElseThatTheWholeDoesNot(t *testing.T) {
	const images = 4 // of each other capture, and the last one
	recorded, _ := filepath.Glob("../../fixtures/recorded/*/*.pcap*")
	for _, capture := range append(captures(t), recorded...) {
		whole := readStory(t, nil, capture)
		ids, proven := whole.ids(), whole.proofs()
		if len(ids) > images && !slices.Contains(crowds, filepath.Base(filepath.Dir(capture))) {
			ids = append(ids[:images], ids[len(ids)-1])
		}
		for k, id := range ids {
			out := filepath.Join(t.TempDir(), "x.pcap")
			args := []string{"extract", "-q", "--image", id, capture, "-w", out}
			if k%2 == 1 {
				args = append(args, "--headers-only")
			}
			ran(t, nil, args...)
			told := readStory(t, nil, out)
			mustTell(t, strings.Join(args, " "), id, told.of(id), whole.of(id))
			for st, call := range told.proofs() {
				if proven[st] != call {
					t.Errorf("%s proves that %v made %v, the whole %v", strings.Join(args, " "), call, st, proven[st])
				}
			}
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
