// Package http1 reads HTTP/1.x (RFC 9112) as servers and clients really speak
// it: a push parser for the two directions of a connection.
//
// Comes in: as a stream.Handler, the bytes and holes of both directions. Goes
// out: one record.HTTP for each exchange, as soon as it is complete; what
// lacks a half comes when the connection is over. It never looks at bytes
// that are no text (an image is skipped), never keeps a slice it is given,
// and knows no Glance.
package http1

import (
	"unsafe"

	"glancecap/decoder/bounds"
	"glancecap/decoder/part"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// Options are what a handler is asked for.
type Options struct {
	Bounds bounds.Bounds
	// Hits counts the bounds that are reached; it must not be nil.
	Hits *bounds.Hits
	// Bodies keeps the text of bodies up to Bounds.BodyText, otherwise up to
	// Bounds.BodyDefault.
	Bodies bool
	// Digests says which bodies are digested; nil for none. A body that is
	// digested is not skipped.
	Digests *Digests
	// Parts, where it is set, is told of each piece of a message and where it
	// lies.
	Parts func(stream.Dir, *part.Part)
}

// The bounds that a connection can reach, as the report names them.
const (
	hitHead      = "HTTP head"
	hitLines     = "HTTP header lines"
	hitPipelined = "HTTP messages that wait for their other half"
	hitInflated  = "HTTP body inflated"
)

// Handler reads one connection.
type Handler struct {
	info   *stream.Info
	common record.Common
	o      Options
	emit   func(*record.HTTP)
	sides  [2]side
	pairing
}

// New makes the handler of a connection. common opens each of its records,
// emit takes them; a record belongs to emit from then on.
func New(info *stream.Info, common record.Common, o Options, emit func(*record.HTTP)) *Handler {
	common.Type = record.TypeHTTP
	h := &Handler{info: info, common: common, o: o, emit: emit}
	h.sides[stream.FromServer].response = true
	return h
}

// state is what a direction is in the middle of.
type state uint8

const (
	atHead      state = iota // between messages, or within a head
	seeking                  // looking for something that is surely a head
	peeking                  // behind a head: a body, or at once the next head
	inFixed                  // a body of known length
	untilEnd                 // a body that ends with the connection
	chunkSize                // the digits of a chunk's header
	chunkExt                 // the rest of a chunk's header line
	chunkData                // a chunk's content
	chunkEnd                 // the line end behind a chunk
	chunkSeek                // looking for a chunk's header after a loss
	inTrailer                // behind the last chunk
	discarding               // the rest of a head that is beyond bounds
	otherSpeech              // no HTTP any more
)

// side is one direction of a connection.
type side struct {
	response bool
	state    state
	started  bool
	ended    bool
	// pend holds the bytes of an unfinished line, head or trailer, pieces
	// where they were seen, lineStart where its last line begins, lines how
	// many lines are complete.
	pend      []byte
	pieces    []piece
	lineStart int
	lines     int
	// target is up to where the bytes that wait are known to be a method and the
	// beginning of a target, 0 where that is not known (side.look).
	target int
	// sought tells that the head at hand was found by seeking and must prove
	// itself by its second line.
	sought bool
	// stray counts how much of an undue last chunk was read, -1 where none
	// can come.
	stray int
	// pos is the offset of cur in the direction, cur what the present step was
	// given. Both are kept for Options.Parts.
	pos int64
	cur []byte
	// joined tells that the direction's beginning was not captured and no head
	// was found yet, passed that bytes before that head were given up.
	joined, passed bool
	// carry are marks for the next message.
	carry record.Marks
	// counted are bytes that were given as decoded and are of another class.
	counted [4]int64
	// tail counts the bytes that were read last and are content that nobody
	// keeps; messages counts the heads that were read.
	tail     int64
	messages int64
	msg      message
}

// handlerBytes and exchangeBytes are what a connection and an open exchange
// cost without their texts, a head among them.
const (
	handlerBytes  = int(unsafe.Sizeof(Handler{}))
	exchangeBytes = int(unsafe.Sizeof(exchange{})) + 1<<10
)

// Held gives the bytes that the connection holds.
func (h *Handler) Held() int {
	n := handlerBytes + h.held + (len(h.queue)+len(h.orphans))*exchangeBytes
	for i := range h.sides {
		s := &h.sides[i]
		n += cap(s.pend) + cap(s.msg.text) + cap(s.pieces)*int(unsafe.Sizeof(piece{}))
		if s.msg.digest != nil {
			n += digestBytes
		}
	}
	return n
}

// piece tells where the bytes of side.pend up to end were seen.
type piece struct {
	end int
	at  stream.At
	off int64 // in the direction
}

// maxPieces bounds the pieces of one head; beyond, the last one grows.
const maxPieces = 1024

// Data takes the next bytes of a direction.
func (h *Handler) Data(dir stream.Dir, b []byte, at stream.At) stream.Answer {
	s := &h.sides[dir]
	if !s.started {
		s.started = true
		s.stray = -1
		if h.info.Midstream[dir] && s.state == atHead {
			s.joined, s.sought = true, true // a head, or something else until one
		}
	}
	h.run(s, b, at)
	return s.answer()
}

// run takes bytes step by step. A step that takes none has changed the state.
func (h *Handler) run(s *side, b []byte, at stream.At) {
	for len(b) > 0 {
		s.cur = b
		n := h.step(s, b, at)
		s.pos += int64(n)
		b = b[n:]
	}
	s.cur = nil
}

// step takes some of b and tells how many bytes it took.
func (h *Handler) step(s *side, b []byte, at stream.At) int {
	switch s.state {
	case inFixed, untilEnd, chunkData:
		return h.inBody(s, b, at)
	}
	s.tail = 0
	switch s.state {
	case atHead:
		return h.inHead(s, b, at)
	case seeking:
		return h.seek(s, b, at)
	case peeking:
		return h.peek(s, b, at)
	case chunkSize, chunkExt, chunkEnd, chunkSeek, inTrailer:
		return h.inChunks(s, b, at)
	case discarding:
		return h.discard(s, b, at)
	}
	s.counted[stream.Undecodable] += int64(len(b))
	return len(b)
}

// Skipped tells that a stretch that was not looked at is over.
func (h *Handler) Skipped(dir stream.Dir, run stream.Run, at stream.At) stream.Answer {
	s := &h.sides[dir]
	total := run.Bytes + run.Missing + run.Cut + run.LeftOut
	s.pos += total
	if s.state == otherSpeech || total == 0 || s.msg.ex == nil {
		return s.answer()
	}
	m := &s.msg
	if h.o.Parts != nil {
		m.rest = part.Join(m.rest, s.pos-total, total)
	}
	if run.Bytes > 0 {
		m.span.Extend(run.First)
		m.span.Extend(run.Last)
		m.overlap = m.overlap || run.First.Overlap || run.Last.Overlap
	}
	if run.Missing > 0 {
		m.marks.Add(record.MarkGap)
	}
	if run.Cut > 0 {
		m.marks.Add(record.MarkCut)
	}
	m.captured += run.Bytes
	m.missing += run.Missing + run.Cut
	m.leftOut += run.LeftOut
	s.tail += total
	h.advance(s, total)
	return s.answer()
}

// Gap tells of bytes that are not there. Inside a body whose end is known the
// hole is bridged; elsewhere the next head is looked for.
func (h *Handler) Gap(dir stream.Dir, n int64, why stream.Why, at stream.At) stream.Answer {
	s := &h.sides[dir]
	if why == stream.Lost && h.beforeAll(dir) {
		// What the server acknowledged of what was on its way to it when the
		// connection was joined: it was sent before, and no answer is here yet.
		s.pos += n
		return s.answer()
	}
	if !s.started {
		s.started = true
		s.stray = -1
	}
	if why == stream.UrgentOut {
		// The receiver's stream does not hold the byte (tcp(7), urgent data).
		s.pos++
		return s.answer()
	}
	mark := record.MarkGap
	switch why {
	case stream.SnapCut:
		mark = record.MarkCut
	case stream.OnPurpose:
		mark = record.MarkLeftOut
	}
	h.hole(s, n, mark)
	s.pos += n
	return s.answer()
}

// beforeAll tells that the connection was joined midstream and neither side has
// said anything since, of the client's direction.
func (h *Handler) beforeAll(dir stream.Dir) bool {
	s := &h.sides[dir]
	return dir == stream.FromClient && h.info.Midstream[dir] && !s.started && s.state == atHead && !h.sides[dir.Other()].started
}

// End ends a direction. What waits for its other half is told when both are
// over.
func (h *Handler) End(dir stream.Dir, how stream.How, at stream.At) {
	s := &h.sides[dir]
	if s.ended {
		return
	}
	s.ended = true
	h.cutOff(s, how)
	if h.sides[dir.Other()].ended {
		h.flush()
	}
}

// Settle tells of bytes that waited for more when their direction ended.
func (h *Handler) Settle(dir stream.Dir) stream.Answer { return h.sides[dir].answer() }

// answer tells what became of the bytes since the last answer, and what of
// the next ones is of interest.
func (s *side) answer() (a stream.Answer) {
	for _, class := range [...]stream.Class{stream.Undecodable, stream.Skipped} {
		if n := s.counted[class]; n > 0 {
			a.Of, a.As = n, class
			s.counted[class] = 0
			break
		}
	}
	switch s.state {
	case otherSpeech:
		a.Skip, a.SkipAs = stream.SkipRest, stream.Undecodable
	case inFixed, chunkData:
		if s.msg.keep == keepNothing && s.msg.digest == nil {
			a.Skip, a.SkipAs = s.msg.left, stream.Skipped
		}
	case untilEnd:
		if s.msg.keep == keepNothing && s.msg.digest == nil {
			a.Skip, a.SkipAs = stream.SkipRest, stream.Skipped
		}
	}
	return a
}

// hold appends bytes to those that wait.
func (s *side) hold(b []byte, at stream.At) {
	s.pend = append(s.pend, b...)
	if n := len(s.pieces); n > 0 && (s.pieces[n-1].at == at || n >= maxPieces) {
		s.pieces[n-1].end = len(s.pend)
		return
	}
	s.pieces = append(s.pieces, piece{len(s.pend), at, s.offset(b)})
}

// maxIdle is how large a buffer may be that is kept for the next message.
const maxIdle = 4 << 10

// release forgets the first n bytes that wait.
func (s *side) release(n int) {
	if n >= len(s.pend) {
		s.pend, s.pieces = s.pend[:0], s.pieces[:0]
		if cap(s.pend) > maxIdle {
			s.pend, s.pieces = nil, nil
		}
	} else if n > 0 {
		s.pend = append(s.pend[:0], s.pend[n:]...)
		kept, from := s.pieces[:0], 0
		for _, p := range s.pieces {
			if p.end > n {
				kept = append(kept, piece{p.end - n, p.at, p.off + int64(max(0, n-from))})
			}
			from = p.end
		}
		s.pieces = kept
	}
	s.lineStart, s.lines = 0, 0
	if n > 0 {
		s.target = 0
	}
}

// again runs the bytes that wait once more, in the state that is set by now.
func (h *Handler) again(s *side) {
	buf, pieces := s.pend, s.pieces
	s.pend, s.pieces = nil, nil
	s.lineStart, s.lines, s.target = 0, 0, 0
	pos, cur := s.pos, s.cur
	from := 0
	for _, p := range pieces {
		s.pos = p.off
		h.run(s, buf[from:p.end], p.at)
		from = p.end
	}
	s.pos, s.cur = pos, cur
}
