package decoder

import (
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// recorder keeps what each side of a connection read, for the stream lines,
// beside the protocol's handler. Since it wants every byte, the handler's
// Skips are carried out here and not by the assembler.
type recorder struct {
	run  *run
	info *stream.Info
	skim skimmer
	// dropped tells that the protocol's handler does not want the connection.
	dropped bool
	dirs    [2]recorded
}

// recorded is one direction.
type recorded struct {
	data []byte
	// bytes counts data and gaps, also what was too much to keep.
	bytes int64
	gaps  [][2]int64
	marks record.Marks
}

// newRecorder records a connection that to reads.
func newRecorder(r *run, info *stream.Info, to stream.Handler) *recorder {
	rec := &recorder{run: r, info: info, skim: skimmer{to: to}}
	r.recorders[info] = rec
	return rec
}

// Data keeps the bytes.
func (r *recorder) Data(dir stream.Dir, b []byte, at stream.At) stream.Answer {
	d := &r.dirs[dir]
	d.bytes += int64(len(b))
	if room := r.run.recordRoom(len(d.data), len(b)); room < len(b) {
		d.marks.Add(record.MarkLimit)
		d.data = append(d.data, b[:room]...)
	} else {
		d.data = append(d.data, b...)
	}
	if r.dropped {
		return stream.Answer{}
	}
	r.skim.data(dir, b, at)
	return r.answer(dir)
}

// Gap keeps where bytes are missing.
func (r *recorder) Gap(dir stream.Dir, n int64, why stream.Why, at stream.At) stream.Answer {
	d := &r.dirs[dir]
	switch why {
	case stream.UrgentOut: // not part of what the receiver read
	case stream.SnapCut:
		d.marks.Add(record.MarkCut)
		d.gaps = append(d.gaps, [2]int64{d.bytes, n})
		d.bytes += n
	default:
		d.marks.Add(record.MarkGap)
		d.gaps = append(d.gaps, [2]int64{d.bytes, n})
		d.bytes += n
	}
	if r.dropped {
		return stream.Answer{}
	}
	r.skim.gap(dir, n, why, at)
	return r.answer(dir)
}

// LeftOut keeps where bytes were left out on purpose.
func (r *recorder) LeftOut(dir stream.Dir, l *stream.LeftOut, at stream.At) stream.Answer {
	d := &r.dirs[dir]
	d.marks.Add(record.MarkLeftOut)
	d.gaps = append(d.gaps, [2]int64{d.bytes, l.Bytes})
	d.bytes += l.Bytes
	if r.dropped {
		return stream.Answer{}
	}
	r.skim.leftOut(dir, l, at)
	return r.answer(dir)
}

// Skipped never comes: the recorder skips nothing.
func (r *recorder) Skipped(stream.Dir, stream.Run, stream.At) stream.Answer { return stream.Answer{} }

// End ends a direction. Its line comes when the connection is let go: until
// then late copies can still contradict what was read.
func (r *recorder) End(dir stream.Dir, how stream.How, at stream.At) {
	if !r.dropped {
		r.skim.end(dir, how, at)
	}
}

// Settle hands on what the protocol's handler tells at the end.
func (r *recorder) Settle(dir stream.Dir) stream.Answer { return r.skim.settle(dir) }

// Followed is true: a recorder wants every connection.
func (r *recorder) Followed() bool { return true }

// answer answers for the protocol's handler.
func (r *recorder) answer(dir stream.Dir) stream.Answer {
	r.dropped = r.dropped || r.skim.drop
	return r.skim.answer(dir)
}

// line emits what a direction held.
func (r *recorder) line(dir stream.Dir) {
	d := &r.dirs[dir]
	r.run.streamLine(r.info, dir, d)
	r.forget(dir)
}

// forget lets go what a direction held.
func (r *recorder) forget(dir stream.Dir) {
	r.run.freed(len(r.dirs[dir].data))
	r.dirs[dir].data = nil
}

// streamLine emits the line of a direction. A connection that carried nothing
// has its lines too.
func (r *run) streamLine(info *stream.Info, dir stream.Dir, d *recorded) {
	service, foundBy := r.serviceOf(info.ServerPort)
	s := &record.Stream{
		Common: record.Common{Type: record.TypeStream, Stream: info.Number, Client: info.Client, Server: info.Server,
			Service: service, FoundBy: foundBy},
		Direction: "client", Bytes: d.bytes - gapBytes(d.gaps), Data: d.data, Overlaps: info.Overlaps[dir], Gaps: d.gaps,
		Tail: record.Tail{Seconds: record.NoDuration, Wait: record.NoDuration, Marks: d.marks},
	}
	if dir == stream.FromServer {
		s.Direction = "server"
	}
	if s.Data == nil {
		s.Data = []byte{}
	}
	if s.Gaps == nil {
		s.Gaps = [][2]int64{}
	}
	if info.Midstream[dir] {
		s.Marks.Add(record.MarkMidstream)
	}
	if s.Overlaps > 0 {
		s.Marks.Add(record.MarkOverlap)
	}
	r.emit(s)
}

func gapBytes(gaps [][2]int64) (n int64) {
	for _, g := range gaps {
		n += g[1]
	}
	return n
}

// recordRoom tells how many of n bytes a recorder that holds held bytes may
// keep, and books them.
func (r *run) recordRoom(held, n int) int {
	b := &r.options.Bounds
	room := max(0, min(n, b.DirectionBytes-held, b.StreamBytes-r.recorded))
	if room < n {
		r.hits.Hit(bounds.HitStreamBytes)
	}
	r.recorded += room
	return room
}

// freed gives the room of n kept bytes back.
func (r *run) freed(n int) { r.recorded -= n }
