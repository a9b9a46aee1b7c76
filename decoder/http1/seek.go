package http1

import "bytes"

// verdict is how sure it is that a head begins somewhere.
type verdict uint8

const (
	no verdict = iota
	maybe
	sure
)

// maxSeekLine is the longest request target that a lost stream is found by.
const maxSeekLine = 16 << 10

// seekMethods are the methods by which a request is recognised in the middle
// of unknown bytes, where a body may stand before it without a line end.
var seekMethods = []string{"GET ", "PUT ", "HEAD ", "POST ", "COPY ", "TRACE ", "PATCH ", "DELETE ", "OPTIONS ", "CONNECT "}

// find looks for a head of this direction anywhere in b. All bytes before start
// can be given up; b[start:] begins with a start line (sure) or may become one
// (maybe).
func (s *side) find(b []byte) (start int, v verdict) {
	if s.response {
		return seekResponse(b)
	}
	return seekRequest(b)
}

// look finds a head in the bytes that wait. They may come one by one and be
// many, since a target may be long: where only more of the target came, what
// was there before is not looked at again.
func (s *side) look() (start int, v verdict) {
	if s.target > 0 && len(s.pend) <= maxSeekLine && targetChars(s.pend[s.target:]) {
		s.target = len(s.pend)
		return 0, maybe
	}
	start, v = s.find(s.pend)
	s.target = 0
	// With one blank, what may be a request line ends within its target.
	if !s.response && start == 0 && v == maybe && bytes.Count(s.pend, []byte(" ")) == 1 {
		s.target = len(s.pend)
	}
	return start, v
}

// targetChars tells that b can stand in a target.
func targetChars(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// seekResponse looks for a status line anywhere in b: HTTP/1.x, a blank,
// three digits and the end of that word.
func seekResponse(b []byte) (start int, v verdict) {
	const mark = "HTTP/1."
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte(mark))
		if i < 0 {
			start = len(b) - overhang(b, mark)
			if start < len(b) {
				return start, maybe
			}
			return start, no
		}
		i += from
		if v := statusLineAt(b[i+len(mark):]); v != no {
			return i, v
		}
		from = i + 1
	}
}

// statusLineAt judges what follows "HTTP/1.".
func statusLineAt(b []byte) verdict {
	for i, shape := range "d ddde" {
		if i >= len(b) {
			return maybe
		}
		c := b[i]
		switch shape {
		case 'd':
			if !isDigit(c) {
				return no
			}
		case ' ':
			if c != ' ' {
				return no
			}
		case 'e':
			if c != ' ' && c != '\r' && c != '\n' {
				return no
			}
		}
	}
	return sure
}

// seekRequest looks for a request line anywhere in b: a known method, a
// blank, a target without blanks, a blank, HTTP/1.x and the end of the line.
func seekRequest(b []byte) (start int, v verdict) {
	const mark = " HTTP/1."
	for from := 0; ; {
		j := bytes.Index(b[from:], []byte(mark))
		if j < 0 {
			return requestTail(b)
		}
		j += from
		if start, ok := requestBefore(b[:j]); ok {
			if v := lineEndAt(b[j+len(mark):]); v != no {
				return start, v
			}
		}
		from = j + 1
	}
}

// requestBefore finds method and target at the end of b.
func requestBefore(b []byte) (start int, ok bool) {
	i := len(b)
	for i > 0 && b[i-1] > ' ' && b[i-1] < 0x7f {
		i--
	}
	if i == len(b) || i == 0 || b[i-1] != ' ' {
		return 0, false
	}
	for _, m := range seekMethods {
		if bytes.HasSuffix(b[:i], []byte(m)) {
			return i - len(m), len(b)-i <= maxSeekLine
		}
	}
	return 0, false
}

// lineEndAt judges what follows "HTTP/1.": a digit and a line end.
func lineEndAt(b []byte) verdict {
	switch {
	case len(b) == 0:
		return maybe
	case !isDigit(b[0]):
		return no
	case len(b) == 1:
		return maybe
	case b[1] == '\n':
		return sure
	case b[1] != '\r':
		return no
	case len(b) == 2:
		return maybe
	case b[2] == '\n':
		return sure
	}
	return no
}

