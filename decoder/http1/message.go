package http1

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"glancecap/decoder/part"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// message is the request or response that a direction is in the middle of.
type message struct {
	// ex is nil for an interim response (1xx), which is not kept.
	ex     *exchange
	span   *record.Span
	marks  record.Marks
	status int
	head
	how framing
	// left is what is to come of a body of known length or of a chunk,
	// lostFrame tells that the length of a chunked body cannot be known.
	left              int64
	captured, missing int64
	leftOut           int64 // of the capture, on purpose
	lostFrame         bool
	chunk             chunk
	trailers          [][2]string
	trailerBytes      int
	keep              keeping
	digest            *digest // nil where none is made
	text              []byte
	truncated         bool
	overlap           bool
	// kept tells where text lies, rest where content lies that was not kept;
	// for Options.Parts.
	kept, rest []part.Range
}

// place is where the bytes of a head were seen.
type place struct {
	span  record.Span
	first stream.At
	over  bool
}

// placeAt is the place of bytes of one packet.
func placeAt(at stream.At) place {
	return place{span: record.Begin(at), first: at, over: at.Overlap}
}

// heldPlace is the place of the bytes that wait.
func (s *side) heldPlace() (p place) {
	for i, piece := range s.pieces {
		if i == 0 {
			p = placeAt(piece.at)
		}
		p.span.Extend(piece.at)
		p.over = p.over || piece.at.Overlap
	}
	return p
}

// open begins the message whose head b is, whole or as far as it goes, and
// gives the length of the head; 0 where b begins with no start line.
func (h *Handler) open(s *side, b []byte, where place) int {
	text, replaced := validText(string(b))
	lineEnd := strings.IndexByte(text, '\n') >= 0
	line, rest := cutLine(text, !lineEnd)
	n := len(b)
	var request requestLine
	var status statusLine
	var ok bool
	if s.response {
		status, ok = parseStatusLine(line)
	} else if request, ok = parseRequestLine(line); ok && request.version == "HTTP/0.9" {
		// A simple request ends with its line (RFC 1945 §4.1).
		n, rest = bytes.IndexByte(b, '\n')+1, ""
		replaced = !utf8.Valid(b[:n])
	}
	if ok && !s.response && !lineEnd && request.anomaly != "" && request.anomaly != "version" {
		// The line goes on where the capture ends.
		n = len(b)
		request.target, _, _ = strings.Cut(request.target, " ")
		request.version, request.anomaly = "", ""
	}
	if !ok || request.anomaly == malformedLine && !fieldFollows([]byte(rest)) {
		return 0
	}
	hd := parseHead(rest, h.o.Bounds.HTTPLines)
	if hd.dropped > 0 {
		h.o.Hits.Hit(hitLines)
		hd.anomalies.Add(record.MarkLimit)
	}
	if replaced {
		hd.anomalies.Add(record.MarkReplacedText)
	}
	for _, m := range s.carry {
		hd.anomalies.Add(m)
	}
	if s.joined && (s.passed || !s.response && !isKnownMethod(request.method)) {
		// An unknown method may be a known one behind the end of a body.
		hd.anomalies.Add(record.MarkMidstream)
	}
	s.carry, s.sought, s.joined, s.stray = nil, false, false, -1
	s.messages++
	s.msg = message{head: hd, text: s.msg.text[:0], overlap: where.over}
	h.tellHead(s, b[:n])
	if s.response {
		h.openResponse(s, status, where)
	} else {
		h.openRequest(s, request, where)
	}
	return n
}

// validText replaces what is not UTF-8 by U+FFFD.
func validText(s string) (valid string, replaced bool) {
	if utf8.ValidString(s) {
		return s, false
	}
	return strings.ToValidUTF8(s, "\uFFFD"), true
}

// openRequest gives a request its exchange.
func (h *Handler) openRequest(s *side, r requestLine, where place) {
	m := &s.msg
	ex := h.asked(where.first)
	ex.req = record.HTTPRequest{Span: where.span, Method: r.method, Target: r.target, Version: r.version, Headers: m.headers}
	ex.rec.Request = &ex.req
	ex.requestID = m.requestID
	m.ex, m.span = ex, &ex.req.Span
	if r.anomaly != "" {
		m.marks.Add(record.MarkAnomaly + r.anomaly)
	}
}

