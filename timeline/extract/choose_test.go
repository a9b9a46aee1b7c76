package extract

import (
	"testing"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// scene is a story of two images whose statements share a connection, stream 5.
func scene() (*story.Story, *Tap) {
	one, two, status, c1, c2 := "one", "two", 201, "c1", "c2"
	s := &story.Story{
		Images: []*story.Image{{ID: one, Calls: []string{c1}}, {ID: two, Calls: []string{c2}}},
		Calls: []*story.Call{
			{ID: c1, Record: "h1", Stream: 1, FirstFrame: 4, LastFrame: 20, Time: 4, End: 20, Status: &status, Image: &one},
			{ID: c2, Record: "h2", Stream: 2, FirstFrame: 30, LastFrame: 50, Time: 30, End: 50, Status: &status, Image: &two},
		},
		Statements: []*story.Statement{
			{ID: "s1", Ends: &story.Ends{}, Kind: &story.Kind{}, Stream: 5, FirstFrame: 10, LastFrame: 11, Time: 10, End: 11, Image: &one, Outcome: "committed", Call: &story.Link{ID: c1}},
			{ID: "s2", Ends: &story.Ends{}, Kind: &story.Kind{}, Stream: 5, FirstFrame: 12, LastFrame: 13, Time: 12, End: 13, Outcome: "read", Housekeeping: true},
			{ID: "s3", Ends: &story.Ends{}, Kind: &story.Kind{}, Stream: 5, FirstFrame: 35, LastFrame: 36, Time: 35, End: 36, Image: &two, Outcome: "committed", Call: &story.Link{ID: c2}},
		},
	}
	tap := NewTap(false)
	for _, c := range []record.Connection{connected(1, "a:1", 1, 22), connected(2, "a:2", 28, 60), connected(5, "b:5", 5, 70)} {
		tap.Add(&c)
	}
	return s, tap
}

func connected(stream int, client string, first, last int) record.Connection {
	return record.Connection{Common: record.Common{Stream: stream, Client: client, Server: "s:1"}, Span: record.Span{FirstFrame: first, LastFrame: last}}
}

func TestWhatFollowsOnASharedConnectionIsLeftOut(t *testing.T) {
	s, tap := scene()
	c, err := Choose(s, tap, Wanted{Images: s.Images[:1]})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		client string
		frame  int
		want   bool
	}{
		{"a:1", 1, true}, {"a:1", 99, true}, // also what comes late
		{"a:2", 30, false},
		{"b:5", 5, true}, {"b:5", 13, true}, {"b:5", 34, true}, {"b:5", 35, false}, {"b:5", 70, false},
	} {
		if got := c.covers(pair{x.client, "s:1"}, int64(x.frame)); got != x.want {
			t.Errorf("frame %d of %s is copied: %v", x.frame, x.client, got)
		}
	}
}

func TestNothingIsLeftOutInTheMiddle(t *testing.T) {
	s, tap := scene()
	c, err := Choose(s, tap, Wanted{Images: s.Images[1:]})
	if err != nil {
		t.Fatal(err)
	}
	for frame := 5; frame <= 70; frame++ {
		if !c.covers(pair{"b:5", "s:1"}, int64(frame)) {
			t.Errorf("frame %d is a hole", frame)
		}
	}
	if c.covers(pair{"a:1", "s:1"}, 4) {
		t.Error("the other image's call is copied, at another time")
	}
}

func TestAConnectionWhoseTransactionIsOpenIsCopiedToItsEnd(t *testing.T) {
	s, tap := scene()
	s.Statements[0].Outcome = "open"
	c, err := Choose(s, tap, Wanted{Images: s.Images[:1]})
	if err != nil || !c.covers(pair{"b:5", "s:1"}, 70) {
		t.Errorf("how it ended is left out, %v", err)
	}
}

func TestACallOrStreamThatThereIsNotIsSaid(t *testing.T) {
	s, tap := scene()
	for _, w := range []Wanted{{Calls: []string{"c3"}}, {Streams: []int{9}}} {
		if _, err := Choose(s, tap, w); err == nil {
			t.Errorf("%+v is found", w)
		}
	}
}
