package decoder

import (
	"sync/atomic"

	"glancecap/decoder/capture"
)

// Progress is how far a run has come, for whoever waits for it: it may be read
// from other goroutines while Run works.
type Progress struct {
	// Bytes were read of the captures, uncompressed, and Packets.
	Bytes, Packets atomic.Int64
	// Size is how many bytes there are to read, 0 where that is not known: of
	// pipes and of what is compressed.
	Size atomic.Int64
}

// progressPackets is how many packets pass between two notes of progress: few,
// so that a slow pipe's line moves too.
const progressPackets = 256

// note tells how far the reading has come.
func (p *Progress) note(set *capture.Set, packets int64) {
	bytes, size := set.Progress()
	p.Bytes.Store(bytes)
	p.Size.Store(size)
	p.Packets.Store(packets)
}
