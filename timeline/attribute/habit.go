package attribute

import "glancecap/timeline/story"

// What a service does again and again where it is proven is used to prove more,
// as long as it is never otherwise, and is taken back where no assignment is
// left by it. The ROLLBACK of a pool is such a habit: a call waits for it before
// it goes on, unless garbage collection gives its connection back later.

// enoughOrder is how many times calls must have given a connection back before
// they took another, and never after, for that to be their habit.
const enoughOrder = 50

// over is when the owner of a bracket could begin another.
func (a *actors) over(b *bracket) story.Time {
	if a.orderly {
		return b.checkin
	}
	return b.end
}

// Habits are those by which other calls were ruled out for a bracket.
type Habits struct {
	// Waits is how often a call was seen to give its connection back before it
	// took another, 0 where that ruled nobody out.
	Waits int
	// Stays is how often a process of Server was seen to serve a call after the
	// one before on the same connection, 0 where that ruled nobody out;
	// Processes is how many processes there are.
	Stays, Processes int
	Server           string
}

// habits proves more by what is the habit of the services that were captured.
func (l *linker) habits(components []*component) {
	first := sharesOf(components)
	waits := l.keepsOrder(components)
	if l.actors.orderly = waits >= enoughOrder; l.actors.orderly {
		if bad := l.proveAgain(components, nil); bad != nil {
			l.actors.orderly = false
			l.proveAgain(components, nil)
		}
	}
	ordered := sharesOf(components)
	stays := l.stick(components)
	l.narrowed = make(map[*bracket]*Habits)
	for n, c := range components {
		for i := range c.shares {
			if l.narrows(first[n], ordered[n], i) {
				l.habitsOf(c.brackets[i]).Waits = waits
			}
			if !l.narrows(ordered[n], c.shares, i) {
				continue
			}
			if server := l.sticking(c, i, stays); server != "" {
				s, h := stays[server], l.habitsOf(c.brackets[i])
				h.Stays, h.Processes, h.Server = len(s.agreed), len(s.byProcess), server
			}
		}
	}
}

// sharesOf gives what is possible in each component.
func sharesOf(components []*component) [][][]share {
	list := make([][][]share, len(components))
	for n, c := range components {
		list[n] = c.shares
	}
	return list
}

// narrows tells whether fewer calls are possible for a bracket than before.
func (l *linker) narrows(before, after [][]share, i int) bool {
	return i < len(before) && i < len(after) && len(after[i]) < len(before[i]) && len(l.byCall(after[i])) < len(l.byCall(before[i]))
}

// habitsOf gives what is noted of a bracket.
func (l *linker) habitsOf(b *bracket) *Habits {
	if l.narrowed[b] == nil {
		l.narrowed[b] = &Habits{}
	}
	return l.narrowed[b]
}

// sticking names a server of which connections stay with their process, and
// which a bracket's candidates, or others of its component, were called at.
func (l *linker) sticking(c *component, i int, stays map[string]*served) string {
	if len(stays) == 0 {
		return ""
	}
	for _, list := range append([][]int{c.candidates[i]}, c.candidates...) {
		for _, n := range list {
			if server := l.actors.callOf(n).Server; stays[server] != nil {
				return server
			}
		}
	}
	return ""
}

// keepsOrder counts how often calls gave a connection back before they took
// another, as far as their work is proven; it is 0 where one did not.
func (l *linker) keepsOrder(components []*component) (kept int) {
	before := make(map[int]*bracket) // by actor
	for _, c := range components {
		if c.shares == nil || c.loose || c.holed {
			continue
		}
		for i, shares := range c.shares {
			if len(shares) != 1 || shares[0].actor == unseen {
				continue
			}
			b, n := c.brackets[i], shares[0].actor
			if o := before[n]; o != nil {
				if o.checkin > b.checkout {
					return 0
				}
				kept++
			}
			before[n] = b
		}
	}
	return kept
}

// proveAgain finds what is possible in components once more: in those of
// certain actors, or where none are given in all. It stops at one in which
// nothing is possible any more, and gives that.
func (l *linker) proveAgain(components []*component, of map[int]bool) (bad *component) {
	for _, c := range components {
		if c.holed || c.plain == nil || of != nil && !c.has(of) {
			continue
		}
		plain, _ := l.actors.solve(c, &delays{}, hidden{})
		shares := plain
		if c.hidden.weight > 0 {
			shares, _ = l.actors.solve(c, &delays{}, c.hidden)
		}
		if plain == nil || shares == nil {
			return c
		}
		c.plain, c.shares = plain, shares
	}
	return nil
}
