package mysql

import (
	"slices"
	"strings"

	"glancecap/decoder/part"
	"glancecap/decoder/record"
)

// command is a command whose record is not complete yet.
type command struct {
	*entry
	code byte
	spec *commandSpec
	// seq is the sequence id of the request's last packet; an answer goes on
	// from there.
	seq byte
	// sent is when the request's last byte was sent. A local file that
	// follows it stretches the request's span, not this.
	sent record.Time
	// raw is the payload of a command that waits behind others, as what it
	// means may depend on their answers; whole tells that nothing of it is
	// missing.
	raw   []byte
	whole bool
	// where tells where the payload lies, for Options.Parts.
	where  []part.Range
	sealed bool
	stmt   *statement
	// keepRows tells that the caller wants the rows' values.
	keepRows bool
	// held is how many bytes it counts for in Handler.held.
	held int
	// heard is Handler.spoken when the command came.
	heard int
}

// entry is a record with all that it points to, in one allocation.
type entry struct {
	record.MySQL
	text, expanded    string
	request, response record.Span
	result            record.Result
	room              room
}

// head gives the oldest command whose answer is due, or nil.
func (h *Handler) head() *command {
	if len(h.queue) == 0 {
		return nil
	}
	return h.queue[0]
}

// accept makes a command of a client's payload.
func (h *Handler) accept(p *packet) {
	h.hurries(p.from)
	if h.server.lost && len(h.queue) > 0 && h.spoken > h.head().heard {
		h.flush(0) // what the server said to them could not be read
	}
	h.rest()
	c := h.newCommand(p)
	if len(h.queue) == 0 {
		h.bind(c, p.data)
	} else {
		c.raw = append([]byte(nil), p.data...)
	}
	if c.spec.answer == answerNone && len(h.queue) == 0 {
		h.finish(c)
		return
	}
	c.held = len(c.text) + len(c.raw)
	h.held += c.held
	h.queue = append(h.queue, c)
	if len(h.queue) == 1 {
		h.await()
	}
	h.limitQueue()
}

// newCommand begins the record of a command.
func (h *Handler) newCommand(p *packet) *command {
	c := h.spare
	if h.spare = nil; c == nil {
		c = new(command)
	}
	*c = command{entry: h.newEntry(), seq: p.last, sent: p.to.Time, whole: p.whole(), heard: h.spoken}
	if h.o.Parts != nil {
		c.where, c.sealed = slices.Clone(p.where), p.sealed
		h.tellRead(&h.client, p)
	}
	if h.n++; len(h.next) > 0 {
		c.Marks, h.next = h.next, nil
	}
	if len(p.data) > 0 {
		c.code = p.data[0]
		c.spec = specOf(c.code)
	} else {
		c.spec = &noCommand
		c.Marks.Add(record.MarkAnomaly + "empty_command")
	}
	c.MySQL.Common = h.common
	c.Type, c.N, c.Command = record.TypeMySQL, h.n, c.spec.name
	c.request = record.Begin(p.from)
	c.request.Extend(p.to)
	c.Request, c.Result = &c.request, &c.result
	c.result = record.NewResult(record.ResultMissing)
	if c.spec.answer == answerNone {
		c.result.Kind = record.ResultNone
	}
	addDamage(&c.Marks, p.damage)
	if s := c.spec; p.damage == 0 && (p.length < int64(s.min) || s.max > 0 && p.length > int64(s.max)) {
		c.Marks.Add(record.MarkAnomaly + "command_length")
	}
	return c
}

// newEntry gives an entry for the next command.
func (h *Handler) newEntry() *entry {
	if h.o.Lend {
		return h.o.Shared.entries.take()
	}
	return new(entry)
}

// limitQueue tells the oldest commands as unanswered where too many wait, and
// where no server was ever seen, so that no answer can be expected.
func (h *Handler) limitQueue() {
	const unheard = 64
	for len(h.queue) > 1 && !h.server.seen && len(h.queue) > unheard {
		h.complete()
	}
	for len(h.queue) > 1 && (len(h.queue) > h.o.Bounds.PipelinedPerConn || h.held > h.o.Bounds.DirectionBytes) {
		h.hit("mysql_commands_in_wait")
		h.head().Marks.Add(record.MarkLimit)
		h.complete()
	}
}

