package split

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
)

// MostPieces is how many pieces a split by connection makes at most: all of
// them are open at once.
const MostPieces = 256

// byConnection makes pieces in which no connection is torn. The input is read
// twice: once to weigh the connections, once to write. Standard input and pipes
// are kept in a file without a name meanwhile.
func (s *splitter) byConnection(ctx context.Context, path string) error {
	path, keep, err := s.rewindable(path)
	if err != nil {
		return err
	}
	if keep != nil {
		defer keep.file.Close()
	}
	w := newWeights(s.options.Bounds.Pairs)
	if err := s.weigh(ctx, path, w); err != nil {
		return s.spooling(keep, err)
	}
	if keep != nil {
		if err := keep.rewind(); err != nil {
			return s.spooling(keep, err)
		}
		s.options.Stdin = keep.file
	}
	n := s.options.Pieces
	if n == 0 {
		n = int(min((w.total+s.options.Size-1)/s.options.Size, MostPieces+1))
		if n > MostPieces {
			return &OutputError{Path: s.names.empty(), Err: fmt.Errorf("pieces of %d bytes would be more than the %d that can be written at once: give a larger --size", s.options.Size, MostPieces)}
		}
	}
	w.assign(max(n, 1))
	s.result.Held = w.held
	return s.distribute(ctx, path, w, max(n, 1))
}

// tracker follows a walk over the input and tells the key of each packet: the
// hash of its connection, or what stands for one.
type tracker struct {
	decoder *packet.Decoder
	segment packet.Segment
}

// stray is how many packets that are no TCP, one behind the other, go to the
// same piece.
const stray = 1024

// fragmented is the key of fragments. The hash of a connection is odd, the key of
// other packets even and larger.
const fragmented = 2

// key gives the key of a packet. Fragments of IP have all the same one, and
// inFragments tells of a connection that came in some: it must go where they
// go.
func (t *tracker) key(p *capture.Packet) (key uint64, inFragments bool) {
	seg := &t.segment
	switch t.decoder.Decode(p, seg) {
	case packet.IsSegment:
		key, _ = pairOf(seg)
		return key, seg.Fragmented
	case packet.IsFragment:
		return fragmented, false
	}
	return mix(uint64(p.Number/stray))&^3 | 4, false
}

// weigh reads the input and adds up the bytes of each connection.
func (s *splitter) weigh(ctx context.Context, path string, w *weights) error {
	t := tracker{decoder: packet.NewDecoder(s.options.Bounds)}
	return s.walk(ctx, path, func(p *capture.Packet) error {
		if p.Kind == capture.IsPacket {
			key, inFragments := t.key(p)
			w.add(key, int64(len(p.Record)), inFragments)
		}
		return nil
	}, func() error { return nil })
}

// distribute reads the input again and gives each packet to its piece.
func (s *splitter) distribute(ctx context.Context, path string, w *weights, n int) error {
	d := distribution{s: s, weights: w, tracker: tracker{decoder: packet.NewDecoder(s.options.Bounds)}, pieces: make([]*piece, n)}
	if s.list != nil {
		d.streams = newStreams(s.options.Bounds)
	}
	err := s.walk(ctx, path, d.take, d.flush)
	if err == nil && d.first == nil {
		d.first, err = d.begin()
	}
	finished := s.startFinisher()
	for _, p := range d.made {
		switch {
		case err == nil:
			finished.give(p)
		default:
			p.discard()
		}
	}
	if finishing := finished.wait(); err == nil {
		err = finishing
	}
	return err
}

// distribution is the second reading of the input.
type distribution struct {
	s       *splitter
	weights *weights
	tracker tracker
	streams *streams
	pieces  []*piece
	// first is the piece that began first, which has what belongs to none.
	first *piece
	// made are the pieces in the order in which they began.
	made []*piece
}

func (d *distribution) take(p *capture.Packet) error {
	if p.Kind != capture.IsPacket {
		needed, err := d.s.head.note(p)
		if err != nil || needed {
			return err
		}
		if d.first == nil {
			if d.first, err = d.begin(); err != nil {
				return err
			}
		}
		d.first.prepare(&d.s.head)
		d.first.raw(p.Record)
		return nil
	}
	key, _ := d.tracker.key(p)
	to, err := d.piece(d.weights.pieceOf(key))
	if err != nil {
		return err
	}
	to.prepare(&d.s.head)
	to.add(p)
	if d.streams != nil {
		to.streams.add(d.streams.of(p))
	}
	return nil
}

// piece gives the piece of a number, which it may be the first to ask for.
// Pieces are named in the order in which they begin.
func (d *distribution) piece(n int) (*piece, error) {
	if d.pieces[n] != nil {
		return d.pieces[n], nil
	}
	if d.first != nil && d.first.packets == 0 { // it was begun by something else than a packet
		d.pieces[n] = d.first
		return d.first, nil
	}
	p, err := d.begin()
	if err != nil {
		return nil, err
	}
	d.pieces[n] = p
	if d.first == nil {
		d.first = p
	}
	return p, nil
}

func (d *distribution) begin() (*piece, error) {
	p, err := d.s.begin(int64(len(d.made)))
	if err == nil {
		d.made = append(d.made, p)
	}
	return p, err
}

// flush writes what lies in the input's buffer.
func (d *distribution) flush() error {
	for _, p := range d.made {
		p.flush()
		if err := p.broken(); err != nil {
			return err
		}
	}
	return nil
}

// spool keeps what a pipe gave while it is read.
type spool struct {
	from io.Reader
	file *os.File
	err  error // of writing
}

// rewindable gives a path that can be read twice. Where the input is a pipe
// the path is standard input, and what is read of it is kept.
func (s *splitter) rewindable(path string) (string, *spool, error) {
	from := s.options.Stdin
	if path != "-" {
		info, err := os.Stat(path)
		if err != nil || info.Mode().IsRegular() || info.IsDir() {
			return path, nil, nil // the reader has the words for what is wrong
		}
		f, err := os.Open(path)
		if err != nil {
			return path, nil, nil
		}
		from = f
	}
	folder := filepath.Dir(s.names.prefix)
	file, err := os.CreateTemp(folder, ".glancecap-split-*")
	if err != nil {
		return path, nil, &OutputError{Path: folder, Err: plain(err)}
	}
	os.Remove(file.Name())
	k := &spool{from: from, file: file}
	s.options.Stdin = k
	return "-", k, nil
}

// Read reads on and keeps what it gives.
func (k *spool) Read(b []byte) (int, error) {
	n, err := k.from.Read(b)
	if n > 0 && k.err == nil {
		_, k.err = k.file.Write(b[:n])
	}
	if k.err != nil {
		return 0, k.err
	}
	return n, err
}

// rewind keeps also what the first reading left, and goes back.
func (k *spool) rewind() error {
	if _, err := io.Copy(io.Discard, k); err != nil {
		return err
	}
	_, err := k.file.Seek(0, io.SeekStart)
	return err
}

// spooling gives an error of keeping the input its name.
func (s *splitter) spooling(k *spool, err error) error {
	if k == nil || k.err == nil {
		return err
	}
	return &OutputError{Path: filepath.Dir(s.names.prefix), Err: fmt.Errorf("standard input cannot be kept there to be read twice: %w", plain(k.err))}
}
