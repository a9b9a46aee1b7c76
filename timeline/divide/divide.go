// Package divide lets all processors work on one list, or on two things.
//
// Comes in: how long a list is, and what is to be done with one of it. Goes out:
// that all of it was done. It knows nothing of what is listed.
package divide

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Some is how many numbers are given at a time where each is little work: so many
// that to ask for them does not count.
const Some = 64

// Both does two things beside each other and returns when both are done. What one
// does must not be seen by the other.
func Both(one, other func()) {
	var aside sync.WaitGroup
	aside.Go(other)
	one()
	aside.Wait()
}

// Numbers gives the numbers below n to as many goroutines as there are processors,
// some at a time, and returns when all are done. Each goroutine works with what
// worker made for it. What is done with one number must not be seen by another.
func Numbers(n, some int, worker func() func(k int)) {
	var workers sync.WaitGroup
	var next atomic.Int64
	take := func() int { return int(next.Add(int64(some))) - some }
	for range min(runtime.GOMAXPROCS(0), 1+n/some) {
		do := worker()
		workers.Go(func() {
			for from := take(); from < n; from = take() {
				for k := from; k < min(from+some, n); k++ {
					do(k)
				}
			}
		})
	}
	workers.Wait()
}
