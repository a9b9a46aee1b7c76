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
	t.pieces(piece{line, strong})
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
		t.pieces(append([]piece{{"  " + padRight(title(i, 30), wide) + "  ", plain}}, pathPieces(i)...)...)
	}
}

// title names an image in at most so many columns.
func title(i *story.Image, wide int) string { return shorten(Safe(cmp.Or(i.Name, i.ID)), wide) }

// many shows the causes with their counts, and the worst images.
func (t *text) many(images []*story.Image) {
	if causes := t.story.Totals.Causes; len(causes) > 0 {
		var rows [][]string
		for _, c := range causes {
			rows = append(rows, []string{grouped(c.Images), t.nameOf(c.Image), c.Code, c.Text})
		}
		t.table([]column{{"images", true}, {"such as", false}, {"cause", false}, {"", false}}, rows)
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

// imageTable lists images with name, whole id, status and duration; with
// their cause where wanted and where there is one, else with their size.
func (t *text) imageTable(images []*story.Image, causes bool) {
	header := []column{{"name", false}, {"id", false}, {"status", false}, {"seconds", true}}
	causes = causes && slices.ContainsFunc(images, func(i *story.Image) bool { code, _ := t.causeOf(i); return code != "" })
	if causes {
		header = append(header, column{"cause", false}, column{"frame", true})
	} else {
		header = append(header, column{"bytes", true})
	}
	var rows [][]string
	for _, i := range images {
		label, _, _ := verdictWords(i)
		status := cmp.Or(i.Verdict.Status, strings.ToLower(label))
		if label == "FAILED" || label == "OPEN" {
			status = strings.ToLower(label) + ", " + status
		}
		row := []string{shorten(Safe(cmp.Or(i.Name, "(no name)")), 40), i.ID, status, seconds(i.Verdict.Seconds)}
		if causes {
			cause, frame := t.causeOf(i)
			row = append(row, cause, frame)
		} else {
			row = append(row, groupedText(deref(i.Row["size"])))
		}
		rows = append(rows, row)
	}
	t.table(header, rows)
}

// causeOf gives the code and the frame of the gravest diagnosis on an image.
func (t *text) causeOf(i *story.Image) (code, frame string) {
	best := 3
	for _, id := range i.Diagnoses {
		d := t.diagnosed[id]
		if d == nil || severityRank(d.Severity) >= best {
			continue
		}
		best, code, frame = severityRank(d.Severity), d.Code, ""
		switch {
		case d.Cause != nil && d.Cause.Frame > 0:
			frame = fmt.Sprint(d.Cause.Frame)
		case len(d.Frames) > 0:
			frame = fmt.Sprint(d.Frames[0])
		}
	}
	return code, frame
}

// table writes an open table, its header faint.
func (t *text) table(header []column, rows [][]string) {
	for n, line := range table(header, rows, false) {
		how := plain
		if n == 0 {
			how = faint
		}
		t.pieces(piece{"  " + line, how})
	}
}

// imageList writes the images as `openstack image list` does.
func (t *text) imageList(images []*story.Image) {
	if t.Limit > 0 && len(images) > t.Limit {
		images = images[:t.Limit]
	}
	var rows [][]string
	for _, i := range images {
		rows = append(rows, []string{i.ID, i.Name, cmp.Or(deref(i.Row["status"]), i.Verdict.Status)})
	}
	for _, line := range table([]column{{name: "ID"}, {name: "Name"}, {name: "Status"}}, rows, true) {
		t.line(line)
	}
}
