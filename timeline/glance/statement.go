package glance

import (
	"slices"
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
	// Index is the column's place in Columns; -1 for one that is not there.
	Index int
	Value Value
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

	// fields and values are where Rows, Set and Where lie.
	fields []Field
	values []Value
}

// Clone gives a copy that needs nothing of the statement's text.
func (c *Change) Clone() *Change {
	k := &Change{Verb: c.Verb, Table: c.Table, Set: cloneFields(c.Set), Vague: c.Vague}
	for _, row := range c.Rows {
		k.Rows = append(k.Rows, cloneFields(row))
	}
	for _, w := range c.Where {
		w.Values = slices.Clone(w.Values)
		for i := range w.Values {
			w.Values[i].Text = strings.Clone(w.Values[i].Text)
		}
		k.Where = append(k.Where, w)
	}
	return k
}

func cloneFields(fields []Field) []Field {
	fields = slices.Clone(fields)
	for i := range fields {
		fields[i].Value.Text = strings.Clone(fields[i].Value.Text)
	}
	return fields
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
