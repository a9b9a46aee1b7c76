package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// ComparisonJSON writes a comparison as one object, schema
// glancecap.comparison/1.
func ComparisonJSON(w io.Writer, c *story.Contrast) error {
	return writeObject(w, reflect.ValueOf(c).Elem())
}

// ComparisonText writes a comparison for a person. All shows what is alike too.
func ComparisonText(w io.Writer, c *story.Contrast, o TextOptions) error {
	t := &comparisonText{page: newPage(w, o), all: o.All, contrast: c}
	t.warnOfSecrets(c.ShowsSecrets)
	t.side("good", &c.Good)
	t.side("bad", &c.Bad)
	for _, p := range c.Pairs {
		t.section()
		t.pair(p)
	}
	t.section()
	t.leftOut(c.Left)
	t.books("accounted for: good " + accounting(c.Good.Accounting) + "; bad " + accounting(c.Bad.Accounting))
	return t.close()
}

// comparisonText is one text being written.
type comparisonText struct {
	*page
	all      bool
	contrast *story.Contrast
}

func (t *comparisonText) side(name string, s *story.Side) {
	for n, c := range s.Captures {
		t.labelled("", padRight(name, 4), faint, numbered(s.Captures, n, nameOf(c))+"  "+count(c.Packets, "packet")+"  "+span(c.First, c.Last))
		if c.Error != nil {
			t.labelled("      ", "ended early:", bad, *c.Error)
		}
	}
	if s.Interrupted {
		t.labelled("      ", "interrupted:", warning, "only what was read until then is compared")
	}
}

// leftShown is how many images that were not compared are named.
const leftShown = 5

func (t *comparisonText) leftOut(left []story.LeftOut) {
	for n, l := range left {
		if n == leftShown && !t.all {
			t.labelled("", "not compared:", faint, count(len(left)-n, "more image")+" (--all)")
			return
		}
		t.labelled("", "not compared:", faint, l.Side+" "+strings.TrimSpace(l.Name+" "+l.ID)+": "+l.Why)
	}
}

// matchWords says why two images were compared.
func matchWords(p *story.Pair) string {
	switch p.MatchedBy {
	case "name":
		return "compared because they have one name"
	case "only":
		return "compared because each side has one image"
	}
	return "compared because they were asked for"
}

func (t *comparisonText) pair(p *story.Pair) {
	title := cmp.Or(p.Bad.Name, p.Bad.ID)
	if p.Good.Name != p.Bad.Name && p.Good.Name != "" {
		title = p.Good.Name + " and " + title
	}
	t.pieces(piece{title, strong}, piece{"  " + matchWords(p), faint})
	t.life("good", &p.Good)
	t.life("bad", &p.Bad)
	t.section()
	for _, f := range p.Facts {
		t.labelled("  ", "-", plain, f)
	}
	for _, c := range p.Cautions {
		t.labelled("  ", "!", warning, c)
	}
	for _, part := range comparisonParts(t.contrast, p, t.all) {
		t.section()
		t.part(part)
	}
	t.labelled("  ", "at n:", faint, "the first frame of the longest; of what is missing, in the good capture")
}

func (t *comparisonText) life(name string, l *story.Life) {
	label, rest, how := verdictWords(&story.Image{Verdict: l.Verdict, OpenAtEnd: l.OpenAtEnd})
	t.labelled("  ", padRight(name, 4), how, l.ID+"  "+label+strings.Replace(rest, "  ", " ", 1))
	for _, d := range l.Diagnoses {
		if !strings.Contains(l.Verdict.Text, d) {
			t.labelled("        ", "told:", how, d)
		}
	}
}

// comparisonPart is one of the tables of a comparison.
type comparisonPart struct {
	name string
	rows [][]string // what, good, bad, difference
	// alike counts the kinds that are left out because they do not differ,
	// reads those of which nothing differs but how often they were sent.
	alike, reads int
	// duration writes seconds.
	duration func(story.Number) string
	contrast *story.Contrast
}

