// Package bounds holds the limits that keep glancecap's memory small on any
// input, in one struct, and counts how often each was hit.
//
// Comes in: nothing. Goes out: the limits, and counters that the report
// prints. Nothing in glancecap allocates by a size that the input announces
// without asking here first.
package bounds

import (
	"maps"
	"slices"
	"time"
)

// Bounds are the limits of one run.
type Bounds struct {
	Record           int           // bytes of one packet record or block of a capture
	Flows            int           // live TCP flows; beyond, the oldest are let go
	Pairs            int           // address-port pairs remembered for true tcp.stream numbers
	DirectionBytes   int           // bytes held for one direction of a stream
	StreamBytes      int           // bytes held for all streams together, beside 200 for each flow
	CompareBytes     int           // delivered bytes of one direction kept to compare later copies with
	CompareBudget    int           // the same for all directions, where the input is not mapped
	FragmentBytes    int           // IP fragments in wait
	FragmentTime     time.Duration // of capture time that a fragment waits
	HTTPHead         int           // bytes of a request's or response's head
	HTTPLines        int           // header lines of a message
	BodyText         int           // bytes of a body kept as text on request (--bodies)
	BodyDefault      int           // bytes of a body kept as text by default
	Inflated         int           // bytes that a compressed body may inflate to
	InflateRatio     int           // inflated bytes for each compressed one
	SQLText          int           // bytes of a statement's text kept
	SQLParsed        int           // bytes of a statement that is parsed
	SQLNesting       int           // depth of parentheses of a statement that is parsed
	Shapes           int           // statement shapes in the cache
	Rows             int           // rows of one result kept
	Tunnels          int           // tunnels inside tunnels
	Compressions     int           // compressions inside compressions of a capture file
	PreparedPerConn  int           // prepared statements remembered for a connection
	PipelinedPerConn int           // requests waiting for their response on a connection
}

// Default gives the limits of DESIGN: at most 256 MiB resident on any input,
// the story's own growth apart.
func Default() Bounds {
	const ki, mi = 1 << 10, 1 << 20
	return Bounds{
		Record: 16 * mi, Flows: 256 * ki, Pairs: 1 * mi,
		DirectionBytes: 8 * mi, StreamBytes: 64 * mi,
		CompareBytes: 64 * ki, CompareBudget: 16 * mi,
		FragmentBytes: 4 * mi, FragmentTime: 30 * time.Second,
		HTTPHead: 256 * ki, HTTPLines: 1000,
		BodyText: 1 * mi, BodyDefault: 64 * ki, Inflated: 8 * mi, InflateRatio: 200,
		SQLText: 1 * mi, SQLParsed: 256 * ki, SQLNesting: 200, Shapes: 4096,
		Rows: 10000, Tunnels: 8, Compressions: 2,
		PreparedPerConn: 16 * ki, PipelinedPerConn: 4 * ki,
	}
}

// The names of the bounds that the decoder itself can hit; packages name
// theirs the same way, in words that a report can print.
const (
	HitStreamBytes = "bytes held for streams"
)

// Hits counts how often each bound was reached, by the bound's name. The zero
// value is ready. It is not safe for concurrent use: each stage has its own.
type Hits struct{ n map[string]int64 }

// Hit counts one reaching of the bound of this name.
func (h *Hits) Hit(name string) {
	if h.n == nil {
		h.n = make(map[string]int64)
	}
	h.n[name]++
}

// Merge adds the counts of other.
func (h *Hits) Merge(other *Hits) {
	for name, n := range other.n {
		if h.n == nil {
			h.n = make(map[string]int64)
		}
		h.n[name] += n
	}
}

// Each calls f for each bound that was reached, in the order of the names.
func (h *Hits) Each(f func(name string, n int64)) {
	for _, name := range slices.Sorted(maps.Keys(h.n)) {
		f(name, h.n[name])
	}
}
