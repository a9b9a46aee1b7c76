package report

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"glancecap/timeline/story"
)

// DigestOptions are what the text and the table of statements are asked for.
type DigestOptions struct {
	// All tells each fingerprint with all that is known of it.
	All bool
	// Width is the terminal's width in columns, 0 where there is none.
	Width int
	// Color adds colour.
	Color bool
}

// DigestJSON writes statements by fingerprint as one object, schema
// glancecap.statements/1.
func DigestJSON(w io.Writer, d *story.Digest) error {
	return writeObject(w, reflect.ValueOf(d).Elem())
}

// DigestText writes statements by fingerprint for a person: a table, or each
// with all that is known of it.
func DigestText(w io.Writer, d *story.Digest, o DigestOptions) error {
	t := &digestText{page: newPage(w, TextOptions{Width: o.Width, Color: o.Color}), digest: d}
	t.warnOfSecrets(d.ShowsSecrets)
	t.header()
	t.section()
	switch {
	case len(d.Shapes) == 0:
		packets, damaged := heldBy(d.Captures)
		if none := noPacket(d.Accounting, packets, damaged); none != "" {
			t.line(none)
			break
		}
		t.line("no statement to a MySQL server is in these captures (--port mysql=PORT names another port)")
	case o.All:
		for _, s := range d.Shapes {
			t.section()
			t.shape(s)
		}
	default:
		t.profile()
	}
	t.section()
	t.rest(o)
	return t.close()
}

// digestText is the text of `statements` being written.
type digestText struct {
	*page
	digest *story.Digest
}

// header tells what was read, and the sums.
func (t *digestText) header() {
	d := t.digest
	for _, c := range d.Captures {
		t.labelled("", nameOf(c), strong, count(c.Packets, "packet")+"  "+span(c.First, c.Last))
		if c.Error != nil {
			t.labelled("", "ended early:", bad, *c.Error)
		}
	}
	if d.Interrupted {
		t.labelled("", "interrupted:", warning, "only what was read until then is told")
	}
	if d.Statements == 0 {
		return
	}
	words := fmt.Sprintf("%s of %s on %s, %s in all", count(d.Statements, "statement"), count(d.ShapesTotal, "fingerprint"), count(d.Connections, "connection"), took(d.Total))
	if over := d.Last.Sub(d.First); over.Known() && over > 0 {
		words += fmt.Sprintf("; over %s: %.1f a second, %.2f at a time", took(over), float64(d.Statements)/float64(over), float64(d.Total)/float64(over))
	}
	t.wrapped(words)
	for _, x := range []struct {
		n    int64
		what string
	}{
		{d.Errors, "refused by the server"}, {d.Unanswered, "without the answer that was due"},
		{d.Again, "seen once more before or behind a proxy, and counted each time"},
	} {
		if x.n > 0 {
			t.wrapped(grouped(x.n) + " " + x.what)
		}
	}
}

// profile is the table of fingerprints: a line of figures each, and below it
// the id and who caused it.
func (t *digestText) profile() {
	header := []column{{"total", true}, {"%", true}, {"count", true}, {"p50", true}, {"p95", true}, {"max", true}, {"rows", true}, {"statement, caused by", false}}
	var rows [][]string
	figures := make([]int, len(header)-1)
	for _, s := range t.digest.Shapes {
		rows = append(rows, []string{
			took(s.Seconds.Total), percent(s.Share), grouped(s.Count), took(s.Seconds.P50), took(s.Seconds.P95), took(s.Seconds.Max), grouped(s.Rows), "",
		})
	}
	for n := range figures {
		figures[n] = columns(header[n].name)
		for _, row := range rows {
			figures[n] = max(figures[n], columns(row[n]))
		}
	}
	room := t.width - 2
	for _, n := range figures {
		room -= n + 2
	}
	room = max(room, 20)
	var lines [][]string
	for n, s := range t.digest.Shapes {
		rows[n][len(header)-1] = shorten(Safe(distilled(s)), room)
		lines = append(lines, rows[n])
		for _, words := range wrap(Safe(s.ID+"  "+causes(s)), room, room) {
			lines = append(lines, append(make([]string, len(header)-1), shorten(words, room)))
		}
	}
	for n, line := range table(header, lines, false) {
		how := plain
		if n == 0 {
			how = faint
		}
		t.pieces(piece{"  " + line, how})
	}
}

