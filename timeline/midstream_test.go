package timeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// partOf cuts a capture to the packets from one share of it to another, and
// gives how many were left out before.
func partOf(t *testing.T, path string, from, to float64) (cut string, before int) {
	t.Helper()
	frames := everyFrame(t, path)
	before = int(from * float64(len(frames)))
	return captured(t, "part.pcap", frames[before:int(to*float64(len(frames)))]), before
}

// TestACaptureThatBeginsMidwayLinksWhatItHoldsAsTheWholeDoes cuts the
// beginning off captures: what calls did that are in the rest from their
// requests on is linked as it is in the whole, and nothing otherwise.
func TestACaptureThatBeginsMidwayLinksWhatItHoldsAsTheWholeDoes(t *testing.T) {
	for _, c := range []struct {
		name string
		from float64
		// kept is the least share of the links, proven that of the proofs.
		kept, proven float64
	}{
		{"import", 0.25, 1, 1}, {"import", 0.5, 1, 1}, {"import", 0.75, 1, 0.9},
		{"same-image", 0.25, 1, 1}, {"same-image", 0.5, 0.98, 0.98}, {"same-image", 0.75, 0.97, 0.95},
		{"db-proxy", 0.75, 1, 1}, {"upload-one", 0.75, 1, 0.95},
	} {
		path := shared(t, c.name)
		whole := storyOf(t, path)
		cut, before := partOf(t, path, c.from, 1)
		part := storyOf(t, cut)
		inside := make(map[string]bool) // request ids of calls that begin in the part, and in it alone
		for _, call := range whole.Calls {
			if call.RequestID != nil {
				known, seen := inside[*call.RequestID]
				inside[*call.RequestID] = call.FirstFrame > before && (known || !seen)
			}
		}
		links := make(map[place]*story.Link)
		for _, st := range whole.Statements {
			for f := st.FirstFrame; f <= st.LastFrame; f++ {
				links[place{st.Client, f}] = st.Call
			}
		}
		var all, kept, proofs, proven float64
		for _, st := range part.Statements {
			want := links[place{st.Client, st.FirstFrame + before}]
			if want == nil || want.RequestID == nil || st.Service != "glance" {
				continue
			}
			same := st.Call != nil && st.Call.RequestID != nil && *st.Call.RequestID == *want.RequestID
			if st.Call != nil && st.Call.Certainty == "proven" && !same {
				t.Errorf("%s from %v on: %s in frame %d is proven to be of %s, in the whole it is %v of %s", c.name, c.from, st.Verb, st.FirstFrame, st.Call.ID, want.Certainty, *want.RequestID)
			}
			if !inside[*want.RequestID] {
				continue
			}
			all++
			kept += share(same)
			if want.Certainty == "proven" {
				proofs++
				proven += share(same && st.Call.Certainty == "proven")
			}
		}
		if all == 0 || kept < c.kept*all || proven < c.proven*proofs {
			t.Errorf("%s from %v on: %v of %v links, %v of %v proofs", c.name, c.from, kept, all, proven, proofs)
		}
	}
}

func share(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// TestAnImageThatWasThereBeforeTheCaptureIsNotTakenForOneThatBegins holds that
// a change is not called one that Glance does not make where what the image was
// before is not in the capture.
func TestAnImageThatWasThereBeforeTheCaptureIsNotTakenForOneThatBegins(t *testing.T) {
	cut, _ := partOf(t, shared(t, "attribution-4"), 0.75, 1)
	found := false
	for _, i := range storyOf(t, cut).Images {
		if len(i.Transitions) == 0 || i.Transitions[0].From != nil {
			continue
		}
		found = found || i.Transitions[0].To == "deleted"
		if !i.BeforeCapture || !i.Transitions[0].Legal {
			t.Errorf("%s: before the capture %v, transitions %s", i.ID, i.BeforeCapture, arrows(i))
		}
		if strings.Contains(fmt.Sprint(i.Verdict), "nothing") {
			t.Errorf("%s: %v", i.ID, i.Verdict)
		}
	}
	if !found {
		t.Error("no image is deleted of which the status before is not seen")
	}
}

// TestOfACallThatIsOpenWhenTheCaptureEndsNoBytesAreSaidToBeMissing asks why a
// statement is an upload's of which the capture does not hold the end.
func TestOfACallThatIsOpenWhenTheCaptureEndsNoBytesAreSaidToBeMissing(t *testing.T) {
	cut, _ := partOf(t, shared(t, "upload-one"), 0, 0.66)
	b := NewBuilder(Options{Version: "test", Why: true})
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, After: record.NoTime, Before: record.NoTime}
	if err := decoder.Run(context.Background(), []string{cut}, o, b.Add); err != nil {
		t.Fatal(err)
	}
	s, asked := b.Story(), 0
	for _, c := range s.Calls {
		if c.Action != "image.upload" || c.Status != nil {
			continue
		}
		why, err := b.Why(s, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantSaid(t, why, "marks", "Its end is not in the capture.")
		for _, st := range s.Statements {
			if st.Call == nil || st.Call.ID != c.ID || st.Verb != "UPDATE" {
				continue
			}
			asked++
			if why, err = b.Why(s, st.ID); err != nil {
				t.Fatal(err)
			}
			surer := strings.Join(why.Surer, "\n")
			if !strings.Contains(surer, "capture longer") || strings.Contains(surer, "bytes") {
				t.Errorf("%s would be surer: %q", st.ID, surer)
			}
		}
	}
	if asked == 0 {
		t.Error("no write of an upload that is open at the end")
	}
}

// TestARequestAtTheEndOfACaptureIsNoReasonToDoubtAllOfIt leaves of a connection
// its last packet alone, a request that is not answered any more: that the other
// direction is not here does not tell that it is not captured.
func TestARequestAtTheEndOfACaptureIsNoReasonToDoubtAllOfIt(t *testing.T) {
	set, err := capture.Open(context.Background(), []string{shared(t, "same-image")}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var frames []frameSeen
	var p capture.Packet
	request := -1
	for set.Next(&p) == nil {
		if d := p.Data; request < 0 && len(d) > 54 && strings.Contains(string(d), "GET /v2/images/") {
			request = len(frames)
		}
		frames = append(frames, frameSeen{p.Time, slices.Clone(p.Data)})
	}
	count := func(name string) (proven int) {
		for _, st := range storyOf(t, captured(t, name, slices.Clone(frames))).Statements {
			if st.Call != nil && st.Call.Certainty == "proven" {
				proven++
			}
		}
		return proven
	}
	want := count("whole.pcap")
	late := slices.Clone(frames[request].data)
	move(late, 29, 77)
	frames = append(frames, frameSeen{frames[len(frames)-1].at + 1000, late})
	if got := count("late.pcap"); want == 0 || got != want {
		t.Errorf("%d statements are proven, without the request at the end %d", got, want)
	}
}
