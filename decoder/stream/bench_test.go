package stream

import (
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/packet"
)

// skipper skips everything; counter reads everything.
type (
	skipper struct{}
	counter struct{ n int }
)

func (skipper) Data(Dir, []byte, At) Answer    { return Answer{Skip: SkipRest, SkipAs: Skipped} }
func (skipper) Skipped(Dir, Run, At) Answer    { return Answer{} }
func (skipper) Gap(Dir, int64, Why, At) Answer { return Answer{} }
func (skipper) End(Dir, How, At)               {}

func (c *counter) Data(dir Dir, b []byte, at At) Answer { c.n += len(b); return Answer{} }
func (*counter) Skipped(Dir, Run, At) Answer            { return Answer{} }
func (*counter) Gap(Dir, int64, Why, At) Answer         { return Answer{} }
func (*counter) End(Dir, How, At)                       {}

// upload gives the segments of an upload: handshake, and then for ever two
// full segments and an acknowledgement.
type upload struct {
	segs [3]packet.Segment
	n    int
}

func newUpload(a *Assembler) *upload {
	var u upload
	client, server := endpoint(10, 40000), endpoint(20, 9292)
	ts := func(s packet.Segment) packet.Segment {
		s.Options, s.HasTS, s.TSVal, s.TSEcr = make([]byte, 12), true, 1000, 1000
		return s
	}
	syn := ts(packet.Segment{Src: client, Dst: server, Seq: 999, Flags: packet.SYN, Window: 65535})
	syn.Options = []byte{3, 3, 14}
	ack := ts(packet.Segment{Src: server, Dst: client, Seq: 4999, Ack: 1000, Flags: packet.SYN | packet.ACK, Window: 65535})
	ack.Options = syn.Options
	a.Add(&syn)
	a.Add(&ack)
	payload := make([]byte, 1448)
	for i := range 2 {
		u.segs[i] = ts(packet.Segment{Frame: 3 + i, Src: client, Dst: server, Seq: 1000 + uint32(1448*i), Ack: 5000, Flags: packet.ACK, Window: 65535, Payload: payload})
	}
	u.segs[2] = ts(packet.Segment{Frame: 5, Src: server, Dst: client, Seq: 5000, Ack: 1000 + 2896, Flags: packet.ACK, Window: 65535})
	return &u
}

func (u *upload) next() *packet.Segment {
	s := &u.segs[u.n%3]
	if u.n >= 3 {
		s.Time += 100_000
		s.Frame += 3
		if u.n%3 < 2 {
			s.Seq += 2896
		} else {
			s.Ack += 2896
		}
	}
	u.n++
	return s
}

func endpoint(host byte, port uint16) packet.Endpoint {
	e := packet.Endpoint{Port: port}
	e.Addr[10], e.Addr[11], e.Addr[12], e.Addr[15] = 0xff, 0xff, 10, host
	return e
}

func benchmarkUpload(b *testing.B, h Handler) {
	a := New(Options{Bounds: bounds.Default(), Accept: func(*Info) Handler { return h }})
	u := newUpload(a)
	for range 300 {
		a.Add(u.next())
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		a.Add(u.next())
	}
}

func BenchmarkInOrderUnderSkip(b *testing.B) { benchmarkUpload(b, skipper{}) }
func BenchmarkInOrderRead(b *testing.B)      { benchmarkUpload(b, new(counter)) }

// interleaved measures the flow table: as many connections at once.
func BenchmarkInOrderOfAThousandConnections(b *testing.B) {
	a := New(Options{Bounds: bounds.Default(), Accept: func(*Info) Handler { return skipper{} }})
	var ups []*upload
	for i := range 1000 {
		u := newUpload(New(Options{Bounds: bounds.Default()}))
		for j := range u.segs {
			s := &u.segs[j]
			if s.Src.Port == 40000 {
				s.Src.Port += uint16(i)
			} else {
				s.Dst.Port += uint16(i)
			}
		}
		ups = append(ups, u)
		for range 6 {
			a.Add(u.next())
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		a.Add(ups[i%1000].next())
		i++
	}
}

func TestInOrderSegmentsAllocateNothing(t *testing.T) {
	for name, h := range map[string]Handler{"skipped": skipper{}, "read": new(counter)} {
		a := New(Options{Bounds: bounds.Default(), Accept: func(*Info) Handler { return h }})
		u := newUpload(a)
		for range 3000 {
			a.Add(u.next())
		}
		if n := testing.AllocsPerRun(2000, func() { a.Add(u.next()) }); n != 0 {
			t.Errorf("%s: %v allocations a segment", name, n)
		}
	}
}
