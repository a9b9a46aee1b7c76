package clock

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// frame is a frame of a made-up conversation, as seen from nowhere.
type frame struct {
	at   time.Time
	data []byte
	// host is who sent it: "a" or "b".
	host string
}

// talk makes a conversation of so many frames, one each 10 ms, between two
// hosts with or without IPv4's identification, of TCP without time stamps.
func talk(t *testing.T, n int, identified bool) []frame {
	t.Helper()
	var frames []frame
	hosts := map[string][]byte{"a": {10, 0, 0, 1}, "b": {10, 0, 0, 2}}
	begin := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	for i := range n {
		from, to := "a", "b"
		src, dst := layers.TCPPort(40000), layers.TCPPort(3306)
		if i%2 == 1 {
			from, to, src, dst = to, from, dst, src
		}
		ip := layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: hosts[from], DstIP: hosts[to]}
		if identified {
			ip.Id = uint16(i + 1)
		}
		tcp := layers.TCP{SrcPort: src, DstPort: dst, Seq: uint32(i/2) * 10, Ack: uint32((i+1)/2) * 10, ACK: true, PSH: true, Window: 500}
		if err := tcp.SetNetworkLayerForChecksum(&ip); err != nil {
			t.Fatal(err)
		}
		b := gopacket.NewSerializeBuffer()
		ethernet := layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4}
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, &ethernet, &ip, &tcp, gopacket.Payload("0123456789")); err != nil {
			t.Fatal(err)
		}
		frames = append(frames, frame{begin.Add(time.Duration(i) * 10 * time.Millisecond), b.Bytes(), from})
	}
	return frames
}

