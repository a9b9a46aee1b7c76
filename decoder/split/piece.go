package split

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"

	"glancecap/decoder/capture"
	"glancecap/decoder/manifest"
	"glancecap/decoder/record"
)

// piece is one output file in the making. Its first error is kept in err.
type piece struct {
	s      *splitter
	number int64
	file   *os.File
	final  string // known with the first packet
	// The bytes go from run, which joins records that lie one behind the
	// other in memory, through plain to compressor, if there is one, to sum, to
	// the file.
	run        []byte
	plain      *bufio.Writer
	compressor io.WriteCloser
	sum        *sum
	// sections and blocks tell how much of the head the piece has.
	sections, blocks int

	size        int64 // bytes before compression
	packets     int64
	first, last record.Time
	frames      frames
	streams     set
	images      []string // where they are known before
	err         error
}

// sum counts what goes into a file, and digests it where somebody wants that.
type sum struct {
	file  io.Writer
	hash  hash.Hash // nil where nobody does
	bytes int64
}

func (s *sum) Write(b []byte) (int, error) {
	n, err := s.file.Write(b)
	s.bytes += int64(n)
	if s.hash != nil {
		s.hash.Write(b[:n])
	}
	return n, err
}

// pieceBuffer is what is buffered of a piece. Runs that are longer go past it.
const pieceBuffer = 16 << 10

// begin creates a piece and writes its head.
func (s *splitter) begin(number int64) (*piece, error) {
	name := s.names.part(number)
	file, err := s.inputs.create(name)
	if err != nil {
		return nil, &OutputError{Path: name, Err: err}
	}
	p := &piece{s: s, number: number, file: file, first: record.NoTime, last: record.NoTime}
	p.sum = &sum{file: file}
	if s.list != nil {
		p.sum.hash = sha256.New()
	}
	if p.compressor, err = capture.Compressor(s.options.Compress, p.sum); err != nil {
		return nil, err
	}
	if p.compressor != nil {
		p.plain = bufio.NewWriterSize(p.compressor, pieceBuffer)
	} else {
		p.plain = bufio.NewWriterSize(p.sum, pieceBuffer)
	}
	p.prepare(&s.head)
	return p, nil
}

// prepare writes what of the head the piece does not have yet.
func (p *piece) prepare(h *head) {
	if p.sections != h.sections {
		p.raw(h.section)
		p.sections, p.blocks = h.sections, 0
	}
	for ; p.blocks < len(h.blocks); p.blocks++ {
		p.raw(h.blocks[p.blocks])
	}
}

// add writes a packet.
func (p *piece) add(c *capture.Packet) {
	p.note(c)
	p.raw(c.Record)
}

// note counts a packet as the piece's.
func (p *piece) note(c *capture.Packet) {
	t := record.Time(c.Time)
	if p.packets == 0 {
		p.final = p.s.names.final(p.number, t)
		if err := p.s.inputs.free(p.final, p.s.options.Force); err != nil && p.err == nil {
			p.err = err
		}
	}
	p.packets++
	if t != record.NoTime {
		if p.first == record.NoTime {
			p.first = t
		}
		p.first, p.last = min(p.first, t), max(p.last, t)
	}
	if p.s.list != nil {
		p.failed(p.frames.add(int64(c.Number)))
	}
}

// raw writes bytes of the input, which must stay valid until flush.
func (p *piece) raw(b []byte) {
	p.size += int64(len(b))
	n := len(p.run)
	if n > 0 && len(b) > 0 && cap(p.run)-n >= len(b) && &p.run[:n+1][n] == &b[0] {
		p.run = p.run[:n+len(b)]
		return
	}
	p.flush()
	p.run = b
}

// flush hands on what lies in the input's buffer.
func (p *piece) flush() {
	if len(p.run) > 0 && p.err == nil {
		_, err := p.plain.Write(p.run)
		p.failed(err)
	}
	p.run = nil
}

func (p *piece) failed(err error) {
	if p.err == nil && err != nil {
		p.err = plain(err)
	}
}

// seal closes the piece and gives it its name.
func (p *piece) seal() error {
	if p.final == "" {
		p.final = p.s.names.empty()
	}
	p.flush()
	p.failed(p.plain.Flush())
	if p.compressor != nil {
		p.failed(p.compressor.Close())
	}
	if p.err != nil {
		p.discard()
	} else if p.err = p.s.inputs.seal(p.file, p.final, !p.s.options.NoSync, p.s.options.Force); p.err != nil {
		os.Remove(p.file.Name())
	}
	if err := p.broken(); err != nil {
		return err
	}
	p.s.sealed(p)
	return nil
}

// broken gives the piece's error with its name.
func (p *piece) broken() error {
	if p.err == nil {
		return nil
	}
	name := p.final
	if name == "" {
		name = p.file.Name()
	}
	return &OutputError{Path: name, Err: p.err}
}

// discard leaves nothing of the piece behind.
func (p *piece) discard() {
	p.run = nil
	p.frames.close()
	p.file.Close()
	os.Remove(p.file.Name())
}

// sealed takes note of a piece that is whole.
func (s *splitter) sealed(p *piece) {
	r := &s.result
	if r.Pieces == 0 {
		r.First = p.final
	}
	r.Last = p.final
	r.Pieces++
	if s.list == nil {
		return
	}
	s.list.add(p, manifest.Piece{
		Packets: p.packets, Bytes: p.sum.bytes, SHA256: hex.EncodeToString(p.sum.hash.Sum(nil)), First: p.first, Last: p.last, Images: p.images,
	})
}

// finisher seals pieces in a goroutine, so that reading goes on while the disk
// writes.
type finisher struct {
	pieces chan *piece
	ended  chan struct{}
	broken chan struct{} // closed at the first error
	err    error         // of the first piece that could not be sealed
}

func (s *splitter) startFinisher() *finisher {
	f := &finisher{pieces: make(chan *piece, 1), ended: make(chan struct{}), broken: make(chan struct{})}
	go func() {
		defer close(f.ended)
		for p := range f.pieces {
			if f.err != nil {
				p.discard()
			} else if f.err = p.seal(); f.err != nil {
				close(f.broken)
			}
		}
	}()
	return f
}

// give hands a piece over. What of it lies in the input's buffer is written
// before.
func (f *finisher) give(p *piece) {
	p.flush()
	f.pieces <- p
}

// failed gives the error of a piece, if there is one already.
func (f *finisher) failed() error {
	select {
	case <-f.broken:
		return f.err
	default:
		return nil
	}
}

// wait seals what was given.
func (f *finisher) wait() error {
	close(f.pieces)
	<-f.ended
	return f.err
}
