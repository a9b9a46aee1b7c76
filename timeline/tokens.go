package timeline

import (
	"time"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// tokens knows what became of each token, by its digest.
type tokens map[string]*story.Token

// of gives what is known of a token, nil where no more can be remembered.
func (k tokens) of(digest string) *story.Token {
	t := k[digest]
	if t == nil && digest != "" && len(k) < maxTokens {
		t = &story.Token{Digest: digest, Issued: story.NoTime, Expires: story.NoTime, Accepted: story.NoTime, Revoked: story.NoTime}
		k[digest] = t
	}
	return t
}

// learnTimes takes from Keystone's answer when a token was issued and when it
// ends.
func (b *Builder) learnTimes(c *call, t glance.Token) {
	if b.tokens == nil {
		b.tokens = make(tokens)
	}
	if known := b.tokens.of(c.subject); known != nil {
		known.Issued, known.Expires = timeOf(t.Issued), timeOf(t.Expires)
	}
	if c.Action == "token.issue" {
		c.issued = timeOf(t.Issued)
	}
}

// timeOf gives a time, unknown where it is zero.
func timeOf(t time.Time) story.Time {
	if t.IsZero() {
		return story.NoTime
	}
	return story.Time(t.UnixNano())
}

// refusedTokens follows the tokens through the calls, which come in the order
// of their beginnings, and notes on each call that was refused for a token what
// is known of it.
func (b *Builder) refusedTokens(calls []*call) {
	if b.tokens == nil {
		b.tokens = make(tokens)
	}
	for _, c := range calls {
		if c.told.Status == nil {
			continue
		}
		status, digest := *c.told.Status, c.token
		if c.Service == glance.Keystone {
			digest = c.subject
		}
		t := b.tokens.of(digest)
		switch {
		case status == 401 && digest == "" && c.Service == glance.Glance && c.said == nil && c.told.Method != "" && !damaged(c.told.Marks):
			c.told.Token = &story.Token{Issued: story.NoTime, Expires: story.NoTime, Accepted: story.NoTime, Revoked: story.NoTime}
		case t == nil:
		case c.Action == "token.revoke" && status < 300:
			t.Revoked, t.RevokedFrame = c.told.End, c.told.FirstFrame
		case status == 401, c.Action == "token.validate" && status == 404:
			if t.Accepted != story.NoTime || t.Expires != story.NoTime || t.Revoked != story.NoTime {
				known := *t
				c.told.Token = &known
			}
		case status < 400 && c.Action != "versions" && t.Accepted < c.told.End:
			t.Accepted, t.AcceptedFrame = c.told.End, c.told.LastFrame
		}
	}
}
