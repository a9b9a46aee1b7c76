// Package compare sets two lives of an image beside each other: phase by phase,
// call by call, statement by statement.
//
// Comes in: two stories, and which images are meant. Goes out: a
// story.Contrast. It reads no packets, explains nothing (what differs is told,
// not why), and formats nothing. What one of the captures cannot show is told as
// unseen, never as missing.
package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"glancecap/timeline/story"
)

// When one is called slower than the other: by a millisecond and by a tenth.
const (
	leastDifference = 0.001 // seconds
	leastShare      = 0.1
)

// Options say which images are meant, by name, id or the beginning of an id;
// "" leaves it to the names on both sides.
type Options struct {
	Good, Bad string
}

// Stories compares the lives in two stories. The error is a *MatchError.
func Stories(good, bad *story.Story, o Options) (*story.Contrast, error) {
	matches, left, err := match(good, bad, o)
	if err != nil {
		return nil, err
	}
	c := &story.Contrast{Schema: story.ComparisonSchema, Version: bad.Version, ShowsSecrets: bad.ShowsSecrets, Good: side(good), Bad: side(bad), Left: left}
	for _, m := range matches {
		c.Pairs = append(c.Pairs, pair(newLife(good, m.good), newLife(bad, m.bad), m.by))
	}
	return c, nil
}

func side(s *story.Story) story.Side {
	return story.Side{Captures: s.Captures, Services: s.Services, BlindSpots: s.BlindSpots, Interrupted: s.Interrupted, Accounting: s.Accounting}
}

// life is one image with what was done for it.
type life struct {
	story      *story.Story
	image      *story.Image
	calls      []*story.Call
	byID       map[string]*story.Call // all of the story
	statements []*story.Statement
}

// newLife gathers an image's calls, those made on their behalf, and the
// statements that name the image or were caused by one of the calls.
func newLife(s *story.Story, i *story.Image) *life {
	l := &life{story: s, image: i, byID: make(map[string]*story.Call, len(s.Calls))}
	for _, c := range s.Calls {
		l.byID[c.ID] = c
	}
	mine := make(map[string]bool)
	for _, id := range i.Calls {
		mine[id] = true
	}
	for _, c := range s.Calls {
		// Calls nest a few levels deep at most.
		for at, depth := c, 0; at != nil && depth < 8; depth++ {
			if mine[at.ID] {
				mine[c.ID] = true
				l.calls = append(l.calls, c)
				break
			}
			if at.Behalf() == nil {
				break
			}
			at = l.byID[*at.Behalf()]
		}
	}
	named := make(map[string]bool)
	for _, id := range i.Statements {
		named[id] = true
	}
	for _, st := range s.Statements {
		if named[st.ID] || st.Call != nil && st.Call.Certainty != "guess" && mine[st.Call.ID] {
			l.statements = append(l.statements, st)
		}
	}
	return l
}

// shows tells whether the captures of this life show a service's traffic.
func (l *life) shows(service string) bool {
	for _, s := range l.story.Services {
		if s.Name == service && s.Readable > 0 {
			return true
		}
	}
	return slices.ContainsFunc(l.story.Calls, func(c *story.Call) bool { return c.Service == service })
}

// told is the life as the comparison names it.
func (l *life) told() story.Life {
	i := l.image
	t := story.Life{ID: i.ID, Name: i.Name, Verdict: i.Verdict, OpenAtEnd: i.OpenAtEnd, First: i.First, Last: i.Last, Diagnoses: []string{}}
	if size := i.Row.Get("size"); size != nil {
		if n, err := strconv.ParseInt(*size, 10, 64); err == nil {
			t.Size = &n
		}
	}
	for _, d := range l.story.Diagnoses {
		if slices.Contains(i.Diagnoses, d.ID) && d.Severity != "note" {
			t.Diagnoses = append(t.Diagnoses, d.Text)
		}
	}
	return t
}

// pair compares two lives.
func pair(good, bad *life, by string) *story.Pair {
	p := &story.Pair{MatchedBy: by, Good: good.told(), Bad: bad.told(), Facts: []string{}}
	p.Seconds = story.Change{Good: good.image.Verdict.Seconds, Bad: bad.image.Verdict.Seconds, Difference: story.Unknown}
	if p.Seconds.Good.Known() && p.Seconds.Bad.Known() {
		p.Seconds.Difference = round(p.Seconds.Bad - p.Seconds.Good)
	}
	p.Phases = phases(good.image, bad.image)
	p.Calls = calls(good, bad)
	p.SQL = statements(good, bad)
	p.Cautions = cautions(good, bad, p)
	p.Facts = facts(p)
	return p
}

