package stream

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/packet"
)

func TestWhatWasDeliveredStaysWhateverComesLater(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "AAAA").s(0, 4, "").c(0, 0, "BBBB").c(2, 0, "CCDD").s(0, 6, "")
	k.hears(`client "AAAADD" overlaps 2 open`, `server "" open`)
}

func TestEqualCopiesAreNoOverlap(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "abcdef").s(0, 6, "").c(0, 0, "abcdef").c(2, 0, "cdefgh").s(0, 8, "")
	k.hears(`client "abcdefgh" open`, `server "" open`)
	if s := (*k.sums)[0]; s.Retransmits != 1 || s.Uncompared != 0 {
		t.Errorf("%d retransmits, %d uncompared", s.Retransmits, s.Uncompared)
	}
}

func TestBehindAHoleTheEarlierBeginningWins(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(4, 0, "BBBB").c(2, 0, "CCCC").c(0, 0, "AA").s(0, 8, "")
	k.hears(`client "AACCCCBB" overlaps 1 open`, `server "" open`)
}

func TestBehindAHoleASegmentInsideAnotherIsDropped(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(2, 0, "BBBBBB").c(4, 0, "CC", flags(fin|ack)).c(0, 0, "AA").s(0, 8, "")
	k.hears(`client "AABBBBBB" overlaps 1 open`, `server "" open`)
}

func TestBehindAHoleACoveringSegmentReplaces(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(4, 0, "BB").c(2, 0, "CCCCCC").c(0, 0, "AA").s(0, 8, "")
	k.hears(`client "AACCCCCC" overlaps 1 open`, `server "" open`)
}

func TestWhatFillsTheHoleIsDeliveredOverWhatWaits(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(2, 0, "BBBB").c(0, 0, "AAAA").s(0, 6, "")
	k.hears(`client "AAAABB" overlaps 1 open`, `server "" open`)
}

func TestOnlyTheContradictedBytesAreMarked(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(4, 0, "wxyz").c(4, 0, "w##z").c(0, 0, "stuv").s(0, 8, "")
	k.a.Close()
	h := (*k.heard)[0]
	var marks []string
	for _, at := range h.at[FromClient] {
		marks = append(marks, fmt.Sprintf("%d:%v", at.Frame, at.Overlap))
	}
	if got, want := strings.Join(marks, " "), "6:false 4:false 4:true 4:false"; got != want || string(h.said[0]) != "stuvwxyz" {
		t.Errorf("%q with %s, want %s", h.said[0], got, want)
	}
}

func TestACopyOfBytesThatAreForgottenIsNotCalledEqual(t *testing.T) {
	b := bounds.Default()
	b.CompareBytes = 1 << 10
	k := newTalk(t, Options{Bounds: b}).open()
	for i := range 20 {
		k.c(i*1000, 0, strings.Repeat("x", 1000)).s(0, (i+1)*1000, "")
	}
	k.c(0, 0, strings.Repeat("y", 1000))
	k.a.Close()
	if s := (*k.sums)[0]; s.Uncompared != 1 || (*k.heard)[0].info.Overlaps[0] != 0 {
		t.Errorf("%d uncompared, %v overlaps", s.Uncompared, (*k.heard)[0].info.Overlaps)
	}
}

