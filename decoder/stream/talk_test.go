package stream

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder/packet"
)

// talk writes a conversation, segment by segment, to an assembler and notes
// what the handlers hear.
type talk struct {
	t      *testing.T
	a      *Assembler
	heard  *[]*heard
	sums   *[]Summary
	frame  int
	now    int64
	port   uint16
	client uint32 // initial sequence numbers
	server uint32
	count  int
	lose   func() bool // whether the capture loses the next segment
}

const (
	syn = packet.SYN
	fin = packet.FIN
	rst = packet.RST
	ack = packet.ACK
	psh = packet.PSH
	urg = packet.URG
)

func newTalk(t *testing.T, o Options) *talk {
	k := &talk{t: t, port: 40000, client: 1000, server: 5000, now: 1e18}
	k.a, k.heard, k.sums = listen(o, 9292)
	return k
}

// part changes a segment before it is sent.
type part func(*packet.Segment)

func timed(val, ecr uint32) part {
	return func(s *packet.Segment) {
		s.HasTS, s.TSVal, s.TSEcr = true, val, ecr
		s.Options = append([]byte{1, 1, 8, 10}, make([]byte, 8)...)
	}
}
func window(n uint16) part      { return func(s *packet.Segment) { s.Window = n } }
func cut(n int) part            { return func(s *packet.Segment) { s.Cut = n } }
func urgent(n uint16) part      { return func(s *packet.Segment) { s.Urgent = n; s.Flags |= urg } }
func path(n uint32) part        { return func(s *packet.Segment) { s.Path = n } }
func ipid(n uint16) part        { return func(s *packet.Segment) { s.IPID, s.HasIPID = n, true } }
func badIP(s *packet.Segment)   { s.BadIP = true }
func options(b ...byte) part    { return func(s *packet.Segment) { s.Options = append(s.Options, b...) } }
func flags(f packet.Flags) part { return func(s *packet.Segment) { s.Flags = f } }

func sackBlock(from, to uint32) part {
	return func(s *packet.Segment) {
		s.Options = append(s.Options, 1, 1, 5, 10)
		s.Options = binary.BigEndian.AppendUint32(s.Options, from)
		s.Options = binary.BigEndian.AppendUint32(s.Options, to)
	}
}

// segment makes one at offsets of the two directions, counted from 0 at the
// first byte.
func (k *talk) segment(from Dir, off, acked int, f packet.Flags, data string, parts ...part) *packet.Segment {
	k.frame++
	k.now += 2_000_000
	client, server := endpoint(1, k.port), endpoint(2, 9292)
	s := &packet.Segment{Frame: k.frame, Time: k.now, Flags: f, Window: 65000, Payload: []byte(data), IPID: uint16(k.frame), HasIPID: true}
	if from == FromClient {
		s.Src, s.Dst, s.Seq, s.Ack = client, server, k.client+1+uint32(off), k.server+1+uint32(acked)
	} else {
		s.Src, s.Dst, s.Seq, s.Ack = server, client, k.server+1+uint32(off), k.client+1+uint32(acked)
	}
	for _, p := range parts {
		p(s)
	}
	return s
}

func (k *talk) add(s *packet.Segment) *talk {
	if k.lose != nil && k.lose() {
		return k
	}
	k.count++
	k.a.Add(s)
	// What the assembler keeps must be its own.
	for i := range s.Payload {
		s.Payload[i] = '#'
	}
	return k
}

func (k *talk) c(off, acked int, data string, parts ...part) *talk {
	return k.add(k.segment(FromClient, off, acked, ack, data, parts...))
}

func (k *talk) s(off, acked int, data string, parts ...part) *talk {
	return k.add(k.segment(FromServer, off, acked, ack, data, parts...))
}

// open is the handshake. The windows are not scaled.
func (k *talk) open(parts ...part) *talk {
	k.add(k.segment(FromClient, -1, 0, syn, "", parts...))
	k.add(k.segment(FromServer, -1, 0, syn|ack, "", parts...))
	return k.add(k.segment(FromClient, 0, 0, ack, "", parts...))
}

