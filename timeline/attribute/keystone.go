package attribute

import (
	"slices"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// keystone links the brackets on Keystone's database to the one call within
// which they ran and of which they name no other's token: nothing of it is
// proven, for a name there is what a token has and not the token. Of a call
// within which two brackets overlap or two processes work nothing is told:
// others must have run that are not in the capture.
func (l *linker) keystone(list []*bracket) {
	k := keystone{in: l.in, calls: keystoneCalls(l.in), known: identitiesOf(l.in)}
	list = slices.DeleteFunc(slices.Clone(list), func(b *bracket) bool { return !b.works || l.in.Sessions[b.session].Service != glance.Keystone })
	for _, b := range list {
		k.sure(b)
	}
	served := k.atOnce()
	own := make(map[int][]*bracket)
	for _, b := range list {
		fit, around := k.candidates(b)
		if served >= 0 {
			fit = slices.DeleteFunc(fit, func(c int) bool { return k.rank(c, b, around) > served })
		}
		l.links[b] = Link{Call: -1, Candidates: len(fit)}
		if len(fit) != 1 {
			continue
		}
		rule := "nesting"
		if len(around) > 1 {
			rule = "names"
		}
		l.links[b] = Link{Call: fit[0], Rule: rule, Confidence: partialConfidence, Certainty: Likely, Candidates: 1}
		own[fit[0]] = append(own[fit[0]], b)
	}
	for _, brackets := range own {
		if oneThread(brackets) {
			continue
		}
		for _, b := range brackets {
			l.links[b] = Link{Call: -1, Candidates: 1}
		}
	}
}

// keystone are the calls to Keystone and what is known of how it serves them.
type keystone struct {
	in    *Input
	calls map[string]*overlap
	known identities
	// ranks counts how many calls had come before the one of a bracket and were
	// not answered, where its names tell which one that is.
	ranks []int
}

// candidates lists the calls around a bracket, and those of them whose tokens
// it names.
func (k *keystone) candidates(b *bracket) (fit, around []int) {
	s := &k.in.Sessions[b.session]
	k.calls[s.ClientHost].around(b.start, b.end, func(n int) {
		if s.Far[k.in.Calls[n].Capture] {
			return // what their times say is not so
		}
		around = append(around, n)
		if k.known.fit(b, &k.in.Calls[n]) {
			fit = append(fit, n)
		}
	})
	return fit, around
}

// rank is how many of the calls around a bracket had come before one.
func (k *keystone) rank(call int, b *bracket, around []int) (rank int) {
	for _, n := range around {
		if since(&k.in.Calls[n]) < since(&k.in.Calls[call]) {
			rank++
		}
	}
	return rank
}

func (k *keystone) sure(b *bracket) {
	if fit, around := k.candidates(b); len(fit) == 1 {
		k.ranks = append(k.ranks, k.rank(fit[0], b, around))
	}
}

// enoughRanks is how many brackets must tell of the order in which calls are
// served.
const enoughRanks = 40

// atOnce tells before how many others a call was served at most: a server takes
// calls in the order in which they come, and the others wait. One more may have
// been, and was not seen to be. It is -1 where that is not known.
func (k *keystone) atOnce() int {
	if len(k.ranks) < enoughRanks {
		return -1
	}
	return slices.Max(k.ranks) + 1
}

// since is when a call may have begun: at any time, if its request was not
// captured.
func since(c *Call) story.Time {
	if c.Unasked {
		return story.NoTime
	}
	return c.Start
}

// keystoneCalls lists the calls to Keystone by host.
func keystoneCalls(in *Input) map[string]*overlap {
	var order []int
	for k := range in.Calls {
		if in.Calls[k].Service == glance.Keystone {
			order = append(order, k)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareTimes(since(&in.Calls[a]), since(&in.Calls[b])) })
	calls := make(map[string]*overlap)
	for _, k := range order {
		c := &in.Calls[k]
		put(calls, c.ServerHost, k, &actor{start: since(c), end: c.End})
	}
	return calls
}

// identities are those of the tokens that are known.
type identities map[string]bool

func identitiesOf(in *Input) identities {
	known := make(identities)
	for k := range in.Calls {
		for _, id := range in.Calls[k].Identities {
			known[id] = true
		}
	}
	return known
}

// fit tells whether a bracket names no token but those of a call. One that is not
// known may be of any user and project, but has audit ids of its own.
func (known identities) fit(b *bracket, c *Call) bool {
	if len(c.Identities) == 0 {
		return true
	}
	return !slices.ContainsFunc(b.names, func(n glance.Name) bool {
		return n.Kind == glance.NameIdentity && known[n.Value] && !(c.Partly && len(n.Value) != glance.AuditID) && !slices.Contains(c.Identities, n.Value)
	})
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
