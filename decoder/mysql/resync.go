package mysql

import (
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// Where payload boundaries are not known (joined midstream, after a hole), the
// next one is looked for at the beginning of a segment, after the other side
// has spoken, and must look like what can only stand there: a sequence id
// that starts an exchange, a plausible length, a command or an answer to the
// command that waits for one.

// seekBytes is how much is looked at: no more than the shortest login packet
// with its header needs (see judgeLogin).
const seekBytes = 40

// seeker collects the bytes to look at.
type seeker struct {
	b    [seekBytes]byte
	n    int
	live bool // the bytes since the segment's start are in b
	from record.At
	// latest is where in b the latest segment begins.
	latest int
	// quiet tells that the other side had spoken when the segment began.
	quiet bool
}

// stop gives up what was collected.
func (s *seeker) stop(d *half) {
	d.undecodable += int64(s.n)
	s.n, s.live, s.latest = 0, false, 0
}

// offer adds bytes and gives how many it took; judge decides on all that are
// here.
func (s *seeker) offer(d *half, b []byte, from record.At, start bool, judge func([]byte) verdict) (int, verdict) {
	if start && s.n == 0 {
		s.live, s.from, s.quiet = true, from, d.quiet
	}
	if start {
		s.latest = s.n
	}
	if !s.live {
		d.undecodable += int64(len(b))
		return len(b), denied
	}
	n := copy(s.b[s.n:], b)
	s.n += n
	v := judge(s.b[:s.n])
	if v == denied || v == undecided && s.n == len(s.b) {
		s.stop(d)
		return n, denied
	}
	return n, v
}

// take gives what was collected, for decoding, and where in it the latest
// segment begins.
func (s *seeker) take() (b []byte, latest int) {
	b, latest = append([]byte(nil), s.b[:s.n]...), s.latest
	s.n, s.live, s.latest = 0, false, 0
	return b, latest
}

// look looks for a payload boundary in a direction that lost it. It gives how
// many bytes it took.
func (h *Handler) look(d *half, b []byte, from, at record.At, start bool) int {
	guessed, encrypted := false, false
	judge := func(b []byte) verdict {
		v := h.judgeSealedAnswer(b)
		if guessed = v == granted; v == denied {
			v = h.judgeServer(b)
		}
		return v
	}
	if d.dir == stream.FromClient {
		judge = func(b []byte) verdict {
			v := h.judgeClient(b)
			encrypted = v == denied && h.phase <= phaseLogin && looksEncrypted(b)
			if v == denied && d.z == nil && h.mayBeCompressed() && d.seek.quiet {
				v = judgeCompressedCommand(b)
				guessed = v == granted
			}
			return v
		}
	}
	if start && d.quiet && d.seek.n > 0 && h.of(d.dir.Other()).seen {
		d.seek.stop(d) // what was sent before was answered: this is no more of it
	}
	before := d.undecodable
	n, v := d.seek.offer(d, b, from, start, judge)
	if encrypted {
		d.encrypted += d.undecodable - before
		d.undecodable = before
		h.turnToTLS(from)
	}
	if v != granted {
		return n
	}
	if guessed {
		h.client.frame.abort(0) // what it began to read after the command was a header
		h.compress()
		d.z.lost = false
		h.againCompressed(d, &d.seek, n, at)
		return n
	}
	from = d.seek.from
	h.found(d)
	h.again(d, n, from, at)
	return n
}

// again decodes bytes that were only looked at, of which the last n are the
// first ones at hand. A login's answer among them may begin the compression.
func (h *Handler) again(d *half, n int, from, at record.At) {
	pos, plain := d.pos, d.z == nil
	b, latest := d.seek.take()
	d.pos += int64(n - len(b))
	for i := 0; i < len(b); {
		if h.phase == phaseOpaque {
			d.pass(int64(len(b) - i))
			break
		}
		if latest > 0 && i >= latest {
			from = at
		}
		took := 0
		if plain && d.z != nil {
			took = h.feedCompressed(d, b[i:], from, false)
		} else {
			took = h.feedPlain(d, b[i:], from, at, false)
		}
		d.pos += int64(took)
		i += took
	}
	d.pos = pos
}

// againCompressed is again where the bytes that s collected are compressed.
func (h *Handler) againCompressed(d *half, s *seeker, n int, at record.At) {
	from, pos, now := s.from, d.pos, d.quiet
	d.quiet = s.quiet
	b, latest := s.take()
	d.pos += int64(n - len(b))
	for _, part := range [...]struct {
		b  []byte
		at record.At
	}{{b[:latest], from}, {b[latest:], at}} {
		for b := part.b; len(b) > 0; {
			took := h.feedCompressed(d, b, part.at, false)
			d.pos += int64(took)
			b = b[took:]
		}
	}
	d.pos, d.quiet = pos, now
}

// found tells that a boundary was found.
func (h *Handler) found(d *half) {
	d.lost = false
	if !d.holed {
		return
	}
	d.holed = false
	if d.dir == stream.FromClient {
		h.next.Add(record.MarkResync)
	} else if c := h.head(); c != nil {
		c.Marks.Add(record.MarkResync)
	}
}

// turnToTLS tells that a client was found to speak TLS, while its request for
// it is not in the capture.
func (h *Handler) turnToTLS(at record.At) {
	l := h.beginLogin()
	l.TLS, l.Login.Result = true, nil
	if l.Request == nil {
		l.Request, l.request = &l.request, record.Begin(at)
	}
	l.Marks.Add(record.MarkIncomplete)
	h.finishLogin()
	h.opaque(stream.Encrypted)
}