// close ends the capture and gives what was heard as text: for each direction
// of each connection the bytes, the gaps and the end.
func (k *talk) close() string {
	k.t.Helper()
	k.a.Close()
	lawful(k.t, k.a, k.count)
	var lines []string
	for _, h := range *k.heard {
		for dir, side := range []string{"client", "server"} {
			line := fmt.Sprintf("%s %q", side, h.said[dir])
			if len(h.gaps[dir]) > 0 {
				line += fmt.Sprintf(" %v", h.gaps[dir])
			}
			if n := h.info.Overlaps[dir]; n > 0 {
				line += fmt.Sprintf(" overlaps %d", n)
			}
			lines = append(lines, line+" "+h.ends[dir])
		}
	}
	return strings.Join(lines, "\n")
}

// hears closes the capture and compares.
func (k *talk) hears(want ...string) {
	k.t.Helper()
	if got := k.close(); got != strings.Join(want, "\n") {
		k.t.Errorf("heard\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestBytesInOrderAreReadInOrder(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "GET ").c(4, 0, "/ HTTP").s(0, 10, "200 OK").c(10, 6, "", flags(fin|ack)).s(6, 11, "", flags(fin|ack)).c(11, 7, "")
	k.hears(`client "GET / HTTP" fin`, `server "200 OK" fin`)
}

func TestAHoleIsFilledBeforeWhatLiesBehindIt(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "one ").c(8, 0, "three").s(0, 4, "").c(4, 0, "two ")
	k.hears(`client "one two three" open`, `server "" open`)
}

func TestAHoleIsToldOnceItIsAcknowledged(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "one ").c(8, 0, "three").s(0, 13, "")
	if got := string((*k.heard)[0].said[FromClient]); got != "one three" {
		t.Errorf("after the acknowledgement %q was delivered", got)
	}
	k.hears(`client "one three" [4+4 lost] open`, `server "" open`)
}

func TestWhatTheReceiverNeverAcknowledgedWasNotRead(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "one ").c(8, 0, "three").s(0, 4, "", flags(rst|ack))
	k.hears(`client "one " reset`, `server "" reset`)
	if b := (*k.sums)[0].Bytes; b.Unread != 5 || b.Missing != 4 || b.Decoded != 4 {
		t.Errorf("books: %+v", b)
	}
}

func TestWithoutTheOtherDirectionAHoleIsToldAtTheEnd(t *testing.T) {
	k := newTalk(t, Options{})
	k.add(k.segment(FromClient, -1, 0, syn, ""))
	k.c(0, 0, "one ").c(8, 0, "three")
	k.hears(`client "one three" [4+4 no acks] open`, `server "" open`)
	if !(*k.sums)[0].OneSided {
		t.Error("it is not told that one direction was not captured")
	}
}

func TestALostResponseIsToldBeforeTheNextRequest(t *testing.T) {
	k := newTalk(t, Options{}).open()
	var order []string
	k.a.o.Accept = func(*Info) Handler { return &ordered{order: &order} }
	k.c(0, 0, "request 1").c(9, 10, "request 2").s(10, 18, "response 2")
	k.a.Close()
	if got, want := strings.Join(order, ", "), "client request 1, server gap 10, client request 2, server response 2"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

// ordered notes the calls of both directions in one list.
type ordered struct{ order *[]string }

func (o *ordered) Data(dir Dir, b []byte, at At) Answer {
	*o.order = append(*o.order, [2]string{"client ", "server "}[dir]+string(b))
	return Answer{}
}
func (o *ordered) Gap(dir Dir, n int64, why Why, at At) Answer {
	*o.order = append(*o.order, fmt.Sprintf("%sgap %d", [2]string{"client ", "server "}[dir], n))
	return Answer{}
}
func (*ordered) Skipped(Dir, Run, At) Answer { return Answer{} }
func (*ordered) End(Dir, How, At)            {}

func TestALostRequestIsToldBeforeItsResponse(t *testing.T) {
	k := newTalk(t, Options{}).open()
	var order []string
	k.a.o.Accept = func(*Info) Handler { return &ordered{order: &order} }
	// The capture lacks request 2 and nothing else.
	k.c(0, 0, "request 1").s(0, 9, "response 1").s(10, 18, "response 2").c(18, 20, "request 3")
	k.a.Close()
	if got, want := strings.Join(order, ", "), "client request 1, server response 1, client gap 9, server response 2, client request 3"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

func TestTheSnapLengthsCutIsAGapBehindTheBytes(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "HEAD", cut(100)).c(104, 0, "next").s(0, 108, "")
	k.hears(`client "HEADnext" [4+100 cut] open`, `server "" open`)
}

func TestTheUrgentByteIsTakenOut(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "abc!def", urgent(4)).s(0, 7, "").c(7, 0, "gh")
	k.hears(`client "abcdefgh" [3+1 urgent] open`, `server "" open`)
}

