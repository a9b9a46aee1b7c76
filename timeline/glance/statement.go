package glance

import (
	"strings"

	"glancecap/decoder/sqltext"
)

// Value is a value that a statement writes or compares with.
type Value struct {
	Text string
	Null bool
	// Known is false for what the database works out itself.
	Known bool
}

// Pointer gives the value as a row holds it: nil is NULL.
func (v Value) Pointer() *string {
	if v.Null {
		return nil
	}
	return &v.Text
}

// Field is a column and a value.
type Field struct {
	Column string
	Value  Value
}

// Condition is a comparison that every row touched fulfils.
type Condition struct {
	Column string
	Op     sqltext.Op
	Values []Value
}

// Holds tells whether a column's value fulfils the condition; a nil value is
// NULL, which no comparison is true of (MySQL manual, Working with NULL).
func (c *Condition) Holds(value *string) bool {
	switch c.Op {
	case sqltext.IsNull:
		return value == nil
	case sqltext.IsNotNull:
		return value != nil
	}
	if value == nil {
		return false
	}
	in := false
	for _, v := range c.Values {
		in = in || v.Known && !v.Null && v.Text == *value
	}
	switch c.Op {
	case sqltext.Equal, sqltext.In:
		return in
	case sqltext.NotEqual, sqltext.NotIn:
		return !in
	}
	return false
}

// Change is what a statement does to one of the tables that hold an image.
type Change struct {
	Verb  string // INSERT, REPLACE, UPDATE, DELETE
	Table string
	// Rows are those of INSERT and REPLACE.
	Rows [][]Field
	// Set is what an UPDATE sets.
	Set []Field
	// Where holds the comparisons that are certain; Vague tells that there
	// are others, so that Where says too little.
	Where []Condition
	Vague bool
}

// Equals gives the value that a column has in every row that is changed.
func (c *Change) Equals(column string) (string, bool) {
	for i := range c.Where {
		w := &c.Where[i]
		if w.Op == sqltext.Equal && w.Column == column && w.Values[0].Known && !w.Values[0].Null {
			return w.Values[0].Text, true
		}
	}
	return "", false
}

// Sets gives the value that an UPDATE sets.
func (c *Change) Sets(column string) (Value, bool) { return fieldOf(c.Set, column) }

func fieldOf(fields []Field, column string) (Value, bool) {
	for _, f := range fields {
		if f.Column == column {
			return f.Value, true
		}
	}
	return Value{}, false
}

// FieldOf gives the value of a row's column.
func FieldOf(row []Field, column string) (Value, bool) { return fieldOf(row, column) }

// ChangeOf gives what a statement does to one of the tables that hold an
// image, nil where it does nothing to them, or is not understood, or writes
// several tables at once.
func ChangeOf(s *sqltext.Statement) *Change {
	if s.Unparsed != "" {
		return nil
	}
	table := ""
	for _, t := range s.Tables {
		if t.Written {
			if table != "" {
				return nil
			}
			table = strings.ToLower(t.Name)
		}
	}
	if !IsImageTable(table) {
		return nil
	}
	c := &Change{Verb: s.Verb, Table: table}
	for row := range s.Rows() {
		fields := make([]Field, 0, len(Columns))
		for column, v := range s.Row(row) {
			fields = append(fields, Field{columnName(column), valueOf(v)})
		}
		c.Rows = append(c.Rows, fields)
	}
	for column, v := range s.Set() {
		if c.Set == nil {
			c.Set = make([]Field, 0, len(Columns))
		}
		c.Set = append(c.Set, Field{columnName(column.Name), valueOf(v)})
	}
	c.Where, c.Vague = conditionsOf(s, table)
	return c
}

// columnName gives a column's name in small letters, a copy only where it is
// none of Glance's: sqltext's lies in the statement's text.
func columnName(name string) string {
	for _, known := range Columns {
		if name == known {
			return known
		}
	}
	return strings.ToLower(strings.Clone(name))
}

// conditionsOf gives the comparisons of a table's columns that are certain;
// vague tells that there are others.
func conditionsOf(s *sqltext.Statement, table string) (list []Condition, vague bool) {
	for w := range s.Where() {
		if !w.Certain || w.Inner || w.Column.Table != "" && !strings.EqualFold(w.Column.Table, table) {
			vague = true
			continue
		}
		c := Condition{Column: columnName(w.Column.Name), Op: w.Op}
		for v := range w.Values() {
			c.Values = append(c.Values, valueOf(v))
		}
		if len(c.Values) == 0 {
			c.Values = []Value{{Null: true, Known: w.Op == sqltext.IsNull || w.Op == sqltext.IsNotNull}}
		}
		list = append(list, c)
	}
	return list, vague
}

// valueOf copies a value, since sqltext's lies in the statement's text.
func valueOf(v sqltext.Value) Value {
	switch {
	case v.Kind == sqltext.Null:
		return Value{Null: true, Known: true}
	case !v.Literal():
		return Value{}
	}
	return Value{Text: strings.Clone(v.Text), Known: true}
}

// NameKind says what a name in a statement names.
type NameKind uint8

