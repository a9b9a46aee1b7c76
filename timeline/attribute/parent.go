package attribute

import (
	"sort"

	"glancecap/timeline/glance"
)

// Parents gives for each call the call on whose behalf it was made, -1 for
// none: Glance asks Keystone and Swift, Swift asks Keystone. It goes by what
// both calls name: the image, the token that is shown and validated, the token
// that was got for one operation and used in it; by nesting alone where no
// other call was open on that host.
func Parents(in *Input) []int {
	p := &parents{
		in: in, answer: make([]int, len(in.Calls)), nested: make([][]int, len(in.Calls)), behind: make([]int, len(in.Calls)),
		open: make(map[string][]int), imports: make(map[imported]int), byToken: make(map[string][]int),
	}
	order := make([]int, len(in.Calls))
	for k := range order {
		order[k], p.answer[k], p.behind[k] = k, -1, -1
	}
	sort.SliceStable(order, func(i, j int) bool { return in.Calls[order[i]].Start < in.Calls[order[j]].Start })
	for _, k := range order {
		if c := &in.Calls[k]; c.Unasked {
			p.open[c.ServerHost] = append(p.open[c.ServerHost], k)
		}
	}
	for _, k := range order {
		p.arrive(k)
	}
	for _, k := range order {
		p.direct(k)
	}
	p.operations(order)
	return p.answer
}

type parents struct {
	in     *Input
	answer []int
	// nested lists for each call the calls within which it ran.
	nested [][]int
	// open lists the calls to a host that are not over yet.
	open map[string][]int
	// imports is the last import of an image that was accepted: only one
	// can be at work at a time, for it holds a lock.
	imports map[imported]int
	// behind is for each call the import that was at work on its image, -1
	// for none.
	behind []int
	// byToken lists the calls that get a service's token and those that use it.
	byToken map[string][]int
}

type imported struct{ host, image string }

// arrive finds the calls within which a call began, in the order of time.
func (p *parents) arrive(k int) {
	c := &p.in.Calls[k]
	if c.Service != glance.Glance {
		p.nested[k] = p.within(c)
		if o, ok := p.imports[imported{c.ClientHost, c.Image}]; ok && c.Service == glance.Swift && c.Image != "" {
			p.behind[k] = o
		}
		switch {
		case c.Action == "token.issue" && c.Subject != "":
			p.byToken[c.Subject] = append(p.byToken[c.Subject], k)
		case c.Service == glance.Swift && c.Token != "":
			p.byToken[c.Token] = append(p.byToken[c.Token], k)
		}
	}
	if c.Service == glance.Keystone || c.Unasked {
		return
	}
	p.open[c.ServerHost] = append(p.open[c.ServerHost], k)
	if behind202(c) && c.Image != "" {
		p.imports[imported{c.ServerHost, c.Image}] = k
	}
}

// behind202 tells whether a call's work goes on behind its answer.
func behind202(c *Call) bool {
	return (c.Action == "image.import" || c.Action == "location.add") && (c.Status == 202 || c.Status == 0)
}

// within lists the calls to services that ask others, on the host where a call
// comes from, that were open when it was made.
func (p *parents) within(c *Call) []int {
	var list []int
	kept := p.open[c.ClientHost][:0]
	for _, o := range p.open[c.ClientHost] {
		call := &p.in.Calls[o]
		if call.End < c.Start {
			continue
		}
		kept = append(kept, o)
		if asks(call, c) && (c.End <= call.End || c.Open || call.Open) {
			list = append(list, o)
		}
	}
	p.open[c.ClientHost] = kept
	return list
}

// asks tells whether the service of one call makes calls of another's kind.
func asks(parent, child *Call) bool {
	return parent.Service == glance.Glance && child.Service != glance.Glance && (child.Service != glance.Swift || !looks[parent.Action]) ||
		parent.Service == glance.Swift && child.Service == glance.Keystone
}

// looks are Glance's actions that look into its database and never into a
// store.
var looks = map[string]bool{
	"versions": true, "schema.show": true, "store.info": true, "import.info": true, "image.list": true, "image.show": true, "member.list": true,
	"member.show": true, "location.list": true, "task.list": true, "task.show": true,
}

// direct finds a parent by what both calls name.
func (p *parents) direct(k int) {
	c := &p.in.Calls[k]
	if c.Service == glance.Glance {
		return
	}
	var by []int
	for _, o := range p.nested[k] {
		call := &p.in.Calls[o]
		if c.Service == glance.Swift && c.Image != "" && call.Image == c.Image ||
			c.Action == "token.validate" && c.Subject != "" && call.Token == c.Subject {
			by = append(by, o)
		}
	}
	switch {
	case len(by) == 1:
		p.answer[k] = by[0]
	case len(by) == 0 && p.behind[k] >= 0:
		p.answer[k] = p.behind[k]
	case len(by) == 0 && len(p.nested[k]) == 1 && c.Image == "" && c.Action != "token.validate":
		p.answer[k] = p.nested[k][0]
	}
}

// operations spreads what is known of one call over the others of the same
// operation: a service gets a token for it and uses it in all of its calls.
// A token that served several parents proves nothing.
func (p *parents) operations(order []int) {
	for _, k := range order {
		c := &p.in.Calls[k]
		token := c.Token
		if c.Action == "token.issue" {
			token = c.Subject
		}
		if p.answer[k] >= 0 && !p.byNesting(k) || token == "" || c.Service == glance.Glance {
			continue
		}
		if parent := p.parentOf(token); parent >= 0 && p.possible(k, parent) {
			p.answer[k] = parent
		}
	}
}

// byNesting tells whether a parent was chosen for want of another only.
func (p *parents) byNesting(k int) bool {
	c := &p.in.Calls[k]
	return c.Image == "" && c.Action != "token.validate"
}

// parentOf gives the one parent of the calls of Swift that use a token and
// name an image, -1 where there is none or several.
func (p *parents) parentOf(token string) int {
	parent := -1
	for _, k := range p.byToken[token] {
		c := &p.in.Calls[k]
		if c.Service != glance.Swift || c.Image == "" || p.answer[k] < 0 {
			continue
		}
		if parent >= 0 && parent != p.answer[k] {
			return -1
		}
		parent = p.answer[k]
	}
	return parent
}

// possible tells whether a call may have been made for another one as far as
// host and time go.
func (p *parents) possible(k, parent int) bool {
	c, o := &p.in.Calls[k], &p.in.Calls[parent]
	return c.ClientHost == o.ServerHost && o.Start <= c.Start && (c.Start <= o.End || behind202(o))
}
