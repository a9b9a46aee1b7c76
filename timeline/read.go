package timeline

import (
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
)

// maxPendingRows bounds the rows of one result that wait for a commit.
const maxPendingRows = 256

// read takes the rows of a SELECT: ids of rows, and values as old as the
// transaction's snapshot.
func (b *Builder) read(st *statement, sql *sqltext.Statement, h *shape, r *record.Result) {
	if r.Kind != record.ResultRows || len(r.Columns) == 0 {
		return
	}
	fallback := ""
	if len(sql.Tables) > 0 {
		fallback = sql.Tables[0].Name
	}
	v := reading{st: st, columns: b.columnsOf(fallback, r.Columns), values: r.Values}
	v.scope(sql, h, r)
	if whole(r) && len(st.told.Marks.All()) == 0 {
		st.state = b.state(&v, st.work)
		st.shown = v.fingerprint(st.work, st.state)
	}
	if st.tx != nil && st.tx.writes > 0 {
		// It may see what is not committed yet.
		if len(v.values) <= maxPendingRows && len(st.tx.pending) < maxPending {
			own := v.clone()
			own.own = true
			st.tx.pending = append(st.tx.pending, pending{st, changeFunc(func(s stamp) { b.take(own, s) })})
		}
		return
	}
	since := stamp{st.begun().moment(), st.seq}
	if st.tx != nil && st.tx.snapshot != never {
		since.at = st.tx.snapshot
	}
	b.take(&v, since)
}

// reading is a result set that is taken.
type reading struct {
	st      *statement
	columns *columns
	values  [][]record.Value
	// id is the image that the WHERE names; status what it says of it.
	id, status string
	// whole lists the tables of which every row of that image is here.
	whole [besideTables]bool
	// own tells that the transaction reads what it wrote itself.
	own bool
}

// clone gives a copy that needs nothing of the record.
func (v *reading) clone() *reading {
	c := *v
	c.id, c.status = strings.Clone(v.id), strings.Clone(v.status)
	c.values = make([][]record.Value, len(v.values))
	for k, row := range v.values {
		c.values[k] = slices.Clone(row)
		for n := range row {
			c.values[k][n].Text = strings.Clone(row[n].Text)
		}
	}
	return &c
}

// scope finds out of which image the rows are, and whether they are all.
func (v *reading) scope(sql *sqltext.Statement, h *shape, r *record.Result) {
	if h.images {
		if id, ok := sql.Equals(glance.Images, "id"); ok && glance.IsUUID(id.Text) {
			v.id = id.Text
			if status, ok := sql.Equals(glance.Images, "status"); ok {
				v.status = status.Text
			}
		}
	}
	_, limited := sql.Limit(false)
	complete := r.Rows != record.NoCount && int(r.Rows) == len(r.Values) && !limited && !damaged(v.st.told.Marks.All())
	for k, table := range besideNames {
		if v.id != "" {
			v.whole[k] = complete && h.beside[k]
			continue
		}
		if !h.beside[k] {
			continue
		}
		id, ok := sql.Equals(table, "image_id")
		if !ok || !glance.IsUUID(id.Text) {
			continue
		}
		v.id = id.Text
		v.whole[k] = complete && onlyOfImage(sql)
	}
}

// onlyOfImage tells whether a SELECT on a table beside images asks for every
// row of an image that is not deleted.
func onlyOfImage(sql *sqltext.Statement) bool {
	for w := range sql.Where() {
		if w.Column.Name != "image_id" && w.Column.Name != "deleted" {
			return false
		}
	}
	return true
}

// take takes the rows as true since a time.
func (b *Builder) take(v *reading, since stamp) {
	b.taken++
	var keys keysThere
	for _, values := range v.values {
		img := b.imageOfRow(v, values)
		if img != nil {
			b.readImage(v, img, values, since)
		}
		b.readTask(v, values)
		for table := range besideTables {
			if r := b.readBeside(v, table, img, values, since); r != nil && v.whole[table] {
				if r.taken = b.taken; v.columns.beside[table].id < 0 {
					keys.add(table, r.key())
				}
			}
		}
	}
	if v.id == "" || len(v.values) == 0 && !v.whole[members] && !v.whole[tags] && !v.whole[locations] && !v.whole[properties] {
		return
	}
	b.missing(v, &keys, since)
}

// keysThere are the keys of the rows that a complete result tells without an id.
// Glance asks for tags by value alone, and two tags at once make two rows of one
// value: neither of them is missing.
type keysThere [besideTables]map[string]bool

func (k *keysThere) add(table int, key string) {
	if k[table] == nil {
		k[table] = make(map[string]bool)
	}
	k[table][key] = true
}

