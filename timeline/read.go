package timeline

import (
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
)

// column is where a column of a result set comes from.
type column struct {
	table, name string
}

// maxPendingRows bounds the rows of one result that wait for a commit.
const maxPendingRows = 256

// read takes the rows of a SELECT: ids of rows, and values as old as the
// transaction's snapshot.
func (b *Builder) read(st *statement, sql *sqltext.Statement, r *record.Result) {
	if r.Kind != record.ResultRows || len(r.Columns) == 0 {
		return
	}
	v := reading{st: st, columns: b.columnsOf(sql, r.Columns), values: r.Values}
	v.scope(sql, r)
	st.shown = v.fingerprint(st.work, whole(r) && len(st.told.Marks) == 0)
	if st.tx != nil && st.tx.writes > 0 {
		// It may see what is not committed yet.
		if len(v.values) <= maxPendingRows && len(st.tx.pending) < maxPending {
			v.own = true
			st.tx.pending = append(st.tx.pending, pending{st, func(s stamp) { b.take(&v, s) }})
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
	columns []column
	values  [][]record.Value
	// id is the image that the WHERE names; status what it says of it.
	id, status string
	// whole lists the tables of which every row of that image is here.
	whole [besideTables]bool
	// own tells that the transaction reads what it wrote itself.
	own bool
}

// scope finds out of which image the rows are, and whether they are all.
func (v *reading) scope(sql *sqltext.Statement, r *record.Result) {
	if id, ok := sql.Equals(glance.Images, "id"); ok && glance.IsUUID(id.Text) && sql.Names(glance.Images) {
		v.id = id.Text
		if status, ok := sql.Equals(glance.Images, "status"); ok {
			v.status = status.Text
		}
	}
	_, limited := sql.Limit(false)
	complete := r.Rows != record.NoCount && int(r.Rows) == len(r.Values) && !limited && !damaged(v.st.told.Marks)
	for k, table := range besideNames {
		if v.id != "" {
			v.whole[k] = complete && sql.Names(table)
			continue
		}
		id, ok := sql.Equals(table, "image_id")
		if !ok || !glance.IsUUID(id.Text) || !sql.Names(table) {
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

// columnsOf finds table and column of each column of a result set. Results of
// one shape share their list of names (record.Result): each is looked at once.
func (b *Builder) columnsOf(sql *sqltext.Statement, names []string) []column {
	if len(names) == 0 {
		return nil
	}
	fallback := ""
	if len(sql.Tables) > 0 {
		fallback = sql.Tables[0].Name
	}
	list := columnList{first: &names[0], n: len(names), fallback: fallback}
	if columns, known := b.columns[list]; known {
		return columns
	}
	list.fallback = b.intern(fallback)
	columns := make([]column, len(names))
	for k, name := range names {
		columns[k].table, columns[k].name = glance.ColumnOf(name, list.fallback)
	}
	if b.columns == nil || len(b.columns) >= maxColumnLists {
		b.columns = make(map[columnList][]column)
	}
	b.columns[list] = columns
	return columns
}

// columnList is the identity of a shared list of columns, and the table to
// which bare ones belong.
type columnList struct {
	first    *string
	n        int
	fallback string
}

// maxColumnLists bounds the lists that are remembered.
const maxColumnLists = 1024

// take takes the rows as true since a time.
func (b *Builder) take(v *reading, since stamp) {
	var there [besideTables]present
	for _, values := range v.values {
		img := b.imageOfRow(v, values)
		if img != nil {
			b.readImage(v, img, values, since)
		}
		b.readTask(v, values)
		for table := range besideTables {
			if r := b.readBeside(v, table, img, values, since); r != nil && v.whole[table] {
				there[table].add(r, v.hasColumn(besideNames[table], "id"))
			}
		}
	}
	if v.id == "" || len(v.values) == 0 && !v.whole[members] && !v.whole[tags] && !v.whole[locations] && !v.whole[properties] {
		return
	}
	b.missing(v, there, since)
}

// present is what a complete result has of one table: rows, and the keys of
// those that it tells without an id. Glance asks for tags by value alone, and
// two tags at once make two rows of one value: none of them is missing.
type present struct {
	rows map[*row]bool
	keys map[string]bool
}

func (p *present) add(r *row, byID bool) {
	if p.rows == nil {
		p.rows, p.keys = make(map[*row]bool), make(map[string]bool)
	}
	p.rows[r] = true
	if !byID {
		p.keys[r.key()] = true
	}
}

func (p *present) has(r *row) bool {
	return p.rows[r] || p.keys[r.key()]
}

// missing marks the rows of an image that a complete result does not have.
func (b *Builder) missing(v *reading, there [besideTables]present, since stamp) {
	img := b.images[v.id]
	if img == nil || v.hasTable(glance.Images) && len(v.values) == 0 {
		return
	}
	yes := "1"
	for table := range besideTables {
		if !v.whole[table] || !v.tellsRows(table) {
			continue
		}
		for _, r := range img.beside[table] {
			if !there[table].has(r) {
				r.set(gone, &yes, since)
			}
		}
	}
}

// tellsRows tells whether the result says which rows of a table there are: a
// count of them (Glance counts members before it adds one) does not.
func (v *reading) tellsRows(table int) bool {
	return v.hasColumn(besideNames[table], "id") || v.hasColumn(besideNames[table], keyColumns[table])
}

// hasTable tells whether the result has columns of a table.
func (v *reading) hasTable(table string) bool {
	for k := range v.columns {
		if v.columns[k].table == table {
			return true
		}
	}
	return false
}

// hasColumn tells whether the result has a column of a table.
func (v *reading) hasColumn(table, name string) bool {
	return slices.Contains(v.columns, column{table, name})
}

// value gives the value of a column in a row; ok is false where the result
// does not have it or it was not captured.
func (v *reading) value(values []record.Value, table, name string) (value *string, ok bool) {
	for k := range v.columns {
		if c := &v.columns[k]; c.table == table && c.name == name && k < len(values) {
			return pointerOf(values[k])
		}
	}
	return nil, false
}

func pointerOf(v record.Value) (*string, bool) {
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
	id, ok := v.value(values, glance.Images, "id")
	for k := 0; !ok && k < besideTables; k++ {
		id, ok = v.value(values, besideNames[k], "image_id")
	}
	switch {
	case ok && id == nil:
		return nil
	case ok:
		return b.images[*id]
	}
	return b.images[v.id]
}

// readImage takes the columns of images in a row.
func (b *Builder) readImage(v *reading, img *image, values []record.Value, since stamp) {
	img.exists = true
	for k := range v.columns {
		c := &v.columns[k]
		if c.table != glance.Images || k >= len(values) {
			continue
		}
		if value, ok := img.held(c.name, &values[k]); ok {
			img.set(c.name, value, since)
		}
	}
	if v.own {
		return
	}
	status := v.status
	if s, ok := v.value(values, glance.Images, "status"); ok && s != nil {
		status = *s
	}
	if status == "" {
		return
	}
	s := seen{by: byRow, status: b.intern(status), from: since.at, to: v.st.done(), st: v.st}
	if at, ok := v.value(values, glance.Images, "updated_at"); ok && at != nil {
		s.updatedAt = *at
	}
	img.see(s)
}

// held gives a value of a row as pointerOf does, but the image's own copy where
// the column is known to hold the same: most reads show nothing new.
func (i *image) held(column string, v *record.Value) (*string, bool) {
	if k := columnIndex(column); k >= 0 && i.cells != nil && v.Kind != record.ValueNull {
		if c := &i.cells[k]; c.value != nil && *c.value == v.Text {
			return c.value, v.Kind != record.ValueUnknown && v.Kind != record.ValueIndicator
		}
	}
	return pointerOf(*v)
}

// readBeside takes the columns of a table beside images in a row, nil where
// the row has none (an outer join).
func (b *Builder) readBeside(v *reading, table int, img *image, values []record.Value, since stamp) *row {
	name := besideNames[table]
	id, hasID := v.value(values, name, "id")
	key, hasKey := v.value(values, name, keyColumns[table])
	if !hasID && !hasKey || hasID && id == nil || !hasID && key == nil {
		return nil
	}
	if img == nil && !hasID {
		return nil
	}
	text := ""
	if hasID {
		text = *id
	}
	if img == nil && b.rows[rowID{table, text}] == nil {
		return nil
	}
	r := b.rowOf(table, text, img, key)
	no := "0"
	r.set(gone, &no, since)
	for k := range v.columns {
		c := &v.columns[k]
		if c.table != name || c.name == "id" || c.name == "image_id" || k >= len(values) {
			continue
		}
		if value, ok := pointerOf(values[k]); ok {
			r.set(b.intern(c.name), value, since)
		}
	}
	return r
}
