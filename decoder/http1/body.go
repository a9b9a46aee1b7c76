package http1

import (
	"strings"
	"unicode/utf8"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// keeping is what is done with a body's content.
type keeping uint8

const (
	keepNothing keeping = iota // counted, not looked at
	keepIfText                 // no type is told: kept while it looks like text
	keepText                   // JSON and other text
)

// choose decides from the head whether the body is kept.
func (m *message) choose(o Options) {
	switch {
	case m.how == noBody || m.how == opaque || m.how == unknown:
		m.keep = keepNothing
	case isTextType(m.contentType):
		m.keep = keepText
	case m.contentType == "" && m.encoding == "" && len(m.others) == 0:
		m.keep = keepIfText
	}
}

// isTextType tells whether a media type is text that is worth keeping.
func isTextType(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	if strings.HasPrefix(mediaType, "text/") {
		return true
	}
	for _, word := range [...]string{"json", "xml", "x-www-form-urlencoded", "yaml", "javascript"} {
		if strings.Contains(mediaType, word) {
			return true
		}
	}
	return false
}

// limit is how many bytes of the body are kept, compressed or not.
func (m *message) limit(o Options) int {
	if o.Bodies || m.encoding != "" || len(m.others) > 0 {
		return o.Bounds.BodyText
	}
	return o.Bounds.BodyDefault
}

// inBody takes content.
func (h *Handler) inBody(s *side, b []byte, at stream.At) int {
	m := &s.msg
	if s.state != untilEnd && int64(len(b)) > m.left {
		b = b[:m.left]
	}
	m.span.Extend(at)
	m.overlap = m.overlap || at.Overlap
	m.captured += int64(len(b))
	if m.nobodyReads() {
		s.tail += int64(len(b))
	} else {
		s.tail = 0
	}
	kept := m.collect(b, m.limit(h.o))
	h.locate(s, b, kept)
	if m.digest != nil {
		m.digest.write(b)
	} else {
		s.counted[stream.Skipped] += int64(len(b) - kept)
	}
	h.advance(s, int64(len(b)))
	return len(b)
}

// advance counts n bytes of a body as gone by, seen or not.
func (h *Handler) advance(s *side, n int64) {
	if s.state == untilEnd {
		return
	}
	s.msg.left -= n
	if s.msg.left > 0 {
		return
	}
	if s.state == chunkData {
		s.state = chunkEnd
		return
	}
	h.finish(s, true)
}

// collect keeps content that is text, up to the limit, and tells how many
// bytes it kept.
func (m *message) collect(b []byte, limit int) int {
	if m.keep == keepNothing {
		return 0
	}
	if m.keep == keepIfText && looksBinary(b) {
		m.keep, m.text = keepNothing, m.text[:0]
		return 0
	}
	room := limit - len(m.text)
	if len(b) <= room {
		m.text = append(m.text, b...)
		return len(b)
	}
	if m.keep == keepIfText {
		m.keep, m.text = keepNothing, m.text[:0]
		return 0
	}
	m.text = append(m.text, b[:room]...)
	m.keep, m.truncated = keepNothing, true
	return room
}

// looksBinary tells whether b holds a byte that no text holds.
func looksBinary(b []byte) bool {
	for _, c := range b {
		if c < ' ' && (c < '\t' || c > '\r') || c == 0x7f {
			return true
		}
	}
	return false
}

// broken stops the keeping and digesting at a hole: what comes behind it is
// no continuation of what came before.
func (m *message) broken() {
	m.keep, m.digest = keepNothing, nil
}

// body tells of the content when it is over; nil where there is none.
func (m *message) body(o Options, whole bool) *record.Body {
	b := &record.Body{Length: record.NoCount, Captured: m.captured, LeftOut: m.leftOut, Trailers: m.trailers}
	switch {
	case m.how == fixed:
		b.Length = record.Count(m.length)
	case m.how == chunked:
		b.Chunked = true
		if whole && !m.lostFrame {
			b.Length = record.Count(m.content())
		}
	case m.how == untilClose:
		if whole {
			b.Length = record.Count(m.content())
		}
		if m.content() == 0 {
			return nil
		}
	case m.how == untilNext:
		if m.captured == 0 {
			return nil
		}
	default:
		return nil
	}
	if m.encoding != "" {
		encoding := m.encoding
		b.Encoding = &encoding
	}
	b.Text = m.decoded(o, whole)
	return b
}

// decoded gives the kept text without its encodings, nil where there is none.
func (m *message) decoded(o Options, whole bool) *string {
	if len(m.text) == 0 {
		return nil
	}
	limit := o.Bounds.BodyDefault
	if o.Bodies {
		limit = o.Bounds.BodyText
	}
	text := m.text
	if codings := m.codings(); len(codings) > 0 {
		var err error
		text, err = inflate(text, codings, limit, o.Bounds)
		switch {
		case err == errInflated:
			o.Hits.Hit(hitInflated)
			m.marks.Add(record.MarkDecompressLimit)
		case err != nil && whole && !m.truncated && m.missing == 0:
			m.marks.Add(record.MarkAnomaly + "content_encoding")
		}
		if len(text) > limit {
			text, m.truncated = text[:limit], true
		}
		if len(text) == 0 {
			return nil
		}
	}
	if m.truncated {
		m.marks.Add(record.MarkTruncatedText)
		text = wholeRunes(text)
	}
	if m.contentType == "" && !utf8.Valid(text) {
		return nil
	}
	valid, replaced := validText(string(text))
	if replaced {
		m.marks.Add(record.MarkReplacedText)
	}
	return &valid
}

// wholeRunes drops the beginning of a character at the end of a cut text.
func wholeRunes(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return b[:i]
			}
			break
		}
	}
	return b
}

// codings lists the encodings of the content in the order in which they were
// applied (RFC 9110 §8.4, RFC 9112 §7).
func (m *message) codings() (list []string) {
	for value, more := m.encoding, m.encoding != ""; more; {
		var one string
		one, value, more = strings.Cut(value, ",")
		if one = strings.ToLower(strings.TrimSpace(one)); one != "" && one != "identity" {
			list = append(list, one)
		}
	}
	return append(list, m.others...)
}
