package diagnose

import (
	"cmp"
	"fmt"

	"glancecap/timeline/story"
)

// The properties by which Glance keeps an import's lock and notes
// (glance/api/v2/images.py, glance/async_/flows/api_image_import.py).
const (
	lockProperty   = "os_glance_import_task"
	failedProperty = "os_glance_failed_import"
)

// imports looks at imports that failed, and at locks that they left.
func (c *Inquiry) imports() {
	told := false
	for k, t := range c.image.Transitions {
		if t.From == nil || *t.From != "importing" || t.To != "queued" && t.To != "killed" {
			continue
		}
		begun := c.image.Transitions[0].Time
		if k > 0 {
			begun = c.image.Transitions[k-1].Time
		}
		c.importFellBack(t, begun)
		told = true
	}
	if !told {
		c.failedTask()
	}
	c.lockLeft()
}

// importFellBack tells why an import ended where it began.
func (c *Inquiry) importFellBack(t story.Transition, begun story.Time) {
	d := story.Diagnosis{Code: "import_failed", Severity: c.severity(t.Time), Frames: []int{t.Frame}}
	made := c.madeBy(t, begun, "image.import")
	if made == nil {
		d.Text = fmt.Sprintf("%s → %s; the call that did it is not in the capture", *t.From, t.To)
		d.Advice = "look in glance-api.log for the image's id at that time"
		c.add(d)
		return
	}
	c.failure(&d, made, c.why(made, t.Time, begun))
	d.Code = "import_failed" // whatever it was that made it fail
	d.Frames = append(d.Frames, t.Frame)
	c.add(d)
	c.settle(made)
}

// failedTask tells of an import whose task failed though the image's status
// shows nothing of it: a copy to a further store, an import that never began.
func (c *Inquiry) failedTask() {
	stores := c.property(failedProperty)
	for _, t := range c.tasksOf[c.image.ID] {
		if t.Status != "failure" {
			continue
		}
		text := "the task of the import failed"
		if t.Message != "" {
			text += ": " + t.Message
		}
		if stores != "" {
			text += "; stores without the image: " + stores
		}
		d := story.Diagnosis{Code: "import_failed", Severity: c.severity(t.Time), Frames: []int{t.Frame}, Text: text,
			Advice: "look in glance-api.log for the task " + t.ID}
		if made := c.ordered(t); made != nil {
			c.taskCause(&d, made, t)
		}
		c.add(d)
		return
	}
	if stores != "" {
		c.add(story.Diagnosis{Code: "import_failed", Severity: severityWarning,
			Text: "the image's property " + failedProperty + " names stores that it could not be imported to: " + stores, Frames: c.frameOf(failedProperty),
			Advice: "POST /v2/images/" + c.image.ID + "/import with the method copy-image tries them again"})
	}
}

// taskCause adds what made the task of an import fail: a web server's answer,
// or else the task's end.
func (c *Inquiry) taskCause(d *story.Diagnosis, made *story.Call, t *story.Task) {
	f := c.badFetch(made, t.Time)
	if f == nil {
		d.Cause = causeAt(made, made, d.Text)
		d.Cause.Frame, d.Cause.File, d.Cause.Time = t.Frame, t.File, t.Time
		d.Cause.From, d.Cause.To = "the import's task", "the database"
		return
	}
	d.Text = fetchWords(f) + "; " + d.Text
	d.Cause = causeAt(made, made, d.Text)
	d.Cause.Frame, d.Cause.File, d.Cause.Time = f.LastFrame, cmp.Or(f.LastFile, f.File), f.End
	d.Cause.From, d.Cause.To = f.Server, "glance"
	d.Frames = append([]int{f.LastFrame}, d.Frames...)
}

// ordered gives the call that ordered a task, nil where it is not known.
func (c *Inquiry) ordered(t *story.Task) *story.Call {
	if t.RequestID == nil {
		return nil
	}
	for _, call := range c.callsOf("image.import") {
		if call.RequestID != nil && *call.RequestID == *t.RequestID {
			return call
		}
	}
	return nil
}

// lockGrace is how long after its task's end a lock may stand: Glance takes it
// away in the task's last step.
const lockGrace = second

// lockLeft tells of a lock whose task is over.
func (c *Inquiry) lockLeft() {
	id := c.property(lockProperty)
	if id == "" {
		return
	}
	for _, t := range c.story.Tasks {
		if t.ID != id || t.Status != "failure" && t.Status != "success" || t.Time == story.NoTime || c.last-t.Time < lockGrace {
			continue
		}
		c.add(story.Diagnosis{Code: "import_lock_left", Severity: severityWarning, Frames: append([]int{t.Frame}, c.frameOf(lockProperty)...),
			Text: fmt.Sprintf("the task %s ended with %s, and for the %.3f s until the capture ends its lock, the property %s, stands: further imports are answered 409",
				id, t.Status, c.last.Sub(t.Time), lockProperty),
			Advice: "a new import takes the lock over an hour after its task's last change; sooner, delete the row of image_properties"})
	}
}

// property gives the value of a property of the image, "" where it has none.
func (c *Inquiry) property(name string) string {
	for _, p := range c.image.Properties {
		if p.Name == name && p.Value != nil {
			return *p.Value
		}
	}
	return ""
}

// frameOf gives the frame of the last statement that added a property.
func (c *Inquiry) frameOf(name string) []int {
	frame := 0
	for _, st := range c.statements {
		if (st.Verb == "INSERT" || st.Verb == "UPDATE") && st.Detail == "+"+name {
			frame = st.FirstFrame
		}
	}
	return []int{frame}
}

// taskSays gives what the task that a call ordered left as its message.
func (c *Inquiry) taskSays(made *story.Call) string {
	if made.RequestID == nil {
		return ""
	}
	if t := c.tasks[*made.RequestID]; t != nil && t.Status == "failure" && t.Message != "" {
		return ": " + t.Message
	}
	return ""
}
