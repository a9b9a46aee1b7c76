package attribute

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

func check(t *testing.T, s *scene, want string) {
	t.Helper()
	if got := s.links(t); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnImagesIDDecidesWhereCallsOverlap(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i1", 200, 0, 100)
	s.call("b", "image.show", "i2", 200, 0, 100)
	s.work("1/x", "image", "i2", 10)
	s.work("1/y", "image", "i1", 11)
	s.work("1/x", "tags", "i1", 20)
	s.work("1/y", "tags", "i2", 21)
	check(t, &s, "b proven, a proven, a proven, b proven")
}

func TestTwoEqualReadsAtOneTimeAreNotToldApart(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.call("b", "image.show", "i", 200, 0, 100)
	for k, kind := range []string{"image", "image", "tags", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	check(t, &s, "-, -, -, -")
}

func TestOfTwoReadsTheOneThatEndsFirstIsProvenByTheOthersEnd(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 35)
	s.call("b", "image.show", "i", 200, 25, 100)
	for k, kind := range []string{"image", "tags", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	check(t, &s, "a proven, a proven, b proven, b proven")
}

func TestWhatAnAnswerShowsTellsEqualReadsApart(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100).SeenImage = 7
	s.call("b", "image.show", "i", 200, 0, 100).SeenImage = 8
	s.work("1/x", "image", "i", 10)
	s.in.Statements[1].Seen = 8
	s.work("2/x", "image", "i", 20)
	s.in.Statements[4].Seen = 7
	s.work("2/x", "tags", "i", 30)
	s.work("1/x", "tags", "i", 40)
	check(t, &s, "b proven, a proven, a proven, b proven")
}

func TestACallThatHasAllOfItsWorkTakesNoMore(t *testing.T) {
	var s scene
	s.call("up", "image.upload", "i", 204, 0, 100)
	s.call("get", "image.show", "i", 200, 45, 60)
	for k, kind := range []string{"image", "tags", "saving", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+5*k))
	}
	s.work("1/x", "image", "i", 50)
	s.work("1/x", "tags", "i", 55)
	for k, kind := range []string{"active", "image", "tags", "members"} {
		s.work("1/x", kind, "i", story.Time(70+5*k))
	}
	check(t, &s, "up proven, up proven, up proven, up proven, up proven, get proven, get proven, up proven, up proven, up proven, up proven")
}

func TestOneProcessDoesAllOfACallsWork(t *testing.T) {
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
	check(t, &s, "get proven, tag proven, get proven, tag proven, tag proven, tag proven, tag proven, tag proven")
}

// tag names a tag.
func tag(value string) glance.Name { return glance.Name{Kind: glance.NameTag, Value: value} }

func TestASaveGivesATagBackThatSomebodyRemovedMeanwhile(t *testing.T) {
	var s scene
	s.call("add", "tag.add", "i", 204, 0, 200).Names = []glance.Name{tag("blue")}
	s.call("drop", "tag.remove", "i", 204, 22, 100).Names = []glance.Name{tag("red")}
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "tags", "i", 20)
	for k, kind := range []string{"image", "tags", "save", "image", "tags"} {
		s.work("2/x", kind, "i", story.Time(30+5*k))
	}
	s.work("2/x", "tag", "i", 60, tag("red"))
	s.work("2/x", "droptag", "i", 65, tag("red"))
	for k, kind := range []string{"save", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(110+10*k))
	}
	s.work("1/x", "addtag", "i", 150, tag("blue"))
	s.work("1/x", "addtag", "i", 160, tag("red"))
	check(t, &s, "add proven, add proven, drop proven, drop proven, drop proven, drop proven, drop proven, drop proven, drop proven, "+
		"add proven, add proven, add proven, add proven, add proven")
}

