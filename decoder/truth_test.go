package decoder_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

// truth is what the undamaged capture tells, and where to find it again.
type truth struct {
	records []record.Record
	// at lists the records by what their first packet carried, of those of a
	// client.
	at map[string][]int
	of map[string][]int // by their client
	// Made when they are first needed: of each record its line without times,
	// and its line's fields.
	timeless []string
	fields   []map[string]any
}

// learn takes what the undamaged capture tells.
func (r *recording) learn(t *testing.T, records []record.Record) {
	t.Helper()
	r.whole = truth{records: records, at: make(map[string][]int), of: make(map[string][]int)}
	for i, rec := range records {
		key, client := r.place(rec), rec.Header().Client
		r.whole.at[key] = append(r.whole.at[key], i)
		r.whole.of[client] = append(r.whole.of[client], i)
		r.whole.timeless = append(r.whole.timeless, plain(t, rec, true))
		r.whole.fields = append(r.whole.fields, fields(t, rec))
	}
}

// place names where a record begins: its client, and what the first packet of
// it carried, so that each copy of a packet is the same place.
func (r *recording) place(rec record.Record) string {
	list := spans(rec)
	if len(list) == 0 {
		return rec.Header().Client
	}
	return rec.Header().Client + " " + r.segs[list[0].FirstFrame]
}

// plain gives a record as a line; without times, where a copy of what was lost
// stands for it.
func plain(t *testing.T, rec record.Record, timeless bool) string {
	t.Helper()
	if timeless {
		var saved []record.Span
		list := spans(rec)
		for _, s := range list {
			saved = append(saved, *s)
			*s = record.Span{}
		}
		tail := rec.End()
		seconds, wait := tail.Seconds, tail.Wait
		tail.Seconds, tail.Wait = record.NoDuration, record.NoDuration
		defer func() {
			for i, s := range list {
				*s = saved[i]
			}
			tail.Seconds, tail.Wait = seconds, wait
		}()
	}
	if m, ok := rec.(*record.MySQL); ok {
		defer func(known string) { m.Database = known }(m.Database)
		m.Database = ""
	}
	b, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// hold checks what a damaged capture tells against the undamaged one: no
// unmarked record is another one's, and nothing was asked that never was.
// It gives the number of differences.
func (r *recording) hold(t *testing.T, name string, got []record.Record, lost func(frame int) bool) int {
	t.Helper()
	bad := 0
	report := func(format string, args ...any) {
		if bad++; bad <= 5 {
			t.Errorf(name+": "+format, args...)
		}
	}
	used := make([]bool, len(r.whole.records))
	for _, rec := range got {
		if !r.asked(rec, lost) {
			report("never asked: %.600s", plain(t, rec, false))
		}
		if r.elsewhere(rec) {
			report("another default database: %.600s", plain(t, rec, false))
		}
		if len(rec.End().Marks) == 0 && !r.told(t, rec, used) && !r.copied(t, rec, lost) && !r.unresynced(t, rec) {
			report("unmarked, and another than in the whole capture: %s", r.difference(t, rec))
		}
	}
	return bad
}

// told tells that a record is one of the undamaged capture's, each of which
// may be told once.
func (r *recording) told(t *testing.T, rec record.Record, used []bool) bool {
	for _, i := range r.whole.at[r.place(rec)] {
		if !used[i] && r.equal(t, r.whole.records[i], rec) {
			used[i] = true
			return true
		}
	}
	return false
}

// equal compares two records but for the default database: as values, and as
// the lines that they are where those differ, as on a list that is absent or
// empty.
func (r *recording) equal(t *testing.T, w, rec record.Record) bool {
	if m, ok := rec.(*record.MySQL); ok {
		if x, ok := w.(*record.MySQL); ok {
			defer func(known string) { m.Database = known }(m.Database)
			m.Database = x.Database
		}
	}
	return reflect.DeepEqual(w, rec) || plain(t, w, false) == plain(t, rec, false)
}

// copied tells that a record is as in the undamaged capture but for its times,
// and that a frame of it there was lost or recorded several times, so that
// another copy stands for it.
func (r *recording) copied(t *testing.T, rec record.Record, lost func(frame int) bool) bool {
	line := plain(t, rec, true)
	for i, w := range r.whole.records {
		if r.whole.timeless[i] != line {
			continue
		}
		whole, got := spans(w), spans(rec)
		for i, s := range whole {
			if lost(s.FirstFrame) || lost(s.LastFrame) || r.segs[s.FirstFrame] == r.segs[got[i].FirstFrame] || r.segs[s.LastFrame] == r.segs[got[i].LastFrame] {
				return true
			}
		}
	}
	return false
}

// unresynced tells that a record is as in the undamaged capture, but for the mark
// that it was found behind a loss there, which is gone with what stood before it.
func (r *recording) unresynced(t *testing.T, rec record.Record) bool {
	line := fields(t, rec)
	delete(line, "marks")
	return slices.ContainsFunc(r.whole.at[r.place(rec)], func(i int) bool {
		w := maps.Clone(r.whole.fields[i])
		delete(w, "marks")
		marks := r.whole.records[i].End().Marks
		return len(marks) == 1 && marks.Has(record.MarkResync) && reflect.DeepEqual(line, w)
	})
}

// elsewhere tells that a command is told to be of another default database.
func (r *recording) elsewhere(rec record.Record) bool {
	m, ok := rec.(*record.MySQL)
	return ok && m.Database != "" && slices.ContainsFunc(r.whole.at[r.place(rec)], func(i int) bool {
		x, ok := r.whole.records[i].(*record.MySQL)
		return ok && *x.Request == *m.Request && x.Command == m.Command && sameText(x.Text, m.Text) && x.Database != m.Database
	})
}

// fields gives a record as its line's fields.
func fields(t *testing.T, rec record.Record) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(plain(t, rec, false)), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// difference says what of a record is otherwise in the undamaged capture.
func (r *recording) difference(t *testing.T, rec record.Record) string {
	t.Helper()
	for i, w := range r.whole.records {
		a, b := spans(w), spans(rec)
		if w.Header().Client != rec.Header().Client || len(a) == 0 || len(b) == 0 || a[0].FirstFrame != b[0].FirstFrame {
			continue
		}
		got, want, said := fields(t, rec), r.whole.fields[i], ""
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if x, y := fmt.Sprint(got[key]), fmt.Sprint(want[key]); x != y {
				said += fmt.Sprintf("\n   %s %.300s\n   for %.300s", key, x, y)
			}
		}
		return fmt.Sprintf("frame %d %.120v%s", a[0].FirstFrame, got["command"], said)
	}
	return plain(t, rec, false)
}

