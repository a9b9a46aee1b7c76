package attribute

import (
	"slices"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Evidence is what speaks for and against the calls that may have caused a
// statement.
type Evidence struct {
	// Unit is the bracket that the statement belongs to.
	Unit Unit
	Link Link
	// Candidates are the calls that were open meanwhile, and the nearest ones
	// about the same image before and after; the link's call comes first, then
	// those against which nothing stands, then by time.
	Candidates []Candidate
	// Work are the units of the link's call in their order, this one among
	// them. Next is the unit that the process did next, where this one does
	// no work itself.
	Work []Unit
	Next *Unit
	// Doubts are why the link is not proven.
	Doubts []Doubt
}

// Unit is a bracket as it is told.
type Unit struct {
	Session    int
	Statements []int
	Kind       string
	// Works tells that it does more than a pool or a driver does.
	Works bool
	// Start and End are those of the statements that work.
	Start, End    story.Time
	Images, Tasks []string
	Names         []glance.Name
	// Cut tells that statements of it may be missing, Failed that it wrote and
	// nothing of that was committed, Absent that what it read is not there.
	Cut, Failed, Absent bool
	// Shown tells that the rows it read are those that the call's answer shows.
	Shown bool
	// This tells that it is the one that was asked for.
	This bool
}

// Doubt is a reason why a link is no proof.
type Doubt uint8

// The doubts.
const (
	CallsUnseen   Doubt = iota // part of the API is encrypted or seen in one direction
	CallOpen                   // the call's end is not in the capture
	CallHungUp                 // its connection ended without an answer
	CallDamaged                // bytes of the call are missing
	ClocksApart                // the clocks of the two captures were not compared
	HopUnseen                  // the hop to the host that works is not in the capture
	PacketsLost                // packets were lost meanwhile
	BracketCut                 // statements of the unit may be missing
	SeveralLeft                // more than one call is possible
	ProcessUnseen              // whose process owns the connection is not known
	NextWork                   // it was said on behalf of what came next
	NestingOnly                // no name in it, only the time
	OnlyLogged                 // only a log tells of the call
	OddGrammar                 // nothing of these: the work is not as it is known
)

// Explain gives the evidence for the link of in.Statements[k]. parents and
// links are the answers of Parents and Statements. It is nil where the
// statement is not one that is attributed.
func Explain(in *Input, parents []int, links []Link, k int) *Evidence {
	list := brackets(in)
	n := slices.IndexFunc(list, func(b *bracket) bool { return b.quit == k || slices.Contains(b.statements, k) })
	if n < 0 {
		return nil
	}
	x := &explainer{in: in, parents: parents, links: links, list: list, b: list[n], actors: newActors(in, list, parents)}
	e := &Evidence{Unit: x.unit(x.b), Link: links[k]}
	switch {
	case !x.b.works || x.b.quit == k:
		e.Next = x.next(in.Statements[k].Start)
	case in.Sessions[x.b.session].Service == glance.Keystone:
		x.keystone(e)
	default:
		x.glance(e)
	}
	if call := e.Link.Call; call >= 0 {
		for _, b := range x.own(call) {
			e.Work = append(e.Work, x.unit(b))
		}
	}
	e.Doubts = x.doubts(e, k)
	return e
}

// explainer looks at one bracket.
type explainer struct {
	in      *Input
	parents []int
	links   []Link
	list    []*bracket
	b       *bracket
	actors  *actors
}

func (x *explainer) unit(b *bracket) Unit {
	u := Unit{Session: b.session, Statements: b.statements, Kind: b.kind, Works: b.works, Start: b.start, End: b.end, Images: b.images, Tasks: b.tasks, Names: b.names,
		Cut: b.cut, Failed: b.failed, Absent: b.absent, This: b == x.b}
	if link := x.links[b.statements[0]]; link.Call >= 0 && b.seen != 0 {
		c := &x.in.Calls[link.Call]
		u.Shown = b.kind == kindImage && c.SeenImage == b.seen || b.kind == kindTags && c.SeenTags == b.seen || b.kind == kindMembers && c.SeenMembers == b.seen
	}
	return u
}

// next finds the unit of work that the bracket's process did next.
func (x *explainer) next(at story.Time) *Unit {
	for _, b := range x.list {
		if b.works && b != x.b && b.process != 0 && b.process == x.b.process && b.start >= at {
			if b.start-at > mostFollow {
				return nil
			}
			u := x.unit(b)
			return &u
		}
	}
	return nil
}

// own lists the working brackets that are linked to a call.
func (x *explainer) own(call int) (list []*bracket) {
	for _, b := range x.list {
		if b.works && x.links[b.statements[0]].Call == call {
			list = append(list, b)
		}
	}
	return list
}

// glance looks at the calls to Glance.
func (x *explainer) glance(e *Evidence) {
	before, after := -1, -1
	for n := range x.actors.list {
		a := &x.actors.list[n]
		switch c := x.actors.callOf(n); {
		case a.call == unseen:
		case a.start <= x.b.end && a.end >= x.b.start:
			e.Candidates = append(e.Candidates, x.candidate(n))
		case a.image == "" || !slices.Contains(x.b.images, a.image) || c.Log:
		case a.end < x.b.start && (before < 0 || a.end >= x.actors.list[before].end):
			before = n
		case a.start > x.b.end && after < 0:
			after = n
		}
	}
	for _, n := range []int{before, after} {
		if n >= 0 {
			e.Candidates = append(e.Candidates, x.candidate(n))
		}
	}
	x.weigh(e)
}

// keystone looks at the calls to Keystone: there is nothing but time.
func (x *explainer) keystone(e *Evidence) {
	known := identitiesOf(x.in)
	for k := range x.in.Calls {
		c := &x.in.Calls[k]
		if c.Service != glance.Keystone || c.Start > x.b.end || c.End < x.b.start {
			continue
		}
		found := Candidate{Call: k, ByCall: -1, ByStatement: -1, Since: story.NoTime}
		switch {
		case c.ServerHost != x.in.Sessions[x.b.session].ClientHost:
			found.Objection = OtherHost
		case c.Start > x.b.start:
			found.Objection = BeganLater
		case c.End < x.b.end:
			found.Objection = EndedBefore
		case !known.fit(x.b, c):
			found.Objection = OtherNames
		}
		e.Candidates = append(e.Candidates, found)
	}
	x.weigh(e)
}

// doubts lists why a link is not proven.
func (x *explainer) doubts(e *Evidence, k int) (list []Doubt) {
	if e.Link.Certainty == Proven {
		return nil
	}
	add := func(d Doubt, when bool) {
		if when {
			list = append(list, d)
		}
	}
	s := &x.in.Sessions[x.b.session]
	left := 0
	for _, c := range e.Candidates {
		if c.Objection == Possible {
			left++
		}
	}
	add(NextWork, !x.b.works || x.b.quit == k)
	add(NestingOnly, x.b.works && s.Service == glance.Keystone)
	add(BracketCut, x.b.cut)
	add(CallsUnseen, x.in.Partial)
	add(HopUnseen, x.actors.elsewhere[s.ClientHost])
	about := e.Link.Call
	for k := range e.Candidates {
		if about < 0 && left == 1 && e.Candidates[k].Objection == Possible {
			about = e.Candidates[k].Call // the only one that is left
		}
	}
	if about >= 0 {
		c := &x.in.Calls[about]
		add(CallOpen, c.Open && !c.HungUp)
		add(CallHungUp, c.HungUp)
		add(CallDamaged, c.Holed)
		add(ClocksApart, s.Unsure[c.Capture])
		add(OnlyLogged, c.Log)
		holes := holesOf(x.in)
		add(PacketsLost, slices.ContainsFunc(holes, func(i interval) bool { return i.start < c.End && c.Start < i.end }))
	}
	add(SeveralLeft, x.b.works && left > 1)
	add(ProcessUnseen, x.b.works && left > 1 && s.Process == "")
	add(OddGrammar, len(list) == 0 && e.Link.Call >= 0)
	return list
}
