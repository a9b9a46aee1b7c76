// Package redact takes the secrets out of a capture.
//
// Comes in: a capture, as often as it is asked for. Goes out: the same capture
// with pseudonyms of the same length where secrets stood, packets cut where a
// secret lies in compression or encryption, and the proof that none is left. It
// chooses no packets, and tells no secret in any error.
//
// The capture is read three times and the result once: the first reading
// recognises secrets where protocols have them (survey.go), the second looks
// for them everywhere else (seek.go), the third writes (rewrite.go); the proof
// recognises and looks again, in what was written (prove.go).
package redact

import (
	"context"
	"fmt"
	"io"
	"os"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
)

// Source writes the capture that is to be redacted. It is called several times
// and must write the same each time.
type Source func(ctx context.Context, to io.Writer) error

// Options are what a redaction is asked for.
type Options struct {
	Bounds bounds.Bounds
	// Key makes pseudonyms that cannot be guessed back: equal keys give equal
	// pseudonyms to equal secrets. It is a secret itself.
	Key []byte
	// Ports adds to decoder.DefaultPorts.
	Ports map[uint16]string
}

// Done tells what was done.
type Done struct {
	// Secrets counts different secrets, Plain those among them that are short or
	// plain words: they were replaced where they are secrets, and are not looked
	// for where they may mean something else.
	Secrets, Plain int
	// Packets were changed, CutPackets cut for the reasons in Cut, KeyBlocks
	// left out.
	Packets, CutPackets, KeyBlocks int64
	Cut                            map[Reason]int64
}

// Reason tells why a packet was cut.
type Reason uint8

// The reasons.
const (
	Compressed Reason = iota // the content of a body, or MySQL's packets
	Encrypted                // TLS
	Fragmented               // the pieces of an IP datagram
	Elsewhere                // a secret in headers, or in what is no TCP
)

// Reasons lists the reasons in the order in which they are told.
func Reasons() []Reason { return []Reason{Compressed, Encrypted, Fragmented, Elsewhere} }

// String names what was cut.
func (r Reason) String() string {
	return [...]string{"compression", "TLS", "IP fragments", "what is no TCP payload"}[r]
}

// Redact writes the capture without its secrets to a file, from its beginning
// on, and proves that none is left: a *LeakError tells that one is, the file
// is then worth nothing. Other errors are the source's, the decoder's and those
// of writing. The file's mode is the caller's.
func Redact(ctx context.Context, source Source, o Options, out *os.File) (Done, error) {
	r := &run{source: source, options: o}
	if err := r.learn(ctx); err != nil {
		return Done{}, err
	}
	if err := r.seek(ctx); err != nil {
		return Done{}, err
	}
	done, err := r.rewrite(ctx, out)
	if err != nil {
		return done, err
	}
	return done, r.prove(ctx, out)
}

// run is a redaction under way.
type run struct {
	source  Source
	options Options
	*survey
}

// inputName stands for the source in the decoder's options; no error names it.
const inputName = "the capture to be redacted"

// pass decodes a capture that arrives through a pipe.
func (r *run) pass(ctx context.Context, source Source, o decoder.Options) error {
	o.Bounds, o.Ports = r.options.Bounds, r.options.Ports
	o.After, o.Before = record.NoTime, record.NoTime
	o.Bodies = true
	return source.through(ctx, func(from io.Reader) error {
		o.Opened = map[string]io.Reader{inputName: from}
		return decoder.Run(ctx, []string{inputName}, o, func(record.Record) {})
	})
}

// through gives read what a source writes. A fault of the source is told before
// what read made of it.
func (s Source) through(ctx context.Context, read func(from io.Reader) error) error {
	from, to := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		err := s(ctx, to)
		to.CloseWithError(err)
		failed <- err
	}()
	err := read(from)
	from.Close()
	if fault := <-failed; fault != nil && fault != io.ErrClosedPipe {
		return fault
	}
	return err
}

// LeakError tells that a secret is left in what was written.
type LeakError struct{ Where []string }

// Error says where, and never what.
func (e *LeakError) Error() string {
	const most = 3
	text := "a secret is left in the redacted capture, which was not kept: "
	for i, w := range e.Where {
		if i == most {
			return text + fmt.Sprintf(" and %d more", len(e.Where)-most)
		}
		if i > 0 {
			text += "; "
		}
		text += w
	}
	return text
}
