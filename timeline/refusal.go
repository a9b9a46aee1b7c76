package timeline

import (
	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// maxRefusals bounds the attempts to connect that are told one by one.
const maxRefusals = 256

// refusal keeps an attempt to connect to one of the services that came to
// nothing.
func (b *Builder) refusal(r *record.Refusal) {
	if plainPorts[r.Service] == "" {
		return
	}
	if len(b.refusals) >= maxRefusals {
		b.hits.Hit("refused connections told")
		return
	}
	b.refusals = append(b.refusals, story.RefusedConnection{
		Service: r.Service, Client: b.intern(r.Client), Server: b.intern(r.Server),
		Time: when(r.Span.Time), FirstFrame: r.FirstFrame, Unanswered: r.Unanswered,
	})
}
