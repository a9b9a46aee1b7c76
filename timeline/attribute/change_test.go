package attribute

import (
	"slices"
	"testing"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// imageWith is what a reading of an active image sees: its properties as name,
// value, name, value.
func imageWith(properties ...string) *glance.State {
	s := &glance.State{Image: true, Status: "active"}
	for k := 0; k < len(properties); k += 2 {
		s.Properties = append(s.Properties, glance.Property{Name: properties[k], Value: properties[k+1]})
	}
	return s
}

func tagged(tags ...string) *glance.State { return &glance.State{Tagged: true, Tags: tags} }

// reads adds a unit of work that reads image i or its tags, and what it saw.
func (s *scene) reads(connection, kind string, at story.Time, saw *glance.State) {
	s.work(connection, kind, "i", at)
	s.in.Statements[len(s.in.Statements)-2].State = saw
}

// saves adds a save of image i that finds it in a state and sets properties,
// given as name, value; one without a value is deleted.
func (s *scene) saves(connection string, at story.Time, found *glance.State, properties ...string) {
	s.work(connection, "save", "i", at)
	n := len(s.in.Statements) - 3 // the UPDATE, before COMMIT and ROLLBACK
	s.in.Statements[n-1].State = found
	for k := 0; k < len(properties); k += 2 {
		name, value := properties[k], properties[k+1]
		w := Statement{
			Command: "COM_QUERY", Verb: "UPDATE", Tables: []string{glance.Properties}, Write: true, Image: "i", Session: s.in.Statements[n].Session,
			Start: s.in.Statements[n].End, End: s.in.Statements[n].End, Work: glance.SetProperty, Names: []glance.Name{{Kind: glance.NameProperty, Value: name}},
		}
		switch _, has := property(found.Properties, name); {
		case value == "":
			w.Work = glance.DropProperty
		case !has:
			w.Work = glance.AddProperty
		}
		if value != "" {
			w.Names = append(w.Names, glance.Name{Kind: glance.NameValue, Value: name + "=" + value})
		}
		s.in.Statements = slices.Insert(s.in.Statements, n+1, w)
	}
}

// tagAndSet is a call that adds a tag and one that sets a property of the same
// image at the same time; the first that reads the image sees round=1.
func tagAndSet(saw, left *glance.State) *scene {
	var s scene
	s.call("tag", "tag.add", "i", 204, 0, 100).Names = []glance.Name{{Kind: glance.NameTag, Value: "red"}}
	c := s.call("set", "image.update", "i", 200, 0, 100)
	c.Asks, c.Properties = true, [][2]string{{"os", "rhel"}}
	s.reads("1/a", "image", 10, imageWith("round", "1"))
	s.reads("1/b", "image", 12, saw)
	s.reads("1/c", "tags", 14, tagged())
	s.reads("1/d", "tags", 16, tagged())
	s.saves("1/a", 20, imageWith("round", "2"), "os", "rhel")
	s.saves("1/b", 24, imageWith("os", "rhel", "round", "2"), "os", "", "round", "1")
	s.reads("1/c", "image", 30, left)
	s.reads("1/d", "tags", 34, tagged())
	s.reads("1/e", "image", 36, left)
	s.reads("1/a", "tags", 38, tagged())
	s.work("1/b", "addtag", "i", 40, glance.Name{Kind: glance.NameTag, Value: "red"})
	return &s
}

func TestASaveIsOfTheCallThatReadWhatItWrites(t *testing.T) {
	// What the second save undoes it cannot have read, so that it is of the
	// call which read the image first.
	s := tagAndSet(imageWith("round", "2"), imageWith("round", "1"))
	links := s.links(t)
	const want = "tag proven, set proven, "
	if links[:len(want)] != want {
		t.Errorf("the readings are of %s", links)
	}
	// Without what was seen either may have been first.
	for k := range s.in.Statements {
		s.in.Statements[k].State = nil
	}
	if links := s.links(t); links[:len("-, -, ")] != "-, -, " {
		t.Errorf("without what was seen the readings are of %s", links)
	}
}

func TestWhatWasNotReadIsNotProvenByIt(t *testing.T) {
	// Neither call read what the second save writes: the service does something
	// else than what is taken for known, and that proves nothing any more.
	s := tagAndSet(imageWith("round", "3"), imageWith("round", "1"))
	s.in.Statements[1].State = imageWith("round", "3")
	links := s.links(t)
	for k := range s.in.Statements {
		s.in.Statements[k].State = nil
	}
	for k := range s.in.Calls {
		s.in.Calls[k].Asks = false // after is not known either
	}
	if plain := s.links(t); links[:len("-, -, ")] != "-, -, " || plain[:len("-, -, ")] != "-, -, " {
		t.Errorf("%s, without what was seen %s", links, plain)
	}
}

func TestTagsAreMadeThoseThatWereRead(t *testing.T) {
	var s scene
	for _, name := range []string{"a", "b"} {
		c := s.call(name, "image.update", "i", 200, 0, 200)
		c.Asks, c.Properties = true, [][2]string{{name, "1"}}
	}
	none := imageWith()
	s.reads("1/a", "image", 10, none)
	s.reads("1/a", "tags", 12, tagged())
	s.saves("1/a", 14, none, "a", "1")
	s.reads("1/b", "image", 20, imageWith("a", "1"))
	s.reads("1/b", "tags", 22, tagged("red"))
	s.saves("1/b", 24, imageWith("a", "1"), "b", "1")
	for at := story.Time(30); at < 40; at += 5 {
		s.reads("1/c", "image", at, imageWith("a", "1", "b", "1"))
		s.reads("1/c", "tags", at+2, tagged("red"))
	}
	s.work("1/d", "tag", "i", 50, glance.Name{Kind: glance.NameTag, Value: "red"})
	s.work("1/d", "droptag", "i", 52, glance.Name{Kind: glance.NameTag, Value: "red"})
	s.work("1/e", "addtag", "i", 5, glance.Name{Kind: glance.NameTag, Value: "red"})
	slices.SortStableFunc(s.in.Statements, func(x, y Statement) int { return compareTimes(x.Start, y.Start) })
	links := s.links(t)
	const want = "a proven, a proven"
	if got := links[len(links)-len(want):]; got != want {
		t.Errorf("red is taken away by %s", links)
	}
}

func TestAPropertyIsNotWrittenWhereItIsSoAlready(t *testing.T) {
	c := Call{Action: "image.update", Asks: true, Properties: [][2]string{{"os", "rhel"}}}
	list := func(names ...string) []glance.Property { return imageWith(names...).Properties }
	for _, x := range []struct {
		after []glance.Property
		want  bool
	}{
		{list("os", "rhel"), true}, {list("os", "centos"), false}, {list("round", "1"), false}, {nil, true},
	} {
		if got := c.saves(&bracket{kind: kindSave, after: x.after}); got != x.want {
			t.Errorf("a save that leaves %v: %v", x.after, got)
		}
	}
}
