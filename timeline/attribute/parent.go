package attribute

import "glancecap/timeline/glance"

// Parents gives for each call the call on whose behalf it was made, -1 for
// none: Glance asks Keystone and Swift, Swift asks Keystone.
func Parents(in *Input) []int {
	p := &parents{in: in, answer: make([]int, len(in.Calls)), issued: make(map[string]int), byHost: make(map[string][]int)}
	for k := range in.Calls {
		c := &in.Calls[k]
		p.answer[k] = -1
		p.byHost[c.ServerHost] = append(p.byHost[c.ServerHost], k)
		if c.Action == "token.issue" && c.Subject != "" {
			p.issued[c.Subject] = k
		}
	}
	for k := range in.Calls {
		p.direct(k)
	}
	// A token that Glance got for itself belongs to the call that used it.
	for k := range in.Calls {
		c := &in.Calls[k]
		if c.Service != glance.Swift || p.answer[k] < 0 {
			continue
		}
		if issue, ok := p.issued[c.Token]; ok && p.answer[issue] < 0 && p.inside(issue, p.answer[k]) {
			p.answer[issue] = p.answer[k]
		}
	}
	for k := range in.Calls {
		if p.answer[k] < 0 {
			p.chain(k)
		}
	}
	return p.answer
}

type parents struct {
	in     *Input
	answer []int
	issued map[string]int // token digest → the call that gave it out
	byHost map[string][]int
}

// inside tells whether a call ran within another one.
func (p *parents) inside(child, parent int) bool {
	c, o := &p.in.Calls[child], &p.in.Calls[parent]
	return c.ClientHost == o.ServerHost && child != parent && o.Start <= c.Start && (c.End <= o.End || c.Start <= o.End && (c.Open || goesBeyond(o)))
}

// goesBeyond tells whether a call's work outlives its answer.
func goesBeyond(c *Call) bool { return c.Action == "image.import" || c.Open }

// candidates lists the calls within which a call ran, to services that ask
// others.
func (p *parents) candidates(k int) []int {
	c := &p.in.Calls[k]
	var list []int
	for _, o := range p.byHost[c.ClientHost] {
		call := &p.in.Calls[o]
		if call.Start > c.Start {
			break
		}
		asks := call.Service == glance.Glance && c.Service != glance.Glance || call.Service == glance.Swift && c.Service == glance.Keystone
		if !asks || o == k {
			continue
		}
		if p.inside(k, o) || call.Action == "image.import" && call.Status == 202 && c.Image != "" && c.Image == call.Image {
			list = append(list, o)
		}
	}
	return list
}

// direct finds a parent by what both calls name: the image, the token.
func (p *parents) direct(k int) {
	c := &p.in.Calls[k]
	if c.Service == glance.Glance {
		return
	}
	list := p.candidates(k)
	var by []int
	for _, o := range list {
		call := &p.in.Calls[o]
		switch {
		case c.Service == glance.Swift && c.Image != "" && call.Image == c.Image,
			c.Action == "token.validate" && c.Subject != "" && call.Token == c.Subject:
			by = append(by, o)
		}
	}
	switch {
	case len(by) == 1:
		p.answer[k] = by[0]
	case len(by) == 0 && len(list) == 1 && c.Subject == "":
		p.answer[k] = list[0]
	case len(by) == 0 && len(list) == 1 && c.Action != "token.validate":
		p.answer[k] = list[0]
	}
}

// chain finds the parent of a call that uses a token which was got for a call
// that is known: Swift's HEAD of the container names no image.
func (p *parents) chain(k int) {
	c := &p.in.Calls[k]
	if issue, ok := p.issued[c.Token]; ok && c.Service == glance.Swift && p.answer[issue] >= 0 && p.inside(k, p.answer[issue]) {
		p.answer[k] = p.answer[issue]
	}
}
