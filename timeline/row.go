package timeline

import (
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
)

// The tables beside images.
const (
	properties = iota
	locations
	members
	tags
	besideTables
)

var besideNames = [besideTables]string{glance.Properties, glance.Locations, glance.Members, glance.Tags}

// keyColumns tell rows of one image apart where the row's id is not known.
var keyColumns = [besideTables]string{"name", "value", "member", "value"}

func besideIndex(table string) int {
	for k, name := range besideNames {
		if name == table {
			return k
		}
	}
	return -1
}

// rowID names a row beside images.
type rowID struct {
	table int
	id    string
}

// row is a row of a table beside images: its columns by name, deleted among
// them.
type row struct {
	table   int
	id      string // "" where it was not seen
	image   *image
	columns []named
	taken   int // the result that had it last, by Builder.taken
}

type named struct {
	column string
	cell   cell
}

// gone is the column in which a row's true DELETE is kept.
const gone = "\x00gone"

func (r *row) set(column string, value *string, since stamp) {
	for k := range r.columns {
		if r.columns[k].column == column {
			r.columns[k].cell.set(value, since)
			return
		}
	}
	if len(r.columns) < maxExtraColumns {
		n := named{column: column}
		n.cell.set(value, since)
		r.columns = append(r.columns, n)
	}
}

func (r *row) get(column string) (*string, bool) {
	for k := range r.columns {
		if r.columns[k].column == column {
			return r.columns[k].cell.value, true
		}
	}
	return nil, false
}

// held gives a value of a result as pointerOf does, but the row's own copy where
// the column is known to hold the same.
func (r *row) held(column string, v *record.Value) (*string, bool) {
	if old, _ := r.get(column); old != nil && *old == v.Text && (v.Kind == record.ValueText || v.Kind == record.ValueNumber) {
		return old, true
	}
	return pointerOf(v)
}

func (r *row) text(column string) string {
	if v, _ := r.get(column); v != nil {
		return *v
	}
	return ""
}

// key is the value that tells the rows of one image apart without their ids.
func (r *row) key() string { return r.text(keyColumns[r.table]) }

// deleted tells whether the row is marked deleted or was truly deleted.
func (r *row) deleted() bool {
	d := r.text("deleted")
	return d != "" && d != "0" || r.text(gone) == "1"
}

// satisfies tells whether a row fulfils the conditions as far as is known.
func (r *row) satisfies(where []glance.Condition) bool {
	for k := range where {
		w := &where[k]
		var value *string
		known := true
		switch w.Column {
		case "id":
			value = &r.id
		case "image_id":
			if r.image == nil {
				return false
			}
			value = &r.image.id
		default:
			if value, known = r.get(w.Column); !known {
				continue
			}
		}
		if w.Op != sqltext.IsNull && value == nil || !w.Holds(value) {
			return false
		}
	}
	return r.text(gone) != "1"
}

// maxRows bounds the rows kept of one image in one table: Glance's own quotas
// are 128 (image_property_quota and its kin).
const maxRows = 4096

// rowOf gives the row of an id; a row that was known without its id is found
// by its image and key. Where several have that key (a tag that was removed
// and set again), one that is not deleted is meant.
func (b *Builder) rowOf(table int, id string, img *image, key *string) *row {
	if id != "" {
		if r := b.rows[rowID{table, id}]; r != nil {
			b.adopt(r, img)
			return r
		}
	}
	if r := img.rowByKey(table, id == "", key); r != nil {
		if id != "" {
			r.id = strings.Clone(id)
			b.rows[rowID{table, r.id}] = r
		}
		return r
	}
	if img != nil && len(img.beside[table]) >= maxRows {
		b.hits.Hit("rows of one image")
		return &row{table: table}
	}
	r := &row{table: table, id: strings.Clone(id)}
	if id != "" {
		b.rows[rowID{table, r.id}] = r
	}
	b.adopt(r, img)
	return r
}

// rowByKey finds the row of a key, nil where there is none: one that is not
// deleted before others, among those with an id only where any will do.
func (i *image) rowByKey(table int, anyID bool, key *string) (found *row) {
	if i == nil || key == nil {
		return nil
	}
	for _, r := range i.beside[table] {
		if r.key() != *key || r.id != "" && !anyID {
			continue
		}
		if !r.deleted() {
			return r
		}
		if found == nil {
			found = r
		}
	}
	return found
}

// adopt makes a row one of an image's.
func (b *Builder) adopt(r *row, img *image) {
	if img == nil || r.image == img {
		return
	}
	r.image = img
	img.beside[r.table] = append(img.beside[r.table], r)
}
