package timeline

import (
	"cmp"
	"slices"
	"time"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
	logs "glancecap/timeline/witness"
)

// The allowances of the clocks' fit.
const (
	// oneTick is what a log's times are rounded to.
	oneTick = story.Time(time.Millisecond)
	// logged is how much later than its answer a service writes its line.
	logged = 10 * story.Time(time.Millisecond)
	// dating is how far a Date field may lie from the answer it is in.
	dating = 50 * story.Time(time.Millisecond)
	second = story.Time(time.Second)
)

// allowed is a range in which what is added to a log's clock must lie.
type allowed struct{ least, most story.Time }

// fit finds what must be added to a log's clock. Each call that the capture
// shows too gives a range: a client's call lasts from before its first byte to
// after its last, and what a call wrote, it wrote while it ran. Most of the
// ranges have something in common; that is the answer.
func (l *logbook) fit(skew story.Time) {
	var ranges, dates []allowed
	for _, s := range l.said {
		if !s.timed() {
			continue
		}
		if r, ok := s.bounds(); ok {
			ranges = append(ranges, r)
		}
		if s.Date != record.NoTime {
			from, to := when(s.Date)+skew-dating, when(s.Date)+skew+second+dating
			dates = append(dates, allowed{from - when(s.End), to - when(s.Start)})
		}
	}
	if len(ranges) == 0 {
		ranges = dates
	}
	l.take(ranges)
}

// take fits the clock to ranges. Where less than most of them have something
// in common, the clock was set meanwhile, or drifts.
func (l *logbook) take(ranges []allowed) {
	if len(ranges) == 0 {
		return
	}
	common, n, _ := mostCommon(ranges)
	l.least, l.most, l.fitted, l.by = common.least, common.most, true, len(ranges)
	if 2*n <= len(ranges) {
		l.least, l.most = hull(ranges)
	}
}

// fitByOthers fits a clock of which the capture says nothing by the calls that
// other logs tell too: what the service saw lies within what the client saw.
func (l *logbook) fitByOthers() bool {
	if l.fitted {
		return false
	}
	var ranges []allowed
	for _, s := range l.said {
		o := s.one
		if !s.timed() || !o.placed {
			continue
		}
		r := allowed{o.early - when(s.Start), o.late - when(s.End)}
		if r.least > r.most {
			r.least, r.most = r.most, r.least
		}
		ranges = append(ranges, r)
	}
	l.take(ranges)
	return l.fitted
}

// bounds gives the range in which the clock's offset lies by one call; ok is
// false where the capture says nothing of it.
func (s *said) bounds() (r allowed, ok bool) {
	r = allowed{-1 << 62, 1 << 62}
	narrow := func(least, most story.Time) {
		r.least, r.most, ok = max(r.least, least), min(r.most, most), true
	}
	start, end := when(s.Start), when(s.End)
	if o := s.one; o.first != story.NoTime {
		narrow(o.last-end-oneTick, o.first-start+oneTick)
	}
	if c := s.one.wire; c != nil && c.answered && c.told.Time != story.NoTime {
		narrow(c.told.End-end-oneTick, c.told.Time-start+oneTick)
		if s.By == logs.Service {
			r.most = min(r.most, c.told.End-end+logged)
		}
	}
	if r.least > r.most {
		// A service's call is shorter than what was seen of it elsewhere.
		r.least, r.most = r.most, r.least
	}
	return r, ok
}

// mostCommon gives the first place that most of the ranges have in common, how
// many do, and the end of the last such place.
func mostCommon(ranges []allowed) (common allowed, n int, last story.Time) {
	type edge struct {
		at   story.Time
		step int
	}
	var edges []edge
	for _, r := range ranges {
		edges = append(edges, edge{r.least, 1}, edge{r.most, -1})
	}
	slices.SortFunc(edges, func(x, y edge) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(y.step, x.step)) })
	open := 0
	for i, e := range edges {
		open += e.step
		switch {
		case open > n:
			n, common, last = open, allowed{e.at, edges[i+1].at}, edges[i+1].at
		case open == n && e.step > 0:
			last = edges[i+1].at
		}
	}
	return common, n, last
}

