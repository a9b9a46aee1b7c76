package timeline

import (
	"strconv"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
)

// insert is an INSERT of a table beside images. Once it is done its memory is
// used again.
type insert struct {
	b      *Builder
	table  int
	rows   []rowInsert
	fields []otherField // of the rows
}

// rowInsert is a row beside images that a statement makes.
type rowInsert struct {
	id     string // "" where it is not known
	img    *image
	key    *string
	behind int // how many rows of the statement come before
	fields []otherField
}

// insertOf keeps what an INSERT of a table beside images makes.
func (b *Builder) insertOf(table int, c *glance.Change, r *record.Result) *insert {
	first := ""
	if r.InsertID != record.NoCount && r.InsertID != 0 {
		first = strconv.FormatUint(uint64(r.InsertID), 10)
	}
	var x *insert
	if last := len(b.spareInserts) - 1; last >= 0 {
		x, b.spareInserts = b.spareInserts[last], b.spareInserts[:last]
	} else {
		x = &insert{b: b}
	}
	x.table = table
	for k, fields := range c.Rows {
		if image, ok := glance.FieldOf(fields, "image_id"); ok && glance.IsUUID(image.Text) {
			x.add(rowInsert{id: nextID(first, k), img: b.imageNamed(image.Text), behind: k}, fields)
		}
	}
	return x
}

// add adds a row with its values.
func (x *insert) add(row rowInsert, fields []glance.Field) {
	keyed, from := false, len(x.fields)
	for n := range fields {
		f := &fields[n]
		switch {
		case !f.Value.Known || f.Column == "image_id":
		case f.Column == "id":
			if !f.Value.Null {
				row.id = strings.Clone(f.Value.Text)
			}
		default:
			value := x.b.besideValue(x.table, n, &f.Value)
			x.fields = append(x.fields, otherField{value, f.Column})
			if f.Column == keyColumns[x.table] {
				row.key, keyed = value, true
			}
		}
	}
	if !keyed {
		row.key = x.b.copyOf("") // as a row that is known by its id alone
	}
	row.fields = x.fields[from:len(x.fields):len(x.fields)]
	x.rows = append(x.rows, row)
}

// apply makes the rows true.
func (x *insert) apply(s stamp) {
	b := x.b
	for k := range x.rows {
		b.insertBeside(x.table, &x.rows[k], stamp{s.at, s.seq + x.rows[k].behind})
	}
	if len(b.spareInserts) < maxSpare && cap(x.rows) <= maxSpareFields && cap(x.fields) <= maxSpareFields {
		clear(x.rows)
		clear(x.fields)
		x.rows, x.fields = x.rows[:0], x.fields[:0]
		b.spareInserts = append(b.spareInserts, x)
	}
}

// besideValue gives a copy of a value of the n-th column of a row beside images;
// where the last row has the same, that one's.
func (b *Builder) besideValue(table, n int, v *glance.Value) *string {
	if v.Null {
		return nil
	}
	if n >= len(b.lastBeside[table]) {
		return b.copyOf(v.Text)
	}
	last := &b.lastBeside[table][n]
	if *last == nil || **last != v.Text {
		*last = b.copyOf(v.Text)
	}
	return *last
}

func (b *Builder) insertBeside(table int, x *rowInsert, s stamp) {
	x.img.exists = true
	r := b.rowOf(table, x.id, x.img, x.key)
	if r.columns == nil {
		r.columns = make([]named, 0, len(x.fields)+1)
	}
	r.set(gone, &b.no, s)
	for _, f := range x.fields {
		r.set(f.column, f.value, s)
	}
}

// updateBeside is an UPDATE or DELETE of a table beside images.
func (b *Builder) updateBeside(table int, c *glance.Change, s stamp) {
	for _, r := range b.rowsOf(table, c) {
		if c.Verb == "DELETE" {
			r.set(gone, &b.yes, s)
			continue
		}
		for _, f := range c.Set {
			if f.Value.Known {
				r.set(f.Column, f.Value.Pointer(), s)
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
