package sqltext

import (
	"encoding/hex"
	"strings"
)

// literalKind is what a literal is written as.
type literalKind uint8

const (
	literalString literalKind = iota + 1 // '…' or "…", also several in a row, which the server joins
	literalNumber                        // 12, 1.5, 1e9
	literalHex                           // x'4d' or 0x4d
	literalBit                           // b'01' or 0b01
	literalParam                         // the ? of a statement that is prepared
	literalNull                          // NULL in one of several rows of an INSERT
)

// literal is a literal's place in the text. Of strings and of x'…' and b'…'
// the place is that of what stands between the quotes.
type literal struct {
	start, end uint32
	kind       literalKind
	plain      bool // the bytes between the quotes are the value itself
}

// literalAt reads the literal that begins at text[i], and tells where the text
// goes on behind it. ok is false where no literal begins there; cut is true
// where it begins and has no end.
func literalAt(text string, i int) (l literal, next int, ok, cut bool) {
	switch c := text[i]; {
	case c == '\'' || c == '"':
		return stringAt(text, i)
	case c >= '0' && c <= '9', c == '.':
		l, next, ok = numberAt(text, i)
		return l, next, ok, false
	case c == '?':
		return literal{uint32(i), uint32(i + 1), literalParam, true}, i + 1, true, false
	case (c|0x20 == 'x' || c|0x20 == 'b' || c|0x20 == 'n') && i+1 < len(text) && text[i+1] == '\'':
		l, next, ok, cut = stringAt(text, i+1)
		if c|0x20 == 'n' || !ok {
			return l, next, ok, cut
		}
		l.kind = literalHex
		if c|0x20 == 'b' {
			l.kind = literalBit
		}
		return l, next, l.plain && digitsFit(text[l.start:l.end], l.kind), false
	}
	return literal{}, i, false, false
}

// stringAt reads a string, or several with nothing but white space between
// them, from the quote at text[i].
func stringAt(text string, i int) (l literal, next int, ok, cut bool) {
	l = literal{start: uint32(i + 1), kind: literalString, plain: true}
	for {
		quote := text[i]
		for i++; i < len(text) && text[i] != quote; i++ {
			if text[i] == '\\' {
				l.plain = false
				i++
			}
		}
		if i >= len(text) {
			l.end = uint32(len(text))
			return l, len(text), false, true
		}
		l.end, next = uint32(i), i+1
		for i++; i < len(text) && isSpace(text[i]); i++ {
		}
		if i >= len(text) || text[i] != quote && (text[i] != '\'' && text[i] != '"') {
			return l, next, true, false
		}
		l.plain = false // a doubled quote, or a second string
	}
}

// numberAt reads a number from text[i], a digit or a dot. What goes on as a
// name (1a) is none: MySQL's names may begin with a digit.
func numberAt(text string, i int) (l literal, next int, ok bool) {
	start := i
	if text[i] == '0' && i+1 < len(text) && (text[i+1] == 'x' || text[i+1] == 'b') {
		if next, kind, ok := radixAt(text, i); ok {
			return literal{uint32(i + 2), uint32(next), kind, true}, next, true
		}
	}
	i = skipDigits(text, i)
	whole := true
	if i < len(text) && text[i] == '.' {
		i, whole = skipDigits(text, i+1), false
		if i == start+1 && text[start] == '.' {
			return literal{}, start, false
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		j := i + 1
		if j < len(text) && (text[j] == '+' || text[j] == '-') {
			j++
		}
		if k := skipDigits(text, j); k > j {
			i, whole = k, false
		}
	}
	if whole && i < len(text) && isName(text[i]) {
		return literal{}, start, false
	}
	return literal{uint32(start), uint32(i), literalNumber, true}, i, true
}

// radixAt reads 0x… or 0b…, which need a digit and end where no name goes on.
func radixAt(text string, i int) (next int, kind literalKind, ok bool) {
	kind = literalHex
	if text[i+1] == 'b' {
		kind = literalBit
	}
	for next = i + 2; next < len(text) && isName(text[next]); next++ {
	}
	digits := text[i+2 : next]
	if kind == literalHex && len(digits)%2 == 1 {
		digits = digits[1:]
		if !digitsFit(text[i+2:i+3]+"0", kind) {
			return i, kind, false
		}
	}
	return next, kind, next > i+2 && digitsFit(digits, kind)
}

func digitsFit(digits string, kind literalKind) bool {
	if kind == literalHex && len(digits)%2 != 0 {
		return false
	}
	for i := range len(digits) {
		c := digits[i]
		if c != '0' && c != '1' && (kind == literalBit || !isHex(c)) {
			return false
		}
	}
	return true
}

func skipDigits(text string, i int) int {
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	return i
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// isSpace tells the white space of MySQL's lexer (ctype's isspace).
func isSpace(c byte) bool {
	return c == ' ' || c >= '\t' && c <= '\r'
}

// isName tells the bytes of a name that is not quoted (MySQL manual, Schema
// Object Names: digits, letters, _, $ and everything beyond ASCII).
func isName(c byte) bool {
	return class[c]&className != 0
}

// value gives the literal's value. Only a string with escapes is copied.
func (l literal) value(text string) Value {
	raw := text[l.start:l.end]
	switch l.kind {
	case literalNumber:
		return Value{Number, raw}
	case literalString:
		if !l.plain {
			raw = unescape(raw, text[l.start-1])
		}
		return Value{String, raw}
	case literalHex:
		if len(raw)%2 == 1 {
			raw = "0" + raw
		}
		b, err := hex.DecodeString(raw)
		if err != nil {
			return Value{Kind: Expression}
		}
		return Value{Bytes, string(b)}
	case literalBit:
		return Value{Bytes, bitBytes(raw)}
	}
	if l.kind == literalNull {
		return Value{Kind: Null}
	}
	return Value{Kind: Param}
}

// bitBytes gives the bytes of a bit literal, filled up with zeros on the left.
func bitBytes(bits string) string {
	b := make([]byte, (len(bits)+7)/8)
	for i := range len(bits) {
		place := len(bits) - 1 - i
		b[len(b)-1-place/8] |= (bits[i] - '0') << (place % 8)
	}
	return string(b)
}

// unescape gives what a string means (MySQL manual, String Literals): escapes
// by backslash, doubled quotes, and strings in a row, which are one. quote is
// the mark that opened it.
func unescape(raw string, quote byte) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\\' && i+1 < len(raw):
			i++
			if raw[i] == '%' || raw[i] == '_' {
				b.WriteByte('\\') // they stay escaped, for LIKE
			}
			b.WriteByte(Unescape(raw[i]))
		case c == quote && i+1 < len(raw) && raw[i+1] == quote:
			i++
			b.WriteByte(quote)
		case c == quote:
			for i++; i < len(raw) && isSpace(raw[i]); i++ {
			}
			if i < len(raw) {
				quote = raw[i]
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Unescape gives what a backslash and c stand for in a string (MySQL manual
// 9.1.1).
func Unescape(c byte) byte {
	switch c {
	case '0':
		return 0
	case 'b':
		return '\b'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'Z':
		return 26
	}
	return c
}
