package attribute

import (
	"testing"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// explain gives the evidence for a scene's n-th unit of work.
func explain(s *scene, n int) *Evidence {
	parents := noParents(&s.in)
	links := Statements(&s.in, parents)
	for k := range s.in.Statements {
		if s.in.Statements[k].Ping {
			if n--; n < 0 {
				return Explain(&s.in, parents, links, k+1)
			}
		}
	}
	return nil
}

// objectionTo gives what stands against a call, by its request id.
func objectionTo(t *testing.T, s *scene, e *Evidence, id string) Objection {
	t.Helper()
	for _, c := range e.Candidates {
		if s.in.Calls[c.Call].RequestID == "req-"+id {
			return c.Objection
		}
	}
	t.Fatalf("%s is not among the candidates", id)
	return Possible
}

func TestEachCallThatWasOpenIsToldWithWhatStandsAgainstIt(t *testing.T) {
	var s scene
	s.call("own", "image.show", "i", 200, 0, 100)
	s.call("host", "image.show", "i", 200, 1, 100).ServerHost = "h"
	s.call("image", "image.show", "j", 200, 2, 100)
	s.call("kind", "member.list", "i", 200, 3, 100)
	s.call("late", "image.show", "i", 200, 11, 100)
	shown := s.call("rows", "image.show", "i", 200, 5, 100)
	shown.SeenImage = 8
	s.in.Calls[0].SeenImage = 7
	s.work("1/x", "image", "i", 10)
	s.in.Statements[1].Seen = 7
	s.in.Sessions = append(s.in.Sessions, Session{Client: "h/x", ClientHost: "h", Service: glance.Glance})
	e := explain(&s, 0)
	for id, want := range map[string]Objection{"host": OtherHost, "image": OtherImage, "late": BeganLater, "rows": OtherNames} {
		if got := objectionTo(t, &s, e, id); got != want {
			t.Errorf("%s: objection %d, want %d", id, got, want)
		}
	}
	if got := objectionTo(t, &s, e, "own"); got != Possible {
		t.Errorf("against its own call stands %d", got)
	}
}

func TestWorkOfAKindThatACallNeverDoesIsTold(t *testing.T) {
	var s scene
	s.call("tag", "tag.add", "i", 204, 0, 100)
	s.call("get", "image.show", "i", 200, 0, 100)
	for k, kind := range []string{"image", "tags", "save", "image", "tags", "addtag"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	e := explain(&s, 2)
	if got := objectionTo(t, &s, e, "get"); got != NotItsWork {
		t.Errorf("objection %d, want %d", got, NotItsWork)
	}
	if e.Link.Call != 0 || len(e.Work) < 2 {
		t.Errorf("linked to %d, whose work is %d units", e.Link.Call, len(e.Work))
	}
}

func TestACallThatHasAllOfItsWorkHasNoPlaceForMore(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 35)
	s.call("b", "image.show", "i", 200, 25, 100)
	for k, kind := range []string{"image", "tags", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	if got := objectionTo(t, &s, explain(&s, 2), "a"); got != NotItsTurn {
		t.Errorf("objection %d, want %d", got, NotItsTurn)
	}
}

func TestAnotherProcessSpeaksAgainstACall(t *testing.T) {
	var s scene
	s.call("tag", "tag.add", "i", 204, 0, 100)
	s.call("get", "image.show", "i", 200, 0, 100)
	s.work("1/x", "image", "i", 10)
	s.work("2/x", "image", "i", 11)
	s.work("1/x", "tags", "i", 20)
	s.work("2/x", "tags", "i", 21)
	for k, kind := range []string{"save", "image", "tags", "addtag"} {
		s.work("2/x", kind, "i", story.Time(30+10*k))
	}
	if got := objectionTo(t, &s, explain(&s, 0), "tag"); got != OtherProcess {
		t.Errorf("objection %d, want %d", got, OtherProcess)
	}
}

func TestOfTwoEqualReadsBothArePossibleAndThatIsTheDoubt(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.call("b", "image.show", "i", 200, 0, 100)
	for k, kind := range []string{"image", "image", "tags", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	e := explain(&s, 0)
	if objectionTo(t, &s, e, "a") != Possible || objectionTo(t, &s, e, "b") != Possible || e.Link.Call >= 0 {
		t.Errorf("link %+v, candidates %+v", e.Link, e.Candidates)
	}
	if len(e.Doubts) == 0 || e.Doubts[0] != SeveralLeft {
		t.Errorf("doubts %v", e.Doubts)
	}
}

func TestALikelyLinkSaysWhatIsMissing(t *testing.T) {
	for doubt, change := range map[Doubt]func(*scene){
		CallsUnseen: func(s *scene) { s.in.Partial = true },
		CallOpen:    func(s *scene) { s.in.Calls[0].Open = true },
		CallDamaged: func(s *scene) { s.in.Calls[0].Marks, s.in.Calls[0].Holed = true, true },
		CallHungUp:  func(s *scene) { s.in.Calls[0].Marks, s.in.Calls[0].Open, s.in.Calls[0].HungUp = true, true, true },
		ClocksApart: func(s *scene) {
			s.in.Calls[0].Capture, s.in.Sessions[0].Unsure = 1, map[int]bool{1: true}
		},
		BracketCut: func(s *scene) { s.in.Statements[1].Unread = true },
	} {
		var s scene
		s.call("a", "image.show", "i", 200, 0, 100)
		s.work("1/x", "image", "i", 10)
		s.work("1/x", "tags", "i", 20)
		change(&s)
		e := explain(&s, 0)
		found := false
		for _, d := range e.Doubts {
			found = found || d == doubt
		}
		if !found || e.Link.Certainty == Proven {
			t.Errorf("doubt %d: link %+v, doubts %v", doubt, e.Link, e.Doubts)
		}
	}
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "tags", "i", 20)
	if e := explain(&s, 0); e.Link.Certainty != Proven || e.Doubts != nil {
		t.Errorf("a proven link has doubts: %+v", e)
	}
}
