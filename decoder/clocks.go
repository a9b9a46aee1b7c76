package decoder

import (
	"fmt"
	"math"
	"slices"

	"glancecap/decoder/capture"
	"glancecap/decoder/record"
)

// tellClock tells what was found of an input's clock. Of inputs that were taken
// one after the other, as pieces of one capture are, nothing needs to be known.
func (r *run) tellClock(line *record.Capture, n int, files []capture.File) {
	if n >= len(r.clocks) {
		return
	}
	c := &r.clocks[n]
	line.ClockOffset = record.Duration(c.Shift)
	line.ClockDrift = math.Round(c.Drift*1e8) / 100
	remark := ""
	switch {
	case !c.Measured && (c.Elsewhere || slices.ContainsFunc(files, func(f capture.File) bool { return f.Path != line.Path && overlap(&files[n], &f) })):
		line.ClockUnknown = true
		remark = "no frame is in common with the other captures, so that its clock could not be compared with theirs and was not corrected: across them, what came first is not known"
	case c.OneWay:
		remark = "the frames in common with the other captures all go one way: their time on the way is part of the clock's offset"
	case c.Drift != 0:
		remark = fmt.Sprintf("its clock runs otherwise than the first capture's, and is corrected by %+.1f millionths", line.ClockDrift)
	}
	if remark != "" {
		line.Remarks = append(slices.Clone(line.Remarks), remark)
	}
}

// overlap tells whether two inputs were taken at one time.
func overlap(a, b *capture.File) bool {
	return a.First != record.NoTime && b.First != record.NoTime && a.First <= b.Last && b.First <= a.Last
}
