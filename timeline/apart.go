package timeline

import (
	"slices"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Captures of which the clocks could not be compared, because no frame is in
// both, may be seconds apart. What a call alone can have written bounds how far:
// it lies within the call. Where that cannot be so, nothing of the one is told
// of the other by its time; where it can, what would be proven is likely.

// clocksApart tells of pairs of captures of which the clocks were not compared.
type clocksApart struct {
	unknown []bool // by capture
	// far are the pairs that are surely apart.
	far map[[2]int]bool
}

// unsure tells whether the clocks of two captures were not compared.
func (a *clocksApart) unsure(x, y *int) bool {
	i, j := indexOf(x), indexOf(y)
	return i != j && i < len(a.unknown) && j < len(a.unknown) && (a.unknown[i] || a.unknown[j])
}

// any tells whether there is such a capture.
func (a *clocksApart) any() bool { return slices.Contains(a.unknown, true) }

// surely tells whether two captures are known to be apart.
func (a *clocksApart) surely(x, y *int) bool {
	i, j := indexOf(x), indexOf(y)
	return a.far[[2]int{min(i, j), max(i, j)}]
}

func indexOf(file *int) int {
	if file == nil {
		return 0
	}
	return *file
}

// within bounds what is to be added to one capture's times to be the other's.
type within struct{ least, most story.Time }

// compareClocks looks at captures of which the clocks were not compared.
func (b *Builder) compareClocks(calls []*call) {
	a := &b.apart
	for _, c := range b.captures {
		a.unknown = append(a.unknown, c.ClockUnknown)
	}
	if !a.any() {
		return
	}
	made := make(map[string][]*call)
	for _, c := range calls {
		if c.Service != glance.Glance || !c.Named || !c.answered || c.told.Status == nil || *c.told.Status > 299 || c.said != nil {
			continue
		}
		for _, k := range writesOf(c.Image, &c.Request, &c.asked) {
			made[k] = append(made[k], c)
		}
	}
	bounds := make(map[[2]int]within)
	written := b.written()
	for k, callers := range made {
		list := written[k]
		if len(callers) != 1 || len(list) != 1 || !a.unsure(callers[0].told.File, list[0].told.File) {
			continue
		}
		c, st := &callers[0].told, &list[0].told
		i, j := indexOf(c.File), indexOf(st.File)
		w := within{c.Time - st.Time, c.End - st.End} // for what is written
		if i > j {
			i, j, w = j, i, within{-w.most, -w.least}
		}
		if known, ok := bounds[[2]int{i, j}]; ok {
			w = within{max(w.least, known.least), min(w.most, known.most)}
		}
		bounds[[2]int{i, j}] = w
	}
	a.far = make(map[[2]int]bool)
	for pair, w := range bounds {
		a.far[pair] = w.least > 0 || w.most < 0
	}
}