// requestTail finds where an unfinished request line may begin at the end of
// b. Nothing that could not be such a beginning is kept, so that a binary
// body in which a request is looked for costs no memory.
func requestTail(b []byte) (start int, v verdict) {
	cut := max(0, len(b)-maxSeekLine-len(" HTTP/1.1\r")-len("OPTIONS "))
	for i := len(b) - 1; i >= cut; i-- {
		if b[i] < ' ' && !(b[i] == '\r' && i == len(b)-1) || b[i] >= 0x7f {
			cut = i + 1
			break
		}
	}
	tail := b[cut:]
	start = len(tail)
	for _, m := range seekMethods {
		for from := 0; ; {
			i := bytes.Index(tail[from:], []byte(m))
			if i < 0 {
				break
			}
			i += from
			if rest := tail[i+len(m):]; unfinishedTarget(rest) {
				start = min(start, i)
				break
			}
			from = i + 1
		}
		start = min(start, len(tail)-overhang(tail, m))
	}
	if start == len(tail) {
		return len(b), no
	}
	return cut + start, maybe
}

// unfinishedTarget tells whether b can be a target and the beginning of what
// follows it.
func unfinishedTarget(b []byte) bool {
	i := bytes.IndexByte(b, ' ')
	if i < 0 {
		return bytes.IndexByte(b, '\r') < 0
	}
	const rest = " HTTP/1."
	after := b[i:]
	if len(after) > len(rest) {
		return i > 0 && string(after[:len(rest)]) == rest && lineEndAt(after[len(rest):]) != no
	}
	return i > 0 && string(after) == rest[:len(after)]
}

// overhang gives the length of the longest proper prefix of mark that b ends
// with.
func overhang(b []byte, mark string) int {
	for n := min(len(mark)-1, len(b)); n > 0; n-- {
		if string(b[len(b)-n:]) == mark[:n] {
			return n
		}
	}
	return 0
}

// seekChunk looks for the header line of a chunk between two others: CRLF, a
// size, CRLF. In random bytes that is one chance in 2⁴⁶ a place, and a chunk
// found so is believed only when another line end follows it. A last chunk
// needs the empty line behind it. atStart allows a size at b[0].
// The chunk's header is b[start:end] without the CRLF before it.
func seekChunk(b []byte, atStart bool) (start, end int, size int64, v verdict) {
	from := 0
	if atStart {
		if n, size, v := chunkHeader(b); v != no {
			return 0, n, size, v
		}
	}
	for {
		i := bytes.Index(b[from:], []byte("\r\n"))
		if i < 0 {
			if len(b) > 0 && b[len(b)-1] == '\r' {
				return len(b) - 1, 0, 0, maybe
			}
			return len(b), 0, 0, no
		}
		i += from
		if n, size, v := chunkHeader(b[i+2:]); v != no {
			if v == maybe {
				return i, 0, 0, maybe
			}
			return i + 2, i + 2 + n, size, sure
		}
		from = i + 1
	}
}

// maxSoughtDigits bounds the chunks that are found by seeking: 16 MiB is more
// than any sender uses, and a mistake costs no more.
const maxSoughtDigits = 6

// chunkHeader judges whether b begins with a plain chunk header.
func chunkHeader(b []byte) (n int, size int64, v verdict) {
	for n < len(b) && n <= maxSoughtDigits {
		d, ok := hexDigit(b[n])
		if !ok {
			break
		}
		size = size<<4 | int64(d)
		n++
	}
	switch {
	case n == len(b):
		return 0, 0, maybe
	case n == 0 || n > maxSoughtDigits:
		return 0, 0, no
	}
	for n < len(b) && n < 32 && b[n] == ' ' {
		n++ // some servers pad the size to a fixed width
	}
	want := "\r\n"
	if size == 0 {
		want = "\r\n\r\n"
	}
	have := string(b[n:min(len(b), n+len(want))])
	if have != want[:len(have)] {
		return 0, 0, no
	}
	if len(have) < len(want) {
		return 0, 0, maybe
	}
	return n + 2, size, sure
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
