package compare

import (
	"regexp"
	"slices"
	"strconv"

	"glancecap/decoder/bounds"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/digest"
	"glancecap/timeline/story"
)

// callKey is what calls have in common that are counted together.
type callKey struct{ service, method, action, target, behalf string }

// group is the calls or statements of one side that have a key in common.
type group[T any] struct {
	list    []T
	counted story.Counted
}

// calls compares the calls of two lives by kind, in the order in which the good
// one made them.
func calls(good, bad *life) []story.CallChange {
	goodKeys, goodOf := good.callGroups()
	badKeys, badOf := bad.callGroups()
	changes := []story.CallChange{}
	for _, k := range merged(goodKeys, badKeys) {
		c := story.CallChange{Service: k.service, Action: k.action, Method: k.method, Target: k.target, For: k.behalf}
		c.Compared = compared(countedOf(goodOf[k]), countedOf(badOf[k]), good.shows(k.service), bad.shows(k.service))
		changes = append(changes, c)
	}
	return changes
}

func countedOf[T any](g *group[T]) *story.Counted {
	if g == nil {
		return nil
	}
	return &g.counted
}

// callGroups counts the calls of a life by kind.
func (l *life) callGroups() (keys []callKey, of map[callKey]*group[*story.Call]) {
	of = make(map[callKey]*group[*story.Call])
	for _, c := range l.calls {
		k := callKey{service: c.Service, method: c.Method, action: c.Action}
		if c.Action == "other" {
			k.target = ids.ReplaceAllString(c.Target, "{id}")
		}
		if p := c.Behalf(); p != nil && l.byID[*p] != nil {
			k.behalf = l.byID[*p].Action
		}
		g := of[k]
		if g == nil {
			g = &group[*story.Call]{}
			keys, of[k] = append(keys, k), g
		}
		g.list = append(g.list, c)
		answer := "no answer"
		if c.Status != nil {
			answer = strconv.Itoa(*c.Status)
		}
		count(&g.counted, c.ID, c.Seconds, answer, l.story.Captures, c.File, c.Stream, c.FirstFrame, c.LastFrame)
	}
	return keys, of
}

// ids finds what differs from image to image in a target.
var ids = regexp.MustCompile(`[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}`)

// statementKey is what statements have in common that are counted together.
type statementKey struct{ service, fingerprint string }

// statements compares the statements of two lives by fingerprint. Housekeeping
// is left out.
func statements(good, bad *life) []story.StatementChange {
	sql := sqltext.New(bounds.Default(), new(bounds.Hits))
	goodKeys, goodOf := good.statementGroups(sql)
	badKeys, badOf := bad.statementGroups(sql)
	seen := [2]bool{good.shows("mysql"), bad.shows("mysql")}
	changes := []story.StatementChange{}
	for _, k := range merged(goodKeys, badKeys) {
		g, b := goodOf[k], badOf[k]
		c := story.StatementChange{ID: digest.ID(k.fingerprint), Fingerprint: k.fingerprint, Service: k.service, Tables: []string{}, Actions: []string{}}
		c.Compared = compared(countedOf(g), countedOf(b), seen[0], seen[1])
		for side, x := range []*group[*story.Statement]{g, b} {
			if x == nil {
				continue
			}
			c.Verb, c.Tables = x.list[0].Verb, x.list[0].Tables
			for _, st := range x.list {
				if action := []*life{good, bad}[side].actionOf(st); action != "" && !slices.Contains(c.Actions, action) {
					c.Actions = append(c.Actions, action)
				}
			}
		}
		changes = append(changes, c)
	}
	return changes
}

// actionOf names the action that caused a statement, "" where none is known.
func (l *life) actionOf(st *story.Statement) string {
	if st.Call == nil || st.Call.Certainty == "guess" || l.byID[st.Call.ID] == nil {
		return ""
	}
	return l.byID[st.Call.ID].Action
}

// statementGroups counts the statements of a life by fingerprint.
func (l *life) statementGroups(sql *sqltext.Parser) (keys []statementKey, of map[statementKey]*group[*story.Statement]) {
	of = make(map[statementKey]*group[*story.Statement])
	for _, st := range l.statements {
		if st.Housekeeping {
			continue
		}
		k := statementKey{st.Service, digest.Fingerprint(sql, st.Command, st.Text.String())}
		g := of[k]
		if g == nil {
			g = &group[*story.Statement]{}
			keys, of[k] = append(keys, k), g
		}
		g.list = append(g.list, st)
		answer := st.Outcome
		if st.Error != nil {
			answer = "error " + strconv.Itoa(st.Error.Code)
		}
		count(&g.counted, st.ID, st.End.Sub(st.Time), answer, l.story.Captures, st.File, st.Stream, st.FirstFrame, st.LastFrame)
	}
	return keys, of
}

// count adds one call or statement.
func count(c *story.Counted, id string, seconds story.Number, answer string, captures []story.Capture, file *int, stream, first, last int) {
	c.Count++
	longest := c.Count == 1
	if longest {
		c.First, c.Seconds, c.Longest = id, story.Unknown, story.Unknown
	}
	if seconds.Known() {
		if !c.Seconds.Known() {
			c.Seconds = 0
		}
		c.Seconds = round(c.Seconds + seconds)
		if !c.Longest.Known() || seconds > c.Longest {
			c.Longest, longest = seconds, true
		}
	}
	if longest {
		c.Wireshark = story.NewJump(captures, file, stream, first, last)
	}
	if !slices.Contains(c.Answers, answer) {
		c.Answers = append(c.Answers, answer)
	}
}

// compared tells how two counts differ. goodShows and badShows tell whether the
// captures of a side can show such things at all.
func compared(good, bad *story.Counted, goodShows, badShows bool) story.Compared {
	c := story.Compared{Differences: []string{}, Good: good, Bad: bad}
	var g, b story.Number = story.Unknown, story.Unknown
	if good != nil {
		g = good.Seconds
	}
	if bad != nil {
		b = bad.Seconds
	}
	c.Seconds = change(g, b)
	say := func(what string) { c.Differences = append(c.Differences, what) }
	switch {
	case bad == nil && !badShows, good == nil && !goodShows:
		say("unseen")
		return c
	case bad == nil:
		say("missing")
		return c
	case good == nil:
		say("extra")
		return c
	}
	if !sameAnswers(good.Answers, bad.Answers) {
		say("answered")
	}
	if bad.Count < good.Count {
		say("fewer")
	} else if bad.Count > good.Count {
		say("more")
	}
	// Of several it is the average that tells how slow they are.
	if g.Known() && b.Known() {
		each := [2]float64{float64(g) / float64(good.Count), float64(b) / float64(bad.Count)}
		switch {
		case each[1]-each[0] >= leastDifference && each[1] >= each[0]*(1+leastShare):
			say("slower")
		case each[0]-each[1] >= leastDifference && each[0] >= each[1]*(1+leastShare):
			say("faster")
		}
	}
	return c
}

// sameAnswers tells whether both sides had the same kinds of answers.
func sameAnswers(good, bad []string) bool {
	in := func(list []string) func(string) bool {
		return func(s string) bool { return !slices.Contains(list, s) }
	}
	return !slices.ContainsFunc(good, in(bad)) && !slices.ContainsFunc(bad, in(good))
}
