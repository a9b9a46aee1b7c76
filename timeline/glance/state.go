package glance

import (
	"encoding/json"
	"slices"
	"strings"
)

// State is what a reading saw of an image or of its tags, or what an answer
// shows of both. Equal readings share one State (States).
type State struct {
	// Image tells that the image is known, Tagged that its tags are.
	Image, Tagged bool
	Status        string
	// Columns are those of images that a caller can set, as the database
	// writes them; those that are NULL are left out. Here they are gathered: of
	// a State that is kept, Column tells.
	Columns [][2]string
	columns string // the same in one, each name and each value with a byte of 0 behind it
	// Properties are in the order of their names. Those that Glance keeps to
	// itself are left out.
	Properties []Property
	// Tags are in order, each once.
	Tags []string
}

// Property is a row of image_properties; Gone tells that it is marked deleted.
type Property struct {
	Name, Value string
	Gone        bool
}

// Own tells whether Glance keeps a property to itself: locks and notes of
// imports, which a save leaves alone.
func Own(name string) bool { return strings.HasPrefix(name, "os_glance_") }

// IsAsked tells whether a column of images is one that a caller can set.
func IsAsked(column string) bool { return asked[column] }

// Column gives what a State that is kept knows of a column.
func (s *State) Column(name string) (value string, ok bool) {
	for rest := s.columns; rest != ""; {
		var is string
		is, rest, _ = strings.Cut(rest, "\x00")
		value, rest, _ = strings.Cut(rest, "\x00")
		if is == name {
			return value, true
		}
	}
	return "", false
}

// order puts what was gathered in order.
func (s *State) order() {
	slices.SortFunc(s.Properties, func(a, b Property) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(s.Tags)
	s.Tags = slices.Compact(s.Tags)
}

// StateShown gives the image and its tags in the body of a response that shows
// one image, nil where they are not there.
func StateShown(text string) *State {
	var b map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &b) != nil || b["tags"] == nil || b["status"] == nil {
		return nil
	}
	s := &State{Image: true, Status: plain(b["status"])}
	if json.Unmarshal(b["tags"], &s.Tags) != nil {
		return nil
	}
	s.Tagged = true
	for _, name := range sortedKeys(b) {
		switch {
		case asked[name]:
			if v := column(plain(b[name])); v != "" {
				s.Columns = append(s.Columns, [2]string{name, v})
			}
		case !baseAttributes[name] && !shownMembers[name] && !Own(name):
			s.Properties = append(s.Properties, Property{Name: name, Value: plain(b[name])})
		}
	}
	s.order()
	return s
}

// States keeps each State once, as long as it is asked for now and then.
type States struct {
	// known are those of late, before the ones of before that: when it is full it
	// takes the place of before.
	known, before map[string]*State
	key           []byte
}

// mostStates bounds either: what is read again is read soon, and of a large map
// hardly anything is in the processor's cache.
const mostStates = 1 << 11

// Of gives the State that was gathered in s, or one that is equal; s may be
// used again, and so may the memory of its texts.
func (t *States) Of(s *State) *State {
	s.order()
	t.key = t.key[:0]
	add := func(text string) {
		t.key = append(append(t.key, text...), 0)
	}
	for _, flag := range []bool{s.Image, s.Tagged} {
		t.key = append(t.key, yes(flag))
	}
	add(s.Status)
	for _, c := range s.Columns {
		add(c[0])
		add(c[1])
	}
	t.key = append(t.key, 1)
	for _, p := range s.Properties {
		t.key = append(t.key, yes(p.Gone))
		add(p.Name)
		add(p.Value)
	}
	t.key = append(t.key, 1)
	for _, tag := range s.Tags {
		add(tag)
	}
	if known := t.known[string(t.key)]; known != nil {
		return known
	}
	if len(t.known) >= mostStates || t.known == nil {
		t.known, t.before = t.before, t.known
		clear(t.known)
		if t.known == nil {
			t.known = make(map[string]*State)
		}
	}
	kept, key := t.before[string(t.key)], string(t.key)
	if kept == nil {
		kept = s.in(key)
	}
	t.known[key] = kept
	return kept
}

// in copies a State whose texts stand in a key, in their order, each with a byte
// behind it: one copy of all texts takes the place of one each.
func (s *State) in(key string) *State {
	at := 2 // behind the flags
	text := func(x string) string {
		x, at = key[at:at+len(x)], at+len(x)+1
		return x
	}
	kept := &State{Image: s.Image, Tagged: s.Tagged, Status: text(s.Status)}
	from := at
	for _, c := range s.Columns {
		at += len(c[0]) + 1 + len(c[1]) + 1
	}
	kept.columns = key[from:at]
	at++
	if len(s.Properties) > 0 {
		kept.Properties = make([]Property, len(s.Properties))
	}
	for i, p := range s.Properties {
		at++
		kept.Properties[i] = Property{text(p.Name), text(p.Value), p.Gone}
	}
	at++
	if len(s.Tags) > 0 {
		kept.Tags = make([]string, len(s.Tags))
	}
	for i, tag := range s.Tags {
		kept.Tags[i] = text(tag)
	}
	return kept
}

func yes(b bool) byte {
	if b {
		return 2
	}
	return 3
}
