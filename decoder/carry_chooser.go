package decoder

import (
	"glancecap/decoder/carry"
	"glancecap/decoder/stream"
)

// Unread gives the bytes of a direction of which nobody knows yet what they
// are, and those that the protocol's handler holds.
func (c *chooser) Unread(dir stream.Dir) (n int64) {
	for _, e := range c.held {
		if e.dir == dir {
			n += int64(len(e.data))
		}
	}
	if c.skim != nil {
		for _, owed := range c.skim.owed[c.side(dir)] {
			n += owed
		}
	}
	if inner, ok := c.inner.(stream.Carrier); ok {
		n += inner.Unread(c.side(dir))
	}
	return n
}

// Carry carries what was chosen, what waits for it, and the protocol's handler.
func (c *chooser) Carry(x *carry.Coder) {
	speaks := c.speaks
	carry.Int(x, &speaks)
	x.Bool(&c.flipped)
	carry.Int(x, &c.bytes, &c.ends)
	x.Plain(&c.before)
	carry.Slice(x, &c.held, heldEvents+2, func(e *heldEvent) {
		carry.Int(x, &e.dir)
		carry.Int(x, &e.kind)
		x.Bytes(&e.data)
		carry.Int(x, &e.gap)
		carry.Int(x, &e.why)
		carry.Int(x, &e.how)
		x.Plain(&e.at)
		x.Check(e.dir <= stream.FromServer && e.kind <= heldEnd && e.gap >= 0, "what a connection began with")
	})
	x.Check(speaks < speaksOther && c.bytes >= 0 && c.ends >= 0 && c.ends <= 2, "what a connection speaks")
	if x.Err() != nil || speaks == undecided {
		return
	}
	if x.Reading() {
		c.read(speaks, c.flipped)
	}
	carry.Pointer(x, &c.skim, func(s *skimmer) { s.carry(x) })
	if c.skim != nil {
		c.skim.to = c.inner
	}
	c.inner.(stream.Carrier).Carry(x)
}

// carry carries what is owed to the assembler, and the Skip under way.
func (s *skimmer) carry(x *carry.Coder) {
	x.Plain(&s.owed)
	x.Bool(&s.drop)
	for i := range s.skip {
		sk := &s.skip[i]
		carry.Int(x, &sk.left)
		carry.Int(x, &sk.as)
		x.Plain(&sk.run)
		x.Check(sk.left >= 0 && sk.as <= stream.Encrypted, "a stretch to be skipped")
		for _, owed := range s.owed[i] {
			x.Check(owed >= 0, "bytes that are owed")
		}
	}
}
