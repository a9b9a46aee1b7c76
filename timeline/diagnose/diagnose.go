// Package diagnose says what a story means for the person who asks: what went
// wrong, where it can be seen, where to look further.
//
// Comes in: a story with images, calls and statements. Goes out: its
// diagnoses, and on each image the ids of its own. One file a family. The
// package measures nothing anew and claims nothing that the story does not
// hold.
package diagnose

import (
	"cmp"
	"slices"
	"strconv"

	"glancecap/timeline/divide"
	"glancecap/timeline/story"
)

// The severities.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityNote    = "note"
)

// All adds the diagnoses to a story. They are numbered in the order of their
// images, then as the families come; those of no image come last.
func All(s *story.Story) {
	c := newInquiry(s)
	// An image's diagnoses do not depend on another's, and nothing that they share
	// is changed.
	of := make([][]*story.Diagnosis, len(s.Images))
	divide.Numbers(len(s.Images), divide.Some, func() func(int) {
		one := *c
		return func(k int) { of[k] = one.about(s.Images[k]) }
	})
	for k, i := range s.Images {
		for _, d := range of[k] {
			number(s, d)
			d.Image = &i.ID
			i.Diagnoses = append(i.Diagnoses, d.ID)
		}
	}
	for _, d := range c.aboutNone() {
		number(s, d)
	}
}

// number adds a diagnosis to a story.
func number(s *story.Story, d *story.Diagnosis) {
	s.Diagnoses = append(s.Diagnoses, d)
	d.ID = "d" + strconv.Itoa(len(s.Diagnoses))
}

// about looks at an image.
func (c *inquiry) about(i *story.Image) []*story.Diagnosis {
	c.image, c.made, c.settled = i, nil, make(map[*story.Call]bool)
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

// aboutNone looks at what is of no image.
func (c *inquiry) aboutNone() []*story.Diagnosis {
	c.image, c.made, c.settled = nil, nil, make(map[*story.Call]bool)
	c.tokens()
	c.slowElsewhere()
	c.nodes()
	c.clocks()
	c.capture()
	return c.made
}

// inquiry is a story being looked at. What it holds of the story is only read.
type inquiry struct {
	story    *story.Story
	calls    map[string]*story.Call
	children map[string][]*story.Call
	tasks    map[string]*story.Task // by the request that ordered them
	found
	swift bool       // some of Swift's traffic is in the capture
	last  story.Time // of the captures

	places places

	image *story.Image
	made  []*story.Diagnosis // of the image, in order
	// settled are the image's calls of which a diagnosis says all there is to say.
	settled map[*story.Call]bool
}

func newInquiry(s *story.Story) *inquiry {
	c := &inquiry{story: s, calls: make(map[string]*story.Call), children: make(map[string][]*story.Call),
		tasks: make(map[string]*story.Task), found: findIn(s.Statements), places: placesOf(s)}
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
	}
	for _, file := range s.Captures {
		c.last = max(c.last, file.Last)
	}
	return c
}

// add adds a diagnosis of what is looked at.
func (c *inquiry) add(d story.Diagnosis) {
	// What only a log tells has no frame.
	d.Frames = append([]int{}, slices.DeleteFunc(slices.Clone(d.Frames), func(frame int) bool { return frame == 0 })...)
	d.Files = c.places.files(&d)
	c.made = append(c.made, &d)
}

// callsOf gives the image's calls of an action, in order.
func (c *inquiry) callsOf(action string) []*story.Call {
	var list []*story.Call
	for _, id := range c.image.Calls {
		if call := c.calls[id]; call != nil && call.Action == action {
			list = append(list, call)
		}
	}
	return list
}

// family gives a call and those made on its behalf, down to the last leg.
func (c *inquiry) family(call *story.Call) []*story.Call {
	list := []*story.Call{call}
	for k := 0; k < len(list) && k < 10000; k++ {
		list = append(list, c.children[list[k].ID]...)
	}
	return list
}

// status is the image's last status.
func (c *inquiry) status() string {
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
func (c *inquiry) statusAt(t story.Time) *story.Transition {
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
