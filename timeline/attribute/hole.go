package attribute

import (
	"slices"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// holes are the stretches of time in which statements may be missing, because
// packets were lost. There a grammar proves nothing: what it lacks may have
// been there.
type holes []interval

// holesOf finds the holes before statements of Glance that were read anew
// after a loss, from what was read before them on their connection.
func holesOf(in *Input) (h holes) {
	sessions := make(map[int]story.Time)
	for k := range in.Statements {
		s := &in.Statements[k]
		if in.Sessions[s.Session].Service != glance.Glance {
			continue
		}
		if s.Lost || s.Unread {
			h = append(h, interval{sessions[s.Session], s.End})
		}
		sessions[s.Session] = s.End
	}
	return merged(h)
}

// merged puts intervals in order and those together that touch each other.
func merged(list []interval) []interval {
	slices.SortFunc(list, func(a, b interval) int { return compareTimes(a.start, b.start) })
	merged := list[:0]
	for _, i := range list {
		if n := len(merged); n > 0 && i.start <= merged[n-1].end {
			merged[n-1].end = max(merged[n-1].end, i.end)
		} else {
			merged = append(merged, i)
		}
	}
	return merged
}

// touch tells whether a hole lies within the time of a component's calls.
func (h holes) touch(c *component, list []actor) bool {
	start, end := c.brackets[0].start, c.brackets[0].end
	for i, b := range c.brackets {
		start, end = min(start, b.start), max(end, b.end)
		for _, n := range c.candidates[i] {
			start, end = min(start, list[n].start), max(end, list[n].end)
		}
	}
	k, _ := slices.BinarySearchFunc(h, start, func(i interval, t story.Time) int { return compareTimes(i.end, t) })
	return k < len(h) && h[k].start <= end
}
