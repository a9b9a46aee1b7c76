package report

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columns counts the columns of a terminal that safe text takes: two for wide
// East Asian characters, none for combining marks (Unicode UAX #11).
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// shorten cuts safe text to at most n columns; an ellipsis tells it.
func shorten(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	taken := 0
	for i, r := range s {
		taken += runeColumns(r)
		if taken > n-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// padRight fills text up to n columns.
func padRight(s string, n int) string { return s + strings.Repeat(" ", max(0, n-columns(s))) }

// wrap breaks text at spaces into lines: the first one has so many columns,
// the others the rest. A longer word stands alone; several spaces stay several
// inside a line.
func wrap(s string, first, rest int) []string {
	var lines []string
	line, wide := "", 0
	for s = strings.TrimSpace(s); s != ""; {
		word := strings.TrimLeft(s, " ")
		spaces := len(s) - len(word)
		if end := strings.IndexByte(word, ' '); end >= 0 {
			word = word[:end]
		}
		s = s[spaces+len(word):]
		took := columns(word)
		if line != "" && wide+spaces+took > first {
			lines, first = append(lines, line), rest
			line, wide, spaces = "", 0, 0
		}
		line += strings.Repeat(" ", spaces) + word
		wide += spaces + took
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
