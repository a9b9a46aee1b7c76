package mysql

import (
	"strings"
	"unicode/utf8"

	"glancecap/decoder/part"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// bind reads a command's payload: its text, its statement, its parameters. It
// is called when all answers before this command's are known.
func (h *Handler) bind(c *command, b []byte) {
	c.Database = h.database
	if len(b) == 0 {
		return
	}
	body := cursor{b: b[1:]}
	switch c.code {
	case comQuery:
		h.readQuery(c, b, body)
	case comPrepare:
		h.tellStatement(c, b, body.b)
		h.setText(c, body.b)
	case comInitDB, comCreateDB, comDropDB:
		h.setText(c, body.b)
	case comFieldList:
		h.setText(c, trimNUL(body.b))
	case comChangeUser:
		h.readChangeUser(c, b, body)
	case comExecute, comBulkExecute, comLongData, comClose, comReset, comFetch:
		h.bindStatement(c, len(b), body)
	}
	if c.spec.answer != answerNone && h.o.KeepRows != nil {
		c.keepRows = h.o.KeepRows(c.Command, c.text)
	}
}

// setText gives a command its text, up to the bound.
func (h *Handler) setText(c *command, b []byte) {
	text, replaced := c.room.toText(b)
	c.text = text
	c.Text = &c.text
	if replaced {
		c.Marks.Add(record.MarkReplacedText)
	}
	if !c.whole {
		c.Marks.Add(record.MarkTruncatedText)
		if len(b) >= h.o.Bounds.SQLText {
			h.hit("sql_text")
		}
	}
}

// readQuery reads COM_QUERY: the text, before it query attributes where the
// connection has them
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query.html).
// Where the greeting was not captured, the first bytes tell: no statement begins with a count of
// parameters and the number of sets, 1.
func (h *Handler) readQuery(c *command, b []byte, body cursor) {
	has, sure := h.agreed(clientQueryAttrs)
	if !sure {
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
	h.tellStatement(c, b, body.b)
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
		readBinary(nil, c, types[i].kind, types[i].unsigned)
	}
	return !c.short
}

// readChangeUser reads the new user and database
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_change_user.html).
func (h *Handler) readChangeUser(c *command, b []byte, body cursor) {
	h.setText(c, body.upToNUL())
	var auth []byte
	if h.capsKnown && h.caps&clientSecureConn == 0 {
		auth = body.upToNUL()
	} else {
		auth = body.take(int(body.uint8()))
	}
	at := len(b) - len(body.b) - len(auth)
	if h.capsKnown && h.caps&clientSecureConn == 0 {
		at-- // the NUL behind it
	}
	h.tell(stream.FromClient, c.where, c.sealed, &part.Part{Kind: part.Auth, Bytes: auth}, at)
	if database := body.upToNUL(); !body.short {
		c.Database = name(database)
	}
}

// namesLocalFile tells whether a text is a LOAD DATA LOCAL.
func namesLocalFile(text string) bool {
	const look = 4 << 10
	upper := strings.ToUpper(text[:min(len(text), look)])
	return strings.Contains(upper, "LOCAL")
}

// nextWord gives the first word of a text, and what stands behind it. Blanks
// and comments before it are none of it: drivers put where they come from there.
func nextWord(text string) (word, rest string) {
	for {
		for text != "" && (text[0] == ' ' || text[0] == '\t' || text[0] == '\r' || text[0] == '\n') {
			text = text[1:]
		}
		end := -1
		switch {
		case strings.HasPrefix(text, "/*") && !strings.HasPrefix(text, "/*!"):
			if end = strings.Index(text, "*/"); end >= 0 {
				end += len("*/")
			}
		case strings.HasPrefix(text, "-- "), strings.HasPrefix(text, "#"):
			end = strings.IndexByte(text, '\n')
		default:
			n := 0
			for n < len(text) && (text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
				n++
			}
			return text[:n], text[n:]
		}
		if end < 0 {
			return "", ""
		}
		text = text[end:]
	}
}

// usedDatabase gives the name in a text `USE name`, or "".
func usedDatabase(text string) string {
	verb, rest := nextWord(text)
	if !strings.EqualFold(verb, "USE") {
		return ""
	}
	return strings.Trim(rest, "` ;\r\n\t")
}

// textChangesDatabase tells that one of a text's statements may change the
// default database. A semicolon in a literal ends none; taking it for an end
// costs no more than the name.
func textChangesDatabase(text string) bool {
	for more := true; more; {
		verb, rest := nextWord(text)
		if strings.EqualFold(verb, "USE") || strings.EqualFold(verb, "DROP") {
			return true
		}
		_, text, more = strings.Cut(rest, ";")
	}
	return false
}

// dropsDatabase tells a DROP DATABASE: where it was the default one, there is
// none then, which its name alone need not tell.
func dropsDatabase(text string) bool {
	verb, rest := nextWord(text)
	if !strings.EqualFold(verb, "DROP") {
		return false
	}
	what, _ := nextWord(rest)
	return strings.EqualFold(what, "DATABASE") || strings.EqualFold(what, "SCHEMA")
}

// toText gives bytes as text: UTF-8, with what is none replaced.
func (r *room) toText(b []byte) (text string, replaced bool) {
	if utf8.Valid(b) {
		return r.keep(b), false
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), true
}

// name gives bytes as the text of a name: bounded, and valid UTF-8.
func name(b []byte) string {
	const most = 4 << 10
	text, _ := (*room)(nil).toText(b[:min(len(b), most)])
	return text
}
