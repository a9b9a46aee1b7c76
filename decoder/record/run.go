package record

// The lines that `records --for timeline` adds: what the story needs beyond
// messages.
const (
	TypeRun        = "run"
	TypeCapture    = "capture"
	TypeConnection = "connection"
	TypeRefusal    = "refusal"
	TypeBooks      = "books"
)

// Run opens the lines of a run: what was read for them.
type Run struct {
	Common
	// Captures are the inputs in the order in which File counts them.
	Captures []Source `json:"captures"`
	Tail
}

// Source is an input before it is read.
type Source struct {
	Path string `json:"path"`
	// Manifest is the SHA-256, in hex, of the manifest some of whose pieces were
	// read: frames are then those of the capture that was cut. "" where the
	// input is a file of its own.
	Manifest string `json:"manifest,omitempty"`
	// Chain is the same for the files of one capture that were read one after
	// the other, each run handing to the next what was open at its file's end;
	// Part counts them from 1. Frames and streams are then counted through. ""
	// and 0 where nothing was handed on.
	Chain string `json:"chain,omitempty"`
	Part  int    `json:"part,omitempty"`
}

// Capture is an input file, told when it was read to its end.
type Capture struct {
	Common
	Path        string   `json:"path"`
	Format      string   `json:"format"`
	Compression string   `json:"compression"`
	LinkTypes   []string `json:"link_types"`
	Packets     int64    `json:"packets"`
	Bytes       int64    `json:"bytes"`
	First       Time     `json:"first"`
	Last        Time     `json:"last"`
	Snaplen     int64    `json:"snaplen"`
	// ClockOffset was added to the file's times, so that they are those of the
	// first input that saw the same frames; 0 where it was not measured.
	ClockOffset Duration `json:"clock_offset"`
	// ClockDrift is by how many millionths the file's clock was corrected beside:
	// the offset is that of its first packet.
	ClockDrift float64 `json:"clock_drift,omitempty"`
	// ClockUnknown tells that it could not be compared with the other inputs',
	// taken elsewhere or at the same time.
	ClockUnknown bool `json:"clock_unknown,omitempty"`
	// Dropped is what pcapng's interface statistics say was dropped, NoCount
	// where nobody says.
	Dropped Count `json:"dropped"`
	// Detail adds the format's variant: "nanoseconds, big-endian".
	Detail string `json:"detail"`
	// Size is the file's length on the disk, 0 for a pipe; Captured and
	// Original are the packets' bytes in the file and on the wire; Cut counts
	// the packets of which bytes are missing.
	Size     int64 `json:"size"`
	Captured int64 `json:"captured"`
	Original int64 `json:"original"`
	Cut      int64 `json:"cut"`
	// LeftOut are bytes of packets that were left out on purpose.
	LeftOut int64 `json:"left_out,omitempty"`
	// Backwards is the first packet whose time lies before that of the packet
	// in front of it, 0 where there is none; BackwardsBy is the largest such
	// step.
	Backwards   int      `json:"backwards"`
	BackwardsBy Duration `json:"backwards_by"`
	// Interfaces are those that a pcapng file describes.
	Interfaces []Interface `json:"interfaces"`
	// Remarks are oddities that did no harm, in words.
	Remarks []string `json:"remarks"`
	// Error is what ended the reading before the end of the file.
	Error *string `json:"error"`
	Tail
}

// Interface is a capturing interface as a pcapng file describes it.
type Interface struct {
	Name    string `json:"name"`
	Filter  string `json:"filter"` // in libpcap's notation
	OS      string `json:"os"`
	Snaplen int64  `json:"snaplen"` // 0 for no limit
}

// Connection is a followed TCP connection, told when it is over.
type Connection struct {
	Common
	Span
	Packets int64 `json:"packets"`
	// Bytes are the books of both directions together.
	Bytes ByteCounts `json:"bytes"`
	// Handshake tells that the client's SYN was seen, Midstream for client
	// and server whether the beginning of what it sent was not captured.
	Handshake bool    `json:"handshake"`
	Midstream [2]bool `json:"midstream"`
	// OneSided tells that only one direction was captured.
	OneSided bool `json:"one_sided"`
	// Payload counts the payload bytes of client and server.
	Payload [2]int64 `json:"payload"`
	// Overlaps, Duplicates and Retransmits count segments.
	Overlaps    int64 `json:"overlaps"`
	Duplicates  int64 `json:"duplicates"`
	Retransmits int64 `json:"retransmits"`
	// Ended is fin, reset, open, evicted or reused; carried where the
	// connection goes on in the capture's next file, whose records tell of it
	// again.
	Ended string `json:"ended"`
	Tail
}

// End gives the closing part of the record; the time is Span.End.
func (c *Connection) End() *Tail { return &c.Tail }

// Refusal is an attempt to connect to a port of a followed service that came to
// nothing.
type Refusal struct {
	Common
	Span
	// Unanswered tells that the client sent its SYN again and again and nothing
	// came back; else the server answered it with a reset.
	Unanswered bool `json:"unanswered"`
	Tail
}

// End gives the closing part of the record; the time is Span.End.
func (r *Refusal) End() *Tail { return &r.Tail }

// Books closes a run: the balances and the bounds that were reached.
type Books struct {
	Common
	Accounting Accounting `json:"accounting"`
	Limits     []Limit    `json:"limits"`
	// OtherPorts are the server ports of connections that nothing followed,
	// the most packets first, at most 20.
	OtherPorts  []PortCount `json:"other_ports"`
	Interrupted bool        `json:"interrupted"`
	Tail
}

// Limit is a bound and how often it was reached.
type Limit struct {
	Name  string `json:"name"`
	Times int64  `json:"times"`
}

// PortCount counts what went over a port that nothing followed.
type PortCount struct {
	Port        int   `json:"port"`
	Packets     int64 `json:"packets"`
	Connections int64 `json:"connections"`
}