// hull gives the range of the ranges' middles.
func hull(ranges []allowed) (least, most story.Time) {
	middle := make([]story.Time, len(ranges))
	for i, r := range ranges {
		middle[i] = r.least + (r.most-r.least)/2
	}
	return slices.Min(middle), slices.Max(middle)
}

// serviceSkew is how far the capture's clock is ahead of Glance's: what it
// writes as updated_at it took from its clock just before.
func (b *Builder) serviceSkew() story.Time {
	skew, known := story.Time(0), false
	for _, img := range b.images {
		for _, w := range img.writes {
			if w.updatedAt == nil || w.st.told.Time == story.NoTime {
				continue
			}
			t, err := time.Parse("2006-01-02 15:04:05.999999", *w.updatedAt)
			if err != nil || t.Nanosecond() == 0 {
				continue
			}
			if d := w.st.told.Time - story.Time(t.UnixNano()); !known || d < skew {
				skew, known = d, true
			}
		}
	}
	return skew
}

// place gives the calls their times in the capture's clock.
func (o *one) place() {
	for _, s := range o.said {
		if s.timed() && s.book.fitted {
			o.within(when(s.Start)+s.book.least, when(s.End)+s.book.most)
		}
	}
	if s := o.clock(); s != nil {
		o.from, o.to = when(s.Start)+s.book.offset(), when(s.End)+s.book.offset()
		o.give = s.book.most - s.book.offset()
	}
}

// within notes that a call ran between two times.
func (o *one) within(early, late story.Time) {
	if !o.placed {
		o.early, o.late, o.placed = early, late, true
		return
	}
	// What was seen by the service lies within what the client saw.
	if e, l := max(o.early, early), min(o.late, late); e <= l {
		o.early, o.late = e, l
	}
}

// sequence bounds the calls of a log without times by its order: a call begins
// when the one before it is over. What is known of one of them, by its
// statements, by the wire, by another log or by its Date, bounds all others.
func (l *logbook) sequence(skew story.Time, span allowed) {
	floor, ceiling := span.least, span.most
	for _, s := range l.said {
		s.bounded, s.floor = true, floor
		_, over := s.surely(skew)
		floor = max(floor, over)
	}
	for i := len(l.said) - 1; i >= 0; i-- {
		s := l.said[i]
		s.ceiling = ceiling
		if began, _ := s.surely(skew); began != story.NoTime {
			ceiling = min(ceiling, began)
		}
	}
	for _, s := range l.said {
		if !l.log.Sequence || s.floor > s.ceiling {
			s.floor, s.ceiling = s.alone(skew, span)
		}
	}
}

// surely gives when a call had surely begun, and since when it can be over.
func (s *said) surely(skew story.Time) (began, over story.Time) {
	began, over = story.NoTime, story.NoTime
	note := func(first, last story.Time) {
		if began == story.NoTime || first < began {
			began = first
		}
		over = max(over, last)
	}
	o := s.one
	if o.first != story.NoTime {
		note(o.first, o.last)
	}
	if o.placed && o.from != story.NoTime {
		note(o.from+o.give, o.to-o.give)
	}
	if c := o.wire; c != nil && c.told.Time != story.NoTime {
		note(c.told.Time, c.told.End)
	}
	if began == story.NoTime && s.Date != record.NoTime {
		began, over = when(s.Date)+skew+second+dating, when(s.Date)+skew-dating
	}
	return began, over
}

// alone bounds a call of which nothing is known but what it tells itself.
func (s *said) alone(skew story.Time, span allowed) (floor, ceiling story.Time) {
	const longest = 2 * second
	began, over := s.surely(skew)
	if began == story.NoTime {
		return span.least, span.most
	}
	return min(began, over) - longest, max(began, over) + longest
}

// settle places a call that no log with times tells.
func (o *one) settle() {
	if o.placed {
		return
	}
	for _, s := range o.said {
		if s.bounded {
			o.within(s.floor, s.ceiling)
		}
	}
	if !o.placed {
		return
	}
	o.from, o.to = o.first, o.last
	if o.first == story.NoTime {
		o.from, o.to = o.early, o.early
	}
}
