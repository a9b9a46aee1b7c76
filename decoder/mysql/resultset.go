package mysql

import (
	"glancecap/decoder/record"
)

// readColumnCount takes the packet that begins a result set: the count of
// columns and, with CLIENT_OPTIONAL_RESULTSET_METADATA or MariaDB's
// CACHE_METADATA, a flag that says whether their definitions follow. (MySQL's
// manual puts the flag first; MySQL puts it last.)
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html,
// https://mariadb.com/kb/en/result-set-packets/).
func (h *Handler) readColumnCount(c *command, p *packet, res *record.Result) {
	in, follow := cursor{b: p.data}, true
	count := in.lenenc()
	if len(in.b) == 1 && (h.maria&mariaCacheMeta != 0 || h.caps&clientOptionalMeta != 0 || !h.capsKnown) {
		follow = in.uint8() != 0
	}
	if in.short || count == 0 || count > maxColumns || len(in.b) > 0 {
		if p.whole() {
			c.Marks.Add(record.MarkAnomaly + "column_count")
		}
		h.breakOff(c)
		return
	}
	res.Kind, res.Rows = record.ResultRows, 0
	a := &h.answer
	a.left, a.state, a.set = int(count), awaitDefinitions, nil
	if !follow {
		h.withoutDefinitions(c, res, int(count))
	}
}

// withoutDefinitions takes a result set whose definitions the server left
// out: of a prepared statement they are known from before.
func (h *Handler) withoutDefinitions(c *command, res *record.Result, count int) {
	if c.stmt != nil && c.stmt.columns != nil && len(c.stmt.columns.names) == count {
		h.answer.set = c.stmt.columns
		res.Columns = c.stmt.columns.names
	} else if c.stmt == nil && c.spec.answer == answerResult {
		const most = 4096 // columns of a table (the manual's limits)
		res.Columns = make([]string, min(count, most))
		for i := range res.Columns {
			res.Columns[i] = record.NoName
		}
	}
	h.endDefinitions()
}

// readDefinition takes a column's definition, or what stands in its place.
func (h *Handler) readDefinition(c *command, p *packet) {
	a, res := &h.answer, c.current()
	switch {
	case p.data[0] == headERR:
		if h.readError(c, p) {
			h.complete()
		}
		return
	case p.data[0] == headEOF && p.length < 9:
		if a.left > 0 { // fewer definitions than were announced
			c.Marks.Add(record.MarkAnomaly + "column_count")
			h.useDefinitions(c, res)
			a.state = awaitRows
			return
		}
		h.useDefinitions(c, res) // the end of a field list
		h.readEnd(p, res)
		h.complete()
		return
	case p.data[0] == headEOF && a.left < 0:
		h.useDefinitions(c, res)
		h.readEnd(p, res)
		h.complete()
		return
	}
	a.defs.add(p)
	if a.left > 0 {
		if a.left--; a.left == 0 {
			h.useDefinitions(c, res)
			h.endDefinitions()
		}
	}
}

// useDefinitions gives the present result the columns that were defined.
func (h *Handler) useDefinitions(c *command, res *record.Result) {
	a := &h.answer
	set := h.o.Shared.columns.get(&a.defs, h.extendedMeta())
	a.defs.reset()
	if set == nil {
		return
	}
	a.set, res.Columns = set, set.names
	if set.odd {
		c.Marks.Add(record.MarkAnomaly + "column_definition")
	}
	if c.stmt != nil && c.spec.answer == answerBinary && len(c.result.MoreResults) == 0 {
		c.stmt.columns = set
	}
}

// extendedMeta tells whether MariaDB's extended metadata stand in column
// definitions.
func (h *Handler) extendedMeta() bool { return h.capsKnown && h.maria&mariaExtendedMeta != 0 }

// endDefinitions goes on behind the definitions of a result set.
func (h *Handler) endDefinitions() {
	h.answer.state = awaitDefinitionEOF
	if h.eof == eofDeprecated {
		h.answer.state = awaitRows
	}
}

