package html

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// picture is the swim lanes of an image's life, laid out.
type picture struct {
	Index         int
	Label         string
	Height        float64
	LanesTop      float64
	Scale         string
	Axis          []axisMark
	Band          []stretch
	Lanes         []*lane
	Bars          []*bar
	Ticks         []tick
	Arrows        []arrow
	Flags         []flag
	Faint         string // a path: statements that are drawn and not told
	FaintTop      float64
	FaintTold     string
	at            scale
	image         *story.Image
	byService     map[string]*lane
	barOf         map[string]*bar
	firstFreeFlag []float64
}

// stretch is a piece of the band of states.
type stretch struct {
	X, W          float64
	Class, Label  string
	Title         string
	ShowLabel     bool
	Start, Length float64
}

// lane is what one party does.
type lane struct {
	Name, Class string
	Y, H        float64
	rows        []row
	bars        []*bar
}

// row is one line of bars in a lane: where the last bar ends, and where its
// words do.
type row struct{ bar, words float64 }

// bar is a call.
type bar struct {
	Link, Class, Title, Label string
	X, W, Y                   float64
	Sent                      float64 // the width in which the request was sent
	Need, Room                float64
	Lane                      string
	AtEnd                     bool
	row                       int
}

// Shown tells whether the words above the bar have room.
func (b *bar) Shown() bool { return b.AtEnd || b.Room >= b.Need }

// End is where words stand that end with the bar, because the picture does.
func (b *bar) End() float64 { return b.X + b.W }

// tick is a statement.
type tick struct {
	Link, Class, Title string
	X, Y, H            float64
}

// Top is where the bar itself lies, below its words.
func (b *bar) Top() float64 { return b.Y + barTop }

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

// W is the width of the flag, TextX and TextY the place of its words.
func (f flag) W() float64     { return bold*float64(len([]rune(f.Label))) + 8 }
func (f flag) TextX() float64 { return f.W() - 5 }
func (f flag) TextY() float64 { return f.Y + 10 }

// flag is a transition.
type flag struct {
	X, Y, Bottom        float64
	Label, Class, Title string
	Left                bool // the words stand left of the pole
}

const (
	bandHeight  = 18
	flagHeight  = 15
	rowHeight   = 25
	lanePad     = 5
	maxRows     = 7
	letter      = 6.1 // width of a letter of a bar's words
	bold        = 6.9 // width of a letter of a flag's words
	maxTicks    = 400 // statements of an image that are told one by one
	databaseRow = 30
)

// draw lays the picture of an image out.
func draw(x *report.Index, n int, i *story.Image, calls []*story.Call, statements []*story.Statement) *picture {
	p := &picture{
		Index: n, at: newScale(i), image: i, byService: make(map[string]*lane), barOf: make(map[string]*bar),
		Label: "Swim lanes of " + report.Safe(cmp.Or(i.Name, i.ID)),
	}
	p.Scale, p.Axis = p.at.String(), p.at.marks()
	p.band()
	p.flags()
	p.LanesTop = bandHeight + 4 + flagHeight*float64(len(p.firstFreeFlag)) + 8
	p.bars(x, calls)
	p.lanes(len(statements) > 0)
	p.arrows(x, calls)
	p.ticks(statements)
	for n := range p.Flags {
		p.Flags[n].Bottom = p.Height - 22
	}
	return p
}

// since gives seconds since the image's first packet.
func (p *picture) since(t story.Time) float64 { return float64(t.Sub(p.image.First)) }

