package capture

import (
	"context"
	"io"
)

// source gives an input's bytes, uncompressed, chunk by chunk.
type source interface {
	// next gives a chunk whose bytes stand behind its head, and their number;
	// the chunk has one holder, the caller. An error comes without bytes and
	// is io.EOF at the proper end.
	next(ctx context.Context) (*chunk, int, error)
	// compression names the layers that were taken off, outermost first; it
	// is known once next has returned.
	compression() []string
	close()
}

// input is a window that moves over an input's bytes. What peek gives is valid
// until the next call of peek.
type input struct {
	ctx  context.Context
	src  source
	pool *chunkPool
	// cur holds buf, buf[at:] is what was not consumed yet.
	cur *chunk
	buf []byte
	at  int
	// base is the offset of buf[0] in the uncompressed file.
	base int64
	// end is why there is nothing behind buf, once that is known.
	end error
}

// offset is the place of the next byte in the uncompressed file.
func (in *input) offset() int64 { return in.base + int64(in.at) }

// peek gives the next n bytes without consuming them; fewer only where the
// input ends before, for the reason in.end.
func (in *input) peek(n int) []byte {
	if len(in.buf)-in.at < n {
		in.fill(n)
	}
	return in.buf[in.at:min(in.at+n, len(in.buf))]
}

// ready gives what is there without reading on.
func (in *input) ready() []byte { return in.buf[in.at:] }

// skip consumes n bytes that peek gave.
func (in *input) skip(n int) { in.at += n }

// fill reads on until n bytes are there or the input ends.
func (in *input) fill(n int) {
	for len(in.buf)-in.at < n && in.end == nil {
		c, got, err := in.src.next(in.ctx)
		if err != nil {
			in.end = err
			return
		}
		in.take(c, got, n)
	}
}

// take makes c, with got bytes behind its head, the window's new chunk. What was
// not consumed of the old one moves in front of them, so that a record always
// lies in one piece; where there is no room, because the record is long, both
// move into a chunk of their own that doubles as its bytes arrive.
func (in *input) take(c *chunk, got, want int) {
	rest, size := in.buf[in.at:], in.pool.size
	in.base += int64(in.at)
	start := size.head - len(rest)
	if start >= 0 {
		copy(c.buf[start:], rest)
		if in.cur != nil {
			in.cur.drop()
		}
		in.cur, in.buf, in.at = c, c.buf[start:size.head+got], 0
		return
	}
	defer c.drop()
	if in.at == 0 && cap(in.buf)-len(in.buf) >= got && len(in.cur.buf) > size.sum() {
		in.buf = append(in.buf, c.buf[size.head:size.head+got]...)
		return
	}
	long := in.pool.newChunk(min(2*len(rest), want) + got + size.data)
	n := copy(long.buf, rest)
	n += copy(long.buf[n:], c.buf[size.head:size.head+got])
	in.cur.drop()
	in.cur, in.buf, in.at = long, long.buf[:n], 0
}

// close gives everything back.
func (in *input) close() {
	if in.src != nil {
		in.src.close()
	}
	if in.cur != nil {
		in.cur.drop()
		in.cur, in.buf, in.at = nil, nil, 0
	}
	if in.end == nil {
		in.end = io.EOF
	}
}
