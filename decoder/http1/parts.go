package http1

import (
	"glancecap/decoder/part"
	"glancecap/decoder/stream"
)

// offset gives where in the direction b begins, which is a slice of what the
// present step was given: both reach to the end of the same memory.
func (s *side) offset(b []byte) int64 { return s.pos + int64(cap(s.cur)-cap(b)) }

// dir is the direction of a side.
func (s *side) dir() stream.Dir {
	if s.response {
		return stream.FromServer
	}
	return stream.FromClient
}

// held gives where the first n bytes lie that wait.
func (s *side) held(n int) (where []part.Range) {
	from := 0
	for _, p := range s.pieces {
		if from < n {
			where = part.Join(where, p.off, int64(min(p.end, n)-from))
		}
		from = p.end
	}
	return where
}

// tellHead tells of a head, which lies in the bytes that wait or in those of
// the present step.
func (h *Handler) tellHead(s *side, b []byte) {
	if h.o.Parts == nil || len(b) == 0 {
		return
	}
	h.o.Parts(s.dir(), &part.Part{Kind: part.Head, Bytes: b, Where: s.where(b)})
}

// where gives where b lies, which is the beginning of what waits or, where
// nothing waits, a slice of the present step's bytes.
func (s *side) where(b []byte) []part.Range {
	if len(s.pend) > 0 {
		return s.held(len(b))
	}
	return part.Join(nil, s.offset(b), int64(len(b)))
}

// tellTrailer tells of the field that waits.
func (h *Handler) tellTrailer(s *side) {
	if h.o.Parts != nil {
		h.o.Parts(s.dir(), &part.Part{Kind: part.Trailer, Bytes: s.pend, Where: s.held(len(s.pend))})
	}
}

// locate notes where content lies, of which the first kept bytes were kept.
func (h *Handler) locate(s *side, b []byte, kept int) {
	if h.o.Parts == nil {
		return
	}
	m, left := &s.msg, int64(kept)
	for _, r := range s.where(b) {
		n := min(left, r.Len)
		m.kept = part.Join(m.kept, r.Off, n)
		m.rest = part.Join(m.rest, r.Off+n, r.Len-n)
		left -= n
	}
}

// tellContent tells of the content of the message at hand. A body that was
// taken for text at first and given up is told as not kept.
func (h *Handler) tellContent(s *side, whole bool) {
	m := &s.msg
	if h.o.Parts == nil || len(m.kept)+len(m.rest) == 0 {
		return
	}
	p := part.Part{
		Kind: part.Content, Bytes: m.text, Where: m.kept, Rest: m.rest, Type: m.contentType, Text: isTextType(m.contentType), Codings: m.codings(),
		Short: !whole || m.truncated || m.missing > 0,
	}
	if len(m.text) == 0 {
		p.Where, p.Rest = nil, append(m.kept, m.rest...)
	}
	h.o.Parts(s.dir(), &p)
}