// asked tells that what a record says a client asked was asked: in that place,
// or in a packet that was lost, of which a copy stands for it.
func (r *recording) asked(rec record.Record, lost func(frame int) bool) bool {
	switch rec := rec.(type) {
	case *record.MySQL:
		same := func(i int) bool {
			m, ok := r.whole.records[i].(*record.MySQL)
			return ok && m.Command == rec.Command && (r.segs[m.Request.FirstFrame] == r.segs[rec.Request.FirstFrame] ||
				lost(m.Request.FirstFrame) && sameText(m.Text, rec.Text))
		}
		return slices.ContainsFunc(r.whole.at[r.place(rec)], same) || slices.ContainsFunc(r.whole.of[rec.Client], same)
	case *record.HTTP:
		if rec.Request == nil {
			return true
		}
		same := func(i int) bool {
			h, ok := r.whole.records[i].(*record.HTTP)
			if !ok || h.Request == nil || h.Request.Method != rec.Request.Method {
				return false
			}
			whole := h.Request.Target == rec.Request.Target ||
				rec.Marks.Has(record.MarkIncomplete) && strings.HasPrefix(h.Request.Target, rec.Request.Target)
			return whole && (r.segs[h.Request.FirstFrame] == r.segs[rec.Request.FirstFrame] || lost(h.Request.FirstFrame))
		}
		return slices.ContainsFunc(r.whole.at[r.place(rec)], same) || slices.ContainsFunc(r.whole.of[rec.Client], same)
	}
	return true
}

// sameText tells that a text is the beginning of another.
func sameText(whole, got *string) bool {
	return got == nil || whole != nil && strings.HasPrefix(*whole, *got)
}
