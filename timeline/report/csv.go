package report

import (
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"glancecap/timeline/story"
)

// CSV writes the events as a table for a spreadsheet: a row for each call, each
// statement that is not housekeeping, and each transition, by time.
func CSV(w io.Writer, s *story.Story) error {
	c := newTableWriter(w)
	c.row("time", "seconds", "kind", "id", "image", "image_name", "who", "what", "answer", "took", "request_id", "call", "certainty", "stream", "first_frame", "last_frame", "filter", "capture")
	if s.ShowsSecrets {
		c.row("", "", "note", "", "", "", "", secretsShown)
	}
	for _, r := range newTable(s) {
		c.row(r.cells...)
	}
	return c.close()
}

// tableWriter writes CSV (RFC 4180). Lines end with a newline alone, which
// spreadsheets read as they do CRLF: no output of the program holds a control
// character other than newline and tab.
type tableWriter struct {
	w     *csv.Writer
	cells []string
	wide  int // columns of the first row, the names
}

func newTableWriter(w io.Writer) *tableWriter { return &tableWriter{w: csv.NewWriter(w)} }

// row writes a row, each cell made safe; one that ends before the last column is
// filled up. The first error stays in the writer.
func (t *tableWriter) row(cells ...string) {
	t.cells = t.cells[:0]
	for _, text := range cells {
		t.cells = append(t.cells, CSVSafe(text))
	}
	for len(t.cells) < t.wide {
		t.cells = append(t.cells, "")
	}
	t.wide = len(t.cells)
	t.w.Write(t.cells)
}

// close writes out what is left and tells the first error.
func (t *tableWriter) close() error {
	t.w.Flush()
	return t.w.Error()
}

// CSVSafe makes text from strangers safe for a spreadsheet: one line of
// printable characters, and a cell that would begin a formula
// (https://owasp.org/www-community/attacks/CSV_Injection) begins with '. A
// number, also a negative one, is no formula.
func CSVSafe(s string) string {
	s = Safe(s)
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " '\""))
	if !strings.ContainsRune("=+-@＝＋－＠", first) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

// tableRow is a row of the events.
type tableRow struct {
	at    story.Time
	frame int
	cells []string
}

func newTable(s *story.Story) []tableRow {
	x := NewIndex(s)
	of, names := make(map[string]string), make(map[string]*story.Image)
	for _, i := range s.Images {
		names[i.ID] = i
		for _, c := range x.family(i) {
			of[c.ID] = i.ID
		}
	}
	var rows []tableRow
	add := func(at story.Time, frame int, image string, cells ...string) {
		since, name := "", ""
		if i := names[image]; i != nil {
			since, name = seconds(at.Sub(i.First)), i.Name
		}
		rows = append(rows, tableRow{at, frame, append([]string{at.String(), since, cells[0], cells[1], image, name}, cells[2:]...)})
	}
	for _, c := range s.Calls {
		status := "no answer"
		if c.Status != nil {
			status = strconv.Itoa(*c.Status)
		}
		add(c.Time, c.FirstFrame, cmp.Or(deref(c.Image), of[c.ID]), "call", c.ID, x.maker(c), c.Service+" "+Asked(c), status, known3(c.Seconds),
			deref(c.RequestID), deref(c.Behalf()), "", strconv.Itoa(c.Stream), strconv.Itoa(c.FirstFrame), strconv.Itoa(c.LastFrame), c.Wireshark.Filter(), captureOf(s, c.File))
	}
	for _, st := range s.Statements {
		if st.Housekeeping {
			continue
		}
		var link story.Link
		if st.Call != nil {
			link = *st.Call
		}
		add(st.Time, st.FirstFrame, cmp.Or(deref(st.Image), of[link.ID]), "statement", st.ID, st.Service, st.Text.String(), outcomeWords(st), known3(st.End.Sub(st.Time)),
			deref(link.RequestID), link.ID, link.Certainty, strconv.Itoa(st.Stream), strconv.Itoa(st.FirstFrame), strconv.Itoa(st.LastFrame), st.Wireshark().Filter(), captureOf(s, st.File))
	}
	for _, i := range s.Images {
		for _, t := range i.Transitions {
			add(t.Time, t.Frame, i.ID, "transition", deref(t.Statement), "database", statusChange(t.From, t.To), "committed", "", "", deref(t.Call), t.Certainty, "", strconv.Itoa(t.Frame), strconv.Itoa(t.Frame), t.Wireshark.Filter(), captureOf(s, t.File))
		}
	}
	slices.SortStableFunc(rows, func(a, b tableRow) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.frame, b.frame)) })
	return rows
}

// captureOf names the capture in which something begins, nothing where there is
// only one.
func captureOf(s *story.Story, file *int) string {
	if file == nil || *file < 0 || *file >= len(s.Captures) {
		return ""
	}
	return s.Captures[*file].Path
}

// known3 writes seconds with nine decimals at most, nothing where they are not
// known.
func known3(n story.Number) string {
	if !n.Known() {
		return ""
	}
	return strconv.FormatFloat(float64(n), 'f', -1, 64)
}

// sortMoments orders a diagram by time.
func sortMoments(m []moment) {
	slices.SortStableFunc(m, func(a, b moment) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank)) })
}
