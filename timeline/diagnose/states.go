package diagnose

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// stuck looks at images that are left in a state that they are only meant to
// pass through.
func (c *inquiry) stuck() {
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
	case last.To == "uploading" && made != nil && !open(made) && len(c.callsOf("image.import")) == 0:
		d.Severity = severityNote
		d.Text = fmt.Sprintf("staged, and no import was asked for in the %.3f s until the capture ends", held)
		d.Advice = "POST /v2/images/" + i.ID + "/import"
	case made == nil:
		i.OpenAtEnd = true
		d.Text = fmt.Sprintf("%s for %.3f s when the capture ends; the call behind it is not in the capture", last.To, held)
		d.Advice = "capture longer, and the API too, to see the end"
	case status(made) >= 200 && status(made) < 300 && last.To != "importing":
		d.Text = fmt.Sprintf("the call was answered %d, and the last status that was seen is %s", status(made), last.To)
		d.Advice = "packets are missing, or a connection to the database is not in the capture"
	case open(made) && !made.Short && !made.HungUp:
		i.OpenAtEnd = true
		d.Text = fmt.Sprintf("%s for %.3f s when the capture ends; the call is still open", last.To, held)
		d.Advice = "capture longer to see the end"
	case last.To == "importing":
		i.OpenAtEnd = true
		d.Text = fmt.Sprintf("importing for %.3f s when the capture ends", held)
		d.Advice = "look for the image's task: GET /v2/images/" + i.ID + "/tasks"
	default:
		d.Severity = severityError
		d.Text = fmt.Sprintf("left in %s: the call is over, and for %.3f s nothing changed the image", last.To, held)
		d.Advice = "was Glance restarted? delete the image, or set it back to queued in the database"
		d.Cause = causeAt(made, made, d.Text)
	}
	c.add(d)
}

// states looks at changes that Glance does not allow, and at witnesses that
// contradict each other.
func (c *inquiry) states() {
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

// writes looks at writes that changed nothing.
func (c *inquiry) writes() {
	rolled, errors := []int{}, map[string][]int{}
	var codes []string
	for _, a := range c.image.Attempts {
		switch a.Why {
		case "no_row":
			from := "the old status"
			if a.From != nil {
				from = *a.From
			}
			c.add(story.Diagnosis{Code: "guard_conflict", Severity: severityWarning, Frames: []int{a.Frame},
				Text:   fmt.Sprintf("→ %s found the image no longer %s: somebody was quicker", a.To, from),
				Advice: "look at the other calls on this image just before"})
		case "rolled_back":
			rolled = append(rolled, a.Frame)
		}
	}
	for _, id := range c.image.Statements {
		s := c.statements[id]
		if s == nil || s.Error == nil {
			continue
		}
		code := fmt.Sprintf("%d %s", s.Error.Code, strings.ToValidUTF8(s.Error.Message, "�"))
		if errors[code] == nil {
			codes = append(codes, code)
		}
		errors[code] = append(errors[code], s.FirstFrame)
	}
	for _, code := range codes {
		c.add(story.Diagnosis{Code: "database_error", Severity: severityWarning, Frames: some(errors[code]),
			Text:   fmt.Sprintf("the database answered %s%s", code, times(len(errors[code]))),
			Advice: databaseAdvice(code)})
	}
	if len(rolled) > 0 {
		c.add(story.Diagnosis{Code: "rolled_back_write", Severity: severityWarning, Frames: some(rolled),
			Text:   fmt.Sprintf("%s of the status %s rolled back", plural(len(rolled), "write"), wasWere(len(rolled))),
			Advice: "look at the error or the lost connection just before"})
	}
}

func databaseAdvice(code string) string {
	switch {
	case strings.HasPrefix(code, "1213"):
		return "deadlocks are repeated by Glance; many of them: SHOW ENGINE INNODB STATUS"
	case strings.HasPrefix(code, "1205"):
		return "who holds the lock? SELECT * FROM information_schema.innodb_trx"
	}
	return "look in the database's error log"
}

// refused looks at other calls that were refused for who asked.
func (c *inquiry) refused() {
	for _, id := range c.image.Calls {
		call := c.calls[id]
		if call == nil || call.Service != "glance" || status(call) != 401 || call.Action == "image.upload" || call.Action == "image.stage" || call.Action == "image.import" {
			continue
		}
		c.add(story.Diagnosis{Code: "unauthorized", Severity: severityWarning, Frames: []int{call.LastFrame},
			Text:   fmt.Sprintf("%s was answered 401: the token was not accepted", call.Action),
			Advice: "was the token revoked, or has it run out? look at Keystone's answer to its validation"})
	}
}

func some(frames []int) []int {
	if len(frames) > 10 {
		return frames[:10]
	}
	return frames
}

func times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" %d times", n)
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}
