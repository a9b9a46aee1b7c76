package stream

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// shared gives the path of a recorded capture, or skips the test.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("../../../shared/captures", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recorded captures here: %v", err)
	}
	return path
}

// feed gives all segments of a capture to f. Their payload is valid during the
// call only.
func feed(t testing.TB, path string, f func(*packet.Segment)) {
	feedFrames(t, path, false, f)
}

// feedStable is feed with payloads that stay valid.
func feedStable(t testing.TB, path string, f func(*packet.Segment)) {
	feedFrames(t, path, true, f)
}

func feedFrames(t testing.TB, path string, stable bool, f func(*packet.Segment)) {
	t.Helper()
	set, err := capture.Open(context.Background(), []string{path}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	decoder := packet.NewDecoder(bounds.Default())
	var p capture.Packet
	for {
		if err := set.Next(&p); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return
		}
		if stable {
			p.Data = append([]byte(nil), p.Data...)
		}
		var seg packet.Segment
		if decoder.Decode(&p, &seg) == packet.IsSegment {
			f(&seg)
		}
	}
}

// heard is a handler that keeps what each direction said.
type heard struct {
	info *Info
	said [2][]byte
	gaps [2][]string
	ends [2]string
	at   [2][]At
}

var (
	whys = map[Why]string{Lost: "lost", SnapCut: "cut", NoAcks: "no acks", GaveUp: "gave up", UrgentOut: "urgent"}
	hows = map[How]string{Fin: "fin", Reset: "reset", Open: "open", Evicted: "evicted", Reused: "reused"}
)

func (h *heard) Data(dir Dir, b []byte, at At) Answer {
	h.said[dir] = append(h.said[dir], b...)
	h.at[dir] = append(h.at[dir], at)
	return Answer{}
}

func (h *heard) Skipped(Dir, Run, At) Answer { return Answer{} }

func (h *heard) Gap(dir Dir, n int64, why Why, at At) Answer {
	h.gaps[dir] = append(h.gaps[dir], strconv.Itoa(len(h.said[dir]))+"+"+strconv.FormatInt(n, 10)+" "+whys[why])
	return Answer{}
}

func (h *heard) End(dir Dir, how How, at At) { h.ends[dir] += hows[how] }

// listen makes an assembler whose connections are all heard.
func listen(o Options, ports ...uint16) (*Assembler, *[]*heard, *[]Summary) {
	var all []*heard
	var sums []Summary
	if o.Bounds == (bounds.Bounds{}) {
		o.Bounds = bounds.Default()
	}
	o.Accept = func(i *Info) Handler {
		h := &heard{info: i}
		all = append(all, h)
		return h
	}
	o.IsServerPort = func(p uint16) bool {
		for _, q := range ports {
			if p == q {
				return true
			}
		}
		return false
	}
	ended := o.Ended
	o.Ended = func(i *Info, s Summary) {
		sums = append(sums, s)
		if ended != nil {
			ended(i, s)
		}
	}
	return New(o), &all, &sums
}

// lawful checks that the books balance.
func lawful(t testing.TB, a *Assembler, segments int) {
	t.Helper()
	p, b := a.Counts()
	if int(p.Total) != segments {
		t.Errorf("%d segments were given, %d are accounted for: %+v", segments, p.Total, p)
	}
	books := record.Accounting{Packets: p, Bytes: b}
	if err := books.Check(); err != nil {
		t.Error(err)
	}
	if a.held != 0 {
		t.Errorf("%d bytes are still booked as held", a.held)
	}
	if a.copied != 0 {
		t.Errorf("%d bytes are still booked as kept for comparing", a.copied)
	}
}

type expectation struct {
	Client, Server, Case, Read, End, Note string
	Stream                                int
	Contradicting                         bool
	OnWire                                bool `json:"contradicting_on_wire"`
	Urgent                                bool
}

// outcome is what was made of a connection of the overlap capture.
type outcome struct {
	number   int
	read     string
	overlaps bool
}

