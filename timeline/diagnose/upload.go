package diagnose

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// upload looks at the uploads after which an image was no better than before:
// it fell back, or was refused by what lay behind.
func (c *inquiry) upload() {
	for k, t := range c.image.Transitions {
		if t.From == nil || *t.From != "saving" && *t.From != "importing" || t.To != "queued" && t.To != "killed" {
			continue
		}
		begun := c.image.Transitions[0].Time
		if k > 0 {
			begun = c.image.Transitions[k-1].Time
		}
		c.fellBack(t, begun)
	}
}

// fellBack tells why an upload or import ended where it began.
func (c *inquiry) fellBack(t story.Transition, begun story.Time) {
	severity := severityError
	if c.image.Row["status"] != nil && *c.image.Row["status"] == "active" {
		severity = severityWarning // it went well later
	}
	made := c.madeBy(t, begun)
	d := story.Diagnosis{Code: "upload_failed", Severity: severity, Frames: []int{t.Frame}}
	what := "back to queued"
	if t.To == "killed" {
		what = "killed"
	}
	if *t.From == "importing" {
		d.Code = "import_failed"
	}
	if made == nil {
		d.Text = fmt.Sprintf("%s from %s; the call that did it is not in the capture", what, *t.From)
		d.Advice = "look in glance-api.log for the image's id at that time"
		c.add(d)
		return
	}
	shown, why := c.why(made, t, begun)
	d.Text = why
	if s := status(made); s >= 400 && shown != made {
		d.Text += fmt.Sprintf("; Glance told the client %d", s)
	}
	d.Cause = causeAt(shown, made, why)
	d.Frames = []int{shown.LastFrame, t.Frame}
	d.Advice = advice(shown, made)
	c.add(d)
}

// madeBy finds the upload or import during which a transition happened.
func (c *inquiry) madeBy(t story.Transition, begun story.Time) *story.Call {
	if t.Call != nil {
		if call := c.calls[*t.Call]; call != nil && (call.Action == "image.upload" || call.Action == "image.import") {
			return call
		}
	}
	var found *story.Call
	for _, action := range []string{"image.upload", "image.import"} {
		for _, call := range c.callsOf(action) {
			if call.Time <= t.Time && (call.Time <= begun || action == "image.import") && status(call) != 409 {
				found = call
			}
		}
	}
	return found
}

// why finds the first thing that went wrong in a call: an answer of 400 or
// above on its behalf, a call that got no answer, a client that went away.
func (c *inquiry) why(made *story.Call, t story.Transition, begun story.Time) (*story.Call, string) {
	var silent *story.Call
	for _, call := range c.family(made)[1:] {
		if call.Time > t.Time {
			continue
		}
		switch s := status(call); {
		case s >= 400 && s != 404 && !(call.Service == "keystone" && s == 401 && call.Action == "token.validate"):
			return call, fmt.Sprintf("%s answered %d%s", title(call.Service), s, toWhat(call))
		case s == 0 && call.Service == "swift":
			silent = call
		}
	}
	if made.Short {
		return made, "the client broke off the upload" + after(made)
	}
	if silent != nil {
		return silent, "Swift gave no answer" + toWhat(silent)
	}
	if made.Action == "image.upload" && !c.reached(made) && t.Time-begun > second {
		return made, "no request reached Swift"
	}
	return made, fmt.Sprintf("Glance answered %d", status(made))
}

// reached tells whether something was sent to Swift on a call's behalf.
func (c *inquiry) reached(made *story.Call) bool {
	for _, call := range c.family(made)[1:] {
		if call.Service == "swift" && call.Status != nil {
			return true
		}
	}
	return false
}

// after tells how far an upload had come.
func after(call *story.Call) string {
	if call.Bytes == nil {
		return ""
	}
	if call.Announced != nil {
		return fmt.Sprintf(" after %d of %d bytes", *call.Bytes, *call.Announced)
	}
	return fmt.Sprintf(" after %d bytes", *call.Bytes)
}

// toWhat names the request that was refused.
func toWhat(call *story.Call) string {
	switch {
	case strings.HasPrefix(call.Action, "container."):
		return " to " + call.Method + " of the container"
	case call.Action == "segment.put":
		return " to the PUT of a segment"
	case call.Action == "object.put", call.Action == "object.manifest":
		return " to the PUT of the object"
	case call.Action == "token.issue":
		return " to Glance's request for a token"
	}
	return ""
}

func title(service string) string {
	if service == "" {
		return "?"
	}
	return strings.ToUpper(service[:1]) + service[1:]
}

// advice says what to do.
func advice(shown, made *story.Call) string {
	switch {
	case shown.Service == "swift" && status(shown) == 413:
		return "the store is full or a quota is reached; a new PUT to the same id is allowed, the row is queued"
	case shown.Service == "swift":
		return "look in Swift's log; a new PUT to the same id is allowed, the row is queued"
	case shown.Service == "keystone":
		return "look in Keystone's log; is the password of Glance's service user right?"
	case made.Short:
		return "look at the client and at what lies between it and Glance; a new PUT to the same id is allowed, the row is queued"
	}
	return "look in glance-api.log; a new PUT to the same id is allowed, the row is queued"
}
