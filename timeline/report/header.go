package report

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// header tells which captures were read, their span, and what of them is
// readable.
func (t *text) header() {
	const shown = 8
	captures := t.story.Captures
	for i, c := range captures {
		if i == shown && len(captures) > shown+1 && !t.All {
			t.line(fmt.Sprintf("… and %s more", count(len(captures)-shown, "capture")))
			break
		}
		t.labelled("", numbered(captures, i, nameOf(c)), strong, count(c.Packets, "packet")+"  "+span(c.First, c.Last)+clockWords(c.ClockOffset))
	}
	for _, w := range t.story.Witnesses {
		t.labelled("", w.Path, strong, witnessWords(w))
	}
	for _, c := range captures {
		if c.Error != nil {
			t.labelled("", "ended early:", bad, *c.Error)
		}
		for _, remark := range c.Remarks {
			t.labelled("", "remark:", warning, nameOf(c)+": "+remark)
		}
	}
	if t.story.Interrupted {
		t.labelled("", "interrupted:", warning, "only what was read until then is told")
	}
	if line := t.readable(); line != "" {
		t.flow("", "  ", unitsOf(line, plain)...)
	}
}

// nameOf names an input.
func nameOf(c story.Capture) string {
	if c.Path == "-" {
		return "standard input"
	}
	return c.Path
}

// readable names the services that can be read, and those that cannot.
func (t *text) readable() string {
	var can, cannot []string
	for _, s := range t.story.Services {
		if s.Readable > 0 {
			can = append(can, s.Name)
		}
		if s.Encrypted > 0 {
			cannot = append(cannot, s.Name)
		}
	}
	if len(can)+len(cannot) == 0 {
		return ""
	}
	line := "readable: " + strings.Join(can, ", ")
	if len(can) == 0 {
		line = "readable: nothing"
	}
	if len(cannot) > 0 {
		line += "   encrypted: " + strings.Join(cannot, ", ")
	}
	return line
}

// diagnoses tells what is wrong beside the images.
func (t *text) diagnoses() {
	t.section()
	for _, d := range t.story.Diagnoses {
		if d.Image == nil {
			t.diagnosis("", d, len("warning"))
		}
	}
}

// diagnosis tells one diagnosis, and what to do about it, behind labels of a
// width.
func (t *text) diagnosis(indent string, d *story.Diagnosis, wide int) {
	text := d.Text
	if len(d.Frames) > 0 && !strings.Contains(text, "frame ") {
		text += " (frame " + frameAt(d.Frames[0], firstFile(d)) + ")"
	}
	t.labelled(indent, padRight(d.Severity, wide), severityStyle(d.Severity), text)
	if d.Advice != "" && d.Severity != "note" {
		t.labelled(indent, padRight("next", wide), strong, d.Advice)
	}
}

// firstFile gives the capture of a diagnosis's first frame, nil where it is the
// only one or not known.
func firstFile(d *story.Diagnosis) *int {
	if len(d.Files) == 0 || d.Files[0] < 0 {
		return nil
	}
	return &d.Files[0]
}

func severityStyle(severity string) style {
	switch severity {
	case "error":
		return bad
	case "warning":
		return warning
	}
	return faint
}

// blindShown is how many of the things that could not be seen are told.
const blindShown = 4

// footer tells what was not seen and closes the books.
func (t *text) footer() {
	t.section()
	told := make(map[string]bool)
	for i, b := range t.story.BlindSpots {
		if i == blindShown && len(t.story.BlindSpots) > blindShown+1 && !t.All {
			t.line("not seen   … and ", count(len(t.story.BlindSpots)-blindShown, "thing"), " more (--all)")
			break
		}
		t.labelled("", "not seen ", warning, b.Text)
		// A command that was told need not be told again.
		advice, command, _ := strings.Cut(b.Advice, ": tcpdump ")
		if command != "" && !told[command] {
			advice = b.Advice
		}
		if advice != "" && !told[advice] {
			t.labelled("", "to see it", strong, advice)
		}
		told[advice], told[command] = true, true
	}
	line := "accounted for: " + balance(t.story.Captures, t.story.Accounting)
	if hint := "        evidence: --why FRAME or ID"; len(t.story.Images) > 0 && columns(line+hint) <= t.width {
		line += hint
	}
	t.books(line)
	if limits := t.limits(); limits != "" {
		t.labelled("", "bounds reached:", warning, limits)
	}
}

// limits names the bounds that were reached.
func (t *text) limits() string {
	var words []string
	for _, l := range t.story.Limits {
		words = append(words, fmt.Sprintf("%s %s", l.Name, count(l.Times, "time")))
	}
	return strings.Join(words, ", ")
}

// balance is the balance of captures, or says that nobody told it.
func balance(captures []story.Capture, a story.Accounting) string {
	if len(captures) == 0 {
		return "unknown, the records came without their books (records --for timeline)"
	}
	return accounting(a)
}

// accounting is the balance in one line. It grows only where something is
// missing.
func accounting(a story.Accounting) string {
	line := "all " + count(a.Packets.Total, "packet")
	if a.Packets.Outside > 0 {
		line += " of the time asked for (" + grouped(a.Packets.Outside) + " are of other times)"
	}
	var packets, bytes []string
	note := func(list *[]string, n int64, what string) {
		if n > 0 {
			*list = append(*list, grouped(n)+" "+what)
		}
	}
	note(&packets, a.Packets.FragmentPending, "fragments of unfinished datagrams")
	note(&packets, a.Packets.Ignored, "ignored by their receiver")
	note(&packets, a.Packets.Malformed, "malformed")
	note(&packets, a.Packets.HeaderCut, "cut in their headers")
	note(&packets, a.Packets.UnsupportedLink, "of a link type that cannot be read")
	note(&packets, a.Packets.Evicted, "let go for want of memory")
	note(&packets, a.Packets.Carried, "for the records of the capture's next file to tell of")
	if len(packets) > 0 {
		line += ", of them " + list(packets)
	}
	note(&bytes, a.Bytes.Missing, "missing")
	note(&bytes, a.Bytes.Cut, "cut by the snap length")
	note(&bytes, a.Bytes.Undecodable, "undecodable")
	note(&bytes, a.Bytes.Unread, "never read by their receiver")
	note(&bytes, a.Bytes.Evicted, "let go for want of memory")
	note(&bytes, a.Bytes.Carried, "of half messages handed to the run over the next file")
	if len(bytes) > 0 {
		line += "; of " + count(a.Bytes.Span, "stream byte") + " " + list(bytes)
	}
	if a.Bytes.LeftOut > 0 || a.Packets.LeftOut > 0 {
		line += "; left out of the capture on purpose: " + count(a.Packets.LeftOut, "packet") + ", " + count(a.Bytes.LeftOut, "image byte")
	}
	return line
}
