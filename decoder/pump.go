package decoder

import (
	"context"
	"errors"
	"io"

	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// pump takes packet after packet to the end of the input, decodes it and gives
// its segment to the streams. Copying the bytes out of the page cache, a pipe or
// a decompressor goes on beside it (capture), and so does what becomes of the
// records (relay). The error is a fault of reading that is no damage of a file.
func (r *run) pump(set *capture.Set) error {
	var p capture.Packet
	err := set.Next(&p)
	if err != nil {
		r.begin(set, nil)
	} else {
		r.begin(set, &p)
	}
	for n := int64(0); err == nil; n++ {
		if n%progressPackets == 0 && r.options.Progress != nil {
			r.options.Progress.note(set, n)
		}
		r.take(&p)
		err = set.Next(&p)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// take decodes a packet and gives its segment to the streams.
func (r *run) take(p *capture.Packet) {
	p.Number += r.chain.shift
	r.chain.frames = p.Number
	seg, fate := r.packets.Next(p)
	outside := r.outside(p.Time)
	if !outside {
		r.fates[fate]++
		if p.LeftOut != nil {
			r.leftOut += p.LeftOut.Packets
		}
	} else {
		r.otherTimes++
	}
	if fate == packet.IsSegment {
		seg.Outside = outside
		r.streams.Add(seg)
	}
}

// outside tells whether a time lies outside of the range that was asked for.
// A packet without a time is never left out.
func (r *run) outside(t int64) bool {
	if record.Time(t) == record.NoTime {
		return false
	}
	after, before := r.options.After, r.options.Before
	return after != record.NoTime && t < int64(after) || before != record.NoTime && t > int64(before)
}
