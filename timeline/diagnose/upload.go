package diagnose

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// upload looks at the uploads and imports after which an image was no better
// than before: it fell back, or it never left its state.
func (c *inquiry) upload() {
	told := make(map[*story.Call]bool)
	for k, t := range c.image.Transitions {
		if t.From == nil || *t.From != "saving" && *t.From != "importing" || t.To != "queued" && t.To != "killed" {
			continue
		}
		begun := c.image.Transitions[0].Time
		if k > 0 {
			begun = c.image.Transitions[k-1].Time
		}
		if made := c.fellBack(t, begun); made != nil {
			told[made] = true
		}
	}
	for _, action := range []string{"image.upload", "image.stage", "image.import"} {
		for _, call := range c.callsOf(action) {
			if open(call) && !call.HungUp && !call.Short && c.status() == "queued" {
				c.running(call)
			}
			if s := status(call); s >= 400 && s != 409 && s != 410 && !told[call] {
				c.refusedUpload(call)
			}
		}
	}
}

// severity is that of a failed upload: a warning where a later one went well.
func (c *inquiry) severity() string {
	switch now := c.status(); now {
	case "active", "deactivated", "deleted", "pending_delete":
		return severityWarning
	}
	return severityError
}

// status is the image's last status.
func (c *inquiry) status() string {
	if n := len(c.image.Transitions); n > 0 {
		return c.image.Transitions[n-1].To
	}
	if s := c.image.Row["status"]; s != nil {
		return *s
	}
	return ""
}

// fellBack tells why an upload or import ended where it began, and gives the
// call that made it.
func (c *inquiry) fellBack(t story.Transition, begun story.Time) *story.Call {
	made := c.madeBy(t, begun)
	d := story.Diagnosis{Code: "upload_failed", Severity: c.severity(), Frames: []int{t.Frame}}
	if *t.From == "importing" {
		d.Code = "import_failed"
	}
	if made == nil {
		d.Text = fmt.Sprintf("%s → %s; the call that did it is not in the capture", *t.From, t.To)
		d.Advice = "look in glance-api.log for the image's id at that time"
		c.add(d)
		return nil
	}
	shown, why := c.why(made, t.Time, begun)
	d.Text = why
	if s := status(made); s >= 400 && shown != made {
		d.Text += fmt.Sprintf("; Glance told the client %d", s)
	}
	d.Cause = causeAt(shown, made, why)
	if shown == made && made.Short {
		d.Cause.From, d.Cause.To = "client", "glance"
		d.Cause.Frame, d.Cause.Time = made.RequestFrame, made.RequestEnd
	}
	d.Frames = []int{d.Cause.Frame, t.Frame}
	d.Advice = advice(shown, made)
	c.add(d)
	return made
}

// running tells of an upload whose answer, and what it did, lie behind the end
// of the capture.
func (c *inquiry) running(call *story.Call) {
	c.image.OpenAtEnd = true
	c.add(story.Diagnosis{Code: "upload_open", Severity: severityWarning, Frames: []int{call.FirstFrame},
		Text:   fmt.Sprintf("%s has no answer yet when the capture ends, %.3f s after it began", strings.TrimPrefix(call.Action, "image."), c.last.Sub(call.Time)),
		Advice: "capture longer to see the end"})
}

// refusedUpload tells of an upload that was refused before anything changed.
func (c *inquiry) refusedUpload(call *story.Call) {
	s := status(call)
	d := story.Diagnosis{Code: "upload_refused", Severity: c.severity(), Frames: []int{call.LastFrame},
		Text: fmt.Sprintf("Glance refused %s with %d", strings.TrimPrefix(call.Action, "image."), s)}
	if s >= 500 {
		d.Code, d.Text = "upload_failed", fmt.Sprintf("Glance answered %s with %d", strings.TrimPrefix(call.Action, "image."), s)
	}
	if call.Short {
		d.Code, d.Text, d.Advice = "upload_failed", "the client broke off the upload"+after(call), advice(call, call)
	} else if s == 401 {
		d.Code, d.Text = "unauthorized", d.Text+": the token was not accepted"
		d.Advice = "was the token revoked, or has it run out? look at Keystone's answer to its validation"
	} else if shown, why := c.why(call, call.End, call.Time); shown != call {
		d.Text, d.Advice = why+fmt.Sprintf("; Glance told the client %d", s), advice(shown, call)
		d.Cause = causeAt(shown, call, why)
	} else {
		d.Advice = map[int]string{
			400: "does the image have disk_format and container_format? the answer's body says what is wrong",
			403: "may this user write to this image? look at policy.yaml and the image's owner",
			413: "is a quota reached?",
			415: "an upload's Content-Type is application/octet-stream",
		}[s]
	}
	if d.Advice == "" {
		d.Advice = "look in glance-api.log for the request id"
	}
	if d.Cause == nil {
		d.Cause = causeAt(call, call, d.Text)
	}
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
			if call.Time <= begun && status(call) != 409 {
				found = call
			}
		}
	}
	return found
}

// clientGone is what Swift notes for a request whose sender broke off: Glance
// does when its own client did (Swift: swift/proxy/controllers/obj.py).
const clientGone = 499

// why finds the first thing that went wrong in a call: a client that went
// away, an answer of 400 or above on the call's behalf, or none.
func (c *inquiry) why(made *story.Call, until, begun story.Time) (*story.Call, string) {
	var silent *story.Call
	for _, call := range c.family(made)[1:] {
		if call.Time > until {
			continue
		}
		switch s := status(call); {
		case s == clientGone && made.Short, s == 404, s == 401 && call.Action == "token.validate":
		case s >= 400:
			return call, fmt.Sprintf("%s answered %d%s", title(call.Service), s, toWhat(call))
		case s == 0 && call.Service == "swift" && !made.Short:
			silent = call
		}
	}
	switch {
	case made.Short:
		return made, "the client broke off the upload" + after(made)
	case silent != nil:
		return silent, "Swift gave no answer" + toWhat(silent)
	case made.Action == "image.upload" && status(made) >= 500 && !c.reached(made) && c.swiftSeen():
		return made, fmt.Sprintf("no request reached Swift in %.1f s", until.Sub(begun))
	case open(made):
		return made, "the call had no answer"
	case made.Action == "image.import":
		return made, "the task behind the import failed" + c.taskSays(made)
	}
	return made, fmt.Sprintf("Glance answered %d", status(made))
}

// taskSays gives what the task that a call ordered left as its message.
func (c *inquiry) taskSays(made *story.Call) string {
	if made.RequestID == nil {
		return ""
	}
	if t := c.tasks[*made.RequestID]; t != nil && t.Status == "failure" && t.Message != "" {
		return ": " + t.Message
	}
	return ""
}

// swiftSeen tells whether Swift's traffic is in the capture at all.
func (c *inquiry) swiftSeen() bool {
	return c.swift
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
	const again = "; a new PUT to the same id is allowed, the row is queued"
	switch {
	case made.Action == "image.import":
		return "look in glance-api.log and at the task: GET /v2/images/ID/tasks"
	case shown.Service == "swift" && status(shown) == 413:
		return "the store is full or a quota is reached" + again
	case shown.Service == "swift":
		return "look in Swift's log" + again
	case shown.Service == "keystone":
		return "look in Keystone's log: is the password of Glance's service user right?"
	case made.Short:
		return "look at the client and at what lies between it and Glance" + again
	case status(made) >= 500:
		return "is the store up? look in glance-api.log" + again
	}
	return "look in glance-api.log" + again
}
