package timeline

import (
	"slices"

	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// shape is what is known of statements that differ in their literals alone.
type shape struct {
	*glance.Shape
	// kind and names are those of the last one, texts those of the last two (a
	// short literal tells them apart): of the next they nearly always are the
	// same, or like them.
	kind  *story.Kind
	names []glance.Name
	texts [2]story.Text
	// beside are the tables beside images that it names, images tells that it
	// names those.
	beside [besideTables]bool
	images bool
}

// maxKnown bounds the shapes that are known; beyond, they are learned anew.
const maxKnown = 4096

// shapeOf gives what is known of a statement's shape.
func (b *Builder) shapeOf(sql *sqltext.Statement) *shape {
	if h := b.known[sql.Shape]; h != nil {
		return h
	}
	h := &shape{Shape: glance.ShapeOf(sql), images: sql.Names(glance.Images)}
	for k := range h.Tables {
		h.Tables[k] = b.intern(h.Tables[k])
	}
	for k, table := range besideNames {
		h.beside[k] = sql.Names(table)
	}
	if sql.Shape != 0 {
		if len(b.known) >= maxKnown {
			clear(b.known)
		}
		b.known[sql.Shape] = h
	}
	return h
}

// kindOf gives what a command is.
func (b *Builder) kindOf(command string, sql *sqltext.Statement, h *shape) *story.Kind {
	if k := h.kind; k == nil || k.Command != command || k.Verb != sql.Verb {
		h.kind = &story.Kind{Command: b.intern(command), Verb: b.intern(sql.Verb), Tables: h.Tables}
	}
	return h.kind
}

// textOf gives a statement's text, taken apart.
func (b *Builder) textOf(h *shape, text string) story.Text {
	t := b.shapes.Like(text, h.texts[:]...)
	if !t.SameShape(h.texts[0]) {
		h.texts[1] = h.texts[0]
	}
	h.texts[0] = t
	return t
}

// keepNames gives a statement its names, of which one copy each is kept, and the
// image that they name.
func (b *Builder) keepNames(st *statement, h *shape, names []glance.Name) {
	b.named = names
	for k := range names {
		n := &names[k]
		switch {
		case n.Kind == glance.NameImage && st.told.Service != glance.Keystone && glance.IsUUID(n.Value):
			st.image = b.imageNamed(n.Value)
			n.Value = st.image.id
		case k < len(h.names) && h.names[k].Value == n.Value:
			n.Value = h.names[k].Value
		default:
			n.Value = b.intern(n.Value)
		}
	}
	switch {
	case len(names) == 0:
		return
	case len(names) == 1 && st.names == nil && st.image != nil:
		st.names = st.image.alone[:]
		return
	case st.names == nil && slices.Equal(names, h.names):
		st.names = h.names
		return
	}
	before := len(st.names)
	st.names = b.namesOf(st.names, names)
	h.names = st.names[before:len(st.names):len(st.names)]
}

// namesOf gives a list of names. Room is made for many lists at once: those that
// name more than an image are nearly all of writes, which are never let go.
func (b *Builder) namesOf(before, more []glance.Name) []glance.Name {
	const many = 256
	n := len(before) + len(more)
	if cap(b.names)-len(b.names) < n {
		b.names = make([]glance.Name, 0, max(many, n))
	}
	from := len(b.names)
	b.names = append(append(b.names, before...), more...)
	return b.names[from:len(b.names):len(b.names)]
}
