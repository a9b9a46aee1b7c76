// Package tls reads what a TLS connection tells in the clear: its handshake.
//
// Comes in: as a stream.Handler, the bytes of both directions. Goes out: one
// record.TLS a connection, with version, cipher suite, server name and, up to
// TLS 1.2, the server's certificate; all bytes are told as encrypted. It
// holds no keys and decrypts nothing.
package tls

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
	// Parts, where it is set, is told where a direction's closed bytes begin.
	Parts func(stream.Dir, *part.Part)
}

// maxHandshake is how many bytes of one direction's handshake are held: a
// record is 18 KiB at most (RFC 5246 §6.2.3), chains of certificates fit in
// a few.
const maxHandshake = 64 << 10

const hitHandshake = "TLS handshake"

// Handler reads one connection.
type Handler struct {
	info  *stream.Info
	o     Options
	emit  func(*record.TLS)
	rec   *record.TLS
	sides [2]side
	// told tells that the record went out.
	told bool
}

// state is what a direction is in the middle of.
type state uint8

const (
	inHandshake state = iota
	over              // everything from here on is encrypted, or makes no sense
)

// side is one direction of a connection.
type side struct {
	state   state
	ended   bool
	started bool
	// pend are the bytes of an unfinished record, messages those of
	// unfinished handshake messages.
	pend, messages []byte
	span           *record.Span
	pos            int64 // how many bytes went by
}

// New makes the handler of a connection. common opens its record, emit takes
// it; it belongs to emit from then on.
func New(info *stream.Info, common record.Common, o Options, emit func(*record.TLS)) *Handler {
	common.Type = record.TypeTLS
	rec := &record.TLS{Common: common, Tail: record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration}}
	return &Handler{info: info, o: o, emit: emit, rec: rec}
}

// Data takes the next bytes of a direction.
func (h *Handler) Data(dir stream.Dir, b []byte, at stream.At) stream.Answer {
	s := &h.sides[dir]
	if !s.started {
		s.started = true
		if h.info.Midstream[dir] {
			h.rec.Marks.Add(record.MarkMidstream)
		}
	}
	if s.state == inHandshake {
		h.records(s, dir, b, at)
	}
	return h.answer(s, int64(len(b)))
}

// Held gives the bytes that the connection holds.
func (h *Handler) Held() int {
	n := int(unsafe.Sizeof(*h)) + int(unsafe.Sizeof(*h.rec))
	for i := range h.sides {
		n += cap(h.sides[i].pend) + cap(h.sides[i].messages)
	}
	return n
}

// answer tells n bytes as encrypted, and that no more are wanted once the
// handshake is over.
func (h *Handler) answer(s *side, n int64) stream.Answer {
	a := stream.Answer{Of: n, As: stream.Encrypted}
	if s.state == over {
		a.Skip, a.SkipAs = stream.SkipRest, stream.Encrypted
	}
	return a
}

// Skipped tells that the rest went by.
func (h *Handler) Skipped(dir stream.Dir, run stream.Run, at stream.At) stream.Answer {
	return h.answer(&h.sides[dir], 0)
}

// Gap ends the reading of a direction: records cannot be found again behind
// a hole, and what the handshake lacks is in it.
func (h *Handler) Gap(dir stream.Dir, n int64, why stream.Why, at stream.At) stream.Answer {
	s := &h.sides[dir]
	s.pos += n
	if why == stream.UrgentOut || s.state == over {
		return h.answer(s, 0)
	}
	if why == stream.SnapCut {
		h.rec.Marks.Add(record.MarkCut)
	} else {
		h.rec.Marks.Add(record.MarkGap)
	}
	h.close(s, dir)
	return h.answer(s, 0)
}

// End ends a direction.
func (h *Handler) End(dir stream.Dir, how stream.How, at stream.At) {
	h.sides[dir].ended = true
	if h.sides[dir.Other()].ended {
		h.tell()
	}
}

// close stops the reading of a direction's handshake.
func (h *Handler) close(s *side, dir stream.Dir) {
	s.state, s.pend, s.messages = over, nil, nil
	if h.o.Parts != nil {
		h.o.Parts(dir, &part.Part{Kind: part.Closed, Where: []part.Range{{Off: s.pos, Len: part.ToTheEnd}}})
	}
	if dir == stream.FromServer || h.sides[stream.FromServer].state == over {
		h.tell()
	}
}

// tell hands the record on, once, if anything of the connection was seen.
func (h *Handler) tell() {
	if h.told || h.rec.Request == nil && h.rec.Response == nil {
		return
	}
	h.told = true
	r := h.rec
	if r.Request == nil || r.Response == nil || r.Cipher == "" {
		r.Marks.Add(record.MarkIncomplete)
	}
	if r.Request != nil && r.Response != nil {
		if seconds := r.Response.End.Sub(r.Request.Time); seconds >= 0 {
			r.Seconds, r.Wait = seconds, max(0, r.Response.Time.Sub(r.Request.End))
		}
	}
	h.emit(r)
	// The record is emit's now; what is still read of the handshake goes nowhere.
	h.rec, h.sides[0].span, h.sides[1].span = new(record.TLS), nil, nil
}

// seen stretches a direction's span.
func (h *Handler) seen(s *side, dir stream.Dir, at stream.At) {
	if at.Overlap {
		h.rec.Marks.Add(record.MarkOverlap)
	}
	if s.span != nil {
		s.span.Extend(at)
		return
	}
	span := record.Begin(at)
	s.span = &span
	if dir == stream.FromClient {
		h.rec.Request = s.span
	} else {
		h.rec.Response = s.span
	}
}
