package capture

import (
	"container/heap"
	"context"
	"io"
	"path"
	"path/filepath"
	"slices"

	"glancecap/decoder/bounds"
	"glancecap/decoder/manifest"
	"glancecap/decoder/record"
)

// Options are what Open is asked for.
type Options struct {
	// Stdin is read for the path "-".
	Stdin io.Reader
	// Opened are inputs that are open already, by their paths: pipes that
	// were looked into.
	Opened map[string]io.Reader
	// Bounds limits records and compressions.
	Bounds bounds.Bounds
	// Clocks correct the times of inputs, by their paths. All else goes by the
	// times so corrected.
	Clocks map[string]Clock
	// Everything gives what is no packet too, in the order of the file, so
	// that the Records joined are the file. It is for a single input.
	Everything bool
	// Manifest names a manifest of split, "" none. Inputs whose names it lists
	// are then read as one capture, with the numbers that their packets have
	// in the capture they were cut from. A manifest that is itself an input
	// stands for all its pieces.
	Manifest string
	// Idle, where it is not nil, is called before Next waits for a pipe or a
	// decompressor: what was read so far can be told meanwhile.
	Idle func()
	// Secret is called, in the goroutine that calls Next or Fill, with each
	// decryption secret and the index of its file, before the packets that
	// follow it are given.
	Secret func(file int, s Secret)
	// pool gives the chunks, nil: the Set has one of its own, of the usual size.
	pool *chunkPool
}

// Set reads several inputs as one, in the order of time. It is for one
// goroutine; only Batch.Release may be called from others.
type Set struct {
	ctx     context.Context
	options Options
	pool    *chunkPool
	readers []*reader
	// queue holds the inputs that have packets left; with a single input it
	// is not used.
	queue readerQueue
	// given is the input whose head was given last: it is read on only when
	// the next packet is asked for, so that the last one stays valid.
	given *reader
}

// Open opens the inputs. An input that is no capture does not keep the others
// from being read: Files tells of it. The error is a *NothingReadError where
// none could be opened, or the context's.
func Open(ctx context.Context, paths []string, o Options) (*Set, error) {
	s := &Set{ctx: ctx, options: o, pool: o.pool}
	if s.pool == nil {
		s.pool = &chunkPool{size: usual}
	}
	inputs, err := gather(paths, o.Manifest)
	if err != nil {
		return nil, &NothingReadError{Files: []*Error{err}}
	}
	opened, stdin := 0, false
	for i, r := range inputs {
		r.index, r.clock, r.limits = int32(i), o.Clocks[r.path], unpackingOf(o.Bounds.Compressions, min(len(paths), mostOpen))
		s.readers = append(s.readers, r)
		err := s.open(r, len(inputs), stdin)
		stdin = stdin || r.path == "-"
		if err != nil {
			s.Close()
			return nil, err
		}
		if r.format != nil {
			opened++
		}
	}
	if opened == 0 {
		nothing := new(NothingReadError)
		for _, r := range s.readers {
			nothing.Files = append(nothing.Files, r.err)
		}
		return nil, nothing
	}
	heap.Init(&s.queue)
	return s, nil
}

// gather makes the readers of paths: one for each, and one for all that a
// manifest lists.
func gather(paths []string, list string) ([]*reader, *Error) {
	var listed []manifest.Listed
	if list != "" {
		var err *Error
		if listed, err = readManifest(list); err != nil {
			return nil, err
		}
	}
	var readers []*reader
	var cut *reader
	for _, input := range paths {
		at := slices.IndexFunc(listed, func(l manifest.Listed) bool { return path.Base(l.File) == filepath.Base(input) })
		if at < 0 {
			readers = append(readers, &reader{path: input})
			continue
		}
		if cut == nil {
			cut = &reader{path: list}
			readers = append(readers, cut)
		}
		l := listed[at]
		l.File = input
		cut.listed = append(cut.listed, l)
	}
	return readers, nil
}

