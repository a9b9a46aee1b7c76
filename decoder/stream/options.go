package stream

import "encoding/binary"

// The kinds of TCP options that bear on what a receiver takes.
const (
	optEnd   = 0
	optNop   = 1
	optScale = 3  // RFC 7323 §2.2
	optSACKs = 4  // SACK permitted, RFC 2018 §2
	optSACK  = 5  // RFC 2018 §3
	optMD5   = 19 // RFC 2385
	optAO    = 29 // RFC 5925
)

// nextOption takes the first option that is not padding off options. At the
// end, and where the rest is malformed, kind is optEnd.
func nextOption(options []byte) (kind byte, data, rest []byte) {
	for len(options) > 0 && options[0] == optNop {
		options = options[1:]
	}
	if len(options) < 2 || options[0] == optEnd || options[1] < 2 || int(options[1]) > len(options) {
		return optEnd, nil, nil
	}
	n := options[1]
	return options[0], options[2:n], options[n:]
}

// readSYN reads the options of a SYN.
func (h *hello) readSYN(options []byte) {
	h.facts &^= scales | sacks | signs
	h.setShift(0)
	for kind, data, rest := nextOption(options); kind != optEnd; kind, data, rest = nextOption(rest) {
		switch {
		case kind == optScale && len(data) == 1:
			h.facts |= scales
			h.setShift(min(data[0], 14)) // RFC 7323 §2.3
		case kind == optSACKs && len(data) == 0:
			h.facts |= sacks
		case kind == optMD5, kind == optAO:
			h.facts |= signs
		}
	}
}

// carriesSignature tells that a segment is signed. Linux drops one where the
// connection is not (tcp_inbound_hash in include/net/tcp.h).
func carriesSignature(options []byte) bool {
	for kind, _, rest := nextOption(options); kind != optEnd; kind, _, rest = nextOption(rest) {
		if kind == optMD5 || kind == optAO {
			return true
		}
	}
	return false
}

// sacked reads the SACK blocks of a segment: the highest right edge beyond ack,
// if there is one, and whether a D-SACK (RFC 2883) says that something was
// received twice.
func sacked(options []byte, ack uint32) (edge uint32, ok, twice bool) {
	for kind, data, rest := nextOption(options); kind != optEnd; kind, data, rest = nextOption(rest) {
		if kind != optSACK {
			continue
		}
		for ; len(data) >= 8; data = data[8:] {
			right := binary.BigEndian.Uint32(data[4:])
			if int32(right-ack) <= 0 {
				twice = true
			} else if !ok || int32(right-edge) > 0 {
				edge, ok = right, true
			}
		}
	}
	return edge, ok, twice
}
