package split

import (
	"bytes"
	"fmt"

	"glancecap/decoder/capture"
)

// head is what must stand in front of packets so that they can be read: the
// header of a pcap file, or the section header, the interfaces and the secrets
// of a pcapng section.
type head struct {
	// sections counts the section headers (a pcap file is one section),
	// section is the last one and blocks what it declared so far.
	sections int
	section  []byte
	blocks   [][]byte
	size     int
}

// mostHead limits what is kept of a head, in bytes: it is written in front of
// every piece.
const mostHead = 8 << 20

// note keeps what later pieces need. The answer false is for what they do not:
// statistics, names and what is not known.
func (h *head) note(p *capture.Packet) (needed bool, err error) {
	switch p.Kind {
	case capture.IsFileHeader:
		h.sections, h.section = 1, bytes.Clone(p.Record)
	case capture.IsSection:
		h.sections++
		h.section, h.blocks, h.size = bytes.Clone(p.Record), nil, 0
		endless(h.section)
	case capture.IsDescription, capture.IsSecrets:
		h.blocks = append(h.blocks, bytes.Clone(p.Record))
		h.size += len(p.Record)
	default:
		return false, nil
	}
	if h.size+len(h.section) > mostHead {
		return true, fmt.Errorf("byte %d: what every piece must begin with (section header, interfaces, secrets) takes more than %d MiB", p.Offset, mostHead>>20)
	}
	return true, nil
}

// endless takes the length out of a section header, in favour of the value
// that says it is not known (draft-ietf-opsawg-pcapng §4.1): a piece is shorter
// than the section that it was cut from.
func endless(section []byte) {
	const at, size = 16, 8
	if len(section) >= at+size {
		copy(section[at:at+size], "\xff\xff\xff\xff\xff\xff\xff\xff")
	}
}
