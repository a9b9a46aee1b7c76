package http1

import (
	"bytes"
	"math"
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// chunk is where in a chunk's header line a direction is.
type chunk struct {
	size   int64
	digits int
	// extended tells that the line goes on behind the size.
	extended bool
	// tentative tells that the chunk was found by seeking, passed that bytes
	// were given up since seeking began.
	tentative, passed bool
}

// inChunks takes bytes of a chunked body that are no content (RFC 9112 §7.1).
func (h *Handler) inChunks(s *side, b []byte, at stream.At) int {
	if s.state != chunkSeek {
		s.msg.span.Extend(at)
		s.msg.overlap = s.msg.overlap || at.Overlap
	}
	switch s.state {
	case chunkSize:
		return h.chunkDigits(s, b)
	case chunkExt:
		return h.chunkLine(s, b)
	case chunkEnd:
		return h.behindChunk(s, b)
	case inTrailer:
		return h.trailer(s, b, at)
	}
	return h.seekChunkHeader(s, b, at)
}

// chunkDigits takes the size. Leading zeros are legal and cost nothing.
func (h *Handler) chunkDigits(s *side, b []byte) int {
	c := &s.msg.chunk
	for i := range b {
		d, ok := hexDigit(b[i])
		if !ok {
			if c.digits == 0 {
				h.badChunk(s, "chunk_size")
				return i
			}
			c.extended = false
			s.state = chunkExt
			return i
		}
		if c.size > math.MaxInt64>>4 {
			h.badChunk(s, "chunk_size")
			return i
		}
		c.size = c.size<<4 | int64(d)
		c.digits = 1
	}
	return len(b)
}

// chunkLine takes what follows the size: extensions, which have no meaning
// here however long they are, and the line end.
func (h *Handler) chunkLine(s *side, b []byte) int {
	m := &s.msg
	if !m.chunk.extended {
		if !bytes.ContainsRune([]byte("; \t\r\n"), rune(b[0])) {
			h.badChunk(s, "chunk_size")
			return 0
		}
		m.chunk.extended = true
	}
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 {
		return len(b)
	}
	h.chunkBegins(s, m.chunk.size)
	return n
}

// chunkBegins goes from a chunk's header to its content.
func (h *Handler) chunkBegins(s *side, size int64) {
	s.msg.left = size
	s.msg.chunk.size, s.msg.chunk.digits = 0, 0
	s.state = chunkData
	if size == 0 {
		s.state = inTrailer
	}
}

// behindChunk takes the line end behind a chunk's content.
func (h *Handler) behindChunk(s *side, b []byte) int {
	m := &s.msg
	switch {
	case b[0] == '\n':
		m.chunk.tentative = false
		s.state = chunkSize
		return 1
	case b[0] == '\r':
		return 1
	case m.chunk.tentative:
		h.loseChunk(s)
		return 0
	}
	m.marks.Add(record.MarkAnomaly + "chunk_without_line_end")
	s.state = chunkSize
	return 0
}

// badChunk ends a body whose chunks make no sense.
func (h *Handler) badChunk(s *side, name string) {
	if s.msg.chunk.tentative {
		h.loseChunk(s)
		return
	}
	s.msg.marks.Add(record.MarkAnomaly + name)
	h.finish(s, false)
	s.rejected()
}

// loseChunk begins to look for the next chunk's header.
func (h *Handler) loseChunk(s *side) {
	m := &s.msg
	m.lostFrame = true
	m.broken()
	m.chunk = chunk{}
	s.counted[stream.Skipped] += int64(len(s.pend))
	s.release(len(s.pend))
	s.state = chunkSeek
}

// seekChunkHeader looks for the next chunk's header, or for the next head
// where the body's end was lost too.
func (h *Handler) seekChunkHeader(s *side, b []byte, at stream.At) int {
	n := len(b)
	buf, find := b, func() (int, verdict) { return s.find(b) }
	if len(s.pend) > 0 {
		n = min(n, 512)
		s.hold(b[:n], at)
		buf, find = s.pend, s.look
	}
	start, end, size, v := seekChunk(buf, !s.msg.chunk.passed)
	head, hv := find()
	if v == sure && (hv == no || start <= head) {
		return h.chunkFound(s, n, start, end, size, at)
	}
	if hv == sure && (v == no || head < start) {
		h.finish(s, true)
		s.rejected()
		if len(s.pend) > 0 {
			h.again(s)
			return n
		}
		return 0
	}
	keep := len(buf)
	if v != no {
		keep = start
	}
	if hv != no {
		keep = min(keep, head)
	}
	s.passOver(b[:n], keep, at)
	return n
}

// passOver counts the bytes before keep as skipped, and holds the rest.
func (s *side) passOver(b []byte, keep int, at stream.At) {
	s.counted[stream.Skipped] += int64(keep)
	s.msg.chunk.passed = s.msg.chunk.passed || keep > 0
	if len(s.pend) > 0 {
		s.release(keep)
		return
	}
	if keep < len(b) {
		s.hold(b[keep:], at)
	}
}

// chunkFound goes on with a chunk that was found by seeking: its header lies
// from start to end of the bytes that wait, of which the last n are the
// call's, or of the call's own.
func (h *Handler) chunkFound(s *side, n, start, end int, size int64, at stream.At) int {
	m := &s.msg
	m.span.Extend(at)
	m.chunk.tentative = true
	s.counted[stream.Skipped] += int64(start)
	if len(s.pend) == 0 {
		h.chunkBegins(s, size)
		return end
	}
	s.release(end)
	h.chunkBegins(s, size)
	h.again(s)
	return n
}

// trailer takes a line behind the last chunk (RFC 9112 §7.1.2).
func (h *Handler) trailer(s *side, b []byte, at stream.At) int {
	m := &s.msg
	n := bytes.IndexByte(b, '\n') + 1
	complete := n > 0
	if !complete {
		n = len(b)
	}
	m.trailerBytes += n
	if room := maxSeekLine - len(s.pend); room > 0 {
		s.hold(b[:min(n, room)], at)
	}
	if m.trailerBytes > h.o.Bounds.HTTPHead && !m.marks.Has(record.MarkLimit) {
		h.o.Hits.Hit(hitHead)
		m.marks.Add(record.MarkLimit)
	}
	if !complete {
		return n
	}
	line := string(withoutEnd(s.pend))
	if line == "" {
		s.release(len(s.pend))
		h.finish(s, true)
		return n
	}
	if h.headForTrailer(s, line) {
		h.finish(s, true)
		h.again(s)
		return n
	}
	h.tellTrailer(s)
	s.release(len(s.pend))
	h.keepTrailer(m, line)
	return n
}

// headForTrailer tells whether the next message begins where a trailer or the
// empty line behind it is due: some senders leave the empty line out.
func (h *Handler) headForTrailer(s *side, line string) bool {
	ok := s.startLine(line)
	if ok {
		s.msg.marks.Add(record.MarkAnomaly + "last_chunk_without_end")
	}
	return ok
}

// keepTrailer keeps a trailer field.
func (h *Handler) keepTrailer(m *message, line string) {
	name, value, ok := strings.Cut(line, ":")
	switch {
	case !ok || !isToken(name):
		m.marks.Add(record.MarkAnomaly + "trailer")
	case len(m.trailers) >= h.o.Bounds.HTTPLines || m.trailerBytes > h.o.Bounds.HTTPHead:
		m.marks.Add(record.MarkLimit)
	default:
		name, _ = validText(name)
		value, _ = validText(strings.Trim(value, " \t"))
		m.trailers = append(m.trailers, [2]string{name, value})
	}
}
