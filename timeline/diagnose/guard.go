package diagnose

import (
	"fmt"

	"glancecap/timeline/story"
)

// guards looks at calls that came too late: another one had changed the image
// before. Glance asks for the old status in the WHERE, and answers 409 or 410.
func (c *Inquiry) guards() {
	for _, a := range c.image.Attempts {
		if a.Why == "no_row" {
			c.lost(a)
		}
	}
	for _, call := range c.ours {
		if c.isSettled(call) || call.Service != "glance" || status(call) != 409 && status(call) != 410 {
			continue
		}
		if carriesImage(call) || call.Action == "image.deactivate" || call.Action == "image.reactivate" {
			c.settle(call)
			c.conflict(call)
		}
	}
}

// lost tells of a guarded write that matched no row.
func (c *Inquiry) lost(a story.Attempt) {
	from := "in its old status"
	if a.From != nil {
		from = *a.From
	}
	d := story.Diagnosis{Code: "guard_conflict", Severity: severityWarning, Frames: []int{a.Frame},
		Text:   fmt.Sprintf("→ %s found the image no longer %s", a.To, from),
		Advice: "look at the other calls on this image just before"}
	quicker := c.statusAt(a.Time)
	if quicker != nil && (a.From == nil || quicker.To != *a.From) {
		d.Text += ": it was " + quicker.To + c.by(quicker)
		d.Frames = append(d.Frames, quicker.Frame)
	}
	if made := c.attempted(a); made != nil {
		c.settle(made)
		if s := status(made); s != 0 {
			d.Text += fmt.Sprintf("; Glance told the client %d", s)
		}
		d.Cause = causeAt(made, made, d.Text)
		d.Cause.Frame, d.Cause.File, d.Cause.Time = a.Frame, a.File, a.Time
		d.Cause.From, d.Cause.To = "glance", "the database"
	}
	c.add(d)
}

// attempted gives the call in which a write was tried: the one it is linked to,
// or the only upload that went on then.
func (c *Inquiry) attempted(a story.Attempt) *story.Call {
	if a.Call != nil {
		return c.calls[*a.Call]
	}
	return c.uploadDuring(a.Time)
}

// uploadDuring gives the only upload that went on at a time, nil where there
// was none or several.
func (c *Inquiry) uploadDuring(t story.Time) *story.Call {
	var found *story.Call
	for _, call := range c.callsOf("image.upload") {
		if call.Time <= t && (open(call) || call.End >= t) {
			if found != nil {
				return nil
			}
			found = call
		}
	}
	return found
}

// by names the call that made a transition.
func (c *Inquiry) by(t *story.Transition) string {
	if t.Call == nil || c.calls[*t.Call] == nil {
		return ""
	}
	call := c.calls[*t.Call]
	return ", by " + named(call) + withID(call)
}

// conflict tells of a call that was answered 409 or 410: a warning where it met
// another one at work, a note where the image had come to rest.
func (c *Inquiry) conflict(call *story.Call) {
	d := story.Diagnosis{Code: "guard_conflict", Severity: severityNote, Frames: []int{call.LastFrame},
		Text:   fmt.Sprintf("%s was refused with %d%s", named(call), status(call), reason(call)),
		Advice: "an image takes its bytes once; make another image for others"}
	t := c.statusAt(call.End)
	switch {
	case t != nil && (t.To == "saving" || t.To == "importing" || t.To == "uploading" && call.Action != "image.import"):
		d.Severity = severityWarning
		d.Advice = "another call is at work on the image: who sends a second one?"
	case call.Action == "image.import":
		d.Code, d.Advice = "import_refused", "look at the import's method and at what it asks of the image: GET /v2/info/import"
		if c.status() == "queued" {
			d.Severity = severityWarning
		}
	}
	if t != nil {
		d.Text += "; the image was " + t.To + c.by(t)
		d.Frames = append(d.Frames, t.Frame)
	}
	d.Cause = causeAt(call, call, d.Text)
	c.add(d)
}
