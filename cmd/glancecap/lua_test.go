package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tshark runs tshark with the script of captures on the n-th of them, from 1,
// and gives the frames that a filter finds, or skips.
func tshark(t *testing.T, captures []string, n int, filter string) []string {
	t.Helper()
	path, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: the script is not tried")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "story.lua")
	var out bytes.Buffer
	p := &program{out: &out, err: &out}
	if s := p.run(append([]string{"timeline", "--format", "lua", "--quiet", "-w", script}, captures...)); s != statusDone {
		t.Fatalf("status %d, %s", s, out.String())
	}
	capture, err := filepath.Abs(captures[n-1])
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-X", "lua_script:"+script, "-X", "lua_script1:"+strconv.Itoa(n), "-r", capture, "-Y", filter, "-T", "fields", "-e", "frame.number")
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stderr = &said
	frames, err := cmd.Output()
	if err != nil || strings.Contains(said.String(), "lua") {
		t.Fatalf("%s: %v: %s", cmd, err, said.String())
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("beside the script stand %v (%v)", left, err)
	}
	return strings.Fields(string(frames))
}

// savingFrames gives the frames of the transitions to saving, by file, from 1.
func savingFrames(t *testing.T, captures []string) map[int][]string {
	t.Helper()
	var out bytes.Buffer
	p := &program{out: &out, err: &out}
	p.run(append([]string{"timeline", "--format", "json"}, captures...))
	var told struct {
		Images []struct {
			Transitions []struct {
				To      string
				Frame   int
				File    *int
				Written *struct{ Frame int }
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	of := make(map[int][]int)
	for _, i := range told.Images {
		for _, tr := range i.Transitions {
			n := 1
			if tr.File != nil {
				n = *tr.File + 1
			}
			if tr.To != "saving" {
				continue
			}
			of[n] = append(of[n], tr.Frame)
			if tr.Written != nil {
				of[n] = append(of[n], tr.Written.Frame)
			}
		}
	}
	frames := make(map[int][]string)
	for n, list := range of {
		slices.Sort(list)
		for _, f := range slices.Compact(list) {
			frames[n] = append(frames[n], strconv.Itoa(f))
		}
	}
	return frames
}

func TestWiresharkFindsTheFramesOfATransition(t *testing.T) {
	found := 0
	for _, capture := range withImages(t) {
		want := savingFrames(t, []string{capture})[1]
		if got := tshark(t, []string{capture}, 1, `glancecap.step == "saving"`); !slices.Equal(got, want) {
			t.Errorf("%s: frames %v, want %v", capture, got, want)
		}
		found += len(want)
	}
	if found == 0 {
		t.Error("no capture tells of a transition to saving")
	}
}

// TestOfSeveralCapturesTheScriptIsForTheOneThatIsNamed has one script for two
// captures: streams are counted over both, frames in each.
func TestOfSeveralCapturesTheScriptIsForTheOneThatIsNamed(t *testing.T) {
	captures := []string{"../../fixtures/upload-one/capture.pcap.zst", "../../fixtures/founding/founding.pcap"}
	want := savingFrames(t, captures)
	if len(want) != 2 {
		t.Fatalf("%d captures tell of a transition to saving", len(want))
	}
	for n := 1; n <= 2; n++ {
		if got := tshark(t, captures, n, `glancecap.step == "saving"`); !slices.Equal(got, want[n]) {
			t.Errorf("capture %d: frames %v, want %v", n, got, want[n])
		}
		alone := tshark(t, captures[n-1:n], 1, "glancecap.call")
		if got := tshark(t, captures, n, "glancecap.call"); len(alone) == 0 || !slices.Equal(got, alone) {
			t.Errorf("capture %d: %d frames belong to a call, %d by the script of it alone", n, len(got), len(alone))
		}
	}
}

func TestNoNameOfAStrangerRunsInWireshark(t *testing.T) {
	const capture = "../../../shared/captures/hostile/escape-injection.pcap"
	if _, err := os.Stat(capture); err != nil {
		t.Skip("no hostile captures beside the project: " + err.Error())
	}
	if got := tshark(t, []string{capture}, 1, "glancecap.image"); len(got) == 0 {
		t.Error("no frame names an image")
	}
}
