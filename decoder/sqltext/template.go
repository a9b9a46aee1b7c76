package sqltext

import "strings"

// template is what a shape says, with slots where literals stand. It is built
// once and never changed after.
type template struct {
	verb           string
	tables         []Table
	control        Control
	savepoint      string
	chain          bool
	implicitCommit bool
	housekeeping   bool
	unparsed       Reason
	autocommit     *operand // of SET autocommit = …
	routine        bool     // a stored routine's body stands in it, with semicolons
	from           int      // where in the key the statement begins that counts
	number         int      // Statement.Shape

	columns     []string    // of INSERT, in order
	rows        [][]operand // of INSERT
	set         []assignment
	onDuplicate []assignment
	where       []comparison
	selected    []Selected
	limits      []limit
}

// operand is a value: fixed by the shape, or in a slot.
type operand struct {
	slot     int32 // -1 where the value is fixed
	negative bool  // a minus stands before it
	signed   bool  // one or more do: what is no number then has no value here
	value    Value
}

// minus is the operand with the other sign.
func (o operand) minus() operand {
	switch {
	case o.slot >= 0:
		o.negative, o.signed = !o.negative, true
		return o
	case o.value.Kind == Number:
		if text, is := strings.CutPrefix(o.value.Text, "-"); is {
			return fixed(Number, text)
		}
		return fixed(Number, "-"+o.value.Text)
	}
	return expression
}

type assignment struct {
	column Column
	to     operand
}

type comparison struct {
	column  Column
	op      Op
	values  []operand
	certain bool
	inner   bool
}

type limit struct {
	count, offset operand
	hasOffset     bool
	inner         bool
}

// Selected is one of the columns that a SELECT gives: a column, everything of
// a table ("*" as Name), or an expression (no Name). Alias is the name after
// AS, without quotes; it is empty where it is written as a string and without
// AS.
type Selected struct {
	Column
	Alias string
}

// size is about the bytes that a template takes.
func (t *template) size() int {
	n := 512 + 64*(len(t.where)+len(t.set)+len(t.selected)+len(t.tables))
	for _, row := range t.rows {
		n += 48 * len(row)
	}
	return n
}

var expression = operand{slot: -1}

func fixed(kind Kind, text string) operand {
	return operand{slot: -1, value: Value{kind, text}}
}
