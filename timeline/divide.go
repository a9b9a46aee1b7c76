package timeline

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// divide gives the numbers below n to as many goroutines as there are processors,
// some at a time, and returns when all are done. Each goroutine works with what
// worker made for it. What is done with one number must not be seen by another.
func divide(n int, worker func() func(k int)) {
	const some = 64
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), 1+n/some) {
		do := worker()
		workers.Go(func() {
			for from := int(next.Add(some)) - some; from < n; from = int(next.Add(some)) - some {
				for k := from; k < min(from+some, n); k++ {
					do(k)
				}
			}
		})
	}
	workers.Wait()
}
