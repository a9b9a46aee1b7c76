package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How the collector is set while little is held: it runs seldom, since nearly
// all that a capture makes is garbage at once, and never lets the heap grow
// beyond softLimit. Once a story holds half of that by itself, the usual pace
// returns: memory then follows what is held.
const (
	seldom    = 400 // percent, see debug.SetGCPercent
	usual     = 100
	softLimit = 160 << 20 // bytes
)

// collectSeldom sets the collector's pace, and looks again after each of its
// runs.
func collectSeldom() {
	debug.SetGCPercent(seldom)
	debug.SetMemoryLimit(softLimit)
	afterCollection(new(marker), func() bool {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if live[0].Value.Kind() != metrics.KindUint64 || live[0].Value.Uint64() < softLimit/2 {
			return true
		}
		debug.SetGCPercent(usual)
		debug.SetMemoryLimit(math.MaxInt64)
		return false
	})
}

// afterCollection calls look after each run of the collector until it answers
// false: a finalizer of garbage that it makes anew each time tells of a run.
func afterCollection(garbage *marker, look func() bool) {
	runtime.SetFinalizer(garbage, func(*marker) {
		if look() {
			afterCollection(new(marker), look)
		}
	})
}

// marker is large enough that the runtime gives it a place of its own.
type marker [32]byte
