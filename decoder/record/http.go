package record

// HTTP is one exchange: a request and its final response.
type HTTP struct {
	Common
	Request  *HTTPRequest  `json:"request"`
	Response *HTTPResponse `json:"response"`
	Tail
}

// HTTPRequest is the request of an exchange.
type HTTPRequest struct {
	Span
	Method  string      `json:"method"`
	Target  string      `json:"target"`
	Version string      `json:"version"`
	Headers [][2]string `json:"headers"`
	// Body is nil where the message has none.
	Body *Body `json:"body"`
	// Waits are the stretches in which the sender of the body could not go on.
	Waits []Wait `json:"waits,omitempty"`
}

// HTTPResponse is the final response of an exchange (1xx are not kept).
type HTTPResponse struct {
	Span
	Status  int         `json:"status"`
	Reason  string      `json:"reason"`
	Version string      `json:"version"`
	Headers [][2]string `json:"headers"`
	Body    *Body       `json:"body"`
	Waits   []Wait      `json:"waits,omitempty"`
}

// Body tells of a message's content, after its transfer encoding.
type Body struct {
	// Length is the content's length in bytes, as announced or as counted.
	Length Count `json:"length"`
	// Captured is how many of them are in the capture; fewer than Length
	// where bytes are missing or cut.
	Captured int64 `json:"captured"`
	// LeftOut is how many of them were left out of the capture on purpose.
	LeftOut int64 `json:"left_out,omitempty"`
	// Encoding is the Content-Encoding, nil where there is none.
	Encoding *string `json:"encoding"`
	// Chunked tells that the length was not announced.
	Chunked bool `json:"chunked,omitempty"`
	// Text is the decoded content where it is text and small enough.
	Text *string `json:"text"`
	// Trailers are the fields behind a chunked body (RFC 9112 §7.1.2).
	Trailers [][2]string `json:"trailers,omitempty"`
	// Digests are those of the content, nil where none were asked for or
	// bytes of it are not in the capture.
	Digests *Digests `json:"digests,omitempty"`
}

// Digests are those of bytes as they were sent, before any content encoding
// is undone, in hexadecimal; empty where one was not made.
type Digests struct {
	Bytes  int64  `json:"bytes"`
	MD5    string `json:"md5"`
	SHA256 string `json:"sha256,omitempty"`
	SHA512 string `json:"sha512,omitempty"`
	// Object are the digests of an object that is stored in parts, from its
	// first part to this one; nil where a part before was not read whole.
	// Parts says how many there are.
	Object *Digests `json:"object,omitempty"`
	Parts  int      `json:"parts,omitempty"`
}

// Wait is a stretch of time in which a sender did not send, and why.
type Wait struct {
	Span
	// Why is window_closed, loss or idle.
	Why string `json:"why"`
}

// Get gives the first value of a header field, names compared without case,
// or "".
func Get(headers [][2]string, name string) string {
	for _, h := range headers {
		if equalFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// equalFold compares ASCII without case (RFC 9110 §5.1: field names are
// ASCII tokens).
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}
