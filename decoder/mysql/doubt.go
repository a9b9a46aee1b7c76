package mysql

import "glancecap/decoder/record"

// Joined midstream or behind a hole, commands that nobody saw may still wait
// for their answers, and what comes next is theirs. So what is answered is held
// back until the connection comes to rest: if no answer is left over then, each
// was given to its command, else none is known to be. The first command of a
// connection that was joined keeps its answer unless one is left over: that the
// client sends several at a time is the exception, and it is marked as midstream.

// doubt is what is known of the pairing of commands and answers.
type doubt struct {
	// sure tells that every answer is given to its own command: the
	// connection is read since its login, or came to rest since its last
	// loss.
	sure bool
	// answered and stray tell that a command was answered since then, and
	// that an answer came that no command waited for.
	answered, stray bool
	// holed tells that the doubt is about a hole.
	holed bool
	// pipelines tells that the client does not wait for answers: it sent two
	// commands in one segment, or one before the answer to another.
	pipelines bool
	// held are the commands held back, bytes those of their texts; joined tells
	// that the oldest is the first of a connection that was joined, and came alone.
	held   []*command
	bytes  int
	joined bool
}

// maxDoubts is how many commands are held back.
const maxDoubts = 256

// unsettle tells that commands may wait that nobody saw.
func (h *Handler) unsettle() {
	h.dismiss()
	h.intact = false
	h.doubt.sure, h.doubt.answered, h.doubt.holed = false, false, true
}

// rest is called as a command comes, seen first at from: where no other waits,
// the connection is at rest.
func (h *Handler) rest(from record.At) {
	d := &h.doubt
	if n := len(h.queue); n > 0 {
		last := h.queue[n-1]
		d.pipelines = d.pipelines || d.sure || last.request.FirstFrame == from.Frame
		if !d.pipelines && h.spoken > last.heard {
			// It waits for answers, so what waits here was answered, and an
			// answer too few was seen.
			h.unsettle()
			h.flush(0)
		}
	}
	switch {
	case len(h.queue) > 0 || d.sure:
	case d.answered && !d.stray:
		h.confirm()
		d.sure = true
	case d.answered:
		h.next.Add(record.MarkResync)
	}
	d.stray = false
}

// strayed tells of an answer that no command waited for.
func (h *Handler) strayed() {
	h.doubt.joined = false
	h.dismiss()
	h.doubt.stray = true
	if h.doubt.sure {
		h.anomaly("answer_without_command")
	}
}

// finish emits a command, or holds it back.
func (h *Handler) finish(c *command) {
	d := &h.doubt
	d.answered = d.answered || c.Response != nil
	if d.sure || len(d.held) == 0 && c.Response == nil {
		h.send(c)
		return
	}
	if len(d.held) == 0 {
		d.joined = len(h.queue) == 0 && !d.holed
	}
	d.held = append(d.held, c)
	if d.bytes += len(c.text); len(d.held) > maxDoubts || d.bytes > h.o.Bounds.DirectionBytes {
		h.dismiss()
	}
}

// confirm emits what was held back.
func (h *Handler) confirm() {
	held := h.doubt.held
	h.doubt.held, h.doubt.bytes = nil, 0
	for _, c := range held {
		h.send(c)
	}
}

// dismiss emits what was held back without the answers, which may be those of
// other commands, and forgets what was concluded from them.
func (h *Handler) dismiss() {
	doubted := h.doubt.held
	if h.doubt.joined && len(doubted) > 0 {
		doubted = doubted[1:]
	}
	for _, c := range doubted {
		if c.Response != nil {
			c.Response, c.result = nil, record.NewResult(record.ResultMissing)
		}
	}
	if len(doubted) > 0 {
		h.prepared, h.database = prepared{}, ""
	}
	h.confirm()
}
