package html

import (
	"fmt"
	"strings"

	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// tick is a statement.
type tick struct {
	Link, Class, Title string
	X, Y, H            float64
}

// arrow leads from a cause to its effect.
type arrow struct {
	X, From, To float64
	Class       string
}

// Head is where the arrow's head begins.
func (a arrow) Head() float64 {
	if a.To < a.From {
		return a.To + 4
	}
	return a.To - 4
}

// arrows leads from each call to those that it caused, and from the client's
// lane to Glance's.
func (p *picture) arrows(x *report.Index, calls []*story.Call) {
	asked := make(map[string]*bar)
	if l := p.byService["client"]; l != nil {
		for _, b := range l.bars {
			asked[b.Link] = b
		}
	}
	for _, c := range calls {
		from, to := asked[c.ID], p.barOf[c.ID]
		if parent := c.Behalf(); parent != nil {
			from = p.barOf[*parent]
		}
		if from != nil && to != nil {
			p.lead(to.X+1, from.Y, to.Y+barTop, to.Y+barBottom, "")
		}
	}
}

// lead draws an arrow from a bar to what it caused, which reaches from top to
// bottom.
func (p *picture) lead(x, from, top, bottom float64, class string) {
	if top >= from {
		p.Arrows = append(p.Arrows, arrow{x, from + barBottom, top, class})
	} else {
		p.Arrows = append(p.Arrows, arrow{x, from + barTop, bottom, class})
	}
}

// ticks lays the statements out: writes high, reads low, housekeeping faint.
func (p *picture) ticks(statements []*story.Statement) {
	l := p.byService["mysql"]
	if l == nil {
		return
	}
	top := l.Y + l.H - databaseRow - lanePad
	var faint strings.Builder
	told, folded := 0, 0
	for _, s := range statements {
		x := p.at.x(p.since(s.Time))
		write := s.Outcome != "read" && !s.Housekeeping && s.Verb != "SELECT" && s.Verb != "COMMIT"
		if s.Housekeeping || told >= maxTicks {
			fmt.Fprintf(&faint, "M%.1f %.0fv4", x, top+databaseRow-6)
			if !s.Housekeeping {
				folded++
			}
			continue
		}
		told++
		t := tick{Link: s.ID, Class: "read", Title: p.statementTitle(s), X: x, Y: top + 16, H: 10}
		if write {
			t.Class, t.Y, t.H = "write", top+6, 20
		}
		if s.Error != nil || s.Outcome == "rolled_back" && write {
			t.Class += " failed"
		}
		p.Ticks = append(p.Ticks, t)
		if b := p.causeOf(s); b != nil && write {
			class := ""
			if s.Call.Certainty != "proven" {
				class = "likely"
			}
			p.lead(x+.5, b.Y, t.Y, t.Y+t.H, class)
		}
	}
	p.Faint = faint.String()
	if folded > 0 {
		p.FaintTold = fmt.Sprintf("%s more statements stand as faint ticks; the table has them all", report.Grouped(int64(folded)))
	}
}

// causeOf gives the bar of the call that caused a statement, unless that is a
// guess.
func (p *picture) causeOf(s *story.Statement) *bar {
	if s.Call == nil || s.Call.Certainty == "guess" {
		return nil
	}
	return p.barOf[s.Call.ID]
}

// statementTitle tells a statement and the evidence for its cause.
func (p *picture) statementTitle(s *story.Statement) string {
	title := fmt.Sprintf("%s %s  %s\n+%s s, frames %s, %s", report.Safe(s.Verb), report.Safe(strings.Join(s.Tables, ", ")), report.Safe(s.Detail),
		report.Seconds(s.Time.Sub(p.image.First)), report.FramesOfStatement(s), strings.ReplaceAll(s.Outcome, "_", " "))
	if s.Call != nil {
		title += fmt.Sprintf("\ncaused by %s: %s, by %s", s.Call.ID, s.Call.Certainty, s.Call.Rule)
	}
	return title
}
