package capture

import (
	"sync"
	"sync/atomic"
)

// Sizes of chunks. 384 KiB is where a capture in the page cache is read fastest:
// large enough that neither the system call counts nor that the work moves to the
// reader of the next chunk, small enough that the packets are still in the
// processor's cache when their headers are read.
const (
	chunkData = 384 << 10
	// chunkHead is the room in front of a chunk's data for the beginning of a
	// record that the chunk before ended inside of; a packet of 64 KiB, which
	// segmentation offload makes, fits.
	chunkHead = 68 << 10
	// chunksKept is how many chunks wait in the pool for their next use: more
	// than the batches of a run hold together, since memory that is new for
	// each chunk costs twice what reading into it does.
	chunksKept = 64
)

// chunkSizes are the bytes that a chunk has for data, and those in front of them.
type chunkSizes struct{ head, data int }

// usual is what all runs use; tests take others, to have records across chunks
// without megabytes of them.
var usual = chunkSizes{head: chunkHead, data: chunkData}

func (s chunkSizes) sum() int { return s.head + s.data }

// chunk is a stretch of an input in memory. It is shared by the input that
// reads on in it and by the batches whose packets lie in it.
type chunk struct {
	buf  []byte
	refs atomic.Int32
	from *chunkPool
}

// keep adds a holder.
func (c *chunk) keep() { c.refs.Add(1) }

// drop takes a holder away; the last one gives the chunk back.
func (c *chunk) drop() {
	if c.refs.Add(-1) == 0 {
		c.from.put(c)
	}
}

// chunkPool keeps chunks for their next use. Batches are released by other
// goroutines than those that read, so it locks.
type chunkPool struct {
	size chunkSizes
	mu   sync.Mutex
	free []*chunk
}

// get gives a chunk of the usual size with one holder.
func (p *chunkPool) get() *chunk {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		c.refs.Store(1)
		return c
	}
	return p.newChunk(p.size.sum())
}

// newChunk makes a chunk of any size with one holder.
func (p *chunkPool) newChunk(size int) *chunk {
	c := &chunk{buf: make([]byte, size), from: p}
	c.refs.Store(1)
	return c
}

// put takes a chunk back; those made for one long record are left to the
// garbage collector.
func (p *chunkPool) put(c *chunk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(c.buf) == p.size.sum() && len(p.free) < chunksKept {
		p.free = append(p.free, c)
	}
}
