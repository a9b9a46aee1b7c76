package attribute

import (
	"slices"
	"sort"

	"glancecap/timeline/glance"
)

// The confidences of links that are not proven. Likelihoods by timing run
// high, so they are shrunk, and below least nothing is told.
const (
	partialConfidence = 0.9
	least             = 0.8
	shrink            = 0.95
	// Where calls are missing, what fits a call that is seen best may be one's
	// that is not.
	leastMissingCalls = 0.93
)

// Statements links each statement to the call that caused it: by brackets,
// nesting, names, grammar, and where that leaves several assignments, by what
// all of them have in common. parents is the answer of Parents. The answer has
// a link for each of in.Statements.
func Statements(in *Input, parents []int) []Link {
	links := make([]Link, len(in.Statements))
	for k := range links {
		links[k] = None
	}
	list := brackets(in)
	l := linker{in: in, links: make(map[*bracket]Link, len(list)), holes: holesOf(in)}
	l.actors = newActors(in, list, parents)
	l.missing = newMissing(in, l.actors, list)
	l.glance(list)
	l.keystone(list)
	l.follow(list, links)
	for b, link := range l.links {
		if link.Call >= 0 {
			link.Habits = l.narrowed[b]
		}
		for _, k := range b.statements {
			links[k] = link
		}
	}
	return links
}

type linker struct {
	in     *Input
	actors *actors
	links  map[*bracket]Link
	times  delays
	holes  holes
	// refuted tells that calls were seen not to write what they read.
	refuted bool
	// missing tells what of the calls the capture may not show.
	missing missing
	// narrowed tells by which habits other calls were ruled out.
	narrowed map[*bracket]*Habits
}

// glance links the brackets on Glance's database.
func (l *linker) glance(list []*bracket) {
	components, odd := l.components(list)
	l.prove(components)
	l.habits(components)
	var open []*component
	for _, c := range components {
		if !l.settle(c) {
			open = append(open, c)
		}
	}
	l.oddities(odd)
	l.learn(components)
	for _, c := range open {
		l.weigh(c)
	}
}

// prove finds what is possible in each component. Where no assignment is
// consistent, a call is missing, if those that are there keep to their grammar
// elsewhere; else the grammars are not known well enough and are given up:
// releases differ.
func (l *linker) prove(components []*component) {
	var whole []*component
	for _, c := range components {
		if c.holed = l.holes.touch(c, l.actors.list); !c.holed {
			whole = append(whole, c)
		}
	}
	torn := l.possible(whole)
	if l.refute(torn) {
		torn = l.possible(whole)
	}
	for _, c := range whole {
		if c.plain != nil {
			l.missing.keep(c, l.actors.list)
		}
	}
	for _, c := range torn {
		if l.missing.torn(c, l.actors) {
			for _, b := range c.brackets {
				l.missing.suspect(b)
			}
		}
	}
	for _, c := range torn {
		if !l.missing.around(c) {
			l.giveUp(c)
			c.plain = c.shares
		}
	}
	l.doubt(slices.DeleteFunc(whole, func(c *component) bool { return !l.missing.around(c) }))
}

// possible finds what is possible in each component where no call is missing,
// and gives those that have no consistent assignment.
func (l *linker) possible(components []*component) (torn []*component) {
	for _, c := range components {
		if c.plain, _ = l.actors.solve(c, &delays{}, hidden{}); c.plain == nil {
			torn = append(torn, c)
		}
		c.shares = c.plain
	}
	return torn
}

// refute tells whether calls do not write what they read and were asked for: a
// component then is consistent without that alone. Then it proves nothing
// anywhere, and elsewhere tells what is likely.
func (l *linker) refute(torn []*component) bool {
	for _, c := range torn {
		l.actors.trust(c, false)
		if shares, _ := l.actors.solve(c, &delays{}, hidden{}); shares != nil {
			c.refuted, l.refuted = true, true
		} else {
			l.actors.trust(c, true)
		}
	}
	if l.refuted {
		l.actors.trust(nil, false)
	}
	return l.refuted
}

