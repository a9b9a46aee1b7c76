package sqltext

import "strings"

// token is a piece of a key: a word or quoted name, a mark (slot is its
// index), or one byte of anything else.
type token struct {
	at     int    // of its first byte in the key
	text   string // a name without its quotes
	upper  string // of a word that is not quoted: in capitals; of a byte: the byte
	slot   int    // -1 where it is no literal
	quoted bool
}

// name tells whether the token can name something.
func (t token) name() bool {
	return t.quoted || t.upper != "" && isName(t.upper[0])
}

// is tells whether the token is one of these words or bytes.
func (t token) is(words ...string) bool {
	for _, w := range words {
		if t.upper == w {
			return true
		}
	}
	return false
}

// tokens cuts a key into at most limit tokens, and tells how deep its
// parentheses are nested.
func tokens(key []byte, slots []slot, limit int) (list []token, nesting int) {
	s, depth, marks := string(key), 0, 0
	for i := 0; i < len(s) && len(list) < limit; {
		t := token{at: i, slot: -1}
		switch c := s[i]; {
		case isSpace(c):
			i++
			continue
		case marks < len(slots) && int(slots[marks].at) == i:
			t.slot = marks
			marks++
			i++
		case isName(c):
			for i++; i < len(s) && isName(s[i]); i++ {
			}
			t.text = s[t.at:i]
			t.upper = strings.ToUpper(t.text)
		case c == '`' || c == '\'' || c == '"':
			t.text, i = quotedName(s, i)
			t.quoted = true
		case strings.HasPrefix(s[i:], "/*!"):
			i = skipDigits(s, i+3)
			continue
		case strings.HasPrefix(s[i:], "*/"):
			i += 2
			continue
		default:
			i++
			t.upper = s[t.at:i]
		}
		list = append(list, t)
		switch t.upper {
		case "(":
			depth++
			nesting = max(nesting, depth)
		case ")":
			depth--
		}
	}
	return list, nesting
}

// quotedName reads a name in quotes from s[i]; a doubled quote stands for one.
func quotedName(s string, i int) (name string, next int) {
	quote, start := s[i], i+1
	for i++; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			i++
			continue
		}
		break
	}
	q := string(quote)
	return strings.ReplaceAll(s[start:min(i, len(s))], q+q, q), min(i+1, len(s))
}

// words is a place in a list of tokens.
type words []token

// at gives the i-th token, one that is nothing beyond the end.
func (w words) at(i int) token {
	if i >= 0 && i < len(w) {
		return w[i]
	}
	return token{slot: -1}
}

// tableName reads a name, or a database's and a table's, at i.
func (w words) tableName(i int) (t Table, next int, ok bool) {
	if !w.at(i).name() {
		return t, i, false
	}
	t.Name = w[i].text
	if w.at(i+1).is(".") && w.at(i+2).name() {
		t.Database, t.Name = t.Name, w[i+2].text
		i += 2
	}
	return t, i + 1, true
}
