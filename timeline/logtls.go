package timeline

import (
	"cmp"
	"slices"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// tunnel is a connection that cannot be read: somewhere in it are the calls
// that a client's log tells.
type tunnel struct {
	stream         int
	client, server string
	start, end     story.Time
}

// maxTunnels bounds the encrypted connections that are remembered.
const maxTunnels = 1 << 14

// through remembers an encrypted connection.
func (c *connections) through(r *record.Connection) {
	if len(c.tunnels) < maxTunnels && r.Span.Time != record.NoTime {
		c.tunnels = append(c.tunnels, tunnel{r.Stream, r.Client, r.Server, when(r.Span.Time), when(r.Span.End)})
	}
}

// coarse is how well a clock must be known for encrypted connections to tell
// nothing more of it.
const coarse = 20 * oneTick

// narrow fits a clock that is known roughly, by the seconds of Date fields, to
// the encrypted connections: each answer came while one to the same address was
// open. Of the offsets that are possible those remain for which most answers
// find one.
func (l *logbook) narrow(tunnels []tunnel) {
	if !l.fitted || l.most-l.least <= coarse {
		return
	}
	byServer := make(map[string][]tunnel)
	for _, t := range tunnels {
		byServer[t.server] = append(byServer[t.server], t)
	}
	var ranges []allowed
	calls := 0
	for _, s := range l.said {
		if !s.timed() {
			continue
		}
		own := l.answersIn(byServer[s.Endpoint], when(s.End))
		if len(own) > 0 {
			calls++
			ranges = append(ranges, own...)
		}
	}
	if common, n, last := mostCommon(ranges); n > 1 && 10*n >= 9*calls {
		l.least, l.most, l.by = common.least, last, calls
	}
}

// answersIn gives the offsets for which an answer at a time of the log came
// within one of some connections, apart from each other.
func (l *logbook) answersIn(tunnels []tunnel, end story.Time) []allowed {
	var list []allowed
	for _, t := range tunnels {
		r := allowed{max(l.least, t.start-end-oneTick), min(l.most, t.end-end+logged)}
		if r.least <= r.most {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(x, y allowed) int { return cmp.Compare(x.least, y.least) })
	kept := list[:0]
	for _, r := range list {
		if n := len(kept); n > 0 && r.least <= kept[n-1].most {
			kept[n-1].most = max(kept[n-1].most, r.most)
		} else {
			kept = append(kept, r)
		}
	}
	return kept
}

// tunnel tells through which connection a call went that only logs tell, where
// one alone was open to the address that the client names, or at least which
// host made it.
func (b *Builder) tunnel(o *one, c *call) {
	if !o.placed || c.told.Server == "" {
		return
	}
	var found []tunnel
	hosts := make(map[string]bool)
	for _, t := range b.connections.tunnels {
		if t.server == c.told.Server && t.start <= o.late && t.end >= o.early {
			found = append(found, t)
			hosts[story.HostOf(t.client)] = true
		}
	}
	switch {
	case len(found) == 1:
		c.told.Client, c.told.Stream = b.intern(found[0].client), found[0].stream
	case len(hosts) == 1:
		c.told.Client = b.intern(story.HostOf(found[0].client))
	}
}
