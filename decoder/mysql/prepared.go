package mysql

import (
	"strings"

	"glancecap/decoder/record"
)

// statement is a prepared statement.
type statement struct {
	id     uint32
	text   string
	params int
	// columns are those of its result set as told last.
	columns *columnSet
	// types are those of its parameters as sent last; an execute may leave
	// them out.
	types []paramType
	// long holds the parameters sent ahead by COM_STMT_SEND_LONG_DATA.
	long map[uint16]*longData
	// places are those of the text's question marks once they were looked for
	// (placed): with backslashes as plain letters where placedPlain is set.
	places              []int
	placed, placedPlain bool
	// truncated tells that text is not whole, doubtful that types and long
	// may not be what the client sent last: some of it may be lost.
	truncated, doubtful bool
}

// longData is a parameter that was sent ahead in pieces.
type longData struct {
	b []byte
	// cut tells that more was sent than is kept, or captured.
	cut bool
}

// prepared holds a connection's prepared statements, oldest first in order.
type prepared struct {
	byID  map[uint32]*statement
	order []*statement
	bytes int
	last  *statement // the one prepared last, also where that failed
}

// add remembers a statement; the oldest are forgotten at the bounds.
func (s *prepared) add(st *statement, most, bytes int) (forgotten bool) {
	if s.byID == nil {
		s.byID = make(map[uint32]*statement)
	}
	s.remove(st.id)
	s.byID[st.id] = st
	s.order = append(s.order, st)
	s.bytes += len(st.text)
	for len(s.order) > 1 && (len(s.order) > most || s.bytes > bytes) {
		s.remove(s.order[0].id)
		forgotten = true
	}
	return forgotten
}

// remove forgets a statement.
func (s *prepared) remove(id uint32) {
	st := s.byID[id]
	if st == nil {
		return
	}
	delete(s.byID, id)
	s.bytes -= len(st.text)
	for i, x := range s.order {
		if x == st {
			s.order = append(s.order[:i], s.order[i+1:]...)
			break
		}
	}
}

// doubt tells that commands of the client are lost: which statement was
// prepared last is not known, nor what was sent of parameters.
func (s *prepared) doubt() {
	s.last = nil
	for _, st := range s.order {
		st.doubtful = true
	}
}

// find gives the statement of an id, nil where its PREPARE was not seen.
func (s *prepared) find(id uint32) *statement {
	if id == lastStatement {
		return s.last
	}
	return s.byID[id]
}

// bindStatement looks up the statement that a command names, whose payload has
// length bytes.
func (h *Handler) bindStatement(c *command, length int, body cursor) {
	id := body.uint32()
	if body.short {
		c.missText()
		return
	}
	c.stmt = h.prepared.find(id)
	if c.stmt == nil {
		if h.intact { // it was closed, or the session's state reset: some drivers close it then
			c.Marks.Add(record.MarkAnomaly + "unknown_statement")
		} else {
			c.missText()
		}
		if c.code == comExecute || c.code == comBulkExecute {
			c.HasParams = false
		}
		return
	}
	c.text, c.Text = c.stmt.text, &c.stmt.text
	if c.stmt.truncated {
		c.Marks.Add(record.MarkTruncatedText)
	}
	switch c.code {
	case comExecute:
		h.readExecute(c, length, body)
	case comBulkExecute:
		h.readBulkExecute(c, length, body)
	case comLongData:
		h.readLongData(c, length, body)
	case comReset:
		c.stmt.long = nil
		c.stmt.doubtful = c.stmt.doubtful && len(c.stmt.types) > 0
	case comClose:
		if h.prepared.last == c.stmt && id == lastStatement {
			h.prepared.last = nil
		}
		h.prepared.remove(c.stmt.id)
	}
}

// missText marks a command whose statement's PREPARE was not captured.
func (c *command) missText() { c.Marks.Add(record.MarkIncomplete) }

// readLongData adds a piece to a parameter
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_send_long_data.html).
func (h *Handler) readLongData(c *command, length int, body cursor) {
	param := body.uint16()
	if body.short {
		return
	}
	st := c.stmt
	h.tellParam(c, int(param), body.b, length-len(body.b))
	if st.long == nil {
		st.long = make(map[uint16]*longData)
	}
	if st.long[param] == nil {
		if len(st.long) >= maxColumns {
			return
		}
		st.long[param] = &longData{}
	}
	ld := st.long[param]
	room := h.o.Bounds.SQLText - st.longBytes()
	if !c.whole || len(body.b) > room {
		ld.cut = true
	}
	if !c.whole {
		c.Marks.Add(record.MarkLimit)
	}
	if !ld.cut || len(ld.b) == 0 {
		ld.b = append(ld.b, body.b[:max(0, min(len(body.b), room))]...)
	}
}