// missing marks the rows of an image that a complete result does not have.
func (b *Builder) missing(v *reading, keys *keysThere, since stamp) {
	img := b.imageByID(v.id)
	if img == nil || len(v.values) == 0 && len(v.columns.images) > 0 {
		return
	}
	for table := range besideTables {
		if !v.whole[table] || !v.tellsRows(table) {
			continue
		}
		for _, r := range img.beside[table] {
			if r.taken != b.taken && !keys[table][r.key()] {
				r.set(gone, &b.yes, since)
			}
		}
	}
}

// tellsRows tells whether the result says which rows of a table there are: a
// count of them (Glance counts members before it adds one) does not.
func (v *reading) tellsRows(table int) bool {
	return v.columns.beside[table].id >= 0 || v.columns.beside[table].key >= 0
}

// field is the value of a column in a row.
type field struct {
	text string
	null bool
	// known is false where the result does not have the column, or its value
	// was not captured.
	known bool
}

// is tells whether the value is known and not NULL.
func (f field) is() bool { return f.known && !f.null }

// value gives the value of a column in a row, by its place (columns).
func (v *reading) value(values []record.Value, place int) field {
	if place < 0 || place >= len(values) {
		return field{}
	}
	switch x := &values[place]; x.Kind {
	case record.ValueNull:
		return field{null: true, known: true}
	case record.ValueUnknown, record.ValueIndicator:
		return field{}
	default:
		return field{text: x.Text, known: true}
	}
}

// pointerOf gives a copy of a value as a row holds it.
func pointerOf(v *record.Value) (*string, bool) {
	switch v.Kind {
	case record.ValueNull:
		return nil, true
	case record.ValueUnknown, record.ValueIndicator:
		return nil, false
	}
	text := strings.Clone(v.Text)
	return &text, true
}

// imageOfRow gives the image that a row belongs to. The rows of a list make
// no image, they only tell of known ones.
func (b *Builder) imageOfRow(v *reading, values []record.Value) *image {
	id := v.value(values, v.columns.imageID)
	for k := 0; !id.known && k < besideTables; k++ {
		id = v.value(values, v.columns.beside[k].imageID)
	}
	switch {
	case id.null:
		return nil
	case id.known:
		return b.imageByID(id.text)
	}
	return b.imageByID(v.id)
}

// readImage takes the columns of images in a row.
func (b *Builder) readImage(v *reading, img *image, values []record.Value, since stamp) {
	img.exists = true
	for _, c := range v.columns.images {
		if c.place >= len(values) {
			break
		}
		if c.index < 0 {
			if value, ok := pointerOf(&values[c.place]); ok {
				img.set(v.columns.list[c.place].name, value, since)
			}
		} else if value, ok := b.readCell(img, c.index, &values[c.place]); ok {
			img.setCell(c.index, value, since)
		}
	}
	if v.own {
		return
	}
	status := v.status
	if s := v.value(values, v.columns.imageStatus); s.is() {
		status = s.text
	}
	if status == "" {
		return
	}
	s := seen{by: byRow, status: b.status(status), from: since.at, to: v.st.done(), st: v.st}
	if at := v.value(values, v.columns.imageUpdated); at.is() {
		s.updatedAt = b.readUpdated(img, at.text)
	}
	img.see(s)
}

// readCell gives a value of a row as pointerOf does, but the copy that is there
// where the column holds the same: most reads show nothing new.
func (b *Builder) readCell(img *image, index int, v *record.Value) (*string, bool) {
	switch v.Kind {
	case record.ValueNull:
		return nil, true
	case record.ValueUnknown, record.ValueIndicator:
		return nil, false
	}
	return b.cell(img, index, v.Text), true
}

// readUpdated gives a copy of an image's updated_at.
func (b *Builder) readUpdated(img *image, text string) string {
	return *b.cell(img, updatedAt, text)
}

// readBeside takes the columns of a table beside images in a row, nil where
// the row has none (an outer join).
func (b *Builder) readBeside(v *reading, table int, img *image, values []record.Value, since stamp) *row {
	c := &v.columns.beside[table]
	if !c.here {
		return nil
	}
	id, key := v.value(values, c.id), v.value(values, c.key)
	if !id.known && !key.known || id.null || !id.known && key.null {
		return nil
	}
	if img == nil && !id.known {
		return nil
	}
	if img == nil && b.rows[rowID{table, id.text}] == nil {
		return nil
	}
	var keyText *string
	if key.is() {
		keyText = &key.text
	}
	r := b.rowOf(table, id.text, img, keyText)
	r.set(gone, &b.no, since)
	for _, place := range c.others {
		if place >= len(values) {
			break
		}
		if value, ok := r.held(v.columns.list[place].name, &values[place]); ok {
			r.set(v.columns.list[place].name, value, since)
		}
	}
	return r
}
