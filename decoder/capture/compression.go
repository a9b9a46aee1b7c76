package capture

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The compressions that are read, by their magic (RFC 1952 §2.3.1, RFC 8878
// §3.1.1; bzip2 has no specification but its source).
const (
	gzipName  = "gzip"
	zstdName  = "zstd"
	bzip2Name = "bzip2"
)

// The largest window that a zstd frame may ask for: what `zstd --long` and
// `zstd --ultra -22` do, half of the resident memory of DESIGN §5. Several inputs share it, down to the 8 MiB that every decoder
// should grant (RFC 8878 §3.1.1.1.2).
const (
	zstdWindow      = 128 << 20
	zstdWindowLeast = 8 << 20
)

// unpacking limits decompression.
type unpacking struct {
	most   int    // layers
	window uint64 // of zstd, in bytes
}

// unpackingOf gives the limits for each of n inputs.
func unpackingOf(layers, n int) unpacking {
	return unpacking{most: layers, window: uint64(max(zstdWindow/max(n, 1), zstdWindowLeast))}
}

// compressionOf names the compression that a file's first bytes tell of, or
// gives "".
func compressionOf(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0x1f, 0x8b, 8}), len(b) == 2 && b[0] == 0x1f && b[1] == 0x8b:
		return gzipName
	case bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstdName
	case len(b) >= 4 && b[0]&0xf0 == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18: // a skippable frame
		return zstdName
	case len(b) >= 4 && bytes.HasPrefix(b, []byte("BZh")) && b[3] >= '1' && b[3] <= '9':
		return bzip2Name
	}
	return ""
}

// decompress takes layers of compression off until there is none, at most
// limits.most of them. It gives their names, outermost first, and what is to be
// called in the end.
func decompress(r io.Reader, limits unpacking) (io.Reader, []string, func(), error) {
	var layers []string
	var closers []func()
	done := func() {
		for _, f := range closers {
			f()
		}
	}
	for {
		br := bufio.NewReaderSize(r, 64<<10)
		head, _ := br.Peek(4)
		name := compressionOf(head)
		if name == "" {
			return br, layers, done, nil
		}
		if len(layers) == limits.most {
			done()
			return nil, layers, nil, &damage{refused: true,
				text:   fmt.Sprintf("is compressed more than %s: %s in %s", times(limits.most), name, strings.Join(reversed(layers), " in ")),
				advice: "decompress it and give what comes out"}
		}
		layers = append(layers, name)
		switch name {
		case gzipName:
			r = &layer{name: name, r: &gzipMembers{in: br}}
		case zstdName:
			d, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxWindow(limits.window), zstd.WithDecoderMaxMemory(1<<63-1))
			if err != nil {
				done()
				return nil, layers, nil, &damage{text: "zstd: " + err.Error(), cause: err}
			}
			closers = append(closers, d.Close)
			r = &layer{name: name, r: d, window: limits.window}
		case bzip2Name:
			r = &layer{name: name, r: bzip2.NewReader(br)}
		}
	}
}

// Unpack takes up to so many layers of compression off a file that is no capture
// itself, one of n that are read at once. What it read ahead of in is lost to
// other readers; done gives the decompressors back.
func Unpack(in io.Reader, layers, n int) (plain io.Reader, done func(), err error) {
	plain, _, done, err = decompress(in, unpackingOf(layers, n))
	return plain, done, err
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

func reversed(names []string) []string {
	out := make([]string, 0, len(names))
	for i := len(names) - 1; i >= 0; i-- {
		out = append(out, names[i])
	}
	return out
}

// layer reads through one decompressor and puts its errors into words.
type layer struct {
	name   string
	r      io.Reader
	window uint64 // that zstd was allowed, in bytes
}

func (l *layer) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if err == nil || err == io.EOF {
		return n, err
	}
	var inner *damage
	if errors.As(err, &inner) { // of a layer further out: it has its words
		return n, inner
	}
	d := &damage{cause: err}
	var structure bzip2.StructuralError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		d.text = "the " + l.name + " data ends early"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch),
		errors.As(err, &structure) && strings.Contains(err.Error(), "checksum"):
		d.text = "the " + l.name + " data is damaged: its checksum does not agree with its content"
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		d.text = fmt.Sprintf("the zstd data asks for a window of more than %d MiB", l.window>>20)
		d.advice = "decompress it and give what comes out"
	case errors.Is(err, errTrailing):
		d.text = "bytes that are no " + l.name + " data follow the " + l.name + " data"
	default:
		d.text = "the " + l.name + " data is damaged: " + err.Error()
	}
	return n, d
}

// errTrailing tells of bytes behind the last member.
var errTrailing = errors.New("trailing bytes")

// gzipMembers reads a gzip file's members one behind the other (RFC 1952
// §2.2). Zeros behind the last one are padding, as gzip(1) sees it; anything
// else there is an error, since a capture may have been lost.
type gzipMembers struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func (g *gzipMembers) Read(b []byte) (int, error) {
	for {
		if g.z == nil {
			z, err := gzip.NewReader(g.in)
			if err != nil {
				return 0, early(err)
			}
			z.Multistream(false)
			g.z = z
		}
		n, err := g.z.Read(b)
		if err != io.EOF {
			return n, err
		}
		if n > 0 {
			return n, nil // the next call finds the end again
		}
		if err := g.nextMember(); err != nil {
			return 0, err
		}
	}
}

// nextMember begins the member behind the one that ended; io.EOF where there
// is none.
func (g *gzipMembers) nextMember() error {
	head, err := g.in.Peek(2)
	if len(head) == 0 {
		return err
	}
	if head[0] == 0 {
		return g.padding()
	}
	if head[0] != 0x1f || len(head) == 2 && head[1] != 0x8b {
		return errTrailing
	}
	if err := g.z.Reset(g.in); err != nil {
		return early(err)
	}
	g.z.Multistream(false)
	return nil
}

// padding reads zeros to the end of the file.
func (g *gzipMembers) padding() error {
	for {
		c, err := g.in.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 {
			return errTrailing
		}
	}
}

// early turns the end of the file inside of a member's header into what it
// is: a bare io.EOF would read as the proper end.
func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
