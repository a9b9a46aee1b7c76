package http1

import (
	"bytes"
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// inHead takes bytes between messages and of heads.
func (h *Handler) inHead(s *side, b []byte, at stream.At) int {
	if len(s.pend) == 0 {
		if n := s.between(b); n > 0 {
			return n
		}
		if end := endOfHead(b); end > 0 && end <= h.o.Bounds.HTTPHead {
			return h.wholeHead(s, b[:end], at)
		}
	}
	n := bytes.IndexByte(b, '\n') + 1
	complete := n > 0
	if !complete {
		n = len(b)
	}
	if room := h.o.Bounds.HTTPHead - len(s.pend); n > room {
		n, complete = room, false
	}
	s.hold(b[:n], at)
	switch {
	case complete:
		h.headLine(s)
	case s.lines == 0 && !plausibleStart(s.pend, s.response):
		h.garbage(s)
	case len(s.pend) >= h.o.Bounds.HTTPHead:
		h.headTooLong(s)
	}
	return n
}

// between takes empty lines before a start line (RFC 9112 §2.2), and a last
// chunk behind a response that has no body: some servers (eventlet) send one
// after a 204 with Transfer-Encoding: chunked.
func (s *side) between(b []byte) int {
	const last = "0\r\n\r\n"
	if s.stray >= 0 && s.stray < len(last) {
		n := 0
		for n < len(b) && s.stray < len(last) && b[n] == last[s.stray] {
			n++
			s.stray++
		}
		if n > 0 {
			return n
		}
	}
	s.stray = -1
	n := 0
	for n < len(b) && (b[n] == '\r' || b[n] == '\n') {
		n++
	}
	return n
}

// wholeHead takes a head that lies in one piece.
func (h *Handler) wholeHead(s *side, b []byte, at stream.At) int {
	line := bytes.IndexByte(b, '\n') + 1
	if s.joined && !s.believable(b[:line]) {
		h.giveUp(s, at)
		return 0
	}
	if s.sought && !fieldFollows(b[line:]) && s.startLine(string(withoutEnd(b[:line]))) {
		s.rejected()
		h.pass(s, b[:line], at)
		return line
	}
	if n := h.open(s, b, placeAt(at)); n > 0 {
		h.begin(s)
		return n
	}
	h.giveUp(s, at)
	return 0
}

// startLine tells whether a line without its end is a start line of this
// direction.
func (s *side) startLine(line string) (ok bool) {
	if s.response {
		_, ok = parseStatusLine(line)
	} else {
		_, ok = parseRequestLine(line)
	}
	return ok
}

// believable tells that a line may be a start line of HTTP/1.x: joined
// midstream, nothing less is believed. The end of a body may stand before a
// request without a line end, so that its method seems to be a longer word; one
// that is all of capitals is a method of its own, as PROPPATCH (RFC 4918 §9.2).
func (s *side) believable(line []byte) bool {
	if s.response {
		return true
	}
	method, _, _ := bytes.Cut(line, []byte(" "))
	for _, m := range seekMethods {
		if known := m[:len(m)-1]; len(method) > len(known) && bytes.HasSuffix(method, []byte(known)) {
			return capitals(method) && bytes.Contains(line, []byte(" HTTP/1."))
		}
	}
	return bytes.Contains(line, []byte(" HTTP/1."))
}

// capitals tells that b is written as methods are.
func capitals(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// headLine looks at the line that has just become complete in s.pend.
func (h *Handler) headLine(s *side) {
	raw := s.pend[s.lineStart:]
	line := withoutEnd(raw)
	first := s.lines == 0
	s.lines++
	s.lineStart = len(s.pend)
	switch {
	case first && s.response:
		if _, ok := parseStatusLine(string(line)); !ok {
			h.garbage(s)
		}
	case first:
		r, ok := parseRequestLine(string(line))
		if !ok || s.joined && !s.believable(line) {
			h.garbage(s)
		} else if r.version == "HTTP/0.9" {
			h.heldHead(s)
		} else if r.anomaly == malformedLine {
			s.sought = true
		}
	case s.lines == 2 && s.sought && !fieldFollows(raw):
		s.rejected()
		n := bytes.IndexByte(s.pend, '\n') + 1
		h.pass(s, s.pend[:n], s.pieces[0].at)
		s.release(n)
		h.again(s)
	case len(line) == 0:
		h.heldHead(s)
	}
}

// heldHead takes the head that s.pend holds. It begins with a start line.
func (h *Handler) heldHead(s *side) {
	h.open(s, s.pend, s.heldPlace())
	s.release(len(s.pend))
	h.begin(s)
}

// headTooLong goes on with a head that is longer than what is kept: its
// remaining lines are read for its framing only.
func (h *Handler) headTooLong(s *side) {
	h.o.Hits.Hit(hitHead)
	s.carry.Add(record.MarkLimit)
	if s.lines == 0 {
		// A start line without end: nothing that a server would read.
		s.pend = s.pend[:min(len(s.pend), maxSeekLine)]
		h.partialHead(s, record.MarkLimit, record.MarkIncomplete)
		s.rejected()
		return
	}
	h.open(s, s.pend[:s.lineStart], s.heldPlace())
	s.release(s.lineStart)
	s.state = discarding
	if len(s.pend) > maxFact {
		s.pend = s.pend[:maxFact]
	}
}

// maxFact is how much of a line beyond the bound is looked at for what
// frames the message.
const maxFact = 1 << 10

// discard takes the lines of a head beyond the bound.
func (h *Handler) discard(s *side, b []byte, at stream.At) int {
	m := &s.msg
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 {
		n = len(b)
	}
	if room := maxFact - len(s.pend); room > 0 {
		s.pend = append(s.pend, b[:min(n, room)]...)
	}
	if m.ex != nil {
		m.span.Extend(at)
	}
	if b[n-1] != '\n' {
		return n
	}
	line := string(withoutEnd(s.pend))
	s.release(len(s.pend))
	if line == "" {
		h.begin(s)
		return n
	}
	if name, value, ok := strings.Cut(line, ":"); ok {
		m.fact(strings.TrimRight(name, " \t"), strings.Trim(value, " \t"))
	}
	return n
}

// partialHead tells of a head that a hole, a bound or the end cut off, with
// the lines that are whole. Where its body ends cannot be known: behind a cut
// it goes to the next head.
func (h *Handler) partialHead(s *side, marks ...string) {
	b := s.pend
	if s.lines > 0 {
		b = b[:s.lineStart]
	}
	if h.open(s, b, s.heldPlace()) == 0 {
		s.counted[stream.Undecodable] += int64(len(s.pend))
		s.release(len(s.pend))
		return
	}
	s.release(len(s.pend))
	for _, mark := range marks {
		s.msg.marks.Add(mark)
	}
	m := &s.msg
	m.how = noBody
	if m.ex != nil && slices.Contains(marks, record.MarkCut) && m.mayHaveBody(s.response) {
		m.how, m.keep = untilNext, keepIfText
		return
	}
	h.finish(s, true)
}

// mayHaveBody tells whether a body can follow a head of which only the
// beginning is known.
func (m *message) mayHaveBody(response bool) bool {
	if !response {
		switch m.ex.req.Method {
		case "PUT", "POST", "PATCH":
			return true
		}
		return false
	}
	how, _ := frameResponse(&head{}, m.status, m.ex.req.Method)
	return how == untilClose
}
