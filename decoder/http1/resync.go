package http1

import (
	"bytes"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// lost notes that what follows was found by seeking.
func (s *side) lost() {
	if !s.joined {
		s.carry.Add(record.MarkResync)
	}
}

// rejected goes back to seeking: what looked like a start line was none.
func (s *side) rejected() {
	s.lost()
	s.sought = false
	s.state = seeking
}

// giveUp decides what bytes are that begin with no start line.
func (h *Handler) giveUp(s *side, at stream.At) {
	if h.speaksHTTP09(s, at) {
		return
	}
	s.rejected()
}

// garbage gives up that the bytes that wait are a head.
func (h *Handler) garbage(s *side) {
	h.giveUp(s, s.pieces[0].at)
	h.again(s)
}

// speaksHTTP09 begins the response to a simple request: no head, only a body
// that ends with the connection (RFC 1945 §6).
func (h *Handler) speaksHTTP09(s *side, at stream.At) bool {
	if !s.response || len(h.queue) == 0 || h.queue[0].req.Version != "HTTP/0.9" {
		return false
	}
	ex := h.answered(at, "")
	ex.resp = record.HTTPResponse{Span: record.Begin(at), Version: "HTTP/0.9", Headers: [][2]string{}}
	ex.rec.Response = &ex.resp
	s.msg = message{ex: ex, span: &ex.resp.Span, how: untilClose, text: s.msg.text[:0]}
	s.msg.choose(h.o)
	s.state = untilEnd
	return true
}

// fieldFollows tells whether b begins with a header field or with the empty
// line that ends a head.
func fieldFollows(b []byte) bool {
	line := b
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		line = b[:i]
	}
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 0 {
		return true
	}
	i := bytes.IndexByte(line, ':')
	return i > 0 && isToken(string(bytes.TrimRight(line[:i], " \t")))
}

// pass gives up bytes before the next head. They are the body of the message
// at hand where that has lost the end of its head only.
func (h *Handler) pass(s *side, b []byte, at stream.At) {
	m := &s.msg
	if len(b) == 0 {
		return
	}
	if m.ex == nil {
		s.counted[stream.Undecodable] += int64(len(b))
		s.passed = true
		return
	}
	if m.captured == 0 && b[0] != '{' && b[0] != '[' {
		m.keep = keepNothing // no beginning of a text: it may be in the hole
	}
	m.span.Extend(at)
	m.captured += int64(len(b))
	kept := m.collect(b, m.limit(h.o))
	s.counted[stream.Skipped] += int64(len(b) - kept)
	h.locate(s, b, kept)
}

// passAll gives up the bytes that wait.
func (h *Handler) passAll(s *side) {
	if len(s.pend) > 0 {
		h.pass(s, s.pend, s.pieces[len(s.pieces)-1].at)
		s.release(len(s.pend))
	}
}

// found goes to a head that was found by seeking.
func (h *Handler) found(s *side) {
	h.finish(s, true)
	s.state, s.sought = atHead, true
}

// seek looks for something that is surely a head, and gives up all before it.
func (h *Handler) seek(s *side, b []byte, at stream.At) int {
	if len(s.pend) == 0 {
		start, v := s.find(b)
		h.pass(s, b[:start], at)
		if v == sure {
			h.found(s)
			return start
		}
		if v == maybe {
			s.hold(b[start:], at)
		}
		return len(b)
	}
	n := min(len(b), 512)
	s.hold(b[:n], at)
	start, v := s.look()
	h.pass(s, s.pend[:start], at)
	s.release(start)
	if v == sure {
		h.found(s)
		h.again(s)
	}
	return n
}

// peek decides what stands behind a head whose body may not be there: the
// body of a request that asked 100-continue and got a final status instead
// (RFC 9110 §10.1.1), or of a response to an unknown request, which may have
// been HEAD.
func (h *Handler) peek(s *side, b []byte, at stream.At) int {
	m := &s.msg
	if !s.response && m.ex.rec.Response == nil {
		h.enterBody(s)
		return 0
	}
	n := min(len(b), 64)
	s.hold(b[:n], at)
	start, v := s.look()
	switch {
	case start == 0 && v == maybe:
		return n
	case start == 0 && v == sure:
		m.how = noBody
		h.finish(s, true)
	default:
		h.enterBody(s)
	}
	h.again(s)
	return n
}

// hole takes n bytes that are not there.
func (h *Handler) hole(s *side, n int64, mark string) {
	m := &s.msg
	switch s.state {
	case otherSpeech:
	case peeking:
		h.enterBody(s)
		h.again(s)
		h.hole(s, n, mark)
	case inFixed, chunkData, untilEnd:
		m.marks.Add(mark)
		m.broken()
		if s.state != untilEnd && n > m.left {
			h.overrun(s, n, mark)
			return
		}
		m.missing += n
		h.advance(s, n)
	case chunkSize, chunkExt, chunkEnd, chunkSeek:
		m.marks.Add(mark)
		h.loseChunk(s)
	case inTrailer:
		m.marks.Add(mark)
		s.release(len(s.pend))
		h.finish(s, true)
		h.gapBetween(s)
	case discarding:
		m.marks.Add(mark)
		s.release(len(s.pend))
		m.how = noBody
		h.finish(s, true)
		h.gapBetween(s)
	case atHead:
		if s.lines == 0 {
			h.gapBetween(s)
			return
		}
		h.partialHead(s, mark)
		if mark == record.MarkCut {
			// The rest of a packet: what a peer sends next begins another.
			s.state = seeking
			return
		}
		h.gapBetween(s)
	case seeking:
		h.passAll(s)
		if m.ex != nil {
			m.marks.Add(mark)
			m.broken()
		}
		if mark != record.MarkCut {
			h.finish(s, true)
			h.gapBetween(s)
		}
	}
}

// overrun takes a hole that reaches beyond the body or chunk at hand.
func (h *Handler) overrun(s *side, n int64, mark string) {
	left := s.msg.left
	s.msg.missing += left
	if s.state == chunkData {
		h.loseChunk(s)
		return
	}
	h.advance(s, left)
	h.hole(s, n-left, mark)
}

// gapBetween goes on behind a hole that may hold whole messages.
func (h *Handler) gapBetween(s *side) {
	s.counted[stream.Undecodable] += int64(len(s.pend))
	s.release(len(s.pend))
	s.rejected()
	s.stray, s.passed = -1, true
	s.carry.Add(record.MarkResync)
	if s.response {
		h.responseLoss = true
	} else {
		h.requestLoss, h.lostRequests = true, true
	}
}

// cutOff ends a direction in whatever state it is.
func (h *Handler) cutOff(s *side, how stream.How) {
	switch s.state {
	case atHead:
		if len(s.pend) == 0 {
			return
		}
		if bareCR := s.lines == 0 && bytes.HasSuffix(s.pend, []byte("\r\r")); bareCR {
			h.partialHead(s)
		} else {
			h.partialHead(s, record.MarkIncomplete)
		}
	case peeking:
		if len(s.pend) > 0 {
			h.enterBody(s)
			h.again(s)
			h.cutOff(s, how)
			return
		}
		if s.msg.ex.rec.Response != nil && !s.response {
			s.msg.how = noBody
			h.finish(s, true)
			return
		}
		h.finish(s, false)
	case seeking:
		h.passAll(s)
		h.finish(s, true)
	case inFixed, chunkSize, chunkExt, chunkData, chunkEnd, chunkSeek, discarding:
		h.finish(s, false)
	case untilEnd:
		h.finish(s, how == stream.Fin)
	case inTrailer:
		h.finish(s, len(s.pend) == 0)
	}
}