// The kinds of names that tie a statement to a call.
const (
	NameImage    NameKind = iota + 1 // an image's id
	NameRow                          // table:id of a row beside an image
	NameTask                         // a task's id
	NameTag                          // a tag's value
	NameMember                       // a member's project
	NameProperty                     // a property's name
	NameValue                        // a property's name=value
	NameOwner                        // a project that owns or asks
	NameTitle                        // an image's name
	NameLimit                        // LIMIT of a list
	NameRequest                      // the request id in tasks.request_id
	NameFilter                       // column=value of a list's filter
	NameSet                          // column=value that an UPDATE of images sets
)

// Name is a value in a statement that a call may name too.
type Name struct {
	Kind  NameKind
	Value string
}

// NamesOf gives the names in a statement, each once.
func NamesOf(s *sqltext.Statement) []Name {
	if s.Unparsed != "" {
		return nil
	}
	n := names{}
	for w := range s.Where() {
		table := n.table(s, w.Column.Table)
		for v := range w.Values() {
			if v.Kind == sqltext.String || v.Kind == sqltext.Number {
				n.add(table, strings.ToLower(w.Column.Name), v.Text, !w.Certain || w.Inner)
			}
		}
	}
	for row := range s.Rows() {
		for column, v := range s.Row(row) {
			if v.Kind == sqltext.String {
				n.add(n.table(s, ""), strings.ToLower(column), v.Text, false)
			}
		}
		n.pair(s, row)
	}
	for column, v := range s.Set() {
		if c := strings.ToLower(column.Name); v.Kind == sqltext.String && (c == "id" || c == "value" || c == "name" || c == "owner") {
			n.add(n.table(s, column.Table), c, v.Text, false)
		}
		n.set(n.table(s, column.Table), strings.ToLower(column.Name), v)
	}
	n.lock(s)
	for _, inner := range []bool{true, false} {
		if v, ok := s.Limit(inner); ok && v.Kind == sqltext.Number {
			n.put(NameLimit, v.Text)
		}
	}
	return n.list
}

type names struct{ list []Name }

// table gives the table that a column belongs to.
func (n *names) table(s *sqltext.Statement, table string) string {
	if table == "" && len(s.Tables) > 0 {
		table = s.Tables[0].Name
	}
	return strings.ToLower(table)
}

func (n *names) put(kind NameKind, value string) {
	for _, x := range n.list {
		if x.Kind == kind && x.Value == value {
			return
		}
	}
	n.list = append(n.list, Name{kind, strings.Clone(value)})
}

// pair adds name=value of a row of image_properties.
func (n *names) pair(s *sqltext.Statement, row int) {
	if !s.Writes(Properties) {
		return
	}
	name, ok := s.Written(row, "name")
	value, ok2 := s.Written(row, "value")
	if ok && ok2 && name.Kind == sqltext.String && value.Kind == sqltext.String {
		n.put(NameValue, name.Text+"="+value.Text)
	}
}

// lockProperty is the property that holds the id of the task which imports the
// image (glance/common/utils.py).
const lockProperty = "os_glance_import_task"

// lock adds the task that a statement on an import's lock names.
func (n *names) lock(s *sqltext.Statement) {
	if !s.Writes(Properties) {
		return
	}
	name, _ := s.Written(0, "name")
	if asked, ok := s.Equals(Properties, "name"); ok {
		name = asked
	}
	if name.Text != lockProperty {
		return
	}
	value, ok := s.Written(0, "value")
	if !ok {
		value, ok = s.Equals(Properties, "value")
	}
	if ok && IsUUID(value.Text) {
		n.put(NameTask, value.Text)
	}
}

// asked are the columns of images that a caller can set to a value that he
// names.
var asked = map[string]bool{
	"name": true, "visibility": true, "min_disk": true, "min_ram": true, "protected": true, "os_hidden": true,
	"disk_format": true, "container_format": true,
}

// set adds what an UPDATE sets: columns of images that a caller can name, and
// the value of a property, of which the row's id tells the name.
func (n *names) set(table, column string, v sqltext.Value) {
	switch {
	case table == Images && asked[column] && v.Literal():
		n.put(NameSet, column+"="+v.Text)
	case table == Properties && column == "value" && v.Kind == sqltext.String:
		n.put(NameValue, "="+v.Text)
	}
}

// add adds what a column's value names.
func (n *names) add(table, column, value string, filter bool) {
	switch table {
	case Images:
		switch column {
		case "id":
			n.put(NameImage, value)
		case "owner":
			n.put(NameOwner, value)
		case "name":
			n.put(NameTitle, value)
		case "disk_format", "container_format", "visibility", "status":
			if filter {
				n.put(NameFilter, column+"="+value)
			}
		}
	case Properties, Locations, Members, Tags:
		n.addRow(table, column, value)
	case Tasks:
		switch column {
		case "id":
			n.put(NameTask, value)
		case "image_id":
			n.put(NameImage, value)
		case "owner":
			n.put(NameOwner, value)
		case "request_id":
			n.put(NameRequest, value)
		}
	case TaskInfo:
		switch column {
		case "task_id":
			n.put(NameTask, value)
		case "input":
			if id := TaskImage(value); id != "" {
				n.put(NameImage, id)
			}
		}
	}
}

func (n *names) addRow(table, column, value string) {
	switch {
	case column == "id":
		n.put(NameRow, table+":"+value)
	case column == "image_id":
		n.put(NameImage, value)
	case table == Properties && column == "name":
		n.put(NameProperty, value)
	case table == Tags && column == "value":
		n.put(NameTag, value)
	case table == Members && column == "member":
		n.put(NameMember, value)
	}
}
