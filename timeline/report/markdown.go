package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"glancecap/timeline/story"
)

// ticketWidth is the width of the lines of a ticket, in columns; only a table,
// an id or a filter that is longer goes beyond.
const ticketWidth = 80

// Markdown writes the story for a ticket: what happened, where the evidence
// lies, what to search for in which log, what was not seen.
func Markdown(w io.Writer, s *story.Story) error {
	m := &markdown{w: bufio.NewWriter(w), index: NewIndex(s)}
	m.warnOfSecrets(s.ShowsSecrets)
	// Those that are not well come first: a ticket is about them.
	shown := slices.Clone(s.Images)
	slices.SortStableFunc(shown, func(a, b *story.Image) int { return cmp.Compare(m.worst(a), m.worst(b)) })
	switch len(shown) {
	case 0:
		m.paragraph("**No image's life is in these captures.**")
		m.environment()
	case 1:
		m.verdict(shown[0])
		m.environment()
	default:
		m.paragraph("**" + MarkdownSafe(TotalsWords(s.Totals)) + "**")
		m.environment()
	}
	const most = 20
	for n, i := range shown {
		if n == most {
			m.paragraph(fmt.Sprintf("%s more are not told here (`--image NAME` tells one).", count(len(shown)-n, "image")))
			break
		}
		if len(shown) > 1 {
			m.verdict(i)
		}
		m.life(i)
	}
	m.others()
	m.notSeen()
	return m.w.Flush()
}

// markdown is one ticket being written.
type markdown struct {
	w *bufio.Writer
	*index
}

// MarkdownSafe makes text from strangers safe for Markdown (CommonMark 0.31):
// one line of printable characters in which nothing is markup. Characters with
// a meaning become character references, which no dialect takes for markup.
func MarkdownSafe(s string) string {
	var b strings.Builder
	text := []rune(Safe(s))
	near := func(n int) rune {
		if n < 0 || n >= len(text) {
			return ' '
		}
		return text[n]
	}
	for n, r := range text {
		if strings.ContainsRune("\\`*[]<>#|~&@$", r) || oddlyPlaced(r, near(n-1), near(n+1)) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	// An address becomes a link by itself in some dialects.
	return strings.NewReplacer("://", "&#58;//", "www.", "www&#46;").Replace(b.String())
}

// oddlyPlaced tells whether a character is markup beside its neighbours: at
// the edge of a word, or what would begin a list or underline a heading where
// a line happens to begin.
func oddlyPlaced(r, before, after rune) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	switch r {
	case '_':
		return !word(before) || !word(after)
	case '+', '-', '=':
		return after == ' ' || after == r
	case '.', ')':
		return unicode.IsDigit(before) && after == ' '
	}
	return false
}

// code writes text as code, unless it could not stay in one piece: a
// reference means nothing in code, and a line may break at a space.
func code(s string) string {
	if s = Safe(s); strings.ContainsAny(s, "`| ") {
		return MarkdownSafe(s)
	}
	return "`" + s + "`"
}

// codeLine writes words of the report's own as code.
func codeLine(s string) string { return "`" + s + "`" }

func (m *markdown) line(text ...string) {
	m.w.WriteString(strings.TrimRight(strings.Join(text, ""), " ") + "\n")
}

// warnOfSecrets says that secrets are shown, where it is so.
func (m *markdown) warnOfSecrets(shown bool) {
	if shown {
		m.paragraph("**Not for others: " + secretsShown + ".**")
	}
}

// paragraph writes a paragraph, wrapped.
func (m *markdown) paragraph(text string) { m.hang("", "", text) }

// hang writes text behind a first prefix, further lines behind another.
func (m *markdown) hang(first, rest, text string) {
	for n, line := range wrap(text, ticketWidth-columns(first), ticketWidth-columns(rest)) {
		if n == 0 {
			m.line(first, line)
		} else {
			m.line(rest, line)
		}
	}
	if first == "" {
		m.line()
	}
}

// item writes an item of a list.
func (m *markdown) item(text string) { m.hang("- ", "  ", text) }

// environment tells the captures and what of them can be read.
func (m *markdown) environment() {
	m.line("Seen in:")
	m.line()
	for n, c := range m.story.Captures {
		m.item(numbered(m.story.Captures, n, code(nameOf(c))) + ": " + count(c.Packets, "packet") + ", " + span(c.First, c.Last))
		if c.Error != nil {
			m.item("ended early: " + MarkdownSafe(*c.Error))
		}
	}
	for _, v := range m.story.Witnesses {
		m.item(MarkdownSafe(v.Path + ": " + witnessWords(v)))
	}
	for _, v := range m.story.Services {
		if len(v.Servers) == 0 {
			continue
		}
		words := v.Name + " at " + strings.Join(v.Servers, ", ")
		if v.Encrypted > 0 {
			words += ", " + count(v.Encrypted, "connection") + " encrypted"
		}
		m.item(MarkdownSafe(words))
	}
	m.item("glancecap " + MarkdownSafe(m.story.Version))
	m.line()
}

// verdict tells what became of an image, and why.
func (m *markdown) verdict(i *story.Image) {
	m.line("## ", MarkdownSafe(shorten(Safe(cmp.Or(i.Name, "(no name)")), 60)))
	m.line()
	label, rest, _ := verdictWords(i)
	m.paragraph("**" + MarkdownSafe(label) + "**" + MarkdownSafe(rest))
	m.item("image " + code(i.ID))
	if facts := imageFacts(i); facts != "" {
		m.item(MarkdownSafe(facts))
	}
	for _, id := range i.Diagnoses {
		if d := m.diagnosed[id]; d != nil {
			m.diagnosis(d)
		}
	}
	m.line()
}

