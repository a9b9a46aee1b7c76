package sqltext

// Shape gives what statements that differ only in their literals have in
// common, as pt-query-digest's fingerprints do: in small letters, white space
// folded, ? for a literal and ?+ for a list or for rows of them; and the
// literals, in the order of the text. Several statements of one text stand
// behind each other, with a semicolon between; beyond maxStatements they are
// told by an ellipsis.
func (p *Parser) Shape(text string) (shape string, literals []Value) {
	x := &p.lexed
	x.lex(text, 0)
	out := appendFingerprint(make([]byte, 0, len(x.key)+8), x.key, x.slots)
	literals = appendValues(make([]Value, 0, len(x.literals)), x)
	for n := 1; x.end < len(text); n++ {
		if n == maxStatements {
			p.hits.Hit("sql_statements")
			out = append(out, "; …"...)
			break
		}
		x.lex(text, x.end)
		if len(x.key) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, "; "...)
		}
		out = appendFingerprint(out, x.key, x.slots)
		literals = appendValues(literals, x)
	}
	return string(out), literals
}

func appendValues(values []Value, x *lexed) []Value {
	for _, l := range x.literals {
		values = append(values, l.value(x.text))
	}
	return values
}

func appendFingerprint(out, key []byte, slots []slot) []byte {
	begin, quoted := len(out), false
	for i, c := range key {
		switch {
		case len(slots) > 0 && int(slots[0].at) == i:
			slots = slots[1:]
			out = append(out, '?')
			if c == markList || c == markCount || c == markRow {
				out = append(out, '+')
			}
		case c == '`':
			quoted = !quoted
			out = append(out, c)
		case quoted:
			out = append(out, c)
		case isSpace(c):
			if len(out) > begin && out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
		case c >= 'A' && c <= 'Z':
			out = append(out, c|0x20)
		default:
			out = append(out, c)
		}
	}
	return out
}
