package attribute

import (
	"testing"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// joined makes a connection one that was joined midstream.
func (s *scene) joined(connection string) {
	session := &s.in.Sessions[s.session(connection)]
	session.Midstream, session.Process = true, ""
}

// rest adds what was left of a unit of work when the capture began.
func (s *scene) rest(connection, kind, image string, at story.Time) {
	n := len(s.in.Statements)
	s.work(connection, kind, image, at)
	s.in.Statements = append(s.in.Statements[:n], s.in.Statements[n+1:]...)
}

func TestWhatWasBegunBeforeTheCaptureIsNoUnitOfWhatFollows(t *testing.T) {
	var s scene
	s.call("h", "other", "", 204, 5, 6).Headless = true
	s.call("a", "image.show", "i", 200, 2, 100)
	s.rest("1/x", "tags", "i", 3)
	s.joined("1/x")
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "tags", "i", 20)
	check(t, &s, "a proven, a proven")
	links := Statements(&s.in, noParents(&s.in))
	if l := links[0]; l.Call != 0 || l.Certainty != Likely {
		t.Errorf("the rest of a unit that was begun before the capture is linked as %+v", l)
	}
}

func TestTheEndOfACallIsAboutOneImageAndWhatItsAnswerAllows(t *testing.T) {
	var s scene
	s.call("h", "other", "", 204, 90, 91).Headless = true
	s.call("a", "image.show", "i", 200, 2, 100)
	s.work("1/x", "members", "j", 10) // of the answer that is seen alone
	s.work("1/x", "image", "i", 20)
	s.work("1/x", "tags", "i", 30)
	check(t, &s, "h proven, a proven, a proven")
	s = scene{}
	c := s.call("h", "other", "i", 200, 90, 91)
	c.Headless = true
	s.call("a", "image.create", "i", 201, 2, 35)
	s.work("1/x", "create", "i", 10)
	s.work("1/x", "image", "i", 20)
	s.work("1/x", "tags", "i", 30)
	s.work("1/x", "image", "i", 40)
	s.work("1/x", "tags", "i", 50)
	// An image that was shown was not made by that call.
	check(t, &s, "a proven, a proven, a proven, h proven, h proven")
}

func TestATaskThatWasOrderedBeforeTheCaptureDoesItsOwnWork(t *testing.T) {
	var s scene
	task := glance.Name{Kind: glance.NameTask, Value: "t"}
	s.in.Tasks = []Task{{ID: "t", Image: "i", Request: "req-before"}}
	s.call("get", "image.show", "i", 200, 60, 100)
	s.call("later", "image.show", "i", 200, 200, 240)
	s.work("1/x", "settask", "i", 10, task)
	s.work("1/x", "image", "i", 20)
	s.work("1/x", "save", "i", 30)
	s.work("1/x", "image", "i", 70)
	s.work("1/x", "tags", "i", 80)
	s.work("1/x", "settask", "i", 110, task)
	s.work("1/x", "lock", "i", 130, task)
	last := &s.in.Statements[len(s.in.Statements)-3]
	last.Work, last.Verb = glance.RemoveProperty, "DELETE"
	s.work("1/x", "image", "i", 210)
	s.work("1/x", "tags", "i", 220)
	s.joined("1/x")
	// It may have read the image while it was shown, but not behind its end.
	check(t, &s, "-, -, -, get proven, get proven, -, -, later proven, later proven")
	if l := Statements(&s.in, noParents(&s.in)); l[1].Call >= 0 {
		t.Errorf("a task without a call is linked to %d", l[1].Call)
	}
	s.in.Calls = append([]Call{{Service: glance.Glance, Action: "other", Headless: true, Status: 202, RequestID: "req-before", Client: "c", ServerHost: "g", Start: 5 * ms, Answered: 5 * ms, End: 5 * ms}}, s.in.Calls...)
	check(t, &s, "before proven, before proven, before proven, get proven, get proven, before proven, before proven, later proven, later proven")
}
