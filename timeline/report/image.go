package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// image tells an image's life: verdict, causes, path, phases, events. At most
// so many events are shown as limit says; 0 is no limit, onPage what is left
// of the page.
func (t *text) image(i *story.Image, limit int) {
	t.section()
	// A name may be as long as its maker liked; the id is never cut.
	name := shorten(Safe(cmp.Or(i.Name, "(no name)")), max(t.width-columns(Safe(i.ID))-2, 16))
	t.pieces(piece{name, strong}, piece{"  " + i.ID, plain})
	t.verdict(i)
	t.causes(i)
	t.section()
	t.path("  ", i)
	t.bar("  ", i)
	t.phases("  ", i)
	t.verified("  ", i)
	if t.Image != "" {
		t.row(i)
	}
	t.events(i, limit)
}

// verdict tells how it ended, and what the image is.
func (t *text) verdict(i *story.Image) {
	label, rest, how := verdictWords(i)
	facts := imageFacts(i)
	if facts != "" && columns(Safe(label+rest+facts))+3 <= t.width {
		rest, facts = rest+"   "+facts, ""
	}
	t.flow("", "  ", append(unitsOf(label, how), unitsOf(rest, plain)...)...)
	if facts != "" {
		t.flow("  ", "  ", unitsOf(facts, plain)...)
	}
}

// verdictWords splits a verdict into the word that comes first and the rest.
func verdictWords(i *story.Image) (label, rest string, how style) {
	v := i.Verdict
	switch {
	case i.OpenAtEnd:
		return "OPEN", "  " + v.Text, warning
	case !v.OK:
		return "FAILED", "  " + v.Text, bad
	}
	first, rest, found := strings.Cut(v.Text, " ")
	if found {
		rest = " " + rest
	}
	return strings.ToUpper(first), rest, good
}

// imageFacts tells size, formats and where the bytes lie.
func imageFacts(i *story.Image) string {
	var words []string
	if size := i.Row.Get("size"); size != nil {
		words = append(words, groupedText(*size)+" bytes")
	}
	disk, container := deref(i.Row.Get("disk_format")), deref(i.Row.Get("container_format"))
	switch {
	case disk != "" && container != "":
		words = append(words, disk+"/"+container)
	case disk+container != "":
		words = append(words, disk+container)
	}
	for _, s := range i.Store {
		if s.State == "deleted" || slices.Contains(words, s.Kind) {
			continue
		}
		words = append(words, s.Kind)
		if len(s.Segments) > 0 {
			words = append(words, count(len(s.Segments), "segment"))
		}
	}
	return strings.Join(words, ", ")
}

// causes tells what is wrong with an image: where it can be seen, what to
// search for, what to do.
func (t *text) causes(i *story.Image) {
	wide := len("cause")
	for _, id := range i.Diagnoses {
		if d := t.diagnosed[id]; d != nil && d.Cause == nil {
			wide = max(wide, len(d.Severity))
		}
	}
	advice := ""
	for _, id := range i.Diagnoses {
		d := t.diagnosed[id]
		if d == nil {
			continue
		}
		told := *d
		if told.Advice == advice {
			told.Advice = "" // said just above
		}
		advice = d.Advice
		if d.Cause == nil {
			t.diagnosis("  ", &told, wide)
		} else {
			t.cause(&told, wide)
		}
	}
}

// cause tells where a failure can be seen, what to search for, what to do.
func (t *text) cause(d *story.Diagnosis, wide int) {
	c := d.Cause
	var where []string
	if c.Frame > 0 {
		where = append(where, "frame "+frameAt(c.Frame, c.File), clock(c.Time))
	}
	if c.From != "" && c.To != "" {
		where = append(where, c.From+" → "+c.To)
	}
	where = append(where, cmp.Or(c.What, d.Text))
	t.labelled("  ", padRight("cause", wide), severityStyle(d.Severity), strings.Join(where, "  "))
	if c.RequestID != "" {
		grep := c.RequestID
		if c.Log != "" {
			grep += "  " + c.Log
		}
		if c.LogFrom != story.NoTime && c.LogTo != story.NoTime {
			grep += "  " + shortClock(c.LogFrom) + "–" + shortClock(c.LogTo)
		}
		t.labelled("  ", padRight("grep", wide), strong, grep)
	}
	if d.Advice != "" {
		t.labelled("  ", padRight("next", wide), strong, d.Advice)
	}
}

