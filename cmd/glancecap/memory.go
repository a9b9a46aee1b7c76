package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How the collector is set: nearly all that a capture makes is garbage at
// once, so while little is held it may run seldom; the more is held, the less
// may be added before it runs, so that the heap stays below heapGoal as long
// as what is held allows it. A story that is larger than that grows by half.
const (
	seldom   = 400 // percent, see debug.SetGCPercent
	often    = 50
	heapGoal = 176 << 20 // bytes; the program's own pages come on top
)

// collectSeldom sets the collector's pace, and sets it anew after each of its
// runs.
func collectSeldom() {
	pace := seldom
	debug.SetGCPercent(pace)
	afterCollection(new(marker), func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if live[0].Value.Kind() != metrics.KindUint64 {
			return
		}
		held := max(1, int(live[0].Value.Uint64()))
		if due := min(seldom, max(often, 100*(heapGoal-held)/held)); due != pace {
			pace = due
			debug.SetGCPercent(pace)
		}
	})
}

// afterCollection calls look after each run of the collector: a finalizer of
// garbage that it makes anew each time tells of a run.
func afterCollection(garbage *marker, look func()) {
	runtime.SetFinalizer(garbage, func(*marker) {
		look()
		afterCollection(new(marker), look)
	})
}

// marker is large enough that the runtime gives it a place of its own.
type marker [32]byte
