package timeline

import (
	"strings"

	"glancecap/timeline/glance"
)

// KeepRows tells whether the values of a statement's rows are needed for the
// story: those of SELECTs on the tables that hold an image.
func KeepRows(command, text string) bool {
	switch command {
	case "COM_QUERY", "COM_STMT_EXECUTE", "COM_STMT_PREPARE", "COM_STMT_FETCH", "COM_STMT_BULK_EXECUTE":
	default:
		return false
	}
	for len(text) > 0 && (text[0] == ' ' || text[0] == '(' || text[0] == '\n' || text[0] == '\t' || text[0] == '\r') {
		text = text[1:]
	}
	if len(text) < 6 || !strings.EqualFold(text[:6], "SELECT") && !strings.HasPrefix(text, "/*") && !strings.EqualFold(text[:4], "WITH") {
		return false
	}
	return namesImageTable(text)
}

// namesImageTable tells whether a word of the text is the name of a table
// that holds an image: fast, before anything is parsed, and sometimes wrong.
func namesImageTable(text string) bool {
	if readsImageTable(text) {
		return true
	}
	for from := 0; ; {
		i := indexOfTableWord(text[from:])
		if i < 0 {
			return false
		}
		start := from + i
		end := start
		for end < len(text) && isWord(text[end]) {
			end++
		}
		if (start == 0 || !isWord(text[start-1])) && glance.IsImageTable(strings.ToLower(text[start:end])) {
			return true
		}
		from = max(end, start+1)
	}
}

// readsImageTable looks where such a name most often stands. Glance's SELECT has
// sixty columns that begin like a table before it names one.
func readsImageTable(text string) bool {
	const before = "FROM "
	for {
		i := strings.Index(text, before)
		if i < 0 {
			return false
		}
		text = text[i+len(before):]
		end := 0
		for end < len(text) && isWord(text[end]) {
			end++
		}
		if glance.IsImageTable(text[:end]) {
			return true
		}
	}
}

// indexOfTableWord finds the next place where a table's name may begin.
func indexOfTableWord(text string) int {
	best := -1
	for _, beginning := range [...]string{"image", "task", "IMAGE", "TASK"} {
		if i := strings.Index(text, beginning); i >= 0 && (best < 0 || i < best) {
			best = i
			text = text[:min(len(text), i+len(beginning))]
		}
	}
	return best
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}
