package compare

import (
	"fmt"
	"math"
	"strings"

	"glancecap/timeline/story"
)

// facts says what differs in sentences, the most telling first: the end, the
// time, the phase that took most of it and who, answers, what is missing or
// extra. They give no reasons.
func facts(p *story.Pair) []string {
	list := []string{}
	say := func(format string, a ...any) { list = append(list, fmt.Sprintf(format, a...)) }
	if g, b := p.Good.Verdict, p.Bad.Verdict; g.Status != b.Status || g.OK != b.OK {
		say("the good image is %s, the bad one %s", ending(&p.Good), ending(&p.Bad))
	}
	if d := p.Seconds.Difference; d.Known() {
		switch {
		case math.Abs(float64(d)) < leastDifference:
			say("both took %.3f s", float64(p.Seconds.Good))
		default:
			say("the bad image took %.3f s %s: %.3f s, the good one %.3f s", math.Abs(float64(d)), longer(d), float64(p.Seconds.Bad), float64(p.Seconds.Good))
		}
	}
	if text := slowestPhase(p); text != "" {
		list = append(list, text)
	}
	answers, missing, extra := 0, 0, 0
	const most = 3
	for i := range p.Calls {
		c := &p.Calls[i]
		for _, what := range c.Differences {
			switch what {
			case "answered":
				if answers++; answers <= most {
					say("%s was answered %s, not %s", callName(c), strings.Join(c.Bad.Answers, ", "), strings.Join(c.Good.Answers, ", "))
				}
			case "missing":
				missing++
			case "extra":
				extra++
			}
		}
	}
	statementsMissing, statementsExtra := 0, 0
	for i := range p.SQL {
		for _, what := range p.SQL[i].Differences {
			switch what {
			case "missing":
				statementsMissing++
			case "extra":
				statementsExtra++
			}
		}
	}
	if missing+statementsMissing > 0 {
		say("missing on the bad side: %s", kinds(missing, statementsMissing))
	}
	if extra+statementsExtra > 0 {
		say("only on the bad side: %s", kinds(extra, statementsExtra))
	}
	return list
}

// ending says in which state a life is when the captures end.
func ending(l *story.Life) string {
	switch {
	case l.Verdict.OK:
		return l.Verdict.Status
	case l.OpenAtEnd:
		return "still " + l.Verdict.Status
	}
	return "not well: " + l.Verdict.Status
}

func longer(d story.Number) string {
	if d > 0 {
		return "longer"
	}
	return "less"
}

// slowestPhase tells the phase in which most of the difference lies, and who
// took most of that.
func slowestPhase(p *story.Pair) string {
	var most *story.PhaseChange
	for i := range p.Phases {
		c := &p.Phases[i]
		if d := c.Seconds.Difference; d.Known() && (most == nil || math.Abs(float64(d)) > math.Abs(float64(most.Seconds.Difference))) {
			most = c
		}
	}
	if most == nil || math.Abs(float64(most.Seconds.Difference)) < leastDifference {
		return ""
	}
	d := most.Seconds.Difference
	text := fmt.Sprintf("%s took %.3f s %s", most.Name, math.Abs(float64(d)), longer(d))
	if most.Nth > 1 {
		text = fmt.Sprintf("%s, time %d, took %.3f s %s", most.Name, most.Nth, math.Abs(float64(d)), longer(d))
	}
	if len(most.Shares) > 0 {
		if s := most.Shares[0]; s.Seconds.Difference.Known() && math.Abs(float64(s.Seconds.Difference)) >= leastDifference {
			text += fmt.Sprintf(", of that %s %+.3f s", s.Who, float64(s.Seconds.Difference))
		}
	}
	return text
}

// callName names calls of a kind.
func callName(c *story.CallChange) string {
	name := c.Service + " " + c.Action
	if c.Target != "" {
		name = c.Service + " " + c.Method + " " + c.Target
	}
	if c.For != "" {
		name += " for " + c.For
	}
	return name
}

// kinds counts kinds of calls and of statements.
func kinds(calls, statements int) string {
	var words []string
	for _, x := range []struct {
		n    int
		what string
	}{{calls, "kind of call"}, {statements, "kind of statement"}} {
		switch {
		case x.n == 1:
			words = append(words, "1 "+x.what)
		case x.n > 1:
			words = append(words, fmt.Sprintf("%d %s", x.n, strings.Replace(x.what, "kind", "kinds", 1)+"s"))
		}
	}
	return strings.Join(words, ", ")
}