// open opens one of n inputs and, where they are merged, reads its first
// packet. The error is the context's; others are the input's own.
func (s *Set) open(r *reader, n int, stdinTaken bool) error {
	if r.path == "-" && stdinTaken {
		r.tally, r.in.ctx = newTally(), s.ctx
		r.end(&damage{text: "was named already", advice: "name - once"}, true)
		return nil
	}
	// Secrets are told when the file is read in its turn.
	quiet := s.options
	if n > mostOpen {
		quiet.Secret = nil
	}
	err := r.start(s.ctx, s.pool, &quiet)
	if err == nil && n > 1 {
		if err = r.readHead(); err == nil {
			s.queue = append(s.queue, r)
			if n > mostOpen {
				r.park()
			}
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// mostOpen is how many inputs may be merged without closing those whose turn
// has not come: the pieces of a long capture are many, and each open one costs
// a descriptor, its chunks, and a decompressor's window.
const mostOpen = 16

// Next reads the next packet. It gives io.EOF when all inputs are at their
// end, whether whole or damaged (Files tells which), or the context's error.
// p.Data is valid until the next call of Next or Fill.
func (s *Set) Next(p *Packet) error {
	if len(s.readers) == 1 {
		return s.readers[0].next(p)
	}
	return s.merged(p)
}

// merged is Next of several inputs.
func (s *Set) merged(p *Packet) error {
	if s.given != nil {
		if err := s.advance(); err != nil {
			return err
		}
	}
	for len(s.queue) > 0 {
		r := s.queue[0]
		if r.parked {
			if err := s.reopen(r); err == io.EOF {
				heap.Pop(&s.queue)
				continue
			} else if err != nil {
				return err
			}
		}
		s.given = r
		*p = r.head
		return nil
	}
	return io.EOF
}

// Files tells of the inputs, in the order of the command line, as far as they
// were read: all of it once Next gave io.EOF.
func (s *Set) Files() []File {
	files := make([]File, len(s.readers))
	for i, r := range s.readers {
		files[i] = r.file()
	}
	return files
}

// Progress gives how many bytes were read, uncompressed, and how many there are,
// 0 where that is not known. It is for the goroutine that calls Next.
func (s *Set) Progress() (read, size int64) {
	known := true
	for _, r := range s.readers {
		n := r.bytes
		if !r.ended && !r.parked {
			n = r.in.offset()
		}
		read += n
		size += r.size
		known = known && r.size > 0 && len(r.layers()) == 0
	}
	if !known {
		return read, 0
	}
	return read, size
}

// Close gives up what is still open. Packets and batches are no longer valid.
func (s *Set) Close() {
	for _, r := range s.readers {
		if !r.ended {
			r.ended, r.bytes = true, r.in.offset()
			r.shut()
		}
	}
	s.queue, s.given = nil, nil
}

// readerQueue orders inputs by the time of their next packet, those of equal
// time by their order on the command line.
type readerQueue []*reader

func (q readerQueue) Len() int      { return len(q) }
func (q readerQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q readerQueue) Less(i, j int) bool {
	if q[i].key != q[j].key {
		return q[i].key < q[j].key
	}
	return q[i].index < q[j].index
}

// Push and Pop are heap's.
func (q *readerQueue) Push(x any) { *q = append(*q, x.(*reader)) }
func (q *readerQueue) Pop() any {
	old := *q
	r := old[len(old)-1]
	*q = old[:len(old)-1]
	return r
}

// reopen reads the first packet of a parked input again.
func (s *Set) reopen(r *reader) error {
	if err := r.start(s.ctx, s.pool, &s.options); err != nil {
		return err
	}
	return r.readHead()
}

// advance reads on in the input that gave the last packet.
func (s *Set) advance() error {
	r := s.given
	s.given = nil
	switch err := r.readHead(); err {
	case nil:
		heap.Fix(&s.queue, 0)
	case io.EOF:
		heap.Pop(&s.queue)
	default:
		return err
	}
	return nil
}

// readHead reads the packet that is next in the merge. One without a time
// stands with the one in front of it.
func (r *reader) readHead() error {
	if err := r.next(&r.head); err != nil {
		return err
	}
	if t := r.head.Time; t != int64(record.NoTime) || r.tally.packets == 1 {
		r.key = t
	}
	return nil
}
