// Package diagnose says what a story means for the person who asks: what went
// wrong, where it can be seen, where to look further.
//
// Comes in: a story with calls and statements, and one after the other its
// images. Goes out: the diagnoses of each, and in the end those of the story,
// with their ids on the images. One file a family. The package measures nothing
// anew and claims nothing that the story does not hold.
package diagnose

import (
	"cmp"
	"slices"
	"strconv"

	"glancecap/timeline/story"
)

// The severities.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityNote    = "note"
)

// Inquiry is a story being looked at. What it holds of the story is only read:
// images can be looked at beside each other, each by an inquiry of its own.
type Inquiry struct {
	story    *story.Story
	calls    map[string]*story.Call
	children map[string][]*story.Call
	tasks    map[string]*story.Task   // by the request that ordered them
	tasksOf  map[string][]*story.Task // by image
	found
	swift bool       // some of Swift's traffic is in the capture
	last  story.Time // of the captures

	image *story.Image
	// ours and statements are the image's calls and statements, in order.
	ours       []*story.Call
	statements []*story.Statement
	made       []*story.Diagnosis // of the image, in order
	// settled are the image's calls of which a diagnosis says all there is to say.
	settled []*story.Call
}

// Another gives an inquiry that looks at images beside this one.
func (c *Inquiry) Another() *Inquiry {
	other := *c
	return &other
}

// About gives the diagnoses of an image, of which the calls and statements are
// given in order. They do not depend on those of other images.
func (c *Inquiry) About(i *story.Image, calls []*story.Call, statements []*story.Statement) []*story.Diagnosis {
	c.image, c.ours, c.statements, c.made, c.settled = i, calls, statements, nil, c.settled[:0]
	c.upload()
	c.imports()
	c.stuck()
	c.states()
	c.guards()
	c.writes()
	c.content()
	c.bytes()
	c.orphans()
	c.identity()
	c.changes()
	c.slow()
	return c.made
}

// Tell adds the diagnoses of an image to the story. They are numbered as they
// come.
func (c *Inquiry) Tell(i *story.Image, made []*story.Diagnosis) {
	if len(made) > 0 {
		i.Diagnoses = make([]string, 0, len(made))
	}
	for _, d := range made {
		c.number(d)
		d.Image = &i.ID
		i.Diagnoses = append(i.Diagnoses, d.ID)
	}
}

// TellRest adds what is of no image, once all images are told.
func (c *Inquiry) TellRest() {
	for _, d := range c.aboutNone() {
		c.number(d)
	}
	if places := placesOf(c.story); places != nil {
		for _, d := range c.story.Diagnoses {
			d.Files = places.files(d)
		}
	}
}

// number adds a diagnosis to the story.
func (c *Inquiry) number(d *story.Diagnosis) {
	c.story.Diagnoses = append(c.story.Diagnoses, d)
	d.ID = "d" + strconv.Itoa(len(c.story.Diagnoses))
}

// aboutNone looks at what is of no image.
func (c *Inquiry) aboutNone() []*story.Diagnosis {
	c.image, c.ours, c.statements, c.made, c.settled = nil, nil, nil, nil, nil
	c.tokens()
	c.slowElsewhere()
	c.nodes()
	c.clocks()
	c.capture()
	return c.made
}

// settle notes that a diagnosis says all there is to say of a call.
func (c *Inquiry) settle(call *story.Call) { c.settled = append(c.settled, call) }

func (c *Inquiry) isSettled(call *story.Call) bool { return slices.Contains(c.settled, call) }

// Into begins to look into a story, of which all is known but the images.
func Into(s *story.Story) *Inquiry {
	c := &Inquiry{story: s, calls: make(map[string]*story.Call, len(s.Calls)), children: make(map[string][]*story.Call),
		tasks: make(map[string]*story.Task), tasksOf: make(map[string][]*story.Task), found: findIn(s.Statements)}
	c.last = c.end
	for _, call := range s.Calls {
		c.calls[call.ID] = call
		if call.Behalf() != nil {
			c.children[*call.Behalf()] = append(c.children[*call.Behalf()], call)
		}
		c.last = max(c.last, call.End)
		c.swift = c.swift || call.Service == "swift"
	}
	for _, t := range s.Tasks {
		if t.RequestID != nil {
			c.tasks[*t.RequestID] = t
		}
		if t.Image != nil {
			c.tasksOf[*t.Image] = append(c.tasksOf[*t.Image], t)
		}
	}
	for _, file := range s.Captures {
		c.last = max(c.last, file.Last)
	}
	return c
}

// add adds a diagnosis of what is looked at.
func (c *Inquiry) add(d story.Diagnosis) {
	// What only a log tells has no frame.
	d.Frames = append([]int{}, slices.DeleteFunc(slices.Clone(d.Frames), func(frame int) bool { return frame == 0 })...)
	c.made = append(c.made, &d)
}

// callsOf gives the image's calls of an action, in order.
func (c *Inquiry) callsOf(action string) []*story.Call {
	var list []*story.Call
	for _, call := range c.ours {
		if call.Action == action {
			list = append(list, call)
		}
	}
	return list
}

// family gives a call and those made on its behalf, down to the last leg.
func (c *Inquiry) family(call *story.Call) []*story.Call {
	list := []*story.Call{call}
	for k := 0; k < len(list) && k < 10000; k++ {
		list = append(list, c.children[list[k].ID]...)
	}
	return list
}

// status is the image's last status.
func (c *Inquiry) status() string {
	if n := len(c.image.Transitions); n > 0 {
		return c.image.Transitions[n-1].To
	}
	if s := c.image.Row.Get("status"); s != nil {
		return *s
	}
	return ""
}

// statusAt is the last change of the image's status up to a time, nil where
// none was seen.
func (c *Inquiry) statusAt(t story.Time) *story.Transition {
	var found *story.Transition
	for k := range c.image.Transitions {
		if tr := &c.image.Transitions[k]; tr.Time <= t {
			found = tr
		}
	}
	return found
}

// open tells whether a call had no answer in the capture.
func open(call *story.Call) bool { return call.Status == nil }

// running tells whether a call may still be going on when the capture ends.
func running(call *story.Call) bool { return open(call) && !call.Short && !call.HungUp }

func status(call *story.Call) int {
	if call.Status == nil {
		return 0
	}
	return *call.Status
}

// carriesImage tells whether a call brings an image its bytes, or has Glance
// bring them.
func carriesImage(call *story.Call) bool {
	return call.Action == "image.upload" || call.Action == "image.stage" || call.Action == "image.import"
}

// second is a second, second margin around what is to be found in a log.
const second = story.Time(1e9)

// causeAt makes the lines of a cause from the call that shows it. The log to
// search is that of the call which the client made.
func causeAt(shown, made *story.Call, what string) *story.Cause {
	cause := &story.Cause{Frame: shown.LastFrame, File: cmp.Or(shown.LastFile, shown.File), Time: shown.End, From: shown.Server, To: receiver(made, shown), What: what,
		LogFrom: made.Time - made.Time%second, LogTo: made.End - made.End%second + second, Log: story.LogOf(made.Service)}
	if made.RequestID != nil {
		cause.RequestID = *made.RequestID
	} else {
		cause.Log, cause.LogFrom, cause.LogTo = "", story.NoTime, story.NoTime
	}
	return cause
}

// receiver names the receiver of an answer.
func receiver(made, shown *story.Call) string {
	if made == shown {
		return "client"
	}
	return made.Service
}
