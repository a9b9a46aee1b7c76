package html

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// stretch is a piece of the band of states.
type stretch struct {
	X, W          float64
	Class, Label  string
	Title         string
	ShowLabel     bool
	Start, Length float64
}

// flag is a transition.
type flag struct {
	X, Y, Bottom        float64
	Label, Class, Title string
	Left                bool // the words stand left of the pole
}

// W is the width of the flag, TextX and TextY the place of its words.
func (f flag) W() float64     { return bold*float64(len([]rune(f.Label))) + 8 }
func (f flag) TextX() float64 { return f.W() - 5 }
func (f flag) TextY() float64 { return f.Y + 10 }

// band lays the states out, and flags where they change.
func (p *picture) band() {
	i := p.image
	status, from := "not yet there", i.First
	if len(i.Transitions) == 0 {
		status = cmp.Or(i.Verdict.Status, "unknown")
	} else if first := i.Transitions[0].From; first != nil {
		status = *first
	} else if i.BeforeCapture {
		status = "unknown"
	}
	add := func(status string, from, to story.Time) {
		if to < from {
			return
		}
		x := p.at.x(p.since(from))
		s := stretch{X: x, W: p.at.x(p.since(to)) - x, Class: "st-" + known(status), Label: report.Safe(status)}
		s.Title = fmt.Sprintf("%s for %s s", s.Label, report.Seconds(to.Sub(from)))
		s.ShowLabel = s.W > letter*float64(len(s.Label))+8
		p.Band = append(p.Band, s)
	}
	for _, t := range i.Transitions {
		add(status, from, t.Time)
		status, from = t.To, t.Time
	}
	add(status, from, i.Last)
}

// known gives a status that the style sheet knows.
func known(status string) string {
	switch status {
	case "queued", "saving", "importing", "uploading", "active", "killed", "deleted", "pending_delete", "deactivated":
		return status
	}
	return "other"
}

// flags stands a flag at each transition, in as many rows as their words need.
func (p *picture) flags() {
	none := "nothing"
	if p.image.BeforeCapture {
		none = "unknown"
	}
	for _, t := range p.image.Transitions {
		f := flag{X: p.at.x(p.since(t.Time)), Label: report.Safe(t.To) + " +" + report.Seconds(t.Time.Sub(p.image.First)), Class: "st-" + known(t.To)}
		f.Title = fmt.Sprintf("%s → %s at +%s s, frame %s; told by %s", report.Safe(deref(t.From, none)), report.Safe(t.To),
			report.Seconds(t.Time.Sub(p.image.First)), report.FrameAt(t.Frame, t.File), strings.Join(t.Witnesses, ", "))
		if !t.Legal {
			f.Title += "; Glance does not allow this change"
		}
		wide := letter*float64(len(f.Label)) + 14
		f.Left = f.X+wide > trackWidth
		left, right := f.X, f.X+wide
		if f.Left {
			left, right = f.X-wide, f.X+2
		}
		row := slices.IndexFunc(p.firstFreeFlag, func(free float64) bool { return free <= left })
		switch {
		case row >= 0:
		case len(p.firstFreeFlag) < 5:
			row = len(p.firstFreeFlag)
			p.firstFreeFlag = append(p.firstFreeFlag, 0)
		default:
			row = 4
		}
		p.firstFreeFlag[row] = right
		f.Y = bandHeight + 4 + flagHeight*float64(row)
		p.Flags = append(p.Flags, f)
	}
}
