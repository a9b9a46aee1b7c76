package timeline

import (
	"testing"

	"glancecap/timeline/story"
)

func TestASilenceIsAGapOfATenthOfTheLifeBetweenCallsAndStatements(t *testing.T) {
	second := func(n float64) story.Time { return story.Time(n * 1e9) }
	parent := "c1"
	s := &story.Story{
		Images: []*story.Image{{
			First: second(0), Last: second(100), Calls: []string{"c1", "c3"}, Statements: []string{"s1", "s2"},
		}},
		Calls: []*story.Call{
			{ID: "c1", Time: second(0), End: second(60)},
			{ID: "c2", Parent: &parent, Time: second(12), End: second(40)}, // the store takes the bytes
			{ID: "c3", Time: second(95), End: second(100)},
		},
		Statements: []*story.Statement{
			{ID: "s1", Time: second(1), End: second(2)},
			{ID: "s2", Time: second(42), End: story.NoTime}, // no answer was captured
		},
	}
	addSilences(s)
	got := s.Images[0].Silences
	type gap struct {
		from, to story.Time
		open     bool
	}
	want := []gap{{second(2), second(12), true}, {second(42), second(60), true}, {second(60), second(95), false}}
	if len(got) != len(want) {
		t.Fatalf("%d silences, want %d: %+v", len(got), len(want), got)
	}
	for n, w := range want {
		if g := got[n]; g.Start != w.from || g.End != w.to || (g.Call != nil) != w.open {
			t.Errorf("silence %d from %v to %v, open %v; want %+v", n, g.Start, g.End, g.Call != nil, w)
		}
	}
}

func TestBytesOnTheirWayToAStoreThatIsNotSeenAreNoSilence(t *testing.T) {
	bytes := int64(1 << 30)
	s := &story.Story{
		Images: []*story.Image{{First: 0, Last: 100e9, Calls: []string{"c1"}}},
		Calls:  []*story.Call{{ID: "c1", Time: 0, End: 100e9, Bytes: &bytes}},
	}
	addSilences(s)
	if got := s.Images[0].Silences; len(got) != 0 {
		t.Errorf("silences %+v while the body was sent", got)
	}
}

func TestASilenceBeginsBehindTheCommitOfTheImagesTransaction(t *testing.T) {
	transaction := "x1"
	s := &story.Story{
		Images: []*story.Image{{First: 0, Last: 100e9, Statements: []string{"s1", "s3"}}},
		Statements: []*story.Statement{
			{ID: "s1", Kind: &story.Kind{Verb: "UPDATE"}, Time: 1e9, End: 2e9, Transaction: &transaction},
			{ID: "s2", Kind: &story.Kind{Verb: "COMMIT"}, Time: 3e9, End: 5e9, Transaction: &transaction},
			{ID: "s3", Kind: &story.Kind{Verb: "SELECT"}, Time: 99e9, End: 100e9},
		},
	}
	addSilences(s)
	if got := s.Images[0].Silences; len(got) != 1 || got[0].Start != 5e9 {
		t.Errorf("silences %+v, want one from the end of the COMMIT", got)
	}
}
