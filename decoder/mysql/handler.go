package mysql

import (
	"glancecap/decoder/bounds"
	"glancecap/decoder/part"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// Options are what the caller decides.
type Options struct {
	Bounds bounds.Bounds
	// Hits counts the bounds that were reached; nil counts nothing.
	Hits *bounds.Hits
	// KeepRows tells whether the values of a command's rows are wanted, by
	// the command's name and the statement's text; nil wants none.
	KeepRows func(command, text string) bool
	// Shared is what the connections of a run may have in common; nil gives
	// the connection its own.
	Shared *Shared
	// Lend emits commands whose memory is used again once their Back is called.
	Lend bool
	// Parts, where it is set, is told of each piece of a message and where it
	// lies.
	Parts func(stream.Dir, *part.Part)
}

// Shared holds what connections need not have each for itself: the column
// definitions already seen and the inflaters. It must not be used from two
// goroutines at a time.
type Shared struct {
	columns columnCache
	inflate inflaters
	entries entries
}

// NewShared gives an empty one.
func NewShared() *Shared {
	return &Shared{columns: columnCache{sets: make(map[string]*columnSet)}, inflate: inflaters{budget: inflateFloor}}
}

// phase is where a connection stands in the protocol's life
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_lifecycle.html).
type phase uint8

const (
	phaseStart   phase = iota // nothing was understood yet
	phaseLogin                // the greeting was seen, the login is due
	phaseAuth                 // the login was seen, its verdict is due
	phaseCommand              // commands and answers
	phaseOpaque               // nothing more can be read: TLS, an old protocol
)

// eofMode tells whether EOF packets stand behind column definitions, that is
// whether CLIENT_DEPRECATE_EOF is off
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_eof_packet.html).
type eofMode uint8

const (
	eofUnknown eofMode = iota // joined midstream: not seen yet
	eofClassic
	eofDeprecated
)

// Handler decodes one connection. It implements stream.Handler.
type Handler struct {
	info   *stream.Info
	common record.Common
	o      Options
	emit   func(record.Record)

	client, server half
	phase          phase

	// What greeting and login agreed on. Where they were not captured,
	// capsKnown is false and the rest is inferred from what is sent.
	serverCaps capability
	caps       capability
	capsKnown  bool
	maria      mariaCapability
	eof        eofMode
	compressed bool
	// suspect tells that what was read as plain looked like compressed packets.
	suspect bool

	login  *login
	queue  []*command // commands whose answer is due, oldest first
	spare  *command   // to be used again
	held   int        // bytes of their texts
	n      int
	next   record.Marks // marks of the next command
	answer answer
	// spoken counts how often bytes or holes of the server came.
	spoken int
	doubt  doubt
	// intact tells that all that was prepared is known: the connection is read
	// since its login, and nothing of it is missing.
	intact bool
	// wasEmpty tells that the client's last payload was empty.
	wasEmpty bool
	database string
	// tracked tells that the answer at hand told of the default database.
	tracked bool
	// noBackslash tells that backslashes in literals are plain letters.
	// backslashKnown tells that the server said so since the last loss.
	noBackslash, backslashKnown bool

	prepared
}

var _ stream.Handler = (*Handler)(nil)

// half is the state of one direction's bytes.
type half struct {
	dir   stream.Dir
	frame framer
	keep  keeper
	z     *compressed // nil while the direction is not compressed
	// lost tells that payload boundaries are not known; seek looks for the
	// next one.
	lost bool
	seek seeker
	// holed tells that a boundary was lost to a hole, not only not yet found.
	holed bool
	// seen tells that bytes came, heard that the other side spoke since this
	// one did, quiet the same as it was when the present segment began.
	seen, heard, quiet bool
	frameNo            int
	file               int32
	over               bool
	// What is to be told with the next stream.Answer. Of bytes that were
	// inflated no more is told than there were; clear counts those that were
	// given and not told.
	undecodable, encrypted int64
	clear                  int64
	skip                   bool
	skipAs                 stream.Class
	// pos is the offset of the bytes at hand in the direction.
	pos int64
}

// New gives the handler of a connection. common is copied into every record;
// emit is called with each record as soon as it is complete.
func New(info *stream.Info, common record.Common, o Options, emit func(record.Record)) *Handler {
	if o.Shared == nil {
		o.Shared = NewShared()
	}
	h := &Handler{info: info, common: common, o: o, emit: emit}
	h.client = half{dir: stream.FromClient, keep: h.keepOfClient, lost: true}
	h.server = half{dir: stream.FromServer, keep: h.keepOfServer, lost: true}
	h.client.frame.located, h.server.frame.located = o.Parts != nil, o.Parts != nil
	if !info.Handshake {
		h.next.Add(record.MarkMidstream)
	}
	return h
}

// of gives the half of a direction.
func (h *Handler) of(dir stream.Dir) *half {
	if dir == stream.FromClient {
		return &h.client
	}
	return &h.server
}

// hit counts a bound that was reached.
func (h *Handler) hit(name string) {
	if h.o.Hits != nil {
		h.o.Hits.Hit(name)
	}
}

