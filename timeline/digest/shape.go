package digest

import (
	"slices"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// shape is a fingerprint in the making.
type shape struct {
	told        story.Shape
	times       histogram
	total, wait int64 // nanoseconds
	least, most int64 // of the durations
}

// add counts one statement.
func (s *shape) add(m *record.MySQL, text string) {
	t := &s.told
	t.Count++
	s.command(m.Command)
	if m.Database != "" && len(t.Databases) < mostDatabases && !slices.Contains(t.Databases, m.Database) {
		t.Databases = append(t.Databases, m.Database)
	}
	for _, span := range []*record.Span{m.Request, m.Response} {
		if span == nil || span.Time == record.NoTime {
			continue
		}
		if at := story.Time(span.Time); t.First == story.NoTime || at < t.First {
			t.First = at
		}
		t.Last = max(t.Last, story.Time(span.End))
	}
	s.result(m.Result)
	s.wait += nanoseconds(m.Wait)
	s.time(m, text)
}

// time counts how long a statement took.
func (s *shape) time(m *record.MySQL, text string) {
	timed := m.Seconds != record.NoDuration && m.Response != nil
	ns := nanoseconds(m.Seconds)
	if timed {
		if s.times.n == 0 || ns < s.least {
			s.least = ns
		}
		s.times.add(ns)
		s.total += ns
	}
	if s.told.Slowest == nil || timed && ns > s.most {
		s.told.Slowest = example(m, text)
	}
	s.most = max(s.most, ns)
}

// example keeps one statement.
func example(m *record.MySQL, text string) *story.Example {
	e := &story.Example{
		Record: m.ID, Stream: m.Stream, N: m.N, Client: m.Client, Server: m.Server, Time: story.NoTime, Seconds: story.Unknown,
	}
	if m.File != nil {
		file := *m.File
		e.File = &file
	}
	if m.Response != nil {
		e.Time, e.FirstFrame, e.LastFrame = story.Time(m.Response.Time), m.Response.FirstFrame, m.Response.LastFrame
		if m.Seconds != record.NoDuration {
			e.Seconds = story.Number(m.Seconds.Seconds())
		}
	}
	if m.Request != nil {
		e.Time, e.FirstFrame = story.Time(m.Request.Time), m.Request.FirstFrame
		e.LastFrame = max(e.LastFrame, m.Request.LastFrame)
	}
	var isCut bool
	if e.Text, isCut = cut(text, mostExample); isCut {
		e.Text += "…"
	}
	return e
}

// command counts the protocol's command.
func (s *shape) command(name string) {
	list := s.told.Commands
	if i := slices.IndexFunc(list, func(c story.CommandCount) bool { return c.Command == name }); i >= 0 {
		list[i].Count++
	} else if len(list) < mostCommands {
		s.told.Commands = append(list, story.CommandCount{Command: name, Count: 1})
	}
}

// result counts what the server answered.
func (s *shape) result(r *record.Result) {
	switch {
	case r == nil:
		return
	case r.Kind == record.ResultMissing:
		s.told.Unanswered++
	}
	s.counts(r)
	for i := range r.MoreResults {
		s.counts(&r.MoreResults[i])
	}
}

func (s *shape) counts(r *record.Result) {
	if r.Rows != record.NoCount {
		s.told.Rows += int64(r.Rows)
	}
	if r.Affected != record.NoCount {
		s.told.Affected += int64(r.Affected)
	}
	if r.Error == nil {
		return
	}
	s.told.Errors++
	list := s.told.Refusals
	if i := slices.IndexFunc(list, func(x story.Refusal) bool { return x.Code == r.Error.Code }); i >= 0 {
		list[i].Count++
	} else if len(list) < mostRefusals {
		e := story.Error{Code: r.Error.Code, SQLState: r.Error.SQLState}
		e.Message, _ = cut(r.Error.Message, mostExample)
		s.told.Refusals = append(list, story.Refusal{Error: e, Count: 1})
	}
}

// nanoseconds gives a duration, 0 where it is not known.
func nanoseconds(d record.Duration) int64 {
	if d == record.NoDuration {
		return 0
	}
	return max(int64(d), 0)
}
