package mysql

import (
	"bytes"
	"encoding/binary"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// Where payload boundaries are not known (joined midstream, after a hole), the
// next one is looked for at the beginning of a segment, after the other side
// has spoken, and must look like what can only stand there: a sequence id
// that starts an exchange, a plausible length, a command or an answer to the
// command that waits for one.

// verdict is what a look at the first bytes of a segment gives.
type verdict uint8

const (
	undecided verdict = iota // more bytes are needed
	denied
	granted
)

// seekBytes is how much is looked at: no more than the shortest login packet
// with its header needs (see judgeLogin).
const seekBytes = 40

// seeker collects the bytes to look at.
type seeker struct {
	b    [seekBytes]byte
	n    int
	live bool // the bytes since the segment's start are in b
	from record.At
	// latest is where in b the latest segment begins.
	latest int
	// quiet tells that the other side had spoken when the segment began.
	quiet bool
}

// stop gives up what was collected.
func (s *seeker) stop(d *half) {
	d.undecodable += int64(s.n)
	s.n, s.live, s.latest = 0, false, 0
}

// offer adds bytes and gives how many it took; judge decides on all that are
// here.
func (s *seeker) offer(d *half, b []byte, from record.At, start bool, judge func([]byte) verdict) (int, verdict) {
	if start && s.n == 0 {
		s.live, s.from, s.quiet = true, from, d.quiet
	}
	if start {
		s.latest = s.n
	}
	if !s.live {
		d.undecodable += int64(len(b))
		return len(b), denied
	}
	n := copy(s.b[s.n:], b)
	s.n += n
	v := judge(s.b[:s.n])
	if v == denied || v == undecided && s.n == len(s.b) {
		s.stop(d)
		return n, denied
	}
	return n, v
}

// take gives what was collected, for decoding, and where in it the latest
// segment begins.
func (s *seeker) take() (b []byte, latest int) {
	b, latest = append([]byte(nil), s.b[:s.n]...), s.latest
	s.n, s.live, s.latest = 0, false, 0
	return b, latest
}

// look looks for a payload boundary in a direction that lost it. It gives how
// many bytes it took.
func (h *Handler) look(d *half, b []byte, from, at record.At, start bool) int {
	guessed, encrypted := false, false
	judge := func(b []byte) verdict {
		v := h.judgeSealedAnswer(b)
		if guessed = v == granted; v == denied {
			v = h.judgeServer(b)
		}
		return v
	}
	if d.dir == stream.FromClient {
		judge = func(b []byte) verdict {
			v := h.judgeClient(b)
			encrypted = v == denied && h.phase <= phaseLogin && looksEncrypted(b)
			if v == denied && d.z == nil && h.mayBeCompressed() && d.seek.quiet {
				v = judgeCompressedCommand(b)
				guessed = v == granted
			}
			return v
		}
	}
	if start && d.quiet && d.seek.n > 0 && h.of(d.dir.Other()).seen {
		d.seek.stop(d) // what was sent before was answered: this is no more of it
	}
	before := d.undecodable
	n, v := d.seek.offer(d, b, from, start, judge)
	if encrypted {
		d.encrypted += d.undecodable - before
		d.undecodable = before
		h.turnToTLS(from)
	}
	if v != granted {
		return n
	}
	if guessed {
		h.client.frame.abort(0) // what it began to read after the command was a header
		h.compress()
		d.z.lost = false
		h.againCompressed(d, &d.seek, n, at)
		return n
	}
	from = d.seek.from
	h.found(d)
	h.again(d, n, from, at)
	return n
}

// again decodes bytes that were only looked at, of which the last n are the
// first ones at hand. A login's answer among them may begin the compression.
func (h *Handler) again(d *half, n int, from, at record.At) {
	pos, plain := d.pos, d.z == nil
	b, latest := d.seek.take()
	d.pos += int64(n - len(b))
	for i := 0; i < len(b); {
		if h.phase == phaseOpaque {
			d.pass(int64(len(b) - i))
			break
		}
		if latest > 0 && i >= latest {
			from = at
		}
		took := 0
		if plain && d.z != nil {
			took = h.feedCompressed(d, b[i:], from, false)
		} else {
			took = h.feedPlain(d, b[i:], from, at, false)
		}
		d.pos += int64(took)
		i += took
	}
	d.pos = pos
}

// againCompressed is again where the bytes that s collected are compressed.
func (h *Handler) againCompressed(d *half, s *seeker, n int, at record.At) {
	from, pos, now := s.from, d.pos, d.quiet
	d.quiet = s.quiet
	b, latest := s.take()
	d.pos += int64(n - len(b))
	for _, part := range [...]struct {
		b  []byte
		at record.At
	}{{b[:latest], from}, {b[latest:], at}} {
		for b := part.b; len(b) > 0; {
			took := h.feedCompressed(d, b, part.at, false)
			d.pos += int64(took)
			b = b[took:]
		}
	}
	d.pos, d.quiet = pos, now
}

// found tells that a boundary was found.
func (h *Handler) found(d *half) {
	d.lost = false
	if !d.holed {
		return
	}
	d.holed = false
	if d.dir == stream.FromClient {
		h.next.Add(record.MarkResync)
	} else if c := h.head(); c != nil {
		c.Marks.Add(record.MarkResync)
	}
}

// judgeClient tells whether b begins with a payload of the client.
func (h *Handler) judgeClient(b []byte) verdict {
	if len(b) < 5 {
		return undecided
	}
	switch seq := b[3]; {
	case looksEncrypted(b) && b[4] != comQuery:
		return denied
	case h.phase == phaseAuth && seq != 0 && seq == h.login.seq+2 && h.client.seek.quiet:
		return granted // the next step of an authentication
	case seq == 1 && h.phase == phaseLogin:
		return granted // the answer to the greeting, whatever it holds
	case seq == 1 && h.phase == phaseStart:
		return judgeLogin(b)
	case seq == 0 && (h.client.seek.quiet || b[4] == comQuery || b[4] == comPrepare):
		// A statement's text cannot be coincidence.
		return judgeCommand(b, h.capsKnown && h.caps&clientQueryAttrs == 0)
	}
	return denied
}

// looksEncrypted tells whether b begins with a header of a TLS record
// (RFC 8446 §5.1).
func looksEncrypted(b []byte) bool {
	const changeCipherSpec, applicationData, longest = 20, 23, 1<<14 + 2048
	return b[0] >= changeCipherSpec && b[0] <= applicationData && b[1] == 3 && b[2] <= 4 &&
		int(b[3])<<8|int(b[4]) <= longest
}

// turnToTLS tells that a client was found to speak TLS, while its request for
// it is not in the capture.
func (h *Handler) turnToTLS(at record.At) {
	l := h.beginLogin()
	l.TLS, l.Login.Result = true, nil
	if l.Request == nil {
		l.Request, l.request = &l.request, record.Begin(at)
	}
	l.Marks.Add(record.MarkIncomplete)
	h.finishLogin()
	h.opaque(stream.Encrypted)
}

// judgeLogin tells whether b begins with a HandshakeResponse41 or an
// SSLRequest: the reserved bytes are 0, the last four of them MariaDB's flags
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html).
func judgeLogin(b []byte) verdict {
	const reserved, end = 4 + 9, 4 + 9 + 19
	if n := uint24(b); n < 32 || n > 1<<20 {
		return denied
	}
	if len(b) < end {
		return undecided
	}
	if capability(binary.LittleEndian.Uint32(b[4:]))&clientProtocol41 == 0 {
		return denied
	}
	for _, x := range b[reserved:end] {
		if x != 0 {
			return denied
		}
	}
	return granted
}

