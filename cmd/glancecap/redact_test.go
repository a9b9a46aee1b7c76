package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tokenShown is how a token is shown; redacted, it is another one.
var (
	tokenShown  = regexp.MustCompile(`\{SHA256\}[0-9a-f]{12}`)
	tokenDigest = regexp.MustCompile(`"digest":"[0-9a-f]{12}"`)
)

// withoutTokens takes the digests of tokens out of JSON.
func withoutTokens(b []byte) []byte {
	return tokenDigest.ReplaceAll(tokenShown.ReplaceAll(b, []byte("a token")), []byte(`"digest":"a token"`))
}

// story gives what a redaction must keep of a capture's story: all of it, but for
// the digests of tokens, the file's own facts, and the bytes of what was cut.
func storyOf(t *testing.T, path string) map[string]any {
	t.Helper()
	var all map[string]any
	text := withoutTokens(ran(t, nil, "timeline", "--format", "json", path))
	text = bytes.ReplaceAll(text, []byte(path), []byte("a capture")) // commands for Wireshark name it
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	kept := make(map[string]any)
	for _, part := range []string{"images", "calls", "statements", "diagnoses"} {
		kept[part] = all[part]
	}
	return kept
}

func TestARedactedCaptureTellsTheSameStoryAndTsharkHasNoMoreToComplainOf(t *testing.T) {
	_, err := exec.LookPath("tshark")
	if err != nil {
		t.Log("tshark is not installed: what it says is not compared")
	}
	for _, capture := range captures(t) {
		out := filepath.Join(t.TempDir(), "x.pcap")
		ran(t, nil, "extract", "-q", "--redact", capture, "-w", out)
		want, got := storyOf(t, capture), storyOf(t, out)
		for part := range want {
			a, _ := json.Marshal(want[part])
			if b, _ := json.Marshal(got[part]); !bytes.Equal(a, b) {
				t.Errorf("%s: the redacted capture tells other %s:\n%.2000s\n%.2000s", capture, part, b, a)
			}
		}
		if err != nil {
			continue
		}
		before := strings.Split(complaints(t, capture), "\n")
		for _, line := range strings.Split(complaints(t, out), "\n") {
			if !slices.Contains(before, line) {
				t.Errorf("%s: tshark complains of frame %s", capture, line)
			}
		}
	}
}

func TestRedactionKeepsWhatAnExtractTells(t *testing.T) {
	for _, capture := range captures(t) {
		ids := readStory(t, nil, capture).ids()
		if len(ids) == 0 {
			continue
		}
		for _, more := range [][]string{{"--image", ids[0]}, {"--image", ids[0], "--headers-only"}} {
			tells := func(flags ...string) []byte {
				out := filepath.Join(t.TempDir(), "x.pcapng")
				ran(t, nil, slices.Concat([]string{"extract", "-q", capture, "-w", out}, more, flags)...)
				b, _ := json.Marshal(readStory(t, nil, out).of(ids[0]))
				return withoutTokens(b)
			}
			if a, b := tells(), tells("--redact"); !bytes.Equal(a, b) {
				t.Errorf("%s, %v:\nredacted %.3000s\nelse     %.3000s", capture, more, b, a)
			}
		}
	}
}

// complaints are the frames of which tshark says that a checksum is wrong or that
// they make no sense, and why.
func complaints(t *testing.T, path string) string {
	t.Helper()
	b, err := exec.Command("tshark", "-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
		"-Y", "tcp.checksum.status == 0 || ip.checksum.status == 0 || udp.checksum.status == 0 || _ws.malformed || http.decompression_failed",
		"-T", "fields", "-e", "frame.number", "-e", "tcp.checksum.status", "-e", "ip.checksum.status", "-e", "_ws.malformed").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
