package sqltext

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pingcap/tidb/parser/mysql"
	"github.com/pingcap/tidb/parser/test_driver"

	"glancecap/decoder/bounds"
)

func newParser() *Parser { return New(bounds.Default(), &bounds.Hits{}) }

// tell writes everything that a statement says, for comparison.
func tell(s *Statement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v control=%d %q chain=%t implicit=%t housekeeping=%t unparsed=%q\n",
		s.Verb, s.Tables, s.Control, s.Savepoint, s.Chain, s.ImplicitCommit, s.Housekeeping, s.Unparsed)
	for c, v := range s.Set() {
		fmt.Fprintf(&b, "set %v = %v %q\n", c, v.Kind, plain(v))
	}
	for c, v := range s.OnDuplicate() {
		fmt.Fprintf(&b, "on duplicate %v = %v %q\n", c, v.Kind, plain(v))
	}
	for i := range s.Rows() {
		for c, v := range s.Row(i) {
			fmt.Fprintf(&b, "row %d %s = %v %q\n", i, c, v.Kind, plain(v))
		}
	}
	for c := range s.Where() {
		fmt.Fprintf(&b, "where %v %s certain=%t inner=%t", c.Column, c.Op, c.Certain, c.Inner)
		for v := range c.Values() {
			fmt.Fprintf(&b, " %v %q", v.Kind, plain(v))
		}
		b.WriteByte('\n')
	}
	for _, c := range s.Selected() {
		fmt.Fprintf(&b, "selected %v\n", c)
	}
	for _, l := range s.t.limits {
		fmt.Fprintf(&b, "limit %v inner=%t", plain(s.value(l.count, 0)), l.inner)
		if l.hasOffset {
			fmt.Fprintf(&b, " offset %v", plain(s.value(l.offset, 0)))
		}
		b.WriteByte('\n')
	}
	for i := range s.More {
		b.WriteString("more ")
		b.WriteString(tell(&s.More[i]))
	}
	return b.String()
}

// plain spells numbers in one way.
func plain(v Value) string {
	if v.Kind != Number {
		return v.Text
	}
	n, _ := strconv.ParseFloat(v.Text, 64)
	return strconv.FormatFloat(n, 'e', 12, 64)
}

// direct reads a statement with its literals in place, as TiDB's parser
// understands them. ok is false where the parser refuses it.
func direct(text string, words *Statement) (s Statement, ok bool) {
	stmt, why := read(text)
	if why != "" {
		return s, false
	}
	b := builder{t: &template{}, operand: decoded}
	if b.build(stmt) != "" {
		return s, false
	}
	s = *words
	s.t, s.Unparsed, s.Tables, s.slots, s.literals = b.t, "", b.t.tables, nil, nil
	return s, true
}

// decoded is a value as TiDB's parser decodes it.
func decoded(v *test_driver.ValueExpr) operand {
	switch v.Kind() {
	case test_driver.KindNull:
		return fixed(Null, "")
	case test_driver.KindInt64:
		if v.Type.GetFlag()&mysql.IsBooleanFlag != 0 {
			return truth(v.GetInt64() != 0)
		}
		return fixed(Number, fmt.Sprint(v.GetInt64()))
	case test_driver.KindUint64:
		return fixed(Number, fmt.Sprint(v.GetUint64()))
	case test_driver.KindString:
		return fixed(String, v.GetString())
	case test_driver.KindBinaryLiteral:
		return fixed(Bytes, string(v.GetBytes()))
	case test_driver.KindMysqlDecimal:
		return fixed(Number, v.GetMysqlDecimal().String())
	case test_driver.KindFloat64:
		return fixed(Number, strconv.FormatFloat(v.GetFloat64(), 'e', -1, 64))
	}
	return expression
}
