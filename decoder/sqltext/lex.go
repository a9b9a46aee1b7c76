package sqltext

import "strings"

// The bytes that stand in a key for a literal. A text that holds such a byte
// outside its literals has no key, so a key says exactly one thing.
const (
	markString byte = iota + 1
	markNumber
	markBytes
	markParam
	markList  // all literals of a list IN (…), of strings
	markCount // the same, of numbers
	markRow   // a value of the rows VALUES (…), (…), which are told once
	markEnd   // the first byte that is no mark
)

// slot is a literal's place in a key.
type slot struct {
	at    uint32 // of the mark in the key
	first uint32 // index of its first literal; the next slot's is behind its last
}

// lexed is a statement taken apart: its key, which is the text without
// literals, comments and outer white space, and the literals. The buffers are
// used again for the next statement.
type lexed struct {
	text     string
	key      []byte
	slots    []slot
	literals []literal
	end      int    // where the next statement of the text begins
	wrong    Reason // why there is no key, else empty
	// executable is set inside /*! … */, which the server reads as SQL.
	executable bool
	rows       insertedRows

	buffer []byte // of keys; a mould's key is the mould's own
	// mould is the text's, nil where it has none. For learning one: the places
	// of the literals in the text, and whether the lexer had to look at what no
	// mould holds.
	mould      *mould
	places     []place
	particular bool
}

const (
	className    = 1 << iota // goes on with a name
	classSpecial             // the lexer must look at it
)

var class = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			t[c] = className | classSpecial
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '_', c == '$', c >= 0x80:
			t[c] = className
		case strings.IndexByte("'\"`#-/;?", byte(c)) >= 0, c < int(markEnd):
			t[c] = classSpecial
		}
	}
	return t
}()

// lex takes the statement of the text apart that begins at from.
func (x *lexed) lex(text string, from int) {
	x.text, x.wrong, x.executable = text, "", false
	x.mould, x.particular = nil, false
	x.key, x.slots, x.literals, x.places = x.buffer[:0], x.slots[:0], x.literals[:0], x.places[:0]
	for from < len(text) && isSpace(text[from]) {
		from++
	}
	i, copied := from, from
	for {
		i = skipPlain(text, i)
		if i >= len(text) || text[i] == ';' {
			break
		}
		i, copied = x.special(i, copied)
	}
	x.key = append(x.key, text[min(copied, len(text)):min(i, len(text))]...)
	x.end, x.buffer = min(i+1, len(text)), x.key
	for len(x.key) > 0 && isSpace(x.key[len(x.key)-1]) {
		x.key = x.key[:len(x.key)-1]
	}
	x.joinRows()
}

// skipPlain gives the place of the first byte from i on that the lexer must
// look at. Most of a text is passed here, eight bytes at a time.
func skipPlain(text string, i int) int {
	for ; i+8 <= len(text); i += 8 {
		w := text[i : i+8]
		if (class[w[0]]|class[w[1]]|class[w[2]]|class[w[3]]|class[w[4]]|class[w[5]]|class[w[6]]|class[w[7]])&classSpecial != 0 {
			break
		}
	}
	for i < len(text) && class[text[i]]&classSpecial == 0 {
		i++
	}
	return i
}

// special deals with the byte at i that may begin a literal, a comment or a
// quoted name. The text from copied to i is not yet in the key. It gives both
// places anew.
func (x *lexed) special(i, copied int) (int, int) {
	text := x.text
	switch c := text[i]; {
	case c >= '0' && c <= '9':
		return x.digit(i, copied)
	case c == '\'' || c == '"':
		return x.quote(i, copied)
	case c == '?':
		return x.take(i, copied)
	case c == '`':
		end := strings.IndexByte(text[i+1:], '`')
		if end < 0 {
			x.wrong = ReasonCut
			return len(text), copied
		}
		return i + end + 2, copied
	case c < markEnd:
		x.wrong = ReasonBytes
		return i + 1, copied
	}
	if x.executable && i > copied && text[i] == '/' && text[i-1] == '*' {
		x.executable = false
		return i + 1, copied
	}
	if next := commentEnd(text, i); next > i {
		if x.key = append(x.key, text[copied:i]...); len(x.key) > 0 {
			x.key = append(x.key, ' ')
		}
		if next > len(text) {
			x.wrong, next = ReasonCut, len(text)
		}
		return next, next
	}
	if strings.HasPrefix(text[i:], "/*!") {
		x.executable, x.particular = true, true
		return skipDigits(text, i+3), copied
	}
	return i + 1, copied
}

// digit deals with a digit: the beginning of a number, or part of a name.
func (x *lexed) digit(i, copied int) (int, int) {
	if i > copied {
		switch c := x.text[i-1]; {
		case isName(c), c == '@':
			return i + 1, copied
		case isSpace(c) && strings.HasSuffix(strings.TrimRight(x.text[copied:i], " \t\r\n\v\f"), "."):
			return i + 1, copied
		case c == '.':
			if i-1 > copied && (isName(x.text[i-2]) || x.text[i-2] == '`' || x.text[i-2] == '@') {
				return i + 1, copied
			}
			i--
		}
	}
	return x.take(i, copied)
}

