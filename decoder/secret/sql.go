package secret

import (
	"strings"

	"glancecap/decoder/sqltext"
)

// SQL replaces secrets in a statement: IDENTIFIED BY, PASSWORD(…), values of
// columns that are secret by name in INSERT, UPDATE and conditions, and in
// literals what is a secret wherever it stands. The statement stays one.
func (r *Redactor) SQL(s string) string {
	if !worthScanning(s) {
		return s
	}
	var out strings.Builder
	copied := 0
	for x := newSQLScan(s); x.next(); {
		if x.kind == sqlParameter {
			continue
		}
		inner := s[x.start:x.end]
		var masked string
		switch {
		case x.class != harmless && x.kind == sqlString:
			masked = r.mask(x.class, inner)
		case x.class != harmless:
			masked = r.maskNumber(x.class, inner, "'")
		case x.kind == sqlString:
			masked = r.literal(inner)
		default:
			continue
		}
		if masked != inner {
			out.WriteString(s[copied:x.start])
			out.WriteString(masked)
			copied = x.end
		}
	}
	if copied == 0 {
		return s
	}
	out.WriteString(s[copied:])
	return out.String()
}

// parameterClasses gives what the parameters of a prepared statement hold,
// nil where none is a secret.
func parameterClasses(s string) (classes map[int]class) {
	if !worthScanning(s) {
		return nil
	}
	n := 0
	for x := newSQLScan(s); x.next(); {
		if x.kind != sqlParameter {
			continue
		}
		if x.class != harmless {
			if classes == nil {
				classes = make(map[int]class)
			}
			classes[n] = x.class
		}
		n++
	}
	return classes
}

// literal replaces what is a secret anywhere in the inside of a string.
func (r *Redactor) literal(inner string) string {
	if strings.Contains(inner, `\"`) || strings.Contains(inner, `":`) {
		plain := unescapedSQL(inner)
		if masked := r.JSONText(plain); masked != plain {
			return r.fit(escapedSQL(masked), inner)
		}
	}
	return r.Text(inner)
}

// worthScanning decides at a few instructions a line whether a statement can
// hold a secret. Nearly all statements are SELECTs that cannot: of them only
// those go on that say "passw" or whose literals hold a URL or a token.
func worthScanning(s string) bool {
	if !isSelect(s) {
		return len(s) > len("ROLLBACK")
	}
	return saysPassword(s, 'w') || saysPassword(s, 'W') || suspectLiteral(s, '\'') || suspectLiteral(s, '"')
}

// isSelect tells whether the statement's first word is SELECT or SHOW.
func isSelect(s string) bool {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '(' || s[0] == '\n' || s[0] == '\t' || s[0] == '\r') {
		s = s[1:]
	}
	return len(s) > 6 && (strings.EqualFold(s[:6], "SELECT") || strings.EqualFold(s[:4], "SHOW"))
}

// saysPassword looks for "passw" by its rarest letter.
func saysPassword(s string, w byte) bool {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], w)
		if i < 0 {
			return false
		}
		i += from
		if i >= 4 && strings.EqualFold(s[i-4:i], "pass") {
			return true
		}
		from = i + 1
	}
}

// suspectLiteral tells whether a literal in these quotation marks holds a
// URL, a Fernet token or JSON. It takes every other mark for an opening one,
// and where that is wrong looks at more than it must.
func suspectLiteral(s string, quote byte) bool {
	for {
		i := strings.IndexByte(s, quote)
		if i < 0 {
			return false
		}
		s = s[i+1:]
		end := strings.IndexByte(s, quote)
		if end < 0 {
			end = len(s)
		}
		if inner := s[:end]; len(inner) > len("x://a@b") &&
			(strings.Contains(inner, "://") || strings.Contains(inner, fernet) || strings.Contains(inner, `\"`)) {
			return true
		}
		if end == len(s) {
			return false
		}
		s = s[end+1:]
	}
}

// unescapedSQL undoes the escapes of a string literal (MySQL manual, String
// Literals).
func unescapedSQL(s string) string {
	if !strings.ContainsAny(s, `\'`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			b = append(b, sqltext.Unescape(s[i]))
		case c == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
			b = append(b, c)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// escapedSQL writes the inside of a string literal as mysql_real_escape_string
// does.
func escapedSQL(s string) string {
	return sqlEscapes.Replace(s)
}

var sqlEscapes = strings.NewReplacer("\\", `\\`, "'", `\'`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\x00", `\0`, "\x1a", `\Z`)
