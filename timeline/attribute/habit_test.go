package attribute

import (
	"fmt"
	"testing"

	"glancecap/timeline/story"
)

// holding adds a call that may have begun its second unit of work while the
// pool still waited for the first one's ROLLBACK, and another that may not.
func (s *scene) holding() {
	s.call("a", "image.show", "i", 200, 0, 100)
	s.call("b", "image.show", "i", 200, 6, 100)
	s.work("1/x", "image", "i", 5)
	s.work("1/y", "image", "i", 20)
	s.in.Statements[5].End = 35 * ms // the ROLLBACK of b's
	s.work("1/z", "tags", "i", 30)
	s.work("1/x", "tags", "i", 40)
}

// orderly adds calls that give a connection back before they take another.
func (s *scene) orderly(calls int) {
	for k := range calls {
		from := story.Time(1000 + 100*k)
		s.call(fmt.Sprint("o", k), "image.show", "o", 200, from, from+50)
		for n, kind := range []string{"image", "tags"} {
			s.work(fmt.Sprintf("1/%c", 'x'+n), kind, "o", from+story.Time(10+10*n))
		}
	}
}

func TestWhereCallsWaitForTheRollbackTheyTakeNoOtherConnectionBeforeIt(t *testing.T) {
	var s scene
	s.holding()
	s.orderly(60)
	if got, want := fmt.Sprint(s.firstLinks(t, 4)), "[req-a proven req-b proven req-a proven req-b proven]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAFewCallsDoNotShowThatTheyWaitForTheRollback(t *testing.T) {
	var s scene
	s.holding()
	s.orderly(20)
	if got, want := fmt.Sprint(s.firstLinks(t, 4)), "[req-a proven req-b proven - -]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOneCallThatDidNotWaitForTheRollbackShowsThatTheyNeedNot(t *testing.T) {
	var s scene
	s.holding()
	s.orderly(60)
	// The first of those took its second connection before the first was back.
	s.in.Statements[14].End = 1025 * ms
	if got, want := fmt.Sprint(s.firstLinks(t, 4)), "[req-a proven req-b proven - -]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// habitsTold gives the habits by which the n-th unit of work was linked.
func (s *scene) habitsTold(t *testing.T, n int) Habits {
	t.Helper()
	e := explain(s, n)
	if e == nil || e.Link.Call < 0 || e.Link.Certainty != Proven {
		t.Fatalf("unit %d: %+v", n, e)
	}
	if e.Link.Habits == nil {
		return Habits{}
	}
	return *e.Link.Habits
}

func TestALinkByTheRollbackThatIsWaitedForSaysHowOftenThatWasSeen(t *testing.T) {
	var s scene
	s.holding()
	s.orderly(60)
	for n := range 2 {
		if got := s.habitsTold(t, n); got != (Habits{}) {
			t.Errorf("unit %d needs no habit, %+v is told", n, got)
		}
		if got := s.habitsTold(t, 2+n); got != (Habits{Waits: 60}) {
			t.Errorf("unit %d: %+v, want 60 calls that waited", 2+n, got)
		}
	}
	if got := s.habitsTold(t, 4); got != (Habits{}) {
		t.Errorf("work that names one call alone needs no habit, %+v is told", got)
	}
}
