package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected reports of the fixtures")

// TestEveryFixtureIsToldAsExpected compares each format's report of each
// recorded capture with what stands beside it.
func TestEveryFixtureIsToldAsExpected(t *testing.T) {
	t.Chdir("../../fixtures")
	for _, capture := range fixtures(t) {
		base, _, _ := strings.Cut(capture, ".pcap")
		for format, name := range map[string]string{
			"text": base + ".txt", "json": base + ".json", "html": base + ".html", "markdown": base + ".md", "mermaid": base + ".mmd",
			"csv": base + ".csv", "trace": base + ".trace.json", "lua": base + ".lua",
		} {
			t.Run(name, func(t *testing.T) {
				var out, err bytes.Buffer
				p := &program{out: &out, err: &err}
				if s := p.run([]string{"timeline", "--format", format, capture}); s != statusDone || err.Len() > 0 {
					t.Fatalf("status %d, %s", s, err.String())
				}
				if format == "html" {
					same(t, name, withoutAssets(t, out.Bytes()))
					return
				}
				same(t, name, out.Bytes())
			})
		}
	}
}

// fixtures lists the recorded captures beside which their reports stand.
func fixtures(t *testing.T) []string {
	t.Helper()
	captures, err := filepath.Glob("*/*.pcap*")
	if err != nil || len(captures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	return captures
}

// withoutAssets leaves a page's style and script out, which stand in files of
// their own: each has to be in it, whole and once.
func withoutAssets(t *testing.T, page []byte) []byte {
	for _, name := range []string{"style.css", "script.js"} {
		asset, err := os.ReadFile(filepath.Join("../timeline/report/html", name))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(page, asset); n != 1 {
			t.Errorf("%s stands in the page %d times", name, n)
		}
		page = bytes.Replace(page, asset, []byte("("+name+")\n"), 1)
	}
	return page
}

// same compares a report with the expected one; with -update it becomes that.
func same(t *testing.T, name string, got []byte) {
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for n := range max(len(gotLines), len(wantLines)) {
		g, w := line(gotLines, n), line(wantLines, n)
		if g != w {
			t.Fatalf("%s, line %d:\n got %.400s\nwant %.400s", name, n+1, g, w)
		}
	}
}

func line(lines []string, n int) string {
	if n < len(lines) {
		return lines[n]
	}
	return "(nothing)"
}
