package secret

import "strings"

// sqlKind is what a sqlScan stops at.
type sqlKind uint8

const (
	sqlString    sqlKind = iota // start and end are those of the inside
	sqlNumber                   // a bare literal in the place of a secret
	sqlParameter                // a question mark
)

// maxColumns bounds the columns of an INSERT that are told apart.
const maxColumns = 256

// sqlScan goes through a statement lexically, from value to value, and tells
// of each whether it stands where a secret stands. It understands no grammar
// beyond that, so that broken and cut statements are no harm.
type sqlScan struct {
	s     string
	i     int
	kind  sqlKind
	start int
	end   int
	class class

	words int
	verb  string
	// pending is what the column or function named last holds, list the depth
	// of the parenthesis that was opened behind it.
	pending class
	list    int
	depth   int
	// identified tells that an IDENTIFIED clause is open, plugin that the
	// next literal in it is a plugin's name, setPassword that the statement
	// is SET PASSWORD.
	identified, plugin, setPassword bool
	// varies tells that which literal is a secret may have depended on how many
	// there are: behind IDENTIFIED, and where an INSERT names a secret's column.
	varies bool
	insert insertScan
}

// insertScan is where in INSERT INTO t (columns) VALUES (values) the scan is.
type insertScan struct {
	state   insertState
	columns [maxColumns]class
	column  int
}

type insertState uint8

const (
	insertNone insertState = iota
	insertTable
	insertColumns
	insertListed
	insertValues
)

func newSQLScan(s string) *sqlScan { return &sqlScan{s: s, list: -1} }

// next goes to the next value; false at the end.
func (x *sqlScan) next() bool {
	for x.i < len(x.s) {
		c := x.s[x.i]
		switch {
		case c == '\'' || c == '"':
			x.value(sqlString, x.i+1, endOfLiteral(x.s, x.i))
			x.i = x.end + 1
			return true
		case c == '`':
			end := strings.IndexByte(x.s[x.i+1:], '`')
			if end < 0 {
				end = len(x.s) - x.i - 1
			}
			name := x.s[x.i+1 : x.i+1+end]
			x.i += end + 2
			x.name(name)
		case c == '?':
			x.value(sqlParameter, x.i, x.i+1)
			x.i++
			return true
		case isWordByte(c):
			if x.word() {
				return true
			}
		case c == '/' && strings.HasPrefix(x.s[x.i:], "/*"):
			x.comment()
		case c == '-' && strings.HasPrefix(x.s[x.i:], "-- "), c == '#':
			end := strings.IndexByte(x.s[x.i:], '\n')
			if end < 0 {
				end = len(x.s) - x.i
			}
			x.i += end
		default:
			x.mark(c)
			x.i++
		}
	}
	return false
}

// value stops at a value and judges its place.
func (x *sqlScan) value(kind sqlKind, start, end int) {
	x.kind, x.start, x.end = kind, start, min(end, len(x.s))
	x.class = harmless
	switch {
	case x.identified && x.plugin:
		x.plugin = false
	case x.identified:
		x.class = isPassword
	case x.pending != harmless:
		x.class = x.pending
	case x.insert.state == insertValues && x.depth > 0 && x.insert.column < maxColumns:
		x.class = x.insert.columns[x.insert.column]
	}
	if x.list < 0 {
		x.pending = harmless
	}
}

// word takes a bare word; true where it is a number in a secret's place.
func (x *sqlScan) word() bool {
	start := x.i
	for x.i < len(x.s) && isWordByte(x.s[x.i]) {
		x.i++
	}
	w := x.s[start:x.i]
	if w[0] >= '0' && w[0] <= '9' {
		x.value(sqlNumber, start, x.i)
		return x.class != harmless
	}
	if w[0] == '_' && x.i < len(x.s) && (x.s[x.i] == '\'' || x.s[x.i] == ' ') {
		return false // a character set before a literal
	}
	x.keyword(w)
	return false
}

