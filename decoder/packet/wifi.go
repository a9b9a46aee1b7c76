package packet

import (
	"encoding/binary"

	"github.com/google/gopacket/layers"
)

// Link types of wireless frames.
const (
	linkIEEE80211 = 105
	linkRadiotap  = 127
)

// readRadiotap goes over the header that Linux puts before a wireless frame
// (www.radiotap.org). Of its fields one matters: whether the 802.11 header is
// padded to four bytes.
func (d *Decoder) readRadiotap(b []byte) error {
	const fixed, hasTime, hasFlags, more, padded = 8, 1 << 0, 1 << 1, 1 << 31, 0x20
	if len(b) < fixed {
		return errShort
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	switch {
	case b[0] != 0 || n < fixed || n > len(b)+d.cut:
		return errBad
	case n > len(b):
		return errShort
	}
	present := binary.LittleEndian.Uint32(b[4:])
	at := fixed
	for word := present; word&more != 0 && at+4 <= n; at += 4 {
		word = binary.LittleEndian.Uint32(b[at:])
	}
	if present&hasTime != 0 {
		at = (at+7)&^7 + 8
	}
	d.padded = present&hasFlags != 0 && at < n && b[at]&padded != 0
	return d.then(layers.LayerTypeDot11, b[n:])
}

// readDot11 reads the header of a wireless data frame (IEEE 802.11 §9.2).
// layers.Dot11 takes the last four bytes of any frame for its checksum, which
// most captures lack.
func (d *Decoder) readDot11(b []byte) error {
	const (
		typeMask, typeData   = 0x0f, 0x08 // with the protocol's version, 0
		null, withQoS        = 0x40, 0x80
		toAndFromDS          = 0x03
		protected, withOrder = 0x40, 0x80
		aggregated           = 0x80 // in the QoS field: several frames in one
	)
	if len(b) < 2 {
		return errShort
	}
	control, flags := b[0], b[1]
	if control&typeMask != typeData || control&null != 0 || flags&protected != 0 {
		return d.end(NotTCP) // management, control, no data, or encrypted
	}
	n := 24
	if flags&toAndFromDS == toAndFromDS {
		n += 6
	}
	qos := n
	if control&withQoS != 0 {
		n += 2
		if flags&withOrder != 0 {
			n += 4
		}
	}
	if d.padded {
		n = (n + 3) &^ 3
	}
	if len(b) < n {
		return errShort
	}
	if control&withQoS != 0 && b[qos]&aggregated != 0 {
		return d.end(NotTCP)
	}
	return d.then(layers.LayerTypeLLC, b[n:])
}
