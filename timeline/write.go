package timeline

import (
	"slices"
	"strconv"
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
)

// evidence reads what a statement and its answer tell of images.
func (b *Builder) evidence(st *statement, sql *sqltext.Statement, h *shape, r *record.Result) {
	if h.Change(sql, &b.change) {
		b.write(st, &b.change, r)
		return
	}
	if sql.Verb == "SELECT" && r != nil {
		b.read(st, sql, h, r)
	}
}

// cutWrite notes a write of images of which the text is not whole, so that what
// it sets is not known, but the id may be.
func (b *Builder) cutWrite(st *statement, sql *sqltext.Statement, r *record.Result) {
	if !sql.Writes(glance.Images) || answerOf(r) != answeredOK || matched(r) == 0 {
		return
	}
	for _, opening := range []string{" id='", "images.id = '"} {
		_, rest, found := strings.Cut(b.text, opening)
		if found && len(rest) >= 36 && glance.IsUUID(rest[:36]) {
			img := b.imageNamed(rest[:36])
			img.exists = true
			img.unread = append(img.unread, st)
			st.names, st.image = slices.Concat(st.names, img.alone[:]), img
			return
		}
	}
}

// matched is the number of rows that a statement's WHERE matched, -1 where it
// is not known. Without the client flag FOUND_ROWS the OK counts changed rows
// only; its text counts both (MySQL manual, mysql_info).
func matched(r *record.Result) int64 {
	if r == nil || r.Kind != record.ResultOK || r.Affected == record.NoCount {
		return -1
	}
	if rest, ok := strings.CutPrefix(r.Info, "Rows matched: "); ok {
		digits, _, _ := strings.Cut(rest, " ")
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return n
		}
	}
	return int64(r.Affected)
}

// write takes a change of a table that holds images: at once where the
// statement is a transaction of its own, else with its transaction's commit.
func (b *Builder) write(st *statement, c *glance.Change, r *record.Result) {
	n := matched(r)
	st.wrote = writtenAt(c)
	var images []*image
	if c.Table == glance.Images {
		images = b.imagesOf(c)
	}
	b.statuses(st, c, images, n)
	if n != 0 {
		st.told.Detail = b.detailOf(c, images)
	}
	if answerOf(r) != answeredOK || n == 0 && c.Verb == "UPDATE" || n == 0 && c.Verb == "DELETE" {
		return
	}
	done := b.changeBy(st, c, images, r)
	if done == nil {
		return
	}
	if st.tx != nil {
		if len(st.tx.pending) < maxPending {
			st.tx.pending = append(st.tx.pending, pending{st, done})
		} else {
			b.hits.Hit("changes waiting for a commit")
		}
		return
	}
	if st.auto {
		done.apply(stamp{st.done().moment(), st.seq})
	}
}

// changeBy gives what is to be done once a change is true.
func (b *Builder) changeBy(st *statement, c *glance.Change, images []*image, r *record.Result) change {
	switch c.Table {
	case glance.Images:
		return b.imageChanges(c, images, matched(r))
	case glance.Tasks, glance.TaskInfo:
		b.learnTask(c)
		if update := b.updateTask(st, c.Clone()); update != nil {
			return changeFunc(update)
		}
		return nil
	}
	table := besideIndex(c.Table)
	switch {
	case table < 0:
		return nil
	case len(c.Rows) > 0:
		return b.insertOf(table, c, r)
	}
	kept := c.Clone()
	return changeFunc(func(s stamp) { b.updateBeside(table, kept, s) })
}

// imageChanges is a change of images itself.
func (b *Builder) imageChanges(c *glance.Change, images []*image, n int64) change {
	var changes several
	for k, fields := range c.Rows {
		if id, ok := glance.FieldOf(fields, "id"); ok && glance.IsUUID(id.Text) {
			changes.add(b.imageChange(b.imageNamed(id.Text), fields, k))
		}
	}
	for _, img := range images {
		img.exists = true
		if c.Verb == "UPDATE" && (n <= 0 || n >= int64(len(images))) { // else it is not known which of them
			changes.add(b.imageChange(img, c.Set, 0))
		}
	}
	if changes.more == nil && changes.first != nil {
		return changes.first
	}
	all := changes // on the heap only where there are several
	return &all
}

// several are changes of several images.
type several struct {
	first *imageChange
	more  []*imageChange
}

func (x *several) add(c *imageChange) {
	if x.first == nil {
		x.first = c
	} else {
		x.more = append(x.more, c)
	}
}

func (x *several) apply(s stamp) {
	if x.first != nil {
		x.first.apply(s)
	}
	for _, c := range x.more {
		c.apply(s)
	}
}

// imageChange is what a statement sets of one image. Once it is done its memory
// is used again: there is one for each write.
type imageChange struct {
	b      *Builder
	img    *image
	behind int // how many rows of the statement come before
	fields []imageField
	others []otherField
}

// Bounds of what is kept to be used again: of changes, and of the fields of each.
const (
	maxSpare       = 64
	maxSpareFields = 1 << 10
)

// imageField is a value of a column of glance.Columns.
type imageField struct {
	value *string
	index int
}

// otherField is a value of a column that those do not name.
type otherField struct {
	value  *string
	column string
}

