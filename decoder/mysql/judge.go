package mysql

import (
	"bytes"
	"encoding/binary"
)

// verdict is what a look at the first bytes of a segment gives.
type verdict uint8

const (
	undecided verdict = iota // more bytes are needed
	denied
	granted
)

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
