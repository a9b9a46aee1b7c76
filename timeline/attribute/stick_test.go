package attribute

import (
	"fmt"
	"testing"

	"glancecap/timeline/story"
)

// workers adds calls of two clients on images of their own, in turn; worker
// tells which process serves a client's call.
func (s *scene) workers(calls int, worker func(client, call int) int) {
	for k := range calls {
		client := k % 2
		from := story.Time(1000 + 100*k)
		s.call(fmt.Sprint("w", k), "image.show", "w", 200, from, from+50).Connection = 1 + client
		for n, kind := range []string{"image", "tags"} {
			s.work(fmt.Sprintf("%d/x", worker(client, k/2)), kind, "w", from+story.Time(10+10*n))
		}
	}
}

// twins adds two equal calls, one on each client's connection, at the same
// time, each by another worker.
func (s *scene) twins() {
	s.call("a", "image.show", "i", 200, 0, 100).Connection = 1
	s.call("b", "image.show", "i", 200, 0, 100).Connection = 2
	for k, kind := range []string{"image", "image", "tags", "tags"} {
		s.work(fmt.Sprintf("%d/x", 1+k%2), kind, "i", story.Time(10+10*k))
	}
}

func (s *scene) firstLinks(t *testing.T, n int) (told []string) {
	t.Helper()
	links := Statements(&s.in, noParents(&s.in))
	for k := range s.in.Statements {
		if s.in.Statements[k].Ping && len(told) < n {
			if l := links[k]; l.Call >= 0 {
				told = append(told, s.in.Calls[l.Call].RequestID+" "+l.Certainty)
			} else {
				told = append(told, "-")
			}
		}
	}
	return told
}

func TestAConnectionThatStaysWithItsProcessTellsEqualCallsApart(t *testing.T) {
	var s scene
	s.twins()
	s.workers(60, func(client, _ int) int { return 1 + client })
	if got, want := fmt.Sprint(s.firstLinks(t, 4)), "[req-a proven req-b proven req-a proven req-b proven]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAFewCallsDoNotShowThatConnectionsStayWithTheirProcess(t *testing.T) {
	var s scene
	s.twins()
	s.workers(10, func(client, _ int) int { return 1 + client })
	if got, want := fmt.Sprint(s.firstLinks(t, 4)), "[- - - -]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhereCallsOfOneConnectionGoToAnyProcessItTellsNothing(t *testing.T) {
	var s scene
	s.twins()
	s.workers(60, func(client, call int) int {
		if call == 20 {
			return 2 - client
		}
		return 1 + client
	})
	if got, want := fmt.Sprint(s.firstLinks(t, 4)), "[- - - -]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAProcessThatServesAlmostAllShowsNothingByServingOneConnection(t *testing.T) {
	s := served{byProcess: map[int]int{1: 1000, 2: 2}, calls: 1002}
	for range 1000 {
		s.agreed = append(s.agreed, 1)
	}
	if s.sticks() {
		t.Error("that one process served nearly all calls was taken for connections that stay with theirs")
	}
}

func TestWhatConnectionsTellIsTakenBackWhereNoAssignmentIsLeft(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100).Connection = 1
	s.call("b", "image.show", "i", 200, 0, 100).Connection = 1
	for k, kind := range []string{"image", "image", "tags", "tags"} {
		s.work(fmt.Sprintf("%d/x", 1+k%2), kind, "i", story.Time(10+10*k))
	}
	s.workers(60, func(client, _ int) int { return 1 + client })
	links := Statements(&s.in, noParents(&s.in))
	proven := 0
	for k := range s.in.Statements {
		if l := links[k]; s.in.Statements[k].Ping && l.Call >= 2 && l.Certainty == Proven {
			proven++
		}
	}
	if got, want := fmt.Sprint(s.firstLinks(t, 4)), "[- - - -]"; got != want || proven != 120 {
		t.Errorf("got %s, want %s; %d of 120 others are proven", got, want, proven)
	}
}

func TestALinkByTheWorkerOfAConnectionSaysHowOftenThatWasSeen(t *testing.T) {
	var s scene
	s.twins()
	s.workers(60, func(client, _ int) int { return 1 + client })
	for k := range s.in.Calls {
		s.in.Calls[k].Server = "glance"
	}
	for n := range 4 {
		// Of 30 calls on each of the two connections all but the first agree with one before.
		if got, want := s.habitsTold(t, n), (Habits{Stays: 58, Processes: 2, Server: "glance"}); got != want {
			t.Errorf("unit %d: %+v, want %+v", n, got, want)
		}
	}
	if got := s.habitsTold(t, 4); got != (Habits{}) {
		t.Errorf("work that one call alone can have done needs no habit, %+v is told", got)
	}
}
