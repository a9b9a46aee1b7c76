// Package extract finds the packets of a capture that belong to a part of its
// story, and writes them as a capture of the same format.
//
// Comes in: the records and the story of a capture, what is wanted of it, and
// the capture again. Goes out: a smaller capture that tells the same of what was
// wanted. Packets are copied as they stand in the file or left out, never
// changed, and no fact is worked out that the story does not tell.
//
// Chosen are TCP connections, with their handshakes, of the calls and statements
// that belong to an image. What other images say on a connection of theirs is
// left out behind the last word of the chosen one, and copied before it: a hole
// in the middle would be told as loss, and a story with losses proves less. What
// else is needed for it to tell the same is found by trying (enough.go).
package extract

import (
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Tap takes down, while records pass by to a story, what the choice of packets
// needs beside the story. Its memory grows with connections and with calls that
// show a token.
type Tap struct {
	connections []connection
	byTime      bool
	// shown is the token's digest that a call shows, by its record; about are
	// the records of the calls that gave a token out or asked about it.
	shown map[string]string
	about map[string][]string
}

// connection is a TCP connection that was followed, or one that was refused.
type connection struct {
	stream      int
	pair        pair
	first, last int64 // places
}

// pair names a connection's ends, "ip:port", the client's first.
type pair struct{ client, server string }

// NewTap gives a tap that saw nothing yet; several tells that there are several
// inputs.
func NewTap(several bool) *Tap {
	return &Tap{byTime: several, shown: make(map[string]string), about: make(map[string][]string)}
}

// Add takes down a record. It keeps nothing of the record itself.
func (t *Tap) Add(rec record.Record) {
	switch r := rec.(type) {
	case *record.Connection:
		t.connection(&r.Common, &r.Span)
	case *record.Refusal:
		t.connection(&r.Common, &r.Span)
	case *record.HTTP:
		t.call(r)
	}
}

// connection takes down where a connection lies, or an attempt to make one.
func (t *Tap) connection(r *record.Common, s *record.Span) {
	t.connections = append(t.connections, connection{
		stream: r.Stream, pair: pair{strings.Clone(r.Client), strings.Clone(r.Server)}, first: t.place(s.FirstFrame, s.Time), last: t.place(s.LastFrame, s.End),
	})
}

// call takes down the tokens of a call.
func (t *Tap) call(h *record.HTTP) {
	subject := ""
	if h.Request != nil {
		if digest := glance.TokenDigest(record.Get(h.Request.Headers, "X-Auth-Token")); digest != "" {
			t.shown[h.ID] = digest
		}
		subject = glance.TokenDigest(record.Get(h.Request.Headers, "X-Subject-Token"))
	}
	if h.Response != nil && subject == "" {
		subject = glance.TokenDigest(record.Get(h.Response.Headers, "X-Subject-Token"))
	}
	if subject != "" {
		t.about[subject] = append(t.about[subject], h.ID)
	}
}

// Wanted is a part of a story: all that belongs to any of these.
type Wanted struct {
	Images  []*story.Image
	Calls   []string // ids
	Streams []int
}
