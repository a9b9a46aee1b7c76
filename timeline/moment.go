package timeline

import (
	"math"

	"glancecap/timeline/story"
)

// point is a place in the input.
type point struct {
	time  story.Time
	frame int
	file  *int
}

// moment orders what happened. In a single input it is the frame, since a
// clock can step back in the middle of a capture; frames of several inputs
// cannot be compared, times can.
type moment int64

// never is before all moments.
const never moment = math.MinInt64

// nowhere is the place of what was not seen.
var nowhere = point{time: story.NoTime}

func (p point) moment() moment {
	if p.file == nil && p.frame > 0 {
		return moment(p.frame)
	}
	return moment(p.time)
}

// elsewhere gives a capture, nil where it is that of another frame too.
func elsewhere(file, other *int) *int {
	if file == nil || other != nil && *file == *other {
		return nil
	}
	return copied(file)
}

// before orders points; those of one moment in several inputs by their frames.
func (p point) before(o point) bool {
	x, y := p.moment(), o.moment()
	return x < y || x == y && p.frame < o.frame
}

// begun is where a statement's first byte was, done where the last of its
// answer.
func (st *statement) begun() point {
	return point{st.told.Time, st.told.FirstFrame, st.told.File}
}

func (st *statement) done() point {
	return point{st.told.End, st.told.LastFrame, lastFile(st.told.File, st.told.LastFile)}
}

// begun is where a call's first byte was, done where the last of its answer.
func (c *call) begun() point {
	if c.said != nil {
		return c.said.begun
	}
	return point{c.told.Time, c.told.FirstFrame, c.told.File}
}

func (c *call) done() point {
	if c.said != nil {
		return c.said.done
	}
	return point{c.told.End, c.told.LastFrame, lastFile(c.told.File, c.told.LastFile)}
}
