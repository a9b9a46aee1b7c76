package report

import (
	"cmp"
	"net"
	"slices"

	"glancecap/timeline/story"
)

// index finds what a story's ids name.
type index struct {
	story      *story.Story
	calls      map[string]*story.Call
	children   map[string][]*story.Call
	statements map[string]*story.Statement
	linked     map[string][]*story.Statement
	diagnosed  map[string]*story.Diagnosis
}

func newIndex(s *story.Story) *index {
	x := &index{story: s, diagnosed: make(map[string]*story.Diagnosis, len(s.Diagnoses))}
	for _, d := range s.Diagnoses {
		x.diagnosed[d.ID] = d
	}
	return x
}

// fill finds calls and statements, once there is somebody who asks: a report on
// many images needs none of them.
func (x *index) fill() {
	if x.calls != nil {
		return
	}
	x.calls, x.children = make(map[string]*story.Call, len(x.story.Calls)), make(map[string][]*story.Call)
	for _, c := range x.story.Calls {
		x.calls[c.ID] = c
		if c.Behalf() != nil {
			x.children[*c.Behalf()] = append(x.children[*c.Behalf()], c)
		}
	}
	x.statements, x.linked = make(map[string]*story.Statement, len(x.story.Statements)), make(map[string][]*story.Statement)
	for _, s := range x.story.Statements {
		x.statements[s.ID] = s
		if s.Call != nil {
			x.linked[s.Call.ID] = append(x.linked[s.Call.ID], s)
		}
	}
}

// family gives an image's calls and those made on their behalf, by time.
func (x *index) family(i *story.Image) []*story.Call {
	x.fill()
	var calls []*story.Call
	seen := make(map[string]bool)
	var add func(*story.Call)
	add = func(c *story.Call) {
		if c == nil || seen[c.ID] {
			return
		}
		seen[c.ID] = true
		calls = append(calls, c)
		for _, child := range x.children[c.ID] {
			add(child)
		}
	}
	for _, id := range i.Calls {
		add(x.calls[id])
	}
	slices.SortStableFunc(calls, func(a, b *story.Call) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.FirstFrame, b.FirstFrame))
	})
	return calls
}

// statementsOf gives the statements that name an image or were caused by one
// of the calls, by time.
func (x *index) statementsOf(i *story.Image, calls []*story.Call) []*story.Statement {
	var all []*story.Statement
	seen := make(map[string]bool)
	add := func(s *story.Statement) {
		if s != nil && !seen[s.ID] {
			seen[s.ID] = true
			all = append(all, s)
		}
	}
	for _, id := range i.Statements {
		add(x.statements[id])
	}
	for _, c := range calls {
		for _, s := range x.linked[c.ID] {
			add(s)
		}
	}
	slices.SortStableFunc(all, func(a, b *story.Statement) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.FirstFrame, b.FirstFrame))
	})
	return all
}

// depth counts the calls on whose behalf a call was made.
func (x *index) depth(c *story.Call) int {
	n := 0
	for c.Behalf() != nil && n < 8 {
		parent := x.calls[*c.Behalf()]
		if parent == nil {
			return n + 1
		}
		c, n = parent, n+1
	}
	return n
}

// maker names who made a call: the service on whose behalf it was made, the
// client of Glance, or else the address that it came from.
func (x *index) maker(c *story.Call) string {
	parent := c.Behalf()
	switch {
	case parent != nil && x.calls[*parent] != nil:
		return x.calls[*parent].Service
	case parent != nil:
		return "?"
	case c.Service == "glance":
		return "client"
	}
	host, _, err := net.SplitHostPort(c.Client)
	if err != nil {
		return c.Client
	}
	return host
}

// worst gives the gravest severity that stands on an image: 0 for an error, 1
// for a warning, 2 for neither. An image that is not well counts as an error.
func (x *index) worst(i *story.Image) int {
	if !i.Verdict.OK && !i.OpenAtEnd {
		return 0
	}
	rank := 2
	for _, id := range i.Diagnoses {
		if d := x.diagnosed[id]; d != nil {
			rank = min(rank, severityRank(d.Severity))
		}
	}
	if !i.Verdict.OK {
		rank = min(rank, 1)
	}
	return rank
}

// severityRank orders severities, the gravest first.
func severityRank(severity string) int {
	switch severity {
	case "error":
		return 0
	case "warning":
		return 1
	}
	return 2
}
