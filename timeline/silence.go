package timeline

import (
	"cmp"
	"slices"

	"glancecap/timeline/divide"
	"glancecap/timeline/story"
)

// interval is a stretch of time in which something of an image was to be seen.
type interval struct{ from, to story.Time }

// addSilences finds, in a finished story, the stretches of a tenth of an
// image's life or more in which neither a call nor a statement of it is to be
// seen, nor an attempt to reach a service again and again.
func addSilences(s *story.Story) {
	calls := make(map[string]*story.Call, len(s.Calls))
	children := make(map[string][]*story.Call)
	for _, c := range s.Calls {
		calls[c.ID] = c
		if c.Behalf() != nil {
			children[*c.Behalf()] = append(children[*c.Behalf()], c)
		}
	}
	commits := commitsOf(s)
	tries := triesOf(s)
	divide.Numbers(len(s.Images), divide.Some, func() func(int) {
		var seen []interval
		see := func(st *story.Statement) {
			if st != nil && st.Time != story.NoTime {
				seen = append(seen, interval{st.Time, max(st.Time, st.End)})
			}
		}
		return func(k int) {
			i := s.Images[k]
			if i.OnlyRead || i.First == story.NoTime || i.Last == story.NoTime {
				return
			}
			seen = seen[:0]
			for _, id := range i.Statements {
				st := s.Statement(id)
				see(st)
				if st != nil && st.Transaction != nil {
					see(commits[story.Serial(*st.Transaction)])
				}
			}
			for _, id := range i.Calls {
				if c := calls[id]; c != nil && c.Time != story.NoTime {
					seen = append(seen, activity(c, children, 0)...)
					if tried, ok := tries[id]; ok {
						seen = append(seen, tried)
					}
				}
			}
			i.Silences = silences(seen, i.Last-i.First)
			for n := range i.Silences {
				i.Silences[n].Call = openDuring(i, calls, i.Silences[n])
			}
		}
	})
}

// triesOf gives, for each call whose connections were refused, the time from the
// first attempt to the last.
func triesOf(s *story.Story) map[string]interval {
	tries := make(map[string]interval)
	for _, r := range s.Refused {
		if r.Call == nil {
			continue
		}
		tried, ok := tries[*r.Call]
		if !ok {
			tried = interval{r.Time, r.Time}
		}
		tries[*r.Call] = interval{min(tried.from, r.Time), max(tried.to, r.Time)}
	}
	return tries
}

// commitsOf gives the last COMMIT of each transaction, by its number. A COMMIT
// names no image; it ends the transaction of statements that do.
func commitsOf(s *story.Story) []*story.Statement {
	var list []*story.Statement
	for _, st := range s.Statements {
		if st.Transaction == nil {
			continue
		}
		n := story.Serial(*st.Transaction)
		if n >= len(list) {
			list = append(list, make([]*story.Statement, n+1-len(list))...)
		}
		if st.Verb == "COMMIT" {
			list[n] = st
		}
	}
	return list
}

// activity gives the times at which a call is to be seen: its ends, the calls
// made on its behalf, and all of it where it carries bytes that no such call
// passes on.
func activity(c *story.Call, children map[string][]*story.Call, depth int) []interval {
	end := max(c.Time, c.End)
	below := children[c.ID]
	if depth > 0 || c.Bytes != nil && len(below) == 0 {
		return []interval{{c.Time, end}}
	}
	seen := []interval{{c.Time, c.Time}, {end, end}}
	for _, child := range below {
		seen = append(seen, activity(child, children, depth+1)...)
	}
	return seen
}

// leastSilence is below what anybody waits for.
const leastSilence = story.Time(100e6)

// silences gives the gaps between intervals that last a tenth of life or more.
func silences(seen []interval, life story.Time) []story.Silence {
	slices.SortFunc(seen, func(a, b interval) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var found []story.Silence
	for n := 1; n < len(seen); n++ {
		seen[n].to = max(seen[n].to, seen[n-1].to)
		if gap := seen[n].from - seen[n-1].to; gap >= max(life/10, leastSilence) {
			found = append(found, story.Silence{Start: seen[n-1].to, End: seen[n].from, Seconds: seen[n].from.Sub(seen[n-1].to)})
		}
	}
	return found
}

// openDuring names the image's call that was open during a silence.
func openDuring(i *story.Image, calls map[string]*story.Call, s story.Silence) *string {
	for _, id := range i.Calls {
		if c := calls[id]; c != nil && c.Time <= s.Start && c.End >= s.End {
			return &c.ID
		}
	}
	return nil
}