// comparisonParts lays a comparison out: phases, calls, statements. What is
// alike, and the number of reads, is left out unless all is asked for.
func comparisonParts(contrast *story.Contrast, p *story.Pair, all bool) []comparisonPart {
	phases := comparisonPart{name: "phase"}
	for _, c := range p.Phases {
		name := c.Name
		if c.Nth > 1 {
			name += fmt.Sprintf(" (%d)", c.Nth)
		}
		phases.rows = append(phases.rows, []string{name, absent(c.Seconds.Good), absent(c.Seconds.Bad), signed(c.Seconds.Difference)})
		for _, s := range c.Shares {
			phases.rows = append(phases.rows, []string{"  " + s.Who, absent(s.Seconds.Good), absent(s.Seconds.Bad), signed(s.Seconds.Difference)})
		}
	}
	calls := comparisonPart{name: "calls", duration: absent, contrast: contrast}
	for i := range p.Calls {
		calls.add(changeName(&p.Calls[i]), p.Calls[i].Compared, all)
	}
	statements := comparisonPart{name: "statements", duration: took, contrast: contrast}
	for i := range p.SQL {
		c := &p.SQL[i]
		name := c.ID + "  " + strings.TrimSpace(c.Verb+" "+strings.Join(c.Tables, ", "))
		if len(c.Actions) > 0 {
			name += " (" + strings.Join(c.Actions, ", ") + ")"
		}
		if !all && c.Verb == "SELECT" && len(c.Differences) == 1 && slices.Contains([]string{"missing", "extra", "fewer", "more"}, c.Differences[0]) {
			statements.reads++
			continue
		}
		statements.add(name, c.Compared, all)
	}
	return []comparisonPart{phases, calls, statements}
}

// add adds a row, or counts it where nothing differs.
func (p *comparisonPart) add(name string, c story.Compared, all bool) {
	if len(c.Differences) == 0 && !all {
		p.alike++
		return
	}
	var words []string
	for _, d := range c.Differences {
		words = append(words, differenceWords(d))
	}
	if frame := p.frameOf(c); frame != "" && len(words) > 0 {
		words[len(words)-1] += " at " + frame
	}
	difference := signed(c.Seconds.Difference) + "  " + strings.Join(words, ", ")
	p.rows = append(p.rows, []string{name, p.counted(c.Good), p.counted(c.Bad), strings.TrimSpace(difference)})
}

// changeName names calls of a kind.
func changeName(c *story.CallChange) string {
	name := c.Service + " " + c.Action
	if c.Target != "" {
		name = c.Service + " " + c.Method + " " + c.Target
	}
	if c.For != "" {
		return "  " + name
	}
	return name
}

// differenceWords says what a difference is.
func differenceWords(d string) string {
	switch d {
	case "missing":
		return "MISSING"
	case "answered":
		return "other answer"
	}
	return d
}

// frameOf is where to see what differs: in the bad capture, but what is missing
// there in the good one; "" where it is no matter of one place.
func (p *comparisonPart) frameOf(c story.Compared) string {
	if c.Bad == nil && c.Good != nil {
		return firstFrameOf(c.Good.Wireshark, p.contrast.Good.Captures)
	}
	for _, d := range c.Differences {
		if d == "extra" || d == "answered" || d == "slower" || d == "more" {
			return firstFrameOf(c.Bad.Wireshark, p.contrast.Bad.Captures)
		}
	}
	return ""
}

// firstFrameOf writes the first frame that a jump leads to, among several
// captures with the number of its own.
func firstFrameOf(j story.Jump, captures []story.Capture) string {
	n := slices.IndexFunc(captures, func(c story.Capture) bool { return c.Path == j.Path })
	if len(captures) < 2 || n < 0 {
		return frameAt(int(j.First), nil)
	}
	return frameAt(int(j.First), &n)
}

// counted writes how often, how long, and with what answer; of statements only
// an answer that is a failure.
func (p *comparisonPart) counted(c *story.Counted) string {
	if c == nil {
		return "–"
	}
	words := p.duration(c.Seconds)
	if c.Count > 1 {
		words = grouped(c.Count) + "× " + words
	}
	for _, a := range c.Answers {
		switch a {
		case "read", "committed", "autocommitted":
		default:
			words += " " + a
		}
	}
	return words
}

// absent writes seconds, a dash where there are none.
func absent(n story.Number) string {
	if !n.Known() {
		return "–"
	}
	return seconds(n)
}

// signed writes a difference with its sign, nothing where it is not known or
// rounds to nothing.
func signed(n story.Number) string {
	if !n.Known() || math.Abs(float64(n)) < 0.0005 {
		return ""
	}
	return fmt.Sprintf("%+.3f", float64(n))
}

