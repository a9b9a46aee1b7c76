package timeline

import (
	"sort"

	"glancecap/decoder/record"
	"glancecap/timeline/attribute"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// hearLogs takes what the logs tell: calls that are on the wire too get the
// log as a further witness, all others become calls of the story. It is called
// when all calls of the wire and all statements are known, the calls in the
// order of time.
func (b *Builder) hearLogs() {
	if len(b.logbooks) == 0 {
		return
	}
	b.understandLogs()
	list := b.gather()
	b.traces(list)
	skew, span := b.serviceSkew(), b.span()
	for _, l := range b.logbooks {
		l.fit(skew)
	}
	for _, l := range b.logbooks {
		l.narrow(b.connections.tunnels)
	}
	for _, o := range list {
		o.place()
	}
	for _, l := range b.logbooks {
		if l.fitByOthers() {
			for _, s := range l.said {
				s.one.place()
			}
		}
	}
	for _, l := range b.logbooks {
		if l.log.First == record.NoTime {
			l.sequence(skew, span)
		}
	}
	for _, o := range list {
		o.settle()
	}
	b.owns(list)
	list = unite(list)
	table := b.frameTable()
	for _, o := range list {
		if o.placed {
			o.begun, o.done = table.begun(o.early, o.from), table.done(o.late, o.to)
		} else {
			o.begun, o.done = nowhere, nowhere
		}
	}
	b.meetWire(list)
	b.tellSaid(list, span)
}

// span gives from when to when the captures last, with a little on both sides.
func (b *Builder) span() allowed {
	s := allowed{story.NoTime, story.NoTime}
	for _, c := range b.captures {
		if c.First == story.NoTime {
			continue
		}
		if s.least == story.NoTime || c.First < s.least {
			s.least = c.First
		}
		s.most = max(s.most, c.Last)
	}
	if s.least != story.NoTime {
		s.least, s.most = s.least-second, s.most+second
	}
	return s
}

// tellSaid makes calls of what only logs tell, and notes the logs as witnesses
// of those on the wire.
func (b *Builder) tellSaid(list []*one, span allowed) {
	unplaced := 0
	for _, o := range list {
		outside := o.placed && span.least != story.NoTime && (o.late < span.least || o.early > span.most)
		if o.wire == nil && !o.placed {
			unplaced++
			outside = unplaced > mostUnplaced && b.images[o.best().about] == nil
		}
		switch {
		case o.wire != nil:
			o.vouch()
		case outside:
			for _, s := range o.said {
				s.book.outside++
			}
		default:
			if c := b.heard(o); c != nil {
				b.calls = append(b.calls, c)
			}
		}
	}
	sort.SliceStable(b.calls, func(i, j int) bool { return b.calls[i].begun().before(b.calls[j].begun()) })
}

// mostUnplaced is how many calls are told of which nothing says when they were
// and that are about no image of the capture: a log of another day has many.
const mostUnplaced = 256

// vouch adds the logs to a call on the wire, and what its packets do not show.
func (o *one) vouch() {
	c, s := o.wire, o.best()
	c.told.Witnesses = addOnce(c.told.Witnesses, "log")
	c.told.Log = o.line()
	for _, s := range o.said {
		s.book.onWire++
	}
	if c.told.RequestID == nil && s.RequestID != "" {
		c.told.RequestID = &s.RequestID
	}
	if c.told.Status == nil && s.Status != 0 {
		status := s.Status
		c.told.Status = &status
	}
}

// line tells where in which log the call stands.
func (o *one) line() *story.LogPlace {
	s := o.best()
	p := &story.LogPlace{Witness: s.book.number, Line: s.Line, Within: story.Unknown}
	if o.wire == nil && o.placed {
		p.Within = max(o.from.Sub(o.early), o.late.Sub(o.to))
	}
	return p
}

// heard makes a call of what only logs tell, nil where it is to none of the
// services.
func (b *Builder) heard(o *one) *call {
	s := o.best()
	if service := s.Request.Service; service != glance.Glance && service != glance.Keystone && service != glance.Swift {
		return nil
	}
	c := b.understood(b.recordOf(o), o)
	c.told.Witnesses, c.told.Stream, c.told.Log = []string{"log"}, noStream, o.line()
	c.told.RequestEnd = story.NoTime
	if c.Action == "image.create" && !c.Named && s.about != "" {
		c.Image, c.Named = b.intern(s.about), true
	}
	b.tunnel(o, c)
	for _, s := range o.said {
		if c.told.Client == "" {
			c.told.Client = b.intern(s.Client)
		}
		if c.caller == nil && s.User != "" {
			c.caller = &story.User{ID: b.intern(s.User), ProjectID: b.intern(s.Project)}
		}
	}
	return c
}

// vouches adds to the witnesses of a change what shows a call that tells of it:
// the wire, in the word given, or logs, or both.
func (c *call) vouches(list []string, word string) []string {
	if c.said == nil {
		list = addOnce(list, word)
	}
	if c.told.Log != nil || c.said != nil {
		list = addOnce(list, "log")
	}
	return list
}

// noStream is the stream of what no packet shows.
const noStream = -1

// recordOf gives what logs tell of a call in the form that the wire has.
func (b *Builder) recordOf(o *one) *record.HTTP {
	s := o.best()
	h := &record.HTTP{Common: record.Common{Type: record.TypeHTTP, Stream: noStream, Server: s.Endpoint, Service: s.Request.Service},
		Tail: record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration}}
	from, to := record.Time(o.from), record.Time(o.to)
	h.Request = &record.HTTPRequest{Span: record.Span{Time: from, End: from}, Method: s.Method, Target: s.Target, Headers: fieldsOf(s.Asked)}
	if s.Call.Request != nil {
		h.Request.Body = &record.Body{Length: record.Count(len(*s.Call.Request)), Captured: int64(len(*s.Call.Request)), Text: s.Call.Request}
	}
	if k := o.clock(); k != nil {
		h.Seconds = record.Duration(k.End - k.Start)
	}
	if s.Status != 0 {
		h.Response = &record.HTTPResponse{Span: record.Span{Time: to, End: to}, Status: s.Status, Headers: fieldsOf(s.Answered)}
		if s.RequestID != "" {
			h.Response.Headers = append(h.Response.Headers, [2]string{"X-Openstack-Request-Id", s.RequestID})
		}
		if s.Response != nil {
			h.Response.Body = &record.Body{Length: record.Count(len(*s.Response)), Captured: int64(len(*s.Response)), Text: s.Response}
		}
	}
	if b.secrets != nil {
		b.secrets.Record(h)
	}
	return h
}

