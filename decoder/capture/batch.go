package capture

import "io"

// Batch is a run of packets that stay valid together, so that one goroutine
// can work on them while another reads the next. A Batch is made with room in
// Packets: Batch{Packets: make([]Packet, 0, 512)}.
type Batch struct {
	// Packets are in the order of Next. They and their Data are valid until
	// the batch is filled again or released.
	Packets []Packet
	// held are the chunks that the packets lie in.
	held []*chunk
}

// Release lets go of the packets. It may be called from any goroutine that has
// the batch, also after Close.
func (b *Batch) Release() {
	for i, c := range b.held {
		c.drop()
		b.held[i] = nil
	}
	b.held, b.Packets = b.held[:0], b.Packets[:0]
}

// hold keeps a chunk for the packets of this batch.
func (b *Batch) hold(c *chunk) {
	// The chunk is nearly always one of the last few: with several inputs
	// they take turns.
	for i := len(b.held) - 1; i >= 0; i-- {
		if b.held[i] == c {
			return
		}
	}
	c.keep()
	b.held = append(b.held, c)
}

// Fill releases b and reads packets into it until it is full or holds those of
// batchChunks chunks. It gives an error as Next does, and then no packets.
func (s *Set) Fill(b *Batch) error {
	b.Release()
	for len(b.Packets) < cap(b.Packets) && len(b.held) <= batchChunks {
		n := len(b.Packets)
		b.Packets = b.Packets[:n+1]
		p := &b.Packets[n]
		if err := s.Next(p); err != nil {
			b.Packets = b.Packets[:n]
			if n > 0 && err == io.EOF {
				return nil // the next call finds the end again
			}
			return err
		}
		b.hold(s.readers[p.File].chunk())
	}
	return nil
}

// batchChunks is how many chunks a batch may hold before it is given though it
// has room: packets of 64 KiB would else keep more memory than the processor's
// cache.
const batchChunks = 12
