package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// ptQueryDigest has percona-toolkit digest what tcpdump prints of a capture, or
// skips.
func ptQueryDigest(t *testing.T, capture string) (digest struct {
	Global  struct{ Query_count int }
	Classes []struct {
		Fingerprint string
		Query_count int
		Metrics     struct{ Query_time struct{ Sum string } }
	}
}) {
	t.Helper()
	for _, tool := range []string{"tcpdump", "pt-query-digest"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed: the figures are not compared with pt-query-digest's")
		}
	}
	printed, err := exec.Command("tcpdump", "-s", "65535", "-x", "-nn", "-q", "-tttt", "-r", capture, "port", "3306").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "tcpdump.txt")
	if err := os.WriteFile(text, printed, 0o600); err != nil {
		t.Fatal(err)
	}
	told, err := exec.Command("pt-query-digest", "--no-version-check", "--type", "tcpdump", "--limit", "100%", "--output", "json", text).Output()
	if err != nil {
		t.Fatalf("pt-query-digest: %v", err)
	}
	if err := json.Unmarshal(told[bytes.IndexByte(told, '{'):], &digest); err != nil {
		t.Fatal(err)
	}
	return digest
}

// TestStatementsCountAsPtQueryDigestDoes holds counts and times of a recorded
// upload to pt-query-digest's. Its time ends with the answer's first packet:
// that is `wait`. It takes digits in names for literals, so that only the
// fingerprints without any can be compared one by one.
func TestStatementsCountAsPtQueryDigestDoes(t *testing.T) {
	const capture = "../../../shared/captures/upload-one/capture.pcap"
	if _, err := os.Stat(capture); err != nil {
		t.Skip("no recorded capture beside the project: " + err.Error())
	}
	theirs := ptQueryDigest(t, capture)
	var out bytes.Buffer
	p := &program{out: &out, err: &out}
	if s := p.run([]string{"statements", "--format", "json", capture}); s != statusDone {
		t.Fatalf("status %d: %s", s, out.String())
	}
	var ours struct {
		Statements   int
		Fingerprints []struct {
			Fingerprint string
			Count       int
			Wait        float64
		}
	}
	if err := json.Unmarshal(out.Bytes(), &ours); err != nil {
		t.Fatal(err)
	}
	if ours.Statements != theirs.Global.Query_count {
		t.Errorf("%d statements, pt-query-digest counts %d", ours.Statements, theirs.Global.Query_count)
	}
	spaces := regexp.MustCompile(`\s*([ (),=])\s*`)
	normal := func(s string) string { return spaces.ReplaceAllString(strings.TrimSpace(s), "$1") }
	waits, counts, total := make(map[string]float64), make(map[string]int), 0.0
	for _, x := range ours.Fingerprints {
		waits[normal(x.Fingerprint)], counts[normal(x.Fingerprint)] = x.Wait, x.Count
		total += x.Wait
	}
	matched, sum := 0, 0.0
	for _, c := range theirs.Classes {
		took, err := strconv.ParseFloat(c.Metrics.Query_time.Sum, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += took
		f := normal(c.Fingerprint)
		if counts[f] == 0 {
			continue
		}
		matched++
		if counts[f] != c.Query_count || math.Abs(waits[f]-took) > 2e-6 {
			t.Errorf("%s: %d in %f s, pt-query-digest has %d in %f s", f, counts[f], waits[f], c.Query_count, took)
		}
	}
	if math.Abs(total-sum) > 10e-6 || matched < 10 {
		t.Errorf("%f s in all, pt-query-digest has %f s; %d fingerprints are the same", total, sum, matched)
	}
}