// keyword takes a bare word that may be one of SQL's own.
func (x *sqlScan) keyword(w string) {
	x.words++
	if x.words == 1 {
		x.verb = w
	}
	switch {
	case strings.EqualFold(w, "IDENTIFIED"):
		x.identified, x.plugin, x.varies = true, false, true
	case x.identified && (strings.EqualFold(w, "WITH") || strings.EqualFold(w, "VIA")):
		x.plugin = true
	case x.identified && x.plugin:
		x.plugin = false // a plugin's bare name
	case x.identified && (strings.EqualFold(w, "REQUIRE") || strings.EqualFold(w, "ACCOUNT")):
		x.identified = false
	case x.words == 2 && strings.EqualFold(w, "PASSWORD") && strings.EqualFold(x.verb, "SET"):
		x.setPassword = true
	case strings.EqualFold(w, "INTO") && (strings.EqualFold(x.verb, "INSERT") || strings.EqualFold(x.verb, "REPLACE")):
		x.insert.state = insertTable
	case x.insert.state != insertNone && (strings.EqualFold(w, "VALUES") || strings.EqualFold(w, "VALUE")) && x.depth == 0:
		x.insert.state = insertValues
		x.pending = harmless
	case x.insert.state == insertValues && x.depth == 0 && strings.EqualFold(w, "ON"):
		x.insert.state = insertNone
	case x.pending != harmless && keepsColumn(w):
	default:
		x.name(w)
	}
}

// keepsColumn tells whether the value of the column named before may stand
// behind this word.
func keepsColumn(w string) bool {
	return isOneOf(w, []string{"LIKE", "IN", "NOT", "BINARY", "REGEXP", "RLIKE", "BY", "AS", "USING", "TO"})
}

// name takes the name of a column, a table or a function.
func (x *sqlScan) name(w string) {
	x.pending, x.list = classOf(w), -1
	if in := &x.insert; in.state == insertColumns && x.depth == 1 && in.column < maxColumns {
		in.columns[in.column] = x.pending
		x.varies = x.varies || x.pending != harmless
	}
}

// mark takes a sign.
func (x *sqlScan) mark(c byte) {
	in := &x.insert
	switch c {
	case '(':
		x.depth++
		switch {
		case in.state == insertTable:
			in.state, in.column = insertColumns, 0
			x.pending = harmless
		case in.state == insertValues && x.depth == 1:
			in.column = 0
		case x.pending != harmless && x.list < 0:
			x.list = x.depth
		}
	case ')':
		if in.state == insertColumns && x.depth == 1 {
			in.state = insertListed
		}
		if x.depth == x.list {
			x.list = -1
		}
		if x.list < 0 {
			x.pending = harmless
		}
		x.depth = max(0, x.depth-1)
	case ',':
		if x.list < 0 {
			x.pending = harmless
		}
		if x.depth == 1 && (in.state == insertColumns || in.state == insertValues) {
			in.column++
		}
		if x.depth == 0 {
			x.identified = false
		}
	case ';':
		*x = sqlScan{s: x.s, i: x.i, list: -1, varies: x.varies}
	case '=':
		if x.setPassword {
			x.identified, x.plugin, x.varies = true, false, true
		}
	case ' ', '\t', '\n', '\r', ':', '<', '>', '!', '.', '@':
	default:
		if x.list < 0 {
			x.pending = harmless
		}
	}
}

// comment passes over a comment; the text of /*! … */ is SQL.
func (x *sqlScan) comment() {
	if strings.HasPrefix(x.s[x.i:], "/*!") || strings.HasPrefix(x.s[x.i:], "/*M!") {
		x.i += len("/*!")
		return
	}
	end := strings.Index(x.s[x.i+2:], "*/")
	if end < 0 {
		x.i = len(x.s)
		return
	}
	x.i += end + 4
}

// endOfLiteral gives the index of the mark that ends the literal beginning at
// i, or the end of s.
func endOfLiteral(s string, i int) int {
	quote := s[i]
	for j := i + 1; j < len(s); j++ {
		switch {
		case s[j] == '\\':
			j++
		case s[j] != quote:
		case j+1 < len(s) && s[j+1] == quote:
			j++
		default:
			return j
		}
	}
	return len(s)
}

func isWordByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '$' || c >= 0x80
}