// openResponse gives a response its exchange; 1xx have none, but for 101,
// which is final for HTTP.
func (h *Handler) openResponse(s *side, r statusLine, where place) {
	m := &s.msg
	m.status = r.status
	if r.status/100 == 1 && r.status != 101 {
		s.carry = m.anomalies
		return
	}
	ex := h.answered(where.first, m.requestID)
	ex.resp = record.HTTPResponse{Span: where.span, Status: r.status, Reason: r.reason, Version: r.version, Headers: m.headers}
	ex.rec.Response = &ex.resp
	m.ex, m.span = ex, &ex.resp.Span
	if r.anomaly != "" {
		m.marks.Add(record.MarkAnomaly + r.anomaly)
	}
}

// begin goes from a complete head to its body.
func (h *Handler) begin(s *side) {
	m := &s.msg
	if m.ex == nil {
		s.state = atHead
		return
	}
	h.frame(s)
	m.choose(h.o)
	h.startDigest(s)
	switch {
	case m.how == noBody:
		h.finish(s, true)
	case m.how == unknown:
		h.finish(s, true)
		s.lost()
		s.state = seeking
	case m.how == opaque:
		h.finish(s, true)
		h.otherSpeech()
	case !s.response && m.expect, s.response && m.ex.rec.Request == nil:
		s.state = peeking
	default:
		h.enterBody(s)
	}
}

// frame decides how the body ends.
func (h *Handler) frame(s *side) {
	m := &s.msg
	var marks record.Marks
	if s.response {
		m.how, marks = frameResponse(&m.head, m.status, m.ex.req.Method)
		if m.how == noBody && m.chunked {
			s.stray = 0
		}
	} else {
		m.how, marks = frameRequest(&m.head)
		if m.ex.req.Method == "PRI" && m.ex.req.Version == "HTTP/2.0" {
			// The connection preface of HTTP/2 (RFC 9113 §3.4).
			m.how, marks, m.marks = opaque, record.Marks{record.MarkAnomaly + "http2"}, nil
		}
	}
	for _, mark := range marks {
		m.marks.Add(mark)
	}
}

// enterBody sets the state in which the body begins.
func (h *Handler) enterBody(s *side) {
	s.msg.left = s.msg.length
	switch s.msg.how {
	case fixed:
		s.state = inFixed
	case chunked:
		s.state = chunkSize
	default:
		s.state = untilEnd
	}
}

// otherSpeech gives both directions up: another protocol is spoken.
func (h *Handler) otherSpeech() {
	for i := range h.sides {
		s := &h.sides[i]
		if s.msg.ex != nil {
			h.finish(s, false)
		}
		s.counted[stream.Undecodable] += int64(len(s.pend))
		s.release(len(s.pend))
		s.state = otherSpeech
	}
}

// waits tells in what stretches the sender of a body did not send.
func (h *Handler) waits(dir stream.Dir, body *record.Body, span *record.Span) []record.Wait {
	if body == nil || span.End <= span.Time {
		return nil
	}
	return h.info.Waits(dir, span.Time, span.End)
}

// finish ends the message at hand. whole is false where its end was not seen.
func (h *Handler) finish(s *side, whole bool) {
	m := &s.msg
	ex := m.ex
	s.state = atHead
	if ex == nil {
		return
	}
	for _, mark := range m.anomalies {
		m.marks.Add(mark)
	}
	h.tellContent(s, whole)
	body := m.body(h.o, whole)
	if !whole {
		m.marks.Add(record.MarkIncomplete)
	}
	if m.overlap {
		m.marks.Add(record.MarkOverlap)
	}
	if body != nil && body.Text != nil {
		ex.held += len(*body.Text)
	}
	for _, mark := range m.marks {
		ex.rec.Marks.Add(mark)
	}
	if body != nil && m.digest != nil && whole && m.missing == 0 && !m.lostFrame {
		body.Digests = m.digest.finish(m.captured)
	}
	m.ex, m.head, m.trailers, m.marks, m.digest = nil, head{}, nil, nil, nil
	if cap(m.text) > maxIdle {
		m.text = nil
	}
	if s.response {
		ex.resp.Body, ex.responded = body, true
		ex.resp.Waits = h.waits(stream.FromServer, body, &ex.resp.Span)
	} else {
		ex.req.Body, ex.requested = body, true
		ex.req.Waits = h.waits(stream.FromClient, body, &ex.req.Span)
	}
	h.half(ex)
}