// see writes what a capture at a host sees of frames: those of the other host
// later by what late says, all by a clock that is ahead by so much. Frames for
// which miss is true it does not see.
func see(t *testing.T, name string, frames []frame, host string, ahead time.Duration, late func(i int) time.Duration, miss func(i int) bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriterNanos(f)
	if err := w.WriteFileHeader(0, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for i, fr := range frames {
		at := fr.at.Add(ahead)
		if fr.host != host && late != nil {
			at = at.Add(late(i))
		}
		if miss != nil && miss(i) {
			continue
		}
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(fr.data), Length: len(fr.data)}, fr.data); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func measure(paths ...string) []Offset {
	return Measure(context.Background(), paths, bounds.Default())
}

// want expects a shift to within a tolerance.
func want(t *testing.T, o Offset, shift, tolerance time.Duration) {
	t.Helper()
	if d := time.Duration(o.Shift) - shift; !o.Measured || d > tolerance || d < -tolerance {
		t.Errorf("shift %v (measured: %v), want %v", time.Duration(o.Shift), o.Measured, shift)
	}
}

func TestTheClocksOfTwoHostsAreMeasuredByTheFramesBothSaw(t *testing.T) {
	frames := talk(t, 200, true)
	for _, ahead := range []time.Duration{3 * time.Second, -3 * time.Second, 40 * time.Minute, 5 * time.Millisecond} {
		o := measure(see(t, "a", frames, "a", 0, nil, nil), see(t, "b", frames, "b", ahead, nil, nil))
		want(t, o[0], 0, 0)
		want(t, o[1], -ahead, time.Microsecond)
	}
}

func TestTheTimeOnTheWayCancelsOut(t *testing.T) {
	frames := talk(t, 400, true)
	r := rand.New(rand.NewPCG(1, 2))
	late := func(int) time.Duration { return 20*time.Millisecond + time.Duration(r.IntN(300))*time.Microsecond }
	o := measure(see(t, "a", frames, "a", 0, late, nil), see(t, "b", frames, "b", 3*time.Second, late, nil))
	want(t, o[1], -3*time.Second, time.Millisecond)
}

func TestAQueueInOneDirectionDoesNotMoveTheClock(t *testing.T) {
	frames := talk(t, 1000, true)
	r := rand.New(rand.NewPCG(1, 2))
	queue := func(int) time.Duration {
		if r.IntN(4) == 0 {
			return 100 * time.Microsecond
		}
		return time.Duration(r.IntN(40)) * time.Millisecond
	}
	o := measure(see(t, "a", frames, "a", 0, nil, nil), see(t, "b", frames, "b", 3*time.Second, queue, nil))
	want(t, o[1], -3*time.Second, time.Millisecond)
}

func TestFramesInOneDirectionAloneTellTheClockWithTheWay(t *testing.T) {
	frames := talk(t, 200, true)
	o := measure(see(t, "a", frames, "a", 0, nil, nil), see(t, "b", frames, "b", 3*time.Second, nil, func(i int) bool { return i%2 == 0 }))
	want(t, o[1], -3*time.Second, time.Millisecond)
	if !o[1].OneWay {
		t.Error("it is not said that they went one way")
	}
}

func TestWhatOneCaptureMissesDoesNoHarm(t *testing.T) {
	frames := talk(t, 2000, true)
	r := rand.New(rand.NewPCG(1, 2))
	miss := func(int) bool { return r.IntN(3) == 0 }
	o := measure(see(t, "a", frames, "a", 0, nil, miss), see(t, "b", frames, "b", time.Hour, nil, miss))
	want(t, o[1], -time.Hour, time.Microsecond)
}

func TestClocksAreLinkedThroughAThirdCapture(t *testing.T) {
	one, two := talk(t, 100, true), talk(t, 100, true)
	for i := range two {
		two[i].data = append([]byte{}, two[i].data...)
		two[i].data[29] = 9 // another host
	}
	// The middle one saw both conversations, the outer ones one each.
	paths := []string{
		see(t, "a", one, "a", 0, nil, nil),
		see(t, "c", two, "a", 7*time.Second, nil, nil),
		see(t, "m", append(append([]frame{}, one...), two...), "a", 2*time.Second, nil, nil),
	}
	o := measure(paths...)
	want(t, o[1], -7*time.Second, time.Microsecond)
	want(t, o[2], -2*time.Second, time.Microsecond)
}

func TestCapturesWithoutCommonFramesKeepTheirTimes(t *testing.T) {
	frames := talk(t, 200, true)
	o := measure(see(t, "a", frames[:100], "a", 0, nil, nil), see(t, "b", frames[100:], "b", 3*time.Second, nil, nil))
	for _, o := range o {
		if o.Measured || o.Shift != 0 {
			t.Errorf("%+v", o)
		}
	}
}

func TestFramesThatAreNotToldFromTheirRepetitionAreNoMeasure(t *testing.T) {
	frames := talk(t, 200, false)
	if o := measure(see(t, "a", frames, "a", 0, nil, nil), see(t, "b", frames, "b", 3*time.Second, nil, nil)); o[1].Measured {
		t.Errorf("%+v", o[1])
	}
}

func TestOneClockAtTwoInterfacesIsNotCorrected(t *testing.T) {
	frames := talk(t, 200, true)
	o := measure(see(t, "a", frames, "a", 0, nil, nil), see(t, "b", frames, "b", 30*time.Microsecond, nil, nil))
	want(t, o[1], 0, 0)
	if Clocks([]string{"a", "b"}, o) != nil {
		t.Error("there is nothing to be shifted")
	}
}

func TestWhatCannotBeReadHasNoOffset(t *testing.T) {
	frames := talk(t, 100, true)
	a, b := see(t, "a", frames, "a", 0, nil, nil), see(t, "b", frames, "b", 3*time.Second, nil, nil)
	o := measure("-", filepath.Join(t.TempDir(), "none"), a, b)
	if o[0].Measured || o[1].Measured {
		t.Errorf("%+v", o[:2])
	}
	want(t, o[3], -3*time.Second, time.Microsecond)
	if got := Clocks([]string{"-", "n", a, b}, o); len(got) != 1 || got[b].Shift != -3e9 {
		t.Errorf("shifts %v", got)
	}
}

func TestASampleKeepsTheSameFramesWhateverItSaw(t *testing.T) {
	frames := talk(t, 5000, true)
	sampleOf := func(frames []frame, room int) *sample {
		s := newSample(room)
		s.open(context.Background(), see(t, fmt.Sprint(room, len(frames)), frames, "a", 0, nil, nil), bounds.Default())
		s.read(1 << 30)
		return s
	}
	whole, part := sampleOf(frames, 500), sampleOf(frames[1000:], 500)
	if len(whole.frames) > 1000 || len(part.frames) > 1000 {
		t.Fatalf("%d and %d frames are kept", len(whole.frames), len(part.frames))
	}
	d, ok := compare(whole, part)
	if !ok || d.frames < 300 || d.by != 0 {
		t.Errorf("%+v, %v", d, ok)
	}
}

// TestARecordedCaptureCutByHostsHasItsOffsetBack cuts a real capture in two as
// two hosts would have seen it, one of them 3 s ahead.
func TestARecordedCaptureCutByHostsHasItsOffsetBack(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "captures", "upload-one", "capture.pcap")
	set, err := capture.Open(context.Background(), []string{path}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Skipf("the recorded capture is not here: %v", err)
	}
	defer set.Close()
	var all, database []frame
	var p capture.Packet
	for set.Next(&p) == nil {
		f := frame{at: time.Unix(0, p.Time), data: append([]byte{}, p.Data...)}
		all = append(all, f)
		if len(p.Data) > 34 && (p.Data[29] == 30 || p.Data[33] == 30) {
			database = append(database, f)
		}
	}
	o := measure(see(t, "all", all, "", 0, nil, nil), see(t, "database", database, "", 3*time.Second, nil, nil))
	want(t, o[1], -3*time.Second, time.Millisecond)
	if o[1].Frames < 100 {
		t.Errorf("by %d frames", o[1].Frames)
	}
}