// path tells the states that an image went through, and how long each took.
func (t *text) path(indent string, i *story.Image) {
	t.flow(indent, indent+"  ", pathUnits(i)...)
}

// pathUnits gives "Created → Queued +0.019 → Saving +0.038", a unit a state.
func pathUnits(i *story.Image) []unit {
	if len(i.Transitions) == 0 {
		status := cmp.Or(deref(i.Row.Get("status")), i.Verdict.Status)
		return []unit{{{capital(status) + " throughout", plain}}}
	}
	var units []unit
	last := i.First
	for n, tr := range i.Transitions {
		switch {
		case n == 0 && tr.From == nil && i.BeforeCapture:
			units = append(units, unit{{"Not seen", plain}})
		case n == 0 && tr.From == nil:
			units = append(units, unit{{"Created", plain}})
		case n == 0:
			units = append(units, unit{{capital(*tr.From), plain}})
		}
		how := plain
		if !tr.Legal || !tr.Agree {
			how = warning
		}
		u := unit{{" → ", plain}, {capital(tr.To), how}}
		if took := tr.Time.Sub(last); took.Known() {
			u = append(u, piece{" +" + seconds(took), plain})
		}
		if !tr.Legal {
			u = append(u, piece{" (not allowed)", warning})
		}
		units = append(units, u)
		last = tr.Time
	}
	return units
}

func capital(s string) string {
	if s == "" {
		return "?"
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// phases tells who took the time, of the phases that took a fifth of the life
// or more. To be active is no work.
func (t *text) phases(indent string, i *story.Image) {
	life := float64(i.Last.Sub(i.First))
	for _, p := range i.Phases {
		if len(p.Shares) == 0 || !p.Seconds.Known() || float64(p.Seconds) < life/5 || p.Name == "active" || p.Name == "deactivated" {
			continue
		}
		units := []unit{{{phaseName(i, p) + " " + seconds(p.Seconds) + " s:", plain}}}
		for n, words := range shareWords(p.Shares, float64(p.Seconds), len(p.Shares)) {
			units = append(units, unit{{strings.Repeat(" ", min(n+1, 2)) + words, plain}})
		}
		t.flow(indent, indent+"  ", units...)
		if p.Held != nil && p.Held.Known() {
			longest := cmp.Or(p.HeldLongest, *p.Held)
			line := "client held by Glance's closed window " + seconds(longest) + " s"
			if len(p.HeldFrames) == 2 {
				line += " (frames " + HeldFrames(&p) + ")"
			}
			if seconds(longest) != seconds(*p.Held) {
				line += ", " + seconds(*p.Held) + " s in all"
			}
			if p.HeldBecause != "" {
				line += ", because of " + p.HeldBecause
			}
			t.flow(indent, indent+"  ", unitsOf(line, plain)...)
		}
	}
}

// phaseName names a phase by the states at its ends.
func phaseName(i *story.Image, p story.Phase) string {
	for _, tr := range i.Transitions {
		if tr.Time == p.End && tr.From != nil && *tr.From == p.Name {
			return p.Name + " → " + tr.To
		}
	}
	return p.Name
}

// sharesText names the largest shares in one line.
func sharesText(shares story.Shares, total float64, shown int) string {
	return strings.Join(shareWords(shares, total, shown), "  ")
}

// shareWords names the largest shares first, with the first one's percentage;
// those below a hundredth are left out.
func shareWords(shares story.Shares, total float64, shown int) []string {
	var words []string
	for n, s := range shares.Largest() {
		if n == shown || !s.Seconds.Known() || n > 0 && float64(s.Seconds) < total/100 {
			break
		}
		word := s.Who + " " + seconds(s.Seconds)
		if n == 0 && total > 0 {
			word += fmt.Sprintf(" (%.0f %%)", 100*float64(s.Seconds)/total)
		}
		words = append(words, word)
	}
	return words
}