// longBytes counts the bytes of all parameters sent ahead.
func (st *statement) longBytes() int {
	n := 0
	for _, ld := range st.long {
		n += len(ld.b)
	}
	return n
}

// readPrepareOK takes the answer to a PREPARE
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_prepare.html).
func (h *Handler) readPrepareOK(c *command, p *packet) {
	a := &h.answer
	in := cursor{b: p.data[1:]}
	id, columns, params := in.uint32(), int(in.uint16()), int(in.uint16())
	if p.data[0] != headOK || in.short {
		if p.whole() {
			c.Marks.Add(record.MarkAnomaly + "prepare_ok")
		}
		h.breakOff(c)
		h.intact = false
		return
	}
	c.result.Kind = record.ResultPrepared
	in.take(1)
	if warnings := in.uint16(); !in.short {
		c.result.Warnings = record.Count(warnings)
	}
	st := &statement{id: id, text: strings.Clone(c.text), params: params, truncated: !c.whole}
	a.statement = st
	h.prepared.last = st
	if h.prepared.add(st, h.o.Bounds.PreparedPerConn, h.o.Bounds.DirectionBytes) {
		h.hit("mysql_prepared")
		h.intact = false
	}
	if len(in.b) == 1 && in.uint8() == 0 { // RESULTSET_METADATA_NONE
		params, columns = 0, 0
	}
	a.left, a.columns = params, columns
	h.nextPrepared(c)
}

// nextPrepared turns to the next definitions of a PREPARE's answer.
func (h *Handler) nextPrepared(c *command) {
	a := &h.answer
	if a.left == 0 && a.columns > 0 {
		a.left, a.columns = a.columns, -1
	}
	if a.left > 0 {
		a.state = awaitParams
		return
	}
	h.complete()
}

// readParamDefinition takes a definition of a PREPARE's answer: those of the
// parameters say nothing, those of the columns are kept for results that
// leave them out.
func (h *Handler) readParamDefinition(c *command, p *packet) {
	a := &h.answer
	switch {
	case p.data[0] == headERR:
		if h.readError(c, p) {
			h.complete()
		}
		return
	case p.data[0] == headEOF && p.length < 9: // fewer than announced
		c.Marks.Add(record.MarkAnomaly + "prepare_count")
		h.endOfParams(c)
		return
	}
	if a.columns < 0 {
		a.defs.add(p)
	}
	if a.left--; a.left > 0 {
		return
	}
	if h.eof == eofDeprecated {
		h.endOfParams(c)
		return
	}
	if h.eof == eofUnknown && a.columns <= 0 {
		// Nothing tells whether an EOF follows; if it does, it is known later.
		a.tail = true
		h.endOfParams(c)
		return
	}
	a.state = awaitParamEOF
}

// readParamEOF takes the EOF behind definitions, or finds that there is none.
func (h *Handler) readParamEOF(c *command, p *packet) {
	if isEOF(p) {
		h.eof = eofClassic
		h.endOfParams(c)
		return
	}
	if h.eof == eofUnknown {
		h.eof = eofDeprecated
	} else {
		c.Marks.Add(record.MarkAnomaly + "eof_missing")
	}
	h.endOfParams(c)
	if h.answer.began && h.head() == c {
		h.step(c, p)
	}
}

// endOfParams takes the end of the parameters' or of the columns' definitions.
func (h *Handler) endOfParams(c *command) {
	a := &h.answer
	if a.columns < 0 {
		if set := h.o.Shared.columns.get(&a.defs, h.extendedMeta()); set != nil && len(set.names) > 0 {
			a.statement.columns = set
		}
		a.columns = 0
	}
	a.left = 0
	h.nextPrepared(c)
}

// failPrepare remembers a statement whose PREPARE failed, or whose answer is
// not known: an execute of the last one prepared, sent in the same breath,
// names it.
func (h *Handler) failPrepare(c *command) {
	h.prepared.last = &statement{id: lastStatement, text: c.text, params: -1, truncated: !c.whole}
}
