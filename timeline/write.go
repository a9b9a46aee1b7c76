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
		b.read(st, sql, r)
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
	b.statuses(st, c, n)
	if n != 0 {
		st.told.Detail = b.detailOf(c)
	}
	if answerOf(r) != answeredOK || n == 0 && c.Verb == "UPDATE" || n == 0 && c.Verb == "DELETE" {
		return
	}
	apply := b.applier(st, c, r)
	if apply == nil {
		return
	}
	if st.tx != nil {
		if len(st.tx.pending) < maxPending {
			st.tx.pending = append(st.tx.pending, pending{st, apply})
		} else {
			b.hits.Hit("changes waiting for a commit")
		}
		return
	}
	if st.auto {
		apply(stamp{st.done().moment(), st.seq})
	}
}

// applier gives what is to be done once the change is true.
func (b *Builder) applier(st *statement, c *glance.Change, r *record.Result) func(stamp) {
	switch c.Table {
	case glance.Images:
		return b.applyImages(c, matched(r))
	case glance.Tasks, glance.TaskInfo:
		b.learnTask(c)
		return b.updateTask(st, c.Clone())
	}
	table := besideIndex(c.Table)
	if table < 0 {
		return nil
	}
	first := ""
	if r.InsertID != record.NoCount && r.InsertID != 0 {
		first = strconv.FormatUint(uint64(r.InsertID), 10)
	}
	kept := c.Clone()
	return func(s stamp) { b.applyBeside(table, kept, first, s) }
}

// applyImages is a change of images itself.
func (b *Builder) applyImages(c *glance.Change, n int64) func(stamp) {
	var changes []imageChange
	for k, fields := range c.Rows {
		id, ok := glance.FieldOf(fields, "id")
		if ok && glance.IsUUID(id.Text) {
			changes = append(changes, b.changeOf(b.imageNamed(id.Text), fields, k))
		}
	}
	images := b.imagesOf(c)
	for _, img := range images {
		img.exists = true
		if c.Verb == "UPDATE" && (n <= 0 || n >= int64(len(images))) { // else it is not known which of them
			changes = append(changes, b.changeOf(img, c.Set, 0))
		}
	}
	return func(s stamp) {
		for k := range changes {
			changes[k].apply(s)
		}
	}
}

// imageChange is what a statement sets of one image.
type imageChange struct {
	img    *image
	behind int // how many rows of the statement come before
	fields []imageField
	others []otherField
}

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

// changeOf keeps what is set of an image.
func (b *Builder) changeOf(img *image, fields []glance.Field, behind int) imageChange {
	c := imageChange{img: img, behind: behind, fields: make([]imageField, 0, len(fields))}
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
			c.others = append(c.others, otherField{value, b.intern(f.Column)})
		}
	}
	return c
}

// cell gives a copy of a value of a column of images. A save writes all columns,
// most of them with what the image has or what the last image has too: then the
// copy that is there will do.
func (b *Builder) cell(img *image, index int, text string) *string {
	if index < 0 {
		kept := strings.Clone(text)
		return &kept
	}
	if img.cells != nil {
		if held := img.cells[index].value; held != nil && *held == text {
			return held
		}
	}
	if last := b.lastCells[index]; last != nil && *last == text {
		return last
	}
	kept := strings.Clone(text)
	b.lastCells[index] = &kept
	return &kept
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
func (b *Builder) statuses(st *statement, c *glance.Change, n int64) {
	if c.Table != glance.Images {
		return
	}
	for _, fields := range c.Rows {
		id, ok := glance.FieldOf(fields, "id")
		status, ok2 := glance.FieldOf(fields, "status")
		if ok && ok2 && status.Known && !status.Null && glance.IsUUID(id.Text) {
			w := &statusWrite{st: st, to: b.intern(status.Text), insert: true}
			img := b.imageNamed(id.Text)
			if at, ok := glance.FieldOf(fields, "updated_at"); ok && !at.Null {
				w.updatedAt = b.cell(img, updatedAt, at.Text)
			}
			b.keepStatus(img, w)
		}
	}
	status, ok := c.Sets("status")
	if !ok || !status.Known || status.Null {
		return
	}
	images := b.imagesOf(c)
	for _, img := range images {
		w := &statusWrite{st: st, to: b.intern(status.Text), noRow: n == 0, some: n > 0 && n < int64(len(images))}
		if guard, ok := c.Equals("status"); ok {
			guard = b.intern(guard)
			w.guard = &guard
		}
		if at, ok := c.Sets("updated_at"); ok && !at.Null {
			w.updatedAt = b.cell(img, updatedAt, at.Text)
		}
		b.keepStatus(img, w)
	}
}

func (b *Builder) keepStatus(img *image, w *statusWrite) {
	img.writes = append(img.writes, w)
}

// applyBeside is a change of a table beside images.
func (b *Builder) applyBeside(table int, c *glance.Change, first string, s stamp) {
	for k, fields := range c.Rows {
		b.insertBeside(table, fields, nextID(first, k), stamp{s.at, s.seq + k})
	}
	if len(c.Rows) > 0 {
		return
	}
	for _, r := range b.rowsOf(table, c) {
		if c.Verb == "DELETE" {
			r.set(gone, &b.yes, s)
			continue
		}
		for _, f := range c.Set {
			if f.Value.Known {
				r.set(b.intern(f.Column), f.Value.Pointer(), s)
			}
		}
		r.set(gone, &b.no, s)
	}
}

// nextID gives the id of the k-th row of an INSERT: the OK tells the first
// one, the others follow (MySQL manual, LAST_INSERT_ID).
func nextID(first string, k int) string {
	if first == "" || k == 0 {
		return first
	}
	n, err := strconv.ParseUint(first, 10, 64)
	if err != nil {
		return ""
	}
	return strconv.FormatUint(n+uint64(k), 10)
}

func (b *Builder) insertBeside(table int, fields []glance.Field, id string, s stamp) {
	v, ok := glance.FieldOf(fields, "image_id")
	if !ok || !glance.IsUUID(v.Text) {
		return
	}
	if own, ok := glance.FieldOf(fields, "id"); ok && own.Known && !own.Null {
		id = own.Text
	}
	img := b.imageNamed(v.Text)
	img.exists = true
	key, _ := glance.FieldOf(fields, keyColumns[table])
	r := b.rowOf(table, id, img, key.Pointer())
	r.set(gone, &b.no, s)
	for _, f := range fields {
		if f.Value.Known && f.Column != "id" && f.Column != "image_id" {
			r.set(b.intern(f.Column), f.Value.Pointer(), s)
		}
	}
}

// rowsOf lists the rows that an UPDATE or DELETE beside images is about, as
// far as they are known.
func (b *Builder) rowsOf(table int, c *glance.Change) []*row {
	if c.Vague {
		return nil
	}
	if id, ok := c.Equals("id"); ok {
		return []*row{b.rowOf(table, id, nil, nil)}
	}
	id, ok := c.Equals("image_id")
	if !ok || !glance.IsUUID(id) {
		return nil
	}
	var list []*row
	for _, r := range b.imageNamed(id).beside[table] {
		if r.satisfies(c.Where) {
			list = append(list, r)
		}
	}
	return list
}
