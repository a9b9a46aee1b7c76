package extract

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// Choice is what is to be copied: connections, by their ends.
type Choice struct {
	windows map[pair][]window
	// byTime tells that places are times: with several inputs, each counts its
	// frames from 1.
	byTime bool
}

// window is what is copied of a connection, in places.
type window struct{ first, last int64 }

// place is where in the inputs something stands: a frame's number, or its time.
func (c *Choice) place(frame int, t record.Time) int64 {
	if c.byTime {
		return int64(t)
	}
	return int64(frame)
}

// place of what a story tells.
func (c *choosing) place(frame int, t story.Time) int64 {
	return c.tap.place(frame, record.Time(t))
}

// place is Choice.place.
func (t *Tap) place(frame int, at record.Time) int64 {
	return (&Choice{byTime: t.byTime}).place(frame, at)
}

// Choose finds the connections that belong to a part of a story, and those without
// which it would be told otherwise. The error is of a call or a stream that there
// is not.
func Choose(s *story.Story, t *Tap, a Attribution, w Wanted) (*Choice, error) {
	c := &choosing{
		story: s, tap: t, calls: make(map[string]bool), beside: make(map[string]bool), images: make(map[string]bool), streams: make(map[int]bool),
		whole: make(map[int]bool), byRecord: make(map[string]*story.Call),
		chosen: make([]bool, len(s.Statements)), own: make([]bool, len(s.Statements)), nobodys: make([]bool, len(s.Statements)),
	}
	c.index()
	for _, id := range w.Calls {
		if c.byID[id] == nil {
			return nil, fmt.Errorf("the story tells of no call %q; its calls are c1 to c%d", id, len(s.Calls))
		}
		c.call(id)
	}
	for _, i := range w.Images {
		c.image(i)
	}
	c.ownOf(w)
	c.tell()
	c.refusals()
	for _, i := range w.Images {
		c.polls(i)
		c.asks(i)
	}
	c.rivals()
	for _, n := range w.Streams {
		if !slices.ContainsFunc(t.connections, func(x connection) bool { return x.stream == n }) {
			return nil, fmt.Errorf("no stream %d was followed; see the numbers in: glancecap records", n)
		}
		c.entire(n)
	}
	if len(w.Images)+len(w.Calls) == 0 {
		return c.choice(), nil // streams alone tell no story
	}
	return c.enough(a), nil
}

// choosing is a choice under way.
type choosing struct {
	story    *story.Story
	tap      *Tap
	byID     map[string]*story.Call
	byRecord map[string]*story.Call
	children map[string][]string
	images   map[string]bool // ids
	calls    map[string]bool // ids
	// beside are calls that are copied for what they show or rule out, without
	// what they did.
	beside map[string]bool
	// streams are those of which something is copied, whole those that are
	// copied to their end.
	streams, whole map[int]bool
	chosen         []bool // statements, by their place in the story
	// own are the statements of which it was asked, nobodys those that are
	// chosen though it is not known who made them.
	own, nobodys  []bool
	nobodysChosen int
	// margin is how far around statements calls were chosen, all tells that
	// everything was.
	margin story.Time
	all    bool
}

func (c *choosing) index() {
	c.byID, c.children = make(map[string]*story.Call), make(map[string][]string)
	for _, x := range c.story.Calls {
		c.byID[x.ID], c.byRecord[x.Record] = x, x
		if of := x.Behalf(); of != nil {
			c.children[*of] = append(c.children[*of], x.ID)
		}
	}
}

// image chooses all calls of an image, and those that caused its statements.
func (c *choosing) image(i *story.Image) {
	c.images[i.ID] = true
	for _, id := range i.Calls {
		c.call(id)
	}
	for _, st := range c.story.Statements {
		if st.Image != nil && *st.Image == i.ID && st.Call != nil {
			c.call(st.Call.ID)
		}
	}
}

// call chooses a call, the one on whose behalf it was made, and those that were
// made on its own.
func (c *choosing) call(id string) {
	x := c.byID[id]
	if x == nil || c.calls[id] {
		return
	}
	c.calls[id] = true
	if x.Stream >= 0 { // else logs alone tell of it
		c.streams[x.Stream] = true
	}
	c.legs(x.Legs)
	if of := x.Behalf(); of != nil {
		c.call(*of)
	}
	for _, child := range c.children[id] {
		c.call(child)
	}
}

