package timeline

import (
	"maps"
	"slices"
	"strings"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// stamp orders what is known of a value: by time, then by the order of the
// statements. The greater one is the truth, in whatever order they are told,
// so a statement seen on two hops does no harm.
type stamp struct {
	at  moment
	seq int
}

func (s stamp) before(o stamp) bool { return s.at < o.at || s.at == o.at && s.seq < o.seq }

// cell is a column's value and since when it is known.
type cell struct {
	value *string
	since stamp // of seq 0, which no statement has, where it is not known
}

func (c *cell) known() bool { return c.since.seq != 0 }

// set takes a value that is not older than what is known.
func (c *cell) set(value *string, since stamp) {
	if c.known() && since.before(c.since) {
		return
	}
	c.value, c.since = value, since
}

// image is what is known of an image.
type image struct {
	id string
	// alone is the name of the image, for the statements that name nothing else.
	alone [1]glance.Name
	// named tells that a statement or a path names the id, exists that an
	// image of that id was there at some time.
	named, exists bool
	// cells are the columns of images, in the order of glance.Columns; nil
	// for an image of which no row was seen.
	cells  []cell
	extra  map[string]*cell
	beside [besideTables][]*row
	writes []*statusWrite
	// unread are writes of its row of which the text is cut before its end.
	unread  []*statement
	seen    []seen
	created *call
	// statements are those about it, in order, once the story is told.
	statements []*statement
}

// statusWrite is a statement that writes images.status.
type statusWrite struct {
	st        *statement
	to        string
	guard     *string // the old status that the WHERE asks for
	updatedAt *string
	insert    bool
	noRow     bool
	// some tells that it matched fewer rows than it names images: which of
	// them is not known.
	some bool
}

// witness is who saw a status.
type witness uint8

const (
	byRow   witness = iota // a result set
	byPoll                 // a response that shows the image
	byReply                // the answer to the call that changes
)

// seen is a status that a result set or a response showed.
type seen struct {
	by     witness
	status string
	// from and to are when it may have been so: for a row since the
	// snapshot, for a response while the call ran.
	from      moment
	to        point
	updatedAt string
	st        *statement
	call      *call
}

// imageNamed gives the image of an id that a statement or a path names.
func (b *Builder) imageNamed(id string) *image {
	i := b.imageByID(id)
	if i == nil {
		i = &image{id: strings.Clone(id)}
		i.alone[0] = glance.Name{Kind: glance.NameImage, Value: i.id}
		b.images[i.id] = i
		b.listed = append(b.listed, i)
		b.near = i
	}
	i.named = true
	return i
}

// imageByID gives the image of an id, nil where there is none. What is asked for is
// nearly always what was asked for last: a statement names its image several
// times, and a unit of work is about one.
func (b *Builder) imageByID(id string) *image {
	if b.near != nil && b.near.id == id {
		return b.near
	}
	i := b.images[id]
	if i != nil {
		b.near = i
	}
	return i
}

// maxSeenStatuses bounds the statuses kept of one image; a status that was
// seen before without another between is not kept again, so this is reached
// by nothing but an image that changes all the time.
const maxSeenStatuses = 4096

// see keeps a status that was seen. Of equal ones in a row the first and the
// last are kept.
func (i *image) see(s seen) {
	const usual = 4 // of an image that is made, filled and read
	if i.seen == nil {
		i.seen = make([]seen, 0, usual)
	}
	n := len(i.seen)
	if n >= 2 && same(i.seen[n-1], s) && same(i.seen[n-2], s) {
		i.seen[n-1] = s
		return
	}
	if n < maxSeenStatuses {
		i.seen = append(i.seen, s)
	}
}

func same(a, b seen) bool { return a.status == b.status && a.by == b.by }

// set takes the value of a column of images.
func (i *image) set(column string, value *string, since stamp) {
	if k := columnIndex(column); k >= 0 {
		i.setCell(k, value, since)
		return
	}
	if i.extra == nil {
		i.extra = make(map[string]*cell)
	}
	if i.extra[column] == nil {
		if len(i.extra) >= maxExtraColumns {
			return
		}
		i.extra[column] = &cell{}
	}
	i.extra[column].set(value, since)
}

// setCell takes the value of the column at an index of glance.Columns.
func (i *image) setCell(index int, value *string, since stamp) {
	if i.cells == nil {
		i.cells = make([]cell, len(glance.Columns))
		// set reads a cell before it writes it. Memory of the system's that is
		// read first costs two page faults, the second of them a dear one.
		clear(i.cells)
	}
	i.cells[index].set(value, since)
}

// maxExtraColumns bounds the columns that this program does not know by name.
const maxExtraColumns = 32

func columnIndex(name string) int {
	for k, c := range glance.Columns {
		if c == name {
			return k
		}
	}
	return -1
}

// get gives a column's value.
func (i *image) get(column string) (*string, bool) {
	return i.column(columnIndex(column), column)
}

// column gives a column's value by its index in glance.Columns; by its name where
// it has none.
func (i *image) column(index int, column string) (*string, bool) {
	if index >= 0 {
		if i.cells == nil {
			return nil, false
		}
		return i.cells[index].value, i.cells[index].known()
	}
	if c := i.extra[column]; c != nil {
		return c.value, c.known()
	}
	return nil, false
}

// text gives a column's value, "" where it is NULL or not known.
func (i *image) text(column string) string {
	if v, _ := i.get(column); v != nil {
		return *v
	}
	return ""
}

// row gives the row as it is told.
func (i *image) row(cells *slab[story.Cell]) story.Row {
	known := len(i.extra)
	for k := range i.cells {
		if i.cells[k].known() {
			known++
		}
	}
	r := story.Row(cells.list(known))
	for k := range i.cells {
		if i.cells[k].known() {
			r = append(r, story.Cell{Column: glance.Columns[k], Value: i.cells[k].value})
		}
	}
	if len(i.extra) == 0 {
		return r
	}
	for _, name := range slices.Sorted(maps.Keys(i.extra)) {
		r = append(r, story.Cell{Column: name, Value: i.extra[name].value})
	}
	return r
}
