package http1

import (
	"bytes"
	"strings"
)

// endOfHead gives the index behind the empty line that ends a head, or -1.
// Lines end with CRLF, or with a bare LF as RFC 9112 §2.2 allows a recipient
// to read them.
func endOfHead(b []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return -1
		}
		from += i + 1
		switch rest := b[from:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return from + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return from + 2
		}
	}
}

// cutLine splits off the first line without its line end. A CR that no LF
// follows ends a line too where bareCR says that the head has no LF at all.
func cutLine(s string, bareCR bool) (line, rest string) {
	sep := byte('\n')
	if bareCR {
		sep = '\r'
	}
	i := strings.IndexByte(s, sep)
	if i < 0 {
		return s, ""
	}
	return strings.TrimSuffix(s[:i], "\r"), s[i+1:]
}

// withoutEnd gives a line without its line end.
func withoutEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

// requestLine is a request line taken apart.
type requestLine struct {
	method, target, version string
	anomaly                 string
}

// parseRequestLine reads method SP target SP version (RFC 9112 §3). Blanks
// inside a target are what careless clients send; they are named. A line
// without version is HTTP/0.9 where it is a GET. Behind a known method
// anything else is a malformed request, named so: servers answer it.
func parseRequestLine(line string) (r requestLine, ok bool) {
	i := strings.IndexByte(line, ' ')
	if i <= 0 || i > longestMethod || !isToken(line[:i]) {
		return r, false
	}
	r.method = line[:i]
	rest := strings.Trim(line[i+1:], " \t")
	if rest == "" {
		return r, false
	}
	j := strings.LastIndexAny(rest, " \t")
	if j < 0 || !isVersion(rest[j+1:]) {
		if j < 0 && r.method == "GET" && rest[0] == '/' {
			r.target, r.version, r.anomaly = rest, "HTTP/0.9", "http_0.9"
			return r, true
		}
		r.target, r.anomaly = rest, malformedLine
		return r, isKnownMethod(r.method)
	}
	r.target, r.version = strings.TrimRight(rest[:j], " \t"), rest[j+1:]
	switch {
	case strings.ContainsAny(r.target, " \t"):
		r.anomaly = "blank_in_target"
	case r.version[:5] != "HTTP/":
		r.anomaly = "version"
	case r.version[5] != '1':
		r.anomaly = "version"
	}
	return r, true
}

// malformedLine names a request line that is known by its method only. Its
// head must prove itself by its second line.
const malformedLine = "request_line"

func isKnownMethod(s string) bool {
	for _, m := range seekMethods {
		if s == m[:len(m)-1] {
			return true
		}
	}
	return false
}

// statusLine is a status line taken apart.
type statusLine struct {
	version, reason string
	status          int
	anomaly         string
}

// parseStatusLine reads version SP status [SP reason] (RFC 9112 §4). The
// blank before an empty reason is often left out. A status that is no number
// of three digits is named and told as 0 or as the number it is.
func parseStatusLine(line string) (s statusLine, ok bool) {
	if len(line) < 8 || !isVersion(line[:8]) {
		return s, false
	}
	s.version = line[:8]
	rest := strings.TrimLeft(line[8:], " ")
	if rest == line[8:] {
		return s, false
	}
	code, reason, _ := strings.Cut(rest, " ")
	s.reason = reason
	if s.version[:5] != "HTTP/" || s.version[5] != '1' {
		s.anomaly = "version"
	}
	if len(code) != 3 || !allDigits(code) || code < "100" || code > "599" {
		s.anomaly = "status"
	}
	if len(code) <= 3 && allDigits(code) {
		for i := range len(code) {
			s.status = s.status*10 + int(code[i]-'0')
		}
	}
	return s, true
}

// isVersion tells whether s is HTTP/digit.digit. Capitals are demanded by RFC
// 9112 §2.3 and not by many servers.
func isVersion(s string) bool {
	return len(s) == 8 && strings.EqualFold(s[:5], "HTTP/") && isDigit(s[5]) && s[6] == '.' && isDigit(s[7])
}

// plausibleStart tells whether b, the beginning of a first line, can still
// become a request line or a status line.
func plausibleStart(b []byte, response bool) bool {
	if response {
		const prefix = "http/"
		for i, c := range b[:min(len(b), len(prefix))] {
			if c|0x20 != prefix[i] && c != prefix[i] {
				return false
			}
		}
		return true
	}
	for i, c := range b {
		if c == ' ' {
			return i > 0
		}
		if c == '\r' || c == '\n' || !tokenChar[c] || i >= longestMethod {
			return false
		}
	}
	return true
}

// longestMethod is longer than every registered method (UPDATEREDIRECTREF).
const longestMethod = 40

// tokenChar holds the characters of a token (RFC 9110 §5.6.2).
var tokenChar = func() (t [256]bool) {
	for c := range 256 {
		t[c] = isDigit(byte(c)) || 'a' <= c|0x20 && c|0x20 <= 'z' && c < 128
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()

func isToken(s string) bool {
	for i := range len(s) {
		if !tokenChar[s[i]] {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
