package capture

import (
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// readersMost is how many goroutines read a plain file: copying out of the
	// page cache costs about what decoding does where the bulk of a capture is
	// image bytes, and decoding is done by one at a time.
	readersMost = 3
	// patience is how often a reader looks whether its turn has come before it
	// sleeps, with a moment between (relax). Where the bulk is image bytes, the turn
	// before takes some tens of microseconds; but to be woken takes a hundred, and
	// who waits for one who is being woken must not fall asleep over it, or both
	// take turns at that.
	patience = 4_000
	// shortSleep is how long a sleep may be that was not worth it. Who sleeps
	// longer keeps the processor from work that is there to be done when it looks
	// instead: chunks of statements take ten times as long as those of bytes.
	shortSleep = 100 * time.Microsecond
)

// Work calls f, which is to call Next until it gives an error. Where one plain
// file is read, a few goroutines copy its chunks at once, and f moves to the one
// that has the chunk which is next: packets are decoded by the processor that
// has them in its cache. Measured on a 1.15 GB upload, that takes four fifths of
// the time that reading ahead in one goroutine takes.
func (s *Set) Work(f func()) {
	src := s.plain()
	if src == nil || runtime.GOMAXPROCS(0) == 1 {
		f()
		return
	}
	b := &baton{src: src}
	b.claimed.Store(src.given)
	b.turn.Store(src.given)
	b.passed.L = &b.mu
	src.baton = b
	b.work(f)
	src.baton = nil
}

// plain gives the source of a set that is one plain file with more than a chunk
// to come, else nil.
func (s *Set) plain() *plainSource {
	if len(s.readers) != 1 {
		return nil
	}
	src, ok := s.readers[0].in.src.(*plainSource)
	if !ok || src.size <= (src.given+1)*int64(src.pool.size.data) {
		return nil
	}
	return src
}

// baton is what the readers of a plain file pass on in the order of its chunks:
// who has it goes on with the work.
type baton struct {
	src *plainSource
	// turn is the chunk that the work waits for, or over.
	turn atomic.Int64
	_    [64]byte // what readers wait for shares no cache line with what they change
	// claimed is the first chunk that nobody reads yet.
	claimed atomic.Int64

	// asleep counts the readers that wait for passed; it changes under mu.
	asleep atomic.Int64
	mu     sync.Mutex
	passed sync.Cond

	// What follows is for the one who has the baton. The work suspends itself
	// with pause when it wants a chunk; resume goes on with it and tells
	// whether it will want another; had is the chunk for it.
	pause  func(struct{}) bool
	resume func() (struct{}, bool)
	had    piece
}

// work runs f as a coroutine of the readers and returns when it has ended.
func (b *baton) work(f func()) {
	resume, stop := iter.Pull(func(pause func(struct{}) bool) {
		b.pause = pause
		f()
	})
	defer stop()
	b.resume = resume
	if _, more := resume(); !more {
		return
	}
	var readers sync.WaitGroup
	for range min(readersMost, runtime.GOMAXPROCS(0)) {
		readers.Go(b.read)
	}
	readers.Wait()
}

// take gives the work its next chunk.
func (b *baton) take() piece {
	b.pause(struct{}{})
	p := b.had
	b.had = piece{}
	return p
}

// read reads chunks, each to go on with the work when its turn has come.
func (b *baton) read() {
	looks := patience
	for {
		n, ok := b.claim()
		if !ok {
			return
		}
		p := b.src.read(n)
		mine, slept := b.wait(n, looks)
		if !mine {
			p.c.drop()
			return
		}
		switch {
		case slept > shortSleep:
			looks = 0
		case slept > 0:
			looks = patience
		}
		b.had = p
		_, more := b.resume()
		b.pass(more)
	}
}

// claim gives the first chunk that nobody reads, if there is one.
func (b *baton) claim() (int64, bool) {
	n := b.claimed.Add(1) - 1
	return n, n*int64(b.src.pool.size.data) < b.src.size && b.turn.Load() != over
}

// over is the turn when the work has ended.
const over = -1

// wait returns when it is chunk n's turn; it tells false where the work ended
// before, and how long it slept after it had looked so many times.
func (b *baton) wait(n int64, looks int) (mine bool, slept time.Duration) {
	for range looks {
		if turn := b.turn.Load(); turn == n || turn == over {
			return turn == n, 0
		}
		relax()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asleep.Add(1)
	defer b.asleep.Add(-1)
	for since := time.Now(); ; {
		if turn := b.turn.Load(); turn == n || turn == over {
			return turn == n, time.Since(since)
		}
		b.passed.Wait()
	}
}

// pass gives the baton to who has the next chunk, or ends it all. Who falls
// asleep meanwhile has counted itself before it looks at the turn once more.
func (b *baton) pass(more bool) {
	if more {
		b.turn.Add(1)
	} else {
		b.turn.Store(over)
	}
	if b.asleep.Load() > 0 {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.passed.Broadcast()
	}
}
