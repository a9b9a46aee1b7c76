package extract

import (
	"slices"
	"sort"

	"glancecap/timeline/attribute"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Whose a statement is depends on what else there is: on other calls that may
// have made it, on habits that were seen often enough, on delays that were
// learned. So a choice is tried out, and more is taken into it until its story
// names the calls that the whole names for what was asked for, and proves of
// nothing else what the whole does not. In the end that is the whole.

// Attribution tells who made the statements of a story.
type Attribution interface {
	// Among tells who would be told to have made them, were only some calls and
	// statements captured: those that are true, by their places in the story. The
	// answer has a link for each statement, nil for nobody.
	Among(calls, statements []bool) []*story.Link
}

// amiss are the statements, by their places in the story, of which a choice
// tells otherwise than the whole.
type amiss struct {
	// own were asked for; of others it is proven, or likely, what the whole does
	// not tell.
	own, proofs, guesses []int
}

// mostTries is how often a choice is made anew for what is likely of others.
const mostTries = 2

// enough takes into a choice what its story lacks, and gives it.
func (c *choosing) enough(a Attribution) *Choice {
	if len(c.story.Calls) == 0 {
		return c.choice() // SQL alone: it is told of nobody, in any part
	}
	for tries := 0; ; tries++ {
		made := c.choice()
		f := c.tryOut(a, made)
		if tries >= mostTries {
			f.guesses = nil
		}
		news := c.heads(slices.Concat(f.proofs, f.guesses))
		if len(f.own) > 0 {
			news = c.widen(f.own) || news
		}
		if len(f.proofs) > 0 && !news {
			news = c.widen(f.proofs)
		}
		if !news {
			return made
		}
		c.tell()
		c.rivals()
	}
}

// tryOut tells what is amiss with a choice.
func (c *choosing) tryOut(a Attribution, made *Choice) (f amiss) {
	calls, statements := c.covered(made)
	links := a.Among(calls, statements)
	for k, st := range c.story.Statements {
		link, whole := links[k], st.Call
		same := link == nil && whole == nil || link != nil && whole != nil && link.ID == whole.ID
		switch {
		case c.own[k]:
			if !same || link != nil && link.Certainty != whole.Certainty {
				f.own = append(f.own, k)
			}
		case link == nil:
		case link.Certainty == attribute.Proven && !(same && whole.Certainty == attribute.Proven):
			f.proofs = append(f.proofs, k)
		case !same:
			f.guesses = append(f.guesses, k)
		}
	}
	return f
}

// covered tells which calls and statements a choice holds.
func (c *choosing) covered(made *Choice) (calls, statements []bool) {
	calls, statements = make([]bool, len(c.story.Calls)), make([]bool, len(c.story.Statements))
	holds := func(client, server string, first, last int64) bool {
		p := pair{client, server}
		return made.covers(p, first) && made.covers(p, last)
	}
	for k, x := range c.story.Calls {
		calls[k] = holds(x.Client, x.Server, c.place(x.FirstFrame, x.Time), c.place(x.LastFrame, x.End))
	}
	for k, st := range c.story.Statements {
		statements[k] = holds(st.Client, st.Server, c.place(st.FirstFrame, st.Time), c.place(st.LastFrame, st.End))
	}
	return calls, statements
}

// size is how much was chosen.
func (c *choosing) size() int { return len(c.calls) + len(c.beside) + c.nobodysChosen }

// heads chooses, without what they did, the calls that may have made others'
// statements: that they were there is enough to take a claim back. It tells
// whether there are any new ones.
func (c *choosing) heads(list []int) (news bool) {
	before := c.size()
	c.makers(list, c.aside)
	return c.size() > before
}

// makers hands over the calls that made statements or may have.
func (c *choosing) makers(list []int, take func(*story.Call)) {
	for _, k := range list {
		if st := c.story.Statements[k]; st.Call != nil && c.byID[st.Call.ID] != nil {
			take(c.byID[st.Call.ID])
		}
	}
	c.around(list, 0, take)
}

// The margin grows from a part of the story's time, by a factor.
const (
	firstMargin = 256
	moreMargin  = 4
)

// widen chooses, with what they did, the calls that made statements or may have,
// else those of a time around them that grows. It tells whether there was any
// more.
func (c *choosing) widen(list []int) (news bool) {
	before := c.size()
	c.makers(list, c.with)
	span := c.story.Statements[len(c.story.Statements)-1].Time - c.story.Statements[0].Time
	for c.size() == before && c.margin < span {
		c.margin = max(c.margin*moreMargin, span/firstMargin, 1)
		c.around(list, c.margin, c.with)
	}
	if c.size() > before || c.all {
		return c.size() > before
	}
	c.all = true
	for _, x := range c.tap.connections {
		c.entire(x.stream)
	}
	return true
}

// around hands over the calls to the services of statements that were under way
// at their time, or up to a margin before or after.
func (c *choosing) around(list []int, margin story.Time, take func(*story.Call)) {
	slices.Sort(list)
	times := make(map[string]spans)
	for _, k := range list {
		st := c.story.Statements[k]
		times[st.Service] = times[st.Service].with(st.Time-margin, st.End+margin)
	}
	for _, x := range c.story.Calls {
		if times[x.Service].meets(x.Time, x.End) {
			take(x)
		}
	}
}

// with chooses a call with what it did, or may have done. What a call to Keystone
// did is told by its being there.
func (c *choosing) with(x *story.Call) {
	switch {
	case x.Service == glance.Keystone:
		c.aside(x)
		c.nobodysAt(x)
	case !c.calls[x.ID]:
		c.call(x.ID)
		c.nobodysAt(x)
	}
}

// nobodysAt chooses the statements at the time of a call which it may have made
// and of which it is not known who did.
func (c *choosing) nobodysAt(x *story.Call) {
	list := c.story.Statements
	k := sort.Search(len(list), func(i int) bool { return list[i].Time >= x.Time })
	for ; k < len(list) && list[k].Time <= x.End; k++ {
		st := list[k]
		if st.Call == nil && st.Service == x.Service && (st.Image == nil || x.Image == nil || *st.Image == *x.Image) && !c.nobodys[k] {
			c.nobodys[k] = true
			c.nobodysChosen++
		}
	}
}

// spans are stretches of time in their order, none of which touches another.
type spans []struct{ start, end story.Time }

// with adds a stretch; they come in the order of time.
func (s spans) with(start, end story.Time) spans {
	if n := len(s); n > 0 && start <= s[n-1].end {
		s[n-1].start, s[n-1].end = min(s[n-1].start, start), max(s[n-1].end, end)
		return s
	}
	return append(s, struct{ start, end story.Time }{start, end})
}

// meets tells whether some time lies in one of the stretches.
func (s spans) meets(start, end story.Time) bool {
	k := sort.Search(len(s), func(i int) bool { return s[i].end >= start })
	return k < len(s) && s[k].start <= end
}