func TestATagThatNobodyTouchedIsWrittenByWhoAskedForIt(t *testing.T) {
	var s scene
	s.call("add", "tag.add", "i", 204, 0, 200).Names = []glance.Name{tag("blue")}
	s.call("set", "image.update", "i", 200, 0, 200).Asks = true
	for k, kind := range []string{"image", "image", "tags", "tags", "save", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	s.work("1/x", "addtag", "i", 150, tag("blue"))
	if got := s.links(t); !strings.HasSuffix(got, ", add proven") {
		t.Error(got)
	}
}

func TestARefusedCallHasReadWhatItFound(t *testing.T) {
	var s scene
	s.call("put", "image.upload", "i", 409, 0, 100)
	s.call("gone", "image.show", "j", 404, 0, 100)
	s.work("1/x", "image", "i", 10)
	s.work("1/y", "absent", "j", 12)
	s.work("1/x", "tags", "i", 20)
	check(t, &s, "put proven, gone proven, put proven")
}

func TestWhatAPatchAsksForTellsItsWrite(t *testing.T) {
	var s scene
	a := s.call("a", "image.update", "i", 200, 0, 100)
	a.Asks, a.Attributes = true, [][2]string{{"min_ram", "22"}}
	b := s.call("b", "image.update", "i", 200, 0, 100)
	b.Asks, b.Attributes = true, [][2]string{{"min_ram", "33"}}
	for k, kind := range []string{"image", "tags"} {
		s.work("1/x", kind, "i", story.Time(5+10*k))
		s.work("2/x", kind, "i", story.Time(6+10*k))
	}
	s.work("1/x", "save", "i", 30, glance.Name{Kind: glance.NameSet, Value: "min_ram=33"})
	s.work("2/x", "save", "i", 31, glance.Name{Kind: glance.NameSet, Value: "min_ram=22"})
	for k, kind := range []string{"image", "tags"} {
		s.work("1/x", kind, "i", story.Time(50+10*k))
		s.work("2/x", kind, "i", story.Time(51+10*k))
	}
	check(t, &s, "b proven, a proven, b proven, a proven, b proven, a proven, b proven, a proven, b proven, a proven")
}

func TestNothingIsProvenWhereStatementsWereLost(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "tags", "i", 20)
	s.in.Statements[3].Lost = true
	check(t, &s, "a likely, a likely")
}

func TestACallOfWhichTheRequestIsNotThereMayBeAnybodys(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.call("h", "other", "", 200, 90, 90).Headless = true
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "image", "i", 20)
	s.work("1/x", "tags", "i", 30)
	check(t, &s, "-, -, a proven")
}

func TestWorkThatNoCallSurroundsIsNobodys(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 50, 100)
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "image", "j", 60)
	s.work("1/x", "image", "i", 70)
	s.work("1/x", "tags", "i", 80)
	check(t, &s, "-, -, a proven, a proven")
}

func TestWorkBehindA202BelongsToTheCallThatOrderedIt(t *testing.T) {
	var s scene
	s.call("imp", "image.import", "i", 202, 0, 50)
	s.call("get", "image.show", "i", 200, 60, 100)
	task := glance.Name{Kind: glance.NameTask, Value: "t"}
	s.in.Tasks = []Task{{ID: "t", Image: "i", Request: "req-imp"}}
	for k, kind := range []string{"image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+5*k))
	}
	s.work("1/x", "create", "i", 30, task)
	s.in.Statements[7].Work = glance.AddTask
	s.work("1/x", "active", "i", 70)
	s.in.Statements[12].Guard = "importing"
	s.work("1/x", "create", "i", 110, task)
	s.in.Statements[16].Work = glance.SetTask
	s.work("1/x", "image", "i", 80)
	s.work("1/x", "tags", "i", 90)
	check(t, &s, "imp proven, imp proven, imp proven, imp proven, imp proven, get proven, get proven")
}

func TestATaskThatKeepsItsLockIsAtWorkUntilTheNextTakesIt(t *testing.T) {
	var s scene
	s.call("imp", "image.import", "i", 202, 0, 50)
	s.call("del", "image.delete", "i", 204, 60, 200)
	s.call("again", "image.import", "i", 202, 300, 350)
	task, next := glance.Name{Kind: glance.NameTask, Value: "t"}, glance.Name{Kind: glance.NameTask, Value: "u"}
	s.in.Tasks = []Task{{ID: "t", Image: "i", Request: "req-imp"}, {ID: "u", Image: "i", Request: "req-again"}}
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "tags", "i", 15)
	s.work("1/x", "lock", "i", 20, task)
	s.work("1/x", "addtask", "i", 30, task)
	s.work("1/x", "settask", "i", 70, task)
	s.work("2/x", "image", "i", 90)
	s.work("2/x", "tags", "i", 100)
	s.work("1/x", "active", "i", 110) // fails without a word: the image is deleted
	s.in.Statements[len(s.in.Statements)-3].Guard = "uploading"
	s.work("1/x", "image", "i", 310)
	s.work("1/x", "tags", "i", 315)
	s.work("1/x", "lock", "i", 320, next)
	s.work("1/x", "addtask", "i", 330, next)
	s.work("1/x", "active", "i", 400)
	if got := s.links(t); !strings.HasPrefix(got, "imp proven, imp proven, imp proven, imp proven, imp proven, ") ||
		!strings.HasSuffix(got, ", imp proven, again proven, again proven, again proven, again proven, again proven") {
		t.Error(got)
	}
}

