package timeline

import (
	"context"
	"path/filepath"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

func TestTheWholeAmongItselfIsToldAsItIsAndAPartByItsOwnEvidence(t *testing.T) {
	b := NewBuilder(Options{Why: true})
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, After: record.NoTime, Before: record.NoTime}
	path := filepath.Join("..", "fixtures", "recorded", "shared-images", "capture.pcapng.zst")
	if err := decoder.Run(context.Background(), []string{path}, o, b.Add); err != nil {
		t.Fatal(err)
	}
	s := b.Story()
	calls, statements := make([]bool, len(s.Calls)), make([]bool, len(s.Statements))
	for k := range calls {
		calls[k] = true
	}
	for k := range statements {
		statements[k] = true
	}
	told := 0
	for k, link := range b.Among(calls, statements) {
		st := s.Statements[k]
		if (link == nil) != (st.Call == nil) || link != nil && *link != *st.Call {
			t.Fatalf("%s: %v among all, %v in the story", st.ID, link, st.Call)
		}
		if link != nil {
			told++
		}
	}
	var without *story.Call // a call that made a statement
	for _, st := range s.Statements {
		if st.Call != nil && st.Image != nil {
			for k, c := range s.Calls {
				if c.ID == st.Call.ID {
					without, calls[k] = c, false
				}
			}
			break
		}
	}
	rest := 0
	for k, link := range b.Among(calls, statements) {
		if link == nil {
			continue
		}
		if rest++; link.ID == without.ID {
			t.Errorf("%s is of %s, which is not there", s.Statements[k].ID, link.ID)
		}
	}
	if told == 0 || rest == 0 || rest >= told {
		t.Errorf("%d statements are told of all, %d without %s", told, rest, without.ID)
	}
}
