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

// tshark runs tshark with the script of a capture and gives the frames that a
// filter finds, or skips.
func tshark(t *testing.T, capture, filter string) []string {
	t.Helper()
	path, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: the script is not tried")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "story.lua")
	var out bytes.Buffer
	p := &program{out: &out, err: &out}
	if s := p.run([]string{"timeline", "--format", "lua", "--quiet", "-w", script, capture}); s != statusDone {
		t.Fatalf("status %d, %s", s, out.String())
	}
	capture, err = filepath.Abs(capture)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-X", "lua_script:"+script, "-r", capture, "-Y", filter, "-T", "fields", "-e", "frame.number")
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

func TestWiresharkFindsTheFramesOfATransition(t *testing.T) {
	captures, err := filepath.Glob("../../fixtures/*/*.pcap*")
	if err != nil || len(captures) == 0 {
		t.Fatal("no fixtures")
	}
	for _, capture := range captures {
		var out bytes.Buffer
		p := &program{out: &out, err: &out}
		p.run([]string{"timeline", "--format", "json", capture})
		var told struct {
			Images []struct {
				Transitions []struct {
					To      string
					Frame   int
					Written struct{ Frame int }
				}
			}
		}
		if err := json.Unmarshal(out.Bytes(), &told); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, i := range told.Images {
			for _, tr := range i.Transitions {
				if tr.To == "saving" {
					want = append(want, strconv.Itoa(tr.Written.Frame), strconv.Itoa(tr.Frame))
				}
			}
		}
		if got := tshark(t, capture, `glancecap.step == "saving"`); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s: frames %v, want %v", capture, got, want)
		}
	}
}

func TestNoNameOfAStrangerRunsInWireshark(t *testing.T) {
	const capture = "../../../shared/captures/hostile/escape-injection.pcap"
	if _, err := os.Stat(capture); err != nil {
		t.Skip("no hostile captures beside the project: " + err.Error())
	}
	if got := tshark(t, capture, "glancecap.image"); len(got) == 0 {
		t.Error("no frame names an image")
	}
}
