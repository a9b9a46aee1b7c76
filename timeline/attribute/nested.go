package attribute

import (
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Statements links each statement to the call that caused it, by brackets,
// nesting and names. The answer has a link for each of in.Statements.
func Statements(in *Input) []Link {
	links := make([]Link, len(in.Statements))
	for k := range links {
		links[k] = None
	}
	a := newAttributor(in)
	for _, b := range brackets(in) {
		link := a.link(b)
		for _, k := range b.statements {
			links[k] = link
		}
	}
	return links
}

// attributor holds what is looked up for each bracket.
type attributor struct {
	in    *Input
	tasks map[string]Task
	// byHost lists the calls to a service on a host, in the order of their
	// start.
	byHost  map[hostService][]int
	longest map[hostService]story.Time // of any call of it, in nanoseconds
	latest  story.Time
}

type hostService struct{ host, service string }

func newAttributor(in *Input) *attributor {
	a := &attributor{in: in, tasks: make(map[string]Task), byHost: make(map[hostService][]int)}
	for _, t := range in.Tasks {
		a.tasks[t.ID] = t
	}
	for k := range in.Calls {
		c := &in.Calls[k]
		key := hostService{c.ServerHost, c.Service}
		a.byHost[key] = append(a.byHost[key], k)
		a.latest = max(a.latest, c.End)
	}
	return a
}

// link finds the one call that a bracket may belong to.
func (a *attributor) link(b *bracket) Link {
	s := &a.in.Sessions[b.session]
	if !b.works || s.Service != glance.Glance && s.Service != glance.Keystone {
		return None
	}
	var nested []int
	for _, k := range a.byHost[hostService{s.ClientHost, s.Service}] {
		c := &a.in.Calls[k]
		if c.Start <= b.start && (b.end <= c.End || a.goesOn(c)) {
			nested = append(nested, k)
		}
	}
	if s.Service == glance.Keystone {
		return a.only(nested, "nesting")
	}
	fits := nested[:0:0]
	for _, k := range nested {
		if a.fits(b, &a.in.Calls[k]) {
			fits = append(fits, k)
		}
	}
	rule := "nesting"
	if len(fits) < len(nested) || len(b.images) > 0 {
		rule = "image-id"
	}
	if by := a.byTask(b, fits); by >= 0 {
		fits, rule = []int{by}, "task"
	}
	return a.only(fits, rule)
}

// goesOn tells whether a call's work goes on behind its answer: 202.
func (a *attributor) goesOn(c *Call) bool {
	return c.Action == "image.import" && (c.Status == 202 || c.Status == 0) || c.Action == "location.add" && c.Status == 202
}

// byTask finds the call that ordered the task which a bracket names.
func (a *attributor) byTask(b *bracket, fits []int) int {
	for _, id := range b.tasks {
		t, ok := a.tasks[id]
		if !ok || t.Request == "" {
			continue
		}
		for _, k := range fits {
			if a.in.Calls[k].RequestID == t.Request && a.goesOn(&a.in.Calls[k]) {
				return k
			}
		}
	}
	return -1
}

// fits tells whether a call can have made a bracket, by the names in both.
func (a *attributor) fits(b *bracket, c *Call) bool {
	if len(b.images) == 0 && len(b.tasks) == 0 {
		return c.Image == "" || b.names == nil
	}
	for _, id := range b.tasks {
		if t, ok := a.tasks[id]; ok && t.Image != "" && t.Image == c.Image {
			return true
		}
	}
	for _, id := range b.images {
		if c.Image == id {
			return true
		}
		for _, n := range c.Names {
			if n.Kind == glance.NameImage && n.Value == id {
				return true
			}
		}
	}
	return c.Action == "image.create" && c.Image == "" && c.Status == 0 ||
		len(b.images) == 0 && (c.Action == "task.show" || c.Action == "task.list" || c.Action == "task.create")
}

// only gives a link where one candidate is left.
func (a *attributor) only(candidates []int, rule string) Link {
	if len(candidates) != 1 {
		return Link{Call: -1, Candidates: len(candidates)}
	}
	l := Link{Call: candidates[0], Rule: rule, Confidence: 1, Certainty: Proven, Candidates: 1}
	if a.in.Partial {
		l.Confidence, l.Certainty = 0.9, Likely
	}
	return l
}