func TestSegmentsThatTheReceiverDropsAreIgnored(t *testing.T) {
	for name, bad := range map[string]func(k *talk){
		"without ACK":             func(k *talk) { k.c(4, 0, "XXXX", flags(psh)) },
		"SYN inside":              func(k *talk) { k.c(4, 0, "XXXX", flags(syn|ack)) },
		"second SYN":              func(k *talk) { k.c(400, 0, "", flags(syn)) },
		"PAWS":                    func(k *talk) { k.c(4, 0, "XXXX", timed(50, 1)) },
		"acknowledges the moon":   func(k *talk) { k.c(4, 1_000_000, "XXXX") },
		"acknowledges unsent":     func(k *talk) { k.c(4, 1000, "XXXX") },
		"old acknowledgement":     func(k *talk) { k.c(4, -100_000, "XXXX") },
		"beyond the window":       func(k *talk) { k.c(65_100, 0, "XXXX") },
		"across the window's end": func(k *talk) { k.c(64_998, 0, "XXXXXXXX") },
		"FIN without ACK":         func(k *talk) { k.c(4, 0, "", flags(fin)) },
		"wrong IP checksum":       func(k *talk) { k.c(4, 0, "XXXX", badIP) },
		"RST in the window":       func(k *talk) { k.c(10, 0, "", flags(rst|ack)) },
		"RST before the window":   func(k *talk) { k.c(-10, 0, "", flags(rst|ack)) },
		"RST with wrong checksum": func(k *talk) { k.c(4, 0, "", flags(rst|ack), badIP) },
		"signed":                  func(k *talk) { k.c(4, 0, "XXXX", options(append([]byte{1, 1, 19, 18}, make([]byte, 16)...)...)) },
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t, Options{})
			k.add(k.segment(FromClient, -1, 0, syn, "", timed(100, 0)))
			k.add(k.segment(FromServer, -1, 0, syn|ack, "", timed(100, 100)))
			k.c(0, 0, "", timed(100, 100)).c(0, 0, "good", timed(100, 100), func(s *packet.Segment) {}).s(0, 4, "", timed(101, 100))
			// The sums of this end are known to mean something.
			f, _ := k.a.flows.find(k.segment(FromClient, 0, 0, ack, ""))
			f.conn.dirs[0].facts |= sumsRight
			bad(k)
			k.s(0, 4, "", timed(102, 100)).c(4, 0, " end", timed(103, 102)).s(0, 8, "", timed(104, 103))
			if got := k.close(); !strings.HasPrefix(got, `client "good end"`) || strings.Contains(got, "lost") {
				t.Errorf("heard %s", got)
			}
			if p, _ := k.a.Counts(); p.Ignored != 1 {
				t.Errorf("%d packets are ignored", p.Ignored)
			}
		})
	}
}

func TestASegmentInDoubtIsReadOnceItIsAcknowledged(t *testing.T) {
	// The capture lacks the server's window update.
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "0123456789", window(1000)).s(0, 10, "", window(0)).c(10, 0, "abc").s(0, 13, "", window(0))
	k.hears(`client "0123456789abc" open`, `server "" open`)
}

func TestAResetIsBelievedAtTheNextNumberOnly(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "abcd").s(0, 4, "").c(4, 0, "", flags(rst|ack)).c(4, 0, "late")
	k.hears(`client "abcd" reset`, `server "" reset`)
	k = newTalk(t, Options{}).open(options(4, 2))
	k.c(0, 0, "abcd").s(0, 4, "").c(8, 0, "wxyz").s(0, 4, "", sackBlock(1009, 1013)).c(12, 0, "", flags(rst|ack))
	k.hears(`client "abcd" reset`, `server "" reset`)
}

func TestAResetBehindALossIsBelievedWhenNobodySpeaksAnyMore(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "abcd").s(0, 4, "").c(400, 0, "", flags(rst|ack))
	k.hears(`client "abcd" reset`, `server "" reset`)
}

func TestAfterItsEndAPairOfPortsIsANewConnection(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "one", flags(fin|ack)).s(0, 4, "1", flags(fin|ack)).c(4, 2, "")
	k.open().c(0, 0, "two").s(0, 3, "2")
	k.hears(`client "one" fin`, `server "1" fin`, `client "two" open`, `server "2" open`)
}

func TestAPairOfPortsIsUsedAgainWithTheSameNumbers(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "one", flags(fin|ack)).s(0, 4, "1", flags(fin|ack)).c(4, 2, "")
	k.now += 3_600_000_000_000
	k.open().c(0, 0, "two").s(0, 3, "2")
	k.hears(`client "one" fin`, `server "1" fin`, `client "two" open`, `server "2" open`)
}

