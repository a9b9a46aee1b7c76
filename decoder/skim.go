package decoder

import "glancecap/decoder/stream"

// skimmer gives bytes to a handler and carries the handler's Skips out itself.
// It is needed where bytes reach the handler by another way than from the
// assembler: replayed after the protocol was recognised, or shared with a
// recorder that wants every byte.
type skimmer struct {
	to   stream.Handler
	skip [2]skipping
	// owed are bytes, by direction and class, that the assembler still has to
	// be told of: an Answer takes one class at a time.
	owed [2][4]int64
	// drop tells that the handler does not want the connection.
	drop bool
}

// skipping is a Skip under way.
type skipping struct {
	left int64 // 0: none
	as   stream.Class
	run  stream.Run
}

// data hands over bytes, except those that the handler asked to skip.
func (s *skimmer) data(dir stream.Dir, b []byte, at stream.At) {
	for len(b) > 0 {
		sk := &s.skip[dir]
		if sk.left == 0 {
			s.take(dir, s.to.Data(dir, b, at))
			return
		}
		n := min(sk.left, int64(len(b)))
		sk.run.See(n, at)
		s.owed[dir][sk.as] += n
		s.advance(dir, n, at)
		b = b[n:]
	}
}

// gap hands over a hole, or counts it in the Skip under way.
func (s *skimmer) gap(dir stream.Dir, n int64, why stream.Why, at stream.At) {
	sk := &s.skip[dir]
	if inside := min(sk.left, n); inside > 0 {
		switch why {
		case stream.SnapCut:
			sk.run.Cut += inside
		case stream.OnPurpose:
			sk.run.LeftOut += inside
		default:
			sk.run.Missing += inside
		}
		s.advance(dir, inside, at)
		n -= inside
	}
	if n > 0 {
		s.take(dir, s.to.Gap(dir, n, why, at))
	}
}

// leftOut hands over what was left out on purpose, which ends a Skip.
func (s *skimmer) leftOut(dir stream.Dir, l *stream.LeftOut, at stream.At) {
	if s.skip[dir].left > 0 {
		s.over(dir, at)
		s.skip[dir] = skipping{}
	}
	s.take(dir, tellLeftOut(s.to, dir, l, at))
}

// tellLeftOut tells a handler of what was left out on purpose.
func tellLeftOut(to stream.Handler, dir stream.Dir, l *stream.LeftOut, at stream.At) stream.Answer {
	if r, ok := to.(stream.Resumer); ok {
		return r.LeftOut(dir, l, at)
	}
	return to.Gap(dir, l.Bytes, stream.OnPurpose, at)
}

// advance moves on in a Skip by n bytes and reports it when it is over.
func (s *skimmer) advance(dir stream.Dir, n int64, at stream.At) {
	sk := &s.skip[dir]
	if sk.left != stream.SkipRest {
		sk.left -= n
	}
	if sk.left == 0 {
		s.over(dir, at)
	}
}

// over tells the handler that a Skip has ended.
func (s *skimmer) over(dir stream.Dir, at stream.At) {
	run := s.skip[dir].run
	s.skip[dir] = skipping{}
	s.take(dir, s.to.Skipped(dir, run, at))
}

// take remembers what the handler said of the bytes it was given.
func (s *skimmer) take(dir stream.Dir, a stream.Answer) {
	s.drop = s.drop || a.Drop
	if a.Of > 0 && a.As != stream.Decoded {
		s.owed[dir][a.As] += a.Of
	}
	if a.Skip > 0 {
		s.skip[dir] = skipping{left: a.Skip, as: a.SkipAs}
	}
}

// answer tells the assembler of one class of bytes that changed.
func (s *skimmer) answer(dir stream.Dir) stream.Answer {
	var a stream.Answer
	for class := stream.Skipped; class <= stream.Encrypted; class++ {
		if n := s.owed[dir][class]; n > 0 {
			a.Of, a.As = n, class
			s.owed[dir][class] = 0
			break
		}
	}
	return a
}

// handOver lets the assembler carry the Skip under way out from here on. The
// run so far comes back, to be put in front of what the assembler reports.
func (s *skimmer) handOver(dir stream.Dir, a *stream.Answer) stream.Run {
	sk := &s.skip[dir]
	if sk.left == 0 {
		return stream.Run{}
	}
	run := sk.run
	a.Skip, a.SkipAs = sk.left, sk.as
	*sk = skipping{}
	return run
}

// end closes the Skip under way and then the direction.
func (s *skimmer) end(dir stream.Dir, how stream.How, at stream.At) {
	if s.skip[dir].left > 0 {
		s.over(dir, at)
		s.skip[dir] = skipping{}
	}
	s.to.End(dir, how, at)
}

// settle asks the handler for what it tells at the end, and tells of one class.
func (s *skimmer) settle(dir stream.Dir) stream.Answer {
	if h, ok := s.to.(stream.Settler); ok {
		for a := h.Settle(dir); a.Of > 0; a = h.Settle(dir) {
			s.owed[dir][a.As] += a.Of
		}
	}
	return s.answer(dir)
}

// idle tells that nothing is left that only the skimmer knows.
func (s *skimmer) idle() bool {
	return s.skip == [2]skipping{} && s.owed == [2][4]int64{}
}
