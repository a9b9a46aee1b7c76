package sqltext

import (
	"iter"
	"strings"
)

// Statement is what one statement says. Its slices are shared with other
// statements of the same shape and must not be written to; its methods may be
// called until the parser's next Parse.
type Statement struct {
	// Verb is the SQL verb in capitals: SELECT, INSERT, COMMIT, … Of WITH it
	// is that of the statement behind it; it is empty where there is none.
	Verb string
	// Tables are the tables named, each once, in the order of the text.
	// Tables of WITH are not among them.
	Tables []Table
	// Control is what the statement does to transactions, Savepoint the name
	// where it is about one. Chain is set on COMMIT and ROLLBACK AND CHAIN:
	// a new transaction begins at once.
	Control   Control
	Savepoint string
	Chain     bool
	// ImplicitCommit tells that the statement commits the transaction that
	// is open before it is done (MySQL manual, Statements That Cause an
	// Implicit Commit).
	ImplicitCommit bool
	// Housekeeping is the traffic of pools and drivers: SELECT without a
	// table, SET, SHOW, USE, ROLLBACK.
	Housekeeping bool
	// Unparsed says why only verb, tables and transaction control are
	// known; it is empty where everything is.
	Unparsed Reason
	// More are the other statements of the same text.
	More []Statement
	// Shape numbers what the statement is without its literals: statements of
	// one number differ in nothing else, so that what a caller works out of the
	// rest can be kept by it. 0 is no number.
	Shape int

	t        *template
	text     string
	literals []literal
	slots    []slot
	rows     insertedRows
}

// Condition is a comparison of a column with a value, in a WHERE or the ON of
// a join, on whichever side the column stands.
type Condition struct {
	Column Column
	Op     Op
	// Value is what the column is compared with, of a list the first.
	Value Value
	// Certain tells that every row that the statement reads or writes (or,
	// where Inner, every row of the inner query) fulfils it: it is joined by
	// AND at the top. Others stand under an OR, in one part of a UNION or in
	// the ON of an outer join.
	Certain bool
	// Inner tells that it stands in a derived table or a subquery.
	Inner bool

	s    *Statement
	list []operand
}

// Values gives everything that the column is compared with: of a list IN (…)
// each of it.
func (c Condition) Values() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for _, o := range c.list {
			for i := range c.s.width(o) {
				if !yield(c.s.value(o, i)) {
					return
				}
			}
		}
	}
}

// Set gives what an UPDATE sets, in order.
func (s *Statement) Set() iter.Seq2[Column, Value] { return s.assignments(s.t.set) }

// OnDuplicate gives what an INSERT sets where the row is there already.
func (s *Statement) OnDuplicate() iter.Seq2[Column, Value] { return s.assignments(s.t.onDuplicate) }

func (s *Statement) assignments(list []assignment) iter.Seq2[Column, Value] {
	return func(yield func(Column, Value) bool) {
		for _, a := range list {
			if !yield(a.column, s.value(a.to, 0)) {
				return
			}
		}
	}
}

// Rows is the number of rows that an INSERT or REPLACE names.
func (s *Statement) Rows() int {
	if len(s.t.rows) == 1 && s.rows.n > 0 {
		return s.rows.n
	}
	return len(s.t.rows)
}

// row gives the row's operands, and how far its literals are behind them.
func (s *Statement) row(i int) (list []operand, behind int) {
	if len(s.t.rows) == 1 && s.rows.n > 0 {
		return s.t.rows[0], i * s.rows.values
	}
	return s.t.rows[i], 0
}

// Row gives the columns and values of a row of INSERT or REPLACE, counted from
// 0. The column is empty where the statement does not name it.
func (s *Statement) Row(row int) iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		list, behind := s.row(row)
		for i, o := range list {
			name := ""
			if i < len(s.t.columns) {
				name = s.t.columns[i]
			}
			if !yield(name, s.value(o, behind)) {
				return
			}
		}
	}
}

// Written gives the value that the statement writes into a column: of an
// UPDATE what it sets, of an INSERT the value in a row.
func (s *Statement) Written(row int, column string) (Value, bool) {
	for _, a := range s.t.set {
		if strings.EqualFold(a.column.Name, column) {
			return s.value(a.to, 0), true
		}
	}
	if row < s.Rows() {
		list, behind := s.row(row)
		for i, name := range s.t.columns {
			if i < len(list) && strings.EqualFold(name, column) {
				return s.value(list[i], behind), true
			}
		}
	}
	return Value{}, false
}

// Where gives the comparisons of columns with values, in the order of the text.
func (s *Statement) Where() iter.Seq[Condition] {
	return func(yield func(Condition) bool) {
		for i := range s.t.where {
			if !yield(s.condition(&s.t.where[i])) {
				return
			}
		}
	}
}

func (s *Statement) condition(c *comparison) Condition {
	cond := Condition{Column: c.column, Op: c.op, Certain: c.certain, Inner: c.inner, s: s, list: c.values}
	if len(c.values) > 0 {
		cond.Value = s.value(c.values[0], 0)
	}
	return cond
}

// Equals gives the value that a column of a table surely has in every row that
// the statement touches. A column that the statement does not qualify counts
// for any table.
func (s *Statement) Equals(table, column string) (Value, bool) {
	for i := range s.t.where {
		c := &s.t.where[i]
		if c.op == Equal && c.certain && strings.EqualFold(c.column.Name, column) &&
			(c.column.Table == "" || strings.EqualFold(c.column.Table, table)) {
			return s.value(c.values[0], 0), true
		}
	}
	return Value{}, false
}

// Selected are the columns that a SELECT gives, in order.
func (s *Statement) Selected() []Selected { return s.t.selected }

// Limit is the LIMIT of the statement; of the first derived table that has one
// where inner is set.
func (s *Statement) Limit(inner bool) (count Value, ok bool) {
	for i := range s.t.limits {
		if s.t.limits[i].inner == inner {
			return s.value(s.t.limits[i].count, 0), true
		}
	}
	return Value{}, false
}

// Offset is the OFFSET beside that LIMIT.
func (s *Statement) Offset(inner bool) (count Value, ok bool) {
	for i := range s.t.limits {
		if l := &s.t.limits[i]; l.inner == inner {
			return s.value(l.offset, 0), l.hasOffset
		}
	}
	return Value{}, false
}

// Writes tells whether a table's rows are written by the statement.
func (s *Statement) Writes(table string) bool {
	for _, t := range s.Tables {
		if t.Written && strings.EqualFold(t.Name, table) {
			return true
		}
	}
	return false
}

// Names tells whether the statement names a table.
func (s *Statement) Names(table string) bool {
	for _, t := range s.Tables {
		if strings.EqualFold(t.Name, table) {
			return true
		}
	}
	return false
}

// width is the number of literals of an operand.
func (s *Statement) width(o operand) int {
	if o.slot < 0 {
		return 1
	}
	if int(o.slot)+1 < len(s.slots) {
		return int(s.slots[o.slot+1].first - s.slots[o.slot].first)
	}
	return len(s.literals) - int(s.slots[o.slot].first)
}

// value gives the i-th literal of an operand.
func (s *Statement) value(o operand, i int) Value {
	if o.slot < 0 {
		return o.value
	}
	l := s.literals[int(s.slots[o.slot].first)+i]
	v := l.value(s.text)
	if o.signed && v.Kind != Number {
		return Value{}
	}
	if o.negative {
		if l.start > 0 && s.text[l.start-1] == '-' {
			v.Text = s.text[l.start-1 : l.end]
		} else {
			v.Text = "-" + v.Text
		}
	}
	return v
}
