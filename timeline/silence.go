package timeline

import (
	"cmp"
	"slices"

	"glancecap/timeline/story"
)

// interval is a stretch of time in which something of an image was to be seen.
type interval struct{ from, to story.Time }

// silences finds the stretches of a tenth of an image's life or more in which
// neither a call nor a statement of it is to be seen, nor an attempt to reach a
// service again and again.
func (t *telling) silences(i *story.Image, calls []*call, statements []*statement) {
	if i.OnlyRead || i.First == story.NoTime || i.Last == story.NoTime {
		return
	}
	if len(calls) == 0 && over(i, statements)-i.First < leastSilence {
		return // and the COMMITs need not be fetched
	}
	seen := t.seen[:0]
	see := func(st *statement) {
		if st.told.Time != story.NoTime {
			seen = append(seen, interval{st.told.Time, max(st.told.Time, st.told.End)})
		}
	}
	var last *transaction
	for _, st := range statements {
		see(st)
		if st.tx != nil && st.tx != last {
			last = st.tx
			if commit := st.tx.commit(); commit != nil {
				see(commit)
			}
		}
	}
	for _, c := range calls {
		if c.told.Time == story.NoTime {
			continue
		}
		seen = t.activity(seen, c, 0)
		if refused := t.refused[c]; len(refused) > 0 {
			tried := interval{refused[0].Time, refused[0].Time}
			for _, r := range refused {
				tried = interval{min(tried.from, r.Time), max(tried.to, r.Time)}
			}
			seen = append(seen, tried)
		}
	}
	t.seen = seen
	i.Silences = gaps(seen, i.Last-i.First)
	for n := range i.Silences {
		i.Silences[n].Call = openDuring(calls, i.Silences[n])
	}
}

// over tells when the last transaction of an image's statements was over, or the
// last of them where that is later.
func over(i *story.Image, statements []*statement) story.Time {
	last := i.Last
	for _, st := range statements {
		if st.tx != nil {
			last = max(last, st.tx.ended.time)
		}
	}
	return last
}

// commit gives the COMMIT that ended a transaction, nil where it is not told. It
// names no image; it ends the transaction of statements that do.
func (tx *transaction) commit() *statement {
	if end := tx.end; end != nil && end.told.Verb == "COMMIT" && end.told.ID != "" {
		return end
	}
	return nil
}

// activity adds the times at which a call is to be seen: its ends, the calls made
// on its behalf, and all of it where it carries bytes that no such call passes
// on.
func (t *telling) activity(seen []interval, c *call, depth int) []interval {
	begin, end := c.told.Time, max(c.told.Time, c.told.End)
	below := t.children[c]
	if depth > 0 || c.told.Bytes != nil && len(below) == 0 {
		return append(seen, interval{begin, end})
	}
	seen = append(seen, interval{begin, begin}, interval{end, end})
	for _, child := range below {
		seen = t.activity(seen, child, depth+1)
	}
	return seen
}

// leastSilence is below what anybody waits for.
const leastSilence = story.Time(100e6)

// gaps gives the gaps between intervals that last a tenth of life or more.
func gaps(seen []interval, life story.Time) []story.Silence {
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
func openDuring(calls []*call, s story.Silence) *string {
	for _, c := range calls {
		if c.told.Time <= s.Start && c.told.End >= s.End {
			return &c.told.ID
		}
	}
	return nil
}
