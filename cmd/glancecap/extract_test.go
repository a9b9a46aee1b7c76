package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// told is what an extract must keep of an image's story, free of frames and ids.
type told struct {
	Image       map[string]any
	Transitions [][4]any
	Calls       [][4]any
	Statements  [][5]any
}

// toldOf reads a story's JSON and gives what it tells of an image.
func toldOf(t *testing.T, text []byte, id string) (told, []string) {
	t.Helper()
	var s struct {
		Images []struct {
			ID, Name            string
			Verdict, Row        map[string]any
			Properties          []any
			Store               []map[string]any
			Locations           []any
			Tags, Members       []any
			Calls, Statements   []string
			Transitions         []struct{ From, To, Time, Certainty any }
			Attempts, Diagnoses []any
		}
		Calls []struct {
			ID                      string
			Action, Status, Seconds any
			RequestID               any `json:"request_id"`
		}
		Statements []struct {
			ID                   string
			Text, Outcome, Image any
			Call                 *struct {
				RequestID any `json:"request_id"`
				Certainty any
			}
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	var ids []string
	var out told
	for _, i := range s.Images {
		ids = append(ids, i.ID)
		if i.ID != id {
			continue
		}
		out.Image = map[string]any{"name": i.Name, "verdict": i.Verdict, "row": i.Row, "properties": i.Properties, "locations": i.Locations,
			"tags": i.Tags, "members": i.Members, "store": i.Store, "diagnoses": len(i.Diagnoses)}
		for _, item := range i.Store {
			delete(item, "put") // the id of a call
		}
		for _, tr := range i.Transitions {
			out.Transitions = append(out.Transitions, [4]any{tr.From, tr.To, tr.Time, tr.Certainty})
		}
		for _, c := range s.Calls {
			for _, of := range i.Calls {
				if of == c.ID {
					out.Calls = append(out.Calls, [4]any{c.Action, c.Status, c.Seconds, c.RequestID})
				}
			}
		}
		for _, st := range s.Statements {
			for _, of := range i.Statements {
				if of == st.ID {
					one := [5]any{st.Text, st.Outcome, st.Image}
					if st.Call != nil {
						one[3], one[4] = st.Call.RequestID, st.Call.Certainty
					}
					out.Statements = append(out.Statements, one)
				}
			}
		}
	}
	return out, ids
}

func TestAnExtractTellsTheSameOfItsImage(t *testing.T) {
	const images = 4 // of each capture
	for _, capture := range captures(t) {
		whole := ran(t, nil, "timeline", "--format", "json", capture)
		_, ids := toldOf(t, whole, "")
		for _, id := range ids[:min(len(ids), images)] {
			out := filepath.Join(t.TempDir(), "x.pcap")
			ran(t, nil, "extract", "-q", "--image", id, capture, "-w", out)
			want, _ := toldOf(t, whole, id)
			got, _ := toldOf(t, ran(t, nil, "timeline", "--format", "json", out), id)
			if !reflect.DeepEqual(got, want) {
				for name, pair := range map[string][2]any{"image": {got.Image, want.Image}, "transitions": {got.Transitions, want.Transitions},
					"calls": {got.Calls, want.Calls}, "statements": {got.Statements, want.Statements}} {
					if !reflect.DeepEqual(pair[0], pair[1]) {
						t.Errorf("%s, image %s, %s:\nthe extract tells %v\nthe whole        %v", capture, id, name, pair[0], pair[1])
					}
				}
			}
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
