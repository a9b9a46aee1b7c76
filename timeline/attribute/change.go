package attribute

import (
	"slices"
	"strings"

	"glancecap/timeline/glance"
)

// A call that changes an image reads it with its tags, changes what it has in
// memory, and writes all of that back: columns, properties, tags
// (ImageRepo.save in glance/db/__init__.py). So what it writes is what it read
// and what it was asked for. Of calls on one image at one time that often
// leaves one to which both readings and writes belong.

// stage is how far an actor has come: the state of its grammar, and what it
// remembers of what it read (changes).
type stage struct {
	mask   uint64
	memory uint32 // an index into changes.memories
}

var fresh = stage{mask: begin}

// memory is what a call that changes an image has read, as far as it tells of
// what it has yet to do.
type memory struct {
	phase phase
	// read is the image as it was read, tags its tags; nil for unknown.
	read, tags *glance.State
	// owed are the changes of tags that are still to be written.
	owed string
}

// phase is how far the change of an image has come.
type phase uint8

const (
	reading   phase = iota // nothing is written yet
	written                // the image is, its tags are not looked at
	compared               // the tags were compared, what is owed is known
	forgotten              // it may do anything
)

// changes are what calls that change images remember.
type changes struct {
	memories []memory
	index    map[memory]uint32
	// held remembers which saves were compared with what was read.
	held map[saving]bool
}

type saving struct {
	actor *actor
	read  *glance.State
	save  *bracket
}

func newChanges() *changes {
	c := &changes{index: make(map[memory]uint32), held: make(map[saving]bool)}
	c.keep(memory{})
	return c
}

func (c *changes) keep(m memory) uint32 {
	n, ok := c.index[m]
	if !ok {
		n = uint32(len(c.memories))
		c.memories, c.index[m] = append(c.memories, m), n
	}
	return n
}

// changers are the actions that read their image once and save it once.
var changers = map[string]bool{
	"image.update": true, "tag.add": true, "tag.remove": true, "image.deactivate": true, "image.reactivate": true,
}

// remember gives what an actor remembers after a bracket, and tells whether the
// bracket agrees with what it remembered before.
func (a *actor) remember(from stage, b *bracket) (uint32, bool) {
	m := a.changes.memories[from.memory]
	switch {
	case m.phase == forgotten:
		return from.memory, true
	case b.cut || b.failed:
		m = memory{phase: forgotten} // it may be done again, on another day
	default:
		ok := true
		if m, ok = a.recall(m, from.mask, b); !ok {
			return 0, false
		}
	}
	return a.changes.keep(m), true
}

func (a *actor) recall(m memory, mask uint64, b *bracket) (memory, bool) {
	switch {
	case b.kind == kindImage && mask&begin != 0:
		if m.read = b.state; !a.mayChange(b.state) {
			return m, false
		}
	case b.kind == kindTags && m.phase == reading:
		m.tags = b.state
		return m, a.mayTag(b.state)
	case b.kind == kindSave:
		ok := m.phase == reading && a.saves(m.read, b)
		m.phase, m.read = written, nil
		return m, ok
	case b.kind == kindTags && m.phase == written:
		owed, known := a.owes(m.tags, b.state)
		if m = (memory{phase: compared, owed: owed}); !known {
			m.phase = forgotten
		}
	case m.phase == compared && (b.kind == kindAddTag || b.kind == kindDropTag):
		ok := false
		m.owed, ok = pay(m.owed, b)
		return m, ok
	}
	return m, true
}

// finished tells whether an actor may have no more to do, by what it remembers.
func (a *actor) finished(n uint32) bool {
	m := a.changes.memories[n]
	switch {
	case a.ending == refused:
		// Unless somebody took the tag away meanwhile, it was not there.
		return m.phase != reading || m.tags == nil || a.asks.Action != "tag.remove" || a.asks.Status != 404 ||
			a.asks.tag() == "" || !slices.Contains(m.tags.Tags, a.asks.tag())
	case a.ending != whole:
		return true
	case m.phase == compared:
		return m.owed == ""
	case m.phase != reading || m.read == nil:
		return true
	case a.asks.Action == "image.deactivate":
		return m.read.Status != "active"
	case a.asks.Action == "image.reactivate":
		return m.read.Status != "deactivated"
	}
	return true
}

// mayChange tells whether what the answer shows is what was read and asked for.
func (a *actor) mayChange(read *glance.State) bool {
	c := a.asks
	if read == nil || c.Shows == nil || !c.Asks || a.ending != whole {
		return true
	}
	return a.wanted(read, c.Shows.Properties)
}

// wanted tells whether properties are those that were read, but for those that
// the call sets or removes.
func (a *actor) wanted(read *glance.State, list []glance.Property) bool {
	for _, p := range read.Properties {
		if value, ok := property(list, p.Name); !a.sets(p.Name) && (ok == p.Gone || ok && value != p.Value) {
			return false
		}
	}
	for _, p := range list {
		if value, ok := property(read.Properties, p.Name); !p.Gone && !a.sets(p.Name) && (!ok || value != p.Value) {
			return false
		}
	}
	return true
}

// property gives the value of one that is not marked deleted.
func property(list []glance.Property, name string) (value string, ok bool) {
	k, found := placeOf(list, name)
	if !found || list[k].Gone {
		return "", false
	}
	return list[k].Value, true
}

