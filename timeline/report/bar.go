package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// look is how a share of the time looks in the bar: a block of Unicode, so that
// it is told without colour too, and a colour.
type look struct {
	block string
	style style
}

// looks are those of the shares; whoever is not here waited, or is not in the
// capture.
var looks = map[string]look{
	"identity": {"█", "35"},
	"store":    {"▓", "36"},
	"client":   {"▒", "33"},
	"database": {"▚", "34"},
	"glance":   {"░", "32"},
	"transfer": {"▄", "36"},
	"network":  {"▞", "31"},
}

// nobody is time in which nothing that the capture shows was done.
var nobody = look{"·", faint}

// lookOf gives the look of a share.
func lookOf(name string) look {
	if l, ok := looks[name]; ok {
		return l
	}
	return nobody
}

// bar draws an image's life up to its last transition on a terminal: a line
// with the states, one with who took the time, in their order in each state
// the largest first, and a legend with the rates. It is left out where less
// than two states would be seen.
func (t *text) bar(indent string, i *story.Image) {
	if !t.Bar || len(i.Phases) == 0 {
		return
	}
	room := min(t.width, 100) - 2*columns(indent)
	wide := widths(i.Phases, room)
	var states, blocks []piece
	seen := make(map[string]bool)
	for n, p := range i.Phases {
		states = append(states, piece{padRight(stateLabel(p.Name, wide[n]-1), wide[n]), strong})
		for _, s := range split(p, wide[n]) {
			l := lookOf(s.name)
			seen[s.name] = seen[s.name] || s.wide > 0
			blocks = append(blocks, piece{strings.Repeat(l.block, s.wide), l.style})
		}
	}
	t.pieces(append([]piece{{indent, plain}}, states...)...)
	t.pieces(append([]piece{{indent, plain}}, blocks...)...)
	t.legend(indent, i, seen)
}

// stateLabel is a state's name in so many columns, nothing where too little of
// it would be left to be known by.
func stateLabel(name string, wide int) string {
	if columns(name) > wide && wide < 4 {
		return ""
	}
	return shorten(name, wide)
}

// legend names the blocks, and how fast the bytes travelled.
func (t *text) legend(indent string, i *story.Image, seen map[string]bool) {
	var units []unit
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if !seen[name] {
			continue
		}
		l := lookOf(name)
		units = append(units, unit{{"  ", plain}, {l.block, l.style}, {" " + cmp.Or(name, "nobody seen"), plain}})
	}
	if r := i.Rates; r != nil {
		var words []string
		if r.Client != nil {
			words = append(words, "client sent "+byteRate(*r.Client))
		}
		if r.Store != nil {
			words = append(words, "store was sent "+byteRate(*r.Store))
		}
		units = append(units, unit{{"    " + strings.Join(words, ", "), plain}})
	}
	t.flow(indent, indent, units...)
}

// widths deals columns out to phases by their time; each has one at least.
func widths(phases []story.Phase, room int) []int {
	var times []float64
	for _, p := range phases {
		times = append(times, positive(p.Seconds))
	}
	return deal(times, max(room, len(phases)), 1)
}

// barPart is a part of a phase in the bar.
type barPart struct {
	name string
	wide int
}

// split deals the columns of a phase out to its shares, the largest first; what
// nobody took comes last.
func split(p story.Phase, wide int) []barPart {
	shares := p.Shares.Largest()
	var times []float64
	rest := positive(p.Seconds)
	for _, s := range shares {
		times = append(times, positive(s.Seconds))
		rest -= positive(s.Seconds)
	}
	var list []barPart
	for n, w := range deal(append(times, max(rest, 0)), wide, 0) {
		name := ""
		if n < len(shares) {
			name = shares[n].Who
		}
		list = append(list, barPart{name, w})
	}
	return list
}

// deal shares room columns out in proportion to parts, each at least so many,
// those that come off worst by rounding down first.
func deal(parts []float64, room, least int) []int {
	total := 0.0
	for _, x := range parts {
		total += x
	}
	wide, left := make([]int, len(parts)), room-least*len(parts)
	missed := make([]float64, len(parts))
	spread := float64(left)
	for n, x := range parts {
		share := spread / float64(len(parts))
		if total > 0 {
			share = spread * x / total
		}
		wide[n] = least + int(share)
		missed[n] = share - float64(int(share))
		left -= int(share)
	}
	for ; left > 0; left-- {
		n := 0
		for k := range missed {
			if missed[k] > missed[n] {
				n = k
			}
		}
		wide[n]++
		missed[n] = -1
	}
	return wide
}

// positive gives a number of seconds, 0 where it is not known.
func positive(n story.Number) float64 {
	if !n.Known() {
		return 0
	}
	return max(float64(n), 0)
}
