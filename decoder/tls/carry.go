package tls

import (
	"glancecap/decoder/carry"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// Unread is none: all bytes are told as encrypted at once.
func (h *Handler) Unread(stream.Dir) int64 { return 0 }

// Carry carries how far the handshake went and what it told.
func (h *Handler) Carry(c *carry.Coder) {
	c.Bool(&h.told)
	c.Plain(h.rec)
	spans := [2]**record.Span{&h.rec.Request, &h.rec.Response}
	for i := range h.sides {
		s := &h.sides[i]
		carry.Int(c, &s.state)
		c.Bool(&s.ended, &s.started)
		c.Bytes(&s.pend)
		c.Bytes(&s.messages)
		s.span = *spans[i]
		c.Check(s.state <= over && len(s.messages) <= maxHandshake, "the state of a TLS handshake")
		c.Check(len(s.pend) < recordHeader || len(s.pend) < recordHeader+int(s.pend[3])<<8+int(s.pend[4]), "a TLS record")
	}
}
