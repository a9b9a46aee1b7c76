package http1

import (
	"slices"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// exchange is a request and its response, as far as they are known.
type exchange struct {
	rec                record.HTTP
	req                record.HTTPRequest
	resp               record.HTTPResponse
	requestID          string
	first, firstAnswer stream.At
	// requested and responded tell that the half is over.
	requested, responded bool
	// lossBefore tells that requests before it may not be in the capture; of a
	// response that it may answer one that was lost.
	lossBefore bool
	held       int
}

// pairing is which response belongs to which request. Responses come in the
// order of the requests (RFC 9112 §9.3.2); where bytes are missing, order
// alone proves nothing.
type pairing struct {
	// queue are the requests that no response has begun for.
	queue []*exchange
	// orphans are complete responses that found no request.
	orphans []*exchange
	// held counts the bytes of text of both.
	held int
	// pipelines tells that the client was seen to send a request before the
	// response to the one before had begun.
	pipelines bool
	// requestLoss tells that requests may be missing since the last of the
	// queue, responseLoss that responses may be since the last one.
	requestLoss, responseLoss bool
	// lostRequests tells that any bytes of the client are missing.
	lostRequests bool
	// unsure tells that responses cannot be counted any more.
	unsure bool
}

// before tells whether a was captured before b: by frame within a file, by
// time across files.
func before(a, b stream.At) bool {
	if a.File == b.File {
		return a.Frame < b.Frame
	}
	return a.Time < b.Time
}

// asked gives a request that begins at a place its exchange.
func (h *Handler) asked(at stream.At) *exchange {
	if ex := h.adopt(at); ex != nil {
		return ex
	}
	ex := h.newExchange()
	ex.first = at
	server := &h.sides[stream.FromServer]
	if h.unsure && server.msg.ex == nil {
		// A client that sends again after reading has got all it waited for.
		h.markGap(len(h.queue))
		h.abandon(len(h.queue))
		h.unsure = false
	}
	if len(h.queue) > 0 && !h.responseLoss && !h.requestLoss {
		h.pipelines = true
	}
	ex.lossBefore, h.requestLoss = h.requestLoss, false
	h.queue = append(h.queue, ex)
	if len(h.queue) > h.o.Bounds.PipelinedPerConn {
		if server.started {
			h.o.Hits.Hit(hitPipelined)
			h.queue[0].rec.Marks.Add(record.MarkLimit)
		}
		h.abandonOne()
	}
	return ex
}

// adopt finds a response that came out first although its request was sent
// first: the request's bytes stood behind a hole, or its head was not yet
// complete.
func (h *Handler) adopt(at stream.At) *exchange {
	if m := &h.sides[stream.FromServer].msg; m.ex != nil && m.ex.rec.Request == nil && before(at, m.ex.firstAnswer) {
		if len(h.orphans) == 0 || !before(at, h.orphans[0].firstAnswer) {
			return m.ex
		}
	}
	for i, ex := range h.orphans {
		if before(at, ex.firstAnswer) {
			h.orphans = slices.Delete(h.orphans, i, i+1)
			h.held -= ex.held
			return ex
		}
	}
	return nil
}

// answered gives a response that begins at a place its exchange.
func (h *Handler) answered(at stream.At, requestID string) *exchange {
	i := h.match(at, requestID)
	loss := h.responseLoss
	h.responseLoss = false
	if i < 0 {
		ex := h.newExchange()
		ex.firstAnswer, ex.lossBefore = at, loss || len(h.queue) > 0
		return ex
	}
	if loss {
		h.markGap(i)
	}
	h.abandon(i)
	ex := h.queue[0]
	h.queue = slices.Delete(h.queue, 0, 1)
	h.held -= ex.held
	ex.firstAnswer = at
	return ex
}

// markGap marks the requests before i: their responses were lost.
func (h *Handler) markGap(i int) {
	for _, ex := range h.queue[:i] {
		ex.rec.Marks.Add(record.MarkGap)
	}
}

// match gives the index of the request that a response answers, or -1.
func (h *Handler) match(at stream.At, requestID string) int {
	n := len(h.queue)
	for n > 0 && !before(h.queue[n-1].first, at) {
		n-- // sent later than the response
	}
	if n == 0 {
		return -1
	}
	loss := h.responseLoss || h.unsure || h.queue[0].lossBefore
	if !loss {
		return 0
	}
	if i := h.byRequestID(n, requestID); i >= 0 {
		h.unsure = false
		return i
	}
	lostBoth := (h.responseLoss || h.unsure) && h.requestLoss && n == len(h.queue)
	switch {
	case h.pipelines && (n > 1 || lostBoth || h.queue[0].lossBefore && !h.responseLoss):
		// Which of them was lost cannot be told.
		h.unsure = true
		return -1
	case lostBoth:
		h.unsure = true
		return -1
	}
	// A client that does not pipeline sent its last request after it had read
	// all responses before.
	return n - 1
}

// byRequestID finds the one request among the first n whose own request id
// the response repeats, as Glance does.
func (h *Handler) byRequestID(n int, requestID string) int {
	found := -1
	for i, ex := range h.queue[:n] {
		if requestID != "" && ex.requestID == requestID {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// abandon gives up that the first n requests are answered.
func (h *Handler) abandon(n int) {
	for range n {
		h.abandonOne()
	}
}

// abandonOne gives up that the first request of the queue is answered.
func (h *Handler) abandonOne() {
	ex := h.queue[0]
	h.queue = slices.Delete(h.queue, 0, 1)
	h.held -= ex.held
	ex.responded = true
	if ex.requested {
		h.complete(ex)
	}
}

// half notes that one half of an exchange is over.
func (h *Handler) half(ex *exchange) {
	switch {
	case ex.rec.Request == nil:
		h.orphans = append(h.orphans, ex)
		h.held += ex.held
	case ex.requested && ex.responded:
		h.complete(ex)
		return
	case ex.rec.Response == nil:
		h.held += ex.held
	}
	for h.held > h.o.Bounds.DirectionBytes || len(h.orphans) > h.o.Bounds.PipelinedPerConn {
		h.o.Hits.Hit(hitPipelined)
		if len(h.orphans) > 0 {
			h.dropOrphan(record.MarkLimit)
			continue
		}
		if len(h.queue) == 0 {
			return
		}
		h.queue[0].rec.Marks.Add(record.MarkLimit)
		h.abandonOne()
	}
}

// dropOrphan tells of the first response that has no request.
func (h *Handler) dropOrphan(mark string) {
	ex := h.orphans[0]
	h.orphans = slices.Delete(h.orphans, 0, 1)
	h.held -= ex.held
	if mark != "" {
		ex.rec.Marks.Add(mark)
	}
	h.complete(ex)
}

// flush tells, when the connection is over, of what waits for its other half.
func (h *Handler) flush() {
	h.abandon(len(h.queue))
	for len(h.orphans) > 0 {
		h.dropOrphan("")
	}
}

// complete hands an exchange on.
func (h *Handler) complete(ex *exchange) {
	rec := &ex.rec
	req, resp := rec.Request, rec.Response
	rec.Seconds, rec.Wait = record.NoDuration, record.NoDuration
	if req == nil || resp == nil {
		rec.Marks.Add(record.MarkIncomplete)
	} else if seconds := resp.End.Sub(req.Time); seconds >= 0 {
		// A response that begins before the request ends had no wait.
		rec.Seconds, rec.Wait = seconds, max(0, resp.Time.Sub(req.End))
	}
	switch client := &h.sides[stream.FromClient]; {
	case req != nil:
	case client.joined || !client.started && !h.info.Handshake:
		rec.Marks.Add(record.MarkMidstream)
	case !ex.lossBefore && h.unasked():
		rec.Marks.Add(record.MarkAnomaly + "response_without_request")
	}
	h.emit(rec)
}

// unasked tells whether a response without request was really not asked for:
// all that the client sent is in the capture, and was understood.
func (h *Handler) unasked() bool {
	client := &h.sides[stream.FromClient]
	return h.info.Handshake && !h.info.Midstream[stream.FromClient] && !h.lostRequests && client.started && !client.passed
}

func (h *Handler) newExchange() *exchange {
	ex := &exchange{}
	ex.rec.Common = h.common
	return ex
}
