package decoder

import (
	"context"
	"errors"
	"slices"
	"strings"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/clock"
	"glancecap/decoder/http1"
	"glancecap/decoder/mysql"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// InputError tells that captures could not be read, or not to their end. All
// that came before the damage was decoded.
type InputError struct {
	// Files are the errors, in the order of the command line.
	Files []error
	// Nothing tells that no input was a capture at all.
	Nothing bool
}

// Error gives one line a file.
func (e *InputError) Error() string {
	lines := make([]string, len(e.Files))
	for i, err := range e.Files {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors of the files.
func (e *InputError) Unwrap() []error { return e.Files }

// LawError tells that the books do not balance: a bug in glancecap.
type LawError struct{ Err error }

// Error says by how much.
func (e *LawError) Error() string { return e.Err.Error() }

// Unwrap gives the balance that does not hold.
func (e *LawError) Unwrap() error { return e.Err }

// run is one run of the pipeline, in the stage that decodes packets and
// assembles streams.
type run struct {
	options      Options
	ports        map[uint16]string
	severalFiles bool
	relay        *relay
	hits         bounds.Hits
	chain        chain
	clocks       []clock.Offset // of the inputs, nil where there is nothing to compare
	packets      *packet.Decoder
	fates        fates
	leftOut      int64 // packets, on purpose
	otherTimes   int64 // packets, outside of After and Before
	streams      *stream.Assembler
	mysql        *mysql.Shared  // what MySQL connections have in common
	digests      *http1.Digests // the same of bodies, nil where none are digested
	// recorders are those of connections that are not let go yet; recorded
	// are the bytes that they hold.
	recorders map[*stream.Info]*recorder
	recorded  int
	// commons are the common parts of connections being read, for their
	// closing line; others counts the connections that nothing follows.
	commons map[int]record.Common
	// refusals counts the attempts to connect that were told, to followed
	// services and to others.
	refusals, refusedOthers int
	others                  portCounts
}

// Run decodes captures and calls emit with each record, in the order of
// CONTRACT §2, always from one goroutine. A record belongs to the
// callee, unless it is lent (Options.Lend).
//
// The error is an *InputError where an input could not be read (to its end), a
// *LawError where the books do not balance, or the context's error where that
// was cancelled; the records of what was read were emitted all the same.
func Run(ctx context.Context, paths []string, o Options, emit func(record.Record)) error {
	clocks := measured(ctx, paths, o)
	relay := newRelay(emit, o.Ahead, o.ShowSecrets)
	set, err := capture.Open(ctx, paths, capture.Options{Stdin: o.Stdin, Opened: o.Opened, Bounds: o.Bounds, Manifest: o.Manifest, Clocks: clock.Clocks(paths, clocks), Idle: relay.flush})
	if err != nil {
		relay.close()
		return &InputError{Files: []error{err}, Nothing: true}
	}
	defer set.Close()
	r := newRun(o, len(set.Files()) > 1, relay)
	r.clocks = clocks
	if c := o.Carry; c != nil {
		if err := r.takeOver(set, c.In); err != nil {
			r.relay.close()
			return &StateError{err}
		}
	}
	var fault error
	set.Work(func() { fault = r.pump(set) })
	if r.carriesOut() {
		r.streams.Suspend()
	} else {
		r.streams.Close()
	}
	books := r.close(set, ctx.Err() != nil)
	r.relay.close()
	if fault != nil {
		return &InputError{Files: []error{fault}}
	}
	if r.carriesOut() && ctx.Err() == nil {
		if err := r.handOver(o.Carry.Out); err != nil {
			return &StateError{err}
		}
	}
	if err := inputError(set.Files()); err != nil {
		return err
	}
	if err := books.Check(); err != nil {
		return &LawError{err}
	}
	return ctx.Err()
}

// Clocks measures the clocks of several captures, and gives how the times of
// each are corrected, by its path, as Run does.
func Clocks(ctx context.Context, paths []string, o Options) map[string]capture.Clock {
	return clock.Clocks(paths, measured(ctx, paths, o))
}

// measured compares the clocks of several captures. The pieces that a manifest
// lists are of one.
func measured(ctx context.Context, paths []string, o Options) []clock.Offset {
	if len(paths) < 2 || o.Manifest != "" {
		return nil
	}
	again := slices.Clone(paths)
	for i, path := range paths {
		if o.Opened[path] != nil {
			again[i] = "-" // a pipe: it cannot be read twice
		}
	}
	return clock.Measure(ctx, again, o.Bounds)
}

func newRun(o Options, several bool, relay *relay) *run {
	r := &run{
		options: o, ports: DefaultPorts(), severalFiles: several, packets: packet.NewDecoder(o.Bounds),
		mysql: mysql.NewShared(), relay: relay, commons: make(map[int]record.Common), recorders: make(map[*stream.Info]*recorder),
	}
	if o.Digests != nil {
		r.digests = http1.NewDigests(o.Digests)
	}
	r.streams = stream.New(stream.Options{
		Bounds: o.Bounds, Hits: &r.hits, Sift: o.Sift,
		Accept: r.accept, Ended: r.ended, Carried: r.goesOn,
		IsServerPort: func(port uint16) bool { name, _ := r.serviceOf(port); return name != "" },
	})
	return r
}

// emit hands a record on.
func (r *run) emit(rec record.Record) { r.relay.add(rec) }

// inputError gathers what ended the reading of files before their end.
func inputError(files []capture.File) error {
	e := &InputError{Nothing: true}
	for _, f := range files {
		if f.Err == nil {
			e.Nothing = false
			continue
		}
		e.Files = append(e.Files, f.Err)
		var damage *capture.Error
		if f.Packets > 0 || !errors.As(f.Err, &damage) || !damage.NotACapture {
			e.Nothing = false
		}
	}
	if len(e.Files) == 0 {
		return nil
	}
	return e
}

// fates counts frames by what became of them before they reached a stream.
type fates [packet.UnsupportedLink + 1]int64
