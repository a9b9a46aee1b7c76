// Package capture reads capture files: pcap and pcapng, plain or compressed,
// from files or standard input, several of them merged by time.
//
// Comes in: paths. Goes out: packets with their number, time, link type and
// the byte range of their record. It never looks inside a packet.
package capture

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
	// Time is in nanoseconds since 1970, UTC; record.NoTime where the
	// format gives none.
	Time int64
	// Original is the packet's length on the wire, in bytes.
	Original uint32
	// Data is what was captured of it. It is valid until the next call of
	// Next, or, where Stable says so, until Close. It must not be written to.
	Data []byte
	// Offset and Length are the byte range of the whole record or block in
	// the (uncompressed) file.
	Offset, Length int64
}
