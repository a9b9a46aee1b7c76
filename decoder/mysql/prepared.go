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

// bind reads a command's payload: its text, its statement, its parameters. It
// is called when all answers before this command's are known.
func (h *Handler) bind(c *command, b []byte) {
	if len(b) == 0 {
		return
	}
	body := cursor{b: b[1:]}
	switch c.code {
	case comQuery:
		h.readQuery(c, body)
	case comPrepare:
		h.setText(c, body.b)
	case comInitDB, comCreateDB, comDropDB:
		h.setText(c, body.b)
	case comFieldList:
		h.setText(c, trimNUL(body.b))
	case comChangeUser:
		h.readChangeUser(c, body)
	case comExecute, comBulkExecute, comLongData, comClose, comReset, comFetch:
		h.bindStatement(c, body)
	}
	if c.spec.answer != answerNone && h.o.KeepRows != nil {
		c.keepRows = h.o.KeepRows(c.Command, c.text)
	}
}

// setText gives a command its text, up to the bound.
func (h *Handler) setText(c *command, b []byte) {
	text, replaced := toText(b)
	c.text = text
	c.Text = &c.text
	if replaced {
		c.Marks.Add(record.MarkReplacedText)
	}
	if !c.whole {
		c.Marks.Add(record.MarkTruncatedText)
	}
}

// readQuery reads COM_QUERY: the text, before it query attributes where the
// connection has them
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query.html).
// Joined midstream, the first bytes tell: no statement begins with a count of
// parameters and the number of sets, 1.
func (h *Handler) readQuery(c *command, body cursor) {
	has := h.caps&clientQueryAttrs != 0
	if !h.capsKnown {
		has = len(body.b) >= 2 && body.b[0] < 0x20 && body.b[1] == 1
	}
	if has {
		text := body
		if !skipAttributes(&text) {
			if c.whole {
				c.Marks.Add(record.MarkAnomaly + "query_attributes")
			}
			c.Marks.Add(record.MarkTruncatedText)
			return
		}
		body = text
	}
	h.setText(c, body.b)
}

// skipAttributes passes over a block of query attributes.
func skipAttributes(c *cursor) bool {
	count, sets := c.lenenc(), c.lenenc()
	if c.short || sets != 1 || count > maxColumns {
		return false
	}
	if count == 0 {
		return true
	}
	nulls := c.take(int(count+7) / 8)
	if c.uint8() != 1 { // new_params_bind_flag, always 1 here
		return false
	}
	types := readTypes(c, int(count), true)
	for i := range types {
		if nulls != nil && nulls[i/8]&(1<<(i%8)) != 0 {
			continue
		}
		readBinary(c, types[i].kind, types[i].unsigned)
	}
	return !c.short
}

// readChangeUser reads the new user and database
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_change_user.html).
func (h *Handler) readChangeUser(c *command, body cursor) {
	h.setText(c, body.upToNUL())
	if h.capsKnown && h.caps&clientSecureConn == 0 {
		body.upToNUL()
	} else {
		body.take(int(body.uint8()))
	}
	if database := body.upToNUL(); !body.short {
		c.Database = name(database)
	}
}