// doubt finds what is possible in each component where calls are missing. What
// they may have done in one they may have begun with in others.
func (l *linker) doubt(components []*component) {
	for news := true; news; {
		news = false
		for _, c := range components {
			h := l.missing.hidden(c, 1)
			if c.shares != nil && c.hidden.weight > 0 && c.hidden.did == h.did {
				continue
			}
			c.hidden = h
			l.giveUp(c)
			for i, shares := range c.shares {
				if slices.ContainsFunc(shares, func(s share) bool { return s.actor == unseen }) {
					news = l.missing.done(c.brackets[i], kindsOf(c.brackets[i].kind)) || news
				}
			}
		}
	}
}

// mostGivenUp is how often a component without a consistent assignment is
// tried again with fewer grammars.
const mostGivenUp = 6

// giveUp finds what is possible in a component. Where no assignment is
// consistent, the grammars of those are given up that come together where it
// breaks off.
func (l *linker) giveUp(c *component) {
	for range mostGivenUp {
		stuck := 0
		if c.shares, stuck = l.actors.solve(c, &delays{}, c.hidden); c.shares != nil {
			return
		}
		c.loose = true
		for _, n := range c.candidates[stuck] {
			l.actors.list[n].loose = true
		}
	}
}

// components groups brackets that share candidates. odd are those that no
// candidate's grammar knows.
func (l *linker) components(list []*bracket) (components []*component, odd []oddity) {
	g := groups{owner: make(map[int]int)}
	for _, b := range list {
		if !b.works || l.in.Sessions[b.session].Service != glance.Glance {
			continue
		}
		all := l.actors.named(b)
		known := l.actors.knowing(all, b)
		l.missing.brackets++
		l.links[b] = Link{Call: -1, Candidates: l.actors.calls(all)}
		switch {
		case b.cut:
			l.alone(b, all)
		case len(all) == 0 && l.outside(b):
		case len(all) == 0:
			l.missing.stray(b)
		case len(known) == 0:
			odd = append(odd, oddity{b, all})
		default:
			g.add(b, known, l.links[b].Candidates)
		}
	}
	l.missing.judge(odd, l.actors.list)
	components = g.components()
	for _, c := range components {
		for n := range c.actors() {
			c.loose = c.loose || l.missing.broke[l.actors.list[n].automaton] > 0
		}
	}
	return components, odd
}

// outside tells whether a bracket is of a time of which the calls need not be in
// the capture: one of several hosts' began later, or ended before. A call that
// lasted into the time of all is seen by its answer, or has none yet.
func (l *linker) outside(b *bracket) bool {
	s := &l.in.Sessions[b.session]
	return s.Until > s.Since && (b.end < s.Since || b.start > s.Until)
}

// alone links a bracket of which statements are missing, where only one
// candidate is left: it matches anything and proves nothing.
func (l *linker) alone(b *bracket, candidates []int) {
	if l.actors.calls(candidates) == 1 && len(b.images) > 0 && l.actors.list[candidates[0]].call != unseen {
		l.links[b] = Link{Call: l.actors.list[candidates[0]].call, Rule: "image-id", Confidence: partialConfidence, Certainty: Likely, Candidates: 1}
	}
}

// settle links what is the same in every consistent assignment. It tells
// whether nothing is left open.
func (l *linker) settle(c *component) bool {
	done := true
	for i, b := range c.brackets {
		if c.shares == nil {
			l.single(b, c, i)
			continue
		}
		list := l.byCall(c.shares[i])
		if len(list) == 1 && list[0].actor != unseen {
			l.links[b] = l.proven(b, c, i, list[0].actor)
			continue
		}
		l.links[b] = Link{Call: -1, Candidates: len(list)}
		done = done && len(list) == 1
	}
	return done
}

// byCall adds the shares of a call's actors up; of the answer, actor is the
// call. The largest comes first.
func (l *linker) byCall(shares []share) []share {
	var list []share
	at := make(map[int]int)
	for _, s := range shares {
		call := unseen
		if s.actor != unseen {
			call = l.actors.list[s.actor].call
		}
		if k, ok := at[call]; ok {
			list[k].p += s.p
			continue
		}
		at[call] = len(list)
		list = append(list, share{call, s.p})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].p > list[j].p })
	return list
}

