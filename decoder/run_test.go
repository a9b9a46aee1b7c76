package decoder_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
	"glancecap/fixtures/wire"
)

// options are those of an ordinary run.
func options() decoder.Options {
	return decoder.Options{Bounds: bounds.Default(), After: record.NoTime, Before: record.NoTime}
}

// play writes a conversation as a capture.
func play(t testing.TB, text string) []byte {
	t.Helper()
	c, err := wire.Play(text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decode runs the decoder over a capture on standard input.
func decode(pcap []byte, o decoder.Options) (records []record.Record, err error) {
	o.Stdin = bytes.NewReader(pcap)
	err = decoder.Run(context.Background(), []string{"-"}, o, func(r record.Record) { records = append(records, r) })
	return records, err
}

// lines gives records as JSON lines.
func lines(t *testing.T, records []record.Record) []string {
	t.Helper()
	list := make([]string, len(records))
	for i, r := range records {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		list[i] = string(b)
	}
	return list
}

// books gives the balances of a run for the timeline.
func books(t *testing.T, records []record.Record) record.Accounting {
	t.Helper()
	for _, r := range records {
		if b, ok := r.(*record.Books); ok {
			return b.Accounting
		}
	}
	t.Fatal("no books were emitted")
	return record.Accounting{}
}

// firstHTTP gives the first exchange of a run.
func firstHTTP(t *testing.T, records []record.Record) *record.HTTP {
	t.Helper()
	for _, r := range records {
		if h, ok := r.(*record.HTTP); ok {
			return h
		}
	}
	t.Fatal("no exchange was told")
	return nil
}

const upload = `
client = 172.16.0.10:51234
glance = 172.16.0.19:%s
client --> glance connect
client --> glance POST /v2/images HTTP/1.1
| Host: glance
| Content-Length: @
|
| {"name": "x"}
client <-- glance HTTP/1.1 201 Created
| Content-Length: 0
client --> glance close
`

const session = `
worker = 172.16.0.19:45000
database = 172.16.0.30:%s
worker --> database connect
worker <-- database %s greeting id=31
worker --> database login user=glance database=glance
worker <-- database ok
worker --> database query SELECT 1
worker <-- database rows
| 1
| 1
worker --> database quit
worker --> database close
`

func TestAProtocolIsFoundByItsPortOrByItsFirstBytes(t *testing.T) {
	for _, c := range []struct{ name, text, service, foundBy, kind string }{
		{"HTTP on Glance's port", fmt.Sprintf(upload, "9292"), "glance", "port", "http"},
		{"HTTP on another port", fmt.Sprintf(upload, "18080"), "http", "content", "http"},
		{"MySQL on its port", fmt.Sprintf(session, "3306", ""), "mysql", "port", "mysql.login"},
		{"MySQL on another port", fmt.Sprintf(session, "33999", ""), "mysql", "content", "mysql.login"},
		{"MySQL on PostgreSQL's port", fmt.Sprintf(session, "5432", ""), "mysql", "content", "mysql.login"},
		{"a greeting in segments of three bytes", fmt.Sprintf(session, "33999", "[mss 3]"), "mysql", "content", "mysql.login"},
		{"HTTP on MySQL's port", fmt.Sprintf(upload, "3306"), "http", "content", "http"},
	} {
		records, err := decode(play(t, c.text), options())
		if err != nil || len(records) == 0 {
			t.Errorf("%s: %d records, error %v", c.name, len(records), err)
			continue
		}
		if h := records[0].Header(); h.Service != c.service || h.FoundBy != c.foundBy || h.Type != c.kind {
			t.Errorf("%s: first record is %+v", c.name, *h)
		}
	}
}

func TestAPortOnTheCommandLineIsFoundByFlag(t *testing.T) {
	o := options()
	o.Ports = map[uint16]string{18080: decoder.Swift}
	records, err := decode(play(t, fmt.Sprintf(upload, "18080")), o)
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, error %v", len(records), err)
	}
	if h := records[0].Header(); h.Service != "swift" || h.FoundBy != "flag" {
		t.Errorf("got %+v", *h)
	}
}

func TestWithoutAHandshakeTheRequestTellsWhoIsTheClient(t *testing.T) {
	// The end with the lower port would be taken for the server.
	records, err := decode(play(t, `
low = 10.0.0.1:7000
high = 10.0.0.2:58080
low --> high GET /v2/images HTTP/1.1
| Host: x
low <-- high HTTP/1.1 200 OK
| Content-Length: 0
`), options())
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, error %v", len(records), err)
	}
	h := records[0].(*record.HTTP)
	if h.Client != "10.0.0.1:7000" || h.Server != "10.0.0.2:58080" || h.Request == nil || h.Response == nil {
		t.Errorf("got %s", lines(t, records))
	}
}