// drifting gives the frames as a clock that runs so much faster dates them.
func drifting(frames []frame, by float64) []frame {
	list := slices.Clone(frames)
	for i := range list {
		list[i].at = frames[0].at.Add(time.Duration(float64(frames[i].at.Sub(frames[0].at)) * (1 + by)))
	}
	return list
}

func TestAClockThatRunsFastIsCorrectedAllAlong(t *testing.T) {
	frames := talk(t, 6000, true) // a minute
	r := rand.New(rand.NewPCG(1, 2))
	late := func(int) time.Duration { return 300*time.Microsecond + time.Duration(r.IntN(100))*time.Microsecond }
	a := see(t, "a", frames, "a", 0, late, nil)
	for _, drift := range []float64{50e-6, -50e-6, 400e-6} {
		b := see(t, "b", drifting(frames, drift), "b", -40*time.Second, late, nil)
		for turn, paths := range [][]string{{a, b}, {b, a}} {
			o := measure(paths...)
			ahead, gained := -40*time.Second, time.Duration(drift*6e10)
			if turn == 1 {
				ahead, gained = -ahead, -gained
			}
			want(t, o[1], -ahead, 100*time.Microsecond)
			end := frames[len(frames)-1].at.UnixNano()
			if turn == 0 {
				end += int64(ahead + gained)
			}
			if d := time.Duration(o[1].Right(end)-end) + ahead + gained; d > 100*time.Microsecond || d < -100*time.Microsecond {
				t.Errorf("drift %v, turned %d: at the end it is off by %v", drift, turn, d)
			}
		}
	}
}

func TestJitterIsNotTakenForADrift(t *testing.T) {
	frames := talk(t, 2000, true)
	r := rand.New(rand.NewPCG(3, 4))
	late := func(int) time.Duration { return 200*time.Microsecond + time.Duration(r.IntN(800))*time.Microsecond }
	o := measure(see(t, "a", frames, "a", 0, late, nil), see(t, "b", frames, "b", 3*time.Second, late, nil))
	if o[1].Drift != 0 {
		t.Errorf("a drift of %v", o[1].Drift)
	}
}

func TestThreeClocksOfWhichTwoDriftAreChained(t *testing.T) {
	frames := talk(t, 6000, true)
	a := see(t, "a", frames, "a", 0, nil, func(i int) bool { return i%3 == 0 })
	b := see(t, "b", drifting(frames, 50e-6), "b", 3*time.Second, nil, nil)
	c := see(t, "c", drifting(frames, -80e-6), "a", -40*time.Second, nil, func(i int) bool { return i%3 != 0 }) // has frames in common with b alone
	o := measure(a, c, b)
	want(t, o[2], -3*time.Second, 200*time.Microsecond)
	want(t, o[1], 40*time.Second, 200*time.Microsecond)
	end := frames[len(frames)-1].at.Add(-40*time.Second - 4800*time.Microsecond).UnixNano()
	if d := time.Duration(o[1].Right(end) - frames[len(frames)-1].at.UnixNano()); d > 200*time.Microsecond || d < -200*time.Microsecond {
		t.Errorf("at the end the third clock is off by %v", d)
	}
}
