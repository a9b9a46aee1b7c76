package glance

import (
	"strings"

	"glancecap/decoder/sqltext"
)

// Shape is what statements that differ in their literals alone
// (sqltext.Statement.Shape) have in common: which columns they write and compare,
// and what the values in them name. It is worked out once, so that of each
// statement only its values are looked at. That brings a statement of Glance
// from 6 µs to 1.
type Shape struct {
	// Tables are the names of its tables, in the order of the text.
	Tables []string
	// Service is whose the tables are, as ServiceOfTables tells.
	Service string

	work, goneWork Work // gone: where the column deleted is set to 1
	written        string
	properties     bool // it writes image_properties
	where          []whereRule
	row            []columnRule
	set            []setRule
}

// columnRule is a column of a row that is inserted.
type columnRule struct {
	column string
	index  int
	name   nameRule
}

// whereRule is a comparison.
type whereRule struct {
	columnRule
	// certain tells that each row of the written table fulfils it.
	certain bool
}

// setRule is a column that an UPDATE sets; literal is what it names whatever is
// written into it, name what a string does.
type setRule struct {
	columnRule
	literal nameRule
	strings bool // literal is for strings alone
}

// ShapeOf works out the shape of a statement. It keeps nothing of its text.
func ShapeOf(s *sqltext.Statement) *Shape {
	h := &Shape{Tables: make([]string, 0, len(s.Tables)), work: WorkOf(s)}
	for _, t := range s.Tables {
		h.Tables = append(h.Tables, t.Name)
	}
	h.Service = ServiceOfTables(h.Tables)
	if s.Unparsed != "" {
		return h
	}
	if h.goneWork = h.work; s.Verb == "UPDATE" && len(h.Tables) > 0 {
		table := strings.ToLower(h.Tables[0])
		h.work, h.goneWork = updateOf(s, table, false), updateOf(s, table, true)
	}
	h.written = writtenTable(s)
	h.properties = s.Writes(Properties)
	for w := range s.Where() {
		table, column := h.tableOf(w.Column.Table), lower(w.Column.Name)
		h.where = append(h.where, whereRule{
			columnRule: columnRule{column, indexOf(column), ruleOf(table, column, !w.Certain || w.Inner)},
			certain:    w.Certain && !w.Inner && (w.Column.Table == "" || strings.EqualFold(w.Column.Table, h.written)),
		})
	}
	if s.Rows() > 0 {
		for column := range s.Row(0) {
			column = lower(column)
			h.row = append(h.row, columnRule{column, indexOf(column), ruleOf(h.tableOf(""), column, false)})
		}
	}
	for column := range s.Set() {
		h.set = append(h.set, setRuleOf(h.tableOf(column.Table), lower(column.Name)))
	}
	return h
}

// lower gives a copy of a name in small letters.
func lower(name string) string { return strings.Clone(strings.ToLower(name)) }

// setRuleOf gives the rule of a column that is set: of images those that a
// caller can name, and the value of a property, of which the row's id tells the
// name.
func setRuleOf(table, column string) setRule {
	r := setRule{columnRule: columnRule{column: column, index: indexOf(column)}}
	if column == "id" || column == "value" || column == "name" || column == "owner" {
		r.name = ruleOf(table, column, false)
	}
	switch {
	case table == Images && asked[column]:
		r.literal = nameRule{kind: NameSet, prefix: column + "="}
	case table == Properties && column == "value":
		r.literal, r.strings = nameRule{kind: NameValue, prefix: "="}, true
	}
	return r
}

// tableOf gives the table that a column belongs to, by what stands before it.
func (h *Shape) tableOf(table string) string {
	if table == "" && len(h.Tables) > 0 {
		table = h.Tables[0]
	}
	return strings.ToLower(table)
}

// indexOf gives a column's place in Columns, -1 where it is not there.
func indexOf(column string) int {
	for k, known := range Columns {
		if column == known {
			return k
		}
	}
	return -1
}

// writtenTable gives the table that holds an image and that a statement writes,
// "" where it writes none, or several.
func writtenTable(s *sqltext.Statement) string {
	table := ""
	for _, t := range s.Tables {
		if t.Written {
			if table != "" {
				return ""
			}
			table = strings.ToLower(t.Name)
		}
	}
	if !IsImageTable(table) {
		return ""
	}
	return table
}

