package timeline

import (
	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// maxRefusals bounds the attempts to connect that are told one by one.
const maxRefusals = 256

// refusal keeps an attempt to connect to one of the services that came to
// nothing.
func (b *Builder) refusal(r *record.Refusal) {
	if plainPorts[r.Service] == "" {
		b.noteUnfetched(r)
		return
	}
	if len(b.refusals) >= maxRefusals {
		b.hits.Hit("refused connections told")
		return
	}
	b.refusals = append(b.refusals, story.RefusedConnection{
		Service: r.Service, Client: b.intern(r.Client), Server: b.intern(r.Server),
		Time: when(r.Span.Time), FirstFrame: r.FirstFrame, File: fileOf(&r.Common), Unanswered: r.Unanswered,
	})
}

// ownRefusals finds the calls that Glance's refused connections to the store and
// to Keystone were made for.
func (t *telling) ownRefusals(calls []*call) {
	for k := range t.story.Refused {
		r := &t.story.Refused[k]
		if c := t.onlyAsker(r, calls); c != nil {
			r.Call = &c.told.ID
			t.refused[c] = append(t.refused[c], r)
		}
	}
}

// onlyAsker gives the call of Glance's that went on when a connection from its
// host was refused, nil where none did or where several can have made it.
func (t *telling) onlyAsker(r *story.RefusedConnection, calls []*call) (only *call) {
	for _, c := range calls {
		if c.Service != glance.Glance || !asks(c, r.Service) || !r.During(&c.told, t.asksUntil(c)) {
			continue
		}
		if only != nil {
			return nil
		}
		only = c
	}
	return only
}

// asks tells whether a call can ask a service for something: each one asks
// Keystone about its token, and some the store.
func asks(c *call, service string) bool {
	switch service {
	case glance.Keystone:
		return true
	case glance.Swift:
		switch c.Action {
		case "image.upload", "image.download", "image.delete", "image.import", "location.add", "location.remove":
			return true
		}
	}
	return false
}

// asksUntil gives the time until which a call can ask others: the task behind an
// import goes on after its answer, for nobody knows how long.
func (t *telling) asksUntil(c *call) story.Time {
	if c.Action == "image.import" || !c.answered {
		return t.last
	}
	return c.told.End
}

// refusedWork tells when a call stood before a service that it could not reach:
// from each refused attempt until it tried again, or a request got through.
func (t *telling) refusedWork(c *call) (list []busy) {
	for _, r := range t.refused[c] {
		next := story.NoTime
		tried := func(service string, at story.Time) {
			if service == r.Service && at > r.Time && (next == story.NoTime || at < next) {
				next = at
			}
		}
		for _, again := range t.refused[c] {
			tried(again.Service, again.Time)
		}
		for _, child := range t.children[c] {
			tried(child.Service, child.told.Time)
		}
		if next != story.NoTime {
			list = append(list, busy{r.Time, next, shareOf[r.Service]})
		}
	}
	return list
}