// Data takes the next bytes of a direction.
func (h *Handler) Data(dir stream.Dir, b []byte, at stream.At) stream.Answer {
	d := h.of(dir)
	start := !d.seen || at.Frame != d.frameNo || at.File != d.file
	if start {
		d.quiet = d.heard || !h.of(dir.Other()).seen
		d.seen, d.heard, d.frameNo, d.file = true, false, at.Frame, at.File
	}
	h.of(dir.Other()).heard = true
	if dir == stream.FromServer {
		h.spoken++
	}
	d.clear += int64(len(b))
	for len(b) > 0 {
		n := len(b)
		switch {
		case h.phase == phaseOpaque:
			d.pass(int64(n))
		case d.z != nil:
			n = h.feedCompressed(d, b, at, start)
		default:
			n = h.feedPlain(d, b, at, at, start)
		}
		d.pos += int64(n)
		b, start = b[n:], false
	}
	return d.tell()
}

// feedPlain takes bytes that are not compressed (any more), up to the end of
// a payload at most, and gives how many it took.
func (h *Handler) feedPlain(d *half, b []byte, from, at record.At, start bool) int {
	if d.lost {
		return h.look(d, b, from, at, start)
	}
	d.frame.off = d.pos
	n, p := d.frame.feed(b, from, at, d.keep)
	if p != nil {
		h.packet(d, p)
	}
	return n
}

// packet hands a payload to its half-machine.
func (h *Handler) packet(d *half, p *packet) {
	if d.dir == stream.FromClient {
		h.fromClient(p)
	} else {
		h.fromServer(p)
	}
}

// Gap tells of bytes that are not there.
func (h *Handler) Gap(dir stream.Dir, n int64, why stream.Why, at stream.At) stream.Answer {
	d := h.of(dir)
	d.pos += n
	h.of(dir.Other()).heard = true
	if dir == stream.FromServer {
		h.spoken++
	}
	if h.phase == phaseOpaque {
		return d.tell()
	}
	damage := damageGap
	if why == stream.SnapCut {
		damage = damageCut
	}
	if d.z != nil {
		h.gapCompressed(d, n, damage, at)
	} else {
		h.gapPlain(d, n, damage)
	}
	d.seen = true
	return d.tell()
}

// gapPlain is Gap behind the compression.
func (h *Handler) gapPlain(d *half, n int64, damage damage) {
	if d.lost {
		d.seek.stop(d)
		h.holed(d, damage)
		return
	}
	p, lost := d.frame.gap(n, damage)
	if p != nil {
		h.packet(d, p)
	}
	if lost {
		h.lose(d, damage)
	}
}

// lose tells that a direction's payload boundaries are lost.
func (h *Handler) lose(d *half, damage damage) {
	d.giveUpHeader()
	p := d.frame.abort(damage)
	d.lost = true
	d.seek.stop(d)
	if p != nil {
		h.packet(d, p)
		d.lost = true
	}
	h.holed(d, damage)
}

// holed tells the half-machine that something is missing that cannot be
// placed.
func (h *Handler) holed(d *half, damage damage) {
	if d.dir == stream.FromServer {
		h.serverHole(damage)
	} else {
		h.clientHole()
	}
}

// Skipped tells that a skip is over; the only skip that this handler asks for
// is the one to the end of the stream.
func (h *Handler) Skipped(stream.Dir, stream.Run, stream.At) stream.Answer { return stream.Answer{} }

// End tells that a direction is over. What is open is told when both are: the
// server may well answer a client that has ended.
func (h *Handler) End(dir stream.Dir, _ stream.How, _ stream.At) {
	d := h.of(dir)
	if d.over {
		return
	}
	d.over = true
	if h.phase != phaseOpaque {
		if d.z != nil {
			h.endCompressed(d)
		}
		d.giveUpHeader()
		if p := d.frame.abort(damageOpen); p != nil && !d.lost {
			h.packet(d, p)
		}
	}
	d.seek.stop(d)
	if h.client.over && h.server.over {
		h.close()
	}
}

// giveUpHeader counts the beginning of a header that never grew whole.
func (d *half) giveUpHeader() {
	switch {
	case d.z != nil:
		d.undecodable += int64(d.z.have)
		d.z.have = 0
	case !d.frame.open:
		d.undecodable += int64(d.frame.have)
	}
}

// Settle tells of bytes that waited for more when their direction ended.
func (h *Handler) Settle(dir stream.Dir) stream.Answer { return h.of(dir).tell() }

// close tells what is open at the end of the connection.
func (h *Handler) close() {
	h.finishLogin()
	if len(h.queue) > 0 || h.doubt.restless {
		h.dismiss() // one answer too few, or perhaps too many: whose, nobody knows
	}
	h.flush(0)
	h.confirm()
	h.prepared = prepared{}
}

// opaque tells that nothing more of the connection can be read. Commands that
// were sent in the same breath stay without an answer.
func (h *Handler) opaque(class stream.Class) {
	h.flush(0)
	h.confirm()
	h.phase = phaseOpaque
	for _, d := range []*half{&h.client, &h.server} {
		d.skip, d.skipAs = true, class
	}
}

// pass counts bytes that nobody reads.
func (d *half) pass(n int64) {
	if d.skipAs == stream.Encrypted {
		d.encrypted += n
	} else {
		d.undecodable += n
	}
}

// tell gives the stream.Answer that is due.
func (d *half) tell() stream.Answer {
	var a stream.Answer
	switch {
	case d.encrypted > 0:
		a.Of, a.As, d.encrypted = min(d.encrypted, d.clear), stream.Encrypted, 0
	case d.undecodable > 0:
		a.Of, a.As, d.undecodable = min(d.undecodable, d.clear), stream.Undecodable, 0
	}
	d.clear -= a.Of
	if d.skip {
		a.Skip, a.SkipAs = stream.SkipRest, d.skipAs
	}
	return a
}
