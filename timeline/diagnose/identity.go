package diagnose

import (
	"fmt"

	"glancecap/timeline/story"
)

// identity looks at the image's calls that were refused for who asked, apart
// from uploads.
func (c *Inquiry) identity() {
	for _, call := range c.ours {
		if c.isSettled(call) || call.Service != "glance" || status(call) != 401 {
			continue
		}
		c.settle(call)
		d := story.Diagnosis{Severity: severityWarning}
		c.unauthorized(&d, call)
		d.Frames = append([]int{call.LastFrame}, d.Frames...)
		c.add(d)
	}
}

// unauthorized says why a token was not accepted, as far as the capture shows
// it: it was revoked, its time had come, or nobody knows.
func (c *Inquiry) unauthorized(d *story.Diagnosis, call *story.Call) {
	d.Code = "unauthorized"
	d.Text = fmt.Sprintf("Glance refused %s with 401: the token was not accepted", named(call))
	d.Advice = "was the token revoked, or has it run out? look at Keystone's answer to its validation"
	t := call.Token
	switch {
	case t == nil:
	case t.Digest == "":
		d.Text = fmt.Sprintf("Glance refused %s with 401: the request carried no token", named(call))
		d.Advice = "did the client log in? an X-Auth-Token is missing"
	case t.Revoked != story.NoTime:
		d.Text = fmt.Sprintf("Glance refused %s with 401: its token {SHA256}%s was revoked %.3f s before", named(call), t.Digest, call.Time.Sub(t.Revoked))
		d.Frames = []int{t.RevokedFrame}
		d.Advice = "who revoked the token, or logged out? get a new one"
	case t.Expires != story.NoTime && t.Expires <= call.End && t.Accepted != story.NoTime && t.Accepted < t.Expires:
		d.Code = "token_expired_midway"
		d.Text = fmt.Sprintf("Glance refused %s with 401: its token {SHA256}%s ran out %.3f s before; it was good %.3f s before that", named(call), t.Digest, call.End.Sub(t.Expires), t.Expires.Sub(t.Accepted))
		d.Frames = []int{t.AcceptedFrame}
		d.Advice = "get a new token before the work, or make tokens last longer: keystone.conf [token] expiration"
	case t.Expires != story.NoTime && t.Expires <= call.Time:
		d.Text = fmt.Sprintf("Glance refused %s with 401: its token {SHA256}%s had run out %.3f s before", named(call), t.Digest, call.Time.Sub(t.Expires))
		d.Advice = "get a new token"
	case t.Accepted != story.NoTime:
		d.Text = fmt.Sprintf("Glance refused %s with 401: its token {SHA256}%s, good %.3f s before, is not accepted any more", named(call), t.Digest, call.Time.Sub(t.Accepted))
		d.Frames = []int{t.AcceptedFrame}
	}
}

// tokens looks at what belongs to no image: tokens that Keystone refused.
func (c *Inquiry) tokens() {
	var frames []int
	for _, call := range c.story.Calls {
		if call.Action == "token.issue" && status(call) == 401 {
			frames = append(frames, call.LastFrame)
		}
	}
	if len(frames) > 0 {
		c.add(story.Diagnosis{Code: "unauthorized", Severity: severityWarning, Frames: some(frames),
			Text:   fmt.Sprintf("Keystone refused %s for a token", plural(len(frames), "request")),
			Advice: "wrong user, password or project: look in Keystone's log for the request ids"})
	}
}

// changes looks at other changes of the image that were refused: protected
// deletes, conflicting locations, members twice.
func (c *Inquiry) changes() {
	for _, call := range c.ours {
		if c.isSettled(call) || call.Service != "glance" || !changesImage(call.Action) {
			continue
		}
		s := status(call)
		if s != 400 && s != 403 && s != 409 && s != 410 && s != 413 && s < 500 {
			continue
		}
		d := story.Diagnosis{Code: "change_refused", Severity: severityNote, Frames: []int{call.LastFrame},
			Text: fmt.Sprintf("Glance refused %s with %d%s", named(call), s, reason(call)), Advice: "look in glance-api.log for the request id"}
		if s >= 500 || s == 409 && call.Action == "image.update" {
			d.Severity = severityWarning
		}
		c.add(d)
	}
}

// changesImage tells whether an action changes an image that is there.
func changesImage(action string) bool {
	switch action {
	case "image.update", "image.delete", "image.deactivate", "image.reactivate", "location.add", "location.update", "location.remove",
		"member.add", "member.update", "member.remove", "tag.add", "tag.remove":
		return true
	}
	return false
}