// readOverlaps reads the capture and gives the connections of each pair of
// endpoints in their order.
func readOverlaps(t *testing.T, path string) map[string][]outcome {
	read := make(map[*Info]*heard)
	byPair := make(map[string][]outcome)
	a, _, _ := listen(Options{Ended: func(i *Info, s Summary) {
		if i.Refused {
			return // nobody read it
		}
		o := outcome{number: i.Number, overlaps: i.Overlaps[FromClient] > 0}
		if h := read[i]; h != nil {
			o.read = string(h.said[FromClient])
		}
		byPair[i.Client+" "+i.Server] = append(byPair[i.Client+" "+i.Server], o)
	}}, 9292, 8080, 9293, 9294)
	accept := a.o.Accept
	a.o.Accept = func(i *Info) Handler {
		h := accept(i).(*heard)
		read[i] = h
		return h
	}
	n := 0
	feed(t, path, func(s *packet.Segment) { a.Add(s); n++ })
	a.Close()
	lawful(t, a, n)
	return byPair
}

// expectations reads what the kernel read.
func expectations(t *testing.T, path string) (all []expectation) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var want expectation
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		latin1 := make([]byte, 0, len(want.Read))
		for _, r := range want.Read {
			latin1 = append(latin1, byte(r))
		}
		want.Read = string(latin1)
		all = append(all, want)
	}
	return all
}

func TestConnectionsAreReadAsARealKernelReadThem(t *testing.T) {
	path := shared(t, "overlap/overlap.pcap")
	all := expectations(t, shared(t, "overlap/expected.jsonl"))
	byPair := readOverlaps(t, path)
	good := 0
	for _, want := range all {
		key := want.Client + " " + want.Server
		if len(byPair[key]) == 0 {
			t.Errorf("%s %s: no connection", want.Case, key)
			continue
		}
		got := byPair[key][0]
		byPair[key] = byPair[key][1:]
		if got.number != want.Stream {
			t.Errorf("%s %s: stream %d, want %d", want.Case, key, got.number, want.Stream)
		}
		if got.read == want.Read {
			good++
		} else if want.Case != "urgent/inline" { // the capture does not show SO_OOBINLINE
			t.Errorf("%s %s stream %d: read %q, want %q", want.Case, key, want.Stream, got.read, want.Read)
		}
		if got.overlaps != want.Contradicting && (want.Contradicting || !want.OnWire) {
			t.Errorf("%s %s stream %d: contradicting %v, want %v", want.Case, key, want.Stream, got.overlaps, want.Contradicting)
		}
	}
	t.Logf("%d of %d connections are read as the kernel read them", good, len(all))
}

func TestStreamsAreNumberedAsTsharkNumbersThem(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	if testing.Short() {
		t.Skip("tshark takes seconds to start")
	}
	for _, name := range []string{
		"overlap/overlap.pcap", "lossy/capture.pcap", "failures/capture.pcap", "sll2/capture.pcap", "vxlan/capture.pcap",
		"third-party/http-methods.pcap", "third-party/mysql41-thousand-packets.pcap", "third-party/mysql-client-port-reuse.pcap",
		"hostile/tcp-all-flags.pcap", "hostile/tcp-port-0.pcap", "hostile/synflood-small.pcap", "third-party/http-desync-responses.pcap",
	} {
		t.Run(name, func(t *testing.T) {
			path := shared(t, name)
			out, err := exec.Command("tshark", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "tcp.stream", "-E", "occurrence=l").Output()
			if err != nil {
				t.Skipf("tshark cannot read it: %v", err)
			}
			want := make(map[int]string)
			for _, line := range strings.Split(string(out), "\n") {
				if frame, stream, ok := strings.Cut(line, "\t"); ok {
					n, _ := strconv.Atoi(frame)
					want[n] = stream
				}
			}
			a, _, _ := listen(Options{})
			n := 0
			feed(t, path, func(s *packet.Segment) {
				a.Add(s)
				n++
				f, _ := a.flows.find(s)
				if got := strconv.Itoa(int(f.latest)); got != want[s.Frame] && !t.Failed() {
					t.Errorf("frame %d: stream %s, tshark says %s", s.Frame, got, want[s.Frame])
				}
			})
			a.Close()
			lawful(t, a, n)
		})
	}
}
