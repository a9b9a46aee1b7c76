package timeline

import (
	"math"

	"glancecap/timeline/story"
)

// jumps gives calls and transitions the way to their packets.
func jumps(s *story.Story) {
	streams := make(map[string]int, len(s.Calls))
	for _, c := range s.Calls {
		c.Wireshark = story.NewJump(s.Captures, c.File, c.Stream, c.FirstFrame, until(c.LastFrame, c.LastFile))
		streams[c.ID] = c.Stream
	}
	for _, i := range s.Images {
		for n := range i.Transitions {
			t := &i.Transitions[n]
			stream, first := -1, t.Frame
			if t.Statement != nil {
				if st := s.Statement(*t.Statement); st != nil {
					stream = st.Stream
				}
			} else if t.Call != nil {
				stream = streams[*t.Call]
			}
			if t.Written != nil && t.Written.Frame > 0 && t.Written.File == nil {
				first = min(first, t.Written.Frame)
			}
			t.Wireshark = story.NewJump(s.Captures, t.File, stream, first, t.Frame)
		}
	}
}

// until gives the last frame of a jump, all that follow where it is in another
// capture.
func until(frame int, file *int) int {
	if file != nil {
		return math.MaxInt32
	}
	return frame
}
