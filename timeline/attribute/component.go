package attribute

// unseen stands in a share for calls that the capture does not show.
const unseen = -1

// component are brackets and actors of which each may be each other's.
type component struct {
	brackets   []*bracket
	candidates [][]int // of each bracket, actors
	named      []int   // how many calls each may belong to by host, time and names
	indexes    []int   // of the brackets in what they were taken from
	// loose tells that the grammar of one of the actors was given up: then
	// nothing is proven by grammar.
	loose bool
	// refuted tells that its calls do not write what they read (changes).
	refuted bool
	// holed tells that statements were lost in the time of its calls.
	holed bool
	// shares are who is possible for each bracket, nil where no assignment is
	// consistent; plain are those where no call is missing.
	shares, plain [][]share
	// hidden are the calls that the capture does not show with which shares
	// were found.
	hidden hidden
}

// actors gives those that may have a bracket of the component.
func (c *component) actors() map[int]struct{} {
	list := make(map[int]struct{})
	for _, candidates := range c.candidates {
		for _, n := range candidates {
			list[n] = struct{}{}
		}
	}
	return list
}

// has tells whether one of certain actors may have done work of the component.
func (c *component) has(actors map[int]bool) bool {
	for _, list := range c.candidates {
		for _, n := range list {
			if actors[n] {
				return true
			}
		}
	}
	return false
}

// share is how likely an actor is a bracket's owner, over all assignments that
// are consistent.
type share struct {
	actor int // or unseen
	p     float64
}

// solve gives the shares of each bracket, and where there is no consistent
// assignment nil and the bracket at which that shows. Without times the shares
// tell who is possible and no more.
func (a *actors) solve(c *component, times *delays, hidden hidden) (shares [][]share, stuck int) {
	if shares := a.alone(c, times, hidden); shares != nil {
		return shares, 0
	}
	if narrow := a.narrowed(c, hidden.weight > 0); narrow != nil {
		if shares := a.parts(c, narrow, times, hidden); shares != nil {
			return shares, 0
		}
	}
	return a.solver(c, times, hidden).run()
}

// parts solves a component with fewer candidates, in the parts that it then
// falls into. Calls that are not seen may work in several of these, and keep
// them together.
func (a *actors) parts(c *component, candidates [][]int, times *delays, hidden hidden) [][]share {
	if hidden.weight > 0 {
		shares, _ := a.solver(&component{brackets: c.brackets, candidates: candidates}, times, hidden).run()
		return shares
	}
	g := groups{owner: make(map[int]int)}
	for i, b := range c.brackets {
		g.add(b, candidates[i], 0)
	}
	shares := make([][]share, len(c.brackets))
	for _, part := range g.components() {
		found := a.alone(part, times, hidden)
		if found == nil {
			found, _ = a.solver(part, times, hidden).run()
		}
		if found == nil {
			return nil
		}
		for k, i := range part.indexes {
			shares[i] = found[k]
		}
	}
	return shares
}

// alone solves a component in which each bracket has one candidate.
func (a *actors) alone(c *component, times *delays, hidden hidden) [][]share {
	if hidden.weight > 0 {
		return nil
	}
	n := c.candidates[0][0]
	actor, state := &a.list[n], fresh
	process := actor.process
	var before *bracket
	for i, b := range c.brackets {
		if list := c.candidates[i]; len(list) != 1 || list[0] != n || before != nil && a.over(before) > b.checkout {
			return nil
		}
		if process != 0 && b.process != 0 && process != b.process {
			return nil
		}
		ok := false
		if state, ok = actor.step(state, b); !ok {
			return nil
		}
		process, before = max(process, b.process), b
	}
	if !actor.done(state) {
		return nil
	}
	shares, all := make([][]share, len(c.brackets)), []share{{n, 1}}
	for i := range shares {
		shares[i] = all
	}
	return shares
}
