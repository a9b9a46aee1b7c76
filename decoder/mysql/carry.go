package mysql

import (
	"fmt"
	"maps"
	"slices"

	"glancecap/decoder/carry"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// Carry carries what the connections of a run have in common, but for what
// only saves memory.
func (s *Shared) Carry(c *carry.Coder) { carry.Int(c, &s.inflate.budget) }

// Unread gives the bytes of a direction that are of no whole payload yet.
func (h *Handler) Unread(dir stream.Dir) int64 {
	d := h.of(dir)
	n := d.undecodable + d.encrypted + int64(d.seek.n)
	switch z := d.z; {
	case z == nil:
		n += d.frame.unread()
	case z.open: // how far it inflates says nothing of the bytes of the stream
		n += int64(len(z.buf))
	default:
		n += int64(z.have + z.seek.n)
	}
	return n
}

// unread gives the bytes that are held of the payload that is being read.
func (f *framer) unread() int64 {
	n := int64(f.have)
	if f.open {
		n += int64(len(f.header) + len(f.buf))
	}
	return n
}

// Carry carries where both halves stand: what login agreed on, the statements
// that are prepared, and the commands whose answer is due or in doubt.
func (h *Handler) Carry(c *carry.Coder) {
	carry.Int(c, &h.phase)
	carry.Int(c, &h.serverCaps, &h.caps)
	carry.Int(c, &h.maria)
	carry.Int(c, &h.eof)
	c.Bool(&h.capsKnown, &h.compressed, &h.wasEmpty, &h.noBackslash, &h.backslashKnown, &h.suspect, &h.tracked, &h.intact)
	carry.Int(c, &h.held, &h.n, &h.spoken)
	c.Plain(&h.next)
	carry.Text(c, &h.database)
	h.client.carry(c, h.o.Bounds.DirectionBytes)
	h.server.carry(c, h.o.Bounds.DirectionBytes)
	carry.Pointer(c, &h.login, func(l *login) { l.carry(c, h.common) })
	statements := h.carryStatements(c)
	carry.Slice(c, &h.queue, h.o.Bounds.PipelinedPerConn+1, func(x **command) { h.carryCommand(c, x, statements) })
	h.carryAnswer(c, statements)
	h.carryDoubt(c, statements)
	c.Check(h.phase <= phaseOpaque && h.eof <= eofDeprecated, "the state of a MySQL connection")
	if over := h.client.over && h.server.over; c.Reading() && over {
		h.phase = phaseOpaque // nothing more can come
	}
	c.Check(h.phase != phaseLogin && h.phase != phaseAuth || h.login != nil, "an authentication without a login")
}

// carry carries a direction.
func (d *half) carry(c *carry.Coder, bound int) {
	d.frame.carry(c)
	d.seek.carry(c)
	c.Bool(&d.lost, &d.holed, &d.seen, &d.heard, &d.quiet, &d.over, &d.skip)
	carry.Int(c, &d.frameNo)
	carry.Int(c, &d.file)
	carry.Int(c, &d.clear, &d.undecodable, &d.encrypted)
	carry.Int(c, &d.skipAs)
	c.Check(d.skipAs <= stream.Encrypted && d.undecodable >= 0 && d.encrypted >= 0, "the state of a direction of MySQL")
	carry.Pointer(c, &d.z, func(z *compressed) {
		c.Array(z.header[:])
		carry.Int(c, &z.have, &z.left, &z.size)
		c.Bool(&z.open, &z.fresh, &z.quiet, &z.lost, &z.follows, &z.begins)
		carry.Int(c, &z.last)
		c.Bytes(&z.buf)
		carry.Int(c, &z.hole)
		c.Plain(&z.from)
		z.seek.carry(c)
		c.Check(z.have >= 0 && z.have < len(z.header) && z.left >= 0 && z.left <= maxPayload && z.size >= 0 && z.size <= maxPayload &&
			len(z.buf) <= bound, "a compressed packet of MySQL")
	})
}

// carry carries the payload that is being read.
func (f *framer) carry(c *carry.Coder) {
	c.Array(f.header[:])
	carry.Int(c, &f.have, &f.left, &f.keep)
	c.Bool(&f.open, &f.more, &f.asked, &f.hole)
	carry.Int(c, &f.p.seq, &f.p.last)
	carry.Int(c, &f.p.length)
	carry.Int(c, &f.p.damage)
	c.Plain(&f.p.from)
	c.Plain(&f.p.to)
	c.Bytes(&f.buf)
	c.Check(f.have >= 0 && f.have < len(f.header) && f.left >= 0 && f.left <= maxPayload && f.p.length >= int64(f.left), "a packet of MySQL")
}

// carry carries the bytes in which a payload is looked for.
func (s *seeker) carry(c *carry.Coder) {
	carry.Int(c, &s.n)
	if c.Check(s.n >= 0 && s.n <= len(s.b), "what is looked at of MySQL"); c.Err() == nil {
		c.Array(s.b[:s.n])
	}
	carry.Int(c, &s.latest)
	c.Check(s.latest >= 0 && s.latest <= s.n, "what is looked at of MySQL")
	c.Bool(&s.live, &s.quiet)
	c.Plain(&s.from)
}

// carry carries a login that is not decided yet.
func (l *login) carry(c *carry.Coder, common record.Common) {
	asked, answered, result := l.Request != nil, l.Response != nil, l.Login.Result != nil
	c.Bool(&asked, &answered, &result, &l.asked, &l.TLS, &l.Compressed)
	c.Plain(&l.request)
	c.Plain(&l.response)
	c.Plain(&l.result)
	carry.Int(c, &l.sent)
	carry.Int(c, &l.seq)
	carry.Text(c, &l.User, &l.Database, &l.ServerVersion, &l.Plugin, &l.Scramble)
	carry.Int(c, &l.ConnectionID)
	c.Plain(&l.Attributes)
	c.Plain(&l.Marks)
	if !c.Reading() {
		return
	}
	l.Common, l.Type = common, record.TypeLogin
	if l.Attributes == nil {
		l.Attributes = map[string]string{}
	}
	if asked {
		l.Request = &l.request
	}
	if answered {
		l.Login.Response = &l.response
	}
	if result {
		l.Login.Result = &l.result
	}
}

// carryAnswer carries where the server half stands in an answer.
func (h *Handler) carryAnswer(c *carry.Coder, statements []*statement) {
	a := &h.answer
	carry.Int(c, &a.state)
	c.Bool(&a.began, &a.infile, &a.fileHole, &a.tail, &a.defs.damaged)
	carry.Int(c, &a.expect)
	carry.Int(c, &a.left, &a.columns)
	c.Bytes(&a.defs.raw)
	carry.Slice(c, &a.defs.ends, maxDefinitions, func(end *int) { carry.Int(c, end) })
	begin := 0
	for _, end := range a.defs.ends {
		c.Check(begin <= end && end <= len(a.defs.raw), "the definition of a column")
		begin = end
	}
	h.carryColumns(c, &a.set)
	a.statement = reference(c, a.statement, statements)
	c.Check(a.state <= awaitBroken, "the state of an answer")
	c.Check(a.statement != nil || a.state != awaitParams && a.state != awaitParamEOF, "a PREPARE without a statement")
}

// carryDoubt carries what is known of the pairing of commands and answers.
func (h *Handler) carryDoubt(c *carry.Coder, statements []*statement) {
	d := &h.doubt
	c.Bool(&d.sure, &d.answered, &d.stray, &d.holed, &d.pipelines, &d.restless, &d.joined)
	carry.Int(c, &d.bytes, &d.alone)
	carry.Slice(c, &d.held, maxDoubts, func(x **command) { h.carryCommand(c, x, statements) })
}

// carryCommand carries a command whose record is not complete.
func (h *Handler) carryCommand(c *carry.Coder, at **command, statements []*statement) {
	if c.Reading() {
		*at = &command{entry: new(entry)}
	}
	x := *at
	text, expanded, answered, empty := x.Text != nil, x.Expanded != nil, x.Response != nil, x.spec == &noCommand
	c.Bool(&text, &expanded, &answered, &empty, &x.whole, &x.keepRows, &x.HasParams)
	carry.Int(c, &x.N, &x.held, &x.heard)
	carry.Int(c, &x.code, &x.seq)
	carry.Int(c, &x.sent)
	carry.Text(c, &x.text, &x.expanded, &x.Database, &x.Command)
	c.Plain(&x.request)
	c.Plain(&x.response)
	c.Plain(&x.result)
	c.Plain(&x.Params)
	c.Plain(&x.BulkParams)
	c.Plain(&x.Marks)
	c.Bytes(&x.raw)
	x.stmt = reference(c, x.stmt, statements)
	if !c.Reading() {
		return
	}
	x.Common, x.Type = h.common, record.TypeMySQL
	if x.spec = specOf(x.code); empty {
		x.spec = &noCommand
	}
	x.Request, x.Result = &x.request, &x.result
	if text {
		x.Text = &x.text
	}
	if expanded {
		x.Expanded = &x.expanded
	}
	if answered {
		x.Response = &x.response
	}
}

// carryStatements carries the prepared statements that anything of the
// connection knows, and gives them in the order in which references count them.
func (h *Handler) carryStatements(c *carry.Coder) (list []*statement) {
	s := &h.prepared
	list = slices.Clone(s.order)
	known := make(map[*statement]bool, len(list))
	for _, st := range list {
		known[st] = true
	}
	more := []*statement{s.last, h.answer.statement}
	for _, x := range slices.Concat(h.queue, h.doubt.held) {
		more = append(more, x.stmt)
	}
	for _, st := range more {
		if st != nil && !known[st] {
			known[st] = true
			list = append(list, st)
		}
	}
	ordered := len(s.order)
	most := h.o.Bounds.PreparedPerConn + h.o.Bounds.PipelinedPerConn + maxDoubts + 4
	carry.Slice(c, &list, most, func(x **statement) {
		carry.Pointer(c, x, func(st *statement) { h.carryStatement(c, st) })
		c.Check(*x != nil, "a prepared statement")
	})
	carry.Int(c, &ordered)
	c.Check(ordered >= 0 && ordered <= len(list), "the number of prepared statements")
	if c.Reading() && c.Err() == nil {
		*s = prepared{}
		for _, st := range list[:ordered] {
			c.Check(s.byID[st.id] == nil, "two prepared statements of one number")
			s.add(st, h.o.Bounds.PreparedPerConn, h.o.Bounds.DirectionBytes)
		}
	}
	s.last = reference(c, s.last, list)
	return list
}

// carryStatement carries a prepared statement.
func (h *Handler) carryStatement(c *carry.Coder, st *statement) {
	carry.Int(c, &st.id)
	carry.Text(c, &st.text)
	carry.Int(c, &st.params)
	c.Check(st.params >= -1 && st.params <= maxColumns, "the parameters of a statement")
	c.Bool(&st.truncated, &st.doubtful)
	h.carryColumns(c, &st.columns)
	carry.Slice(c, &st.types, maxColumns, func(t *paramType) {
		carry.Int(c, &t.kind)
		c.Bool(&t.unsigned)
	})
	type ahead struct {
		param uint16
		data  *longData
	}
	var long []ahead
	for _, param := range slices.Sorted(maps.Keys(st.long)) {
		long = append(long, ahead{param, st.long[param]})
	}
	carry.Slice(c, &long, maxColumns, func(x *ahead) {
		if c.Reading() {
			x.data = new(longData)
		}
		carry.Int(c, &x.param)
		c.Bytes(&x.data.b)
		c.Bool(&x.data.cut)
	})
	if c.Reading() && long != nil {
		st.long = make(map[uint16]*longData)
		for _, x := range long {
			st.long[x.param] = x.data
		}
	}
}

// carryColumns carries what the definitions of columns said. Equal ones are one
// afterwards.
func (h *Handler) carryColumns(c *carry.Coder, at **columnSet) {
	carry.Pointer(c, at, func(set *columnSet) {
		carry.Slice(c, &set.names, maxColumns, func(name *string) { carry.Text(c, name) })
		carry.Slice(c, &set.types, maxColumns, func(t *columnType) {
			carry.Int(c, &t.kind)
			c.Bool(&t.unsigned)
		})
		c.Bool(&set.odd)
	})
	if c.Reading() && *at != nil {
		*at = h.o.Shared.columns.same(*at)
	}
}

// same gives the set that was seen first of those that say what set says.
func (cc *columnCache) same(set *columnSet) *columnSet {
	key := fmt.Appendf(nil, "%q %v %v", set.names, set.types, set.odd)
	if known := cc.carried[string(key)]; known != nil {
		return known
	}
	if cc.carried == nil {
		cc.carried = make(map[string]*columnSet)
	}
	cc.carried[string(key)] = set
	return set
}

// reference carries which of the statements st is.
func reference(c *carry.Coder, st *statement, statements []*statement) *statement {
	i := c.Index(slices.Index(statements, st), len(statements))
	switch {
	case !c.Reading():
		return st
	case i < 0:
		return nil
	}
	return statements[i]
}