// ownOf notes the statements of which it was asked.
func (c *choosing) ownOf(w Wanted) {
	for _, i := range w.Images {
		for _, id := range i.Statements {
			if k := story.Serial(id) - 1; k >= 0 && k < len(c.own) {
				c.own[k] = true
			}
		}
	}
	for k, st := range c.story.Statements {
		c.own[k] = c.own[k] || st.Call != nil && slices.Contains(w.Calls, st.Call.ID)
	}
}

// tell chooses what tells the story of the chosen calls and images.
func (c *choosing) tell() {
	c.fetches()
	c.tokens()
	c.statements()
}

// fetches chooses the connections on which chosen imports fetched from web
// servers.
func (c *choosing) fetches() {
	for _, f := range c.story.Fetched {
		if !c.calls[f.Call] {
			continue
		}
		for _, stream := range f.Streams {
			c.entire(stream)
		}
	}
}

// tokens chooses the calls that gave out the tokens which chosen calls show, or
// told whose they are.
func (c *choosing) tokens() {
	for _, x := range c.story.Calls {
		if !c.calls[x.ID] {
			continue
		}
		for _, rec := range c.tap.about[c.tap.shown[x.Record]] {
			if token := c.byRecord[rec]; token != nil {
				c.call(token.ID)
			}
		}
	}
}

// refusals chooses the attempts to connect that came to nothing while a chosen
// call of their host's went on: they may be why it failed, or took long.
func (c *choosing) refusals() {
	for k := range c.story.Refused {
		r := &c.story.Refused[k]
		for id := range c.calls {
			if x := c.byID[id]; r.During(x, x.End) {
				c.legs([]story.Leg{{Client: r.Client, Server: r.Server, FirstFrame: r.FirstFrame}})
				break
			}
		}
	}
}

// statements chooses the statements of chosen images and calls, and what stands
// with one of them in a transaction.
func (c *choosing) statements() {
	transactions := make(map[string]bool)
	for k, st := range c.story.Statements {
		if c.belongs(k) && st.Transaction != nil {
			transactions[*st.Transaction] = true
		}
	}
	for k, st := range c.story.Statements {
		if c.belongs(k) || st.Transaction != nil && transactions[*st.Transaction] {
			c.streams[st.Stream], c.chosen[k] = true, true
			c.legs(st.Legs.All())
		}
	}
}

// belongs tells whether the kth statement is a chosen image's or a chosen call's.
func (c *choosing) belongs(k int) bool {
	st := c.story.Statements[k]
	return c.nobodys[k] || st.Image != nil && c.images[*st.Image] || st.Call != nil && c.calls[st.Call.ID]
}

// polls chooses the lists in the life of an image, where one of them shows its
// status.
func (c *choosing) polls(i *story.Image) {
	polled := slices.ContainsFunc(i.Transitions, func(t story.Transition) bool { return slices.Contains(t.Witnesses, "poll") })
	for _, x := range c.story.Calls {
		if polled && x.Action == "image.list" && x.Time <= i.Last && x.End >= i.First {
			c.aside(x)
		}
	}
}

// asks chooses the calls to Keystone that a host of the store made at the image's
// time for a reason that is not known: the store's time may be theirs.
func (c *choosing) asks(i *story.Image) {
	stores := make(map[string]bool)
	for id := range c.calls {
		if x := c.byID[id]; x.Service == "swift" {
			stores[story.HostOf(x.Server)] = true
		}
	}
	for _, x := range c.story.Calls {
		if x.Service == "keystone" && x.Behalf() == nil && stores[story.HostOf(x.Client)] && x.Time <= i.Last && x.End >= i.First {
			c.aside(x)
		}
	}
}

// rivals chooses the calls that made other statements on the connections which
// are copied, at the time of a chosen call: without them these statements would
// pass for the chosen call's.
func (c *choosing) rivals() {
	cuts, busy := c.cuts(), c.busy()
	for k, st := range c.story.Statements {
		if c.chosen[k] || st.Call == nil || c.beside[st.Call.ID] || !c.streams[st.Stream] {
			continue
		}
		if cut, isCut := cuts[st.Stream]; isCut && c.place(st.FirstFrame, st.Time) > cut {
			continue
		}
		if x := c.byID[st.Call.ID]; x != nil && busy.meets(st.Time, st.End) {
			c.aside(x)
		}
	}
}

