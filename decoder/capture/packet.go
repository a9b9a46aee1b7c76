// Package capture reads capture files: pcap and pcapng, plain or compressed,
// from files or standard input, several of them merged by time.
//
// Comes in: paths. Goes out: packets with their number, time, link type and
// the byte range of their record, and for each file what it was and why its
// reading ended. It never looks inside a packet.
//
// Files are read by big reads and not mapped: walking the records of 1.15 GB
// (1.1 million packets) in page cache took 1.3 times as long as dd with reads
// of 256 KiB, which find the packet's headers in the cache, and 4 to 8 times
// as long over a mapping, whose page faults alone cost more than the copy.
package capture

import "glancecap/decoder/record"

// Packet is one record of a capture file.
type Packet struct {
	// Number counts the packets of a file from 1, as Wireshark's frame
	// numbers do.
	Number int
	// File is the index of the input.
	File int32
	// Interface is the index of the pcapng interface in its section, 0 in
	// pcap.
	Interface uint32
	// LinkType is the LINKTYPE_ value (www.tcpdump.org/linktypes.html).
	LinkType uint16
	// Kind is IsPacket; with Options.Everything the rest of the file is given
	// too, of which only File, Offset and Record mean anything.
	Kind Kind
	// Time is in nanoseconds since 1970, UTC; record.NoTime where the
	// format gives none.
	Time int64
	// Original is the packet's length on the wire, in bytes, never less than
	// len(Data). A frame check sequence that the file announces is part of
	// neither.
	Original uint32
	// LeftOut tells what was left out on purpose behind the packet, nil where
	// its comments say nothing of it.
	LeftOut *record.LeftOut
	// Data is what was captured of it. It is valid until the next call of
	// Next, or until the Batch it stands in is filled again or released. It
	// must not be written to.
	Data []byte
	// Record is the whole record or block as it stands in the file, for as
	// long as Data. Its capacity reaches to the end of what was read, so that
	// records that lie one behind the other can be joined by slicing. Offset
	// is where it begins in the (uncompressed) file.
	Record []byte
	Offset int64
}

// Kind tells what a part of a file is.
type Kind uint8

// The kinds of parts: a packet, and what stands in front of and between
// packets.
const (
	IsPacket      Kind = iota
	IsFileHeader       // of pcap
	IsSection          // a section header, with which all interfaces before it are void
	IsDescription      // an interface description
	IsSecrets          // decryption secrets
	IsOther            // statistics, names, what somebody made up
)
