package timeline

import (
	"testing"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
)

// TestOfALongChangeNoRoomIsKept makes changes of more fields than any of Glance's,
// as somebody might write them: the room that is kept for the next ones is bounded.
func TestOfALongChangeNoRoomIsKept(t *testing.T) {
	b := NewBuilder(Options{Version: "test"})
	img := b.imageNamed("01234567-89ab-cdef-0123-456789abcdef")
	fieldsOf := func(n int) []glance.Field {
		fields := []glance.Field{{Column: "image_id", Index: -1, Value: glance.Value{Text: img.id, Known: true}}}
		for range n {
			fields = append(fields, glance.Field{Column: "name", Index: 1, Value: glance.Value{Text: "x", Known: true}})
		}
		return fields
	}
	for _, n := range []int{5000, 3} {
		var waiting []change
		for range maxSpare {
			waiting = append(waiting, b.imageChange(img, fieldsOf(n), 0),
				b.insertOf(properties, &glance.Change{Rows: [][]glance.Field{fieldsOf(n)}}, &record.Result{InsertID: record.NoCount}))
		}
		for _, c := range waiting {
			c.apply(stamp{1, 1})
		}
	}
	if len(b.spare) == 0 || len(b.spareInserts) == 0 {
		t.Error("nothing is used again")
	}
	held := 0
	for _, c := range b.spare {
		held += cap(c.fields)
	}
	for _, x := range b.spareInserts {
		held += cap(x.fields) + cap(x.rows)
	}
	if held > 3*maxSpare*maxSpareFields {
		t.Errorf("room for %d fields is kept", held)
	}
}