func TestKeepAlivesAreNoData(t *testing.T) {
	k := newTalk(t, Options{}).open()
	k.c(0, 0, "abc").s(0, 3, "").c(2, 0, "c").c(2, 0, "").s(0, 3, "").c(3, 0, "def")
	k.hears(`client "abcdef" open`, `server "" open`)
}

func TestAMidstreamKeepAliveIsNoData(t *testing.T) {
	k := newTalk(t, Options{})
	k.c(99, 200, "\x00").s(200, 100, "").c(100, 200, "GET /").s(200, 105, "200")
	k.hears(`client "GET /" open`, `server "200" open`)
}

func TestAnIdlePoolOfKeepAlivesCostsNoConnection(t *testing.T) {
	k := newTalk(t, Options{})
	k.s(200, 100, "")
	for range 5 {
		k.c(99, 200, "").s(200, 100, "")
	}
	if f, _ := k.a.flows.find(k.segment(FromClient, 0, 0, ack, "")); f.conn != nil {
		t.Error("a connection was made for keep-alives")
	}
	k.c(100, 200, "GET /").s(200, 105, "200")
	k.hears(`client "GET /" open`, `server "200" open`)
}

func TestPacketsOutsideTheTimeAskedForOnlyCountForTheNumbers(t *testing.T) {
	outside := func(s *packet.Segment) { s.Outside = true }
	k := newTalk(t, Options{})
	k.c(0, 0, "not asked for", outside)
	k.port++
	k.c(0, 0, "early", outside).c(5, 0, "asked for").s(0, 14, "")
	k.a.Close()
	if len(*k.heard) != 1 || len(*k.sums) != 1 {
		t.Fatalf("%d handlers, %d connections", len(*k.heard), len(*k.sums))
	}
	h := (*k.heard)[0]
	if h.info.Number != 1 || string(h.said[0]) != "asked for" || (*k.sums)[0].Span.FirstFrame != 3 {
		t.Errorf("stream %d, %q, %+v", h.info.Number, h.said[0], (*k.sums)[0].Span)
	}
}

func TestSegmentsRecordedInTheWrongOrderAtTheStartCount(t *testing.T) {
	k := newTalk(t, Options{})
	k.c(104, 0, "second ").c(100, 0, "one ").c(111, 0, "third").s(0, 116, "ok")
	k.hears(`client "one second third" open`, `server "ok" open`)
	if i := (*k.heard)[0].info; i.Handshake || i.Midstream != [2]bool{true, true} {
		t.Errorf("joined midstream, told as %+v", i)
	}
}

func TestAConnectionJoinedMidstreamIsReadWithoutAcknowledgements(t *testing.T) {
	k := newTalk(t, Options{})
	k.c(104, 0, "one ").c(108, 0, "two ")
	k.hears(`client "one two " open`, `server "" open`)
}

func TestTheServerIsTheEndWithAKnownPort(t *testing.T) {
	k := newTalk(t, Options{})
	k.s(0, 0, "220 hello").c(0, 9, "hi")
	k.a.Close()
	if i := (*k.heard)[0].info; i.ServerPort != 9292 || i.Client != "10.0.0.1:40000" || i.Server != "10.0.0.2:9292" {
		t.Errorf("%+v", i)
	}
}

func TestSequenceNumbersWrap(t *testing.T) {
	k := newTalk(t, Options{})
	k.client = 0xffff_fff0
	k.open().c(0, 0, "0123456789").c(20, 0, "klmno").c(10, 0, "abcdefghij").s(0, 25, "")
	k.hears(`client "0123456789abcdefghijklmno" open`, `server "" open`)
}

func TestAStreamCanBeLongerThanFourGiB(t *testing.T) {
	k := newTalk(t, Options{})
	k.a.o.Accept = func(*Info) Handler { return skipper{} }
	k.open(options(3, 3, 14))
	block := make([]byte, 1<<20)
	for i := range 5 << 10 {
		s := k.segment(FromClient, i<<20, 0, ack, "")
		s.Payload = block
		k.a.Add(s)
		k.s(0, (i+1)<<20, "")
	}
	k.a.Close()
	if _, b := k.a.Counts(); b.Skipped+b.Decoded != 5<<30 || b.Span != 5<<30 {
		t.Errorf("%d bytes of %+v", b.Skipped+b.Decoded, b)
	}
}