// single links a bracket of a component that cannot be solved: only where it
// names an image or a task, and one call alone can be meant.
func (l *linker) single(b *bracket, c *component, i int) {
	if c.named[i] == 1 && len(b.images)+len(b.tasks) > 0 && l.actors.list[c.candidates[i][0]].call != unseen {
		l.links[b] = l.proven(b, c, i, l.actors.list[c.candidates[i][0]].call)
	}
}

// oddities links work that no grammar knows to the one call that it can belong
// to by its names, where no call is missing that could have done it.
func (l *linker) oddities(odd []oddity) {
	for _, o := range odd {
		if l.missing.around(&component{brackets: []*bracket{o.b}}) || l.links[o.b].Candidates != 1 || len(o.b.images)+len(o.b.tasks) == 0 ||
			l.actors.list[o.candidates[0]].call == unseen {
			continue
		}
		link := Link{Call: l.actors.list[o.candidates[0]].call, Rule: l.rule(o.b, 1, 1), Confidence: partialConfidence, Certainty: Likely, Candidates: 1}
		l.links[o.b] = l.said(link, o.b)
	}
}

// proven is a link that no other call can have, as far as calls are seen to
// their end and their grammar is known.
func (l *linker) proven(b *bracket, c *component, i, call int) Link {
	link := Link{Call: call, Rule: l.rule(b, c.named[i], 1), Confidence: 1, Certainty: Proven, Candidates: 1}
	from := &l.in.Calls[call]
	if l.in.Partial || l.in.Sessions[b.session].Unsure[from.Capture] || from.Open || from.Marks || l.actors.elsewhere[l.in.Sessions[b.session].ClientHost] ||
		c.loose && (c.named[i] > 1 || c.hidden.weight > 0) || c.holed || c.shares == nil {
		link.Confidence, link.Certainty = partialConfidence, Likely
	}
	return l.said(link, b)
}

// rule names what decided: the last of the rules that was needed.
func (l *linker) rule(b *bracket, candidates, left int) string {
	switch {
	case left > 1:
		return "likelihood"
	case candidates > 1:
		return "grammar"
	case len(b.tasks) > 0:
		return "task"
	case len(b.images) > 0:
		return "image-id"
	case len(b.names) > 0:
		return "names"
	}
	return "nesting"
}

// learn takes the delays of the calls of which it is known what they did, if
// none are missing.
func (l *linker) learn(components []*component) {
	byCall := make(map[int][]*bracket)
	for _, c := range components {
		for i, shares := range c.plain {
			if list := l.byCall(shares); len(list) == 1 {
				byCall[list[0].actor] = append(byCall[list[0].actor], c.brackets[i])
			}
		}
	}
	for n := range l.actors.list {
		if a := &l.actors.list[n]; a.task == "" && len(byCall[a.call]) > 0 && !l.in.Calls[a.call].Headless && !l.in.Calls[a.call].Log && !worksOn(&l.in.Calls[a.call]) {
			l.times.learnFrom(a, byCall[a.call])
		}
	}
}

// weigh links what timing makes likely in a component that proof leaves open.
func (l *linker) weigh(c *component) {
	if !l.times.known {
		return
	}
	if l.refuted && !c.refuted {
		l.actors.trust(c, true)
		defer l.actors.trust(c, false)
	}
	shares, _ := l.actors.solve(c, &l.times, l.missing.hidden(c, l.missing.likely()))
	if shares == nil {
		return
	}
	atLeast := least
	if c.hidden.weight > 0 {
		atLeast = leastMissingCalls
	}
	for i, b := range c.brackets {
		if l.links[b].Call >= 0 {
			continue
		}
		list := l.byCall(shares[i])
		if len(list) == 0 || list[0].actor == unseen {
			continue
		}
		if p := list[0].p * shrink; p >= atLeast {
			l.links[b] = l.said(Link{Call: list[0].actor, Rule: "likelihood", Confidence: round(p), Certainty: Likely, Candidates: len(list)}, b)
		}
	}
}

// round gives two decimals: more would claim too much.
func round(p float64) float64 { return float64(int(p*100)) / 100 }