// readDefinitionEOF takes the EOF behind the definitions, or finds out that
// there is none.
func (h *Handler) readDefinitionEOF(c *command, p *packet) {
	a := &h.answer
	a.state = awaitRows
	if !isEOF(p) {
		if h.eof == eofUnknown {
			h.eof = eofDeprecated
		} else if p.data[0] != headERR {
			c.Marks.Add(record.MarkAnomaly + "eof_missing")
		}
		h.readRow(c, p)
		return
	}
	h.eof = eofClassic
	if c.code == comExecute {
		res := c.current()
		h.readEnd(p, res)
		if res.Status.Bits&statusCursorExists != 0 {
			h.complete() // the rows come with COM_STMT_FETCH
		}
	}
}

// readRow takes a row, or the packet that ends the rows.
func (h *Handler) readRow(c *command, p *packet) {
	res := c.current()
	switch {
	case p.data[0] == headERR:
		if h.readError(c, p) {
			h.complete()
		}
		return
	case h.endsRows(p):
		h.readEnd(p, res)
		h.endResult(c, res)
		return
	}
	if h.o.Parts != nil {
		h.tellRow(c, p, res)
	}
	if p.damage&damageOpen != 0 {
		return // the stream ended inside: no client got it
	}
	res.Rows++
	if c.keepRows {
		h.keepRow(c, p, res)
	}
}

// endsRows tells the packet that ends the rows from a text row whose first
// value has a length of eight bytes; in binary rows the first byte is 0. An
// EOF is shorter than such a row, and an OK than the 16 MiB for which eight
// bytes are needed.
func (h *Handler) endsRows(p *packet) bool {
	if p.data[0] != headEOF {
		return false
	}
	return p.length < 9 || h.eof != eofClassic && p.length < maxPayload
}

// keepRow keeps a row's values.
func (h *Handler) keepRow(c *command, p *packet, res *record.Result) {
	if len(res.Values) >= h.o.Bounds.Rows || h.held+len(p.data) > h.o.Bounds.DirectionBytes {
		if !c.Marks.Has(record.MarkLimit) {
			h.hit("mysql_rows")
			c.Marks.Add(record.MarkLimit)
		}
		return
	}
	h.held += len(p.data)
	c.held += len(p.data)
	if p.damage&damageLimit != 0 {
		c.Marks.Add(record.MarkTruncatedText)
	}
	count := len(res.Columns)
	if h.answer.set != nil {
		count = len(h.answer.set.types)
	}
	if c.spec.answer == answerBinary || c.spec.answer == answerFetch {
		if h.answer.set != nil {
			c.room.addRow(res, res == &c.result, readBinaryRow(&c.room, p, h.answer.set.types))
		}
		return
	}
	row, ok := readTextRow(&c.room, p, h.answer.set, count)
	if !ok && p.whole() {
		c.Marks.Add(record.MarkAnomaly + "row")
	}
	c.room.addRow(res, res == &c.result, row)
}

// readTextRow reads a row of length-encoded strings
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_row.html).
// Of a row that is not whole, what is missing is unknown.
func readTextRow(r *room, p *packet, set *columnSet, count int) ([]record.Value, bool) {
	row := r.newValues(min(count, len(p.data)))
	c := cursor{b: p.data}
	for i := 0; len(c.b) > 0 && len(row) < maxColumns; i++ {
		if c.b[0] == headInfile {
			c.take(1)
			row = append(row, record.Value{Kind: record.ValueNull})
			continue
		}
		b := c.bytes()
		if c.short {
			row = append(row, record.Value{Kind: record.ValueUnknown})
			break
		}
		row = append(row, textValue(r, b, set, i))
	}
	for len(row) < count && count <= 4096 {
		row = append(row, record.Value{Kind: record.ValueUnknown})
		c.short = true
	}
	return row, !c.short && (set == nil || len(row) == count)
}

// textValue gives a value of a text row.
func textValue(r *room, b []byte, set *columnSet, i int) record.Value {
	if set != nil && i < len(set.types) {
		switch t := set.types[i]; {
		case t.kind == typeBit:
			return bitValue(r, b)
		case t.isNumber():
			return record.Value{Kind: record.ValueNumber, Text: r.keep(b)}
		}
	}
	return bytesValue(r, b)
}
