package digest

import (
	"cmp"
	"math"
	"slices"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// Orders are what fingerprints can be put in order by: the largest first, but
// id by the alphabet and first by time.
var Orders = []string{"total", "count", "mean", "p50", "p95", "max", "rows", "affected", "errors", "first", "id"}

// Digest makes the digest of what was added, in one of the Orders. s is the
// story of the same records. It is to be called once, at the end.
func (b *Builder) Digest(s *story.Story, order string) *story.Digest {
	d := &story.Digest{
		Schema: story.DigestSchema, Version: s.Version, ShowsSecrets: s.ShowsSecrets, Captures: s.Captures, Shapes: []*story.Shape{},
		Statements: b.statements, Connections: int64(len(b.connections)), First: story.Time(b.first), Last: story.Time(b.last),
		ShapesTotal: len(b.shapes), Limits: slices.Clone(s.Limits), Interrupted: s.Interrupted, Accounting: s.Accounting,
	}
	for _, service := range s.Services {
		if service.Name == "mysql" {
			d.Encrypted = int64(service.Encrypted)
		}
	}
	b.hits.Each(func(name string, n int64) { d.Limits = append(d.Limits, story.Limit{Name: name, Times: n}) })
	b.callers(s, d)
	total := b.beyond.ns
	for _, x := range b.shapes {
		total += x.total
	}
	for _, x := range b.shapes {
		d.Errors, d.Unanswered, d.Again = d.Errors+x.told.Errors, d.Unanswered+x.told.Unanswered, d.Again+x.told.Again
		d.Shapes = append(d.Shapes, x.tell(s.Captures, total))
	}
	d.Total = fromNanoseconds(total)
	if b.beyond.n > 0 {
		d.Beyond = &story.Beyond{Statements: b.beyond.n, Seconds: fromNanoseconds(b.beyond.ns)}
	}
	slices.SortFunc(d.Shapes, func(x, y *story.Shape) int { return cmp.Or(compare(x, y, order), cmp.Compare(x.ID, y.ID)) })
	return d
}

// compare orders two fingerprints.
func compare(x, y *story.Shape, order string) int {
	number := func(of func(*story.Shape) float64) int { return cmp.Compare(of(y), of(x)) }
	switch order {
	case "count":
		return cmp.Compare(y.Count, x.Count)
	case "mean":
		return number(func(s *story.Shape) float64 { return float64(s.Seconds.Mean) })
	case "p50":
		return number(func(s *story.Shape) float64 { return float64(s.Seconds.P50) })
	case "p95":
		return number(func(s *story.Shape) float64 { return float64(s.Seconds.P95) })
	case "max":
		return number(func(s *story.Shape) float64 { return float64(s.Seconds.Max) })
	case "rows":
		return cmp.Compare(y.Rows, x.Rows)
	case "affected":
		return cmp.Compare(y.Affected, x.Affected)
	case "errors":
		return cmp.Compare(y.Errors, x.Errors)
	case "first":
		return cmp.Compare(x.First, y.First)
	case "id":
		return 0
	}
	return number(func(s *story.Shape) float64 { return float64(s.Seconds.Total) })
}

// tell closes the counts of a fingerprint. all is the time of all of them.
func (x *shape) tell(captures []story.Capture, all int64) *story.Shape {
	t := &x.told
	t.Wait = fromNanoseconds(x.wait)
	t.Seconds = story.Times{Timed: x.times.n, Total: fromNanoseconds(x.total), Min: story.Unknown, Mean: story.Unknown, P50: story.Unknown, P95: story.Unknown, Max: story.Unknown}
	if x.times.n > 0 {
		s := &t.Seconds
		s.Min, s.Max, s.Mean = fromNanoseconds(x.least), fromNanoseconds(x.most), fromNanoseconds(x.total/x.times.n)
		// A bucket's middle may lie beyond what was measured.
		s.P50 = fromNanoseconds(min(max(x.times.quantile(0.50), x.least), x.most))
		s.P95 = fromNanoseconds(min(max(x.times.quantile(0.95), x.least), x.most))
	}
	if all > 0 {
		t.Share = story.Number(math.Round(float64(x.total)/float64(all)*1e6) / 1e6)
	}
	slices.SortStableFunc(t.Refusals, func(a, b story.Refusal) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code))
	})
	if e := t.Slowest; e != nil {
		e.Wireshark = story.NewJump(captures, e.File, e.Stream, e.FirstFrame, e.LastFrame)
	}
	return t
}

// callers names the actions behind the statements, as the story has them. What
// is a mere guess is not named.
func (b *Builder) callers(s *story.Story, d *story.Digest) {
	calls := make(map[string]*story.Call, len(s.Calls))
	for _, c := range s.Calls {
		calls[c.ID] = c
	}
	for _, st := range s.Statements {
		x := b.shapes[idOf(Fingerprint(b.sql, st.Command, st.Text.String()))]
		if x == nil {
			continue
		}
		x.told.Again += int64(len(st.Legs.All()))
		if st.Call == nil || st.Call.Certainty == "guess" || calls[st.Call.ID] == nil {
			continue
		}
		d.Called++
		x.caller(calls[st.Call.ID], st.Call.Certainty == "proven")
	}
	for _, x := range b.shapes {
		slices.SortFunc(x.told.Callers, func(p, q story.Caller) int {
			return cmp.Or(cmp.Compare(q.Statements, p.Statements), cmp.Compare(p.Service, q.Service), cmp.Compare(p.Action, q.Action))
		})
	}
}

// caller counts a statement for the action of its call.
func (x *shape) caller(c *story.Call, proven bool) {
	list := x.told.Callers
	i := slices.IndexFunc(list, func(k story.Caller) bool { return k.Service == c.Service && k.Action == c.Action })
	if i < 0 {
		i = len(list)
		x.told.Callers = append(list, story.Caller{Service: c.Service, Action: c.Action, Call: c.ID})
	}
	k := &x.told.Callers[i]
	k.Statements++
	if proven {
		k.Proven++
	}
}

func fromNanoseconds(ns int64) story.Number {
	return story.Number(math.Round(record.Duration(ns).Seconds()*1e9) / 1e9)
}
