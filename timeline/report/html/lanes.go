package html

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

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

// Top is where the bar itself lies, below its words.
func (b *bar) Top() float64 { return b.Y + barTop }

// barTop and barBottom are where a bar lies below its words.
const barTop, barBottom = 14, 22

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
			report.Seconds(c.Time.Sub(p.image.First)), report.Seconds(c.Seconds), report.FramesOf(c))
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
