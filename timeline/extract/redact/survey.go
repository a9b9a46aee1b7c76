package redact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"glancecap/decoder"
	"glancecap/decoder/http1"
	"glancecap/decoder/part"
	"glancecap/decoder/secret"
	"glancecap/decoder/stream"
)

// mostEdits bounds the places in which secrets are replaced; each takes some
// forty bytes of memory.
const mostEdits = 4 << 20

// survey is what the first reading finds.
type survey struct {
	conns   conns
	secrets *secret.InPlace
	// known are the secrets that are looked for everywhere, by what stands for
	// them: their value and how else it may be written.
	known  *search
	values map[string]string // what is searched for → the secret's value
	// plain are those that are not, since they may mean something else.
	plain map[string]bool
	edits int
	// at are the secrets of the text at hand.
	at []secret.Met
}

// learn recognises secrets where protocols have them.
func (r *run) learn(ctx context.Context) error {
	s := &survey{conns: make(conns), known: newSearch(), values: make(map[string]string), plain: make(map[string]bool)}
	s.secrets = secret.NewInPlace(r.options.Key, s.met)
	r.survey = s
	err := r.pass(ctx, r.source, decoder.Options{
		Parts: func(info *stream.Info, dir stream.Dir, p *part.Part) { r.take(info, dir, p) },
		Bytes: func(info *stream.Info, dir stream.Dir, _ int64, _ []byte) { s.conns.of(info, dir) },
	})
	for _, c := range s.conns {
		for d := range c.lines {
			c.lines[d].read = ordered(c.lines[d].read)
		}
	}
	if err == nil && s.edits > mostEdits {
		return fmt.Errorf("secrets stand in more than %d places: redact a part of the capture (--image, --stream, -A, -B)", mostEdits)
	}
	return err
}

// met takes note of a secret.
func (s *survey) met(m secret.Met) {
	s.at = append(s.at, m)
	switch {
	case m.User:
	case !searchable(m):
		s.plain[m.Value] = true
	case s.values[m.Raw] == "" || s.values[m.Value] == "":
		s.know(m.Value, m.Value)
		s.know(m.Raw, m.Value)
		s.know(url.QueryEscape(m.Value), m.Value)
		if quoted, err := json.Marshal(m.Value); err == nil {
			s.know(string(quoted[1:len(quoted)-1]), m.Value)
		}
	}
}

func (s *survey) know(text, value string) {
	if len(text) >= minSearched {
		s.known.add(text)
		s.values[text] = value
	}
}

// searchable tells whether a secret can be looked for in all bytes: whether
// where its letters stand it is meant. Tokens are; of what people make up, what
// is long enough and neither a plain word nor a number, a date or an address.
func searchable(m secret.Met) bool {
	const long = 16
	letters := strings.IndexFunc(m.Value, unicode.IsLetter) >= 0
	others := strings.IndexFunc(m.Value, func(c rune) bool { return !unicode.IsLetter(c) }) >= 0
	switch {
	case len(m.Value) < minSearched || len(m.Raw) < minSearched:
		return false
	case !m.Guessable:
		return true
	}
	return letters && (len(m.Value) >= long || others)
}

// take looks at a part of a message.
func (r *run) take(info *stream.Info, dir stream.Dir, p *part.Part) {
	s := r.survey
	_, l := s.conns.of(info, dir)
	switch {
	case p.Kind == part.Closed:
		l.cut(p.Where, Encrypted)
		return
	case p.Kind == part.Plain:
		l.reads(p, p.Where)
		return
	case p.Kind == part.Content && len(p.Codings) > 0:
		r.wrapped(l, p)
		return
	}
	s.at = s.at[:0]
	before := string(p.Bytes)
	after := s.redacted(p, before)
	if p.Kind == part.Content && len(before) == 0 && !p.Text && !strings.HasPrefix(strings.ToLower(p.Type), "multipart/") {
		l.reads(p, p.Rest) // an image, or what else is no text
	}
	switch {
	case after == before:
		l.reads(p, p.Where)
	case p.Sealed:
		l.cut(p.Where, Compressed)
	case total(p.Where) == int64(len(before)):
		s.edits += l.replace(p.Where, before, after, s.at)
		l.reads(p, p.Where)
	}
}

// redacted gives a part with pseudonyms in place of its secrets.
func (s *survey) redacted(p *part.Part, text string) string {
	if s.edits > mostEdits {
		return text
	}
	return recognised(s.secrets, p, text)
}

// recognised has the secrets in a part replaced.
func recognised(in *secret.InPlace, p *part.Part, text string) string {
	switch p.Kind {
	case part.Head:
		return in.Head(text)
	case part.Trailer:
		return in.Field(text)
	case part.Content:
		return in.Body(text)
	case part.Statement:
		return in.SQL(text)
	case part.Param:
		return in.Param(p.Name, p.N, text)
	case part.Column, part.Attribute:
		return in.Column(p.Name, text)
	case part.Message:
		return in.Message(text)
	case part.Auth:
		return in.Auth(text)
	}
	return text
}

// wrapped looks into compressed content. It is cut where it holds a secret, and
// where not all of it can be looked at.
func (r *run) wrapped(l *line, p *part.Part) {
	text, err := r.unwrapped(p)
	if err != nil || r.redacted(&part.Part{Kind: part.Content}, string(text)) != string(text) {
		l.cut(p.Where, Compressed)
		l.cut(p.Rest, Compressed)
		return
	}
	l.reads(p, p.Where)
}

// errPartly tells that not all of a body is there to be looked at.
var errPartly = errors.New("not all of it is there")

// unwrapped gives what content is without its codings.
func (r *run) unwrapped(p *part.Part) ([]byte, error) {
	b := r.options.Bounds
	text, err := http1.Inflate(p.Bytes, p.Codings, b.Inflated, b)
	if err == nil && (p.Short || len(p.Rest) > 0) {
		err = errPartly
	}
	return text, err
}

// reads notes that the meaning of stretches is known.
func (l *line) reads(p *part.Part, where []part.Range) {
	if p.Sealed {
		return
	}
	for _, r := range where {
		l.read = part.Join(l.read, r.Off, r.Len)
	}
}

func (l *line) cut(where []part.Range, why Reason) {
	for _, r := range where {
		l.cuts = append(l.cuts, cut{r, why})
	}
}

func total(ranges []part.Range) (n int64) {
	for _, r := range ranges {
		n += r.Len
	}
	return n
}