// distilled is a statement in a few words: its verb and tables.
func distilled(s *story.Shape) string {
	words := s.Verb
	switch {
	case words == "" || len(s.Tables) == 0 && s.Verb != s.Fingerprint:
		words = s.Fingerprint
	case len(s.Tables) > 0:
		words += " " + strings.Join(s.Tables, ", ")
	}
	for _, c := range s.Commands {
		if c.Command == "COM_STMT_PREPARE" || c.Command == "COM_STMT_FETCH" {
			return c.Command + " " + words
		}
	}
	return words
}

// causes tells who caused the statements, and what went wrong with them.
func causes(s *story.Shape) string {
	var words []string
	for _, c := range s.Callers {
		doubt := ""
		if c.Proven < c.Statements {
			doubt = "?"
		}
		words = append(words, c.Action+"×"+grouped(c.Statements)+doubt)
	}
	if s.Errors > 0 {
		words = append(words, count(s.Errors, "error"))
	}
	if s.Unanswered > 0 {
		words = append(words, grouped(s.Unanswered)+" without answer")
	}
	return strings.Join(words, ", ")
}

// shape tells all that is known of a fingerprint.
func (t *digestText) shape(s *story.Shape) {
	t.pieces(piece{s.ID, strong}, piece{"  " + shorten(Safe(distilled(s)), max(t.width-14, 20)), plain})
	fact := func(name, value string) {
		if value != "" {
			t.labelled("  ", padRight(name, len("connected to")), faint, value)
		}
	}
	fact("count", fmt.Sprintf("%s: %s", grouped(s.Count), commandWords(s.Commands)))
	if x := s.Seconds; x.Timed > 0 {
		fact("time", fmt.Sprintf("%s (%s %%); min %s, mean %s, p50 %s, p95 %s, max %s; until the answer began %s",
			took(x.Total), percent(s.Share), took(x.Min), took(x.Mean), took(x.P50), took(x.P95), took(x.Max), took(s.Wait)))
	}
	fact("rows", fmt.Sprintf("%s given, %s changed", grouped(s.Rows), grouped(s.Affected)))
	fact("connected to", strings.Join(s.Databases, ", "))
	fact("seen", span(s.First, s.Last))
	var words []string
	for _, c := range s.Callers {
		words = append(words, fmt.Sprintf("%s %s %s (%s proven; %s)", c.Service, c.Action, grouped(c.Statements), grouped(c.Proven), c.Call))
	}
	fact("caused by", strings.Join(words, ", "))
	for _, r := range s.Refusals {
		t.labelled("  ", padRight("error", len("connected to")), bad, fmt.Sprintf("%d (%s) %s: %s", r.Code, r.SQLState, r.Message, count(r.Count, "time")))
	}
	if s.Unanswered > 0 {
		fact("no answer", grouped(s.Unanswered)+": due, and not in the capture")
	}
	if e := s.Slowest; e != nil {
		fact("slowest", fmt.Sprintf("%s, %s, %s → %s, frames %s", took(e.Seconds), clock(e.Time), e.Client, e.Server, frames(e.FirstFrame, e.LastFrame)))
		fact("", e.Wireshark.Command())
	}
	text := s.Fingerprint
	if s.Cut {
		text += "…"
	}
	fact("fingerprint", text)
}

func commandWords(list []story.CommandCount) string {
	var words []string
	for _, c := range list {
		words = append(words, c.Command+" "+grouped(c.Count))
	}
	return strings.Join(words, ", ")
}

// rest tells what the table does not show, and closes the books.
func (t *digestText) rest(o DigestOptions) {
	d := t.digest
	if left := d.ShapesTotal - len(d.Shapes); left > 0 {
		t.labelled("", "not shown:", faint, count(left, "fingerprint")+" (--limit 0)")
	}
	if b := d.Beyond; b != nil {
		t.labelled("", "not told apart:", warning, fmt.Sprintf("%s of further fingerprints, %s", count(b.Statements, "statement"), took(b.Seconds)))
	}
	if d.Encrypted > 0 {
		t.labelled("", "not seen", warning, "what "+count(d.Encrypted, "encrypted MySQL connection")+" said")
	}
	if !o.All && len(d.Shapes) > 0 {
		t.labelled("", "more:", faint, "--all or --id ID: times, errors, callers, the slowest one and its frames")
	}
	t.books("accounted for: " + balance(d.Captures, d.Accounting))
	var words []string
	for _, l := range d.Limits {
		words = append(words, fmt.Sprintf("%s %s", l.Name, count(l.Times, "time")))
	}
	if len(words) > 0 {
		t.labelled("", "bounds reached:", warning, strings.Join(words, ", "))
	}
}

// DigestCSV writes statements by fingerprint as a table for a spreadsheet, a
// row for each (RFC 4180). Times are in seconds.
func DigestCSV(w io.Writer, d *story.Digest) error {
	c := newTableWriter(w)
	c.row("id", "fingerprint", "verb", "tables", "databases", "count", "total", "share", "min", "mean", "p50", "p95", "max", "wait", "rows", "affected",
		"errors", "unanswered", "callers", "first", "last", "slowest", "slowest_stream", "slowest_first_frame", "slowest_last_frame", "housekeeping")
	if d.ShowsSecrets {
		c.row("note", secretsShown)
	}
	for _, s := range d.Shapes {
		var callers []string
		for _, k := range s.Callers {
			callers = append(callers, k.Service+" "+k.Action+" "+strconv.FormatInt(k.Statements, 10))
		}
		x, e := s.Seconds, s.Slowest
		if e == nil {
			e = &story.Example{}
		}
		c.row(s.ID, s.Fingerprint, s.Verb, strings.Join(s.Tables, " "), strings.Join(s.Databases, " "), strconv.FormatInt(s.Count, 10), known3(x.Total), known3(s.Share),
			known3(x.Min), known3(x.Mean), known3(x.P50), known3(x.P95), known3(x.Max), known3(s.Wait), strconv.FormatInt(s.Rows, 10), strconv.FormatInt(s.Affected, 10),
			strconv.FormatInt(s.Errors, 10), strconv.FormatInt(s.Unanswered, 10), strings.Join(callers, ", "), s.First.String(), s.Last.String(),
			e.Record, strconv.Itoa(e.Stream), strconv.Itoa(e.FirstFrame), strconv.Itoa(e.LastFrame), strconv.FormatBool(s.Housekeeping))
	}
	return c.close()
}

// took writes a duration as pt-query-digest does, three digits and a unit; -
// where it is not known.
func took(n story.Number) string {
	s := float64(n)
	switch {
	case !n.Known():
		return "-"
	case s >= 1000:
		return grouped(int64(s+0.5)) + "s"
	case s >= 0.9995:
		return threeDigits(s) + "s"
	case s >= 0.0009995:
		return threeDigits(s*1e3) + "ms"
	}
	return strconv.FormatFloat(s*1e6, 'f', 0, 64) + "µs"
}

func threeDigits(x float64) string {
	decimals := 2
	switch {
	case x >= 99.95:
		decimals = 0
	case x >= 9.995:
		decimals = 1
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// percent writes a share of the whole.
func percent(n story.Number) string { return strconv.FormatFloat(100*float64(n), 'f', 1, 64) }

// DigestOnly gives a digest of the fingerprints whose id begins with id (all
// where it is empty), at most limit of them (all where it is 0). ok is false
// where an id was asked for that is not there.
func DigestOnly(d *story.Digest, id string, limit int) (only *story.Digest, ok bool) {
	chosen := *d
	if id != "" {
		chosen.Shapes = kept(d.Shapes, func(s *story.Shape) bool { return strings.HasPrefix(s.ID, strings.ToLower(id)) })
		chosen.ShapesTotal = len(chosen.Shapes)
	}
	if limit > 0 {
		chosen.Shapes = chosen.Shapes[:min(limit, len(chosen.Shapes))]
	}
	return &chosen, id == "" || len(chosen.Shapes) > 0
}
