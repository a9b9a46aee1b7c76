package mysql

import (
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// answerState is where the server half stands in the answer to the command at
// the head of the queue.
type answerState uint8

const (
	awaitHead          answerState = iota // the first packet of a result
	awaitDefinitions                      // column definitions
	awaitDefinitionEOF                    // the EOF behind them, if there is one
	awaitRows                             // rows, up to the packet that ends them
	awaitParams                           // of a PREPARE: definitions of parameters
	awaitParamEOF                         // the EOF behind them
	awaitFile                             // the client sends a local file
	awaitBroken                           // a hole: the rest cannot be read
)

// answer is the state of the server half within an answer.
type answer struct {
	state answerState
	began bool
	// expect is the sequence id of the next packet.
	expect byte
	// infile tells that a local file was asked for and came.
	infile bool
	// fileHole tells that a part of the file is missing, so that the ids of its
	// pieces prove nothing.
	fileHole bool
	// left counts the definitions still to come, columns those of a PREPARE
	// that come behind its parameters'.
	left, columns int
	defs          definitions
	set           *columnSet // of the present result, nil where unknown
	statement     *statement // of a PREPARE
	// tail tells that the answer may be followed by an EOF that this
	// connection was not yet seen to send or to leave out.
	tail bool
}

// await turns the server half to the command at the head of the queue.
func (h *Handler) await() {
	a := &h.answer
	a.state, a.began, a.infile, a.fileHole = awaitHead, false, false, false
	a.left, a.columns, a.set, a.statement = 0, 0, nil, nil
	h.tracked = false
	a.defs.reset() // expect and tail are of the answer before
}

// keepOfServer tells how much of a server's payload is kept: of rows whose
// values nobody wants as much as an ERR or OK in their place may hold.
func (h *Handler) keepOfServer(first byte, _ int) int {
	const packets, rows = 64 << 10, 1 << 10
	if h.o.Parts != nil {
		return h.o.Bounds.SQLText
	}
	if c := h.head(); c != nil && h.answer.state == awaitRows && first != headERR && first != headEOF {
		if c.keepRows {
			return h.o.Bounds.SQLText
		}
		return rows
	}
	return packets
}

// fromServer takes a payload of the server.
func (h *Handler) fromServer(p *packet) {
	switch h.phase {
	case phaseStart:
		h.readGreeting(p)
	case phaseLogin:
		switch {
		case len(p.data) == 0:
		case p.data[0] == headERR:
			if p.seq != 1 { // 1: it got no login in time
				h.login.Marks.Add(record.MarkIncomplete)
			}
			h.endLogin(p)
		case p.data[0] == headOK: // the login was lost
			h.login.Marks.Add(record.MarkGap)
			h.login.Marks.Add(record.MarkIncomplete)
			h.endLogin(p)
		}
	case phaseAuth:
		h.fromServerAuth(p)
	case phaseCommand:
		h.fromServerAnswer(p)
	}
}

// fromServerAnswer takes a packet of an answer.
func (h *Handler) fromServerAnswer(p *packet) {
	a, c := &h.answer, h.head()
	if h.leftover(c, p) {
		return
	}
	if a.began && p.seq == c.seq+1 && p.seq != a.expect && len(h.queue) > 1 && !h.compressed {
		// The next answer begins: this one ended, or what we took for it.
		c.Marks.Add(record.MarkAnomaly + "sequence")
		c.Marks.Add(record.MarkIncomplete)
		h.complete()
		h.fromServerAnswer(p)
		return
	}
	if !a.began {
		a.began = true
		c.Response, c.response = &c.response, record.Begin(p.from)
	}
	if p.from.Frame != c.response.LastFrame || p.to.Frame != c.response.LastFrame {
		c.response.Extend(p.from)
		c.response.Extend(p.to)
	}
	if p.seq != a.expect && !h.compressed && !(a.state == awaitFile && h.client.lost) {
		c.Marks.Add(record.MarkAnomaly + "sequence")
	}
	a.expect = p.last + 1
	addDamage(&c.Marks, p.damage)
	if len(p.data) == 0 {
		h.emptyAnswer(c, p)
		return
	}
	h.step(c, p)
}

// leftover takes packets that belong to no command that waits. It also
// settles which sequence id the answer at hand begins with.
func (h *Handler) leftover(c *command, p *packet) bool {
	a := &h.answer
	if c != nil && !a.began && precedes(p.from, c.request) {
		c = nil // it began before the command was sent
	}
	if c != nil && !a.began {
		if p.seq == c.seq+1 || h.compressed || p.seq != a.expect {
			a.expect, a.tail = c.seq+1, false
			return false
		}
	}
	if c != nil && a.began {
		return false
	}
	if a.tail && isEOF(p) && p.seq == a.expect {
		h.eof, a.tail = eofClassic, false
	} else {
		h.strayed()
	}
	a.expect = p.last + 1
	return true
}

// precedes tells that something was seen before a request was complete.
func precedes(at record.At, request record.Span) bool {
	return at.Frame < request.LastFrame && at.Time < request.End
}

// emptyAnswer takes a packet of which not even the first byte is here.
func (h *Handler) emptyAnswer(c *command, p *packet) {
	switch {
	case p.length > 0:
		h.breakOff(c)
	case h.answer.state == awaitRows:
		c.current().Rows++
	default:
		c.Marks.Add(record.MarkAnomaly + "empty_packet")
		h.complete()
	}
}

// step takes the next packet of an answer.
func (h *Handler) step(c *command, p *packet) {
	h.tellRead(&h.server, p)
	switch h.answer.state {
	case awaitHead:
		h.readHead(c, p)
	case awaitDefinitions:
		h.readDefinition(c, p)
	case awaitDefinitionEOF:
		h.readDefinitionEOF(c, p)
	case awaitRows:
		h.readRow(c, p)
	case awaitParams:
		h.readParamDefinition(c, p)
	case awaitParamEOF:
		h.readParamEOF(c, p)
	case awaitFile:
		h.answer.infile = true // its end was not seen
		h.readHead(c, p)
	}
}

// breakOff tells that the rest of the answer at hand cannot be read. It is
// told when the client goes on.
func (h *Handler) breakOff(c *command) {
	c.Marks.Add(record.MarkIncomplete)
	if h.answer.state == awaitRows {
		c.current().Rows = record.NoCount
	}
	h.answer.state = awaitBroken
	h.server.lost = true
}

// serverHole tells that bytes of the server are missing that cannot be
// placed. With one command in wait they belong to its answer; with several
// nobody can say to which, and none of them gets what follows.
func (h *Handler) serverHole(d damage) {
	h.server.holed = true
	h.unsettle()
	switch {
	case h.phase == phaseAuth:
		h.login.Marks.Add(record.MarkGap)
		h.client.lost = h.client.lost || !h.client.frame.open && h.client.frame.have == 0
		h.client.holed = h.client.holed || h.client.lost
	case len(h.queue) == 1:
		c := h.head()
		addDamage(&c.Marks, d)
		if h.answer.began && h.answer.state != awaitBroken {
			h.breakOff(c)
		}
	case len(h.queue) > 1:
		for _, c := range h.queue {
			addDamage(&c.Marks, d)
			c.Marks.Add(record.MarkIncomplete)
		}
		h.flush(0)
	}
}

// readHead takes the first packet of a result.
func (h *Handler) readHead(c *command, p *packet) {
	if p.data[0] == headERR {
		if h.readError(c, p) {
			h.complete()
		}
		return
	}
	if c.spec.answer == answerAuth {
		h.tellAuth(&h.server, p, 0)
	}
	switch c.spec.answer {
	case answerStatistics:
		c.result.Kind = record.ResultStatistics
		c.result.Info = name(p.data)
		h.complete()
	case answerPrepare:
		h.readPrepareOK(c, p)
	case answerFetch:
		c.result.Kind, c.result.Rows = record.ResultRows, 0
		if c.stmt != nil {
			h.answer.set = c.stmt.columns
		}
		h.answer.state = awaitRows
		h.readRow(c, p)
	case answerFields:
		c.result.Kind, c.result.Rows = record.ResultRows, 0
		h.answer.state, h.answer.left = awaitDefinitions, -1
		h.readDefinition(c, p)
	case answerAuth:
		h.readAuthStep(c, p)
	case answerStream:
		c.result.Kind = record.ResultNone
		h.complete()
		h.opaque(stream.Skipped)
	default:
		h.readResultHead(c, p)
	}
}

// readAuthStep takes a step of the authentication within COM_CHANGE_USER.
func (h *Handler) readAuthStep(c *command, p *packet) {
	if p.data[0] == headOK {
		h.readResultHead(c, p)
	}
}

// readResultHead takes the first packet of a result: OK, EOF, a request for a
// local file, or the count of a result set's columns
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response.html).
func (h *Handler) readResultHead(c *command, p *packet) {
	res := c.current()
	switch first := p.data[0]; {
	case first == headOK:
		res.Kind = record.ResultOK
		if h.answer.infile {
			res.Kind = record.ResultInfile
		}
		h.readOK(p, res)
		h.endResult(c, res)
	case first == headEOF && (p.length < 9 || c.spec.answer == answerOK):
		res.Kind = record.ResultEOF
		h.readEnd(p, res)
		h.endResult(c, res)
	case first == headInfile && c.spec.answer == answerResult:
		h.askForFile(c, p, res)
	case c.spec.answer == answerOK:
		c.Marks.Add(record.MarkAnomaly + "answer")
		h.complete()
	default:
		h.readColumnCount(c, p, res)
	}
}

