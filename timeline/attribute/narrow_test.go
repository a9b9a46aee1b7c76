package attribute

import (
	"fmt"
	"testing"

	"glancecap/timeline/story"
)

func TestACallThatBeganBehindThePingDidNotDoTheWork(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.call("b", "image.show", "i", 200, 0, 100)
	s.in.Calls[1].Start = 10*ms + 500 // the first unit's ping came before, its SELECT behind
	for k, kind := range []string{"image", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	s.work("1/x", "tags", "i", 40)
	if got := s.firstLinks(t, 2); fmt.Sprint(got) != "[req-a proven req-b proven]" {
		t.Error(got)
	}
}

func TestOneWhoHasAConnectionWorksOnNoOther(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.call("b", "image.show", "i", 200, 9, 100)
	s.work("1/x", "image", "i", 5)
	s.work("1/y", "image", "i", 20)
	s.work("1/z", "tags", "i", 30)
	s.work("1/y", "tags", "i", 30)
	// The second reading of tags was pinged for before the second of the image was over.
	ping := &s.in.Statements[len(s.in.Statements)-3]
	ping.Start = 20*ms + 1200
	check(t, &s, "a proven, b proven, b proven, a proven")
}

func TestWhatACallCannotDoWithoutIsNoOthers(t *testing.T) {
	var s scene
	s.call("a", "member.list", "i", 200, 0, 45)
	s.call("b", "image.show", "i", 200, 0, 100)
	for k, kind := range []string{"image", "image", "tags", "members", "tags"} {
		s.work("1/x", kind, "i", story.Time(5+9*k))
	}
	list := brackets(&s.in)
	a := newActors(&s.in, list, noParents(&s.in))
	c := &component{brackets: list}
	for _, b := range list {
		c.candidates = append(c.candidates, a.knowing(a.named(b), b))
	}
	left := a.narrowed(c, true)
	if got := fmt.Sprint(left[2:]); got != "[[0] [0] [1]]" {
		t.Errorf("of the tags, members and tags may have done: %s", got)
	}
}

func TestACallWithoutASentenceIsSeen(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.work("1/x", "tags", "i", 10)
	list := brackets(&s.in)
	a := newActors(&s.in, list, noParents(&s.in))
	if a.narrowed(&component{brackets: list, candidates: [][]int{{0}}}, false) != nil {
		t.Error("a call that read tags and no image was taken for possible")
	}
}

func TestAConnectionMayHaveBeenMadeLongBeforeItsFirstWork(t *testing.T) {
	var s scene
	s.in.Statements = append(s.in.Statements, Statement{Session: s.session("1/x"), Command: "COM_QUERY", Verb: "SET", Housekeeping: true, Start: ms, End: ms + 100})
	s.call("a", "image.show", "i", 200, 5, 100)
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "tags", "i", 20)
	check(t, &s, "a proven, a proven")
}
