package packet

import (
	"encoding/binary"
	"math/bits"
)

// Checksum is the verdict on a segment's checksum.
type Checksum uint8

// The verdicts.
const (
	ChecksumUnknown  Checksum = iota // cut by the snap length: cannot be judged
	ChecksumGood                     // as RFC 9293 §3.1 demands
	ChecksumUnfilled                 // the folded pseudo header's sum alone: left to the network card
	ChecksumBad                      // the receiver drops the segment
)

// Checksum verifies the checksum of the TCP header. It reads the whole
// segment, so it is for those only whose bytes matter. It may be called as
// long as Payload is valid.
func (s *Segment) Checksum() Checksum {
	if !s.judgeable {
		return ChecksumUnknown
	}
	pseudo := s.pseudoSum(len(s.tcp))
	if fold(sum(s.tcp, pseudo)) == 0xffff {
		return ChecksumGood
	}
	// Linux leaves the sum of the pseudo header to the card
	// (__tcp_v4_send_check in net/ipv4/tcp_ipv4.c); Windows, for a segment
	// that the card splits, the sum without the length, since it will differ
	// (NDIS: large send offload).
	field := binary.LittleEndian.Uint16(s.tcp[16:])
	if field == fold(pseudo) || field == fold(s.pseudoSum(0)) {
		return ChecksumUnfilled
	}
	return ChecksumBad
}

// pseudoSum is the sum over the pseudo header (RFC 9293 §3.1, RFC 8200 §8.1)
// of a segment of n bytes. The prefix of mapped IPv4 addresses adds 0xffff,
// which is nothing in ones' complement, so that both versions sum alike.
func (s *Segment) pseudoSum(n int) uint64 {
	const tcp = 6
	head := uint64(bits.ReverseBytes32(uint32(n))) + uint64(bits.ReverseBytes32(tcp))
	return sum(s.Dst.Addr[:], sum(s.Src.Addr[:], head))
}

// headerSumIsRight verifies an IPv4 header (RFC 791 §3.1). A field of zero
// counts as right: Windows leaves it to the card.
func headerSumIsRight(header []byte) bool {
	// Written out for the 20 bytes that nearly all headers have: this takes
	// half the time of an ordinary frame otherwise.
	h := header[:20]
	s, carry := bits.Add64(binary.LittleEndian.Uint64(h), binary.LittleEndian.Uint64(h[8:]), 0)
	s, carry = bits.Add64(s, uint64(binary.LittleEndian.Uint32(h[16:])), carry)
	s += carry
	if len(header) > len(h) {
		s = sum(header[len(h):], s)
	}
	// A ones' complement sum is a sum modulo 0xffff.
	return s%0xffff == 0 || h[10] == 0 && h[11] == 0
}

// sum adds b to a ones' complement sum (RFC 1071), eight bytes at a time.
// The words are read as little-endian, and so is the folded sum: ones'
// complement sums do not depend on the order of bytes (RFC 1071 §2 B).
func sum(b []byte, s uint64) uint64 {
	var carry uint64
	for len(b) >= 64 { // one chain of carries costs a cycle a word
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[32:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[40:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[48:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[56:]), carry)
		s += carry
		b = b[64:]
	}
	for len(b) >= 8 {
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s += carry
		b = b[8:]
	}
	if len(b) >= 4 {
		s, carry = bits.Add64(s, uint64(binary.LittleEndian.Uint32(b)), 0)
		s += carry
		b = b[4:]
	}
	if len(b) > 0 {
		var tail [8]byte
		copy(tail[:], b)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(tail[:]), 0)
		s += carry
	}
	return s
}

// fold brings a sum to 16 bits.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}
