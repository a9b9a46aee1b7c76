package stream

import (
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/packet"
)

func TestAnEndWhoseSumsAreAllWrongIsBelieved(t *testing.T) {
	k := newTalk(t, Options{})
	k.add(k.segment(FromClient, -1, 0, syn, "", badIP))
	k.c(0, 0, "", badIP).c(0, 0, "GET /", badIP).c(5, 4000, "GET /2", badIP)
	k.hears(`client "GET /GET /2" open`, `server "" [0+4000 lost] open`)
	if p, _ := k.a.Counts(); p.Ignored != 0 {
		t.Errorf("%d packets are ignored", p.Ignored)
	}
}

func TestASegmentWithAWrongSumIsReadIfItWasAcknowledged(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "one ").s(0, 4, "")
	f, _ := k.a.flows.find(k.segment(FromClient, 0, 0, ack, ""))
	f.conn.dirs[0].facts |= sumsRight
	k.c(4, 0, "two ", badIP)
	if got := string((*k.heard)[0].said[0]); got != "one " {
		t.Errorf("before its acknowledgement %q is read", got)
	}
	k.s(0, 8, "").c(8, 0, "three", badIP).c(8, 0, "3rd!!").s(0, 13, "")
	k.hears(`client "one two 3rd!!" open`, `server "" open`)
}

// hoarder is a handler that says to hold a lot.
type hoarder struct {
	counter
	held  int
	ended int
}

func (h *hoarder) Held() int        { return h.held }
func (h *hoarder) End(Dir, How, At) { h.ended++ }
func (h *hoarder) Followed() bool   { return false }

func TestWhatHandlersHoldCountsAndIdleConnectionsGoFirst(t *testing.T) {
	b := bounds.Default()
	b.StreamBytes = 50_000
	hits := new(bounds.Hits)
	var all []*hoarder
	a := New(Options{Bounds: b, Hits: hits, Accept: func(*Info) Handler {
		all = append(all, &hoarder{held: 10_000})
		return all[len(all)-1]
	}})
	const n = 20
	for i := range n {
		src, dst := endpoint(1, uint16(50_000+i)), endpoint(2, 9292)
		a.Add(&packet.Segment{Frame: 2 * i, Src: src, Dst: dst, Seq: 99, Flags: syn})
		a.Add(&packet.Segment{Frame: 2*i + 1, Src: src, Dst: dst, Seq: 100, Ack: 1, Flags: ack, Payload: []byte("x")})
		if a.held > b.StreamBytes {
			t.Fatalf("%d bytes are held", a.held)
		}
	}
	if all[0].ended != 2 || all[n-1].ended != 0 {
		t.Errorf("the first connection heard %d ends, the last %d", all[0].ended, all[n-1].ended)
	}
	a.Close()
	lawful(t, a, 2*n)
	if p, bytes := a.Counts(); p.OtherPort != 2*n || bytes.Span != 0 {
		t.Errorf("undecided connections have books: %+v %+v", p, bytes)
	}
	told := ""
	hits.Each(func(name string, _ int64) { told += name })
	if !strings.Contains(told, bounds.HitStreamBytes) {
		t.Errorf("hits: %q", told)
	}
}
