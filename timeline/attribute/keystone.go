package attribute

import (
	"glancecap/timeline/glance"
)

// keystone links the brackets on Keystone's database by nesting alone: their
// threads share few values, so nothing of it is proven.
func (l *linker) keystone(list []*bracket) {
	calls := make(map[string]*overlap)
	for k := range l.in.Calls {
		c := &l.in.Calls[k]
		if c.Service != glance.Keystone {
			continue
		}
		if calls[c.ServerHost] == nil {
			calls[c.ServerHost] = &overlap{}
		}
		calls[c.ServerHost].add(k, &actor{start: c.Start, end: c.End})
	}
	for _, b := range list {
		s := &l.in.Sessions[b.session]
		if s.Service != glance.Keystone || !b.works {
			continue
		}
		found, n := -1, 0
		calls[s.ClientHost].around(b.start, b.end, func(k int) {
			if c := &l.in.Calls[k]; b.end <= c.End {
				found = k
				n++
			}
		})
		l.links[b] = Link{Call: -1, Candidates: n}
		if n == 1 {
			l.links[b] = Link{Call: found, Rule: "nesting", Confidence: partialConfidence, Certainty: Likely, Candidates: 1}
		}
	}
}
