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

// asTold tells of statements what the story does, whatever is captured.
type asTold struct{ *story.Story }

func (a asTold) Among(calls, statements []bool) []*story.Link {
	links := make([]*story.Link, len(statements))
	for k, st := range a.Statements {
		if statements[k] {
			links[k] = st.Call
		}
	}
	return links
}

// toldFor tells what the story does, but of one statement only while a call is
// captured; without it that is somebody else's.
type toldFor struct {
	asTold
	statement, call int
	otherwise       *story.Link
	asked           *int
}

func (a toldFor) Among(calls, statements []bool) []*story.Link {
	*a.asked++
	links := a.asTold.Among(calls, statements)
	if statements[a.statement] && !calls[a.call] {
		links[a.statement] = a.otherwise
	}
	return links
}

// neverTold tells of no statement who made it.
type neverTold struct{ toldFor }

func (a neverTold) Among(_, statements []bool) []*story.Link {
	*a.asked++
	return make([]*story.Link, len(statements))
}

// crowd is the scene with two calls more: one at the time of the first image's
// statement, one at another time, each on a connection of its own.
func crowd() (*story.Story, *Tap) {
	s, tap := scene()
	status, three := 200, "three"
	s.Calls = []*story.Call{
		s.Calls[0],
		{ID: "c3", Service: "glance", Record: "h3", Stream: 6, FirstFrame: 6, LastFrame: 15, Time: 6, End: 15, Status: &status, Image: &three, Client: "a:3", Server: "s:1"},
		s.Calls[1],
		{ID: "c4", Service: "glance", Record: "h4", Stream: 7, FirstFrame: 52, LastFrame: 55, Time: 52, End: 55, Status: &status, Image: &three, Client: "a:4", Server: "s:1"},
	}
	for k, client := range []string{"a:1", "", "a:2"} {
		if client != "" {
			s.Calls[k].Client, s.Calls[k].Server, s.Calls[k].Service = client, "s:1", "glance"
		}
	}
	for _, st := range s.Statements {
		st.Client, st.Server, st.Service = "b:5", "s:1", "glance"
	}
	s.Images[0].Statements = []string{"s1"}
	for _, c := range []record.Connection{connected(6, "a:3", 5, 16), connected(7, "a:4", 51, 56)} {
		tap.Add(&c)
	}
	return s, tap
}

func TestCallsWithoutWhichAStatementWouldBeToldOtherwiseAreCopiedToo(t *testing.T) {
	for _, x := range []struct {
		name      string
		call      int // on which it hangs
		client    string
		frame     int
		otherwise *story.Link
	}{
		{"one at its time, else nobody's", 1, "a:3", 6, nil},
		{"one at its time, else another's", 1, "a:3", 6, &story.Link{ID: "c2"}},
		{"one at its time, else more sure", 1, "a:3", 6, &story.Link{ID: "c1", Certainty: "proven"}},
		{"one long after it", 3, "a:4", 52, nil},
	} {
		s, tap := crowd()
		asked := 0
		c, err := Choose(s, tap, toldFor{asTold{s}, 0, x.call, x.otherwise, &asked}, Wanted{Images: s.Images[:1]})
		if err != nil || !c.covers(pair{x.client, "s:1"}, int64(x.frame)) {
			t.Errorf("%s: it is not copied, %v", x.name, err)
		}
		if x.call == 1 && c.covers(pair{"a:4", "s:1"}, 52) {
			t.Errorf("%s: one at another time is copied too", x.name)
		}
	}
}

func TestAnExtractProvesNothingOfOthersThatTheWholeDoesNot(t *testing.T) {
	s, tap := crowd()
	asked := 0
	// The second statement is nobody's in the whole.
	a := toldFor{asTold{s}, 1, 1, &story.Link{ID: "c1", Certainty: "proven"}, &asked}
	c, err := Choose(s, tap, a, Wanted{Images: s.Images[:1]})
	if err != nil || !c.covers(pair{"a:3", "s:1"}, 6) {
		t.Errorf("the call that takes the claim back is not copied, %v", err)
	}
}

func TestAChoiceThatCanNeverTellTheSameEndsWithEverything(t *testing.T) {
	s, tap := crowd()
	asked := 0
	c, err := Choose(s, tap, neverTold{toldFor{asTold: asTold{s}, asked: &asked}}, Wanted{Images: s.Images[:1]})
	if err != nil || asked > 20 || !c.covers(pair{"a:3", "s:1"}, 6) || !c.covers(pair{"a:4", "s:1"}, 52) {
		t.Errorf("tried out %d times, %v, %v", asked, c, err)
	}
}

func TestStreamsAloneAreCopiedAlone(t *testing.T) {
	s, tap := crowd()
	asked := 0
	c, err := Choose(s, tap, toldFor{asTold{s}, 0, 1, nil, &asked}, Wanted{Streams: []int{5}})
	if err != nil || asked > 0 || c.covers(pair{"a:3", "s:1"}, 6) {
		t.Errorf("tried out %d times, %v", asked, err)
	}
}

func TestWhatFollowsOnASharedConnectionIsLeftOut(t *testing.T) {
	s, tap := scene()
	c, err := Choose(s, tap, asTold{s}, Wanted{Images: s.Images[:1]})
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
	c, err := Choose(s, tap, asTold{s}, Wanted{Images: s.Images[1:]})
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
	c, err := Choose(s, tap, asTold{s}, Wanted{Images: s.Images[:1]})
	if err != nil || !c.covers(pair{"b:5", "s:1"}, 70) {
		t.Errorf("how it ended is left out, %v", err)
	}
}

func TestACallOrStreamThatThereIsNotIsSaid(t *testing.T) {
	s, tap := scene()
	for _, w := range []Wanted{{Calls: []string{"c3"}}, {Streams: []int{9}}} {
		if _, err := Choose(s, tap, asTold{s}, w); err == nil {
			t.Errorf("%+v is found", w)
		}
	}
}
