package packet

import (
	"encoding/binary"
	"unsafe"
)

// Overwrite puts b in the place of the payload's bytes from at on, in the
// memory that the segment was decoded from, and mends the TCP checksum by what
// that changes (RFC 1624): one that was wrong stays wrong, one that was left to
// the network card stays so. The caller must own that memory, and the segment
// must not be Fragmented.
func (s *Segment) Overwrite(at int, b []byte) {
	const field = 16
	// The sum is over 16-bit words, of which the header takes whole ones.
	from, to := at&^1, min((at+len(b)+1)&^1, len(s.Payload))
	before := sum(s.Payload[from:to], 0)
	copy(s.Payload[at:], b)
	after := sum(s.Payload[from:to], 0)
	header := s.header()
	if len(header) < field+2 || s.unfilled() {
		return
	}
	old := binary.LittleEndian.Uint16(header[field:])
	mended := ^fold(uint64(^old) + uint64(^fold(before)) + uint64(fold(after)))
	binary.LittleEndian.PutUint16(header[field:], mended)
}

// unfilled tells that the checksum was left to the network card, also of a
// segment that was cut.
func (s *Segment) unfilled() bool {
	field := binary.LittleEndian.Uint16(s.tcp[16:])
	n := len(s.tcp) + s.Cut
	if s.judgeable && fold(sum(s.tcp, s.pseudoSum(n))) == 0xffff {
		return false
	}
	return field == fold(s.pseudoSum(n)) || field == fold(s.pseudoSum(0))
}

// PayloadAt gives where in data, from which it was decoded, the payload begins;
// -1 where it lies elsewhere: it was put together from fragments.
func (s *Segment) PayloadAt(data []byte) int {
	if s.Fragmented || len(data) == 0 {
		return -1
	}
	payload, begin := uintptr(unsafe.Pointer(unsafe.SliceData(s.Payload))), uintptr(unsafe.Pointer(unsafe.SliceData(data)))
	if payload < begin || payload > begin+uintptr(len(data)) {
		return -1
	}
	return int(payload - begin)
}
