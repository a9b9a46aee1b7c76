// Package split cuts a capture into pieces.
//
// Comes in: one capture. Goes out: files that are captures of the same format,
// and a manifest of them. A piece is made of ranges of the input's bytes, of
// the headers that a reader needs in front of them, and of nothing else: no
// packet is ever encoded anew, and none is dropped. Packets are decoded only to
// tell connections apart.
//
// Files are written as .part, synced and renamed when they are whole, the
// manifest last. A run that is killed leaves .part files and whole pieces.
package split

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
)

// Options are what a split is asked for. Packets, Interval and Size end a
// piece, whichever comes first; with ByConnection, Size or Pieces tell how many
// pieces there are.
type Options struct {
	// Packets is how many packets a piece has at most, 0 for any number.
	Packets int64
	// Interval is the nanoseconds that a piece lasts, counted from the first
	// packet, 0 for any time. A packet on the boundary belongs to the piece
	// that ends there, as editcap has it.
	Interval int64
	// Size is how many bytes a piece has at most before compression, its
	// headers included, 0 for any number. A single packet may be longer.
	Size int64
	// ByConnection gives all packets of a TCP connection to one piece, and
	// makes pieces of about equal size.
	ByConnection bool
	// Pieces is how many pieces ByConnection makes at most.
	Pieces int

	// Manifest is the path of the manifest, "" for none.
	Manifest string
	// Version is the program's, for the manifest.
	Version string
	// Images, where it is set, finds the images of the pieces that a manifest
	// lists; it is asked once they are all written, for a manifest that has
	// none yet. It gives the ids by the number of the piece in the manifest.
	Images func(ctx context.Context, manifest string) (func(piece int) []string, error)
	// Zone is that of the times in names.
	Zone *time.Location
	// Compress compresses the pieces: "", "gz" or "zst".
	Compress string
	// NoSync leaves out waiting until the disk has what was written.
	NoSync bool
	// Force replaces files that exist.
	Force bool

	Bounds bounds.Bounds
	// Stdin is read for the path "-".
	Stdin io.Reader
}

// Result tells what a split made.
type Result struct {
	// Input is what was read. Its Err is why the reading ended early: the
	// pieces then hold what came before.
	Input capture.File
	// Pieces counts the files, First and Last are the paths of the first and
	// the last of them.
	Pieces      int64
	First, Last string
	// Held are the bytes of connections that came in fragments of IP: they
	// stay together in one piece.
	Held int64
}

// OutputError tells that a file could not be written. The pieces before it are
// whole and stay.
type OutputError struct {
	Path string
	Err  error
	// Whole counts the pieces that stay.
	Whole int64
}

// Error gives one line that names the file.
func (e *OutputError) Error() string {
	text := e.Path + ": " + e.Err.Error()
	switch {
	case e.Whole == 1:
		text += " (the piece before it is whole)"
	case e.Whole > 1:
		text += fmt.Sprintf(" (the %d pieces before it are whole)", e.Whole)
	}
	return text
}

// Unwrap gives the cause.
func (e *OutputError) Unwrap() error { return e.Err }

// Split cuts the capture at path into pieces named after out. The error is a
// *capture.NothingReadError where the input is no capture, an *OutputError
// where a file cannot be written, or the context's. An input that is damaged
// is no error here: Result.Input tells of it.
func Split(ctx context.Context, path, out string, o Options) (Result, error) {
	s, err := newSplitter(path, out, o)
	if err != nil {
		return Result{}, err
	}
	if o.ByConnection {
		err = s.byConnection(ctx, path)
	} else {
		err = s.byRange(ctx, path)
	}
	s.result.Input.Path = path
	return s.end(ctx, err)
}

// end finishes what there is beside the pieces.
func (s *splitter) end(ctx context.Context, err error) (Result, error) {
	if finished := s.finish(ctx, err); err == nil {
		err = finished
	}
	var output *OutputError
	if errors.As(err, &output) {
		output.Whole = s.result.Pieces
	}
	return s.result, err
}

// splitter is a split under way.
type splitter struct {
	options Options
	names   names
	inputs  inputs
	head    head
	list    *list
	result  Result
}

// batchPackets is how many packets are read at once: enough that small ones make
// a write worth its call.
const (
	batchPackets = 1024
	batchesAhead = 2
)

// walk reads the input once, in a goroutine of its own, and gives each part of
// it, packet or not, to take; what it holds is valid until done is called.
func (s *splitter) walk(ctx context.Context, path string, take func(*capture.Packet) error, done func() error) error {
	ctx, stop := context.WithCancel(ctx)
	set, err := capture.Open(ctx, []string{path}, capture.Options{Stdin: s.options.Stdin, Bounds: s.options.Bounds, Everything: true})
	if err != nil {
		stop()
		return err
	}
	full, free := make(chan *capture.Batch, batchesAhead), make(chan *capture.Batch, batchesAhead+1)
	for range batchesAhead + 1 {
		free <- &capture.Batch{Packets: make([]capture.Packet, 0, batchPackets)}
	}
	var reading error
	go func() {
		defer close(full)
		for b := range free {
			if reading = set.Fill(b); reading != nil {
				return
			}
			full <- b
		}
	}()
	for b := range full {
		for i := 0; i < len(b.Packets) && err == nil; i++ {
			err = take(&b.Packets[i])
		}
		if err == nil {
			err = done()
		}
		b.Release()
		if err != nil {
			stop() // the next Fill ends
		}
		free <- b
	}
	stop()
	s.result.Input = set.Files()[0]
	set.Close()
	if err == nil && reading != io.EOF {
		err = reading
	}
	return err
}

// noTime is the time of packets that have none.
const noTime = int64(record.NoTime)