// band lays the states out, and flags where they change.
func (p *picture) band() {
	i := p.image
	status, from := "not yet there", i.First
	if len(i.Transitions) == 0 {
		status = cmp.Or(i.Verdict.Status, "unknown")
	} else if first := i.Transitions[0].From; first != nil {
		status = *first
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
	for _, t := range p.image.Transitions {
		f := flag{X: p.at.x(p.since(t.Time)), Label: report.Safe(t.To) + " +" + report.Seconds(t.Time.Sub(p.image.First)), Class: "st-" + known(t.To)}
		f.Title = fmt.Sprintf("%s → %s at +%s s, frame %d; told by %s", report.Safe(deref(t.From, "nothing")), report.Safe(t.To),
			report.Seconds(t.Time.Sub(p.image.First)), t.Frame, strings.Join(t.Witnesses, ", "))
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

// laneNames are the lanes from top to bottom.
var laneNames = []struct{ service, name string }{
	{"client", "client"}, {"keystone", "Keystone"}, {"glance", "Glance"}, {"mysql", "database"}, {"swift", "Swift"}, {"other", "other"},
}

// laneOf gives the lane of a service; it comes to be when it is needed.
func (p *picture) laneOf(service string) *lane {
	if !slices.ContainsFunc(laneNames, func(n struct{ service, name string }) bool { return n.service == service }) {
		service = "other"
	}
	l := p.byService[service]
	if l == nil {
		l = &lane{Class: service}
		p.byService[service] = l
	}
	return l
}

// bars lays the calls out: each in the lane of the service that answers, and
// those of the image's client in its own lane too.
func (p *picture) bars(x *report.Index, calls []*story.Call) {
	for _, c := range calls {
		status := "no answer"
		if c.Status != nil {
			status = strconv.Itoa(*c.Status)
		}
		words := report.Safe(strings.TrimPrefix(report.CallWords(c, p.image.ID), c.Service+" "))
		title := fmt.Sprintf("%s → %s: %s\n%s, +%s s, took %s s, frames %s", report.Safe(x.Maker(c)), report.Safe(c.Service), words, status,
			report.Seconds(c.Time.Sub(p.image.First)), report.Seconds(c.Seconds), report.Frames(c.FirstFrame, c.LastFrame))
		if c.RequestID != nil {
			title += "\n" + report.Safe(*c.RequestID)
		}
		b := p.bar(c, title)
		if c.Behalf() == nil {
			asked := *b
			asked.Label = cut(words, 40)
			p.place(p.laneOf("client"), &asked)
			b.Label = status
		} else {
			b.Label = cut(words, 34) + " " + status
		}
		p.place(p.laneOf(c.Service), b)
		p.barOf[c.ID] = b
	}
}

// bar makes the bar of a call. A call without an answer lasts to the end.
func (p *picture) bar(c *story.Call, title string) *bar {
	end := c.End
	class := "call"
	switch {
	case c.Status == nil:
		end, class = max(p.image.Last, c.End), class+" open"
	case *c.Status >= 500:
		class += " failed"
	case *c.Status >= 400:
		class += " refused"
	}
	b := &bar{Link: c.ID, Class: class, Title: title, X: p.at.x(p.since(c.Time))}
	b.W = max(p.at.x(p.since(end))-b.X, 2)
	if c.RequestEnd != story.NoTime && c.RequestEnd > c.Time {
		b.Sent = min(p.at.x(p.since(c.RequestEnd))-b.X, b.W)
	}
	return b
}

// place finds a row for a bar: one where the words before it end, else one
// where the bar before it does, else a new one.
func (p *picture) place(l *lane, b *bar) {
	b.Lane = l.Class
	b.Need = letter*float64(len([]rune(b.Label))) + 6
	start := b.X
	if b.AtEnd = b.X+b.Need > trackWidth; b.AtEnd {
		start = min(start, b.X+b.W-b.Need)
	}
	free := func(r row) bool { return r.words <= start }
	b.row = slices.IndexFunc(l.rows, free)
	if b.row < 0 && len(l.rows) < maxRows {
		b.row = len(l.rows)
		l.rows = append(l.rows, row{})
	}
	if b.row < 0 {
		b.row = max(slices.IndexFunc(l.rows, func(r row) bool { return r.bar <= b.X }), 0)
		b.AtEnd = false
	}
	l.rows[b.row] = row{bar: b.X + b.W, words: max(b.X+b.W, b.X+b.Need)}
	l.bars = append(l.bars, b)
}

// lanes stacks the lanes and gives each bar its place.
func (p *picture) lanes(statements bool) {
	if statements {
		p.laneOf("mysql")
	}
	y := p.LanesTop
	for _, name := range laneNames {
		l := p.byService[name.service]
		if l == nil {
			continue
		}
		l.Name, l.Y, l.H = name.name, y, lanePad*2+rowHeight*float64(len(l.rows))
		if name.service == "mysql" {
			l.H = databaseRow + 2*lanePad + rowHeight*float64(len(l.rows))
		}
		y += l.H
		p.Lanes = append(p.Lanes, l)
		next := make([]float64, len(l.rows))
		for n := range next {
			next[n] = trackWidth
		}
		for _, b := range slices.Backward(l.bars) {
			b.Y, b.Room = l.Y+lanePad+rowHeight*float64(b.row), next[b.row]-b.X
			next[b.row] = b.X
		}
		p.Bars = append(p.Bars, l.bars...)
	}
	p.Height = y + 24
}

// barTop and barBottom are where a bar lies below its words.
const barTop, barBottom = 14, 22

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
	p.FaintTop = top
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
		report.Seconds(s.Time.Sub(p.image.First)), report.Frames(s.FirstFrame, s.LastFrame), strings.ReplaceAll(s.Outcome, "_", " "))
	if s.Call != nil {
		title += fmt.Sprintf("\ncaused by %s: %s, by %s", s.Call.ID, s.Call.Certainty, s.Call.Rule)
	}
	return title
}

// cut shortens words for the picture.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// deref gives the text behind a pointer, or what stands for none.
func deref(s *string, none string) string {
	if s == nil {
		return none
	}
	return *s
}
