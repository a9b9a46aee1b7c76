package timeline

import (
	"slices"
	"sort"

	"glancecap/timeline/story"
)

// frameTable finds where in a capture a time lies: what only a log tells has no
// frame of its own, and is put in order among what has.
type frameTable struct {
	points []point
	file   *int
}

// frameTable lists the capture's calls and statements in the order of time.
// Where there are several captures, time alone orders them.
func (b *Builder) frameTable() *frameTable {
	t := &frameTable{}
	for _, c := range b.calls {
		t.add(c.begun())
		t.add(c.done())
	}
	for _, s := range b.order {
		for _, st := range s.statements {
			t.add(st.begun())
			t.add(st.done())
		}
	}
	slices.SortFunc(t.points, func(x, y point) int {
		if x.time != y.time {
			return int(min(max(x.time-y.time, -1), 1))
		}
		return x.frame - y.frame
	})
	// Where the clock steps back, the frames say what was later.
	for i := 1; i < len(t.points); i++ {
		t.points[i].frame = max(t.points[i].frame, t.points[i-1].frame)
	}
	return t
}

func (t *frameTable) add(p point) {
	if p.time == story.NoTime {
		return
	}
	t.points = append(t.points, p)
	if p.file != nil {
		t.file = p.file
	}
}

// before gives the place of the last that is not later than a time, after that
// of the first that is not earlier.
func (t *frameTable) before(at story.Time) point {
	p := point{at, 1, t.file}
	if i := sort.Search(len(t.points), func(i int) bool { return t.points[i].time > at }); i > 0 {
		p.frame = max(t.points[i-1].frame, 1)
	}
	return p
}

func (t *frameTable) after(at story.Time) point {
	p := point{at, 1, t.file}
	if i := sort.Search(len(t.points), func(i int) bool { return t.points[i].time >= at }); i < len(t.points) {
		p.frame = max(t.points[i].frame, 1)
	} else if i > 0 {
		p.frame = t.points[i-1].frame + 1
	}
	return p
}
