package capture

import (
	"context"
	"io"
	"os"
)

// plainSource reads a plain local file up to the size it had when it was
// opened: what a running tcpdump adds meanwhile is not for this run.
type plainSource struct {
	f    *os.File
	pool *chunkPool
	size int64
	// given counts chunks from the beginning of the file.
	given int64
	// failed is why the file was not read to its size.
	failed *damage
	// baton hands over what Work's readers read, nil where there are none.
	baton *baton
}

func (s *plainSource) next(ctx context.Context) (*chunk, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if s.failed != nil {
		return nil, 0, s.failed
	}
	data := int64(s.pool.size.data)
	at := s.given * data
	if at >= s.size {
		return nil, 0, io.EOF
	}
	var p piece
	if s.baton != nil {
		p = s.baton.take()
	} else {
		p = s.read(s.given)
	}
	s.given++
	if int64(p.n) < min(data, s.size-at) {
		s.failed = damaged("the file became shorter while it was read: %d bytes when it was opened, %d now", s.size, at+int64(p.n))
		if p.err != nil && p.err != io.EOF {
			s.failed = readFailure(p.err)
		}
		if p.n == 0 {
			p.c.drop()
			return nil, 0, s.failed
		}
	}
	return p.c, p.n, nil
}

// read reads the nth chunk.
func (s *plainSource) read(n int64) piece {
	p, size := piece{c: s.pool.get()}, s.pool.size
	at := n * int64(size.data)
	b := p.c.buf[size.head:][:min(int64(size.data), s.size-at)]
	if p.n = readCached(s.f, b, at); p.n < len(b) {
		var n int
		n, p.err = s.f.ReadAt(b[p.n:], at+int64(p.n))
		p.n += n
	}
	return p
}

func (s *plainSource) compression() []string { return nil }

func (s *plainSource) close() { s.f.Close() }
