package http1

import (
	"bytes"
	"errors"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"glancecap/decoder/bounds"
)

// maxCodings is how many encodings of one body are undone.
const maxCodings = 3

// minInflated is what any body may inflate to, however short it is; the
// ratio of the bounds counts beyond.
const minInflated = 64 << 10

// What ends the undoing of encodings before its time.
var (
	errInflated = errors.New("inflates to more than is allowed")
	errCodings  = errors.New("too many encodings, or an unknown one")
)

// Inflate undoes the content codings of a body, given in the order in which
// they were applied, and gives at most limit bytes of the content. The error
// tells that what is given is not all of it.
func Inflate(b []byte, codings []string, limit int, bound bounds.Bounds) ([]byte, error) {
	text, err := inflate(b, codings, limit, bound)
	if err == nil && len(text) > limit {
		text, err = text[:limit], errInflated
	}
	return text, err
}

// inflate undoes encodings and gives at most limit+1 bytes of the content. It
// reads on behind them only to learn whether a bound is broken: errInflated.
// With any error the text goes as far as it could be read.
func inflate(b []byte, codings []string, limit int, bound bounds.Bounds) (text []byte, err error) {
	if len(codings) > maxCodings {
		return nil, errCodings
	}
	most := min(bound.Inflated, max(minInflated, len(b)*bound.InflateRatio))
	var r io.Reader = bytes.NewReader(b)
	for i := len(codings) - 1; i >= 0; i-- {
		layer, closeIt, err := decoderOf(codings[i], r, bound)
		if err != nil {
			return nil, err
		}
		defer closeIt()
		r = &capped{r: layer, left: most}
	}
	text, err = io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(text) > limit {
		_, err = io.Copy(io.Discard, r)
	}
	if errors.Is(err, errInflated) {
		err = errInflated
	}
	return text, err
}

// decoderOf gives a reader that undoes one encoding.
func decoderOf(coding string, r io.Reader, bound bounds.Bounds) (layer io.Reader, closeIt func(), err error) {
	nothing := func() {}
	switch coding {
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		return z, nothing, err
	case "deflate":
		// Meant is zlib (RFC 9110 §8.4.1.2); some send bare deflate.
		var first [2]byte
		n, _ := io.ReadFull(r, first[:])
		r = io.MultiReader(bytes.NewReader(first[:n]), r)
		if n == 2 && first[0]&0x0f == 8 && (uint(first[0])<<8|uint(first[1]))%31 == 0 {
			z, err := zlib.NewReader(r)
			return z, nothing, err
		}
		return flate.NewReader(r), nothing, nil
	case "br":
		return brotli.NewReader(r), nothing, nil
	case "zstd":
		var z *zstd.Decoder
		z, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(uint64(bound.Inflated)), zstd.WithDecoderMaxWindow(uint64(bound.Inflated)))
		if err != nil {
			return nil, nothing, err
		}
		return z, z.Close, nil
	}
	return nil, nothing, errCodings
}

// capped gives errInflated once more than left bytes were read.
type capped struct {
	r    io.Reader
	left int
}

// Read reads from the inflating reader.
func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if n > c.left {
		return c.left, errInflated
	}
	c.left -= n
	return n, err
}
