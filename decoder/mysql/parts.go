package mysql

import (
	"glancecap/decoder/part"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// tell tells of a piece that lies from at on in a payload, which lies in where.
func (h *Handler) tell(dir stream.Dir, where []part.Range, sealed bool, p *part.Part, at int) {
	if h.o.Parts == nil || len(p.Bytes) == 0 {
		return
	}
	if p.Sealed = sealed; sealed {
		p.Where = where
	} else {
		p.Where = part.Slice(where, int64(at), int64(at+len(p.Bytes)))
	}
	h.o.Parts(dir, p)
}

// tellClosed tells that both directions are encrypted, the client's behind the
// payload p.
func (h *Handler) tellClosed(p *packet) {
	if h.o.Parts == nil || len(p.where) == 0 || p.sealed {
		return
	}
	last := p.where[len(p.where)-1]
	h.o.Parts(stream.FromClient, &part.Part{Kind: part.Closed, Where: []part.Range{{Off: last.Off + last.Len, Len: part.ToTheEnd}}})
	h.o.Parts(stream.FromServer, &part.Part{Kind: part.Closed, Where: []part.Range{{Off: h.server.pos, Len: part.ToTheEnd}}})
}

// tellRead tells of a payload that is understood, as far as it was kept.
func (h *Handler) tellRead(d *half, p *packet) {
	if h.o.Parts != nil && len(p.where) > 0 {
		h.o.Parts(d.dir, &part.Part{Kind: part.Plain, Bytes: p.data, Where: p.where, Sealed: p.sealed})
	}
}

// tellStatement tells of the text of a command, the end of its payload b.
func (h *Handler) tellStatement(c *command, b, text []byte) {
	if h.o.Parts == nil {
		return // before the part is made: this is a call a command
	}
	h.tell(stream.FromClient, c.where, c.sealed, &part.Part{Kind: part.Statement, Bytes: text, Short: !c.whole}, len(b)-len(text))
}

// tellParam tells of the value of a statement's parameter.
func (h *Handler) tellParam(c *command, n int, value []byte, at int) {
	h.tell(stream.FromClient, c.where, c.sealed, &part.Part{Kind: part.Param, Name: c.text, N: n, Bytes: value, Short: !c.whole}, at)
}

// tellValue tells of a parameter that was read from a payload's bytes from to
// to; a string stands at their end, behind its length.
func (h *Handler) tellValue(c *command, n int, v record.Value, from, to int) {
	if h.o.Parts == nil || v.Kind != record.ValueText && v.Kind != record.ValueBytes || len(v.Text) >= to-from {
		return
	}
	h.tellParam(c, n, []byte(v.Text), to-len(v.Text))
}

// tellRow tells of the values of a row.
func (h *Handler) tellRow(c *command, p *packet, res *record.Result) {
	var types []columnType
	if h.answer.set != nil {
		types = h.answer.set.types
	}
	body := cursor{b: p.data}
	column := func(i int, value []byte) {
		name := ""
		if i < len(res.Columns) {
			name = res.Columns[i]
		}
		h.tell(stream.FromServer, p.where, p.sealed, &part.Part{Kind: part.Column, Name: name, Bytes: value, Short: body.short}, len(p.data)-len(body.b)-len(value))
	}
	if c.spec.answer != answerBinary && c.spec.answer != answerFetch {
		for i := 0; len(body.b) > 0 && i < maxColumns; i++ {
			if body.b[0] == headInfile { // NULL
				body.take(1)
				continue
			}
			left := body.b
			value := body.bytes()
			if body.short { // its end was not kept or captured
				value = left
			}
			column(i, value)
		}
		return
	}
	const offset = 2
	body.take(1)
	nulls := body.take((len(types) + 7 + offset) / 8)
	for i, t := range types {
		if bit := i + offset; body.short || nulls[bit/8]&(1<<(bit%8)) != 0 {
			continue
		}
		before := len(body.b)
		v := readBinary(nil, &body, t.kind, t.unsigned)
		if (v.Kind == record.ValueText || v.Kind == record.ValueBytes) && len(v.Text) < before-len(body.b) {
			column(i, []byte(v.Text))
		}
	}
}

// tellMessage tells of the words of an ERR packet.
func (h *Handler) tellMessage(p *packet) {
	const fixed = 3 // head and code; an SQLSTATE in front of the words is no harm
	if len(p.data) > fixed {
		h.tell(stream.FromServer, p.where, p.sealed, &part.Part{Kind: part.Message, Bytes: p.data[fixed:]}, fixed)
	}
}

// tellAuth tells of a payload that is authentication data from at on. A single
// byte is a step of the method and no secret.
func (h *Handler) tellAuth(d *half, p *packet, at int) {
	if at+1 < len(p.data) {
		h.tellAuthOf(d, p, at, p.data[at:])
	}
}

// tellAuthIn tells of n bytes of authentication data in a greeting.
func (h *Handler) tellAuthIn(p *packet, at, n int) {
	if at+n <= len(p.data) {
		h.tellAuthOf(&h.server, p, at, p.data[at:at+n])
	}
}

func (h *Handler) tellAuthOf(d *half, p *packet, at int, b []byte) {
	h.tell(d.dir, p.where, p.sealed, &part.Part{Kind: part.Auth, Bytes: b}, at)
}

// tellAuthStep tells of what the server says between login and verdict: data
// behind the name of another method, or behind the first byte.
func (h *Handler) tellAuthStep(p *packet) {
	const headMore = 1
	switch p.data[0] {
	case headEOF:
		if name := trimNUL(p.data[1:]); len(p.data) > 1+len(name)+1 {
			rest := trimNUL(p.data[1+len(name)+1:])
			h.tellAuthOf(&h.server, p, 1+len(name)+1, rest)
		}
	case headMore:
		h.tellAuth(&h.server, p, 1)
	case headERR:
		h.tellMessage(p)
	}
}

// tellAttributes tells of the connection's attributes.
func (h *Handler) tellAttributes(p *packet, c cursor) {
	if h.o.Parts == nil {
		return
	}
	end := len(p.data)
	list := cursor{b: c.bytes()}
	end -= len(c.b) // behind the list
	for len(list.b) > 0 {
		key, value := list.bytes(), list.bytes()
		if list.short {
			return
		}
		h.tell(stream.FromClient, p.where, p.sealed, &part.Part{Kind: part.Attribute, Name: name(key), Bytes: value}, end-len(list.b)-len(value))
	}
}