func TestAnImageIsDeletedInEachOfItsStores(t *testing.T) {
	var s scene
	s.call("del", "image.delete", "i", 204, 0, 200)
	s.call("get", "image.show", "i", 200, 25, 45)
	for k, kind := range []string{"image", "tags", "image", "tags", "location", "dropplace", "location", "dropplace", "status", "image", "drop"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	check(t, &s, "del proven, del proven, get proven, get proven"+strings.Repeat(", del proven", 7))
}

func TestAnImageThatIsActiveAlreadyIsNotSavedAgain(t *testing.T) {
	var s scene
	s.call("on", "image.reactivate", "i", 204, 0, 50)
	s.call("get", "image.show", "i", 200, 25, 100)
	for k, kind := range []string{"image", "tags", "image", "tags"} {
		s.work("1/x", kind, "i", story.Time(10+10*k))
	}
	check(t, &s, "on proven, on proven, get proven, get proven")
}

func TestATaskFindsThatItsImageWasDeleted(t *testing.T) {
	var s scene
	s.call("imp", "image.import", "i", 202, 0, 50)
	s.call("get", "image.show", "i", 404, 90, 150)
	task := glance.Name{Kind: glance.NameTask, Value: "t"}
	s.in.Tasks = []Task{{ID: "t", Image: "i", Request: "req-imp"}}
	s.work("1/x", "image", "i", 10)
	s.work("1/x", "tags", "i", 15)
	s.work("1/x", "lock", "i", 20, task)
	s.work("1/x", "addtask", "i", 30, task)
	s.work("1/x", "absent", "i", 70)
	s.work("1/x", "absent", "i", 100)
	s.work("1/x", "settask", "i", 170, task)
	check(t, &s, "imp proven, imp proven, imp proven, imp proven, imp proven, get proven, imp proven")
}

func TestACallThatOnlyLooksIsNoParentOfWhatIsAskedOfAStore(t *testing.T) {
	var s scene
	s.call("imp", "image.import", "i", 202, 0, 50)
	s.call("get", "image.show", "i", 200, 60, 200)
	s.in.Calls = append(s.in.Calls, Call{Service: glance.Swift, Action: "object.put", Image: "i", Status: 201, ClientHost: "g", ServerHost: "s", Start: 100 * ms, End: 150 * ms})
	if parents := Parents(&s.in); parents[2] != 0 {
		t.Errorf("parents %v", parents)
	}
}

func TestTheSolverProvesWhatAllConsistentAssignmentsShare(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var s scene
		actions := []string{"image.show", "tag.add", "member.list", "image.show"}
		for k := range 2 + r.IntN(2) {
			from := story.Time(r.IntN(30))
			s.call(fmt.Sprint(k), actions[r.IntN(len(actions))], "i", 200, from, from+20+story.Time(r.IntN(60)))
		}
		for k := range 3 + r.IntN(5) {
			s.work(fmt.Sprintf("%d/x", r.IntN(2)), []string{"image", "tags", "image", "tags", "save", "members", "addtag"}[r.IntN(7)], "i", story.Time(5+k*8))
		}
		list := brackets(&s.in)
		a := newActors(&s.in, list, noParents(&s.in))
		c := &component{brackets: list}
		for _, b := range list {
			c.candidates = append(c.candidates, a.knowing(a.named(b), b))
		}
		if slices.ContainsFunc(c.candidates, func(l []int) bool { return len(l) == 0 }) {
			continue
		}
		want := enumerate(a, c)
		if want[0] == nil {
			continue // of this the grammars are given up
		}
		got := make([]map[int]bool, len(list))
		possible, _ := a.solve(c, &delays{}, hidden{})
		for i, shares := range possible {
			got[i] = map[int]bool{}
			for _, x := range shares {
				got[i][x.actor] = true
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %v, by trying all %v", seed, got, want)
		}
	}
}

// enumerate tries every assignment.
func enumerate(a *actors, c *component) []map[int]bool {
	possible := make([]map[int]bool, len(c.brackets))
	chosen := make([]int, len(c.brackets))
	found := false
	var try func(i int)
	try = func(i int) {
		if i == len(chosen) {
			if consistent(a, c, chosen) {
				found = true
				for k, n := range chosen {
					if possible[k] == nil {
						possible[k] = map[int]bool{}
					}
					possible[k][n] = true
				}
			}
			return
		}
		for _, n := range c.candidates[i] {
			chosen[i] = n
			try(i + 1)
		}
	}
	try(0)
	if !found {
		return make([]map[int]bool, len(c.brackets))
	}
	return possible
}

func consistent(a *actors, c *component, chosen []int) bool {
	touched := map[int]bool{}
	for _, l := range c.candidates {
		for _, n := range l {
			touched[n] = true
		}
	}
	for n := range touched {
		state, process, last := fresh, 0, story.Time(-1)
		for k, b := range c.brackets {
			if chosen[k] != n {
				continue
			}
			if b.start < last || process != 0 && process != b.process {
				return false
			}
			ok := false
			if state, ok = a.list[n].step(state, b); !ok {
				return false
			}
			process, last = b.process, b.end
		}
		if !a.list[n].done(state) {
			return false
		}
	}
	return true
}

func TestTheGrammarsReadWhatWasRecorded(t *testing.T) {
	var m automata
	for action, kinds := range map[string][]string{
		"image.upload":  {"image", "tags", "saving", "image", "tags", "active", "image", "tags", "members"},
		"image.create":  {"create", "image", "tags"},
		"tag.add":       {"image", "tags", "save", "image", "tags", "addtag", "members"},
		"image.show":    {"image", "tags"},
		"member.list":   {"image", "tags", "members"},
		"member.add":    {"image", "tags", "count", "member", "member", "memberrow", "setmember"}, // it was removed before
		"image.update":  {"image", "tags", "save", "image", "tags"},
		"schema.show":   {},
		"image.archive": {"image", "save", "tags"}, // not known: anything
	} {
		a, state := m.of(action, true), begin
		for k, kind := range kinds {
			if k > 0 && !a.any && a.accepts(state) && action != "image.update" && action != "image.upload" && action != "tag.add" {
				t.Errorf("%s may end before %s", action, kind)
			}
			b := &bracket{}
			var s scene
			s.work("1/x", kind, "i", 1)
			*b = *brackets(&s.in)[0]
			if state = a.step(state, b); state == 0 {
				t.Fatalf("%s: no %s", action, kind)
			}
		}
		if !a.accepts(state) {
			t.Errorf("%s may not end", action)
		}
	}
}

func BenchmarkTenThousandCallsOnOneImage(b *testing.B) {
	var s scene
	for k := range story.Time(10000) {
		s.call(fmt.Sprint(k), "image.show", "i", 200, k*10, k*10+25)
		s.work(fmt.Sprintf("1/%d", k%3), "image", "i", k*10+5)
		s.work(fmt.Sprintf("1/%d", k%3), "tags", "i", k*10+8)
	}
	slices.SortStableFunc(s.in.Statements, func(x, y Statement) int { return compareTimes(x.Start, y.Start) })
	b.ReportAllocs()
	for b.Loop() {
		Statements(&s.in, noParents(&s.in))
	}
}

func TestWhatIsTooMuchToSolveIsLeftOpenInBoundedTime(t *testing.T) {
	var s scene
	for k := range 36 {
		s.call(fmt.Sprint(k), "image.show", "i", 200, story.Time(k/18*500), story.Time(400+k/18*500))
	}
	for k := range 72 {
		s.work(fmt.Sprintf("1/%d", k), []string{"image", "tags"}[k/18%2], "i", story.Time(100+k+k/36*400))
	}
	list := brackets(&s.in)
	a := newActors(&s.in, list, noParents(&s.in))
	c := &component{brackets: list}
	for _, b := range list {
		c.candidates = append(c.candidates, a.knowing(a.named(b), b))
	}
	solver := a.solver(c, &delays{}, hidden{})
	solver.run()
	if !slices.Contains(solver.givenUp, true) {
		t.Fatal("it was solved; the test asks for more than the bounds allow")
	}
	for _, l := range Statements(&s.in, noParents(&s.in)) {
		if l.Call >= 0 {
			t.Fatal("a link was told although all calls are alike")
		}
	}
}

func TestAGrammarThatIsNotKnownWellEnoughIsGivenUp(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 100)
	s.call("b", "image.show", "j", 200, 0, 100)
	for k, kind := range []string{"image", "members", "tags"} { // a release that reads the members too
		s.work("1/x", kind, "i", story.Time(10+20*k))
		s.work("1/y", kind, "j", story.Time(20+20*k))
	}
	check(t, &s, "a proven, b proven, a likely, b likely, a proven, b proven")
}

func TestWhereTheGrammarIsGivenUpItProvesNothing(t *testing.T) {
	var s scene
	s.call("a", "image.show", "i", 200, 0, 35)
	s.call("b", "image.show", "i", 200, 25, 100)
	for k, kind := range []string{"image", "members", "tags", "image", "members", "tags"} {
		s.work("1/x", kind, "i", story.Time(5+8*k))
	}
	check(t, &s, "a proven, a likely, a proven, b likely, b likely, b proven")
}

func TestTheIntervalsThatHoldAnotherAreFound(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		var o overlap
		var list []actor
		at := story.Time(0)
		for n := range r.IntN(40) {
			at += story.Time(r.IntN(3))
			list = append(list, actor{start: at, end: at + story.Time(r.IntN(30))})
			o.add(n, &list[n])
		}
		start := story.Time(r.IntN(50))
		end := start + story.Time(r.IntN(10))
		var got, want []int
		o.around(start, end, func(n int) { got = append(got, n) })
		for n, a := range list {
			if a.start <= start && a.end >= end {
				want = append(want, n)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}
