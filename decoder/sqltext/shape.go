package sqltext

// Shape gives what statements that differ only in their literals have in
// common, as pt-query-digest's fingerprints do: in small letters, white space
// folded, ? for a literal and ?+ for a list or for rows of them; and the
// literals, in the order of the text. Of several statements in the text it
// tells the first.
func (p *Parser) Shape(text string) (shape string, literals []Value) {
	x := &p.lexed
	x.lex(text, 0)
	literals = make([]Value, 0, len(x.literals))
	for _, l := range x.literals {
		literals = append(literals, l.value(text))
	}
	return fingerprint(x.key, x.slots), literals
}

func fingerprint(key []byte, slots []slot) string {
	out := make([]byte, 0, len(key)+8)
	quoted := false
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
			if len(out) > 0 && out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
		case c >= 'A' && c <= 'Z':
			out = append(out, c|0x20)
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
