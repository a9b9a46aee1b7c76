package timeline

import (
	"sort"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// mergeSessions finds the statements that were seen on several hops, behind a
// proxy before the database, and lets the hop nearest to their maker stand for
// all.
func (b *Builder) mergeSessions() {
	groups := make(map[string][]*session)
	var keys []string
	var late []*session
	for _, s := range b.order {
		if len(s.statements) == 0 {
			continue
		}
		if s.scramble == "" || s.connectionID == record.NoCount {
			late = append(late, s)
			continue
		}
		if groups[s.scramble] == nil {
			keys = append(keys, s.scramble)
		}
		groups[s.scramble] = append(groups[s.scramble], s)
	}
	for _, key := range keys {
		group := groups[key]
		for _, s := range group {
			for _, next := range group {
				if next != s && next.connectionID == s.connectionID && story.HostOf(next.client) == story.HostOf(s.server) && next.server != s.server {
					merge(s, next)
				}
			}
		}
	}
	b.mergeLate(late)
}

// merge makes the statements of a session legs of those of the session nearer
// to the maker: the same texts in the same order, each a little later. Where
// packets are missing on one of the hops, its statements stand alone.
func merge(near, far *session) {
	from := 0
	for _, st := range far.statements {
		for k := from; k < len(near.statements); k++ {
			first := near.statements[k]
			if d := st.told.Time - first.told.Time; d < 0 {
				break
			} else if d <= mostDelay && first.told.Text == st.told.Text && first.told.Command == st.told.Command {
				st.join(first)
				from = k + 1
				break
			}
		}
	}
}

// join makes a statement a leg of the same one nearer to its maker.
func (st *statement) join(first *statement) {
	if st.first != nil || first == st {
		return
	}
	st.first = first
	first.told.Legs.Add(story.Leg{
		Record: st.told.Record, Client: st.told.Client, Server: st.told.Server, FirstFrame: st.told.FirstFrame,
	})
}

// mostDelay is how much later a statement may be on its second hop, and
// fewest how many statements in a row must agree, for two sessions joined
// midstream to be taken for one.
const (
	mostDelay = story.Time(100e6)
	fewest    = 3
)

// mergeLate joins sessions of which the greeting was not captured: the same
// commands in the same order within a bounded delay.
func (b *Builder) mergeLate(late []*session) {
	for _, far := range late {
		for _, near := range late {
			if near == far || story.HostOf(near.server) != story.HostOf(far.client) || near.server == far.server || near.client == far.client {
				continue
			}
			pairs := align(near, far)
			if len(pairs) < fewest {
				continue
			}
			for _, p := range pairs {
				p[1].join(p[0])
			}
			break
		}
	}
}

// align pairs the statements of two sessions one by one, nil where they do not
// agree.
func align(near, far *session) [][2]*statement {
	a, c := near.statements, far.statements
	i := sort.Search(len(a), func(i int) bool { return a[i].told.Time >= c[0].told.Time-mostDelay })
	for ; i < len(a) && a[i].told.Time <= c[0].told.Time; i++ {
		if pairs := alignFrom(a[i:], c); pairs != nil {
			return pairs
		}
	}
	return nil
}

func alignFrom(a, c []*statement) [][2]*statement {
	var pairs [][2]*statement
	for k := 0; k < len(a) && k < len(c); k++ {
		d := c[k].told.Time - a[k].told.Time
		if a[k].told.Text != c[k].told.Text || d < 0 || d > mostDelay {
			return nil
		}
		pairs = append(pairs, [2]*statement{a[k], c[k]})
	}
	return pairs
}

// legOf tells a call's other hop.
func legOf(c *call) story.Leg {
	return story.Leg{Record: c.told.Record, Client: c.told.Client, Server: c.told.Server, FirstFrame: c.told.FirstFrame}
}
