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
	// restless tells that it goes on in later segments before it was answered: a
	// command that nobody saw may wait though none is seen to, so that what looks
	// like rest may be none. alone counts how often in a row it looked so.
	restless bool
	alone    int
	// held are the commands held back, bytes those of their texts; joined tells
	// that the oldest is the first of a connection that was joined, and came alone.
	held   []*command
	bytes  int
	joined bool
}

// restsOfRestless is how many commands in a row, each sent behind the answer to
// the one before, tell that a client which sends several at a time has come to
// rest: one with a command more on its way than was seen would have to send each
// just between that one's answer and the next.
const restsOfRestless = 3

// maxDoubts is how many commands are held back.
const maxDoubts = 256

// unsettle tells that commands may wait that nobody saw.
func (h *Handler) unsettle() {
	h.dismiss()
	h.intact, h.backslashKnown = false, false
	h.doubt.sure, h.doubt.answered, h.doubt.holed, h.doubt.alone = false, false, true, 0
}

// hurries learns, as a command comes that was seen first at from, whether the
// client waits for answers.
func (h *Handler) hurries(from record.At) {
	d, n := &h.doubt, len(h.queue)
	if n == 0 {
		return
	}
	last, pipelined := h.queue[n-1], d.pipelines
	later := last.request.FirstFrame != from.Frame
	d.alone = 0
	d.pipelines = pipelined || d.sure || !later
	if later && !d.restless && (d.sure || pipelined || h.spoken == last.heard) {
		d.restless = true
		if !d.sure {
			h.dismiss()
		}
	}
}

// rest is called as a command comes: where no other waits, the connection is at
// rest.
func (h *Handler) rest() {
	d := &h.doubt
	if n := len(h.queue); n > 0 && !d.pipelines && h.spoken > h.queue[n-1].heard {
		// It waits for answers, so what waits here was answered, and an
		// answer too few was seen.
		h.unsettle()
		h.flush(0)
	}
	switch {
	case len(h.queue) > 0 || d.sure:
	case d.restless && d.answered && !d.stray && d.alone+1 < restsOfRestless:
		d.alone++
		d.answered = false
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
	h.doubt.stray, h.doubt.alone = true, 0
	if h.doubt.sure {
		h.anomaly("answer_without_command")
	}
}

// finish emits a command, or holds it back.
func (h *Handler) finish(c *command) {
	d := &h.doubt
	d.answered = d.answered || c.Response != nil
	if c.Response == nil && c.spec.answer != answerNone {
		d.alone = 0
	}
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
		c.doubted()
	}
	if len(doubted) > 0 {
		h.prepared, h.database = prepared{}, ""
	}
	h.confirm()
}

// doubted takes from a command the answer that may be another's.
func (c *command) doubted() {
	if c.Response != nil {
		c.Response, c.result = nil, record.NewResult(record.ResultMissing)
	}
}
