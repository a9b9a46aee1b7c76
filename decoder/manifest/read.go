package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Listed is a piece as a reader of captures needs it.
type Listed struct {
	File    string
	Packets int64
	Frames  Frames
	// Streams are those of its streams that ReadStreams was asked for.
	Streams []int
}

// Recognisable is how many bytes Begins looks at.
const Recognisable = 64

// Begins tells whether a file that begins with b is a manifest, of any version.
func Begins(b []byte) bool {
	text := strings.TrimLeft(string(b[:min(len(b), Recognisable)]), " \t\r\n{")
	rest, ok := strings.CutPrefix(text, `"schema"`)
	return ok && strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n:"), `"glancecap.split/`)
}

// mostCode limits the frame numbers that are kept, in bytes of their code, and
// mostPieces how many pieces are: what a manifest announces is not believed
// without bound.
const (
	mostCode   = 64 << 20
	mostPieces = 1 << 18
)

// Read reads the pieces of a manifest, in its order. The error says what is
// wrong and at which byte.
func Read(r io.Reader) ([]Listed, error) {
	return ReadStreams(r, nil)
}

// ReadStreams is Read, which gives the wanted ones of the pieces' streams too.
func ReadStreams(r io.Reader, wanted func(stream int) bool) ([]Listed, error) {
	p := &parser{d: json.NewDecoder(r), wanted: wanted}
	p.d.UseNumber()
	p.object(func(key string) {
		switch key {
		case "schema":
			if s := p.text(); p.err == nil && s != Schema {
				p.fail("its schema is %q, known is %q", s, Schema)
			}
		case "pieces":
			p.array(p.piece)
		default:
			p.skip()
		}
	})
	if p.err != nil {
		return nil, fmt.Errorf("manifest, byte %d: %w", p.d.InputOffset(), p.err)
	}
	return p.pieces, nil
}

// parser reads JSON token by token, since the frames of a piece may be many.
type parser struct {
	d      *json.Decoder
	wanted func(stream int) bool
	pieces []Listed
	code   int
	err    error
}

func (p *parser) fail(format string, a ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, a...)
	}
}

// token gives the next token, nil after an error.
func (p *parser) token() json.Token {
	if p.err != nil {
		return nil
	}
	t, err := p.d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	p.err = err
	return t
}

// object reads an object and calls member at each value.
func (p *parser) object(member func(key string)) {
	if t := p.token(); t != json.Delim('{') {
		p.fail("an object was expected")
		return
	}
	for p.err == nil && p.d.More() {
		key, _ := p.token().(string)
		member(key)
	}
	p.token()
}

// array reads an array and calls element at each value.
func (p *parser) array(element func()) {
	if t := p.token(); t != json.Delim('[') {
		p.fail("a list was expected")
		return
	}
	for p.err == nil && p.d.More() {
		element()
	}
	p.token()
}

func (p *parser) text() string {
	s, ok := p.token().(string)
	if !ok {
		p.fail("a string was expected")
	}
	return s
}

func (p *parser) number() int64 {
	n, ok := p.token().(json.Number)
	if !ok {
		p.fail("a number was expected")
		return 0
	}
	v, err := n.Int64()
	if err != nil || v < 0 || v > 1<<53 {
		p.fail("%s is no count", n)
	}
	return v
}

// skip passes over a value.
func (p *parser) skip() {
	depth := 0
	for {
		switch t := p.token(); t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 || p.err != nil {
			return
		}
	}
}

// piece reads one piece.
func (p *parser) piece() {
	var l Listed
	p.object(func(key string) {
		switch key {
		case "file":
			l.File = p.text()
		case "packets":
			l.Packets = p.number()
		case "frames":
			p.frames(&l.Frames)
		case "streams":
			p.array(func() {
				if n := int(p.number()); p.err == nil && p.wanted != nil && p.wanted(n) {
					l.Streams = append(l.Streams, n)
				}
			})
		default:
			p.skip()
		}
	})
	if p.err == nil && len(p.pieces) == mostPieces {
		p.fail("more than %d pieces", mostPieces)
	}
	p.code += l.Frames.Size() + len(l.File)
	p.pieces = append(p.pieces, l)
}

// frames reads pairs of distance and count.
func (p *parser) frames(f *Frames) {
	last := int64(0)
	p.array(func() {
		gap := p.number()
		if !p.d.More() {
			p.fail("a count is missing among the frames")
		}
		count := p.number()
		switch {
		case p.err != nil:
			return
		case gap < 1 || count < 1 || last+gap+count > 1<<53:
			p.fail("frames that do not ascend")
		case p.code+f.Size() > mostCode:
			p.fail("more frame numbers than can be kept (%d MiB)", mostCode>>20)
		}
		f.addRun(last+gap, count)
		last += gap + count - 1
	})
}