func TestWhatNobodyUnderstandsIsOfAnotherPort(t *testing.T) {
	o := options()
	o.ForTimeline = true
	records, err := decode(play(t, `
client = 10.0.0.1:50000
server = 10.0.0.2:11211
client --> server connect
client --> server text "get key\r\n"
client <-- server text "END\r\n"
client --> server close
`), o)
	if err != nil {
		t.Fatal(err)
	}
	b := books(t, records)
	if b.Packets.OtherPort != b.Packets.Total || b.Packets.Total == 0 || b.Bytes.Span != 0 {
		t.Errorf("got %+v", b)
	}
	for _, r := range records {
		if b, ok := r.(*record.Books); ok && (len(b.OtherPorts) != 1 || b.OtherPorts[0].Port != 11211) {
			t.Errorf("other ports are %+v", b.OtherPorts)
		}
	}
}

func TestATimeRangeLeavesFrameAndStreamNumbersAsTheyAre(t *testing.T) {
	text := `
a = 10.0.0.1:50001
b = 10.0.0.1:50002
glance = 10.0.0.2:9292
00:00:01 a --> glance connect
a --> glance GET /v2/images HTTP/1.1
| Host: x
a <-- glance HTTP/1.1 200 OK
| Content-Length: 0
00:00:10 b --> glance connect
b --> glance GET /v2/schemas/image HTTP/1.1
| Host: x
b <-- glance HTTP/1.1 200 OK
| Content-Length: 0
`
	all, err := decode(play(t, text), options())
	if err != nil || len(all) != 2 {
		t.Fatalf("%d records, error %v", len(all), err)
	}
	o := options()
	o.ForTimeline = true
	second := all[1].(*record.HTTP)
	o.After = second.Request.Time - 5e9
	late, err := decode(play(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	got := firstHTTP(t, late)
	if got.Stream != 1 || got.Request.FirstFrame != second.Request.FirstFrame || got.Request.Target != "/v2/schemas/image" {
		t.Errorf("got %s", lines(t, []record.Record{got}))
	}
	if b := books(t, late); b.Packets.Total != 5 {
		t.Errorf("the books hold %d packets, 5 lie in the range", b.Packets.Total)
	}
}

func TestAPacketWithoutATimeIsInEveryTimeRange(t *testing.T) {
	// pcapng: a section, an Ethernet interface, a simple packet block of 20
	// bytes, which has no time (draft-ietf-opsawg-pcapng §4.4).
	words := []uint32{
		0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28,
		1, 20, 1, 0, 20,
		3, 36, 20, 0xffffffff, 0xffffffff, 0xffffffff, 0x00000608, 0, 36,
	}
	var b []byte
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	o := options()
	o.ForTimeline, o.After, o.Before = true, 1e9, 2e9
	records, err := decode(b, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := books(t, records); got.Packets.Total != 1 || got.Packets.NotTCP != 1 {
		t.Errorf("the books hold %+v", got.Packets)
	}
}

func TestStreamLinesHoldWhatEachSideRead(t *testing.T) {
	o := options()
	o.Streams, o.ShowSecrets = true, true
	records, err := decode(play(t, `
client = 10.0.0.1:50000
server = 10.0.0.2:9292
client --> server connect
client --> server [mss 4, double 2, late 1, drop 3] text "abcdEFGHijklMNOP"
client <-- server text "0123456789"
client --> server close
client = 10.0.0.1:50001
client --> server connect
client --> server close
`), o)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"10.0.0.1:50000 client": "abcdEFGHMNOP", "10.0.0.1:50000 server": "0123456789",
		"10.0.0.1:50001 client": "", "10.0.0.1:50001 server": "",
	}
	for _, r := range records {
		s, ok := r.(*record.Stream)
		if !ok {
			continue
		}
		key := s.Client + " " + s.Direction
		if data, due := want[key]; !due || data != string(s.Data) {
			t.Errorf("%s: %q, expected %q", key, s.Data, data)
		}
		if key == "10.0.0.1:50000 client" && (len(s.Gaps) != 1 || s.Gaps[0] != [2]int64{8, 4}) {
			t.Errorf("gaps are %v", s.Gaps)
		}
		delete(want, key)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
}

func TestACaptureCutAnywhereTellsAllThatItsWholePacketsTell(t *testing.T) {
	pcap := play(t, fmt.Sprintf(upload, "9292")+fmt.Sprintf(session, "3306", ""))
	ends := []int{24} // of the file header and of each record
	for at := 24; at < len(pcap); {
		at += 16 + int(uint32(pcap[at+8])|uint32(pcap[at+9])<<8)
		ends = append(ends, at)
	}
	whole := 0
	var expected []string
	for n := range len(pcap) {
		if n == ends[whole] {
			records, err := decode(pcap[:n], options())
			if err != nil {
				t.Fatalf("%d whole packets: %v", whole, err)
			}
			expected = lines(t, records)
			if whole++; whole == len(ends) {
				break
			}
			continue
		}
		records, err := decode(pcap[:n], options())
		var input *decoder.InputError
		if !errors.As(err, &input) {
			t.Fatalf("cut at byte %d: error is %v", n, err)
		}
		if n < 24 {
			continue
		}
		var damage *capture.Error
		if !errors.As(err, &damage) || damage.Packet != whole || damage.Offset != int64(ends[whole-1]) || input.Nothing {
			t.Fatalf("cut at byte %d, in packet %d at byte %d: error is %v", n, whole, ends[whole-1], err)
		}
		if got := lines(t, records); strings.Join(got, "\n") != strings.Join(expected, "\n") {
			t.Fatalf("cut at byte %d: got\n%s\nexpected\n%s", n, strings.Join(got, "\n"), strings.Join(expected, "\n"))
		}
	}
}

// founding is the capture of the founding example, read once.
func founding(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "fixtures", "founding", "founding.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheBooksBalanceWhateverIsLostOrDoubled(t *testing.T) {
	pcap := founding(t)
	for seed := range uint64(60) {
		damaged := damage(pcap, rand.New(rand.NewPCG(seed, 1)))
		if _, err := decode(damaged, options()); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// damage drops and doubles one record in twenty each, and changes a byte of
// one in fifty.
func damage(pcap []byte, r *rand.Rand) []byte {
	out := bytes.Clone(pcap[:24])
	for at := 24; at < len(pcap); {
		end := at + 16 + int(uint32(pcap[at+8])|uint32(pcap[at+9])<<8)
		packet := pcap[at:end]
		at = end
		switch n := r.IntN(100); {
		case n < 5:
			continue
		case n < 10:
			out = append(out, packet...)
		case n < 12:
			packet = bytes.Clone(packet)
			packet[16+r.IntN(len(packet)-16)] ^= byte(1 + r.IntN(255))
		}
		out = append(out, packet...)
	}
	return out
}

func TestTheNumberOfProcessorsDoesNotShow(t *testing.T) {
	pcap := founding(t)
	o := options()
	o.ForTimeline = true
	first, err := decode(pcap, o)
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	second, err := decode(pcap, o)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := strings.Join(lines(t, first), "\n"), strings.Join(lines(t, second), "\n"); a != b {
		t.Error("two runs differ")
	}
}

func TestACancelledRunTellsWhatItReadAndClosesItsBooks(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := options()
	o.ForTimeline = true
	o.Stdin = &untilCancelled{pcap: bytes.NewReader(founding(t)), cancel: cancel}
	var last record.Record
	n := 0
	err := decoder.Run(ctx, []string{"-"}, o, func(r record.Record) { last, n = r, n+1 })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if b, ok := last.(*record.Books); !ok || !b.Interrupted || b.Accounting.Check() != nil {
		t.Errorf("the last of %d records is %+v", n, last)
	}
}

// untilCancelled gives a capture in small pieces, so that opening it does not
// reach its end, and cancels the run there.
type untilCancelled struct {
	pcap   *bytes.Reader
	cancel func()
}

func (u *untilCancelled) Read(b []byte) (int, error) {
	if u.pcap.Len() == 0 {
		u.cancel()
	}
	return u.pcap.Read(b[:min(len(b), 4096)])
}