// quote deals with a quotation mark and what may stand before it: x, b, n, a
// character set; or what makes it a name: the @ of a variable, and AS.
func (x *lexed) quote(i, copied int) (int, int) {
	text := x.text
	if i == copied {
		return x.take(i, copied)
	}
	c := text[i-1] | 0x20
	hex := c == 'x' || c == 'b' || c == 'n'
	x.particular = x.particular || hex // by what the string holds
	switch {
	case text[i-1] == '@', followsAs(text[copied:i]):
		_, next, _, cut := stringAt(text, i)
		if cut {
			x.wrong = ReasonCut
		}
		return next, copied
	case text[i] == '\'' && hex && (i-1 == copied || !isName(text[i-2])):
		if _, _, ok, _ := literalAt(text, i-1); ok {
			return x.take(i-1, copied)
		}
	}
	return x.take(i, copied)
}

// followsAs tells whether a text ends with the word AS and white space.
func followsAs(before string) bool {
	i := len(before) - 1
	for i >= 0 && isSpace(before[i]) {
		i--
	}
	return i >= 2 && i < len(before)-1 && before[i]|0x20 == 's' && before[i-1]|0x20 == 'a' && isSpace(before[i-2])
}

// take takes the literal at i out of the text; what is none goes into the key
// with the text around it.
func (x *lexed) take(i, copied int) (int, int) {
	l, next, ok, cut := literalAt(x.text, i)
	if cut {
		x.wrong = ReasonCut
	}
	if !ok {
		return max(next, i+1), copied
	}
	start, first := introducer(x.text, i, copied, l.kind), len(x.literals)
	x.literals = append(x.literals, l)
	m, list := mark(l.kind), false
	if listBegins(x.text[copied:start]) {
		if end, ok := x.list(x.text, next); ok {
			m, next, list = listMark(m), end, true
		} else {
			x.literals, x.particular = x.literals[:first+1], true
		}
	}
	if next < len(x.text) && isName(x.text[next]) {
		x.particular = true // 1.5a and 1.a part otherwise than 1a
	}
	x.places = append(x.places, place{uint32(i), uint32(next), l.kind, list})
	x.key = append(x.key, x.text[copied:start]...)
	x.slots = append(x.slots, slot{uint32(len(x.key)), uint32(first)})
	x.key = append(x.key, m)
	return next, next
}

// list takes the other literals of a list IN (…) of which the first was taken
// and ends before i. ok is false where the list has anything else.
func (x *lexed) list(text string, i int) (next int, ok bool) {
	for {
		for i < len(text) && isSpace(text[i]) {
			i++
		}
		if i >= len(text) || text[i] != ',' {
			return i, i < len(text) && text[i] == ')'
		}
		for i++; i < len(text) && isSpace(text[i]); i++ {
		}
		if i >= len(text) {
			return i, false
		}
		l, end, ok, _ := literalAt(text, i)
		if !ok {
			return i, false
		}
		x.literals = append(x.literals, l)
		i = end
	}
}

func mark(kind literalKind) byte {
	switch kind {
	case literalString:
		return markString
	case literalNumber:
		return markNumber
	case literalParam:
		return markParam
	}
	return markBytes
}

func listMark(m byte) byte {
	if m == markString {
		return markList
	}
	return markCount
}

// listBegins tells whether what stands before a literal ends with "IN (".
func listBegins(before string) bool {
	i := len(before) - 1
	for i >= 0 && isSpace(before[i]) {
		i--
	}
	if i < 2 || before[i] != '(' {
		return false
	}
	for i--; i >= 0 && isSpace(before[i]); i-- {
	}
	return i >= 1 && before[i]|0x20 == 'n' && before[i-1]|0x20 == 'i' &&
		(i == 1 || !isName(before[i-2]) && before[i-2] != '.' && before[i-2] != '@')
}

// introducer gives where the literal at i begins when the name of a character
// set stands before it (_utf8mb4'…'), else i.
func introducer(text string, i, copied int, kind literalKind) int {
	if kind == literalNumber || kind == literalParam {
		return i
	}
	end := i
	for end > copied && isSpace(text[end-1]) {
		end--
	}
	start := end
	for start > copied && isName(text[start-1]) {
		start--
	}
	if start == end || text[start] != '_' || start > copied && strings.IndexByte("@.`", text[start-1]) >= 0 {
		return i
	}
	switch strings.ToLower(text[start+1 : end]) {
	case "utf8", "utf8mb3", "utf8mb4", "latin1", "binary", "ascii":
		return start
	}
	return i
}

// commentEnd tells where the comment that begins at i ends: at i where none
// does, beyond the text where it has no end. What /*! … */ holds is no comment.
func commentEnd(text string, i int) int {
	rest := text[i:]
	switch {
	case strings.HasPrefix(rest, "/*") && !strings.HasPrefix(rest, "/*!"):
		if n := strings.Index(rest[2:], "*/"); n >= 0 {
			return i + n + 4
		}
		return len(text) + 1
	case rest[0] == '#', strings.HasPrefix(rest, "--") && (len(rest) == 2 || rest[2] <= ' '):
		if n := strings.IndexByte(rest, '\n'); n >= 0 {
			return i + n + 1
		}
		return len(text)
	}
	return i
}