// complete tells the head of the queue and turns to the next command.
func (h *Handler) complete() {
	c := h.pop()
	h.settle(c)
	h.finish(c)
	for len(h.queue) > 0 {
		c = h.head()
		h.bind(c, c.raw)
		c.raw = nil
		if c.spec.answer != answerNone {
			break
		}
		h.finish(h.pop())
	}
	h.await()
}

// pop takes the head off the queue.
func (h *Handler) pop() *command {
	c := h.queue[0]
	n := copy(h.queue, h.queue[1:])
	h.queue[n] = nil
	h.queue = h.queue[:n]
	h.held -= c.held
	return c
}

// flush tells commands as far as their answers are known, until no more than
// n wait.
func (h *Handler) flush(n int) {
	for len(h.queue) > n {
		if h.answer.began {
			h.answer.state = awaitBroken // its end is not here
			h.head().Marks.Add(record.MarkIncomplete)
		}
		h.complete()
	}
}

// send emits a command's record.
func (h *Handler) send(c *command) {
	c.Seconds, c.Wait = record.NoDuration, record.NoDuration
	if c.Response != nil {
		c.Seconds = c.response.End.Sub(c.request.Time)
		c.Wait = c.response.Time.Sub(c.sent)
	}
	if c.result.Kind == record.ResultMissing {
		c.Marks.Add(record.MarkIncomplete)
	}
	h.emit(&c.MySQL)
	*c = command{}
	h.spare = c
}

// settle takes from a command that is answered what it means for those to
// come.
func (h *Handler) settle(c *command) {
	if c.code == comPrepare && c.result.Kind != record.ResultPrepared {
		h.failPrepare(c)
	}
	if c.result.Kind == record.ResultMissing && changesDatabase(c) {
		h.database = ""
	}
	if (h.answer.state == awaitBroken || len(c.result.MoreResults) > 0 && !h.tracked) && changesDatabase(c) {
		h.database = "" // which of its statements were done
	}
	if c.result.Kind != record.ResultOK {
		return
	}
	switch c.code {
	case comInitDB:
		h.database = strings.Clone(c.text)
	case comChangeUser:
		h.prepared, h.database = prepared{}, c.Database
	case comResetConn:
		h.prepared = prepared{}
	case comDropDB:
		h.database = ""
	case comQuery, comExecute:
		h.settleDatabase(c)
	}
}

// settleDatabase takes from a statement that was done which database is the
// default one. Where the server tracks it, that was told.
func (h *Handler) settleDatabase(c *command) {
	if h.tracked {
		return
	}
	switch name := usedDatabase(c.text); {
	case c.Text == nil:
		h.database = "" // it may have been a USE
	case name != "" && len(c.result.MoreResults) == 0:
		h.database = strings.Clone(name)
	case dropsDatabase(c.text):
		h.database = ""
	}
}

// changesDatabase tells that a command may change the default database.
func changesDatabase(c *command) bool {
	switch c.code {
	case comInitDB, comChangeUser, comDropDB:
		return true
	case comQuery, comExecute:
		return c.Text == nil || !c.whole || textChangesDatabase(c.text)
	}
	return false
}

// anomaly marks the command at hand, or the next one where there is none.
func (h *Handler) anomaly(name string) {
	switch c := h.head(); {
	case c != nil:
		c.Marks.Add(record.MarkAnomaly + name)
	case h.login != nil:
		h.login.Marks.Add(record.MarkAnomaly + name)
	default:
		h.next.Add(record.MarkAnomaly + name)
	}
}

// addDamage adds the marks of damage.
func addDamage(m *record.Marks, d damage) {
	if d == 0 {
		return
	}
	if d&damageGap != 0 {
		m.Add(record.MarkGap)
	}
	if d&damageCut != 0 {
		m.Add(record.MarkCut)
	}
	if d&damageOverlap != 0 {
		m.Add(record.MarkOverlap)
	}
	if d&damageOpen != 0 {
		m.Add(record.MarkIncomplete)
	}
}
