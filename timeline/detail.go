package timeline

import (
	"strings"

	"glancecap/timeline/glance"
)

// detailOf gives a few words on what a statement changes, from what is known
// of the rows before: +name, -name, name=value. "" where there is no more to
// say than the table.
func (b *Builder) detailOf(c *glance.Change) string {
	if c.Table == glance.Images {
		return b.savedColumns(c)
	}
	table := besideIndex(c.Table)
	if table < 0 || table == locations {
		return ""
	}
	var words []string
	for _, fields := range c.Rows {
		if key, ok := glance.FieldOf(fields, keyColumns[table]); ok {
			words = append(words, "+"+nounOf(table)+brief(key.Text))
		}
	}
	if len(c.Rows) == 0 {
		for _, r := range b.rowsOf(table, c) {
			words = append(words, rowDetail(table, c, r))
		}
	}
	return strings.Join(few(words), " ")
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

// rowDetail says what a statement does to one row.
func rowDetail(table int, c *glance.Change, r *row) string {
	name := nounOf(table) + brief(r.text(keyColumns[table]))
	deleted, sets := c.Sets("deleted")
	value, hasValue := c.Sets("value")
	status, hasStatus := c.Sets("status")
	switch {
	case r.text(keyColumns[table]) == "":
		return ""
	case c.Verb == "DELETE", sets && deleted.Text == "1":
		return "-" + name
	case sets && deleted.Text == "0":
		return "+" + name
	case table == properties && hasValue:
		return name + "=" + brief(value.Text)
	case hasStatus:
		return name + " status=" + brief(status.Text)
	}
	return ""
}

// toldElsewhere are the columns that are told elsewhere, or change at every write.
var toldElsewhere = map[string]bool{"updated_at": true, "status": true, "id": true}

// savedColumns names the columns of which a save changes the value: Glance
// writes all of them each time.
func (b *Builder) savedColumns(c *glance.Change) string {
	images := b.imagesOf(c)
	if c.Verb != "UPDATE" || len(images) != 1 {
		return ""
	}
	status, _ := c.Sets("status")
	if guard, ok := c.Equals("status"); ok && guard != status.Text {
		return "" // the change of status says it all
	}
	var words []string
	for _, f := range c.Set {
		old, known := images[0].get(f.Column)
		if toldElsewhere[f.Column] || !f.Value.Known || !known || f.Column == "deleted_at" {
			continue
		}
		if now := f.Value.Pointer(); (old == nil) != (now == nil) || old != nil && *old != *now {
			words = append(words, f.Column+"="+brief(f.Value.Text))
		}
	}
	return strings.Join(few(words), " ")
}

// brief cuts a value for a line of text.
func brief(s string) string {
	const most = 32
	if len(s) <= most {
		return s
	}
	n := 0
	for at := range s {
		if n++; n > most {
			return string([]rune(s[:at])) + "…"
		}
	}
	return s
}

// few leaves out what is empty, and all beyond the sixth.
func few(words []string) []string {
	var kept []string
	for _, w := range words {
		if w == "" {
			continue
		}
		if len(kept) == 6 {
			return append(kept, "…")
		}
		kept = append(kept, w)
	}
	return kept
}
