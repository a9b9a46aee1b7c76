package decoder

import (
	"context"
	"errors"
	"io"

	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// A batch of packets travels from the stage that reads to the stage that
// decodes and assembles. Its size trades the cost of the hand-over against the
// memory and the cache that the batches in flight take; measured on a 1.1 GB
// upload, a quarter of this costs a fifth more.
const (
	batchPackets = 2048
	batchesAhead = 2
)

// pump runs the stages to the end of the input. Reading is a stage of its own
// because copying from the page cache takes as long as all else does for a
// capture whose bulk is image bytes. The error is a fault of reading that is
// no damage of a file.
func (r *run) pump(ctx context.Context, set *capture.Set) error {
	full, free := make(chan *capture.Batch, batchesAhead), make(chan *capture.Batch, batchesAhead+2)
	for range batchesAhead + 2 {
		free <- &capture.Batch{Packets: make([]capture.Packet, 0, batchPackets)}
	}
	var fault error
	go func() {
		defer close(full)
		fault = read(ctx, set, full, free)
	}()
	for b := range full {
		r.take(b)
		b.Release()
		free <- b
		r.relay.flush()
	}
	return fault
}

// read fills batches until the input ends or ctx is cancelled.
func read(ctx context.Context, set *capture.Set, full chan<- *capture.Batch, free <-chan *capture.Batch) error {
	for ctx.Err() == nil {
		b := <-free
		if err := set.Fill(b); err != nil {
			if errors.Is(err, io.EOF) || ctx.Err() != nil {
				return nil
			}
			return err
		}
		full <- b
	}
	return nil
}

// take decodes the packets of a batch and gives their segments to the streams.
func (r *run) take(b *capture.Batch) {
	seg := &r.segment
	for i := range b.Packets {
		p := &b.Packets[i]
		fate, outside := r.packets.Decode(p, seg), r.outside(p.Time)
		if !outside {
			r.fates[fate]++
			if p.LeftOut != nil {
				r.leftOut += p.LeftOut.Packets
			}
		}
		if fate == packet.IsSegment {
			seg.Outside = outside
			r.streams.Add(seg)
		}
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