// bindStatement looks up the statement that a command names.
func (h *Handler) bindStatement(c *command, body cursor) {
	id := body.uint32()
	if body.short {
		c.missText()
		return
	}
	c.stmt = h.prepared.find(id)
	if c.stmt == nil {
		c.missText()
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
		h.readExecute(c, body)
	case comBulkExecute:
		h.readBulkExecute(c, body)
	case comLongData:
		h.readLongData(c, body)
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
func (h *Handler) readLongData(c *command, body cursor) {
	param := body.uint16()
	if body.short {
		return
	}
	st := c.stmt
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
		return
	}
	c.result.Kind = record.ResultPrepared
	in.take(1)
	if warnings := in.uint16(); !in.short {
		c.result.Warnings = record.Count(warnings)
	}
	st := &statement{id: id, text: c.text, params: params, truncated: !c.whole}
	a.statement = st
	h.prepared.last = st
	if h.prepared.add(st, h.o.Bounds.PreparedPerConn, h.o.Bounds.DirectionBytes) {
		h.hit("mysql prepared statements")
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

// namesLocalFile tells whether a text is a LOAD DATA LOCAL.
func namesLocalFile(text string) bool {
	const look = 4 << 10
	upper := strings.ToUpper(text[:min(len(text), look)])
	return strings.Contains(upper, "LOCAL")
}

// readExecute reads COM_STMT_EXECUTE
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html).
func (h *Handler) readExecute(c *command, body cursor) {
	st := c.stmt
	flags := body.uint8()
	body.take(4) // iteration count, always 1
	if st.params < 0 {
		return // its PREPARE failed
	}
	c.HasParams = true
	long := st.long
	st.long = nil
	const countAvailable = 0x08
	count, named := st.params, false
	if h.capsKnown && h.caps&clientQueryAttrs != 0 || !h.capsKnown && flags&countAvailable != 0 {
		named = true
		if st.params > 0 || flags&countAvailable != 0 {
			count = int(min(body.lenenc(), maxColumns))
		}
	}
	ok := count >= st.params && !body.short
	if ok && count > 0 {
		c.Params, ok = h.readParams(c, body, count, named, long)
	}
	if !ok || len(c.Params) < st.params {
		c.Params, c.HasParams = nil, false
		if c.whole && !st.doubtful {
			c.Marks.Add(record.MarkAnomaly + "params")
		} else {
			c.Marks.Add(record.MarkIncomplete)
		}
		return
	}
	st.doubtful = false
	c.Params = c.Params[:st.params:st.params] // behind them: query attributes
	h.expand(c)
}

// readParams reads the parameters of an execute. Where some of what the
// client sent ahead may be lost, only a payload that explains itself is
// believed: one with types, and values that end where it ends.
func (h *Handler) readParams(c *command, body cursor, count int, named bool, long map[uint16]*longData) ([]record.Value, bool) {
	st := c.stmt
	nulls := body.take((count + 7) / 8)
	if bound := body.uint8(); bound == 1 {
		st.types = readTypes(&body, count, named)
	} else if st.doubtful {
		return nil, false
	}
	if body.short || len(st.types) < count {
		return nil, false
	}
	if st.doubtful {
		long = nil
	}
	values := make([]record.Value, count)
	for i := range values {
		t := st.types[i]
		switch ld := long[uint16(i)]; {
		case ld != nil:
			values[i] = bytesValue(ld.b)
			if ld.cut {
				c.Marks.Add(record.MarkTruncatedText)
			}
		case nulls[i/8]&(1<<(i%8)) != 0 || t.kind == typeNull:
			values[i] = record.Value{Kind: record.ValueNull}
		default:
			values[i] = readBinary(&body, t.kind, t.unsigned)
		}
	}
	if len(body.b) > 0 && c.whole {
		if st.doubtful {
			return nil, false
		}
		c.Marks.Add(record.MarkAnomaly + "params")
	}
	return values, !body.short
}

// readBulkExecute reads MariaDB's COM_STMT_BULK_EXECUTE
// (https://mariadb.com/kb/en/com_stmt_bulk_execute/).
func (h *Handler) readBulkExecute(c *command, body cursor) {
	const sendTypes = 128
	st := c.stmt
	if flags := body.uint16(); flags&sendTypes != 0 && st.params > 0 {
		st.types = readTypes(&body, st.params, false)
	} else if st.doubtful {
		st.types = nil
	}
	if st.params <= 0 || len(st.types) < st.params {
		if c.whole && !st.doubtful {
			c.Marks.Add(record.MarkAnomaly + "params")
		} else {
			c.Marks.Add(record.MarkIncomplete)
		}
		return
	}
	rows := [][]record.Value{}
	for len(body.b) > 0 && len(rows) < h.o.Bounds.Rows {
		row := make([]record.Value, st.params)
		for i := range row {
			row[i] = readIndicated(&body, st.types[i])
		}
		if body.short {
			break
		}
		rows = append(rows, row)
	}
	switch {
	case len(body.b) > 0:
		c.Marks.Add(record.MarkLimit)
	case body.short && c.whole:
		c.Marks.Add(record.MarkAnomaly + "params")
	case body.short:
		c.Marks.Add(record.MarkIncomplete)
	}
	c.BulkParams = rows
}

// readIndicated reads a parameter of a bulk execute: an indicator, and a
// value where it says so.
func readIndicated(c *cursor, t paramType) record.Value {
	switch c.uint8() {
	case 0:
		return readBinary(c, t.kind, t.unsigned)
	case 1:
		return record.Value{Kind: record.ValueNull}
	case 2:
		return record.Value{Kind: record.ValueIndicator, Text: "DEFAULT"}
	case 3:
		return record.Value{Kind: record.ValueIndicator, Text: "IGNORE"}
	}
	c.short, c.b = true, nil
	return record.Value{Kind: record.ValueUnknown}
}

// paramType is the type of a parameter.
type paramType struct {
	kind     fieldType
	unsigned bool
}

// readTypes reads the types of parameters, with names where the connection
// has query attributes.
func readTypes(c *cursor, count int, named bool) []paramType {
	types := make([]paramType, 0, min(count, len(c.b)/2+1))
	for range count {
		x := c.uint16()
		if named {
			c.bytes()
		}
		if c.short {
			return nil
		}
		types = append(types, paramType{kind: fieldType(x & 0xff), unsigned: x&0x8000 != 0})
	}
	return types
}
