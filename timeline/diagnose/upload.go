package diagnose

import (
	"cmp"
	"fmt"

	"glancecap/timeline/story"
)

// upload looks at the uploads after which an image was no better than before:
// it fell back, or nothing changed at all.
func (c *Inquiry) upload() {
	for k, t := range c.image.Transitions {
		if t.From == nil || *t.From != "saving" || t.To != "queued" && t.To != "killed" {
			continue
		}
		begun := c.image.Transitions[0].Time
		if k > 0 {
			begun = c.image.Transitions[k-1].Time
		}
		if made := c.fellBack(t, begun); made != nil {
			c.settle(made)
		}
	}
	for _, call := range c.ours {
		if !carriesImage(call) {
			continue
		}
		if running(call) && c.status() == "queued" {
			c.unanswered(call)
		}
		if s := status(call); s >= 400 && s != 409 && s != 410 && !c.isSettled(call) {
			c.settle(call)
			c.refusedUpload(call)
		}
	}
	c.neverUploaded()
}

// severity is that of a failed upload that began at a time: a warning where a
// later one was tried, or the image got further in another way.
func (c *Inquiry) severity(begun story.Time) string {
	switch c.status() {
	case "active", "deactivated", "deleted", "pending_delete":
		return severityWarning
	}
	for _, call := range c.ours {
		if call.Action == "image.upload" && call.Time > begun && status(call) != 409 {
			return severityWarning
		}
	}
	return severityError
}

// fellBack tells why an upload ended where it began, and gives the call that
// made it.
func (c *Inquiry) fellBack(t story.Transition, begun story.Time) *story.Call {
	made := c.madeBy(t, begun, "image.upload")
	d := story.Diagnosis{Code: "upload_failed_back_to_queued", Severity: c.severity(t.Time), Frames: []int{t.Frame}}
	if made == nil {
		d.Text = fmt.Sprintf("%s → %s; the call that did it is not in the capture", *t.From, t.To)
		d.Advice = "look in glance-api.log for the image's id at that time"
		c.add(d)
		return nil
	}
	c.failure(&d, made, c.why(made, t.Time, begun))
	d.Frames = append(d.Frames, t.Frame)
	c.add(d)
	return made
}

// failure fills in a diagnosis of a call that failed for a reason.
func (c *Inquiry) failure(d *story.Diagnosis, made *story.Call, w why) {
	if w.code != "" {
		d.Code = w.code
	}
	d.Text = w.text
	if s := status(made); s >= 400 && w.shown != made {
		d.Text += fmt.Sprintf("; Glance told the client %d", s)
	}
	d.Cause = causeAt(w.shown, made, w.text)
	if w.shown == made && made.Short {
		d.Cause.From, d.Cause.To = "client", "glance"
		d.Cause.Frame, d.Cause.File, d.Cause.Time = made.RequestFrame, cmp.Or(made.RequestFile, made.File), made.RequestEnd
	}
	if w.refused != nil {
		d.Cause.From, d.Cause.To = w.refused.Server, "glance"
		d.Cause.Frame, d.Cause.File, d.Cause.Time = w.refused.FirstFrame, w.refused.File, w.refused.Time
	}
	if w.fetched != nil {
		d.Cause.From, d.Cause.To = w.fetched.Server, "glance"
		d.Cause.Frame, d.Cause.File, d.Cause.Time = w.fetched.LastFrame, cmp.Or(w.fetched.LastFile, w.fetched.File), w.fetched.End
	}
	if w.statement != nil {
		d.Cause.From, d.Cause.To = "glance", "the database"
		d.Cause.Frame, d.Cause.File, d.Cause.Time = w.statement.FirstFrame, w.statement.File, w.statement.Time
	}
	d.Frames = []int{d.Cause.Frame}
	d.Advice = advice(w.shown, made, w)
}

// unanswered tells of an upload whose answer, and what it did, lie behind the
// end of the capture.
func (c *Inquiry) unanswered(call *story.Call) {
	c.image.OpenAtEnd = true
	c.add(story.Diagnosis{Code: "upload_open", Severity: severityWarning, Frames: []int{call.FirstFrame},
		Text:   fmt.Sprintf("%s has no answer yet when the capture ends, %.3f s after it began", named(call), c.last.Sub(call.Time)),
		Advice: "capture longer to see the end"})
}

// refusedUpload tells of an upload that was refused before anything changed.
func (c *Inquiry) refusedUpload(call *story.Call) {
	s := status(call)
	d := story.Diagnosis{Code: "upload_refused", Severity: c.severity(call.Time)}
	w := c.why(call, call.End, call.Time)
	switch {
	case s == 401:
		c.unauthorized(&d, call)
		d.Cause = causeAt(call, call, d.Text)
		d.Frames = append([]int{call.LastFrame}, d.Frames...)
	case call.Short, w.shown != call, w.refused != nil, w.code != "":
		c.failure(&d, call, w)
	default:
		d.Text = fmt.Sprintf("Glance refused %s with %d%s", named(call), s, reason(call))
		if s >= 500 {
			d.Code = "upload_failed"
			d.Text = fmt.Sprintf("Glance answered %s with %d%s", named(call), s, reason(call))
		}
		d.Advice = map[int]string{
			400: "does the image have disk_format and container_format? set them, then upload again",
			403: "may this user write to this image? look at policy.yaml and the image's owner",
			404: "is the id right, and may this user see the image?",
			413: "is a quota reached?",
			415: "an upload's Content-Type is application/octet-stream",
		}[s]
		d.Cause = causeAt(call, call, d.Text)
		d.Frames = []int{call.LastFrame}
	}
	if d.Advice == "" {
		d.Advice = "look in glance-api.log for the request id"
	}
	c.add(d)
}

// longQueued is how long an image may wait for its bytes before that is worth a
// warning.
const longQueued = 60 * second

// neverUploaded tells of an image that was made and that nobody brought bytes.
func (c *Inquiry) neverUploaded() {
	i := c.image
	if n := len(i.Transitions); n != 1 || i.Transitions[0].From != nil || i.Transitions[0].To != "queued" || len(i.Attempts) > 0 {
		return
	}
	for _, call := range c.ours {
		if carriesImage(call) || call.Action == "location.add" {
			return // it was tried
		}
	}
	made := i.Transitions[0]
	d := story.Diagnosis{Code: "queued_never_uploaded", Severity: severityNote, Frames: []int{made.Frame},
		Text:   fmt.Sprintf("queued, and nothing was uploaded in the %.3f s until the capture ends", c.last.Sub(made.Time)),
		Advice: "PUT /v2/images/" + i.ID + "/file"}
	if c.last-made.Time >= longQueued {
		d.Severity = severityWarning
	}
	c.add(d)
}

// madeBy finds the call of an action during which a transition happened.
func (c *Inquiry) madeBy(t story.Transition, begun story.Time, action string) *story.Call {
	if t.Call != nil {
		if call := c.calls[*t.Call]; call != nil && call.Action == action {
			return call
		}
	}
	var found *story.Call
	for _, call := range c.callsOf(action) {
		if call.Time <= begun && status(call) != 409 {
			found = call
		}
	}
	return found
}
