package mysql

import (
	"glancecap/decoder/part"
	"glancecap/decoder/record"
)

// damage tells what is not as it was sent.
type damage uint8

const (
	damageGap     damage = 1 << iota // bytes are not in the capture
	damageCut                        // bytes are beyond the snap length
	damageOverlap                    // contradicting copies were seen
	damageLimit                      // longer than what is kept
	damageOpen                       // the stream ended inside
)

// lossy tells that bytes are missing, whyever.
func (d damage) lossy() bool { return d&(damageGap|damageCut|damageOpen) != 0 }

// packet is a payload as the protocol's layers above know it: put together
// where it is longer than one packet can hold.
type packet struct {
	// seq and last are the sequence ids of its first and its last packet.
	seq, last uint8
	// length is the payload's length as announced, data its beginning as far
	// as it was captured and kept: damage tells why it is shorter.
	length int64
	data   []byte
	damage damage
	// from and to are where its first and its last byte were seen.
	from, to record.At
	// where tells where data lies in the direction, for Options.Parts.
	where  []part.Range
	sealed bool // it came out of compression
}

// whole tells that data is the payload.
func (p *packet) whole() bool { return int64(len(p.data)) == p.length }

// framer cuts a stream into payloads
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html).
type framer struct {
	header [4]byte
	have   int // bytes of the header that are here
	left   int // bytes of the present packet still to come
	open   bool
	more   bool // the payload goes on in another packet
	p      packet
	buf    []byte // holds p.data where it came in pieces
	keep   int    // of the payload, at most
	asked  bool   // keep is set
	hole   bool   // p.data ended at a hole and takes no more
	// off is where the bytes that feed is given lie in the direction; in
	// compression it is none, and sealed tells where the compressed packet
	// does. where collects both. They are kept only where located is set.
	located bool
	off     int64
	sealed  []part.Range
	where   []part.Range
}

// maxIdleBuffer is how large a buffer may stay with an idle connection.
const maxIdleBuffer = 16 << 10

// keeper tells how many bytes of a payload are worth keeping, by its first
// byte and its length so far.
type keeper func(first byte, n int) int

// feed takes bytes up to the end of one payload. It gives how many it took,
// and the payload when it is complete; both are valid until the next call.
func (f *framer) feed(b []byte, from, at record.At, keepOf keeper) (int, *packet) {
	if !f.open && f.have == 0 && len(b) >= 4 {
		if n := uint24(b); n < maxPayload && len(b) >= 4+n {
			// Field by field: this is done for each column and row, and a packet
			// put together elsewhere and copied takes twice as long.
			p := &f.p
			p.seq, p.last, p.length, p.data = b[3], b[3], int64(n), b[4:4+n:4+n]
			p.from, p.to, p.damage, p.where, p.sealed = from, at, 0, nil, false
			if at.Overlap {
				p.damage = damageOverlap
			}
			if n > 0 {
				if keep := keepOf(b[4], n); keep < n {
					p.data, p.damage = b[4:4+keep:4+keep], p.damage|damageLimit
				}
			}
			if f.located {
				f.where = f.where[:0]
				f.locate(4, len(p.data))
				p.where = f.where
			}
			return 4 + n, p
		}
	}
	return f.feedPart(b, from, at, keepOf)
}

// feedPart is feed for a payload that does not lie in one piece.
func (f *framer) feedPart(b []byte, from, at record.At, keepOf keeper) (int, *packet) {
	total := len(b)
	if !f.open && f.have == 0 {
		f.p = packet{from: from}
		f.release()
		f.buf, f.hole, f.asked = f.buf[:0], false, false
		f.where = f.where[:0]
	}
	if at.Overlap {
		f.p.damage |= damageOverlap
	}
	for f.left == 0 {
		if f.have < 4 {
			n := copy(f.header[f.have:], b)
			f.have, b = f.have+n, b[n:]
			if f.have < 4 {
				f.p.to = at
				return total, nil
			}
		}
		f.begin()
		if f.left == 0 {
			return total - len(b), f.finish(at)
		}
		if len(b) == 0 {
			f.p.to = at
			return total, nil
		}
	}
	if !f.asked {
		f.asked, f.keep = true, keepOf(b[0], f.left)
	}
	n := min(f.left, len(b))
	f.store(b[:n], total-len(b))
	f.left -= n
	f.p.to = at
	return total - len(b) + n, f.endOfPacket(at)
}

// begin takes a complete header.
func (f *framer) begin() {
	f.have = 0
	f.left = uint24(f.header[:])
	if !f.open {
		f.open, f.p.seq = true, f.header[3]
	}
	f.p.last = f.header[3]
	f.p.length += int64(f.left)
	f.more = f.left == maxPayload
}

// endOfPacket gives the payload if it is complete; after 2²⁴−1 bytes it goes
// on in another packet, which may be empty.
func (f *framer) endOfPacket(at record.At) *packet {
	if f.left > 0 || f.more {
		return nil
	}
	return f.finish(at)
}

// finish gives the payload as it is.
func (f *framer) finish(at record.At) *packet {
	f.p.data, f.p.to, f.p.where = f.buf, at, f.where
	f.open, f.more, f.have, f.left = false, false, 0, 0
	return &f.p
}

// store keeps bytes up to the bound; they lie at at in what feed was given.
func (f *framer) store(b []byte, at int) {
	if f.hole {
		return
	}
	if room := f.keep - len(f.buf); len(b) > room {
		f.p.damage |= damageLimit
		b = b[:max(room, 0)]
	}
	f.buf = append(f.buf, b...)
	if f.located {
		f.locate(at, len(b))
	}
}

// locate notes where n bytes lie that are at at in what feed was given.
func (f *framer) locate(at, n int) {
	if f.sealed == nil {
		f.where = part.Join(f.where, f.off+int64(at), int64(n))
		return
	}
	if k := len(f.where); k > 0 && f.where[k-1] == f.sealed[len(f.sealed)-1] {
		return
	}
	f.where, f.p.sealed = append(f.where, f.sealed...), true
}

// gap takes a hole of n bytes. It gives the payload that the hole completes,
// if any, and whether the framing is lost: the hole reached beyond the
// packet whose length is known. The payload ends where its last byte was seen,
// not where the hole was noticed.
func (f *framer) gap(n int64, d damage) (p *packet, lost bool) {
	if !f.open || f.left == 0 || n > int64(f.left) {
		return nil, true
	}
	f.p.damage |= d
	f.hole = true
	f.left -= int(n)
	return f.endOfPacket(f.p.to), false
}

// abort gives up the payload that is being read, and gives it as far as it
// came; nil where not even its header is here.
func (f *framer) abort(d damage) *packet {
	if !f.open {
		f.have = 0
		return nil
	}
	f.p.damage |= d
	return f.finish(f.p.to)
}

// idle tells that the next n bytes would not be kept: they belong to the
// present payload, beyond what is worth keeping.
func (f *framer) idle(n int) bool {
	return f.open && f.asked && n <= f.left && (f.hole || len(f.buf) >= f.keep)
}

// skip passes over n bytes for which idle holds.
func (f *framer) skip(n int, at record.At) *packet {
	if !f.hole {
		f.p.damage |= damageLimit
	}
	f.left -= n
	f.p.to = at
	return f.endOfPacket(at)
}

// release lets go a buffer that grew large.
func (f *framer) release() {
	if cap(f.buf) > maxIdleBuffer {
		f.buf = nil
	}
}