// askForFile takes a request for a local file
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html).
// One that no LOAD DATA asked for is what a hostile server does.
func (h *Handler) askForFile(c *command, p *packet, res *record.Result) {
	res.Kind, res.Info = record.ResultInfile, name(p.data[1:])
	if c.whole && !namesLocalFile(c.text) {
		c.Marks.Add(record.MarkAnomaly + "local_infile")
	}
	h.answer.state, h.answer.fileHole = awaitFile, false
}

// endResult takes the end of a result: another one follows, or the answer is
// complete.
func (h *Handler) endResult(c *command, res *record.Result) {
	if !res.Status.Known || res.Status.Bits&statusMoreResults == 0 || c.code == comPrepare {
		h.complete()
		return
	}
	const most = 1000
	if len(c.result.MoreResults) < most {
		c.result.MoreResults = append(c.result.MoreResults, record.NewResult(record.ResultMissing))
	} else {
		c.Marks.Add(record.MarkLimit)
		h.hit("mysql_results")
		c.result.MoreResults[most-1] = record.NewResult(record.ResultMissing)
	}
	h.answer.state, h.answer.infile, h.answer.set = awaitHead, false, nil
	h.answer.defs.reset()
}

// current gives the result that is being read.
func (c *command) current() *record.Result {
	if n := len(c.result.MoreResults); n > 0 {
		return &c.result.MoreResults[n-1]
	}
	return &c.result
}
