// Package clock measures how far the clocks of several captures lie apart,
// before they are merged by time.
//
// Comes in: paths of captures. Goes out: what must be added to the times of
// each. The measure are the frames that two captures both saw; a frame takes
// its time from the one host to the other, but what goes forth and what comes
// back is late by the same in opposite directions. The package changes no
// capture, and reads of each no more than it needs. Standard input cannot be
// read twice and is left alone.
package clock

import (
	"context"
	"slices"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// Offset is what was found out of a capture's clock.
type Offset struct {
	// Clock corrects the capture's times, so that they are those of the first
	// capture that it has frames in common with. Its Shift is that of the
	// capture's first packet.
	capture.Clock
	// Measured tells that there is one, Frames by how many frames in common.
	Measured bool
	Frames   int
	// Elsewhere tells that no other capture has frames between two hosts of
	// this: it was taken at another place, and is no piece of the same.
	Elsewhere bool
	// OneWay tells that all of them went in one direction: their time on the
	// way is part of Shift.
	OneWay bool
}

// The limits of the measuring.
const (
	// headBytes is how much of each capture is read at first, mostBytes how
	// much where no other has a frame of that in common with it.
	headBytes = 32 << 20
	mostBytes = 512 << 20
	// mostFiles is how many captures are compared with each other, mostFrames
	// how many frames are remembered of all together.
	mostFiles  = 64
	mostFrames = 1 << 18
	// fine is the smallest difference that is corrected, in nanoseconds: less
	// is the jitter of one clock seen at two interfaces.
	fine = 100_000
)

// Measure gives the offset of each capture. What cannot be read has none.
func Measure(ctx context.Context, paths []string, b bounds.Bounds) []Offset {
	offsets := make([]Offset, len(paths))
	if len(paths) < 2 || len(paths) > mostFiles {
		return offsets
	}
	samples := make([]*sample, len(paths))
	for i, path := range paths {
		samples[i] = newSample(mostFrames / len(paths))
		if path != "-" {
			samples[i].open(ctx, path, b)
		}
	}
	defer func() {
		for _, s := range samples {
			s.close()
		}
	}()
	for _, most := range []int64{headBytes, mostBytes} {
		for i, s := range samples {
			if !offsets[i].Measured {
				s.read(most)
			}
		}
		offsets = join(samples)
		if !slices.ContainsFunc(offsets, func(o Offset) bool { return !o.Measured }) {
			break
		}
	}
	return offsets
}

// join links the captures that have frames in common, the ones with the most
// first, and puts all that are linked onto the clock of the first of them.
func join(samples []*sample) []Offset {
	offsets := make([]Offset, len(samples))
	linked := make([]bool, len(samples))
	links := make(map[[2]int]difference)
	for i := range samples {
		for j := i + 1; j < len(samples); j++ {
			if d, ok := compare(samples[i], samples[j]); ok {
				links[[2]int{i, j}] = d
			}
		}
	}
	for first := range samples {
		if linked[first] {
			continue
		}
		linked[first] = true
		group := []int{first}
		for {
			from, to, d := strongest(links, group, linked)
			if to < 0 {
				break
			}
			linked[to] = true
			group = append(group, to)
			offsets[first].Measured = true
			offsets[to] = Offset{Clock: chain(offsets[from].Clock, d, samples[to].first), Measured: true, Frames: d.frames, OneWay: d.oneWay || offsets[from].OneWay}
		}
	}
	for i := range offsets {
		offsets[i].Elsewhere = elsewhere(samples, i)
		if o := &offsets[i]; o.Drift == 0 && o.Shift > -fine && o.Shift < fine {
			o.Clock = capture.Clock{}
		}
	}
	return offsets
}

// elsewhere tells whether no other capture has frames between hosts of one.
func elsewhere(samples []*sample, i int) bool {
	for j, other := range samples {
		for pair := range samples[i].pairs {
			if _, both := other.pairs[pair]; both && j != i {
				return false
			}
		}
	}
	return len(samples[i].pairs) > 0
}

// chain corrects the clock of a capture by the difference from one of which the
// clock is known, and gives the correction at the capture's first packet.
func chain(known capture.Clock, d difference, first int64) capture.Clock {
	own := capture.Clock{Shift: -d.by, At: d.at, Drift: -d.drift}
	at := own.Right(first)
	return capture.Clock{Shift: known.Right(at) - first, At: first, Drift: own.Drift + known.Drift + own.Drift*known.Drift}
}

// strongest finds the link with the most frames from a group to a capture that
// is not linked yet; to is -1 where there is none.
func strongest(links map[[2]int]difference, group []int, linked []bool) (from, to int, best difference) {
	to = -1
	for _, a := range group {
		for b := range linked {
			if linked[b] {
				continue
			}
			d, ok := links[[2]int{min(a, b), max(a, b)}]
			if !ok || to >= 0 && d.frames <= best.frames {
				continue
			}
			if a > b {
				d = d.turned()
			}
			from, to, best = a, b, d
		}
	}
	return from, to, best
}

// Clocks gives the corrections alone, by path, nil where there is nothing to be
// corrected.
func Clocks(paths []string, offsets []Offset) map[string]capture.Clock {
	var clocks map[string]capture.Clock
	for i, o := range offsets {
		if o.Clock == (capture.Clock{}) {
			continue
		}
		if clocks == nil {
			clocks = make(map[string]capture.Clock)
		}
		clocks[paths[i]] = o.Clock
	}
	return clocks
}
