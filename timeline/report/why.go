package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"glancecap/timeline/story"
)

// Why writes the evidence for one thing, for a person.
func Why(w io.Writer, s *story.Story, o TextOptions) error {
	t := &text{page: newPage(w, o), TextOptions: o, index: newIndex(s)}
	t.warnOfSecrets(s.ShowsSecrets)
	y := s.Why
	t.pieces(piece{y.ID, strong}, piece{"  " + shorten(Safe(y.Title), max(t.width-columns(y.ID)-2, 40)), plain})
	t.labelled("", "why", strong, y.Answer)
	t.section()
	wide := len("wireshark")
	for _, e := range y.Evidence {
		wide = max(wide, columns(e.About))
	}
	last := ""
	for _, e := range y.Evidence {
		label := e.About
		if label == last {
			label = ""
		}
		last = e.About
		t.labelled("  ", padRight(label, wide), plain, e.Text+t.where(e.Frames))
	}
	t.rivals(y.Candidates)
	if len(y.Surer) > 0 {
		t.section()
		for n, words := range y.Surer {
			label := ""
			if n == 0 {
				label = "surer"
			}
			t.labelled("  ", padRight(label, wide), warning, words)
		}
	}
	if y.Filter != "" {
		t.section()
		// To be copied: these are not wrapped.
		t.pieces(piece{"  " + padRight("wireshark", wide) + "  ", strong}, piece{y.Filter, plain})
		t.pieces(piece{"  " + padRight("tshark", wide) + "  ", strong}, piece{y.Tshark, plain})
	}
	return t.close()
}

// reasonWidth is that of the longest reason, causality.
const reasonWidth = 9

// rivals tells the candidates: whose it may be first, then what stands against
// the others; those that are about other images take one line together.
func (t *text) rivals(candidates []story.Candidate) {
	if len(candidates) == 0 {
		return
	}
	t.section()
	t.line("  candidates")
	var elsewhere []string
	for _, c := range candidates {
		if c.Reason == "image" {
			elsewhere = append(elsewhere, c.Call)
			continue
		}
		head, where := "    "+padRight(c.Call, 5)+" ", strings.NewReplacer("(", " ", ")", "").Replace(t.where(c.Frames))
		t.pieces(piece{head, strong}, piece{shorten(Safe(c.What), max(t.width-columns(head+where), 20)) + where, plain})
		label, how := cmp.Or(c.Reason, "possible"), plain
		if c.Own {
			label, how = "this", good
		}
		t.labelled(strings.Repeat(" ", 10), padRight(label, reasonWidth), how, c.Text)
	}
	if len(elsewhere) > 0 {
		verb := " are about other images"
		if len(elsewhere) == 1 {
			verb = " is about another image"
		}
		t.line("    ", list(elsewhere), verb)
	}
}

// where tells frames in brackets.
func (t *text) where(list []story.Frames) string {
	if len(list) == 0 {
		return ""
	}
	const most = 6
	what := "frame"
	var words []string
	seen := make(map[string]bool)
	for n, f := range list {
		word := frames(f.First, f.Last)
		if f.File != nil && *f.File < len(t.story.Captures) {
			word += " of " + nameOf(t.story.Captures[*f.File])
		}
		if seen[word] {
			continue
		}
		seen[word] = true
		if n >= most {
			words = append(words, "…")
			break
		}
		words = append(words, word)
	}
	if len(words) > 1 || list[0].Last > list[0].First {
		what = "frames"
	}
	return fmt.Sprintf(" (%s %s)", what, strings.Join(words, ", "))
}
