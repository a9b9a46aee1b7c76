package split

import (
	"context"

	"glancecap/decoder/capture"
)

// Chosen are pieces whose packets somebody else chooses and writes: they get
// their names, their safety and their place in the manifest here. A packet may
// stand in several of them, or in none.
type Chosen struct {
	s       *splitter
	streams *streams
	stream  int // of the packet that was seen last
	begun   []*Piece
	number  int64
}

// Piece is one of the Chosen, in the making.
type Piece struct {
	*piece
	of *Chosen
}

// NewChosen begins pieces of the capture at path, named after out. Of the options
// those that say where pieces end mean nothing here. End must be called.
func NewChosen(path, out string, o Options) (*Chosen, error) {
	s, err := newSplitter(path, out, o)
	if err != nil {
		return nil, err
	}
	return &Chosen{s: s}, nil
}

// See is told of every packet of the capture, in its order, before a piece has
// it; Again before the capture is read once more.
func (c *Chosen) See(p *capture.Packet) {
	if c.streams != nil {
		c.stream = c.streams.of(p)
	}
}

// Again begins a further reading of the capture.
func (c *Chosen) Again() {
	if c.s.list != nil {
		c.streams = newStreams(c.s.options.Bounds)
	}
}

// Begin begins the next piece, which holds these images.
func (c *Chosen) Begin(images ...string) (*Piece, error) {
	p, err := c.s.begin(c.number)
	if err != nil {
		return nil, err
	}
	c.number++
	p.images = images
	x := &Piece{p, c}
	c.begun = append(c.begun, x)
	return x, nil
}

// Takes notes that the packet that was seen last is written to the piece next.
func (x *Piece) Takes(p *capture.Packet) error {
	x.note(p)
	if x.of.streams != nil {
		x.streams.add(x.of.stream)
	}
	return x.broken()
}

// Write writes bytes of the piece.
func (x *Piece) Write(b []byte) (int, error) {
	x.size += int64(len(b))
	if x.err == nil {
		_, err := x.plain.Write(b)
		x.failed(err)
	}
	return len(b), x.broken()
}

// Path is the piece's name, "" where it has none because it held no packet.
func (x *Piece) Path() string { return x.final }

// Seal gives the pieces that were begun their names. One without a packet is not
// kept.
func (c *Chosen) Seal() error {
	for len(c.begun) > 0 {
		x := c.begun[0]
		c.begun = c.begun[1:]
		if x.packets == 0 && x.err == nil {
			x.discard()
			continue
		}
		if err := x.seal(); err != nil {
			return err
		}
	}
	return nil
}

// End gives the manifest its name, or after an error takes away what is not
// whole. Input is what was read.
func (c *Chosen) End(ctx context.Context, input capture.File, err error) (Result, error) {
	for _, x := range c.begun {
		x.discard()
	}
	c.s.result.Input = input
	return c.s.end(ctx, err)
}
