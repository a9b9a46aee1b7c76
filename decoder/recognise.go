package decoder

import "bytes"

// methods are the request methods of RFC 9110 §9, RFC 5789 and Swift.
var methods = []string{"GET ", "PUT ", "POST ", "HEAD ", "PATCH ", "DELETE ", "OPTIONS ", "CONNECT ", "TRACE ", "COPY "}

// looksLikeRequest tells whether bytes begin with an HTTP/1 request line, as
// far as they go (RFC 9112 §3).
func looksLikeRequest(b []byte) bool {
	for _, m := range methods {
		if len(b) <= len(m) || string(b[:len(m)]) != m {
			continue
		}
		line := b[len(m):]
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			// The line goes on in the next segment: its beginning must do.
			return m == "CONNECT " || line[0] == '/' || line[0] == '*' || bytes.HasPrefix(line, []byte("http"))
		}
		return bytes.Contains(line[:end], []byte(" HTTP/")) || bytes.Contains(line[:end], []byte(" http/"))
	}
	return false
}

// looksLikeResponse tells whether bytes begin with an HTTP/1 status line
// (RFC 9112 §4).
func looksLikeResponse(b []byte) bool {
	return len(b) >= 12 && string(b[:7]) == "HTTP/1." && b[8] == ' ' &&
		b[9] >= '1' && b[9] <= '5' && isDigit(b[10]) && isDigit(b[11])
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
