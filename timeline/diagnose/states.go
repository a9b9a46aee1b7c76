package diagnose

import (
	"fmt"

	"glancecap/timeline/story"
)

// stillGoing is how long before the end of the capture something of a call must
// have been seen for it to count as going on.
const stillGoing = second

// stuck looks at images that are left in a state that they are only meant to
// pass through.
func (c *Inquiry) stuck() {
	i := c.image
	n := len(i.Transitions)
	if n == 0 {
		return
	}
	last := i.Transitions[n-1]
	action := map[string]string{"saving": "image.upload", "uploading": "image.stage", "importing": "image.import"}[last.To]
	if action == "" {
		return
	}
	var made *story.Call
	for _, call := range c.callsOf(action) {
		if call.Time <= last.Time && status(call) != 409 {
			made = call
		}
	}
	if last.Statement == nil && made != nil && !open(made) && last.To != "importing" {
		return // only the API shows the state, and nothing says what came after the answer
	}
	held := c.last.Sub(last.Time)
	d := story.Diagnosis{Code: "stuck_" + last.To, Frames: []int{last.Frame}, Severity: severityWarning}
	switch {
	case last.To == "uploading" && made != nil && !open(made) && status(made) < 300 && len(c.callsOf("image.import")) == 0:
		d.Code, d.Severity = "staged_not_imported", severityNote
		d.Text = fmt.Sprintf("staged, and no import was asked for in the %.3f s until the capture ends", held)
		d.Advice = "POST /v2/images/" + i.ID + "/import"
	case made != nil && running(made) || last.To == "importing" && c.importing(made):
		c.goingOn(&d, last, made)
	case made == nil:
		i.OpenAtEnd = true
		d.Text = fmt.Sprintf("%s for %.3f s when the capture ends; the call behind it is not in the capture", last.To, held)
		d.Advice = "capture longer, and the API too, to see the end"
	case last.To == "importing":
		i.OpenAtEnd = true
		d.Text = fmt.Sprintf("importing for %.3f s when the capture ends", held)
		d.Advice = "look for the image's task: GET /v2/images/" + i.ID + "/tasks"
	case status(made) >= 200 && status(made) < 300:
		d.Text = fmt.Sprintf("the call was answered %d, and the last status that was seen is %s", status(made), last.To)
		d.Advice = "packets are missing, or a connection to the database is not in the capture"
	default:
		d.Severity = severityError
		d.Text = fmt.Sprintf("left in %s: the call is over%s, and for %.3f s nothing changed the image", last.To, c.how(made), held)
		d.Advice = "was Glance restarted? delete the image, or set it back to queued in the database"
		d.Cause = causeAt(made, made, d.Text)
		c.settle(made)
	}
	c.add(d)
}

// goingOn tells of a call that has no answer when the capture ends: an upload
// that goes on, or one in which nothing moves any more.
func (c *Inquiry) goingOn(d *story.Diagnosis, last story.Transition, made *story.Call) {
	c.image.OpenAtEnd = true
	held := c.last.Sub(last.Time)
	seen := c.lastSeen(made)
	if c.last-seen < stillGoing {
		d.Code = map[string]string{"saving": "upload_open", "uploading": "stage_open", "importing": "import_open"}[last.To]
		d.Text = fmt.Sprintf("%s for %.3f s when the capture ends, and going on", last.To, held)
	} else {
		d.Text = fmt.Sprintf("%s for %.3f s when the capture ends; nothing of it moved in the last %.3f s%s", last.To, held, c.last.Sub(seen), after(made))
	}
	d.Advice = "capture longer to see the end"
}

// importing tells whether the task of an import is not over.
func (c *Inquiry) importing(made *story.Call) bool {
	if made == nil {
		return false
	}
	for _, t := range c.tasksOf[c.image.ID] {
		if t.Status == "success" || t.Status == "failure" {
			return false
		}
	}
	return status(made) < 300
}

// lastSeen is when something was last seen of a call, of those made on its
// behalf, or of a statement on the image.
func (c *Inquiry) lastSeen(made *story.Call) story.Time {
	at := made.Time
	for _, call := range c.family(made) {
		at = max(at, call.Time, call.End)
	}
	for _, st := range c.statements {
		at = max(at, st.End)
	}
	return at
}

// how tells how a call ended.
func (c *Inquiry) how(made *story.Call) string {
	switch {
	case made.Short:
		return " (the client broke off" + after(made) + ")"
	case made.HungUp:
		return " (the connection ended without an answer)"
	}
	return fmt.Sprintf(" (answered %d%s)", status(made), reason(made))
}

// states looks at changes that Glance does not allow, and at witnesses that
// contradict each other.
func (c *Inquiry) states() {
	for _, t := range c.image.Transitions {
		if !t.Legal {
			from := "nothing"
			if t.From != nil {
				from = *t.From
			}
			c.add(story.Diagnosis{Code: "illegal_transition", Severity: severityError, Frames: []int{t.Frame},
				Text:   fmt.Sprintf("%s → %s is no change that Glance makes: somebody wrote to the database, or packets are missing", from, t.To),
				Advice: "who else writes to Glance's database? look at the statement's client address"})
		}
		if !t.Agree {
			c.add(story.Diagnosis{Code: "witnesses_disagree", Severity: severityWarning, Frames: []int{t.Frame},
				Text:   fmt.Sprintf("the API showed another status than the database's %s", t.To),
				Advice: "is a cache or a database replica between Glance and what was captured?"})
		}
	}
}