func TestASYNThatIsRecordedBehindItsDataIsNoNewConnection(t *testing.T) {
	k := newTalk(t, Options{}) // its first copy is not captured
	k.c(0, 0, "one")
	k.add(k.segment(FromClient, -1, 0, syn, ""))
	k.c(3, 0, " two")
	k.hears(`client "one two" open`, `server "" open`)
}

func TestASecondSYNBeginsANewConnectionOnlyIfItIsAnswered(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "one")
	k.client, k.server = 70_000, 90_000
	k.add(k.segment(FromClient, -1, 0, syn, ""))
	k.add(k.segment(FromServer, -1, 0, syn|ack, ""))
	k.c(0, 0, "two").s(0, 3, "")
	k.hears(`client "one" reused`, `server "" reused`, `client "two" open`, `server "" open`)
	if first, second := (*k.heard)[0].info.Number, (*k.heard)[1].info.Number; first != 0 || second != 1 {
		t.Errorf("streams %d and %d", first, second)
	}
}

// What is sent on a connection that the server closed before the capture began
// nobody reads; that it was sent is what a reader of the capture looks for.
func TestDataThatIsRefusedIsToldAsRefused(t *testing.T) {
	k := newTalk(t, Options{})
	k.c(0, 0, "lost words").s(0, 0, "", flags(rst))
	k.open().c(0, 0, "hello").s(0, 5, "")
	k.hears(`client "lost words" reset`, `server "" reset`, `client "hello" open`, `server "" open`)
	if first, second := (*k.heard)[0].info, (*k.heard)[1].info; !first.Refused || second.Refused {
		t.Errorf("refused: %v, %v", first.Refused, second.Refused)
	}
}

func TestFramesRecordedTwiceAreDuplicates(t *testing.T) {
	k := newTalk(t, Options{})
	twice := func(s *packet.Segment) {
		c := *s
		c.Payload = append([]byte(nil), s.Payload...)
		c.Time += 5000
		c.Path = 7
		k.add(s).add(&c)
	}
	twice(k.segment(FromClient, -1, 0, syn, ""))
	twice(k.segment(FromServer, -1, 0, syn|ack, ""))
	twice(k.segment(FromClient, 0, 0, ack, ""))
	twice(k.segment(FromClient, 0, 0, ack|psh, "hello"))
	twice(k.segment(FromServer, 0, 5, ack, ""))
	twice(k.segment(FromServer, 0, 5, ack|psh, "world"))
	twice(k.segment(FromClient, 5, 5, ack|fin, ""))
	k.hears(`client "hello" fin`, `server "world" open`)
	if p, _ := k.a.Counts(); p.Duplicate != 7 || (*k.sums)[0].Retransmits != 0 {
		t.Errorf("%+v, %d retransmits", p, (*k.sums)[0].Retransmits)
	}
}

func TestCopiesCutDifferentlyAreDuplicates(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, strings.Repeat("a", 1000)+strings.Repeat("b", 1000)+"c", ipid(500))
	k.c(0, 0, strings.Repeat("a", 1000), ipid(500), path(9))
	k.c(1000, 0, strings.Repeat("b", 1000), ipid(501), path(9))
	k.c(2000, 0, "c", ipid(502), path(9))
	k.c(2001, 0, "d", ipid(503)).c(2002, 0, "e", ipid(504)).c(2001, 0, "de", ipid(503), path(9))
	k.a.Close()
	if p, _ := k.a.Counts(); p.Duplicate != 4 {
		t.Errorf("%d duplicates", p.Duplicate)
	}
}

func TestARetransmissionIsNoDuplicate(t *testing.T) {
	for name, again := range map[string][]part{
		"later":                       {ipid(9)},
		"with another identification": {ipid(10), func(s *packet.Segment) { s.Time -= 1_990_000 }},
		"with another time stamp":     {ipid(9), timed(1, 1), func(s *packet.Segment) { s.Time -= 1_990_000 }},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t, Options{}).open()
			k.c(0, 0, "hello", ipid(9)).c(0, 0, "hello", again...).s(0, 5, "")
			k.a.Close()
			if p, _ := k.a.Counts(); p.Duplicate != 0 || (*k.sums)[0].Retransmits != 1 {
				t.Errorf("%+v, %d retransmits", p, (*k.sums)[0].Retransmits)
			}
		})
	}
}

