package report

import (
	"bufio"
	"io"
	"strings"
)

// defaultWidth is the width of a line that goes to no terminal.
const defaultWidth = 100

// style is what a piece of text means; colour shows nothing else.
type style string

// The styles, as SGR parameters (ECMA-48 §8.3.117).
const (
	plain   style = ""
	strong  style = "1"
	good    style = "32"
	bad     style = "31;1"
	warning style = "33"
	faint   style = "2"
)

// piece is a stretch of a line.
type piece struct {
	text  string
	style style
}

// page is the terminal's sink: all text of the report goes through it, and it
// lets nothing through that Safe would not.
type page struct {
	w     *bufio.Writer
	width int
	// terminal tells that the width is that of a terminal.
	terminal bool
	color    bool
	// gap tells that an empty line is wanted before the next one.
	gap bool
	// lines counts what was written.
	lines int
}

func newPage(w io.Writer, o TextOptions) *page {
	p := &page{w: bufio.NewWriter(w), width: o.Width, terminal: o.Width > 0, color: o.Color}
	if p.width <= 0 {
		p.width = defaultWidth
	}
	p.width = max(p.width, 60)
	return p
}

// line writes a line of plain text.
func (p *page) line(text ...string) { p.pieces(piece{strings.Join(text, ""), plain}) }

// pieces writes a line. Spaces at its end are left out.
func (p *page) pieces(pieces ...piece) {
	if p.gap && p.lines > 0 {
		p.w.WriteByte('\n')
		p.lines++
	}
	p.gap = false
	p.lines++
	for n := len(pieces); n > 0; n-- {
		last := &pieces[n-1]
		if last.text = strings.TrimRight(last.text, " "); last.text != "" {
			break
		}
	}
	for _, x := range pieces {
		text := Safe(x.text)
		if text == "" {
			continue
		}
		if p.color && x.style != plain {
			text = "\x1b[" + string(x.style) + "m" + text + "\x1b[0m"
		}
		p.w.WriteString(text)
	}
	p.w.WriteByte('\n')
}

// section asks for an empty line before whatever comes next.
func (p *page) section() { p.gap = true }

// labelled writes a label and text beside it, wrapped to the width. Further
// lines stand below the text, or below a long label.
func (p *page) labelled(indent, label string, how style, text string) {
	const long = 20
	between := "  "
	if strings.HasSuffix(label, ":") {
		between = " "
	}
	prefix := columns(indent + Safe(label) + between)
	hang := prefix
	if hang > long {
		hang = columns(indent) + 2
	}
	if first, _, _ := strings.Cut(Safe(text), " "); prefix+columns(first) > p.width && hang < prefix {
		p.pieces(piece{indent, plain}, piece{label, how})
		prefix, indent, label, between = hang, strings.Repeat(" ", hang), "", ""
	}
	for i, line := range wrap(Safe(text), p.width-prefix, p.width-hang) {
		if i == 0 {
			p.pieces(piece{indent, plain}, piece{label, how}, piece{between + line, plain})
			continue
		}
		p.line(strings.Repeat(" ", hang), line)
	}
}

// wrapped writes text over as many lines as it takes.
func (p *page) wrapped(text string) {
	for _, line := range wrap(Safe(text), p.width, p.width) {
		p.line(line)
	}
}

// close writes out what is left and tells the first error.
func (p *page) close() error { return p.w.Flush() }

// TextOptions are what the text is asked for.
type TextOptions struct {
	// Image is the id, the beginning of an id, or the name of the image
	// that is wanted; "" for all.
	Image string
	// All shows every call and statement, guesses, images only read.
	All bool
	// Limit is the number of images to show, 0 for the usual.
	Limit int
	// List shows the table of images alone.
	List bool
	// Width is the terminal's width in columns, 0 where there is none.
	Width int
	// Color adds colour.
	Color bool
	// Bar draws the time bar of each image, in blocks of Unicode: for eyes, not
	// for files and pipes.
	Bar bool
}
