package mysql

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"glancecap/decoder/part"
	"glancecap/decoder/record"
)

// compressed takes a direction's compressed packets apart: seven bytes of
// header (length, sequence id, length before compression), then the content;
// a length before compression of 0 says that it is not compressed
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_compression_packet.html).
// Payloads may begin and end anywhere in it.
type compressed struct {
	header [7]byte
	have   int
	open   bool // the header is complete
	left   int  // bytes of content still to come
	size   int  // length before compression; 0: as it is
	fresh  bool // nothing of the content was handed on
	last   byte // its sequence id
	// follows tells that the id is the next one behind that of the packet before.
	follows bool
	// begins tells that the present payload begins in a packet whose id is that of
	// a command.
	begins bool
	buf    []byte
	hole   damage       // buf ended at a hole
	where  []part.Range // where the content lies, for Options.Parts
	from   record.At
	quiet  bool // half.quiet as the packet began
	lost   bool
	seek   seeker
}

// All connections of a run together may inflate to inflateFloor bytes, and
// beyond it to bounds.InflateRatio bytes for each compressed one: a few bytes
// of zstd can claim 16 MiB.
const inflateFloor = 64 << 20

// feedCompressed takes bytes up to the end of a compressed packet at most,
// and gives how many it took.
func (h *Handler) feedCompressed(d *half, b []byte, at record.At, start bool) int {
	z := d.z
	if z.lost {
		return h.lookCompressed(d, b, at, start)
	}
	total := len(b)
	if !z.open {
		if z.have == 0 {
			z.from, z.quiet = at, d.quiet
		}
		n := copy(z.header[z.have:], b)
		z.have, b = z.have+n, b[n:]
		if z.have < len(z.header) {
			return total
		}
		z.left, z.size = uint24(z.header[:]), uint24(z.header[4:])
		z.have, z.open, z.fresh, z.hole, z.buf = 0, true, true, 0, z.buf[:0]
		z.follows, z.last = z.header[3] == z.last+1, z.header[3]
		z.where = nil
	}
	n := min(z.left, len(b))
	if d.frame.located {
		z.where = part.Join(z.where, d.pos+int64(total-len(b)), int64(n))
	}
	if z.size == 0 {
		from := at
		if z.fresh {
			from = z.from
		}
		h.feedStored(d, b[:n], total-len(b), from, at)
	} else {
		z.store(b[:n], h.o.Bounds.DirectionBytes)
	}
	z.left -= n
	h.endOfCompressed(d, at)
	return total - len(b) + n
}

// store keeps content until the packet is complete.
func (z *compressed) store(b []byte, bound int) {
	if z.hole != 0 {
		return
	}
	if room := bound - len(z.buf); len(b) > room {
		b, z.hole = b[:room], damageLimit
	}
	z.buf = append(z.buf, b...)
}

// endOfCompressed hands on the content of a packet that is complete.
func (h *Handler) endOfCompressed(d *half, at record.At) {
	z := d.z
	if z.left > 0 {
		return
	}
	z.open = false
	if z.size > 0 {
		now := d.quiet
		d.quiet = z.quiet
		lost := d.undecodable
		h.inflate(d, at)
		d.undecodable = min(d.undecodable, lost+int64(len(z.buf)))
		d.quiet = now
		if cap(z.buf) > maxIdleBuffer {
			z.buf = nil
		}
	}
}

// feedStored hands on content that is not compressed, which lies at at in the
// bytes at hand.
func (h *Handler) feedStored(d *half, b []byte, at int, from, to record.At) {
	pos := d.pos
	d.pos += int64(at)
	h.feedInner(d, b, from, to)
	d.pos = pos
}

// feedInner hands content on. A payload that is looked for may begin where a
// compressed packet does.
func (h *Handler) feedInner(d *half, b []byte, from, at record.At) {
	for len(b) > 0 {
		if h.phase == phaseOpaque {
			d.pass(int64(len(b)))
			return
		}
		fresh := d.z != nil && d.z.fresh
		if d.z != nil {
			d.z.fresh = false
			if !d.frame.open && d.frame.have == 0 {
				d.z.begins = d.z.last == 0 && !d.z.follows
			}
		}
		n := h.feedPlain(d, b, from, at, fresh)
		d.pos += int64(n)
		if b = b[n:]; d.z != nil && d.z.size == 0 {
			from = at // the compressed packet's header may have come before
		}
	}
}

