package mysql

import (
	"glancecap/decoder/record"
)

// lastStatement is the statement id that means the one prepared last
// (https://mariadb.com/kb/en/com_stmt_execute/).
const lastStatement = 1<<32 - 1

// keepOfClient tells how much of a client's payload is kept: a statement's
// text to its bound, of a local file nothing.
func (h *Handler) keepOfClient(byte, int) int {
	if c := h.head(); c != nil && h.answer.state == awaitFile {
		return 1
	}
	return h.o.Bounds.SQLText + 1 // and the command byte
}

// fromClient takes a payload of the client.
func (h *Handler) fromClient(p *packet) {
	switch h.phase {
	case phaseStart:
		if p.seq == 1 {
			h.readLogin(p)
			return
		}
		h.startMidstream()
	case phaseLogin:
		if p.seq != 0 {
			h.readLogin(p)
			return
		}
		h.finishLogin()
	case phaseAuth:
		if p.seq != 0 {
			h.login.seq = p.last
			h.tellAuth(&h.client, p, 0)
			if !h.server.seen || h.mayCompress() {
				h.client.lost = true // perhaps nobody tells when the authentication is over
			}
			return
		}
		// A command: the authentication went well, its verdict was lost.
		h.login.Marks.Add(record.MarkIncomplete)
		h.finishLogin()
		h.phase = phaseCommand
	}
	h.phase = phaseCommand
	if c := h.head(); c != nil && (p.seq != 0 || h.ofFile(p)) && h.goesOn(c, p) {
		return
	}
	if n := len(h.queue); n > 0 && h.queue[n-1].spec.answer == answerAuth && p.seq == h.queue[n-1].seq+2 {
		h.queue[n-1].seq = p.last // the next step of its authentication, whose request was not seen
		return
	}
	if !h.isCommand(p) {
		if h.suspect && h.readSealed(p) {
			return
		}
		h.client.undecodable += int64(len(p.data)) + 4
		h.client.lost = true
		h.clientHole()
		return
	}
	if p.seq != 0 && !h.compressed { // in compression nobody looks at it
		h.next.Add(record.MarkAnomaly + "sequence")
	}
	h.accept(p)
}

// isCommand tells a command, which may have a wrong sequence id or be one of
// a server to come, from bytes that are none: with a wrong id and unknown, or
// empty payloads one after the other.
func (h *Handler) isCommand(p *packet) bool {
	empty := p.length == 0
	again := empty && h.wasEmpty
	h.wasEmpty = empty
	switch {
	case len(p.data) > 0:
		if p.data[0] == comSleep && p.length > 1 {
			// Nobody sends that; a compressed packet's header, whose length
			// before compression is 0, looks so.
			h.suspect = !h.capsKnown
			return false
		}
		if !h.capsKnown && isDeflated(p) {
			h.suspect = true
			return false
		}
		// In compression, ids of payloads mean nothing.
		return p.seq == 0 && (!h.compressed || h.client.z.begins) || isStatement(p)
	case empty:
		return p.seq == 0 && !again
	}
	return false // nothing of it is here
}

// isDeflated tells that what was read as a plain payload is a compressed
// packet: behind the length before compression its content begins as only
// compressed bytes do.
func isDeflated(p *packet) bool {
	const length, magic = 3, 4
	if len(p.data) < length+magic {
		return false
	}
	n := min(p.length, maxPayload)
	return judgeDeflated(append([]byte{byte(n), byte(n >> 8), byte(n >> 16), 0}, p.data[:length+magic]...)) == granted
}

// isStatement tells a command by its content alone.
func isStatement(p *packet) bool {
	n := min(p.length, maxPayload)
	b := append([]byte{byte(n), byte(n >> 8), byte(n >> 16), 0}, p.data[:min(len(p.data), seekBytes)]...)
	switch p.data[0] {
	case comQuery, comPrepare, comInitDB, comExecute:
		return judgeCommand(b, false) == granted
	}
	return false
}

// ofFile tells that a payload whose sequence id is 0 is a piece of the local file
// that the client sends: ids begin again after 255. In compression the ids of
// payloads say nothing, those of the compressed packets the same.
func (h *Handler) ofFile(p *packet) bool {
	switch {
	case h.answer.state != awaitFile || h.answer.fileHole:
		return false
	case h.compressed:
		return h.client.z.last != 0 || h.client.z.follows
	}
	return p.seq == h.answer.expect
}

// goesOn takes what a client sends within a command: a local file, or the
// next step of an authentication.
func (h *Handler) goesOn(c *command, p *packet) bool {
	switch {
	case h.answer.state == awaitFile:
		c.request.Extend(p.to)
		if p.length == 0 {
			h.answer.state = awaitHead
			h.answer.infile = true
		}
	case c.spec.answer == answerAuth && h.answer.began:
		h.tellAuth(&h.client, p, 0)
	default:
		return false
	}
	addDamage(&c.Marks, p.damage)
	h.answer.expect = p.last + 1
	return true
}

// startMidstream begins a connection whose beginning was not captured.
func (h *Handler) startMidstream() {
	h.phase = phaseCommand
	if !h.capsKnown {
		h.caps, h.maria = 0, 0
	}
}

// clientHole tells that bytes of the client are missing that cannot be
// placed: commands may have been sent that nobody saw, and answers may be
// theirs.
func (h *Handler) clientHole() {
	h.client.holed = true
	h.prepared.doubt()
	h.database = ""
	h.unsettle()
	if c := h.head(); c != nil && h.answer.state == awaitFile {
		c.Marks.Add(record.MarkGap)
		h.answer.fileHole = true
	}
}