// part writes a table.
func (t *comparisonText) part(p comparisonPart) {
	right := p.name == "phase" // figures alone
	header := []column{{p.name, false}, {"good", right}, {"bad", right}, {"difference", right}}
	if len(p.rows) > 0 {
		rows := make([][]string, len(p.rows))
		var wide [4]int
		for _, row := range append(p.rows, []string{"", "good", "bad", "difference"}) {
			for n, text := range row {
				wide[n] = max(wide[n], columns(Safe(text)))
			}
		}
		room := max(t.width-2-wide[1]-wide[2]-wide[3]-3*2, 24)
		for n, row := range p.rows {
			rows[n] = append([]string{shorten(Safe(row[0]), room)}, row[1:]...)
		}
		for n, line := range table(header, rows, false) {
			how := plain
			if n == 0 {
				how = faint
			}
			t.pieces(piece{"  " + line, how})
		}
	}
	if words := p.left(); words != "" {
		t.labelled("  ", p.name+" not shown:", faint, words+" (--all)")
	}
}

// left tells what a table leaves out.
func (p *comparisonPart) left() string {
	var words []string
	if p.alike > 0 {
		words = append(words, count(p.alike, "kind")+" alike")
	}
	if p.reads > 0 {
		words = append(words, count(p.reads, "kind")+" of reads more or less often")
	}
	return strings.Join(words, ", ")
}

// ComparisonMarkdown writes a comparison for a ticket.
func ComparisonMarkdown(w io.Writer, c *story.Contrast) error {
	m := &markdown{w: newPage(w, TextOptions{}).w}
	m.warnOfSecrets(c.ShowsSecrets)
	for _, p := range c.Pairs {
		m.line("## ", MarkdownSafe(shorten(Safe(cmp.Or(p.Bad.Name, p.Bad.ID)), 60)))
		m.line()
		m.paragraph("Two lives, " + matchWords(p) + ".")
		for _, x := range []struct {
			name string
			l    *story.Life
		}{{"good", &p.Good}, {"bad", &p.Bad}} {
			m.item(x.name + ": image " + code(x.l.ID))
			m.item(MarkdownSafe(x.name + ": " + x.l.Verdict.Text))
		}
		m.line()
		for _, f := range p.Facts {
			m.item(MarkdownSafe(f))
		}
		for _, f := range p.Cautions {
			m.item("caution: " + MarkdownSafe(f))
		}
		m.line()
		for _, part := range comparisonParts(c, p, false) {
			m.part(part)
		}
	}
	m.line("Read from:")
	m.line()
	for _, x := range []struct {
		name string
		s    *story.Side
	}{{"good", &c.Good}, {"bad", &c.Bad}} {
		for n, f := range x.s.Captures {
			m.item(x.name + ": " + numbered(x.s.Captures, n, code(nameOf(f))) + ", " + span(f.First, f.Last))
		}
	}
	m.item("glancecap " + MarkdownSafe(c.Version))
	return m.w.Flush()
}

// part writes a table of a comparison; its first column gives way.
func (m *markdown) part(p comparisonPart) {
	if len(p.rows) > 0 {
		m.line("| " + p.name + " | good | bad | difference |")
		m.line("|---|---|---|---|")
	}
	for _, row := range p.rows {
		const around, least, most = 13, 16, 15 // columns of the lines, of the first cell, of a figure
		good, bad := shorten(Safe(row[1]), most), shorten(Safe(row[2]), most)
		tail := " | " + MarkdownSafe(good) + " | " + MarkdownSafe(bad) + " | " + MarkdownSafe(shorten(Safe(row[3]), ticketWidth-around-least-columns(good)-columns(bad))) + " |"
		room := max(ticketWidth-2-columns(tail), least)
		what := shorten(Safe(row[0]), room)
		for n := columns(what); n > 1 && columns(MarkdownSafe(what)) > room; {
			n--
			what = shorten(Safe(row[0]), n)
		}
		m.line("| ", MarkdownSafe(what), tail)
	}
	if len(p.rows) > 0 {
		m.line()
	}
	if words := p.left(); words != "" {
		m.paragraph("Not shown: " + p.name + ", " + words + ".")
	}
}
