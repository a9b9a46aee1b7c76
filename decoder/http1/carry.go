package http1

import (
	"slices"

	"glancecap/decoder/carry"
	"glancecap/decoder/stream"
)

// Unread gives the bytes of a direction that wait for the rest of their line,
// head or trailer.
func (h *Handler) Unread(dir stream.Dir) int64 {
	s := &h.sides[dir]
	n := int64(len(s.pend))
	for _, counted := range s.counted {
		n += counted
	}
	return n
}

// Carry carries where both directions stand and the exchanges that are open; what
// Options.Parts and Options.Digests need is of one run and stays behind.
func (h *Handler) Carry(c *carry.Coder) {
	open := h.openExchanges()
	carry.Slice(c, &open, 2*h.o.Bounds.PipelinedPerConn+4, func(x **exchange) {
		if c.Reading() {
			*x = h.newExchange()
		}
		(*x).carry(c)
	})
	for i := range h.sides {
		s := &h.sides[i]
		s.carryState(c)
		s.msg.carry(c)
		s.msg.ex = h.reference(c, s.msg.ex, open)
		if c.Reading() {
			s.believe(c, h.o)
		}
	}
	for _, list := range []*[]*exchange{&h.queue, &h.orphans} {
		carry.Slice(c, list, len(open), func(x **exchange) {
			*x = h.reference(c, *x, open)
			c.Check(*x != nil, "an exchange that waits")
		})
	}
	carry.Int(c, &h.held)
	c.Bool(&h.pipelines, &h.requestLoss, &h.responseLoss, &h.lostRequests, &h.unsure)
}

// openExchanges lists the exchanges that anything of the connection knows.
func (h *Handler) openExchanges() (list []*exchange) {
	for _, ex := range slices.Concat(h.queue, h.orphans, []*exchange{h.sides[0].msg.ex, h.sides[1].msg.ex}) {
		if ex != nil && !slices.Contains(list, ex) {
			list = append(list, ex)
		}
	}
	return list
}

// reference carries which of the open exchanges ex is.
func (h *Handler) reference(c *carry.Coder, ex *exchange, open []*exchange) *exchange {
	i := c.Index(slices.Index(open, ex), len(open))
	switch {
	case !c.Reading():
		return ex
	case i < 0:
		return nil
	}
	return open[i]
}

// carry carries an exchange.
func (ex *exchange) carry(c *carry.Coder) {
	asked, answered := ex.rec.Request != nil, ex.rec.Response != nil
	c.Bool(&asked, &answered, &ex.requested, &ex.responded, &ex.lossBefore)
	c.Plain(&ex.req)
	c.Plain(&ex.resp)
	c.Plain(&ex.rec.Marks)
	carry.Text(c, &ex.requestID)
	c.Plain(&ex.first)
	c.Plain(&ex.firstAnswer)
	carry.Int(c, &ex.held)
	if !c.Reading() {
		return
	}
	if asked {
		ex.rec.Request = &ex.req
	}
	if answered {
		ex.rec.Response = &ex.resp
	}
}

// carryState carries where a direction stands, but for its message.
func (s *side) carryState(c *carry.Coder) {
	carry.Int(c, &s.state)
	c.Bool(&s.started, &s.ended, &s.sought, &s.joined, &s.passed)
	c.Bytes(&s.pend)
	carry.Slice(c, &s.pieces, maxPieces, func(p *piece) {
		carry.Int(c, &p.end)
		c.Plain(&p.at)
	})
	carry.Int(c, &s.lineStart, &s.lines, &s.stray)
	carry.Int(c, &s.tail, &s.messages)
	c.Plain(&s.carry)
	c.Plain(&s.counted)
}

// carry carries a message, but for its exchange.
func (m *message) carry(c *carry.Coder) {
	c.Plain(&m.marks)
	carry.Int(c, &m.status)
	m.head.carry(c)
	carry.Int(c, &m.how)
	carry.Int(c, &m.left, &m.captured, &m.missing, &m.leftOut, &m.chunk.size)
	carry.Int(c, &m.chunk.digits, &m.trailerBytes)
	c.Bool(&m.chunk.extended, &m.chunk.tentative, &m.chunk.passed, &m.lostFrame, &m.truncated, &m.overlap)
	c.Plain(&m.trailers)
	carry.Int(c, &m.keep)
	c.Bytes(&m.text)
}

// carry carries what a head said.
func (hd *head) carry(c *carry.Coder) {
	c.Plain(&hd.headers)
	c.Plain(&hd.anomalies)
	carry.Int(c, &hd.dropped, &hd.malformed)
	carry.Int(c, &hd.lengths)
	carry.Int(c, &hd.length)
	c.Bool(&hd.coded, &hd.chunked, &hd.expect)
	c.Plain(&hd.others)
	carry.Text(c, &hd.contentType, &hd.encoding, &hd.requestID)
}

// believe checks what was read of a direction against what the parser takes
// for granted, and restores what follows from the rest.
func (s *side) believe(c *carry.Coder, o Options) {
	m := &s.msg
	c.Check(s.state <= otherSpeech && m.how <= opaque && m.keep <= keepText && m.lengths <= lengthConflict, "the state of an HTTP parser")
	c.Check(m.left >= 0 && m.chunk.size >= 0 && m.length >= 0 && m.captured >= 0 && m.missing >= 0 && m.leftOut >= 0, "the length of a body")
	c.Check(len(m.text) <= m.limit(o), "the text of a body")
	c.Check(len(s.pend) <= max(o.Bounds.HTTPHead, 2*maxSeekLine), "the bytes of a head")
	c.Check(s.lineStart >= 0 && s.lineStart <= len(s.pend) && s.lines >= 0, "the lines of a head")
	c.Check(s.state != atHead || len(s.pend) <= o.Bounds.HTTPHead, "the bytes of a head")
	end := 0
	for _, p := range s.pieces {
		c.Check(p.end >= end, "where the bytes of a head were seen")
		end = p.end
	}
	// Of a head beyond bounds only what frames the message is held.
	c.Check(s.state == discarding || end == len(s.pend), "where the bytes of a head were seen")
	switch s.state {
	case peeking, inFixed, untilEnd, chunkSize, chunkExt, chunkData, chunkEnd, chunkSeek, inTrailer:
		c.Check(m.ex != nil, "a body without a message")
	}
	switch {
	case m.ex == nil:
	case s.response:
		m.span = &m.ex.resp.Span
		c.Check(m.ex.rec.Response != nil, "a response")
	default:
		m.span = &m.ex.req.Span
		c.Check(m.ex.rec.Request != nil, "a request")
	}
}
