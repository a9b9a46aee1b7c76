package timeline

import (
	"cmp"
	"slices"

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
		return
	}
	if len(b.refusals) >= maxRefusals {
		b.hits.Hit("refused connections told")
		return
	}
	b.refusals = append(b.refusals, story.RefusedConnection{
		Service: r.Service, Client: b.intern(r.Client), Server: b.intern(r.Server),
		Time: when(r.Span.Time), FirstFrame: r.FirstFrame, Unanswered: r.Unanswered,
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
	for _, list := range t.refused {
		slices.SortStableFunc(list, func(a, b *story.RefusedConnection) int { return cmp.Compare(a.Time, b.Time) })
	}
}

// onlyAsker gives the call of Glance's that went on when a connection from its
// host was refused, nil where none did or where several can have made it.
func (t *telling) onlyAsker(r *story.RefusedConnection, calls []*call) (only *call) {
	for _, c := range calls {
		if c.Service != glance.Glance || c.told.Time > r.Time || t.asksUntil(c) < r.Time ||
			story.HostOf(c.told.Nearest()) != story.HostOf(r.Client) || !asks(c, r.Service) {
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
// from each refused attempt to the next one, and from the last to the request
// that got through, if one did.
func (t *telling) refusedWork(c *call) (list []busy) {
	refused := t.refused[c]
	for k, r := range refused {
		until := r.Time
		for _, child := range t.children[c] {
			if child.Service == r.Service && child.told.Time > r.Time && (until == r.Time || child.told.Time < until) {
				until = child.told.Time
			}
		}
		if k+1 < len(refused) && refused[k+1].Service == r.Service && (until == r.Time || refused[k+1].Time < until) {
			until = refused[k+1].Time
		}
		list = append(list, busy{r.Time, until, shareOf[r.Service]})
	}
	return list
}