// skips is a handler that skips n bytes after the first ones it reads.
type skips struct {
	n    int64
	read string
	runs []Run
	gaps []int64
}

func (s *skips) Data(dir Dir, b []byte, at At) Answer {
	if dir == FromServer {
		return Answer{}
	}
	s.read += string(b)
	n := s.n
	s.n = 0
	return Answer{Skip: n, SkipAs: Skipped}
}
func (s *skips) Skipped(dir Dir, run Run, at At) Answer {
	s.runs = append(s.runs, run)
	return Answer{}
}
func (s *skips) Gap(dir Dir, n int64, why Why, at At) Answer {
	s.gaps = append(s.gaps, n)
	return Answer{}
}
func (s *skips) End(Dir, How, At) {}

func TestASkipIsToldOnceWithWhatWasMissing(t *testing.T) {
	k := newTalk(t, Options{})
	h := &skips{n: 100}
	k.a.o.Accept = func(*Info) Handler { return h }
	x := strings.Repeat("x", 40)
	// 40 bytes, a hole of 20 that is acknowledged, 40 bytes in a segment that
	// goes on behind the Skip.
	k.open().c(0, 0, "head").c(4, 0, x).c(64, 0, x+"tail").s(0, 108, "")
	k.a.Close()
	lawful(t, k.a, k.count)
	if h.read != "headtail" || len(h.runs) != 1 || len(h.gaps) != 0 {
		t.Fatalf("read %q, runs %+v, gaps %v", h.read, h.runs, h.gaps)
	}
	r := h.runs[0]
	if r.Bytes != 80 || r.Missing != 20 || r.Cut != 0 || r.First.Frame != 5 || r.Last.Frame != 6 {
		t.Errorf("%+v", r)
	}
}

func TestAHoleAcrossTheEndOfASkipIsPartOfBoth(t *testing.T) {
	k := newTalk(t, Options{})
	h := &skips{n: 10}
	k.a.o.Accept = func(*Info) Handler { return h }
	k.open().c(0, 0, "head").c(4, 0, "12345").c(20, 0, "tail").s(0, 24, "")
	k.a.Close()
	lawful(t, k.a, k.count)
	if h.read != "headtail" || len(h.runs) != 1 || h.runs[0].Bytes != 5 || h.runs[0].Missing != 5 || fmt.Sprint(h.gaps) != "[6]" {
		t.Errorf("read %q, runs %+v, gaps %v", h.read, h.runs, h.gaps)
	}
}

func TestAHoleInASkipCostsARangeAndNoBuffer(t *testing.T) {
	k := newTalk(t, Options{})
	h := &skips{n: 1 << 40}
	k.a.o.Accept = func(*Info) Handler { return h }
	k.open(options(3, 3, 14)).c(0, 0, "head")
	block := strings.Repeat("x", 1000)
	for i := range 20_000 {
		k.c(1000+i*1000, 0, block)
	}
	if k.a.held > 200_000 {
		t.Errorf("%d bytes are held for 20 MB behind a hole", k.a.held)
	}
	k.s(0, 20_001_000, "")
	k.a.Close()
	lawful(t, k.a, k.count)
	if len(h.runs) != 1 || h.runs[0].Bytes != 20_000_000 || h.runs[0].Missing != 996 {
		t.Errorf("%+v", h.runs)
	}
}

func TestAFullDirectionGivesItsHoleUp(t *testing.T) {
	b := bounds.Default()
	b.DirectionBytes = 10_000
	hits := new(bounds.Hits)
	k := newTalk(t, Options{Bounds: b, Hits: hits}).open()
	k.c(0, 0, "begin")
	for i := range 10 {
		k.c(10+i*1000, 0, strings.Repeat("x", 1000))
	}
	k.s(0, 10_010, "")
	got := k.close()
	if !strings.Contains(got, "[5+5 gave up]") || len((*k.heard)[0].said[0]) != 10_005 {
		t.Errorf("heard %d bytes, %v", len((*k.heard)[0].said[0]), (*k.heard)[0].gaps)
	}
	n := int64(0)
	hits.Each(func(_ string, m int64) { n += m })
	if n != 1 {
		t.Errorf("the bound was hit once and counted %d times", n)
	}
}