// life tells the events of an image, and where to look for more.
func (m *markdown) life(i *story.Image) {
	t := &text{page: newPage(io.Discard, TextOptions{}), index: m.index}
	const most = 30
	events, folded := t.collect(i)
	m.events(i, pick(events, most, &folded))
	if words := folded.String(); words != "" {
		m.paragraph("Not shown: " + words + ".")
	}
	m.requests(i)
}

// events writes the timeline as a table. Its columns are narrow; request ids
// stand below.
func (m *markdown) events(i *story.Image, events []event) {
	if len(events) == 0 {
		return
	}
	m.line("| +s | who | what | answer | frame |")
	m.line("|--:|---|---|---|--:|")
	for _, e := range events {
		frame := ""
		if e.frames != "" {
			frame, _, _ = strings.Cut(strings.ReplaceAll(e.frames, "–", ","), ",")
		}
		answer := MarkdownSafe(e.answer)
		row := "| " + seconds(e.at.Sub(i.First)) + " | " + MarkdownSafe(e.who) + " | "
		tail := " | " + answer + " | " + frame + " |"
		room := max(ticketWidth-columns(row)-columns(tail), 16)
		what := shorten(Safe(e.what), room)
		for n := columns(what); n > 1 && columns(MarkdownSafe(what)) > room; {
			n--
			what = shorten(Safe(e.what), n)
		}
		m.line(row, MarkdownSafe(what), tail)
	}
	m.line()
}

// diagnosis tells a diagnosis with where it can be seen and what to do.
func (m *markdown) diagnosis(d *story.Diagnosis) {
	m.item("**" + d.Severity + "**: " + MarkdownSafe(d.Text))
	if c := d.Cause; c != nil {
		if c.Frame > 0 {
			m.item(MarkdownSafe(seenIn(d)))
		}
		if c.RequestID != "" {
			m.item("search for " + code(c.RequestID) + " in " + MarkdownSafe(c.Log) + " " + shortClock(c.LogFrom) + "–" + shortClock(c.LogTo) + " UTC")
		}
	} else if len(d.Frames) > 0 {
		m.item("see frame " + frameAt(d.Frames[0], firstFile(d)))
	}
	if d.Advice != "" {
		m.item("next: " + MarkdownSafe(d.Advice))
	}
}

// inLog tells the stretch of a log in which a call is to be found, in whole
// seconds.
func inLog(c *story.Call) string {
	const second = story.Time(1e9)
	end := c.End
	if end != story.NoTime {
		end += second - end%second
	}
	return shortClock(c.Time) + "–" + shortClock(end)
}

// seenIn tells where the cause of a diagnosis is to be seen, and what is to be
// seen there unless the diagnosis has just said it.
func seenIn(d *story.Diagnosis) string {
	c := d.Cause
	words := fmt.Sprintf("seen in frame %s, %s", frameAt(c.Frame, c.File), clock(c.Time))
	if c.From != "" && c.To != "" {
		words += ", " + c.From + " → " + c.To
	}
	if !strings.Contains(d.Text, c.What) {
		words += ": " + c.What
	}
	return words
}

// requests tells the ids to search for, in which log, and the frames to look
// at.
func (m *markdown) requests(i *story.Image) {
	calls := m.family(i)
	written := 0
	for _, c := range calls {
		if c.RequestID == nil || c.Method == "GET" || c.Method == "HEAD" {
			continue
		}
		if written++; written > 12 {
			break
		}
		if written == 1 {
			m.line("Search for (log, time in UTC) and look at (Wireshark filter):")
			m.line()
		}
		m.item(MarkdownSafe(c.Service+" "+c.Action) + ", " + MarkdownSafe(cmp.Or(story.LogOf(c.Service), "the log of "+c.Service)) + " " + inLog(c))
		m.hang("  ", "  ", code(*c.RequestID))
		if filter := c.Wireshark.Filter(); filter != "" {
			m.line("  ", codeLine(filter), m.inCapture(c))
		}
	}
	if written == 0 {
		return
	}
	m.line()
	path := "CAPTURE"
	if len(m.story.Captures) == 1 {
		path = Safe(story.Quoted(m.story.Captures[0].Path))
	}
	if len(m.story.Captures) > 0 && !strings.Contains(path, "`") {
		m.line("A filter's packets: ", codeLine("tshark -r "+path+" -Y 'FILTER'"))
		m.line()
	}
}

// inCapture says in which of several captures a call's frames begin.
func (m *markdown) inCapture(c *story.Call) string {
	if c.File == nil {
		return ""
	}
	return fmt.Sprintf(" in %d", *c.File+1)
}

// others tells what is wrong beside the images.
func (m *markdown) others() {
	told := false
	for _, d := range m.story.Diagnoses {
		if d.Image == nil {
			m.diagnosis(d)
			told = true
		}
	}
	if told {
		m.line()
	}
}

// notSeen tells what the captures cannot show, and closes the books.
func (m *markdown) notSeen() {
	m.line("## Not seen")
	m.line()
	if len(m.story.BlindSpots) == 0 {
		m.item("nothing that the timeline would have needed")
	}
	for _, b := range m.story.BlindSpots {
		m.item(MarkdownSafe(b.Text))
		if b.Advice != "" {
			m.item("to see it: " + MarkdownSafe(b.Advice))
		}
	}
	m.item("accounted for: " + MarkdownSafe(balance(m.story.Captures, m.story.Accounting)))
}
