package timeline

import (
	"slices"
	"sort"

	"glancecap/timeline/glance"
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

// begun gives the place of a call's beginning, which is told as at and was not
// before early: the last thing in the capture that is not later. done does the
// same for the end.
func (t *frameTable) begun(early, at story.Time) point {
	switch {
	case len(t.points) == 0:
		return point{time: at}
	case t.file != nil:
		return point{time: early, frame: 1, file: t.file}
	}
	p := point{time: at, frame: 1}
	if i := sort.Search(len(t.points), func(i int) bool { return t.points[i].time > early }); i > 0 {
		p.frame = max(t.points[i-1].frame, 1)
	}
	return p
}

func (t *frameTable) done(late, at story.Time) point {
	switch {
	case len(t.points) == 0:
		return point{time: at}
	case t.file != nil:
		return point{time: late, frame: 1, file: t.file}
	}
	p := point{time: at, frame: 1}
	if i := sort.Search(len(t.points), func(i int) bool { return t.points[i].time >= late }); i < len(t.points) {
		p.frame = max(t.points[i].frame, 1)
	} else {
		p.frame = t.points[i-1].frame + 1
	}
	return p
}

// unframe takes the frames from the changes of an image that only logs tell:
// they were put in order by them, but no frame shows them. Where no log has
// times, the changes have none either, and nothing can be said of what lies
// between.
func unframe(i *story.Image, calls []*call) {
	timeless := slices.ContainsFunc(calls, func(c *call) bool { return c.Service == glance.Glance && c.untimed() })
	for k := range i.Transitions {
		tr := &i.Transitions[k]
		if !slices.Equal(tr.Witnesses, []string{"log"}) {
			continue
		}
		tr.Frame, tr.File = 0, nil
		if timeless {
			tr.Time, i.Phases = story.NoTime, []story.Phase{}
		}
	}
}