// fieldsOf copies fields, tokens told as the capture's are.
func fieldsOf(fields [][2]string) [][2]string {
	list := make([][2]string, 0, len(fields)+1)
	for _, f := range fields {
		switch f[0] {
		case "X-Auth-Token", "X-Subject-Token", "X-Service-Token":
			f[1] = shownDigest(f[1])
		}
		list = append(list, f)
	}
	return list
}

// tellLogs tells of the logs themselves.
func (b *Builder) tellLogs() []story.Witness {
	list := make([]story.Witness, 0, len(b.logbooks))
	for _, l := range b.logbooks {
		w := story.Witness{
			Path: l.log.Path, Kind: l.log.Kind.String(), Lines: l.log.Lines, Unread: l.log.Unread, Calls: int64(len(l.said)),
			OnWire: l.onWire, Outside: l.outside, Left: l.log.Left, Timed: l.log.First != record.NoTime,
			ClockOffset: story.Unknown, ClockWithin: story.Unknown, ClockBy: l.by,
		}
		if l.fitted {
			w.ClockOffset, w.ClockWithin = l.offset().Sub(0), l.most.Sub(l.offset())
		}
		list = append(list, w)
	}
	return list
}

// saidEvidence puts right what attribution sees of a call that only logs tell:
// when it ran is known no better than the log's clock is, and where its work
// came from only where one host alone speaks to Glance's database.
func (b *Builder) saidEvidence(c *call, e *attribute.Call) {
	o := c.said
	e.Log, e.ServerHost, e.Asked, e.Answered = true, "", story.NoTime, story.NoTime
	e.Start, e.End, e.Open = o.early, o.late, !c.answered
	e.Untimed, e.Made = c.untimed(), c.Action == "image.create" && c.Image != "" && !o.inferred
	switch {
	case !o.placed:
		e.Service = "" // nothing can be said of it
	case c.Service == glance.Glance:
		e.ServerHost = b.onlyHost(roleGlance)
	}
}

// onlyHost gives the host of all sessions of a role, "" where there are none
// or several.
func (b *Builder) onlyHost(r role) (found string) {
	for _, s := range b.order {
		if s.role != r {
			continue
		}
		if h := story.HostOf(s.client); found == "" {
			found = h
		} else if h != found {
			return ""
		}
	}
	return found
}

// untimed tells that the call's times are not known but by other things around
// it.
func (c *call) untimed() bool { return c.said != nil && c.said.clock() == nil }
