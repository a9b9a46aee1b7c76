package mysql

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"glancecap/decoder/record"
)

// expand fills a statement's parameters in, as literals that mean the same.
func (h *Handler) expand(c *command) {
	st := c.stmt
	if st.truncated {
		return
	}
	if !h.backslashKnown && backslashMatters(st.text, c.Params) {
		c.Marks.Add(record.MarkIncomplete) // what the server said last of its mode
		return
	}
	start := len(c.room.text)
	ok := c.room.fillIn(st.text, st.placeholders(h.noBackslash), c.Params, h.noBackslash, h.o.Bounds.SQLText)
	text := c.room.from(start)
	if !ok {
		c.Marks.Add(record.MarkAnomaly + "placeholders")
		return
	}
	if len(text) >= h.o.Bounds.SQLText {
		c.Marks.Add(record.MarkTruncatedText)
	}
	c.expanded = text
	c.Expanded = &c.expanded
}

// backslashMatters tells that a text is filled in otherwise where backslashes in
// literals are plain letters.
func backslashMatters(text string, values []record.Value) bool {
	return strings.IndexByte(text, '\\') >= 0 || slices.ContainsFunc(values, func(v record.Value) bool {
		return v.Kind == record.ValueText && strings.ContainsAny(v.Text, "\x00\n\r\x1a'\"\\")
	})
}

// fillIn puts literals in the places of a text's question marks. It gives false
// where their number is not that of the values. The result, appended to r.text,
// holds at most about most bytes.
func (r *room) fillIn(text string, places []int, values []record.Value, noBackslash bool, most int) bool {
	if len(places) != len(values) {
		return false
	}
	b := slices.Grow(r.text, min(len(text)+16*len(values), most))
	begin, start := 0, len(b)
	defer func() { r.text = b }()
	for k, place := range places {
		b = append(b, text[begin:place]...)
		b = appendLiteral(b, values[k], noBackslash)
		begin = place + 1
		if len(b)-start > most {
			b = append(b[:start], bytes.ToValidUTF8(b[start:start+most], nil)...)
			return true
		}
	}
	b = append(b, text[begin:]...)
	return true
}

// placeholders gives the places of the statement's question marks. They are
// looked for once, and not with each execute.
func (st *statement) placeholders(noBackslash bool) []int {
	if !st.placed || st.placedPlain != noBackslash {
		st.places, st.placed, st.placedPlain = placeholdersOf(st.text, noBackslash), true, noBackslash
	}
	return st.places
}

// placeholdersOf finds the question marks of a text, but for those in quotes and
// comments.
func placeholdersOf(text string, noBackslash bool) (places []int) {
	for i := 0; i < len(text); {
		if end := skipQuoted(text, i, noBackslash); end > i {
			i = end
			continue
		}
		if text[i] == '?' {
			places = append(places, i)
		}
		i++
	}
	return places
}

// skipQuoted gives the end of the string, quoted name or comment that begins
// at i, or i where none does
// (https://dev.mysql.com/doc/refman/8.4/en/string-literals.html, .../comments.html).
func skipQuoted(text string, i int, noBackslash bool) int {
	rest := text[i:]
	switch {
	case rest[0] == '\'' || rest[0] == '"' || rest[0] == '`':
		return i + quotedLen(rest, noBackslash || rest[0] == '`')
	case rest[0] == '#', strings.HasPrefix(rest, "--") && (len(rest) == 2 || rest[2] <= ' '):
		if end := strings.IndexByte(rest, '\n'); end >= 0 {
			return i + end
		}
		return len(text)
	case strings.HasPrefix(rest, "/*") && !strings.HasPrefix(rest, "/*!") && !strings.HasPrefix(rest, "/*M!"):
		if end := strings.Index(rest[2:], "*/"); end >= 0 {
			return i + 2 + end + 2
		}
		return len(text)
	}
	return i
}

// quotedLen gives the length of a quoted string; a quote that is doubled goes
// on as a string of its own.
func quotedLen(s string, plain bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && !plain:
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return len(s)
}

// appendLiteral appends a value as an SQL literal.
func appendLiteral(b []byte, v record.Value, noBackslash bool) []byte {
	switch v.Kind {
	case record.ValueNumber:
		return append(b, v.Text...)
	case record.ValueText:
		return appendQuoted(b, v.Text, noBackslash)
	case record.ValueBytes:
		b = hex.AppendEncode(append(b, "x'"...), []byte(v.Text))
		return append(b, '\'')
	}
	return append(b, "NULL"...)
}

// appendQuoted appends a string in quotes, escaped as
// mysql_real_escape_string does.
func appendQuoted(b []byte, s string, noBackslash bool) []byte {
	b = append(b, '\'')
	begin := 0
	for i := range len(s) {
		escape := escapes[s[i]]
		if escape == 0 || noBackslash && s[i] != '\'' {
			continue
		}
		b = append(b, s[begin:i]...)
		if noBackslash {
			b = append(b, "''"...)
		} else {
			b = append(b, '\\', escape)
		}
		begin = i + 1
	}
	return append(append(b, s[begin:]...), '\'')
}

// escapes are the letters that stand behind a backslash for a byte.
var escapes = [256]byte{0: '0', '\n': 'n', '\r': 'r', 0x1a: 'Z', '\'': '\'', '"': '"', '\\': '\\'}
