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

// habits proves more by what is the habit of the services that were captured.
func (l *linker) habits(components []*component) {
	if l.actors.orderly = l.keepsOrder(components); l.actors.orderly {
		if bad := l.proveAgain(components, nil); bad != nil {
			l.actors.orderly = false
			l.proveAgain(components, nil)
		}
	}
	l.stick(components)
}

// keepsOrder tells whether calls give connections back before they take
// others, as far as their work is proven.
func (l *linker) keepsOrder(components []*component) bool {
	before, kept := make(map[int]*bracket), 0 // by actor
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
					return false
				}
				kept++
			}
			before[n] = b
		}
	}
	return kept >= enoughOrder
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
