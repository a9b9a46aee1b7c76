package mysql

import (
	"encoding/binary"

	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// mayBeCompressed tells that commands may be compressed without that the
// switch was seen: nothing was read of them yet, and what was seen of the
// login does not exclude it.
func (h *Handler) mayBeCompressed() bool {
	switch {
	case h.phase == phaseAuth:
		return h.mayCompress()
	case h.neverCompressed():
		return false
	}
	return !h.capsKnown && (h.n == 0 || h.suspect)
}

// lookCompressed looks for the header of a compressed packet.
func (h *Handler) lookCompressed(d *half, b []byte, at record.At, start bool) int {
	judge := h.judgeCompressedAnswer
	if d.dir == stream.FromClient {
		judge = func(b []byte) verdict {
			if !d.z.seek.quiet {
				return denied
			}
			return judgeCompressedCommand(b)
		}
	}
	n, v := d.z.seek.offer(d, b, at, start, judge)
	if v == granted {
		d.z.lost, d.lost = false, true
		h.againCompressed(d, &d.z.seek, n, at)
	}
	return n
}

// judgeCompressedCommand tells whether b begins with a compressed packet that
// begins with a command.
func judgeCompressedCommand(b []byte) verdict {
	if len(b) < 12 {
		return undecided
	}
	if b[3] != 0 {
		return denied
	}
	if uint24(b[4:]) > 0 {
		return judgeDeflated(b)
	}
	if b[10] != 0 || 4+min(uint24(b[7:]), 1) > uint24(b) {
		return denied
	}
	return judgeCommand(b[7:], false)
}

// judgeCompressedAnswer tells the same of an answer.
func (h *Handler) judgeCompressedAnswer(b []byte) verdict {
	c := h.head()
	if len(b) < 12 {
		return undecided
	}
	if c == nil || !h.server.z.seek.quiet || b[3] == 0 {
		return denied
	}
	if uint24(b[4:]) > 0 {
		return judgeDeflated(b)
	}
	if 4 > uint24(b) {
		return denied
	}
	return judgeAnswer(b[7:], c.spec.answer)
}

// judgeSealedAnswer tells whether b begins with a compressed packet that begins
// with an answer, where no compression is known of: the client's header and its
// content may have come in two segments, of which only the second was captured,
// and that reads as a plain command. As a plain answer it would be an OK with
// as many warnings as 256 commands make and a status that happens to be its
// length, or begin with what only compressed bytes do.
func (h *Handler) judgeSealedAnswer(b []byte) verdict {
	const header, inner, shortest = 7, 4, 5 // an EOF
	c := h.head()
	switch {
	case h.phase != phaseCommand || h.capsKnown || h.compressed || h.neverCompressed() || c == nil || !h.server.seek.quiet:
		return denied
	case len(b) < inner:
		return undecided
	case uint24(b) < inner+shortest || b[3] != c.seq+1:
		return denied
	case len(b) < header+inner:
		return undecided
	case uint24(b[4:]) > 0:
		return judgeDeflated(b)
	}
	return grant(uint24(b[header:])+inner == uint24(b) && b[header+3] == c.seq+1)
}

// readSealed reads what was taken for a payload as what it is, the beginning of
// a compressed packet: what came before it of the connection was a content whose
// header is not in the capture, and read as a plain command. It gives false where
// that is not sure.
func (h *Handler) readSealed(p *packet) bool {
	const size, inner = 3, 4
	if h.compressed || h.neverCompressed() || !p.whole() || p.length >= maxPayload || len(p.data) < size+inner+1 {
		return false
	}
	n := len(p.data)
	b := append([]byte{byte(n), byte(n >> 8), byte(n >> 16), p.seq}, p.data...)
	content, from, to, d := p.data[size:], p.from, p.to, &h.client
	if uint24(p.data) == 0 && (content[3] != 0 || uint24(content)+inner > n || judgeCommand(content, false) != granted) {
		return false
	}
	pos := d.pos
	if len(p.where) > 0 {
		d.pos = p.where[0].Off - inner
	}
	h.compress()
	header := len(d.z.header)
	d.pos += int64(h.feedCompressed(d, b[:header], from, false))
	for b = b[header:]; len(b) > 0; {
		took := h.feedCompressed(d, b, to, false)
		d.pos += int64(took)
		b = b[took:]
	}
	d.pos = pos
	return true
}

// neverCompressed tells that the server's greeting excludes compression.
func (h *Handler) neverCompressed() bool {
	return h.serverCaps != 0 && h.serverCaps&(clientCompress|clientZstd) == 0
}

// judgeDeflated tells whether b begins with a compressed packet whose content
// is compressed by zlib or zstd.
func judgeDeflated(b []byte) verdict {
	content := b[7:]
	zlib := content[0]&0x0f == 8 && (int(content[0])<<8|int(content[1]))%31 == 0
	return grant(uint24(b) > 4 && (zlib || binary.LittleEndian.Uint32(content) == zstdMagic))
}