// judgeCommand tells whether b begins with a command's packet.
func judgeCommand(b []byte, plain bool) verdict {
	n, code := uint24(b), b[4]
	spec := &commands[code]
	if spec.name == "" || n < spec.min || spec.max > 0 && n > spec.max {
		return denied
	}
	// A verdict must not depend on how many bytes happen to be here.
	body := b[5:]
	need := func(k int) bool {
		k = min(k, n-1)
		if len(body) < k {
			return true
		}
		body = body[:k]
		return false
	}
	switch code {
	case comQuery, comPrepare:
		if n < 3 {
			return denied
		}
		if need(8) {
			return undecided
		}
		return grant(looksLikeSQL(body, plain))
	case comInitDB, comFieldList, comCreateDB, comDropDB:
		if need(8) {
			return undecided
		}
		return grant(printable(body))
	case comExecute:
		if need(9) {
			return undecided
		}
		return grant(body[4] < 0x20 && binary.LittleEndian.Uint32(body[5:]) == 1)
	case comLongData, comBulkExecute:
		if need(6) {
			return undecided
		}
		return grant(binary.LittleEndian.Uint32(body) < 1<<24 || binary.LittleEndian.Uint32(body) == lastStatement)
	}
	return grant(mayBeSent(code))
}

// mayBeSent tells that a command is one that clients of today send.
func mayBeSent(code byte) bool {
	switch code {
	case 0x00, 0x0b, 0x0f, 0x10, 0x13, 0x14, 0x1d, 0x20:
		return false // internal to the server, between servers, or long gone
	}
	return commands[code].name != ""
}

