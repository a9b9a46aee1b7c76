package timeline

import (
	"sort"
	"strconv"
)

// refitted is how much the clock of a log may still be off where it was fitted
// by links, some of which may be wrong.
const refitted = 2 * oneTick

// refit fits the clocks of logs once more, by all the statements that were
// linked to their calls: these lie closer to a call's beginning and end than
// the few writes that a call alone can have made. It tells whether a clock is
// known better than before; then the calls have new times, and what was said by
// the old ones has to be said again.
func (b *Builder) refit(calls []*call, statements []*statement) bool {
	if len(b.logbooks) == 0 {
		return false
	}
	spans := linkedSpans(calls, statements)
	better := false
	for _, l := range b.logbooks {
		better = l.refit(spans) || better
	}
	if !better {
		return false
	}
	table := b.frameTable()
	for _, c := range calls {
		if o := c.said; o != nil && o.placed && o.clock() != nil {
			o.placed = false
			o.place()
			o.begun, o.done = table.begun(o.early, o.from), table.done(o.late, o.to)
			c.told.Time, c.told.End, c.responseStart = o.from, o.to, o.to
			c.told.Log = o.line()
		}
	}
	for _, st := range statements {
		st.told.Call = nil
	}
	return true
}

// linkedSpans gives for each call that only logs tell when the statements
// linked to it began and ended.
func linkedSpans(calls []*call, statements []*statement) map[*one]allowed {
	byID := make(map[string]*one)
	for _, c := range calls {
		if c.said != nil {
			byID[c.told.ID] = c.said
		}
	}
	spans := make(map[*one]allowed)
	for _, st := range statements {
		t := &st.told
		if t.Call == nil || len(t.Tables) == 0 || byID[t.Call.ID] == nil || t.Call.Confidence < likelyFraction {
			continue
		}
		o := byID[t.Call.ID]
		s, ok := spans[o]
		if !ok {
			s = allowed{t.Time, t.End}
		}
		spans[o] = allowed{min(s.least, t.Time), max(s.most, t.End)}
	}
	return spans
}

// refit fits a clock to the spans of what its calls did. It tells whether it is
// known better than before.
func (l *logbook) refit(spans map[*one]allowed) bool {
	var ranges []allowed
	for _, s := range l.said {
		span, ok := spans[s.one]
		if !ok || !s.timed() || s.Status < 200 || s.Status == 202 {
			continue // work may go on behind a 202
		}
		ranges = append(ranges, allowed{span.most - when(s.End) - oneTick, span.least - when(s.Start) + oneTick})
	}
	common, n, _ := mostCommon(ranges)
	if !l.fitted || n < 2 || 10*n < 9*len(ranges) {
		return false
	}
	least, most := max(l.least, common.least-refitted), min(l.most, common.most+refitted)
	if least > most || most-least >= l.most-l.least {
		return false
	}
	l.least, l.most, l.by = least, most, len(ranges)
	return true
}

// renumber puts the calls in order again and numbers them.
func renumber(calls []*call) {
	sort.SliceStable(calls, func(i, j int) bool { return calls[i].begun().before(calls[j].begun()) })
	for k, c := range calls {
		c.told.ID = "c" + strconv.Itoa(k+1)
		c.parent, c.told.Parent, c.told.Within = nil, nil, nil
	}
}