// gapCompressed takes a hole of n bytes.
func (h *Handler) gapCompressed(d *half, n int64, damage damage, at record.At) {
	z := d.z
	switch {
	case z.lost:
		z.seek.stop(d)
		h.holed(d, damage)
	case !z.open || n > int64(z.left):
		z.lost, z.open = true, false
		d.giveUpHeader()
		if !d.lost {
			h.lose(d, damage)
		} else {
			h.holed(d, damage)
		}
	case z.size == 0:
		z.fresh = false
		h.gapPlain(d, n, damage)
		z.left -= int(n)
		h.endOfCompressed(d, at)
	default:
		if z.hole == 0 {
			z.hole = damage
		}
		z.left -= int(n)
		h.endOfCompressed(d, at)
	}
}

// endCompressed hands on what there is of a packet that will never be
// complete.
func (h *Handler) endCompressed(d *half) {
	d.z.seek.stop(d)
	if z := d.z; z.open && z.size > 0 && len(z.buf) > 0 {
		z.hole, z.left = damageOpen, 0
		h.endOfCompressed(d, z.from)
	}
}

// inflaters are reused from packet to packet.
type inflaters struct {
	zlib  io.ReadCloser
	zstd  *zstd.Decoder
	input bytes.Reader
	chunk []byte
	// budget is how many bytes may still be inflated.
	budget int64
}

// zstdMagic begins a zstd frame (RFC 8878 §3.1.1).
const zstdMagic = 0xfd2fb528

// maxWindow is the largest zstd window that is followed; the protocol's
// packets hold 16 MiB at most.
const maxWindow = 16 << 20

// open gives a reader of the inflated content; which compression it is, the
// content says (RFC 1950 §2.2, RFC 8878 §3.1.1).
func (f *inflaters) open(b []byte) (io.Reader, error) {
	f.input.Reset(b)
	if f.chunk == nil {
		f.chunk = make([]byte, 16<<10)
	}
	var err error
	if len(b) >= 4 && binary.LittleEndian.Uint32(b) == zstdMagic {
		if f.zstd == nil {
			f.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil, err
			}
		}
		return f.zstd, f.zstd.Reset(&f.input)
	}
	if f.zlib == nil {
		f.zlib, err = zlib.NewReader(&f.input)
		return f.zlib, err
	}
	return f.zlib, f.zlib.(zlib.Resetter).Reset(&f.input, nil)
}

// inflate hands on what a packet's content inflates to, up to the announced
// length and never beyond it. What belongs to a payload of which enough is
// kept is not inflated at all.
func (h *Handler) inflate(d *half, at record.At) {
	z, f := d.z, &h.o.Shared.inflate
	pos := d.pos
	if d.frame.located {
		d.frame.sealed = z.where
	}
	defer func() { d.pos, d.frame.sealed = pos, nil }()
	f.budget += int64(h.o.Bounds.InflateRatio) * int64(len(z.buf))
	left := z.size
	r, err := f.open(z.buf)
	for err == nil && left > 0 {
		if !d.lost && d.frame.idle(left) {
			if p := d.frame.skip(left, at); p != nil {
				h.packet(d, p)
			}
			return
		}
		if f.budget <= 0 {
			h.hit("mysql_inflated")
			z.hole = damageLimit
			break
		}
		var n int
		n, err = r.Read(f.chunk[:min(len(f.chunk), left)])
		left -= n
		f.budget -= int64(n)
		h.feedInner(d, f.chunk[:n], z.from, at)
	}
	switch {
	case left == 0:
		if n, _ := r.Read(f.chunk[:1]); n > 0 && z.hole == 0 {
			h.anomaly("compressed_length")
			if !d.lost {
				h.lose(d, 0)
			}
		}
	case z.hole != 0:
		h.gapPlain(d, int64(left), z.hole)
	case err == io.EOF:
		h.anomaly("compressed_length")
	default:
		h.anomaly("compression")
		d.undecodable += int64(len(z.buf))
		h.gapPlain(d, int64(left), damageGap)
	}
}

// compress switches both directions to the compressed protocol, which begins
// behind the OK of the authentication.
func (h *Handler) compress() {
	h.compressed = true
	for _, d := range []*half{&h.client, &h.server} {
		if d.z == nil {
			d.z = new(compressed)
			d.z.lost = d.lost
		}
	}
	h.client.z.lost = false
}
