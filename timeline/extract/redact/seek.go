package redact

import (
	"context"

	"glancecap/decoder"
	"glancecap/decoder/part"
	"glancecap/decoder/stream"
)

// seek looks for known secrets in all bytes that were delivered, across
// packets, and for what can be recognised anywhere in those whose meaning is
// not known.
func (r *run) seek(ctx context.Context) error {
	s := r.survey
	return r.pass(ctx, r.source, decoder.Options{
		Parts: func(info *stream.Info, dir stream.Dir, p *part.Part) {
			_, l := s.conns.of(info, dir)
			if r.sealsKnown(p) {
				l.cut(p.Where, Compressed)
				l.cut(p.Rest, Compressed)
			}
		},
		Bytes: func(info *stream.Info, dir stream.Dir, off int64, b []byte) {
			_, l := s.conns.of(info, dir)
			behindHole := info.Midstream[dir]
			if k := len(l.given); k > 0 {
				behindHole = l.given[k-1].Off+l.given[k-1].Len != off
			}
			l.given = part.Join(l.given, off, int64(len(b)))
			s.seekIn(l, off, b)
			s.seekLoose(l, off, b, behindHole)
		},
	})
}

// sealsKnown tells whether a part that came out of compression holds a secret
// that is known.
func (r *run) sealsKnown(p *part.Part) bool {
	if p.Kind == part.Content && len(p.Codings) > 0 {
		text, _ := r.unwrapped(p)
		return r.known.has(text)
	}
	return p.Sealed && r.known.has(p.Bytes)
}

// seekIn looks for known secrets in the next bytes of a direction, as they are
// with the edits so far, and in the end of those before.
func (s *survey) seekIn(l *line, off int64, b []byte) {
	if s.known.longest == 0 {
		return
	}
	if l.end != off {
		l.tail = l.tail[:0]
	}
	from := off - int64(len(l.tail))
	buf := append(l.tail, b...)
	l.apply(off, len(b), func(at int, text string) { copy(buf[int(off-from)+at:], text) })
	for at, text := s.known.next(buf, 0); at >= 0; at, text = s.known.next(buf, at+len(text)) {
		s.at = s.at[:0]
		name := s.secrets.Secret(s.values[text], text)
		s.edits += l.replace([]part.Range{{Off: from + int64(at), Len: int64(len(text))}}, text, name, s.at)
		copy(buf[at:], name)
	}
	keep := min(len(buf), s.known.longest-1)
	l.tail = append(l.tail[:0], buf[len(buf)-keep:]...)
	l.end = off + int64(len(b))
}

// tornToken gives the length of what b begins with that may be the end of a
// token; 0 where that is too short to be one, or an ordinary word.
func tornToken(b []byte) int {
	const least = 12
	n := 0
	for n < len(b) && n < 8<<10 && (b[n] == '-' || b[n] == '_' || b[n] == '=' || '0' <= b[n] && b[n] <= '9' || 'a' <= b[n]|0x20 && b[n]|0x20 <= 'z') {
		n++
	}
	if n < least {
		return 0
	}
	return n
}

// looseTail is how much of bytes without meaning is looked at again with what
// follows them.
const looseTail = 1 << 10

// seekLoose looks at those of the next bytes whose meaning is not known. What
// they begin with behind a hole may be the end of a secret.
func (s *survey) seekLoose(l *line, off int64, b []byte, behindHole bool) {
	if n := tornToken(b); behindHole && n > 0 {
		if gap, some := missing(l.read, off, int64(n)); some && gap.Len == int64(n) {
			s.at = s.at[:0]
			text := string(b[:n])
			s.edits += l.replace([]part.Range{gap}, text, s.secrets.Torn(text), s.at)
		}
	}
	for len(b) > 0 {
		gap, some := missing(l.read, off, int64(len(b)))
		if !some {
			return
		}
		if gap.Off != l.looseEnd {
			l.loose = l.loose[:0]
		}
		begin := gap.Off - int64(len(l.loose))
		l.loose = append(l.loose, b[gap.Off-off:gap.Off-off+gap.Len]...)
		s.at = s.at[:0]
		before := string(l.loose)
		if after := s.secrets.Anything(before); after != before {
			s.edits += l.replace([]part.Range{{Off: begin, Len: int64(len(before))}}, before, after, s.at)
		}
		l.loose = append(l.loose[:0], before[max(0, len(before)-looseTail):]...)
		l.looseEnd = gap.Off + gap.Len
		b = b[l.looseEnd-off:]
		off = l.looseEnd
	}
}
