package report

import (
	"cmp"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// proseWidth is how wide running text is at most, in columns.
const proseWidth = 80

// causeTable tells what was wrong, the cause of most images first: how many,
// one of them, the code, and below it the words.
func (t *text) causeTable(causes []story.CauseCount) {
	var rows [][]string
	wide := 0
	for _, c := range causes {
		wide = max(wide, columns(Safe(c.Code)))
	}
	room := max(t.width-2-len("images")-2-2-wide, 8)
	for _, c := range causes {
		rows = append(rows, []string{grouped(c.Images), shorten(t.nameOf(c.Image), room), c.Code})
	}
	lines := table([]column{{"images", true}, {"such as", false}, {"cause", false}}, rows, false)
	indent := strings.Repeat(" ", 2+len("images")+2)
	t.tableLines(lines[:1])
	for n, c := range causes {
		t.line("  ", lines[n+1])
		for _, words := range wrap(Safe(c.Text), min(t.width, proseWidth)-len(indent), min(t.width, proseWidth)-len(indent)) {
			t.line(indent, words)
		}
	}
}

// foldedImages lists images on a page that is too narrow for a line each: what
// a row begins with, and below it the whole id and the rest.
func (t *text) foldedImages(header []column, rows [][]string) {
	const figures = 2 // status and seconds stand beside the name
	short := make([][]string, len(rows))
	wide := 0
	for _, row := range rows {
		wide = max(wide, columns(Safe(row[2])))
	}
	for n, row := range rows {
		name := shorten(Safe(row[0]), max(t.width-2-wide-2-len("seconds")-3, 12))
		short[n] = append([]string{name}, row[2:2+figures]...)
	}
	lines := table(append([]column{header[0]}, header[2:2+figures]...), short, false)
	t.tableLines(lines[:1])
	for n, row := range rows {
		t.line("  ", lines[n+1])
		units := []unit{{{row[1], plain}}}
		for k, text := range row[2+figures:] {
			switch name := header[2+figures+k].name; {
			case text == "":
			case name == "cause":
				units = append(units, unit{{"  " + text, plain}})
			case name == "frame":
				units = append(units, unit{{"  frame " + text, plain}})
			default:
				units = append(units, unit{{"  " + text + " " + name, plain}})
			}
		}
		t.flow("    ", "    ", units...)
	}
}

// imageTable lists images with name, whole id, status and duration; with
// their cause where wanted and where there is one, else with their size.
func (t *text) imageTable(images []*story.Image, causes bool) {
	header := []column{{"name", false}, {"id", false}, {"status", false}, {"seconds", true}}
	causes = causes && slices.ContainsFunc(images, func(i *story.Image) bool { code, _ := t.causeOf(i); return code != "" })
	if causes {
		header = append(header, column{"cause", false}, column{"frame", true})
	} else {
		header = append(header, column{"bytes", true})
	}
	var rows [][]string
	for _, i := range images {
		label, _, _ := verdictWords(i)
		status := cmp.Or(i.Verdict.Status, strings.ToLower(label))
		if label == "FAILED" || label == "OPEN" {
			status = strings.ToLower(label) + ", " + status
		}
		row := []string{shorten(Safe(cmp.Or(i.Name, "(no name)")), 40), i.ID, status, seconds(i.Verdict.Seconds)}
		if causes {
			cause, frame := t.causeOf(i)
			row = append(row, cause, frame)
		} else {
			row = append(row, groupedText(deref(i.Row.Get("size"))))
		}
		rows = append(rows, row)
	}
	lines := table(header, rows, false)
	if t.terminal && slices.ContainsFunc(lines, func(line string) bool { return columns(line)+2 > t.width }) {
		t.foldedImages(header, rows)
		return
	}
	t.tableLines(lines)
}

// causeOf gives the code and the frame of the gravest diagnosis on an image.
func (t *text) causeOf(i *story.Image) (code, frame string) {
	best := 3
	for _, id := range i.Diagnoses {
		d := t.diagnosed[id]
		if d == nil || severityRank(d.Severity) >= best {
			continue
		}
		best, code, frame = severityRank(d.Severity), d.Code, ""
		switch {
		case d.Cause != nil && d.Cause.Frame > 0:
			frame = frameAt(d.Cause.Frame, d.Cause.File)
		case len(d.Frames) > 0:
			frame = frameAt(d.Frames[0], firstFile(d))
		}
	}
	return code, frame
}

// tableLines writes the lines of an open table, its header faint.
func (t *text) tableLines(lines []string) {
	for n, line := range lines {
		how := plain
		if n == 0 {
			how = faint
		}
		t.pieces(piece{"  " + line, how})
	}
}

// imageList writes the images as `openstack image list` does.
func (t *text) imageList(images []*story.Image) {
	if t.Limit > 0 && len(images) > t.Limit {
		images = images[:t.Limit]
	}
	var rows [][]string
	for _, i := range images {
		rows = append(rows, []string{i.ID, i.Name, cmp.Or(deref(i.Row.Get("status")), i.Verdict.Status)})
	}
	for _, line := range table([]column{{name: "ID"}, {name: "Name"}, {name: "Status"}}, rows, true) {
		t.line(line)
	}
}
