package http1

import (
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// content is how many bytes of a body went by, seen or not.
func (m *message) content() int64 { return m.captured + m.missing + m.leftOut }

// nobodyReads tells that a body's bytes are counted only, and were from its
// beginning on: those of an image.
func (m *message) nobodyReads() bool { return m.keep == keepNothing && !m.truncated }

// Body tells of the body that a direction is in the middle of, where its bytes
// are counted only. It is part of stream.Embodied.
func (h *Handler) Body(dir stream.Dir) (stream.Body, bool) {
	s := &h.sides[dir]
	m := &s.msg
	b := stream.Body{Message: s.messages, Content: m.content(), Rest: m.left, Chunked: m.how == chunked, Tail: s.tail}
	switch s.state {
	case inFixed, chunkData:
	case chunkEnd, untilEnd:
		b.Rest = 0
	default:
		return b, false
	}
	return b, m.nobodyReads() && m.ex != nil && !m.lostFrame && !m.chunk.tentative
}

// LeftOut goes on behind bytes of a body that were left out on purpose. Chunks
// among them are known by what is to come of the last one.
func (h *Handler) LeftOut(dir stream.Dir, l *stream.LeftOut, at stream.At) stream.Answer {
	s := &h.sides[dir]
	if s.state == peeking {
		h.enterBody(s)
		h.again(s)
	}
	defer func() { s.pos += l.Bytes }()
	m := &s.msg
	if fits := m.takes(s.state, l); !fits {
		h.hole(s, l.Bytes, record.MarkLeftOut)
		return s.answer()
	}
	m.broken()
	m.span.Extend(at)
	m.overlap = m.overlap || at.Overlap
	m.leftOut += l.Content
	switch {
	case s.state == untilEnd:
	case m.how != chunked || l.Packets == 0:
		h.advance(s, l.Content)
	default:
		m.left = l.Rest
		if s.state = chunkData; m.left == 0 {
			s.state = chunkEnd
		}
	}
	return s.answer()
}

// takes tells whether what was left out can be of the body at hand.
func (m *message) takes(now state, l *stream.LeftOut) bool {
	switch now {
	case untilEnd:
		return true
	case inFixed:
		return l.Content == l.Bytes && l.Content <= m.left
	case chunkData:
		return l.Packets > 0 || l.Content <= m.left
	case chunkEnd:
		return l.Packets > 0
	}
	return false
}
