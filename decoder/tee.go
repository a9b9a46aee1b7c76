package decoder

import (
	"glancecap/decoder/part"
	"glancecap/decoder/stream"
)

// tee shows all bytes of a connection to Options.Bytes beside the protocol's
// handler, whose Skips it carries out itself.
type tee struct {
	info  *stream.Info
	skim  skimmer
	off   [2]int64
	bytes func(*stream.Info, stream.Dir, int64, []byte)
}

// Data shows the bytes and hands them on.
func (t *tee) Data(dir stream.Dir, b []byte, at stream.At) stream.Answer {
	t.bytes(t.info, dir, t.off[dir], b)
	t.off[dir] += int64(len(b))
	if t.skim.drop {
		return stream.Answer{}
	}
	t.skim.data(dir, b, at)
	return t.skim.answer(dir)
}

// Gap hands a hole on.
func (t *tee) Gap(dir stream.Dir, n int64, why stream.Why, at stream.At) stream.Answer {
	t.off[dir] += n
	if t.skim.drop {
		return stream.Answer{}
	}
	t.skim.gap(dir, n, why, at)
	return t.skim.answer(dir)
}

// LeftOut hands on what was left out on purpose.
func (t *tee) LeftOut(dir stream.Dir, l *stream.LeftOut, at stream.At) stream.Answer {
	t.off[dir] += l.Bytes
	if t.skim.drop {
		return stream.Answer{}
	}
	t.skim.leftOut(dir, l, at)
	return t.skim.answer(dir)
}

// Skipped never comes: the tee skips nothing.
func (t *tee) Skipped(stream.Dir, stream.Run, stream.At) stream.Answer { return stream.Answer{} }

// End hands the end on.
func (t *tee) End(dir stream.Dir, how stream.How, at stream.At) {
	if !t.skim.drop {
		t.skim.end(dir, how, at)
	}
}

// Settle hands on what the protocol's handler tells at the end.
func (t *tee) Settle(dir stream.Dir) stream.Answer { return t.skim.settle(dir) }

// Followed is true: every connection is looked at.
func (t *tee) Followed() bool { return true }

// Held gives the bytes that the connection's handlers hold.
func (t *tee) Held() int {
	if h, ok := t.skim.to.(stream.Holder); ok {
		return h.Held()
	}
	return 0
}

// partsOf gives what tells Options.Parts of a connection, in the assembler's
// directions where client and server were exchanged; nil where nobody asks.
func (r *run) partsOf(info *stream.Info, flip bool) func(stream.Dir, *part.Part) {
	if r.options.Parts == nil {
		return nil
	}
	return func(dir stream.Dir, p *part.Part) {
		if flip {
			dir = dir.Other()
		}
		r.options.Parts(info, dir, p)
	}
}
