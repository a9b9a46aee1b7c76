package attribute

// A call of which only the answer was captured began before that. What of its
// work was captured is the end of what a call makes that has such an answer,
// and names one image at most, as all calls do.

// tails are the grammars of all calls together that succeed with a status; one
// of which the answer shows an image with the key of that.
var tails = map[string]string{
	"200 image": "image member? tags ( save>any " + saved + " )? members?",
	"201 image": "create image member? tags addtag*",
	"202":       "image member? tags ( save>any " + saved + " )? lock? addtask? task? members?",
	"204": "image member? tags ( save>any " + saved + " )* members? | image tags ( location | dropplace )* ( status image? drop? | save>any " + saved +
		" members? )? | image tags member memberrow dropmember members?",
}

// tail gives the automaton for the end of a call of which the answer alone was
// seen.
func (m *automata) tail(c *Call) *automaton {
	key := ""
	switch {
	case c.Image != "" && c.Status == 200:
		key = "200 image"
	case c.Image != "" && c.Status == 201:
		key = "201 image"
	case c.Status == 202:
		key = "202"
	case c.Status == 204:
		key = "204"
	default:
		return &automaton{any: true}
	}
	a := m.get("tail of "+key, tails[key])
	a.tail, a.empty = true, true
	a.first = 1<<len(a.kinds) - 1
	return a
}
