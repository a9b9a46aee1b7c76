package attribute

import (
	"glancecap/timeline/glance"
)

// keystone links the brackets on Keystone's database by nesting alone: their
// threads share few values, so nothing of it is proven. Of a call within which
// two brackets overlap or two processes work nothing is told: others must have
// run that are not in the capture.
func (l *linker) keystone(list []*bracket) {
	calls := make(map[string]*overlap)
	for k := range l.in.Calls {
		if c := &l.in.Calls[k]; c.Service == glance.Keystone {
			put(calls, c.ServerHost, k, &actor{start: c.Start, end: c.End})
		}
	}
	own := make(map[int][]*bracket)
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
			own[found] = append(own[found], b)
		}
	}
	for k, brackets := range own {
		if !oneThread(brackets) {
			continue
		}
		for _, b := range brackets {
			l.links[b] = Link{Call: k, Rule: "nesting", Confidence: partialConfidence, Certainty: Likely, Candidates: 1}
		}
	}
}

// oneThread tells whether brackets, in the order of their work, can be those
// of one thread.
func oneThread(list []*bracket) bool {
	given := list[0].given
	for _, b := range list[1:] {
		if b.taken < given || b.process != list[0].process {
			return false
		}
		given = max(given, b.given)
	}
	return true
}
