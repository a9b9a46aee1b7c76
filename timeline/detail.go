package timeline

import (
	"unicode/utf8"

	"glancecap/timeline/glance"
)

// words gathers words for a line of text, a space between them: six, and
// whether there are more.
type words struct {
	text []byte
	n    int
}

// add adds a word, which is made of parts.
func (w *words) add(parts ...string) {
	const most = 6
	switch w.n++; {
	case w.n > most+1:
		return
	case w.n > most:
		parts = []string{"…"}
	}
	if w.n > 1 {
		w.text = append(w.text, ' ')
	}
	for _, p := range parts {
		w.text = append(w.text, p...)
	}
}

// detailOf gives a few words on what a statement changes, from what is known
// of the rows before: +name, -name, name=value. "" where there is no more to
// say than the table. Of images it changes those that are listed.
func (b *Builder) detailOf(c *glance.Change, images []*image) string {
	w := words{text: b.line[:0]}
	table := besideIndex(c.Table)
	switch {
	case c.Table == glance.Images:
		w.savedColumns(c, images)
	case table < 0 || table == locations:
	case len(c.Rows) > 0:
		for _, fields := range c.Rows {
			if key, ok := glance.FieldOf(fields, keyColumns[table]); ok {
				begin, dots := brief(key.Text)
				w.add("+", nounOf(table), begin, dots)
			}
		}
	default:
		for _, r := range b.rowsOf(table, c) {
			w.row(table, c, r)
		}
	}
	b.line = w.text
	return string(w.text)
}

// nounOf opens the words on a row of a table; a property is known by its name.
func nounOf(table int) string {
	switch table {
	case tags:
		return "tag "
	case members:
		return "member "
	}
	return ""
}

// row says what a statement does to one row.
func (w *words) row(table int, c *glance.Change, r *row) {
	key := r.text(keyColumns[table])
	if key == "" {
		return
	}
	noun := nounOf(table)
	name, dots := brief(key)
	deleted, sets := c.Sets("deleted")
	value, hasValue := c.Sets("value")
	status, hasStatus := c.Sets("status")
	switch {
	case c.Verb == "DELETE", sets && deleted.Text == "1":
		w.add("-", noun, name, dots)
	case sets && deleted.Text == "0":
		w.add("+", noun, name, dots)
	case table == properties && hasValue:
		begin, more := brief(value.Text)
		w.add(noun, name, dots, "=", begin, more)
	case hasStatus:
		begin, more := brief(status.Text)
		w.add(noun, name, dots, " status=", begin, more)
	}
}

// savedColumns names the columns of which a save changes the value: Glance
// writes all of them each time.
func (w *words) savedColumns(c *glance.Change, images []*image) {
	if c.Verb != "UPDATE" || len(images) != 1 {
		return
	}
	status, _ := c.Sets("status")
	if guard, ok := c.Equals("status"); ok && guard != status.Text {
		return // the change of status says it all
	}
	for k := range c.Set {
		f := &c.Set[k]
		switch f.Column {
		case "updated_at", "status", "id", "deleted_at":
			continue // told elsewhere, or changed by every write
		}
		old, known := images[0].column(f.Index, f.Column)
		if !known || !f.Value.Known || (old == nil) == f.Value.Null && (old == nil || *old == f.Value.Text) {
			continue
		}
		begin, dots := brief(f.Value.Text)
		w.add(f.Column, "=", begin, dots)
	}
}

// brief cuts a value for a line of text: its beginning, and what tells that
// there is more.
func brief(s string) (begin, dots string) {
	const most = 32
	if len(s) <= most {
		return s, ""
	}
	n := 0
	for at := range s {
		if n++; n > most {
			if begin = s[:at]; !utf8.ValidString(begin) {
				begin = string([]rune(begin))
			}
			return begin, "…"
		}
	}
	return s, ""
}
