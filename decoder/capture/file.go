package capture

import (
	"math"
	"slices"

	"glancecap/decoder/record"
)

// File tells what an input was and how far it was read.
type File struct {
	// Path is as on the command line, "-" for standard input.
	Path string
	// Format is "pcap" or "pcapng", "" where the input is neither; Detail
	// adds the variant: "nanoseconds, big-endian".
	Format, Detail string
	// Compression names the layers, outermost first; zstd in gzip
	// reads ["gzip" "zstd"]; nil where there is none.
	Compression []string
	// LinkTypes names those that the file's packets have or its header tells
	// of, by number; Links adds the numbers and how many packets each has.
	LinkTypes []string
	Links     []LinkType
	// Interfaces are the first ones that a pcapng file describes.
	Interfaces []Interface
	// Snaplen is the snap length, the largest of the interfaces, 0 where
	// there is no limit.
	Snaplen uint32

	// Pieces tells that the input is a manifest whose pieces are read.
	Pieces bool

	// Size is the file's length as it lies on the disk, 0 for a pipe; Bytes
	// is how many bytes were read of it, uncompressed.
	Size, Bytes int64
	// Packets counts the packets that were read, Captured and Original their
	// bytes in the file and on the wire; Cut those of which bytes are missing.
	Packets, Cut       int64
	Captured, Original int64
	// LeftOut are those of their bytes that were left out of the file on
	// purpose; the packets are not among Cut.
	LeftOut int64

	// First and Last are the earliest and the latest time of a packet,
	// NoTime where no packet has one.
	First, Last record.Time
	// TimeBackwards is the first packet whose time lies before the time of
	// the packet in front of it, 0 where time never goes back; BackwardsBy
	// is the largest such step and BackwardsAt its packet.
	TimeBackwards, BackwardsAt int
	BackwardsBy                record.Duration

	// Drops is how many packets the capturing system says it lost.
	Drops record.Count
	// Comments are those in the file, as far as they are kept.
	Comments []Comment
	// Secrets are the decryption secrets in the file, as far as they are kept.
	Secrets []Secret
	// Remarks are oddities that did not stop the reading, one sentence each.
	Remarks []string
	// Err is why the reading ended before the input's end, an *Error, else nil.
	Err error
}

// Interface is a capturing interface that a pcapng file describes. Its texts
// are the file's own bytes.
type Interface struct {
	Section           int // counted from 0
	LinkType          uint16
	Snaplen           uint32
	Name, Description string
	Filter, OS        string
}

// Comment is a comment in a pcapng file.
type Comment struct {
	// Packet is the packet it belongs to, 0 where it is of the section or an
	// interface.
	Packet int
	// Text is as it stands in the file.
	Text string
}

// The types of decryption secrets (draft-ietf-opsawg-pcapng §4.7).
const (
	SecretTLSKeyLog    = 0x544c534b // lines as of SSLKEYLOGFILE
	SecretSSHKeyLog    = 0x5353484b
	SecretWireGuard    = 0x57474b4c
	SecretZigBeeNWKKey = 0x5a4e574b
	SecretZigBeeAPSKey = 0x5a415053
)

// Secret is the content of a decryption secrets block.
type Secret struct {
	Type uint32
	Data []byte
	// Packets is how many packets stand before the block.
	Packets int64
}

// Limits of what is kept of a file beside its packets.
const (
	mostInterfaces = 1024
	mostComments   = 1000
	mostText       = 4096 // bytes of a comment, name or description
)

// tally are the counts that the hot path keeps for a File.
type tally struct {
	packets, cut       int64
	captured, original int64
	leftOut            int64
	timeless           int64
	// first and last are the earliest and the latest time. As long as no
	// packet had one, first is NoTime, and last so late that none is later.
	first, last int64
	previous    int64
	// backwards is the first packet whose time went back, backwardsAt the
	// one where it went back furthest, by backwardsBy.
	backwards, backwardsAt int
	backwardsBy            int64
}

func newTally() tally {
	return tally{first: int64(record.NoTime), last: math.MaxInt64}
}

// add counts a packet.
func (t *tally) add(p *Packet) {
	t.packets++
	t.captured += int64(len(p.Data))
	t.original += int64(p.Original)
	if int(p.Original) > len(p.Data) {
		if p.LeftOut != nil {
			t.leftOut += int64(p.Original) - int64(len(p.Data))
		} else {
			t.cut++
		}
	}
	if p.Time < t.last {
		t.odd(p)
		return
	}
	t.last, t.previous = p.Time, p.Time
}

// odd counts the time of a packet that is the first, has none, or is earlier
// than another in front of it.
func (t *tally) odd(p *Packet) {
	switch {
	case p.Time == int64(record.NoTime):
		t.timeless++
		return
	case t.first == int64(record.NoTime):
		t.first, t.last = p.Time, p.Time
	case p.Time < t.previous:
		if t.backwards == 0 {
			t.backwards = p.Number
		}
		// Two ends of an int64 may lie further apart than it can tell.
		if by, _ := add(t.previous, -p.Time); by > t.backwardsBy {
			t.backwardsBy, t.backwardsAt = by, p.Number
		}
	}
	t.first, t.previous = min(t.first, p.Time), p.Time
}

// span gives the earliest and the latest time.
func (t *tally) span() (first, last record.Time) {
	if t.first == int64(record.NoTime) {
		return record.NoTime, record.NoTime
	}
	return record.Time(t.first), record.Time(t.last)
}

// setLinks tells the link types of a count.
func (f *File) setLinks(counts map[uint16]int64) {
	list := make([]LinkType, 0, len(counts))
	for number, n := range counts {
		list = append(list, LinkType{Number: number, Name: LinkTypeName(number), Packets: n})
	}
	slices.SortFunc(list, func(a, b LinkType) int { return int(a.Number) - int(b.Number) })
	f.Links = list
	for _, link := range list {
		f.LinkTypes = append(f.LinkTypes, link.Name)
	}
}
