package html

import (
	"cmp"

	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// picture is the swim lanes of an image's life, laid out: the states above
// (states.go), the calls in the lanes of who answers them (lanes.go), statements
// and what caused what (effects.go).
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
	FaintTold     string
	at            scale
	image         *story.Image
	byService     map[string]*lane
	barOf         map[string]*bar
	firstFreeFlag []float64
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
