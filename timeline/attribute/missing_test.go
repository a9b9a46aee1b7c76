package attribute

import (
	"slices"
	"testing"

	"glancecap/timeline/story"
)

// others adds a call that keeps to its grammar, on an image of its own.
func (s *scene) others(from story.Time) {
	s.call("other", "image.show", "other", 200, from, from+30)
	s.work("9/x", "image", "other", from+10)
	s.work("9/x", "tags", "other", from+20)
}

func TestWhatNoCallNeedsIsNotProvenWhereACallIsMissing(t *testing.T) {
	broken := func(stray bool) *scene {
		var s scene
		s.call("a", "image.download", "i", 500, 0, 100)
		s.work("1/x", "image", "i", 10)
		s.work("1/x", "tags", "i", 20)
		if stray {
			s.work("1/x", "image", "i", 200)
		}
		return &s
	}
	check(t, broken(false), "a proven, a proven")
	for _, l := range Statements(&broken(true).in, noParents(&broken(true).in)) {
		if l.Certainty == Proven {
			t.Error("a link is proven although a call that is not seen may have done the work")
		}
	}
}

func TestWhatACallNeedsIsProvenAlsoWhereOthersAreMissing(t *testing.T) {
	var s scene
	s.call("up", "image.upload", "i", 204, 0, 100)
	for k, kind := range []string{"image", "tags", "saving", "image", "tags", "active", "image", "tags", "members"} {
		s.work("1/x", kind, "i", story.Time(10+5*k))
	}
	s.work("1/x", "image", "i", 200)
	check(t, &s, "up proven, up proven, up proven, up proven, up proven, up proven, up proven, up proven, up proven, -")
}

func TestWorkAroundACallThatItsGrammarDoesNotKnowIsAMissingCalls(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	for k, kind := range []string{"image", "tags", "save"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	s.others(200)
	s.others(300)
	check(t, &s, "a proven, a proven, -, other proven, other proven, other proven, other proven")
}

func TestOneReadTooManyIsNobodys(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	for k, kind := range []string{"image", "tags", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	s.others(200)
	check(t, &s, "-, -, -, -, other proven, other proven")
}

func TestACallLostOnAConnectionMayHaveDoneWhatItsNeighbourDidNotNeed(t *testing.T) {
	var s scene
	s.call("a", "image.download", "i", 500, 0, 100)
	s.work("1/x", "image", "i", 10)
	s.call("b", "image.show", "j", 200, 150, 200).Lost = true
	s.work("1/x", "image", "j", 160)
	s.work("1/x", "tags", "j", 170)
	if got := s.links(t); got != "-, b proven, b proven" {
		t.Error(got)
	}
}

func TestAPatchThatAsksForAChangeSavesTheImage(t *testing.T) {
	var s scene
	a := s.call("a", "image.update", "i", 200, 0, 100)
	a.Asks, a.Properties = true, [][2]string{{"hw_architecture", "x86_64"}}
	for k, kind := range []string{"image", "tags", "save", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	s.work("1/x", "image", "i", 200)
	check(t, &s, "a proven, a proven, a proven, a proven, a proven, -")
}

func TestWhatComesBeforeAKindOfWorkInEveryCallIsKnown(t *testing.T) {
	var m automata
	before := m.precedents()
	for kind, want := range map[string]kinds{
		kindImage: 0, kindCreate: 0, kindList: 0, kindTags: kindsOf(kindImage), kindMembers: kindsOf(kindImage) | kindsOf(kindTags),
		kindDropTag: kindsOf(kindImage) | kindsOf(kindTags) | kindsOf(kindSave) | kindsOf(kindTag), kindSetTask: everything,
	} {
		if before[kind] != want {
			t.Errorf("%s: %b, want %b", kind, before[kind], want)
		}
	}
	for kind := range before {
		if !slices.Contains(kindPlaces, kind) {
			t.Errorf("%s has no place in a set of kinds", kind)
		}
	}
}

func TestWorkThatNotEvenACallThatFailedDoesIsAMissingCalls(t *testing.T) {
	var s scene
	s.call("a", "image.download", "i", 500, 0, 100)
	for k, kind := range []string{"image", "tags", "save"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	if got := s.links(t); got != "-, -, -" {
		t.Error(got)
	}
}
