package timeline

import (
	"cmp"
	"slices"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// The names of the shares of a phase.
const (
	shareIdentity = "identity"
	shareStore    = "store"
	shareClient   = "client"
	shareDatabase = "database"
	shareGlance   = "glance"
	// shareNetwork is time in which a loss was repaired, shareTransfer that in
	// which an image's bytes flowed: nobody's fault.
	shareNetwork  = "network"
	shareTransfer = "transfer"
	// shareUnseen is time in which whoever was at work is not in the capture.
	shareUnseen = "unseen"
)

// shareNames says whom a moment belongs to where several were at work: the
// last leg of the chain. Glance waits for the store, the store for Keystone.
// Nobody is seen at work where it is the last.
var shareNames = [...]string{shareIdentity, shareDatabase, shareNetwork, shareClient, shareStore, shareTransfer, shareGlance, shareUnseen}

// The places of some of them.
const (
	clientIndex = 3
	glanceIndex = 6
	unseenIndex = 7
)

// shareOf says whose the time is in which a service is at work.
var shareOf = map[string]string{glance.Keystone: shareIdentity, glance.Swift: shareStore, glance.Glance: shareGlance}

// busy is a stretch of time in which somebody was at work.
type busy struct {
	start, end story.Time
	share      string
}

// phases tells the time between the transitions, and who took it. The first
// one is what it took to create the image.
func (t *telling) phases(i *story.Image, img *image, calls []*call) {
	work := t.work(calls, img.statements)
	start := story.NoTime
	if c := img.created; c != nil {
		start = c.told.Time
	}
	name := "created"
	if len(i.Transitions) > 0 && i.Transitions[0].From != nil {
		name = *i.Transitions[0].From
	}
	i.Phases = t.kept.phases.list(phasesOf(i, start))
	for _, tr := range i.Transitions {
		if start != story.NoTime && tr.Time >= start {
			i.Phases = append(i.Phases, t.phase(name, start, tr.Time, work, calls))
		}
		start, name = tr.Time, tr.To
	}
	if n := len(i.Transitions); n > 0 && glance.Passing(i.Transitions[n-1].To) && t.last > start {
		p := t.phase(name, start, t.last, work, calls)
		p.Open = true
		i.Phases = append(i.Phases, p)
	}
}

// phasesOf tells how many phases there are at most, if the first one begins at
// start.
func phasesOf(i *story.Image, start story.Time) int {
	n := len(i.Transitions)
	if n == 0 {
		return 0
	}
	open := glance.Passing(i.Transitions[n-1].To)
	if start == story.NoTime {
		n--
	}
	if open {
		n++
	}
	return n
}

// work lists who was at work for an image, and when: in its calls, and in those
// of its statements that no call made.
func (t *telling) work(calls []*call, statements []*statement) []busy {
	list := t.busy[:0]
	defer func() { t.busy = list }()
	var seen map[*call]bool
	if len(calls) > 0 {
		seen = make(map[*call]bool)
	}
	var add func(c *call)
	add = func(c *call) {
		if seen[c] {
			return
		}
		seen[c] = true
		list = append(append(list, t.workOf(c)...), t.refusedWork(c)...)
		for _, st := range t.linked[c] {
			if c.Service == glance.Glance && len(st.told.Tables) > 0 {
				list = append(list, busy{st.told.Time, st.told.End, shareDatabase})
			}
		}
		for _, child := range t.children[c] {
			add(child)
		}
	}
	for _, c := range calls {
		add(c)
	}
	for _, st := range statements {
		if st.told.Call == nil && (st.write || st.control != 0) {
			list = append(list, busy{st.told.Time, st.told.End, shareDatabase})
		}
	}
	return list
}

// workOf tells who was at work in a call.
func (t *telling) workOf(c *call) []busy {
	share := shareOf[c.Service]
	end := c.told.End
	if !c.answered {
		end = t.last
	}
	if !carries(c) {
		return []busy{{c.told.Time, end, share}}
	}
	// While an image's bytes arrive, the receiver is at work where its window
	// is closed, and the sender where it sends nothing: the client, or Glance,
	// which waits for others itself.
	var list []busy
	at := c.told.Time
	for _, w := range c.waits {
		from, to := max(when(w.Time), at), min(when(w.End), c.told.RequestEnd)
		if from >= to {
			continue
		}
		list = append(list, busy{at, from, shareTransfer})
		switch {
		case w.Why == waitLoss:
			list = append(list, busy{from, to, shareNetwork})
		case w.Why == waitWindow:
			list = append(list, busy{from, to, share})
		case c.Service == glance.Glance:
			list = append(list, busy{from, to, shareClient})
		default:
			list = append(list, busy{from, to, shareGlance})
		}
		at = to
	}
	return append(list, busy{at, c.told.RequestEnd, shareTransfer}, busy{c.told.RequestEnd, end, share})
}

// The kinds of record.Wait.
const (
	waitWindow = "window_closed"
	waitLoss   = "loss"
)

// carries tells whether a call's request brings an image's bytes, and its
// packets are there.
func carries(c *call) bool {
	if c.said != nil || c.told.RequestEnd == story.NoTime || c.told.Method != "PUT" {
		return false
	}
	switch c.Action {
	case "image.upload", "image.stage", "segment.put", "object.put":
		return c.told.Bytes != nil && *c.told.Bytes > 0
	}
	return false
}

// phase measures one phase: every moment belongs to one share.
func (t *telling) phase(name string, start, end story.Time, work []busy, calls []*call) story.Phase {
	p := story.Phase{Name: name, Start: start, End: end, Seconds: end.Sub(start), Shares: t.shares(name, start, end, work, calls)}
	t.held(&p, calls)
	p.HeldBy = t.heldBy(name, start, end, work, calls)
	return p
}

// shares divides a stretch of time among those who were at work.
func (t *telling) shares(name string, start, end story.Time, work []busy, calls []*call) story.Shares {
	edges := t.edges[:0]
	for _, w := range work {
		from, to := max(w.start, start), min(w.end, end)
		if from < to {
			n := shareIndex(w.share)
			edges = append(edges, edge{from, n, 1}, edge{to, n, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	edges = append(edges, edge{end, 0, 0})
	var open [len(shareNames)]int
	var took [len(shareNames)]story.Time
	at := start
	for _, e := range edges {
		took[t.owner(open[:], name, calls)] += e.at - at
		at = e.at
		open[e.share] += e.step
	}
	t.edges = edges
	some := 0
	for _, n := range took {
		if n > 0 {
			some++
		}
	}
	shares := story.Shares(t.kept.shares.list(some))
	for k, n := range took {
		if n > 0 {
			shares = append(shares, story.Share{Who: shareNames[k], Seconds: story.Number(float64(n) / 1e9)})
		}
	}
	return shares
}

// edge is where somebody begins or ends to be at work.
type edge struct {
	at    story.Time
	share int
	step  int
}

// heldBy says who was at work while the sender of the image stood before a
// closed window.
func (t *telling) heldBy(name string, start, end story.Time, work []busy, calls []*call) story.Shares {
	var sum story.Shares
	for _, c := range calls {
		if c.Service != glance.Glance {
			continue
		}
		for _, w := range c.waits {
			from, to := max(when(w.Time), start), min(when(w.End), end)
			if w.Why != waitWindow || from >= to {
				continue
			}
			if sum == nil {
				sum = story.Shares{}
			}
			for _, s := range t.shares(name, from, to, work, calls) {
				sum.Add(s.Who, s.Seconds)
			}
		}
	}
	return sum
}

// transfers tells of each call that brought an image's bytes where the time of
// its body went.
func (t *telling) transfers(calls []*call, statements []*statement) {
	var work []busy
	for _, c := range calls {
		if !carries(c) {
			continue
		}
		if work == nil {
			work = t.work(calls, statements)
		}
		x := &story.Transfer{Seconds: c.told.RequestEnd.Sub(c.told.Time)}
		for _, w := range c.waits {
			took := min(when(w.End), c.told.RequestEnd).Sub(max(when(w.Time), c.told.Time))
			switch {
			case took <= 0:
			case w.Why == waitWindow:
				x.Held += took
			case w.Why == waitLoss:
				x.Network += took
			default:
				x.Idle += took
			}
		}
		x.Flowing = max(x.Seconds-x.Held-x.Network-x.Idle, 0)
		if x.Held > 0 && c.Service == glance.Glance {
			x.HeldBy = t.heldBy("", c.told.Time, c.told.RequestEnd, work, []*call{c})
		}
		c.told.Transfer = x
	}
}

func shareIndex(share string) int {
	for k, name := range shareNames {
		if name == share {
			return k
		}
	}
	return glanceIndex
}

// owner says whose a moment is. Where nobody is to be seen at work, Glance
// works in the background on an image that is being imported; else it is the
// client who does nothing, if its calls can be seen.
func (t *telling) owner(open []int, phase string, calls []*call) int {
	for k, n := range open {
		if n > 0 {
			return k
		}
	}
	if phase == glance.Importing {
		return glanceIndex
	}
	if !slices.ContainsFunc(calls, func(c *call) bool { return c.Service == glance.Glance }) {
		return unseenIndex
	}
	return clientIndex
}

// held tells how long the sender of the image stood before a closed window.
func (t *telling) held(p *story.Phase, calls []*call) {
	var sum, longest story.Time
	for _, c := range calls {
		if c.Service != glance.Glance {
			continue
		}
		for _, w := range c.waits {
			from, to := max(when(w.Time), p.Start), min(when(w.End), p.End)
			if w.Why != waitWindow || from >= to {
				continue
			}
			sum += to - from
			if to-from > longest {
				longest, p.HeldFrames, p.HeldFiles = to-from, []int{w.FirstFrame, w.LastFrame}, c.filesOf(&w.Span)
				p.HeldLongest = to.Sub(from)
			}
		}
	}
	if sum > 0 {
		seconds := story.Number(float64(sum) / 1e9)
		p.Held = &seconds
	}
}

// filesOf gives the captures in which the frames of a wait of the call are
// counted, nil in a run over a single one.
func (c *call) filesOf(s *record.Span) []int {
	if c.told.File == nil {
		return nil
	}
	return []int{*lastFile(c.told.File, s.FirstFile), *lastFile(c.told.File, s.LastFile)}
}
