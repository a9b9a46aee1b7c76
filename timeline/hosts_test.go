package timeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// shared gives the path of a recorded capture.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "captures", name, "capture.pcap")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the recorded capture is not here: %v", err)
	}
	return path
}

// hostOf cuts out of a capture of Ethernet and IPv4 what a capture at hosts
// would have seen, by the last bytes of their addresses: what they send at
// once, what others send them late, by a clock that is ahead.
func hostOf(t *testing.T, path, name string, ahead, late time.Duration, hosts ...byte) string {
	t.Helper()
	var frames []frameSeen
	for _, f := range everyFrame(t, path) {
		sends := len(f.data) > 33 && slices.Contains(hosts, f.data[29])
		gets := len(f.data) > 33 && slices.Contains(hosts, f.data[33])
		f.at += int64(ahead)
		if gets && !sends {
			f.at += int64(late)
		}
		if sends || gets {
			frames = append(frames, f)
		}
	}
	return captured(t, name, frames)
}

// everyFrame gives the frames of a capture.
func everyFrame(t *testing.T, path string) (frames []frameSeen) {
	t.Helper()
	set, err := capture.Open(context.Background(), []string{path}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var p capture.Packet
	for set.Next(&p) == nil {
		frames = append(frames, frameSeen{p.Time, slices.Clone(p.Data)})
	}
	return frames
}

// frameSeen is a frame and when it was seen, in nanoseconds of Unix time.
type frameSeen struct {
	at   int64
	data []byte
}

// captured writes frames as a capture, in the order of time.
func captured(t *testing.T, name string, frames []frameSeen) string {
	t.Helper()
	slices.SortStableFunc(frames, func(a, b frameSeen) int { return int(min(max(a.at-b.at, -1), 1)) })
	f, err := os.Create(filepath.Join(t.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriterNanos(f)
	if err := w.WriteFileHeader(0, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for _, x := range frames {
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(0, x.at), CaptureLength: len(x.data), Length: len(x.data)}, x.data); err != nil {
			t.Fatal(err)
		}
	}
	return f.Name()
}

func storyOf(t *testing.T, paths ...string) *story.Story {
	t.Helper()
	b := NewBuilder(Options{Version: "test"})
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, After: record.NoTime, Before: record.NoTime}
	if err := decoder.Run(context.Background(), paths, o, b.Add); err != nil {
		t.Fatal(err)
	}
	return b.Story()
}

// gist is what of a story must not depend on where it was captured: images,
// transitions, links.
func gist(s *story.Story) (images, links []string) {
	for _, i := range s.Images {
		line := i.ID + " " + i.Verdict.Status + " " + arrows(i)
		for _, tr := range i.Transitions {
			line += fmt.Sprint(" ", tr.Certainty, tr.Agree, tr.Witnesses)
		}
		images = append(images, line)
	}
	for _, st := range s.Statements {
		line := fmt.Sprint(st.Client, " ", st.N, " ", st.Outcome)
		if st.Call != nil && st.Call.RequestID != nil {
			line += " " + *st.Call.RequestID + " " + st.Call.Certainty
		}
		links = append(links, line)
	}
	slices.Sort(images)
	slices.Sort(links)
	return images, links
}

// TestTwoCapturesAtTwoHostsTellWhatOneTells cuts captures as two hosts would
// have taken them, with clocks that are apart and a network between, also one
// that is slower in one direction: by less than the database takes to answer,
// for nothing may be answered before it is asked.
func TestTwoCapturesAtTwoHostsTellWhatOneTells(t *testing.T) {
	for _, name := range []string{"upload-one", "same-image"} {
		for _, c := range []struct{ ahead, late, back time.Duration }{
			{3 * time.Second, 0, 0}, {3 * time.Second, 150 * time.Microsecond, 150 * time.Microsecond},
			{50 * time.Millisecond, 150 * time.Microsecond, 150 * time.Microsecond}, {-50 * time.Millisecond, 20 * time.Microsecond, 0}, {-40 * time.Second, 0, 20 * time.Microsecond},
		} {
			late := c.late
			one := shared(t, name)
			a := hostOf(t, one, "controller.pcap", 0, c.back, 10, 19, 1)
			b := hostOf(t, one, "database.pcap", c.ahead, late, 30, 40)
			s := storyOf(t, a, b)
			if d := float64(s.Captures[1].ClockOffset) + c.ahead.Seconds(); s.Captures[0].ClockOffset != 0 || d > 0.001 || d < -0.001 {
				t.Errorf("%s, %v ahead: offsets %v and %v", name, c.ahead, s.Captures[0].ClockOffset, s.Captures[1].ClockOffset)
			}
			wantImages, wantLinks := gist(storyOf(t, one))
			images, links := gist(s)
			if !slices.Equal(images, wantImages) {
				t.Errorf("%s, %v late:\n%v\n%v", name, late, images, wantImages)
			}
			differ := 0
			for k := range min(len(links), len(wantLinks)) {
				if links[k] != wantLinks[k] {
					if differ++; differ < 4 {
						t.Errorf("%s, %v late: %s, in one capture %s", name, late, links[k], wantLinks[k])
					}
				}
			}
			if len(links) != len(wantLinks) {
				t.Errorf("%s, %v late: %d statements, in one capture %d", name, late, len(links), len(wantLinks))
			}
		}
	}
}

// drifting writes a capture anew, dated by a clock that runs so much faster.
func drifting(t *testing.T, path, name string, by float64) string {
	t.Helper()
	frames := everyFrame(t, path)
	for n := range frames {
		frames[n].at = frames[0].at + int64(float64(frames[n].at-frames[0].at)*(1+by))
	}
	return captured(t, name, frames)
}

// TestTwoHostsOfWhichOneClockRunsFastTellWhatOneTells lets the database's clock
// gain two milliseconds during the capture.
func TestTwoHostsOfWhichOneClockRunsFastTellWhatOneTells(t *testing.T) {
	one := shared(t, "same-image")
	a := hostOf(t, one, "controller.pcap", 0, 0, 10, 19, 1)
	b := drifting(t, hostOf(t, one, "database.pcap", 3*time.Second, 20*time.Microsecond, 30, 40), "database.pcap", 500e-6)
	s := storyOf(t, a, b)
	if c := s.Captures[1]; c.ClockDrift > -490 || c.ClockDrift < -510 || len(c.Remarks) != 1 {
		t.Errorf("the clock is corrected by %v millionths, with the remarks %v", c.ClockDrift, c.Remarks)
	}
	wantImages, wantLinks := gist(storyOf(t, one))
	images, links := gist(s)
	if !slices.Equal(images, wantImages) || !slices.Equal(links, wantLinks) {
		t.Errorf("the story is another than that of one capture: images %v, %v", images, wantImages)
	}
}

// TestCapturesWithoutACommonFrameAreNotCorrectedAndSaySo holds it of two hosts
// between which nothing was captured, and not of pieces taken one after the
// other.
func TestCapturesWithoutACommonFrameAreNotCorrectedAndSaySo(t *testing.T) {
	one := shared(t, "upload-one")
	s := storyOf(t, hostOf(t, one, "client.pcap", 0, 0, 10), hostOf(t, one, "database.pcap", 3*time.Second, 0, 30))
	for _, c := range s.Captures {
		if c.ClockOffset != 0 || len(c.Remarks) != 1 || !strings.Contains(c.Remarks[0], "no frame is in common") {
			t.Errorf("%s: offset %v, remarks %q", c.Path, c.ClockOffset, c.Remarks)
		}
	}
	first, _ := partOf(t, one, 0, 0.5)
	second, _ := partOf(t, one, 0.5, 1)
	for _, c := range storyOf(t, first, second).Captures {
		if len(c.Remarks) != 0 {
			t.Errorf("%s: remarks %q", c.Path, c.Remarks)
		}
	}
}

// TestAcrossClocksThatWereNotComparedNothingIsProven cuts a capture into what
// the client and what the database saw, which have no frame in common: where
// the clocks are apart, calls that made an image lie outside of their INSERTs,
// and nothing is told by time any more.
func TestAcrossClocksThatWereNotComparedNothingIsProven(t *testing.T) {
	one := shared(t, "attribution-1")
	right := make(map[string]string) // whose a statement is
	whole := storyOf(t, one)
	key := func(st *story.Statement) string { return fmt.Sprint(st.Client, " ", st.N) }
	for _, st := range whole.Statements {
		if st.Call != nil && st.Call.RequestID != nil {
			right[key(st)] = *st.Call.RequestID
		}
	}
	for _, ahead := range []time.Duration{0, 300 * time.Millisecond, -40 * time.Second} {
		s := storyOf(t, hostOf(t, one, "client.pcap", 0, 0, 10), hostOf(t, one, "database.pcap", ahead, 0, 30))
		linked, wrong := 0, 0
		for _, st := range s.Statements {
			if st.Call == nil || st.Call.RequestID == nil {
				continue
			}
			linked++
			if st.Call.Certainty == "proven" {
				t.Errorf("%v ahead: %s of frame %d is proven to be of %s", ahead, st.Verb, st.FirstFrame, st.Call.ID)
			}
			if right[key(st)] != *st.Call.RequestID {
				wrong++
			}
		}
		if ahead == 0 && linked < len(right)/2 || ahead != 0 && linked > 0 || 10*wrong > linked {
			t.Errorf("%v ahead: %d statements are linked, %d of them wrongly", ahead, linked, wrong)
		}
		for _, i := range s.Images {
			for _, tr := range i.Transitions {
				if !tr.Agree || !tr.Legal {
					t.Errorf("%v ahead: %s %s: agree %v, legal %v", ahead, i.ID, arrows(i), tr.Agree, tr.Legal)
				}
			}
		}
	}
}
