package decoder

import (
	"context"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// A batch travels from the stage that reads and decodes packets to the stage
// that assembles streams. Its size trades the cost of the hand-over against
// the memory and the cache that the batches in flight take.
const (
	batchPackets = 512
	batchesAhead = 4
)

// batch is a run of packets and the segments in them, which point into the
// packets.
type batch struct {
	packets  capture.Batch
	segments []packet.Segment
}

func newBatch() *batch {
	return &batch{
		packets:  capture.Batch{Packets: make([]capture.Packet, 0, batchPackets)},
		segments: make([]packet.Segment, 0, batchPackets),
	}
}

// reading is what the reading stage leaves behind.
type reading struct {
	fates   fates
	pending int64 // fragments whose datagram never was whole
	hits    bounds.Hits
}

// pump runs both stages to the end of the input.
func (r *run) pump(ctx context.Context, set *capture.Set) *reading {
	full, free := make(chan *batch, batchesAhead), make(chan *batch, batchesAhead+2)
	for range batchesAhead + 2 {
		free <- newBatch()
	}
	read := new(reading)
	go func() {
		defer close(full)
		r.read(ctx, set, read, full, free)
	}()
	for b := range full {
		for i := range b.segments {
			r.streams.Add(&b.segments[i])
		}
		b.packets.Release()
		free <- b
		r.relay.flush()
	}
	return read
}

// read decodes packets into batches until the input ends or ctx is cancelled.
func (r *run) read(ctx context.Context, set *capture.Set, read *reading, full chan<- *batch, free <-chan *batch) {
	decoder := packet.NewDecoder(r.options.Bounds)
	for ctx.Err() == nil {
		b := <-free
		if set.Fill(&b.packets) != nil { // the end; why, Files and ctx tell
			break
		}
		r.decode(decoder, b, read)
		full <- b
	}
	_, read.pending = decoder.Fragments()
	read.hits.Merge(decoder.Hits())
}

// decode fills a batch's segments from its packets.
func (r *run) decode(decoder *packet.Decoder, b *batch, read *reading) {
	b.segments = b.segments[:0]
	for i := range b.packets.Packets {
		p := &b.packets.Packets[i]
		n := len(b.segments)
		b.segments = b.segments[:n+1]
		seg := &b.segments[n]
		fate, outside := decoder.Decode(p, seg), r.outside(p.Time)
		if !outside {
			read.fates[fate]++
		}
		if fate != packet.IsSegment {
			b.segments = b.segments[:n]
			continue
		}
		seg.Outside = outside
	}
}

// outside tells whether a time lies outside of the range that was asked for.
func (r *run) outside(t int64) bool {
	after, before := r.options.After, r.options.Before
	return after != record.NoTime && t < int64(after) || before != record.NoTime && t > int64(before)
}
