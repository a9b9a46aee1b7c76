package timeline

import (
	"cmp"
	"slices"
	"strings"

	"glancecap/timeline/diagnose"
	"glancecap/timeline/divide"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// telling makes the images of a story.
type telling struct {
	b        *Builder
	story    *story.Story
	calls    map[string][]*call // by image
	linked   map[*call][]*statement
	children map[*call][]*call
	byID     map[string]*call
	hops     map[*call][]*call // the same calls behind a proxy, where bytes are verified
	// asks finds out what it means; the others are room that one image after the
	// other uses, but for kept, of which they are told.
	asks          *diagnose.Inquiry
	walk          walk
	busy          []busy
	edges         []edge
	seen          []interval
	ownCalls      []*story.Call
	ownStatements []*story.Statement
	rows          []*row
	items         []item
	kept          slabs
	last          story.Time // of the input
	damaged       bool       // commands to Glance's database may be missing
	// refused are by the call that they were made for.
	refused map[*call][]*story.RefusedConnection
}

// usualStatements is how many are about an image that is made and filled.
const usualStatements = 12

func newTelling(b *Builder, s *story.Story, calls []*call, statements []*statement) *telling {
	t := &telling{b: b, story: s, calls: make(map[string][]*call),
		linked: make(map[*call][]*statement), children: make(map[*call][]*call), byID: make(map[string]*call), last: story.NoTime,
		refused: make(map[*call][]*story.RefusedConnection)}
	for _, c := range calls {
		t.byID[c.told.ID] = c
		if c.Named {
			t.calls[c.Image] = append(t.calls[c.Image], c)
		}
		if c.parent != nil {
			t.children[c.parent] = append(t.children[c.parent], c)
		}
		t.last = max(t.last, c.told.End)
	}
	var lists slab[*statement]
	for _, st := range statements {
		if img := b.imageOf(st); img != nil {
			if img.statements == nil {
				img.statements = lists.list(usualStatements)
			}
			img.statements = append(img.statements, st)
		}
		if st.told.Call != nil {
			c := t.byID[st.told.Call.ID]
			t.linked[c] = append(t.linked[c], st)
		}
		t.last = max(t.last, st.told.End)
	}
	if b.verify {
		t.hops = make(map[*call][]*call)
		for _, c := range b.calls {
			if c.first != nil {
				t.hops[c.first] = append(t.hops[c.first], c)
			}
		}
	}
	for _, c := range b.captures {
		t.last = max(t.last, c.Last)
	}
	for _, s := range b.order {
		t.damaged = t.damaged || s.damaged && s.role == roleGlance
	}
	t.ownRefusals(calls)
	return t
}

// imageOf gives the image that a statement is about, nil for none.
func (b *Builder) imageOf(st *statement) *image {
	switch {
	case st.told.Image == nil:
		return nil
	case st.image != nil && st.told.Image == &st.image.id:
		return st.image
	}
	return b.images[*st.told.Image]
}

// toldImage is an image as it is told, and the diagnoses of it.
type toldImage struct {
	told *story.Image
	made []*story.Diagnosis
}

// lives tells every image that is named and was there, in the order of time.
func (t *telling) lives() []toldImage {
	// As they were named they lie in memory, and what is about them.
	there := make([]*image, 0, len(t.b.listed))
	for _, img := range t.b.listed {
		if img.named && img.exists {
			there = append(there, img)
		}
	}
	lives := make([]toldImage, len(there))
	// Lives do not depend on each other, and nothing that they share is changed.
	divide.Numbers(len(there), divide.Some, func() func(int) {
		one := *t // with room of its own
		one.asks = t.asks.Another()
		return func(k int) { lives[k] = one.life(there[k]) }
	})
	slices.SortFunc(lives, func(x, y toldImage) int {
		return cmp.Or(cmp.Compare(x.told.First, y.told.First), strings.Compare(x.told.ID, y.told.ID))
	})
	t.story.Images = make([]*story.Image, len(lives))
	for k := range lives {
		t.story.Images[k] = lives[k].told
	}
	return lives
}

// life tells an image, and at once what is to be said of it: a second time all
// that is about it would have to be fetched from memory again.
func (t *telling) life(img *image) toldImage {
	calls, statements := t.calls[img.id], img.statements
	i := t.image(img, calls, statements)
	t.ownCalls, t.ownStatements = t.ownCalls[:0], t.ownStatements[:0]
	for _, c := range calls {
		t.ownCalls = append(t.ownCalls, &c.told)
	}
	for _, st := range statements {
		t.ownStatements = append(t.ownStatements, &st.told)
	}
	made := t.asks.About(i, t.ownCalls, t.ownStatements)
	i.Verdict = t.verdict(i, img, calls, made)
	t.silences(i, calls, statements)
	return toldImage{i, made}
}

// numberTransitions gives the transitions their ids, in the order of images.
func numberTransitions(s *story.Story) {
	ids, n := serials{letter: 't'}, 0
	for _, i := range s.Images {
		for k := range i.Transitions {
			n++
			i.Transitions[k].ID = ids.of(n)
		}
	}
}

// image tells the life of an image.
func (t *telling) image(img *image, calls []*call, statements []*statement) *story.Image {
	i := t.kept.images.one()
	i.ID, i.Name, i.Diagnoses = img.id, img.text("name"), []string{}
	changed := t.about(i, calls, statements)
	w := &t.walk
	w.of(img, calls, t.damaged, &t.b.apart, &t.kept.written)
	i.Transitions, i.Attempts = t.kept.transitions.keep(w.transitions), t.kept.attempts.list(len(w.attempts))
	for _, a := range w.attempts {
		i.Attempts = append(i.Attempts, a.Attempt)
	}
	i.OnlyRead = !changed && len(w.transitions) == 0
	i.BeforeCapture = w.before || len(w.transitions) == 0 || w.transitions[0].From != nil
	i.Row = img.row(&t.kept.cells)
	t.beside(i, img)
	t.nameFromCalls(i, calls)
	t.witnesses(i, img, w)
	t.store(i, img, calls)
	timed := calls
	if len(img.writes) > 0 && t.b.apart.any() {
		timed = slices.DeleteFunc(slices.Clone(calls), func(c *call) bool { return img.otherwise(c, &t.b.apart) })
	}
	t.phases(i, img, timed)
	t.rates(i, timed)
	if t.b.verify {
		t.verify(i, img, calls)
	}
	t.transfers(calls, statements)
	unframe(i, calls)
	t.jumps(i, w)
	return i
}

// about lists what is about an image, from when to when, and tells whether some of
// it changed the image or tried to. It comes before all that asks more of the
// statements: they are far from each other in memory, and here none has to wait
// for what another one says.
func (t *telling) about(i *story.Image, calls []*call, statements []*statement) (changed bool) {
	i.First, i.Last = story.NoTime, story.NoTime
	i.Calls, i.Statements = t.kept.ids.list(len(calls)), t.kept.ids.list(len(statements))
	for _, c := range calls {
		i.Calls = append(i.Calls, c.told.ID)
		i.Span(c.told.Time, c.told.End)
		changed = changed || changes(c)
	}
	for _, st := range statements {
		i.Statements = append(i.Statements, st.told.ID)
		i.Span(st.told.Time, st.told.End)
		changed = changed || st.write
	}
	return changed
}

// nameFromCalls takes name and status from the API where no row tells them.
func (t *telling) nameFromCalls(i *story.Image, calls []*call) {
	for _, c := range calls {
		if i.Name == "" && c.asked.Name != "" {
			i.Name = c.asked.Name
		}
	}
}

// changes tells whether a call changed the image or tried to.
func changes(c *call) bool {
	switch c.Action {
	case "image.create", "image.update", "image.delete", "image.upload", "image.stage", "image.import",
		"image.deactivate", "image.reactivate", "member.add", "member.update", "member.remove", "tag.add", "tag.remove",
		"location.add", "location.update", "location.remove", "object.put", "object.delete", "object.manifest", "segment.put":
		return true
	}
	return false
}

// beside tells properties, locations, tags and members.
func (t *telling) beside(i *story.Image, img *image) {
	i.Properties, i.Locations = t.kept.properties.list(len(img.beside[properties])), t.kept.locations.list(len(img.beside[locations]))
	i.Tags, i.Members = t.kept.tags.list(len(img.beside[tags])), t.kept.members.list(len(img.beside[members]))
	for table := range besideTables {
		for _, r := range t.sorted(img, table) {
			if !r.deleted() {
				tellRow(i, r)
			}
		}
	}
}

// sorted gives an image's rows of a table beside images by what tells them apart.
// The list holds until the next call.
func (t *telling) sorted(img *image, table int) []*row {
	t.rows = append(t.rows[:0], img.beside[table]...)
	slices.SortStableFunc(t.rows, func(a, b *row) int { return strings.Compare(a.key(), b.key()) })
	return t.rows
}

func tellRow(i *story.Image, r *row) {
	switch r.table {
	case properties:
		if value, ok := r.get("value"); ok && r.text("name") != "" {
			i.Properties = append(i.Properties, story.Property{Name: r.text("name"), Value: value})
		}
	case locations:
		if _, ok := r.get("value"); ok && r.text("status") != glance.Deleted && r.text("status") != glance.PendingDelete {
			i.Locations = append(i.Locations, story.Location{Value: r.text("value"), Status: r.text("status"), Metadata: story.Raw(r.text("meta_data"))})
		}
	case tags:
		if _, ok := r.get("value"); ok {
			i.Tags = append(i.Tags, r.text("value"))
		}
	case members:
		if r.text("member") != "" {
			i.Members = append(i.Members, story.Member{Member: r.text("member"), Status: r.text("status")})
		}
	}
}