// busy gives the times at which chosen calls were under way.
func (c *choosing) busy() (times spans) {
	for _, x := range c.story.Calls {
		if c.calls[x.ID] {
			times = times.with(x.Time, x.End)
		}
	}
	return times
}

// aside chooses a call's connections, and that of the call on whose behalf it was
// made: else it would look for another.
func (c *choosing) aside(x *story.Call) {
	if c.beside[x.ID] {
		return
	}
	c.beside[x.ID] = true
	if x.Stream >= 0 {
		c.streams[x.Stream] = true
	}
	c.legs(x.Legs)
	if of := x.Behalf(); of != nil && c.byID[*of] != nil {
		c.aside(c.byID[*of])
	}
}

// entire chooses a connection from its beginning to its end.
func (c *choosing) entire(stream int) { c.streams[stream], c.whole[stream] = true, true }

// legs chooses the connections on which the same was seen on another hop.
func (c *choosing) legs(legs []story.Leg) {
	for _, l := range legs {
		for _, x := range c.tap.connections {
			// A leg has no time: with several inputs all of its pair are meant.
			at := int64(l.FirstFrame)
			if x.pair == (pair{l.Client, l.Server}) && (c.tap.byTime || x.first <= at && at <= x.last) {
				c.entire(x.stream)
			}
		}
	}
}

// choice turns chosen streams into windows.
func (c *choosing) choice() *Choice {
	made := &Choice{windows: make(map[pair][]window), byTime: c.tap.byTime}
	cuts := c.cuts()
	connections := slices.Clone(c.tap.connections)
	slices.SortStableFunc(connections, func(a, b connection) int { return cmp.Compare(a.first, b.first) })
	latest := make(map[pair]*window)
	for _, x := range connections {
		// What comes late of a connection belongs to it until the next one of
		// the same ends begins.
		if w := latest[x.pair]; w != nil {
			w.last = max(w.last, x.first-1)
			made.windows[x.pair] = append(made.windows[x.pair], *w)
			delete(latest, x.pair)
		}
		cut, isCut := cuts[x.stream]
		switch {
		case isCut:
			made.windows[x.pair] = append(made.windows[x.pair], window{x.first, cut})
		case c.streams[x.stream]:
			latest[x.pair] = &window{x.first, x.last}
		}
	}
	for p, w := range latest {
		w.last = math.MaxInt64
		made.windows[p] = append(made.windows[p], *w)
	}
	return made
}

// cuts finds, for each chosen connection, the last frame that is copied of it:
// the one before another image's call or statement begins, where none of the
// chosen ones follows. Nothing then lies behind a hole. A connection whose last
// chosen call or transaction is not over is copied to its end, which tells how it
// ended.
func (c *choosing) cuts() map[int]int64 {
	last, open := make(map[int]int64), make(map[int]bool)
	for _, x := range c.story.Calls {
		if c.calls[x.ID] || c.beside[x.ID] {
			last[x.Stream] = max(last[x.Stream], c.place(x.LastFrame, x.End))
			open[x.Stream] = open[x.Stream] || x.Status == nil || x.Short
		}
	}
	for k, st := range c.story.Statements {
		if c.chosen[k] {
			last[st.Stream] = max(last[st.Stream], c.place(st.LastFrame, st.End))
			open[st.Stream] = open[st.Stream] || st.Outcome == "open" || st.Outcome == "unknown"
		}
	}
	cuts := make(map[int]int64)
	begins := func(stream int, place int64) {
		end, ours := last[stream]
		if !ours || open[stream] || place <= end || c.whole[stream] {
			return
		}
		if cut, known := cuts[stream]; !known || place-1 < cut {
			cuts[stream] = place - 1
		}
	}
	for _, x := range c.story.Calls {
		if !c.calls[x.ID] && !c.beside[x.ID] {
			begins(x.Stream, c.place(x.FirstFrame, x.Time))
		}
	}
	for k, st := range c.story.Statements {
		if !c.chosen[k] && foreign(st) {
			begins(st.Stream, c.place(st.FirstFrame, st.Time))
		}
	}
	return cuts
}

// foreign tells whether a statement that was not chosen is somebody's: what is
// nobody's may be how a connection was given back.
func foreign(st *story.Statement) bool { return st.Image != nil || st.Call != nil }
