package stream

import (
	"glancecap/decoder/packet"
)

// flow is a pair of endpoints and what is known of the connection between
// them. While the connection carries nothing it is all there is: under 200
// bytes, so that scans and idle pools cost little. The first payload, or the
// first hole, makes a conn.
type flow struct {
	ends  [2]packet.Endpoint // in the order in which they were first seen
	file  uint16
	flags flowFlags
	hello [2]hello // by end
	conn  *conn    // nil while the connection carries nothing

	firstTime, lastTime   int64
	firstFrame, lastFrame uint32
	// packets counts the segments of the connection whose fate, decoded or
	// other_port, is settled when it ends.
	packets uint32
	booked  uint32 // of packets: those in the books of the runs before this one

	number    int32     // of the connection
	latest    int32     // Wireshark's tcp.stream for the pair's next packet
	base      [2]uint32 // Wireshark's first sequence number of each end
	self      int32     // place in the table
	older     int32
	newer     int32
	state     state
	clientEnd uint8 // the end that is the client
	lastFile  uint16
}

// state is where a flow stands.
type state uint8

const (
	quiet   state = iota // carried nothing: conn is nil
	talking              // followed: conn is set
	other                // of no followed service: only counted
	over                 // ended; conn may linger for late copies
)

// flowFlags are facts about a flow.
type flowFlags uint16

const (
	active      flowFlags = 1 << iota // had a segment since its age was last looked at
	inTalking                         // is in the table's list of talking flows
	handshake                         // the client's SYN was seen
	oriented                          // a SYN told which end is the client
	baseSet0                          // base[0] is set
	baseSet1                          // base[1] is set
	reported                          // Ended was called for the connection
	wasOther                          // the connection that is over was not followed
	established                       // the server took what the client answered to its SYN-ACK
	gone0                             // end 0 of a connection that nothing follows sent FIN or RST
	gone1                             // end 1 did
)

// due gives the packets that are in no books yet.
func (f *flow) due() int64 { return int64(f.packets) - int64(f.booked) }

func (f *flow) has(x flowFlags) bool { return f.flags&x != 0 }

func (f *flow) set(x flowFlags, yes bool) {
	if yes {
		f.flags |= x
	} else {
		f.flags &^= x
	}
}

// hello is what a quiet flow knows of an end.
type hello struct {
	seq  uint32 // the next sequence number it will send
	ack  uint32 // its latest acknowledgement
	edge uint32 // the right edge of the window it announced, from a scaled window
	ts   uint32 // its latest time stamp (RFC 7323)
	// The latest frame: digest, time in microseconds and path, to know it again.
	sig, sigTime, sigPath uint32
	facts                 facts
}

// facts are what was seen of an end.
type facts uint32

const (
	seen       facts = 1 << iota // it sent a segment that was captured
	synSeen                      // its SYN was captured
	known                        // seq is known, from itself or from the other end's ack
	acks                         // ack is known
	scales                       // its SYN offered window scaling
	scaleKnown                   // what its windows mean is known
	stamps                       // it sends time stamps
	sacks                        // its SYN permits selective acknowledgements
	closed                       // nothing more is taken from it
	joining                      // joined midstream, still looking for its first byte
	resent                       // its SYN-ACK was sent again
	signed                       // sig is set
	signs                        // its SYN carries a signature (RFC 2385, RFC 5925)
	sumsRight                    // a right checksum of it was seen
	sumsBad                      // the first checksum of it was wrong
	sumsOff                      // its checksums mean nothing
)

// The four high bits of facts hold how far the end's windows are shifted.
const shiftAt = 28

func (h *hello) shift() uint8 { return uint8(h.facts >> shiftAt) }

func (h *hello) setShift(n uint8) {
	h.facts = h.facts&(1<<shiftAt-1) | facts(n)<<shiftAt
}

func (x facts) has(y facts) bool { return x&y == y }
