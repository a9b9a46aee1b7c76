package html

import (
	"slices"
	"strings"

	"glancecap/decoder/sqltext"
	"glancecap/timeline/report"
)

// shape is what statements have in common, told once.
type shape struct {
	Number int
	Lines  []sqlLine
	First  string // the beginning, in one line
	Times  int
	// Housekeeping is set where all of its statements are.
	Housekeeping bool
}

// sqlLine is a line of a formatted statement.
type sqlLine struct {
	Indent string
	Words  []sqlWord
}

// sqlWord is a stretch of a line; keywords stand out.
type sqlWord struct {
	Keyword bool
	Text    string
}

// breaksLine are the words before which a new line begins.
var breaksLine = []string{"from", "where", "set", "values", "order", "group", "having", "limit", "left", "inner", "right", "join", "and", "or", "on", "union", "for"}

var keywords = append(slices.Clone(breaksLine), strings.Fields(`select insert into update delete as by outer not null is in like between
	exists distinct count sum max min asc desc true false case when then else end offset commit rollback begin start transaction savepoint
	release show set names variables autocommit session global replace ignore duplicate key`)...)

// wide is the length beyond which a formatted line is broken at a comma.
const wide = 110

// format breaks the text of a shape into lines: one for each clause, joins and
// conditions indented.
func format(text string) []sqlLine {
	var lines []sqlLine
	var line sqlLine
	length, joined := 0, false
	flush := func(indent string) {
		if len(line.Words) > 0 {
			lines = append(lines, line)
		}
		line, length = sqlLine{Indent: indent}, len(indent)
	}
	for _, w := range words(text) {
		bare := strings.Trim(w, "(), ")
		// The words of one join stand together: left outer join.
		if slices.Contains(breaksLine, bare) && !(bare == "join" && joined) {
			flush(indentOf(bare))
		} else if length+len(w) > wide {
			flush("      ")
		}
		joined = bare == "left" || bare == "inner" || bare == "right" || joined && bare == "outer"
		keyword := slices.Contains(keywords, bare)
		if keyword {
			w = strings.ToUpper(w)
		}
		if n := len(line.Words); n > 0 && line.Words[n-1].Keyword == keyword {
			line.Words[n-1].Text += report.Safe(w)
		} else {
			line.Words = append(line.Words, sqlWord{keyword, report.Safe(w)})
		}
		length += len(w)
	}
	flush("")
	return lines
}

func indentOf(word string) string {
	switch word {
	case "left", "inner", "right", "join", "and", "or", "on":
		return "    "
	}
	return "  "
}

// words splits a text behind its spaces. A name in backquotes is one word.
func words(text string) []string {
	var all []string
	from, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '`':
			quoted = !quoted
		case text[i] == ' ' && !quoted:
			all = append(all, text[from:i+1])
			from = i + 1
		}
	}
	return append(all, text[from:])
}

// maxLiterals bounds the letters of a row's literals; the JSON has them whole.
const maxLiterals = 240

// literalWords writes the literals of a statement in one line.
func literalWords(values []sqltext.Value) string {
	var b strings.Builder
	for n, v := range values {
		if n > 0 {
			b.WriteString(" · ")
		}
		if v.Kind == sqltext.Null {
			b.WriteString("NULL")
		} else {
			b.WriteString(cut(report.Safe(v.Text), 80))
		}
		if b.Len() > maxLiterals {
			b.WriteString(" …")
			break
		}
	}
	return b.String()
}
