package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"

	"glancecap/decoder/record"
)

// How the collector is set: nearly all that a capture makes is garbage at
// once, so while little is held it may run seldom; the more is held, the less
// may be added before it runs, so that the heap stays below heapGoal as long
// as what is held allows it. A story that is larger than that grows by half.
const (
	seldom   = 400 // percent, see debug.SetGCPercent
	often    = 50
	heapGoal = 176 << 20 // bytes; the program's own pages come on top
	// growing stands for seldom while a story grows: what it makes is mostly
	// held, and to look for garbage in it is in vain.
	growing = 3200
)

// heap sets the collector's pace, and sets it anew after each of its runs. A
// nil *heap leaves the collector alone.
type heap struct {
	// most is the pace where little is held, and pace the one that is set, both
	// in percent.
	most, pace atomic.Int64
}

// newHeap makes the collector run seldom.
func newHeap() *heap {
	h := new(heap)
	h.most.Store(seldom)
	h.pace.Store(seldom)
	debug.SetGCPercent(seldom)
	afterCollection(new(marker), h.setPace)
	return h
}

// setPace sets the pace by what is held.
func (h *heap) setPace() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return
	}
	held := max(1, int64(live[0].Value.Uint64()))
	due := min(h.most.Load(), max(often, 100*(heapGoal-held)/held))
	if h.pace.Swap(due) != due {
		debug.SetGCPercent(int(due))
	}
}

// worthGrowing is the number of records from which on a story is taken for one
// that grows.
const worthGrowing = 256

// grows gives records to add and lets the heap grow when there are many.
func (h *heap) grows(add func(record.Record)) func(record.Record) {
	if h == nil {
		return add
	}
	given := 0
	return func(r record.Record) {
		if given++; given == worthGrowing {
			h.most.Store(growing)
			h.setPace()
		}
		add(r)
	}
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
