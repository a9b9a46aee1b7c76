package mysql

import "glancecap/decoder/record"

// readExecute reads COM_STMT_EXECUTE
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html).
func (h *Handler) readExecute(c *command, length int, body cursor) {
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
	if has, sure := h.agreed(clientQueryAttrs); sure && has || !sure && flags&countAvailable != 0 {
		named = true
		if st.params > 0 || flags&countAvailable != 0 {
			count = int(min(body.lenenc(), maxColumns))
		}
	}
	ok := count >= st.params && !body.short
	if ok && count > 0 {
		c.Params, ok = h.readParams(c, length, body, count, named, long)
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
func (h *Handler) readParams(c *command, length int, body cursor, count int, named bool, long map[uint16]*longData) ([]record.Value, bool) {
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
	values := c.room.newValues(count)[:count]
	for i := range values {
		t := st.types[i]
		switch ld := long[uint16(i)]; {
		case ld != nil:
			values[i] = bytesValue(&c.room, ld.b)
			if ld.cut {
				c.Marks.Add(record.MarkTruncatedText)
			}
		case nulls[i/8]&(1<<(i%8)) != 0 && st.doubtful && t.mayBeLong():
			return nil, false // or it was sent ahead, in what is lost
		case nulls[i/8]&(1<<(i%8)) != 0 || t.kind == typeNull:
			values[i] = record.Value{Kind: record.ValueNull}
		default:
			at := length - len(body.b)
			values[i] = readBinary(&c.room, &body, t.kind, t.unsigned)
			h.tellValue(c, i, values[i], at, length-len(body.b))
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
func (h *Handler) readBulkExecute(c *command, length int, body cursor) {
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
		row := c.room.newValues(st.params)[:st.params]
		for i := range row {
			at := length - len(body.b)
			row[i] = readIndicated(&c.room, &body, st.types[i])
			h.tellValue(c, i, row[i], at, length-len(body.b))
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
func readIndicated(r *room, c *cursor, t paramType) record.Value {
	switch c.uint8() {
	case 0:
		return readBinary(r, c, t.kind, t.unsigned)
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

// mayBeLong tells that a parameter of this type may be sent ahead: those of bytes
// and of text.
func (t paramType) mayBeLong() bool { return t.kind >= typeTinyBlob && t.kind <= typeString }

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
