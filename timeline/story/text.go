package story

import (
	"encoding/json"
	"strings"
)

// Text is a statement's text. The database's clients send few shapes with
// many literals (Glance's SELECT of an image has 2 KB and one id in it), so a
// text is kept as its shape, which many statements share, and its own
// literals.
type Text struct {
	// shape has a NUL where a literal stands; literals holds them in order,
	// each closed by a NUL. Without literals, shape is the text itself.
	shape, literals string
}

// PlainText is a text kept as it is.
func PlainText(s string) Text { return Text{shape: s} }

// Shapes keeps one copy of each shape. The zero value is ready.
type Shapes struct {
	seen map[string]string
	// shape and literals are room for the text at hand.
	shape, literals []byte
}

// maxShapes bounds the shapes that are kept; texts beyond are kept whole.
const maxShapes = 4096

// minLiteral is the length below which a literal stays part of the shape:
// cutting out a short one costs more than it saves.
const minLiteral = 6

// Text takes a statement's text apart. What cannot be taken apart (a text
// with a NUL, a quote that is not closed) is kept as it is.
func (s *Shapes) Text(text string) Text {
	if strings.IndexByte(text, 0) >= 0 {
		return Text{shape: strings.Clone(text)}
	}
	s.takeApart(text)
	if kept, ok := s.seen[string(s.shape)]; ok {
		return Text{shape: kept, literals: string(s.literals)}
	}
	if len(s.seen) >= maxShapes {
		return Text{shape: strings.Clone(text)}
	}
	if s.seen == nil {
		s.seen = make(map[string]string)
	}
	kept := string(s.shape)
	s.seen[kept] = kept
	return Text{shape: kept, literals: string(s.literals)}
}

// Like takes a text apart as Text does, but looks first whether it is like one
// that was taken apart before: a statement of 3 KB is then compared once, not
// searched, copied, hashed and compared.
func (s *Shapes) Like(text string, known ...Text) Text {
	for _, k := range known {
		if k.literals == "" {
			if text == k.shape {
				return k
			}
		} else if s.follows(k.shape, text) {
			if string(s.literals) == k.literals {
				return k
			}
			return Text{shape: k.shape, literals: string(s.literals)}
		}
	}
	return s.Text(text)
}

// follows tells whether a text is taken apart into a shape that has literals, and
// fills literals.
func (s *Shapes) follows(shape, text string) bool {
	s.literals = s.literals[:0]
	for {
		between, behind, more := strings.Cut(shape, "\x00")
		if !strings.HasPrefix(text, between) {
			return false
		}
		if text = text[len(between):]; !more {
			return text == ""
		}
		if text == "" || text[0] != '\'' {
			return false
		}
		end := closingQuote(text, 0)
		literal := text[:end]
		if end < minLiteral || strings.IndexByte(literal, 0) >= 0 {
			return false
		}
		s.literals = append(append(s.literals, literal...), 0)
		shape, text = behind, text[end:]
	}
}

// takeApart fills shape and literals from a text.
func (s *Shapes) takeApart(text string) {
	s.shape, s.literals = s.shape[:0], s.literals[:0]
	for from := 0; ; {
		quote := strings.IndexByte(text[from:], '\'')
		if quote < 0 {
			s.shape = append(s.shape, text[from:]...)
			return
		}
		quote += from
		end := closingQuote(text, quote)
		if end-quote < minLiteral {
			s.shape = append(s.shape, text[from:end]...)
		} else {
			s.shape = append(append(s.shape, text[from:quote]...), 0)
			s.literals = append(append(s.literals, text[quote:end]...), 0)
		}
		from = end
	}
}

// closingQuote gives the place behind the literal that opens at i, the end of
// the text where it is not closed (MySQL manual 9.1.1: \ escapes, and two quotes are one).
func closingQuote(text string, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case '\'':
			return j + 1
		}
	}
	return len(text)
}

// String puts the text together again.
func (t Text) String() string {
	if t.literals == "" {
		return t.shape
	}
	var b strings.Builder
	b.Grow(len(t.shape) + len(t.literals))
	shape, literals := t.shape, t.literals
	for {
		before, after, found := strings.Cut(shape, "\x00")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		literal, rest, _ := strings.Cut(literals, "\x00")
		b.WriteString(literal)
		shape, literals = after, rest
	}
}

// SameShape tells whether two texts share their shape.
func (t Text) SameShape(o Text) bool { return t.shape == o.shape }

// Quoted gives the part of the text in which its longer quoted strings stand.
func (t Text) Quoted() string {
	if t.literals == "" {
		return t.shape
	}
	return t.literals
}

// Size gives the bytes that the text takes beside its shape.
func (t Text) Size() int {
	if t.literals == "" {
		return 0
	}
	return len(t.literals)
}

// MarshalJSON writes the text as a string.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }
