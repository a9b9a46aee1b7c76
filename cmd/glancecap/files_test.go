package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// stretchOf is a message's place, by the frames of the run's captures.
type stretchOf struct {
	Time, End  string
	FirstFrame int  `json:"first_frame"`
	LastFrame  int  `json:"last_frame"`
	FirstFile  *int `json:"first_file"`
	LastFile   *int `json:"last_file"`
}

// TestFramesOfAMessageNameTheCaptureInWhichTheyStand reads the two halves of a
// capture as two captures. The frames that a record names must be those that the
// record of the whole capture names, though some messages begin in one half and end
// in the other.
func TestFramesOfAMessageNameTheCaptureInWhichTheyStand(t *testing.T) {
	crossed := 0
	for _, capture := range captures(t) {
		pieces := cutInto(t, capture, "-c", eighth(t, capture))
		first := packetsOf(t, pieces[0])
		type placed struct {
			ID                string
			File              *int
			Request, Response *stretchOf
		}
		read := func(args ...string) (list []placed) {
			for line := range strings.Lines(string(ran(t, nil, append([]string{"records", "-q"}, args...)...))) {
				var p placed
				if err := json.Unmarshal([]byte(line), &p); err != nil {
					t.Fatal(err)
				}
				list = append(list, p)
			}
			return list
		}
		// All but the first piece, as one file.
		rest := filepath.Join(t.TempDir(), "rest.pcapng")
		ran(t, nil, append([]string{"extract", "-q", "-A", "1990-01-01T00:00:00Z", "-w", rest}, pieces[1:]...)...)
		whole, halves := read(capture), read(pieces[0], rest)
		if len(whole) != len(halves) {
			t.Errorf("%s: %d records of two files, %d of one", capture, len(halves), len(whole))
			continue
		}
		for n := range whole {
			got, want := halves[n], whole[n]
			for k, m := range []*stretchOf{got.Request, got.Response} {
				w := []*stretchOf{want.Request, want.Response}[k]
				if m == nil || w == nil {
					continue
				}
				number := func(frame int, file *int) int {
					if file == nil {
						file = got.File
					}
					return frame + *file*first
				}
				a, b := number(m.FirstFrame, m.FirstFile), number(m.LastFrame, m.LastFile)
				if a != w.FirstFrame || b != w.LastFrame {
					t.Fatalf("%s: %s begins in frame %d and ends in %d of the whole, told are %+v, which are %d and %d", capture, got.ID, w.FirstFrame, w.LastFrame, *m, a, b)
				}
				if m.FirstFile != nil || m.LastFile != nil {
					crossed++
				}
			}
		}
	}
	t.Logf("%d messages have frames in two captures", crossed)
	if crossed == 0 {
		t.Error("no message lay in two captures: nothing was tried")
	}
}
