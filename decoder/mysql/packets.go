package mysql

import (
	"glancecap/decoder/record"
)

// readOK reads an OK packet, also one with EOF's first byte
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html).
func (h *Handler) readOK(p *packet, res *record.Result) {
	c := cursor{b: p.data[1:]}
	if n := c.lenenc(); !c.short {
		res.Affected = record.Count(n)
	}
	if n := c.lenenc(); !c.short {
		res.InsertID = record.Count(n)
	}
	h.readStatus(&c, res)
	if n := c.uint16(); !c.short {
		res.Warnings = record.Count(n)
	}
	if c.short {
		if p.whole() {
			h.anomaly("ok_packet")
		}
		return
	}
	h.readInfo(&c, res)
}

// readStatus reads the server's status flags.
func (h *Handler) readStatus(c *cursor, res *record.Result) {
	bits := c.uint16()
	if c.short {
		return
	}
	res.Status = record.Status{Bits: bits, Known: true}
	h.noBackslash, h.backslashKnown = bits&statusNoBackslash != 0, true
}

// readInfo reads what may stand at the end of an OK packet: a text, and the
// changes of the session's state. The manual gives the text a length only
// where the session is tracked; servers give it one always.
func (h *Handler) readInfo(c *cursor, res *record.Result) {
	if len(c.b) == 0 {
		return
	}
	all, tracks := c.b, h.caps&clientSessionTrack != 0 || !h.capsKnown
	info := c.bytes()
	if c.short || len(c.b) > 0 && !tracks {
		res.Info = name(all)
		return
	}
	res.Info = name(info)
	if tracks && res.Status.Bits&statusStateChanged != 0 {
		h.readSessionState(cursor{b: c.bytes()})
	}
}

// readSessionState reads the changes of a session's state; only the default
// database is of interest.
func (h *Handler) readSessionState(c cursor) {
	for len(c.b) > 0 {
		kind, data := c.uint8(), cursor{b: c.bytes()}
		if kind == trackSchema && !c.short {
			if schema := data.bytes(); !data.short {
				h.database, h.tracked = name(schema), true
			}
		}
	}
}

// isEOF tells whether a packet is an EOF of the old kind
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_eof_packet.html).
// MySQL 4.1 sends the one behind definitions without warnings and status.
func isEOF(p *packet) bool {
	return len(p.data) > 0 && p.data[0] == headEOF && (p.length == 5 || p.length == 1)
}

// readEnd reads the packet that ends rows: EOF or OK.
func (h *Handler) readEnd(p *packet, res *record.Result) {
	if p.length >= 7 {
		var ok record.Result
		h.readOK(p, &ok)
		res.Warnings, res.Status, res.Info = ok.Warnings, ok.Status, ok.Info
		if !ok.Status.Known {
			res.Warnings = record.NoCount
		}
		return
	}
	c := cursor{b: p.data[1:]}
	if n := c.uint16(); !c.short {
		res.Warnings = record.Count(n)
	}
	h.readStatus(&c, res)
}

// readERR reads an ERR packet
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html).
// Errors before a login have no SQLSTATE.
func readERR(b []byte) *record.SQLError {
	c := cursor{b: b[1:]}
	e := &record.SQLError{Code: int(c.uint16())}
	if len(c.b) >= 6 && c.b[0] == '#' {
		e.SQLState = name(c.b[1:6])
		c.take(6)
	}
	e.Message = name(c.rest())
	return e
}

// readError takes an ERR packet as the end of a command's answer, or gives
// false for a progress report, which is none
// (https://mariadb.com/kb/en/err_packet/).
func (h *Handler) readError(c *command, p *packet) bool {
	e := readERR(p.data)
	if e.Code == progressCode && p.length > 3 {
		return false
	}
	if p.length < 3 {
		c.Marks.Add(record.MarkAnomaly + "err_packet")
	}
	h.tellMessage(p)
	res := c.current()
	res.Kind, res.Error = record.ResultError, e
	return true
}