func grant(yes bool) verdict {
	if yes {
		return granted
	}
	return denied
}

// looksLikeSQL tells whether bytes can begin a statement's text. plain says
// that no block of query attributes can stand before it.
func looksLikeSQL(b []byte, plain bool) bool {
	if !plain && len(b) >= 2 && b[1] == 1 && b[0] < 0x20 {
		return true // parameter count, and the count of sets, always 1
	}
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\n' || b[0] == '\r') {
		b = b[1:]
	}
	if len(b) == 0 {
		return true
	}
	if c := b[0] | 0x20; c < 'a' || c > 'z' {
		return b[0] == '(' || b[0] == '/' || b[0] == '-' || b[0] == '#' || b[0] == '{'
	}
	for _, x := range b { // the verb is of ASCII
		if x >= 0x80 {
			return false
		}
		if c := x | 0x20; c < 'a' || c > 'z' {
			break
		}
	}
	return printable(b) && bytes.IndexByte(b, 0) < 0
}

// printable tells that bytes hold no control characters but white space and
// NUL, which ends names.
func printable(b []byte) bool {
	for _, x := range b {
		if x < 0x20 && x != '\t' && x != '\n' && x != '\r' && x != 0 || x == 0x7f {
			return false
		}
	}
	return len(b) > 0
}

// judgeServer tells whether b begins with a payload of the server.
func (h *Handler) judgeServer(b []byte) verdict {
	if len(b) < 5 {
		return undecided
	}
	switch h.phase {
	case phaseStart:
		if h.info.Handshake {
			return grant(b[3] == 0 && uint24(b) > 0 && (b[4] == headERR || b[4] == 10 || b[4] == 9))
		}
		return judgeGreeting(b)
	case phaseAuth:
		n := uint24(b)
		return grant(h.server.seek.quiet && b[3] == h.login.seq+1 && n > 0 && n < 64<<10 &&
			(b[4] <= headNextFactor || b[4] == headEOF || b[4] == headERR))
	case phaseCommand:
		if c := h.head(); c != nil && h.server.seek.quiet && (h.compressed || b[3] == c.seq+1) {
			return judgeAnswer(b, c.spec.answer)
		}
	}
	return denied
}

// judgeAnswer tells whether b begins with the first packet of an answer.
func judgeAnswer(b []byte, kind answerKind) verdict {
	n, first := uint24(b), b[4]
	switch first {
	case headOK:
		return grant(n >= 7 && n < 64<<10 || kind == answerFetch)
	case headERR:
		return grant(n >= 3 && n < 4<<10)
	case headEOF:
		return grant((n == 1 || n == 5 || n >= 7) && n < 64<<10 && kind != answerResult && kind != answerBinary)
	}
	switch kind {
	case answerStatistics:
		return grant(n > 8 && printable(b[4:5]))
	case answerAuth, answerStream:
		return grant(first <= headNextFactor && n < 64<<10)
	case answerFields:
		return judgeDefinition(b)
	case answerResult, answerBinary:
		if first == headInfile {
			return grant(n > 1 && n < 4<<10)
		}
		return judgeColumnCount(b, n)
	}
	return denied
}

// judgeColumnCount tells whether b begins with a count of columns and the
// packet that follows on it.
func judgeColumnCount(b []byte, n int) verdict {
	if n > 4 {
		return denied
	}
	if len(b) < 4+n+4 {
		return undecided
	}
	c := cursor{b: b[4 : 4+n]}
	count := c.lenenc()
	if c.short || count == 0 || count > maxColumns || len(c.b) > 1 || b[4+n+3] != b[3]+1 {
		return denied
	}
	return granted
}

// judgeDefinition tells whether b begins with a column's definition, whose
// catalog is always "def".
func judgeDefinition(b []byte) verdict {
	if len(b) < 8 {
		return undecided
	}
	return grant(string(b[4:8]) == "\x03def")
}
