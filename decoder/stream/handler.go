// Package stream puts TCP segments together to what each receiving
// application read.
//
// Comes in: packet.Segments in the order of the capture. Goes out: for each
// connection, calls of its Handler with each direction's bytes, once and in
// order, and the holes between them. It knows no protocol above TCP.
package stream

import (
	"glancecap/decoder/carry"
	"glancecap/decoder/record"
)

// Dir is a direction of a connection.
type Dir uint8

// The directions.
const (
	FromClient Dir = iota // what the client sent
	FromServer            // what the server sent
)

// Other gives the opposite direction.
func (d Dir) Other() Dir { return d ^ 1 }

// At is where bytes were seen: time and frame of the packet that carried them.
type At = record.At

// Class is what became of bytes, in the words of the accounting.
type Class uint8

// The classes that a handler may give to bytes.
const (
	Decoded     Class = iota // read and understood
	Skipped                  // of no interest: counted, never looked at
	Undecodable              // no sense could be made of them
	Encrypted                // TLS without its keys
)

// Answer is what a handler says of the bytes, or the hole, it was just told.
// The zero Answer: all bytes were decoded, go on.
type Answer struct {
	// Of counts the bytes, out of all that this direction was given so far
	// and that count as decoded, that are of class As instead.
	Of int64
	As Class
	// Skip is how many of the next bytes of this direction the handler does
	// not want to see; they are counted as SkipAs and reported by Skipped.
	// SkipRest skips to the end of the stream.
	Skip   int64
	SkipAs Class
	// Drop ends the handler: this connection is of no followed service. Its
	// packets count as other_port.
	Drop bool
}

// SkipRest is a Skip that never ends.
const SkipRest int64 = 1<<63 - 1

// Run is a stretch of a stream that was skipped.
type Run struct {
	Bytes   int64 // captured and skipped
	Missing int64 // not in the capture
	Cut     int64 // beyond the snap length
	LeftOut int64 // left out of the capture on purpose
	// First and Last are where the earliest and the latest of Bytes were seen,
	// which need not be the first and the last one.
	First, Last At
}

// See counts n bytes that were seen.
func (r *Run) See(n int64, at At) {
	if r.Bytes == 0 || at.Time < r.First.Time {
		r.First = at
	}
	if r.Bytes == 0 || at.Time >= r.Last.Time {
		r.Last = at
	}
	r.Bytes += n
}

// Why tells why bytes are not there.
type Why uint8

// The reasons for a hole.
const (
	Lost      Why = iota // the receiver acknowledged them: they were sent, and not captured
	SnapCut              // the snap length took them
	NoAcks               // the connection ended, and its other direction was not captured
	GaveUp               // a bound was reached before the hole was filled
	UrgentOut            // an urgent byte was taken out of the stream
	OnPurpose            // they were left out of the capture on purpose
)

// How tells how a direction ended.
type How uint8

// The ends of a direction.
const (
	Fin     How = iota // closed in order
	Reset              // RST
	Open               // the capture ended first
	Evicted            // let go at a bound
	Reused             // a new connection began on the same pair of ports
	Carried            // not yet: it goes on in the capture's next file
)

// Handler takes the two directions of one connection. For each direction the
// calls are in the order of the stream; between directions in the order in
// which the receivers could read. A handler does no I/O, starts no goroutine
// and keeps no slice it is given.
type Handler interface {
	// Data gives the next bytes of a direction. The slice is valid during
	// the call only.
	Data(dir Dir, b []byte, at At) Answer
	// Skipped tells that a Skip is over, because all its bytes went by or
	// because the stream ended.
	Skipped(dir Dir, run Run, at At) Answer
	// Gap tells of n bytes that are not there.
	Gap(dir Dir, n int64, why Why, at At) Answer
	// End tells that a direction is over; it is called once a direction.
	End(dir Dir, how How, at At)
}

// LeftOut tells what was left out of a capture on purpose. Its Bytes and Content
// include what was cut off the packet itself; Packets is 0 where that is all, and
// then Rest means nothing.
type LeftOut = record.LeftOut

// Resumer is a Handler that can go on behind bytes of a body which were left out
// on purpose. Others are told of a Gap.
type Resumer interface {
	// LeftOut tells of the next bytes of a direction. A Skip that was under way
	// is over, and was reported.
	LeftOut(dir Dir, l *LeftOut, at At) Answer
}

// Body is where in a message's body a direction is.
type Body struct {
	// Message tells a direction's messages apart.
	Message int64
	// Content are the body's bytes that went by, Rest those to come of it or,
	// where it is Chunked, of its chunk; 0 where that is not known.
	Content, Rest int64
	Chunked       bool
	// Tail is how many of the last bytes that were read are content.
	Tail int64
}

// Embodied is a Handler that tells of bodies of which the bytes are counted
// only, for who wants to leave them out of a capture.
type Embodied interface {
	// Body gives the body that a direction is in the middle of, as far as the
	// handler was told of it; false where it is in none.
	Body(dir Dir) (Body, bool)
}

// Undecided is a Handler that may reach the end of a connection without having
// found out what it is. It is asked when the connection is over.
type Undecided interface {
	// Followed tells that the connection is of a followed service. If it is
	// not, its packets count as other_port and it has no books.
	Followed() bool
}

// Settler is a Handler that may learn at the end of a connection what became of
// bytes that it was given: a half message that never grew whole.
type Settler interface {
	// Settle is Answer's Of and As once both directions are over; it is asked
	// again until Of is 0.
	Settle(dir Dir) Answer
}

// Holder is a Handler that tells how much it holds, so that this counts
// against bounds.StreamBytes and idle connections are let go in time.
type Holder interface {
	// Held gives the bytes that the handler holds now, itself included.
	Held() int
}

// Carrier is a Handler whose connection may be open at the end of a file and go
// on in the next one.
type Carrier interface {
	// Carry carries all that the handler knows. Read is into a handler that
	// Options.Accept has just made.
	Carry(c *carry.Coder)
	// Unread gives how many of the bytes of a direction that it was given are
	// held unread, as the half of a message: they may still become of another
	// class.
	Unread(dir Dir) int64
}

// Info is what is known of a connection. It lives as long as the connection
// and is kept up to date by the assembler; handlers read it only.
type Info struct {
	// Number is Wireshark's tcp.stream.
	Number int
	// Frame is the one with which the connection began; with Number it tells
	// it from all others of its file.
	Frame int
	// File is the input in which the connection began.
	File int32
	// Client and Server are "ip:port", IPv6 addresses in brackets. Where no
	// handshake tells, the end with the port of a known service is the
	// server, else the lower port.
	Client, Server         string
	ClientPort, ServerPort uint16
	// Handshake tells that the SYN of the client was seen. Midstream tells
	// for each direction that its beginning was not captured.
	Handshake bool
	Midstream [2]bool
	// Refused tells that the far end knew of no connection, or no longer: it
	// answered the first data with RST, without a handshake. No application
	// read them.
	Refused bool
	// Overlaps counts the contradicting copies of bytes, by direction.
	Overlaps [2]int
	// First are the sequence numbers of the first byte that the handler was
	// told of, by direction, where Told is set.
	First [2]uint32
	Told  [2]bool

	paces [2]*pace // for Waits
}
