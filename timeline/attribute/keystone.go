package attribute

import (
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
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

// mostFollow is how much later a process's next bracket may begin than
// statements that belong to it: a ping on a connection that is dead, the login
// of the one that takes its place.
const mostFollow = story.Time(1e9)

// follow links what a connection said without doing any work.
func (l *linker) follow(list []*bracket) {
	next := make(map[int][]*bracket) // by process
	for _, b := range list {
		if b.works && b.process != 0 {
			next[b.process] = append(next[b.process], b)
		}
	}
	for _, b := range list {
		if b.works || b.process == 0 {
			continue
		}
		for _, w := range next[b.process] {
			if w.start < b.start {
				continue
			}
			if link := l.links[w]; w.start-b.start <= mostFollow && link.Call >= 0 {
				link.Confidence, link.Certainty, link.Rule = partialConfidence, Likely, "process"
				l.links[b] = link
			}
			break
		}
	}
}
