package sqltext

import (
	"strconv"
	"strings"

	"github.com/pingcap/tidb/parser"
	"github.com/pingcap/tidb/parser/ast"
	"github.com/pingcap/tidb/parser/mysql"
	"github.com/pingcap/tidb/parser/test_driver"
)

// tidb is TiDB's parser. It is made anew for each key: its scanner keeps
// state from one text to the next.
type tidb struct{ text []byte }

// parse lets TiDB's parser read a key, in which each literal's place is taken
// by one that names its slot, and completes the template. Where the parser
// refuses the key or fails, the template stays as its words made it.
func (d *tidb) parse(t *template, x *lexed) {
	d.fill(x.key[t.from:], x.slots, t.from)
	stmt, why := read(string(d.text))
	if why != "" {
		t.unparsed = why
		return
	}
	b := builder{t: &template{}, operand: func(v *test_driver.ValueExpr) operand { return slotOf(v, len(x.slots)) }}
	if why := b.build(stmt); why != "" {
		t.unparsed = why
		return
	}
	t.unparsed, t.tables = "", b.t.tables
	t.columns, t.rows, t.set, t.onDuplicate = b.t.columns, b.t.rows, b.t.set, b.t.onDuplicate
	t.where, t.selected, t.limits = b.t.where, b.t.selected, b.t.limits
}

// fill writes the text for the parser: the k-th slot as '#k#', as the number
// k+1 or as the bytes of k, so that its value in the tree tells its slot.
func (d *tidb) fill(key []byte, slots []slot, from int) {
	d.text = d.text[:0]
	copied := 0
	for k, s := range slots {
		at := int(s.at) - from
		if at < 0 {
			continue
		}
		d.text = append(d.text, key[copied:at]...)
		copied = at + 1
		switch m := key[at]; {
		case m == markString && endsWithEscape(d.text):
			d.text = append(d.text, "'!'"...) // the parser insists on one letter there
		case m == markString || m == markList:
			d.text = append(strconv.AppendInt(append(d.text, "'#"...), int64(k), 10), "#'"...)
		case m == markBytes:
			d.text = append(d.text, "x'"...)
			for shift := 28; shift >= 0; shift -= 4 {
				d.text = append(d.text, "0123456789abcdef"[k>>shift&15])
			}
			d.text = append(d.text, '\'')
		default:
			d.text = strconv.AppendInt(d.text, int64(k)+1, 10)
			if copied < len(key) && isName(key[copied]) {
				d.text = append(d.text, ' ') // 1.AND ends with its dot, 1AND would be a name
			}
		}
	}
	d.text = append(d.text, key[copied:]...)
}

func endsWithEscape(text []byte) bool {
	s := strings.TrimRight(string(text[max(0, len(text)-16):]), " \t\r\n")
	return len(s) >= 6 && strings.EqualFold(s[len(s)-6:], "escape")
}

// read parses one statement. The parser is foreign code that meets hostile
// text: a panic is its way of refusing some of it.
func read(text string) (stmt ast.StmtNode, why Reason) {
	defer func() {
		if recover() != nil {
			stmt, why = nil, ReasonPanic
		}
	}()
	list, _, err := parser.New().ParseSQL(text)
	if err != nil || len(list) != 1 {
		return nil, ReasonSyntax
	}
	return list[0], ""
}

// slotOf gives the operand for a value in the tree of a filled key: a slot, or
// one of the values that are words and so part of the key.
func slotOf(v *test_driver.ValueExpr, slots int) operand {
	k := -1
	switch v.Kind() {
	case test_driver.KindNull:
		return fixed(Null, "")
	case test_driver.KindInt64:
		if v.Type.GetFlag()&mysql.IsBooleanFlag != 0 {
			return truth(v.GetInt64() != 0)
		}
		k = int(v.GetInt64()) - 1
	case test_driver.KindUint64: // LIMIT's
		k = int(v.GetUint64()) - 1
	case test_driver.KindString:
		k = slotNamed(v.GetString())
	case test_driver.KindBinaryLiteral:
		k = 0
		for _, c := range v.GetBytes() {
			k = k<<8 | int(c)
		}
	}
	if k < 0 || k >= slots {
		return expression
	}
	return operand{slot: int32(k)}
}

// slotNamed reads #k#, -1 where it is something else.
func slotNamed(s string) int {
	if len(s) > 2 && s[0] == '#' && s[len(s)-1] == '#' {
		if k, err := strconv.Atoi(s[1 : len(s)-1]); err == nil && k >= 0 {
			return k
		}
	}
	return -1
}

func truth(is bool) operand {
	if is {
		return fixed(Bool, "1")
	}
	return fixed(Bool, "0")
}
