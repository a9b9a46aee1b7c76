// Package packet decodes one frame from its link layer to its TCP segment.
//
// Comes in: a capture.Packet. Goes out: at most one Segment, or the reason
// why there is none. It keeps nothing but fragments in wait, and knows no
// connections.
package packet

import "glancecap/decoder/record"

// Endpoint is one end of a connection. IPv4 addresses are mapped into IPv6
// (RFC 4291 §2.5.5.2); it is comparable and so can be a map's key.
type Endpoint struct {
	Addr [16]byte
	Port uint16
}

// Flags are the flags of the TCP header (RFC 9293 §3.1).
type Flags uint8

// The flags.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Has tells whether all flags of f are set.
func (x Flags) Has(f Flags) bool { return x&f == f }

// Segment is a TCP segment in its frame. What differs between the frames of one
// direction of a connection stands in front (see known).
type Segment struct {
	Frame    int   // number of the frame that completed it
	Time     int64 // nanoseconds since 1970, UTC; record.NoTime where unknown
	Seq, Ack uint32
	// TSVal and TSEcr are the time stamps (RFC 7323) where HasTS is set.
	TSVal, TSEcr uint32
	Window       uint16 // as in the header, not scaled
	Urgent       uint16 // urgent pointer
	IPID         uint16 // IPv4's identification, where HasIPID is set
	Flags        Flags
	// Outside tells that the packet lies outside of the time that was asked
	// for: it only counts for the numbers of streams. Set by the caller.
	Outside bool
	// Options are the bytes of the TCP options as far as they were captured;
	// what they tell of time stamps and signatures is read from them already.
	Options []byte
	// Payload is the data as far as it was captured, a slice of the packet's
	// Data (or of a datagram put together from fragments) with the same
	// lifetime. Cut is how many bytes of data follow it on the wire that the
	// snap length took.
	Payload []byte
	// tcp is the segment as far as it was captured: header, options, payload.
	tcp []byte

	Cut int
	// LeftOut tells that these bytes, and perhaps more behind them, were left
	// out of the capture on purpose; nil where they were not.
	LeftOut *record.LeftOut

	File     int32 // index of the input
	Src, Dst Endpoint
	HasTS    bool
	// Signed tells of a signature among the options (RFC 2385, RFC 5925). A
	// receiver without a key drops the segment (tcp_inbound_hash in Linux), so
	// one inside a connection that was opened without counts for nothing.
	Signed bool

	// What tells two recordings of one frame from two frames: IPv4's
	// identification (HasIPID), TTL or hop limit, and a digest of interface,
	// direction, VLAN tags and tunnels, the path on which it was seen.
	HasIPID bool
	TTL     uint8
	Path    uint32

	// Fragmented tells that the segment, or the datagram of a tunnel around
	// it, was put together from fragments.
	Fragmented bool
	// BadIP tells that the receiver's IP drops the datagram: the checksum of
	// an IPv4 header is wrong, or it carries a source route, which hosts do
	// not accept (Linux: accept_source_route is 0).
	BadIP bool
	// judgeable tells that its checksum can be judged.
	judgeable bool
	// Like is not 0 where the frame is an ordinary one: whole, with a right IP
	// header, and with time stamps or nothing as options. What Decoder.Next
	// gives with the same Like has the same ends, File, HasTS, TTL and Path.
	Like uint64
}

// header is the TCP header as far as it was captured.
func (s *Segment) header() []byte { return s.tcp[:len(s.tcp)-len(s.Payload)] }

// Fate is what became of a frame, in the words of the accounting.
type Fate uint8

// The fates of a frame.
const (
	IsSegment       Fate = iota // there is a Segment
	IsFragment                  // kept for a datagram that is not yet whole
	NotTCP                      // another protocol
	Malformed                   // its headers contradict themselves
	HeaderCut                   // the snap length ends inside the headers
	UnsupportedLink             // the link type is not known
)