// placeOf finds a property in a list, or where it would stand.
func placeOf(list []glance.Property, name string) (k int, found bool) {
	return slices.BinarySearchFunc(list, name, func(p glance.Property, name string) int { return strings.Compare(p.Name, name) })
}

// sets tells whether a call sets or removes a property.
func (a *actor) sets(name string) bool {
	return slices.ContainsFunc(a.asks.Properties, func(p [2]string) bool { return p[0] == name })
}

// saves tells whether a save writes what was read, but for what the call sets.
func (a *actor) saves(read *glance.State, b *bracket) bool {
	if read == nil {
		return true
	}
	key := saving{a, read, b}
	held, ok := a.changes.held[key]
	if !ok {
		held = a.savesColumns(read, b) && (b.after == nil || !a.asks.Asks && a.asks.Action == "image.update" || a.wanted(read, b.after))
		a.changes.held[key] = held
	}
	return held
}

func (a *actor) savesColumns(read *glance.State, b *bracket) bool {
	if a.asks.Action == "image.update" && !a.asks.Asks {
		return true
	}
	for _, n := range b.names {
		if n.Kind != glance.NameSet {
			continue
		}
		column, value, _ := strings.Cut(n.Value, "=")
		if slices.ContainsFunc(a.asks.Attributes, func(set [2]string) bool { return set[0] == column }) {
			continue // fits compares it
		}
		if before, ok := read.Column(column); ok && before != value {
			return false
		}
	}
	if b.guarded {
		return b.guard == read.Status
	}
	return b.status == read.Status
}

// mayTag tells whether the tags that were read are those that the call found.
func (a *actor) mayTag(read *glance.State) bool {
	c := a.asks
	if read == nil {
		return true
	}
	switch {
	case c.Action == "image.update" && c.Asks && !c.SetsTags && c.Shows != nil && a.ending == whole:
		return slices.Equal(read.Tags, c.Shows.Tags)
	case c.Action == "tag.remove" && c.tag() != "" && a.ending == whole:
		return slices.Contains(read.Tags, c.tag())
	}
	return true
}

// tag gives the tag that a call is about, "" where that is not known or Glance
// spells it in its own way.
func (c *Call) tag() string {
	tag := ""
	for _, n := range c.Names {
		if n.Kind == glance.NameTag {
			if tag != "" || n.Value != mojibake(n.Value) {
				return ""
			}
			tag = n.Value
		}
	}
	return tag
}

// owes gives what a call has to write that read some tags, wants its own, and
// finds others; known is false where that cannot be told.
func (a *actor) owes(read, found *glance.State) (owed string, known bool) {
	if read == nil || found == nil {
		return "", false
	}
	c, want := a.asks, read.Tags
	switch c.Action {
	case "tag.add", "tag.remove":
		tag := c.tag()
		if tag == "" {
			return "", false
		}
		want = slices.DeleteFunc(slices.Clone(want), func(t string) bool { return t == tag })
		if c.Action == "tag.add" {
			want = append(want, tag)
		}
	case "image.update":
		switch {
		case !c.Asks:
			return "", false
		case c.SetsTags && c.Shows == nil:
			return "", false
		case c.SetsTags:
			want = c.Shows.Tags
		}
	}
	var list []string
	for _, t := range want {
		if !slices.Contains(found.Tags, t) {
			list = append(list, "+"+t)
		}
	}
	for _, t := range found.Tags {
		if !slices.Contains(want, t) {
			list = append(list, "-"+t)
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\x00"), true
}

// pay takes a change of a tag out of what is owed.
func pay(owed string, b *bracket) (left string, ok bool) {
	sign := "+"
	if b.kind == kindDropTag {
		sign = "-"
	}
	list := strings.Split(owed, "\x00")
	for k, o := range list {
		if !strings.HasPrefix(o, sign) || b.has(glance.NameTag) && !b.hasName(glance.NameTag, o[1:]) {
			continue
		}
		return strings.Join(slices.Delete(list, k, k+1), "\x00"), true
	}
	return "", false
}

// after gives the properties of an image behind a save: those that it read,
// with what it wrote, nil where that is not known whole.
func after(in *Input, statements []int) []glance.Property {
	var list []glance.Property
	known := false
	for _, k := range statements {
		s := &in.Statements[k]
		switch s.Work {
		case glance.ReadImage:
			if list = nil; s.State != nil {
				list = slices.Clone(s.State.Properties)
			}
			known = s.State != nil
		case glance.AddProperty, glance.SetProperty, glance.DropProperty:
			ok := false
			if list, ok = write(list, s); !ok {
				return nil
			}
		}
	}
	if !known {
		return nil
	}
	if list == nil {
		list = []glance.Property{}
	}
	return list
}

// write changes a property as a statement does.
func write(list []glance.Property, s *Statement) ([]glance.Property, bool) {
	name := ""
	for _, n := range s.Names {
		if n.Kind == glance.NameProperty {
			name = n.Value
		}
	}
	if name == "" {
		return list, false
	}
	k, found := placeOf(list, name)
	switch {
	case glance.Own(name):
		return list, true
	case !found && s.Work != glance.AddProperty:
		return list, false
	case !found:
		list = slices.Insert(list, k, glance.Property{Name: name})
	}
	list[k].Gone = s.Work == glance.DropProperty
	for _, n := range s.Names {
		if value, ok := strings.CutPrefix(n.Value, name+"="); n.Kind == glance.NameValue && ok {
			list[k].Value = value
		}
	}
	return list, true
}