// Work tells what a statement of the shape does.
func (h *Shape) Work(s *sqltext.Statement) Work {
	if h.work != h.goneWork && s.Unparsed == "" {
		v, ok := s.Written(0, "deleted")
		if !ok && h.work == SetProperty {
			// A row that is deleted already is deleted again with each save.
			at, again := s.Written(0, "deleted_at")
			ok = again && at.Kind != sqltext.Null
		} else {
			ok = ok && v.Text == "1"
		}
		if ok {
			return h.goneWork
		}
	}
	return h.work
}

// Names appends to list the names in a statement of the shape, each once. They
// may lie in the statement's text.
func (h *Shape) Names(s *sqltext.Statement, list []Name) []Name {
	if s.Unparsed != "" {
		return list
	}
	n := names{list}
	k := 0
	for w := range s.Where() {
		r := &h.where[k].name
		if k++; r.kind == 0 {
			continue
		}
		for v := range w.Values() {
			if v.Kind == sqltext.String || v.Kind == sqltext.Number {
				n.by(r, v.Text)
			}
		}
	}
	for row := range s.Rows() {
		k := 0
		for _, v := range s.Row(row) {
			if k < len(h.row) && v.Kind == sqltext.String {
				n.by(&h.row[k].name, v.Text)
			}
			k++
		}
		if h.properties {
			n.pair(s, row)
		}
	}
	k = 0
	for _, v := range s.Set() {
		r := &h.set[k]
		if k++; v.Kind == sqltext.String {
			n.by(&r.name, v.Text)
		}
		if v.Kind == sqltext.String || v.Literal() && !r.strings {
			n.by(&r.literal, v.Text)
		}
	}
	if h.properties {
		n.lock(s)
	}
	for _, inner := range [...]bool{true, false} {
		if v, ok := s.Limit(inner); ok && v.Kind == sqltext.Number {
			n.put(NameLimit, v.Text)
		}
	}
	return n.list
}

// Change fills in what a statement of the shape does to one of the tables that
// hold an image; false where it does nothing to them, or is not understood, or
// writes several tables at once. Its values lie in the statement's text, its
// lists in what c had before.
func (h *Shape) Change(s *sqltext.Statement, c *Change) bool {
	if h.written == "" || s.Unparsed != "" {
		return false
	}
	*c = Change{Verb: s.Verb, Table: h.written, Rows: c.Rows[:0], Where: c.Where[:0], fields: c.fields[:0], values: c.values[:0]}
	for row := range s.Rows() {
		from, k := len(c.fields), 0
		for column, v := range s.Row(row) {
			f := Field{Index: -1, Value: valueOf(v)}
			if k < len(h.row) {
				f.Column, f.Index = h.row[k].column, h.row[k].index
			} else {
				f.Column = lower(column)
			}
			c.fields = append(c.fields, f)
			k++
		}
		c.Rows = append(c.Rows, c.fields[from:len(c.fields):len(c.fields)])
	}
	from, k := len(c.fields), 0
	for _, v := range s.Set() {
		r := &h.set[k]
		c.fields = append(c.fields, Field{r.column, r.index, valueOf(v)})
		k++
	}
	c.Set = c.fields[from:len(c.fields):len(c.fields)]
	h.conditions(s, c)
	return true
}

// conditions fills in the comparisons of the written table's columns that are
// certain; Vague tells that there are others.
func (h *Shape) conditions(s *sqltext.Statement, c *Change) {
	k := -1
	for w := range s.Where() {
		k++
		if !h.where[k].certain {
			c.Vague = true
			continue
		}
		from := len(c.values)
		for v := range w.Values() {
			c.values = append(c.values, valueOf(v))
		}
		if len(c.values) == from {
			c.values = append(c.values, Value{Null: true, Known: w.Op == sqltext.IsNull || w.Op == sqltext.IsNotNull})
		}
		c.Where = append(c.Where, Condition{h.where[k].column, w.Op, c.values[from:len(c.values):len(c.values)]})
	}
}

// valueOf gives a value of a statement, in its text.
func valueOf(v sqltext.Value) Value {
	switch {
	case v.Kind == sqltext.Null:
		return Value{Null: true, Known: true}
	case !v.Literal():
		return Value{}
	}
	return Value{Text: v.Text, Known: true}
}
