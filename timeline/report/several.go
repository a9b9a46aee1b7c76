package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// totals counts images by what became of them, where there are several.
func (t *text) totals() {
	s := t.story.Totals
	if s.Images < 2 {
		return
	}
	t.section()
	line := outcomes(s)
	if s.OnlyRead > 0 {
		line += ". " + onlyRead(s)
	}
	t.flow("", "  ", unitsOf(line, strong)...)
	if v := s.Verified; v != nil {
		t.labelled("", "bytes:", plain, verifiedTotal(v))
	}
	if d := s.Seconds; d != nil {
		line := "median " + seconds(d.Median)
		if s.Images > fewImages {
			line += ", nine of ten within " + seconds(d.P90)
		}
		line += ", slowest " + seconds(d.Slowest)
		if len(s.Phases) > 0 {
			line += "; slowest phase " + phaseTotal(s.Phases[0])
		}
		t.labelled("", "seconds:", plain, line)
	}
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// outcomes counts the images by what became of them.
func outcomes(s story.Totals) string {
	var words []string
	for _, o := range s.Outcomes {
		words = append(words, grouped(o.Images)+" "+outcomeName(o))
	}
	return count(s.Images, "image") + ": " + strings.Join(words, ", ")
}

// onlyRead counts the images that nothing changed.
func onlyRead(s story.Totals) string {
	return grouped(s.OnlyRead) + " more " + wasWere(s.OnlyRead) + " only read"
}

// outcomeName says what became of images.
func outcomeName(o story.Outcome) string {
	if o.What == "open" {
		return "still " + o.Status + " at the end"
	}
	return o.What
}

// phaseTotal names a phase with its share of all time, and who took most of it.
func phaseTotal(p story.PhaseTotal) string {
	line := p.Name
	if p.Share.Known() {
		line += fmt.Sprintf(" (%.0f %% of all)", 100*float64(p.Share))
	}
	if most := sharesText(p.Shares, float64(p.Seconds), 1); most != "" {
		line += ", most of it " + most
	}
	return line
}

// few shows up to ten images: the list, a path each of those that are well,
// and the whole life of those that are not.
func (t *text) few(images []*story.Image) {
	shown := t.limited(images)
	t.imageTable(shown, false)
	t.section()
	var well, unwell []*story.Image
	for _, i := range shown {
		if t.worst(i) < severityRank("note") {
			unwell = append(unwell, i)
		} else {
			well = append(well, i)
		}
	}
	if len(well) > blockUpTo {
		t.paths(well)
	} else {
		for _, i := range well {
			t.pieces(piece{"  " + title(i, 60), strong})
			t.path("    ", i)
			t.phases("    ", i)
			t.verified("    ", i)
		}
	}
	for _, i := range unwell {
		t.image(i, 12)
	}
}

// paths shows a line for each image.
func (t *text) paths(images []*story.Image) {
	wide := 0
	for _, i := range images {
		wide = max(wide, columns(title(i, 30)))
	}
	for _, i := range images {
		name := "  " + padRight(title(i, 30), wide) + "  "
		t.flow(name, strings.Repeat(" ", min(columns(name), 8)), pathUnits(i)...)
	}
}

// title names an image in at most so many columns.
func title(i *story.Image, wide int) string { return shorten(Safe(cmp.Or(i.Name, i.ID)), wide) }

// many shows the causes with their counts, and the worst images.
func (t *text) many(images []*story.Image) {
	if causes := t.story.Totals.Causes; len(causes) > 0 {
		t.causeTable(causes)
		t.section()
	}
	shown := t.limited(images)
	t.imageTable(shown, true)
	if rest := len(images) - len(shown); rest > 0 {
		t.line("  not shown: ", count(rest, "image"), " (--limit N, --image NAME, --all)")
	}
}

// limited gives the worst images, by severity and then by duration, as many
// as are to be shown: a page of those that are not well.
func (t *text) limited(images []*story.Image) []*story.Image {
	worst := slices.Clone(images)
	slices.SortStableFunc(worst, func(a, b *story.Image) int {
		return cmp.Or(cmp.Compare(t.worst(a), t.worst(b)), cmp.Compare(known(b.Verdict.Seconds), known(a.Verdict.Seconds)))
	})
	unwell := 0
	for unwell < len(worst) && t.worst(worst[unwell]) < severityRank("note") {
		unwell++
	}
	limit := cmp.Or(t.Limit, min(max(worstShown, unwell), unwellShown))
	if len(images) <= limit {
		return images
	}
	return worst[:limit]
}

// nameOf gives the name of an image, or its id.
func (t *text) nameOf(id string) string {
	for _, i := range t.story.Images {
		if i.ID == id {
			return title(i, 30)
		}
	}
	return id
}

func known(n story.Number) float64 {
	if !n.Known() {
		return -1
	}
	return float64(n)
}