// phases compares the n-th phase of a name with the n-th of that name.
func phases(good, bad *story.Image) []story.PhaseChange {
	type key struct {
		name string
		nth  int
	}
	list := func(i *story.Image) (keys []key, of map[key]*story.Phase) {
		seen := make(map[string]int)
		of = make(map[key]*story.Phase)
		for n := range i.Phases {
			p := &i.Phases[n]
			seen[p.Name]++
			k := key{p.Name, seen[p.Name]}
			keys, of[k] = append(keys, k), p
		}
		return keys, of
	}
	goodKeys, goodOf := list(good)
	badKeys, badOf := list(bad)
	changes := []story.PhaseChange{}
	for _, k := range merged(goodKeys, badKeys) {
		g, b := goodOf[k], badOf[k]
		c := story.PhaseChange{Name: k.name, Nth: k.nth, Seconds: change(secondsOf(g), secondsOf(b)), Shares: []story.ShareChange{}}
		for _, who := range shares(g, b) {
			c.Shares = append(c.Shares, story.ShareChange{Who: who, Seconds: change(shareOf(g, who), shareOf(b, who))})
		}
		changes = append(changes, c)
	}
	return changes
}

func secondsOf(p *story.Phase) story.Number {
	if p == nil {
		return story.Unknown
	}
	return p.Seconds
}

func shareOf(p *story.Phase, who string) story.Number {
	if p == nil {
		return story.Unknown
	}
	return p.Shares.Of(who) // who did nothing took no time
}

// shares lists who took time of either phase, the largest difference first.
func shares(good, bad *story.Phase) []string {
	var names []string
	for _, p := range []*story.Phase{good, bad} {
		if p == nil {
			continue
		}
		for _, s := range p.Shares {
			if !slices.Contains(names, s.Who) {
				names = append(names, s.Who)
			}
		}
	}
	slices.Sort(names)
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(math.Abs(float64(change(shareOf(good, b), shareOf(bad, b)).Difference)), math.Abs(float64(change(shareOf(good, a), shareOf(bad, a)).Difference)))
	})
	return names
}

func change(good, bad story.Number) story.Change {
	c := story.NewChange(good, bad)
	c.Difference = round(c.Difference)
	return c
}

// round gives nanoseconds their whole number back.
func round(n story.Number) story.Number { return story.Number(math.Round(float64(n)*1e9) / 1e9) }

// merged gives the elements of both lists, each once, in the order of the good
// one; those of the bad one alone stand behind what they follow there.
func merged[K comparable](good, bad []K) []K {
	all := slices.Clone(good)
	at := 0 // behind the last element of bad that was placed
	for _, k := range bad {
		if n := slices.Index(all, k); n >= 0 {
			at = n + 1
			continue
		}
		all = slices.Insert(all, at, k)
		at++
	}
	return all
}

// cautions says what makes the two hard to compare.
func cautions(good, bad *life, p *story.Pair) []string {
	list := []string{}
	say := func(format string, a ...any) { list = append(list, fmt.Sprintf(format, a...)) }
	for _, service := range []string{"keystone", "glance", "swift", "mysql"} {
		switch g, b := good.shows(service), bad.shows(service); {
		case g && !b:
			say("only the good captures show %s: what is absent on the bad side may only be unseen", service)
		case b && !g:
			say("only the bad captures show %s: what is extra on the bad side may only be unseen on the good one", service)
		}
	}
	for _, x := range []struct {
		side string
		l    *life
	}{{"good", good}, {"bad", bad}} {
		if n := x.l.story.Accounting.Bytes.Missing; n > 0 {
			say("%d stream bytes are missing in the %s captures: calls and statements may lie in them", n, x.side)
		}
		if x.l.image.OpenAtEnd {
			say("the %s captures end before the image's life settles: what is absent there may come later", x.side)
		}
		if x.l.image.BeforeCapture {
			say("the %s captures begin after the image's life did", x.side)
		}
	}
	if g, b := p.Good.Size, p.Bad.Size; g != nil && b != nil && *g != *b {
		say("the images differ in size: %d and %d bytes", *g, *b)
	}
	for _, column := range []string{"disk_format", "container_format"} {
		g, b := good.image.Row.Get(column), bad.image.Row.Get(column)
		if g != nil && b != nil && *g != *b {
			say("%s differs: %s and %s", column, *g, *b)
		}
	}
	return list
}
