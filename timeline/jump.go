package timeline

import (
	"math"

	"glancecap/timeline/story"
)

// jumps gives the transitions of an image the way to their packets.
func (t *telling) jumps(i *story.Image, w *walk) {
	for n := range i.Transitions {
		tr, first := &i.Transitions[n], i.Transitions[n].Frame
		if tr.Written != nil && tr.Written.Frame > 0 && tr.Written.File == nil {
			first = min(first, tr.Written.Frame)
		}
		tr.Wireshark = story.NewJump(t.story.Captures, tr.File, w.streams[n], first, tr.Frame)
	}
}

// jump gives a call the way to its packets.
func (c *call) jump(captures []story.Capture) story.Jump {
	last := c.told.LastFrame
	if c.told.LastFile != nil {
		last = math.MaxInt32 // all that follow: it ends in another capture
	}
	return story.NewJump(captures, c.told.File, c.told.Stream, c.told.FirstFrame, last)
}
