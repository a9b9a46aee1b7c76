package timeline

import (
	"testing"

	"glancecap/timeline/story"
)

func TestTotalsCountImagesByWhatBecameOfThem(t *testing.T) {
	image := func(status string, ok, open, read bool, seconds story.Number, made ...*story.Diagnosis) toldImage {
		return toldImage{&story.Image{
			OnlyRead: read, OpenAtEnd: open, Verdict: story.Verdict{Status: status, OK: ok, Seconds: seconds},
			Phases: []story.Phase{{Name: "saving", Seconds: seconds, Shares: story.Shares{{Who: "store", Seconds: seconds}}}},
		}, made}
	}
	refused := &story.Diagnosis{ID: "d1", Code: "store_refused", Severity: "error", Text: "Swift answered 503"}
	got := totals([]toldImage{
		image("active", true, false, false, 1), image("active", true, false, false, 3), image("active", true, false, false, 2),
		image("queued", false, false, false, 9, refused), image("saving", false, true, false, 4), image("active", true, false, true, 100),
	})
	if got.Images != 5 || got.OnlyRead != 1 {
		t.Errorf("%d images and %d only read, want 5 and 1", got.Images, got.OnlyRead)
	}
	want := []story.Outcome{{What: "active", Status: "active", Images: 3}, {What: "failed", Images: 1}, {What: "open", Status: "saving", Images: 1}}
	if len(got.Outcomes) != 3 || got.Outcomes[0] != want[0] || got.Outcomes[1] != want[1] || got.Outcomes[2] != want[2] {
		t.Errorf("outcomes %+v, want %+v", got.Outcomes, want)
	}
	if *got.Seconds != (story.Spread{Median: 2, P90: 3, Slowest: 3}) {
		t.Errorf("seconds %+v", *got.Seconds)
	}
	if len(got.Causes) != 1 || got.Causes[0].Images != 1 || got.Causes[0].Code != "store_refused" {
		t.Errorf("causes %+v", got.Causes)
	}
	if len(got.Phases) != 1 || got.Phases[0].Seconds != 19 || got.Phases[0].Shares.Of("store") != 19 || got.Phases[0].Share != 1 {
		t.Errorf("phases %+v", got.Phases)
	}
}
