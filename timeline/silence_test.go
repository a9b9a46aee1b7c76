package timeline

import (
	"testing"

	"glancecap/timeline/story"
)

func TestASilenceIsAGapOfATenthOfTheLifeBetweenCallsAndStatements(t *testing.T) {
	second := func(n float64) story.Time { return story.Time(n * 1e9) }
	madeBy := func(from, to float64) *call {
		return &call{told: story.Call{Time: second(from), End: second(to)}}
	}
	upload, put, later := madeBy(0, 60), madeBy(12, 40), madeBy(95, 100) // the store takes the bytes
	statements := []*statement{
		{told: story.Statement{Time: second(1), End: second(2)}},
		{told: story.Statement{Time: second(42), End: story.NoTime}}, // no answer was captured
	}
	i := &story.Image{First: second(0), Last: second(100)}
	one := &telling{children: map[*call][]*call{upload: {put}}}
	one.silences(i, []*call{upload, later}, statements)
	got := i.Silences
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
	i := &story.Image{First: 0, Last: 100e9}
	new(telling).silences(i, []*call{{told: story.Call{Time: 0, End: 100e9, Bytes: &bytes}}}, nil)
	if got := i.Silences; len(got) != 0 {
		t.Errorf("silences %+v while the body was sent", got)
	}
}

func TestASilenceBeginsBehindTheCommitOfTheImagesTransaction(t *testing.T) {
	tx := &transaction{}
	sent := func(id, verb string, from, to story.Time, tx *transaction) *statement {
		return &statement{told: story.Statement{ID: id, Kind: &story.Kind{Verb: verb}, Time: from, End: to}, tx: tx}
	}
	tx.end = sent("s2", "COMMIT", 3e9, 5e9, tx)
	i := &story.Image{First: 0, Last: 100e9}
	new(telling).silences(i, nil, []*statement{sent("s1", "UPDATE", 1e9, 2e9, tx), sent("s3", "SELECT", 99e9, 100e9, nil)})
	if got := i.Silences; len(got) != 1 || got[0].Start != 5e9 {
		t.Errorf("silences %+v, want one from the end of the COMMIT", got)
	}
}
