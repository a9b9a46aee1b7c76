// Package witness reads logs that lie beside a capture, as further witnesses
// of the calls in it: the debug output of OpenStack's clients and the logs of
// its services.
//
// Comes in: a log, plain or gzipped. Goes out: the calls that it tells, with
// the log's own times where it has any. The package knows no capture, fits no
// clock, and judges nothing: a line that it does not understand is counted.
package witness

import (
	"glancecap/decoder/record"
)

// Kind tells who wrote a log.
type Kind uint8

// The kinds of logs.
const (
	Nobody  Kind = iota // no line of it tells of a call
	Client              // a client's debug output
	Service             // a service's own log
	Several             // lines of both
)

// String names the kind in words.
func (k Kind) String() string {
	return [...]string{"no log of calls", "a client's debug output", "a service's log", "logs of clients and services"}[k]
}

// Log is what a log tells. Where lines tell of a call and say the same twice,
// the call stands once.
type Log struct {
	Path string
	Kind Kind
	// Lines counts the lines, Unread those that begin as a line about a call
	// does and then cannot be read. All others tell of no call.
	Lines, Unread int64
	// Calls are in the order of their first line. Left counts those beyond
	// Options.Calls, and Texts the bodies that were not kept.
	Calls       []Call
	Left, Texts int64
	// First and Last are the earliest and the latest time of a line, by the
	// log's clock; NoTime where its lines have none.
	First, Last record.Time
	// Sequence tells that the calls were made one after the other in the order
	// of the lines: the log is of one client at a time, as on a terminal.
	Sequence bool
}

// Call is one call as a log tells it. Its texts are the log's own bytes.
type Call struct {
	// Line is the number of the first line that tells of it, from 1.
	Line int
	// By is Client or Service.
	By Kind
	// Process names the client's process: its number, or where the log has
	// none the number of the command on the terminal.
	Process string
	// Service is the service's type where the log names it: image, identity,
	// object-store.
	Service string
	// Endpoint is "host:port" as the client calls it, empty in a service's log.
	Endpoint string
	TLS      bool
	Method   string
	Target   string
	// Status is 0 where no answer is told.
	Status    int
	RequestID string
	// Start and End are when the request was sent and the answer was there, by
	// the log's clock, as UTC where the log names no zone; NoTime where its
	// lines have no time.
	Start, End record.Time
	// Date is the Date field of the answer: a second of the service's clock.
	Date record.Time
	// Asked and Answered are the fields of request and answer that are kept.
	Asked, Answered [][2]string
	// Request and Response are the bodies, nil where they are not told.
	Request, Response *string
	// User and Project are ids that a service's log gives the caller.
	User, Project string
	// Client is the caller's address in a service's log, without a port.
	Client string
	// Length is the answer's length, -1 where it is not told.
	Length int64
}

// Options limit what is kept of a log.
type Options struct {
	// Calls is how many calls are kept, Line how many bytes of a line are
	// looked at, Body how many of a body are kept and Bodies of all together.
	Calls, Line, Body, Bodies int
}

// DefaultOptions keep enough for a day of one client, in at most 128 MiB.
func DefaultOptions() Options {
	return Options{Calls: 64 << 10, Line: 1 << 20, Body: 256 << 10, Bodies: 32 << 20}
}
