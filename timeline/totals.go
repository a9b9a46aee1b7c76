package timeline

import (
	"cmp"
	"slices"

	"glancecap/timeline/story"
)

// totals sums up all images that something changed.
func totals(lives []toldImage) story.Totals {
	sum := story.Totals{Outcomes: []story.Outcome{}, Phases: []story.PhaseTotal{}, Causes: []story.CauseCount{}}
	var seconds []story.Number
	for k := range lives {
		i := lives[k].told
		if i.OnlyRead {
			sum.OnlyRead++
			continue
		}
		sum.Images++
		countVerified(&sum, i)
		countOutcome(&sum, i)
		if i.Verdict.OK && i.Verdict.Seconds.Known() {
			seconds = append(seconds, i.Verdict.Seconds)
		}
		for _, p := range i.Phases {
			countPhase(&sum, p)
		}
		countCause(&sum, &lives[k])
	}
	slices.SortStableFunc(sum.Outcomes, func(a, b story.Outcome) int { return cmp.Compare(b.Images, a.Images) })
	slices.SortStableFunc(sum.Causes, func(a, b story.CauseCount) int { return cmp.Compare(b.Images, a.Images) })
	slices.SortStableFunc(sum.Phases, func(a, b story.PhaseTotal) int { return cmp.Compare(b.Seconds, a.Seconds) })
	var all story.Number
	for _, p := range sum.Phases {
		all += p.Seconds
	}
	for k := range sum.Phases {
		sum.Phases[k].Share = story.Unknown
		if all > 0 {
			sum.Phases[k].Share = sum.Phases[k].Seconds / all
		}
	}
	if len(seconds) > 0 {
		slices.Sort(seconds)
		sum.Seconds = &story.Spread{Median: rank(seconds, 50), P90: rank(seconds, 90), Slowest: seconds[len(seconds)-1]}
	}
	return sum
}

// rank gives a percentile by the nearest rank.
func rank(sorted []story.Number, percent int) story.Number {
	n := (len(sorted)*percent + 99) / 100
	return sorted[max(n, 1)-1]
}

func countOutcome(sum *story.Totals, i *story.Image) {
	o := story.Outcome{What: i.Verdict.Status, Status: i.Verdict.Status, Images: 1}
	switch {
	case i.OpenAtEnd:
		o.What = "open"
	case !i.Verdict.OK:
		o.What, o.Status = "failed", ""
	}
	for k := range sum.Outcomes {
		if sum.Outcomes[k].What == o.What && sum.Outcomes[k].Status == o.Status {
			sum.Outcomes[k].Images++
			return
		}
	}
	sum.Outcomes = append(sum.Outcomes, o)
}

// countPhase adds a phase to those of its name. To be active or deactivated is
// no work, and no phase of it.
func countPhase(sum *story.Totals, p story.Phase) {
	if !p.Seconds.Known() || p.Name == "active" || p.Name == "deactivated" {
		return
	}
	for k := range sum.Phases {
		if t := &sum.Phases[k]; t.Name == p.Name {
			t.Images++
			t.Seconds += p.Seconds
			for _, s := range p.Shares {
				t.Shares.Add(s.Who, s.Seconds)
			}
			return
		}
	}
	t := story.PhaseTotal{Name: p.Name, Images: 1, Seconds: p.Seconds, Shares: slices.Clone(p.Shares)}
	sum.Phases = append(sum.Phases, t)
}

// countCause counts an image for the first error that stands on it, or the first
// warning where there is none: with those that say the same apart from figures.
func countCause(sum *story.Totals, l *toldImage) {
	d := gravest(l.made)
	if d == nil {
		return
	}
	for k := range sum.Causes {
		if sum.Causes[k].Code == d.Code && sameButFigures(sum.Causes[k].Text, d.Text) {
			sum.Causes[k].Images++
			return
		}
	}
	sum.Causes = append(sum.Causes, story.CauseCount{Code: d.Code, Images: 1, Image: l.told.ID, Text: d.Text})
}

// gravest gives the first error, or the first warning, nil where there is neither.
func gravest(made []*story.Diagnosis) *story.Diagnosis {
	for _, severity := range []string{"error", "warning"} {
		for _, d := range made {
			if d.Severity == severity {
				return d
			}
		}
	}
	return nil
}

// sameButFigures compares two texts without their figures: runs of four digits
// and more, which are sizes and times and no HTTP status.
func sameButFigures(a, b string) bool {
	for {
		a, b = skipFigure(a), skipFigure(b)
		if a == "" || b == "" {
			return a == b
		}
		n := 1
		if isDigit(a[0]) {
			n = digits(a) // fewer than four: part of the words
		}
		if len(b) < n || a[:n] != b[:n] || isDigit(a[0]) && digits(b) != n {
			return false
		}
		a, b = a[n:], b[n:]
	}
}

// skipFigure leaves a figure at the beginning of a text out.
func skipFigure(s string) string {
	for {
		n := digits(s)
		if n < 4 {
			return s
		}
		s = s[n:]
	}
}

// digits counts the digits that a text begins with.
func digits(s string) (n int) {
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func countVerified(sum *story.Totals, i *story.Image) {
	if i.Verification == nil {
		return
	}
	if sum.Verified == nil {
		sum.Verified = &story.VerifiedTotal{}
	}
	switch {
	case i.Verified == nil:
		sum.Verified.Unknown++
	case *i.Verified:
		sum.Verified.Right++
	default:
		sum.Verified.Wrong++
	}
}
