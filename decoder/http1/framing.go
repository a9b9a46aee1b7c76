package http1

import "glancecap/decoder/record"

// framing is how the end of a message's body is known.
type framing uint8

const (
	noBody     framing = iota
	fixed              // Content-Length
	chunked            // Transfer-Encoding: chunked
	untilClose         // a response that ends with its connection
	unknown            // cannot be known: the next head is looked for
	untilNext          // the same, and what stands before it is the body
	opaque             // no HTTP follows: a tunnel, or another protocol
)

// frameRequest decides how a request's body ends (RFC 9112 §6.3).
func frameRequest(h *head) (framing, record.Marks) {
	how, marks := frame(h)
	if how == untilClose {
		// Rule 7: without either field a request has no body. A coding that
		// is not chunked leaves its end unknown (rule 4).
		if how = noBody; h.coded && len(h.others) > 0 {
			how = unknown
		}
	}
	return how, marks
}

// frameResponse decides how a response's body ends. The request's method
// matters: HEAD and CONNECT change what the fields mean (rules 1 and 2).
func frameResponse(h *head, status int, method string) (framing, record.Marks) {
	switch {
	case status == 101, method == "CONNECT" && status/100 == 2:
		return opaque, nil
	case method == "HEAD", status/100 == 1, status == 204, status == 304:
		return noBody, nil
	}
	return frame(h)
}

// frame applies what requests and responses have in common.
func frame(h *head) (framing, record.Marks) {
	var marks record.Marks
	if h.coded && h.lengths != lengthAbsent {
		marks.Add(record.MarkAnomaly + "length_and_transfer_encoding")
	}
	switch {
	case h.chunked:
		return chunked, marks
	case h.coded && len(h.others) > 0:
		marks.Add(record.MarkAnomaly + "transfer_encoding")
		if h.lengths != lengthKnown {
			return untilClose, marks
		}
		// An unknown coding beside a length: recipients that do not know the
		// coding go by the length.
	}
	switch h.lengths {
	case lengthKnown:
		if h.length == 0 {
			return noBody, marks
		}
		return fixed, marks
	case lengthBad:
		marks.Add(record.MarkAnomaly + "content_length")
		return unknown, marks
	case lengthConflict:
		marks.Add(record.MarkAnomaly + "conflicting_lengths")
		return unknown, marks
	}
	return untilClose, marks
}