// imageChange keeps what is set of an image.
func (b *Builder) imageChange(img *image, fields []glance.Field, behind int) *imageChange {
	var c *imageChange
	if last := len(b.spare) - 1; last >= 0 {
		c, b.spare = b.spare[last], b.spare[:last]
	} else {
		c = &imageChange{b: b, fields: make([]imageField, 0, len(glance.Columns))}
	}
	c.img, c.behind = img, behind
	for i := range fields {
		f := &fields[i]
		if !f.Value.Known {
			continue
		}
		var value *string
		if !f.Value.Null {
			value = b.cell(img, f.Index, f.Value.Text)
		}
		if f.Index >= 0 {
			c.fields = append(c.fields, imageField{value, f.Index})
		} else {
			c.others = append(c.others, otherField{value, f.Column})
		}
	}
	return c
}

// apply makes the change true.
func (c *imageChange) apply(s stamp) {
	s.seq += c.behind
	c.img.exists = true
	for _, f := range c.fields {
		c.img.setCell(f.index, f.value, s)
	}
	for _, f := range c.others {
		c.img.set(f.column, f.value, s)
	}
	if b := c.b; len(b.spare) < maxSpare && cap(c.fields) <= maxSpareFields {
		clear(c.fields)
		c.img, c.fields, c.others = nil, c.fields[:0], nil
		b.spare = append(b.spare, c)
	}
}

// cell gives a copy of a value of a column of images. A save writes all columns,
// most of them with what the image has or what the last image has too: then the
// copy that is there will do.
func (b *Builder) cell(img *image, index int, text string) *string {
	if index < 0 {
		return b.copyOf(text)
	}
	if img.cells != nil {
		if held := img.cells[index].value; held != nil && *held == text {
			return held
		}
	}
	if last := b.lastCells[index]; last != nil && *last == text {
		return last
	}
	if img.id == text {
		return &img.id
	}
	b.lastCells[index] = b.copyOf(text)
	return b.lastCells[index]
}

// copyOf gives a copy of a value for a row. Room for the strings is made for many
// at once: rows are known to the end.
func (b *Builder) copyOf(text string) *string {
	const many = 256
	if len(b.values) == cap(b.values) {
		b.values = make([]string, 0, many)
	}
	b.values = append(b.values, strings.Clone(text))
	return &b.values[len(b.values)-1]
}

// imagesOf lists the images that an UPDATE or DELETE of images names by id,
// or that an INSERT makes. The list holds until the next call.
func (b *Builder) imagesOf(c *glance.Change) []*image {
	list := b.changed[:0]
	for _, fields := range c.Rows {
		if id, ok := glance.FieldOf(fields, "id"); ok && glance.IsUUID(id.Text) {
			list = append(list, b.imageNamed(id.Text))
		}
	}
	for k := range c.Where {
		w := &c.Where[k]
		if w.Column != "id" || w.Op != sqltext.Equal && w.Op != sqltext.In {
			continue
		}
		for _, v := range w.Values {
			if v.Known && glance.IsUUID(v.Text) {
				list = append(list, b.imageNamed(v.Text))
			}
		}
	}
	b.changed = list
	return list
}

// statuses keeps what a statement writes into images.status.
func (b *Builder) statuses(st *statement, c *glance.Change, images []*image, n int64) {
	if c.Table != glance.Images {
		return
	}
	for _, fields := range c.Rows {
		id, ok := glance.FieldOf(fields, "id")
		status, ok2 := glance.FieldOf(fields, "status")
		if ok && ok2 && status.Known && !status.Null && glance.IsUUID(id.Text) {
			w := &statusWrite{st: st, to: b.status(status.Text), insert: true}
			img := b.imageNamed(id.Text)
			if at, ok := glance.FieldOf(fields, "updated_at"); ok && !at.Null {
				w.updatedAt = b.cell(img, updatedAt, at.Text)
			}
			img.keepStatus(w)
		}
	}
	status, ok := c.Sets("status")
	if !ok || !status.Known || status.Null {
		return
	}
	to := b.status(status.Text)
	guard := b.guardOf(st, c)
	at, dated := c.Sets("updated_at")
	for _, img := range images {
		w := &statusWrite{st: st, to: to, guard: guard, noRow: n == 0, some: n > 0 && n < int64(len(images))}
		if dated && !at.Null {
			w.updatedAt = b.cell(img, updatedAt, at.Text)
		}
		img.keepStatus(w)
	}
}

// guardOf gives the status that an UPDATE asks for, nil where it asks for none.
func (b *Builder) guardOf(st *statement, c *glance.Change) *string {
	guard, ok := c.Equals("status")
	switch {
	case !ok:
		return nil
	case st.set != nil && st.set.guard == guard:
		return &st.set.guard
	}
	kept := b.status(guard)
	return &kept
}

// status gives a copy of a status, of which there are few.
func (b *Builder) status(text string) string {
	if known := glance.StatusNamed(text); known != "" {
		return known
	}
	return b.intern(text)
}

// keepStatus keeps a write of the status. An image that is made and filled has
// three.
func (i *image) keepStatus(w *statusWrite) {
	const usual = 4
	if i.writes == nil {
		i.writes = make([]*statusWrite, 0, usual)
	}
	i.writes = append(i.writes, w)
}