func TestAConnectionThatIsLetGoEndsAsEvicted(t *testing.T) {
	b := bounds.Default()
	b.Flows = 1
	k := newTalk(t, Options{Bounds: b}).open()
	k.c(0, 0, "abc").c(10, 0, "waits")
	k.port++
	k.open().c(0, 0, "def")
	k.port--
	k.c(15, 0, "again").s(0, 20, "")
	k.hears(`client "abc" evicted`, `server "" evicted`, `client "def" evicted`, `server "" evicted`, `client "again" open`, `server "" open`)
	if s := (*k.sums)[0]; s.Bytes.Evicted != 5 || s.Bytes.Missing != 7 {
		t.Errorf("%+v", s.Bytes)
	}
	if first, third := (*k.heard)[0].info.Number, (*k.heard)[2].info.Number; first != third {
		t.Errorf("the pair was stream %d and came back as %d", first, third)
	}
}

func TestAFlowThatCarriesNothingCostsUnder200Bytes(t *testing.T) {
	const n = 100_000
	b := bounds.Default()
	b.Flows = 2 * n
	a := New(Options{Bounds: b})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range n {
		src, dst := endpoint(1, uint16(i)), endpoint(2, 9292)
		src.Addr[13], src.Addr[14] = byte(i>>16), byte(i>>24)
		a.Add(&packet.Segment{Frame: 3 * i, Src: src, Dst: dst, Seq: 99, Flags: syn})
		a.Add(&packet.Segment{Frame: 3*i + 1, Src: dst, Dst: src, Seq: 499, Ack: 100, Flags: syn | ack})
		a.Add(&packet.Segment{Frame: 3*i + 2, Src: src, Dst: dst, Seq: 100, Ack: 500, Flags: ack})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if per := (after.HeapAlloc - before.HeapAlloc) / n; per >= 200 {
		t.Errorf("%d bytes a flow", per)
	}
	a.Close()
	lawful(t, a, 3*n)
	if p, _ := a.Counts(); p.OtherPort != 3*n {
		t.Errorf("%+v", p)
	}
}

func TestAFloodOfConnectionsIsBounded(t *testing.T) {
	b := bounds.Default()
	b.Flows, b.Pairs = 1000, 3000
	hits := new(bounds.Hits)
	a, _, _ := listen(Options{Bounds: b, Hits: hits}, 9292)
	for i := range 10_000 {
		src := endpoint(byte(i>>16), uint16(i))
		a.Add(&packet.Segment{Frame: i, Src: src, Dst: endpoint(2, 9292), Seq: 99, Flags: syn})
		if a.flows.used > 1000 || a.pairs.used > 3000 {
			t.Fatalf("%d flows, %d pairs", a.flows.used, a.pairs.used)
		}
	}
	a.Close()
	lawful(t, a, 10_000)
	if p, _ := a.Counts(); p.Evicted != 9000 || p.Decoded != 1000 {
		t.Errorf("%+v", p)
	}
}

func TestADroppedConnectionIsOfAnotherPort(t *testing.T) {
	k := newTalk(t, Options{})
	k.a.o.Accept = func(*Info) Handler { return nobody{} }
	k.open().c(0, 0, "SSH-2.0").s(0, 7, "SSH-2.0").c(7, 7, "x")
	k.a.Close()
	lawful(t, k.a, k.count)
	if p, b := k.a.Counts(); p.OtherPort != 6 || b.Span != 0 {
		t.Errorf("%+v %+v", p, b)
	}
	if s := (*k.sums)[0]; s.Followed || s.Packets != 6 {
		t.Errorf("%+v", s)
	}
}
