package digest

import (
	"regexp"

	"glancecap/decoder/sqltext"
)

// Fingerprint gives what a command has in common with others that differ only
// in their literals: of a statement that is carried out its shape, of the other
// commands their names, before the shape of the statement that they prepare or
// fetch from.
func Fingerprint(sql *sqltext.Parser, command, text string) string {
	if text == "" {
		return command
	}
	switch command {
	case "COM_QUERY", "COM_STMT_EXECUTE", "COM_STMT_BULK_EXECUTE":
		return shapeOf(sql, text)
	case "COM_STMT_PREPARE":
		return "prepare " + shapeOf(sql, text)
	case "COM_STMT_FETCH":
		return "fetch " + shapeOf(sql, text)
	}
	return command
}

// shapeOf is the parser's shape with two things taken together that it tells
// apart, as pt-query-digest does: a value that is NULL and another one, and
// lists of parameters and of literals, of whatever length.
func shapeOf(sql *sqltext.Parser, text string) string {
	shape, _ := sql.Shape(text)
	shape = nullValue.ReplaceAllString(shape, "${1}?")
	return valueList.ReplaceAllString(shape, "(?+)")
}

var (
	nullValue = regexp.MustCompile(`([=,(] ?)null\b`)
	valueList = regexp.MustCompile(` ?` + list + `(?: ?, ?` + list + `)*`)
)

// list is a list of literals or parameters alone.
const list = `\( ?\?\+?(?: ?, ?\?\+?)* ?\)`
