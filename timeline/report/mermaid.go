package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"glancecap/timeline/story"
)

// Mermaid writes a sequence diagram of each image's life
// (https://mermaid.js.org/syntax/sequenceDiagram.html): calls and writes as
// arrows, transitions as notes. One image is one diagram; several are one
// diagram with a box of the background for each.
func Mermaid(w io.Writer, s *story.Story) error {
	b := bufio.NewWriter(w)
	x := NewIndex(s)
	fmt.Fprintln(b, "sequenceDiagram")
	const most = 10
	for _, p := range parties {
		fmt.Fprintf(b, "    participant %s as %s\n", p.id, p.name)
	}
	if s.ShowsSecrets {
		fmt.Fprintf(b, "    Note over C,S: %s\n", MermaidSafe(secretsShown))
	}
	for n, i := range s.Images {
		if n == most {
			fmt.Fprintf(b, "    Note over C,S: %s more\n", count(len(s.Images)-n, "image"))
			break
		}
		if len(s.Images) > 1 {
			fmt.Fprintln(b, "    rect rgba(128, 128, 128, 0.1)")
		}
		fmt.Fprintf(b, "    Note over C,S: %s: %s\n", MermaidSafe(cmp.Or(i.Name, i.ID)), MermaidSafe(i.Verdict.Text))
		x.sequence(b, i)
		if len(s.Images) > 1 {
			fmt.Fprintln(b, "    end")
		}
	}
	if len(s.Images) == 0 {
		fmt.Fprintln(b, "    Note over C,S: no image's life is in these captures")
	}
	return b.Flush()
}

// parties are the participants of a diagram.
var parties = []struct{ service, id, name string }{
	{"client", "C", "client"}, {"keystone", "K", "Keystone"}, {"glance", "G", "Glance"}, {"mysql", "D", "database"}, {"swift", "S", "Swift"},
}

// party gives the participant for a service or an address.
func party(service string) string {
	for _, p := range parties {
		if p.service == service {
			return p.id
		}
	}
	return "C"
}

// MermaidSafe makes text from strangers safe for a message or note: one line of
// printable characters in which nothing ends the statement or is markup. What
// could is written as an entity, #35; style.
func MermaidSafe(s string) string {
	var b strings.Builder
	for _, r := range Safe(s) {
		if strings.ContainsRune("#;:<>\"'`%{}[]()|&\\@*$~^", r) || r == '-' && strings.HasSuffix(b.String(), "-") {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	// Mermaid takes `end` alone for the end of a block.
	if strings.EqualFold(strings.TrimSpace(b.String()), "end") {
		return "#101;nd"
	}
	return cmp.Or(b.String(), " ")
}

// moment is something that a diagram tells.
type moment struct {
	at   story.Time
	rank int // of moments of one time
	text string
}

// sequence writes the calls, writes and transitions of an image by time.
func (x *index) sequence(w io.Writer, i *story.Image) {
	calls := x.family(i)
	var moments []moment
	add := func(at story.Time, rank int, format string, args ...any) {
		moments = append(moments, moment{at, rank, fmt.Sprintf(format, args...)})
	}
	for _, c := range calls {
		from, to := party(x.maker(c)), party(c.Service)
		add(c.Time, 1, "%s->>%s: %s", from, to, MermaidSafe(shorten(Safe(strings.TrimPrefix(callWords(c, i.ID), c.Service+" ")), 70)))
		if c.Status != nil {
			arrow := "-->>"
			if *c.Status >= 400 {
				arrow = "--x"
			}
			add(c.End, 0, "%s%s%s: %d after %s s", to, arrow, from, *c.Status, seconds(c.Seconds))
		}
	}
	t := &text{page: newPage(io.Discard, TextOptions{}), index: x}
	writes, _ := t.transactions(i, x.statementsOf(i, calls))
	for _, wr := range writes {
		e := wr.event(t)
		add(e.at, 2, "%s->>D: %s, %s", party(cmp.Or(wr.writes[0].Service, "glance")), MermaidSafe(shorten(Safe(e.what), 70)), MermaidSafe(e.answer))
	}
	for _, tr := range i.Transitions {
		add(tr.Time, 3, "Note over G,D: %s at +%s s, frame %s", MermaidSafe(tr.To), seconds(tr.Time.Sub(i.First)), frameAt(tr.Frame, tr.File))
	}
	sortMoments(moments)
	for _, m := range moments {
		fmt.Fprintln(w, "    "+m.text)
	}
}
