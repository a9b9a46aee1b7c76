package report

import (
	"strings"
	"testing"

	"glancecap/timeline/story"
)

// barred is an image that was created for a tenth, queued for three and saving
// for six tenths of a second.
func barred() *story.Story {
	s := uploaded()
	i := s.Images[0]
	phase := func(name string, from, to float64, shares story.Shares) story.Phase {
		return story.Phase{Name: name, Start: at(from), End: at(to), Seconds: story.Number(to - from), Shares: shares}
	}
	i.Phases = []story.Phase{
		phase("created", 0, 0.1, story.Shares{{Who: "glance", Seconds: 0.1}}),
		phase("queued", 0.1, 0.4, story.Shares{{Who: "client", Seconds: 0.3}}),
		phase("saving", 0.4, 1, story.Shares{{Who: "identity", Seconds: 0.4}, {Who: "store", Seconds: 0.1}}),
	}
	i.Rates = &story.Rates{Client: of(story.Number(1234567)), Store: of(story.Number(98_700_000))}
	return s
}

func TestTheTimeBarShowsStatesAndWhoTookTheirTimeInProportion(t *testing.T) {
	got := written(t, barred(), TextOptions{Width: 110, Bar: true})
	want := strings.Join([]string{
		"  created   queued                       saving",
		"  " + strings.Repeat("░", 10) + strings.Repeat("▒", 29) + strings.Repeat("█", 38) + strings.Repeat("▓", 10) + strings.Repeat("·", 9),
		"  · nobody seen  ▒ client  ░ glance  █ identity  ▓ store    client sent 1.23 MB/s, store was sent 98.7 MB/s",
	}, "\n")
	if !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWithoutATerminalThereIsNoTimeBar(t *testing.T) {
	if got := written(t, barred(), TextOptions{}); strings.ContainsAny(got, "░▒▓█▚") {
		t.Errorf("blocks in\n%s", got)
	}
}

func TestColumnsAreDealtOutWhollyAndEachPhaseHasOne(t *testing.T) {
	for _, parts := range [][]float64{{0, 0, 0}, {1}, {1e-9, 1e9, 1e-9}, {1, 1, 1, 1, 1, 1, 1}, {0.2, 0, 0.7}} {
		for _, room := range []int{len(parts), 10, 61, 100} {
			if room < len(parts) {
				continue
			}
			total := 0
			for n, wide := range deal(parts, room, 1) {
				if wide < 1 {
					t.Errorf("%v over %d: part %d has %d columns", parts, room, n, wide)
				}
				total += wide
			}
			if total != room {
				t.Errorf("%v over %d: %d columns are dealt out", parts, room, total)
			}
		}
	}
}
