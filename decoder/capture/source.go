package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// readFailure tells of an error of the operating system without its path,
// which the error of the file names already.
func readFailure(err error) *damage {
	text := err.Error()
	var path *os.PathError
	if errors.As(err, &path) {
		text = path.Err.Error()
	}
	return &damage{text: "cannot be read: " + text, cause: err}
}

// streamSource reads pipes and compressed files in a goroutine that runs
// ahead by the few chunks that full holds.
type streamSource struct {
	full   chan piece
	quit   chan struct{}
	idle   func()
	layers []string
}

// piece is what the goroutine hands over: bytes or the end.
type piece struct {
	c   *chunk
	n   int
	err error
}

// chunksAhead is how many chunks wait for the reader.
const chunksAhead = 2

// startStream begins to read what open gives, compressed within limits. idle,
// where it is not nil, is called before there is something to wait for. open is
// called in the goroutine, because opening a named pipe waits for its writer.
func startStream(pool *chunkPool, limits unpacking, idle func(), open func() (io.ReadCloser, error)) *streamSource {
	s := &streamSource{full: make(chan piece, chunksAhead), quit: make(chan struct{}), idle: idle}
	go s.run(pool, limits, open)
	return s
}

func (s *streamSource) run(pool *chunkPool, limits unpacking, open func() (io.ReadCloser, error)) {
	f, err := open()
	if err != nil {
		s.send(piece{err: readFailure(err)})
		return
	}
	defer f.Close()
	r, layers, done, err := decompress(f, limits)
	s.layers = layers
	if err != nil {
		s.send(piece{err: err})
		return
	}
	defer done()
	for {
		c := pool.get()
		n, err := s.read(r, c.buf[pool.size.head:pool.size.sum()])
		if n > 0 && !s.send(piece{c: c, n: n}) || n == 0 {
			c.drop()
		}
		if err != nil {
			s.send(piece{err: err})
			return
		}
		select {
		case <-s.quit:
			return
		default:
		}
	}
}

// read fills b. A pipe's bytes are handed on as they come, so that a live
// capture is followed; what is decompressed comes in full chunks.
func (s *streamSource) read(r io.Reader, b []byte) (int, error) {
	n := 0
	for n < len(b) {
		k, err := r.Read(b[n:])
		n += k
		if err != nil {
			if err != io.EOF && len(s.layers) == 0 {
				err = readFailure(err)
			}
			return n, err
		}
		if k > 0 && len(s.layers) == 0 {
			break
		}
	}
	return n, nil
}

// send tells whether the reader still wants something.
func (s *streamSource) send(p piece) bool {
	select {
	case s.full <- p:
		return true
	case <-s.quit:
		return false
	}
}

func (s *streamSource) next(ctx context.Context) (*chunk, int, error) {
	if len(s.full) == 0 && s.idle != nil {
		s.idle()
	}
	select {
	case p := <-s.full:
		return p.c, p.n, p.err
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
}

func (s *streamSource) compression() []string { return s.layers }

func (s *streamSource) close() {
	close(s.quit)
	for {
		select {
		case p := <-s.full:
			if p.c != nil {
				p.c.drop()
			}
		default:
			return
		}
	}
}

// openFile looks at a path and begins to read it. Regular files that are not
// compressed are read directly, all others through a goroutine.
func openFile(path string, pool *chunkPool, limits unpacking, idle func()) (source, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, openFailure(err)
	}
	if info.IsDir() {
		return nil, 0, &damage{text: "is a directory", advice: "name the captures in it", refused: true}
	}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	if !info.Mode().IsRegular() {
		return startStream(pool, limits, idle, open), 0, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, openFailure(err)
	}
	if info, err = f.Stat(); err != nil {
		f.Close()
		return nil, 0, openFailure(err)
	}
	head := make([]byte, 8)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		f.Close()
		return nil, 0, openFailure(err)
	}
	if compressionOf(head[:n]) != "" || info.Size() == 0 && n > 0 { // /proc has files of size 0 with content
		f.Close()
		return startStream(pool, limits, idle, open), info.Size(), nil
	}
	return &plainSource{f: f, pool: pool, size: info.Size()}, info.Size(), nil
}

// openFailure is an error before the first byte.
func openFailure(err error) *damage {
	d := readFailure(err)
	if errors.Is(err, os.ErrNotExist) {
		d.text = "no such file"
	}
	d.refused = true
	return d
}

// unit writes a number with its noun: "1 byte", "2 bytes".
func unit(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
