package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkTimeline tells the captures that GLANCECAP_PROFILE names, a list as
// PATH is one. `make profile` makes default.pgo of it, by which the compiler
// chooses what to put in line.
func BenchmarkTimeline(b *testing.B) {
	list := filepath.SplitList(os.Getenv("GLANCECAP_PROFILE"))
	if len(list) == 0 {
		b.Skip("skipped: GLANCECAP_PROFILE names no captures")
	}
	heap := newHeap()
	for _, path := range list {
		b.Run(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), func(b *testing.B) {
			for b.Loop() {
				p := &program{in: strings.NewReader(""), out: io.Discard, err: io.Discard, heap: heap}
				if code := p.run([]string{"timeline", path}); code != 0 {
					b.Fatalf("%s: status %d", path, code)
				}
			}
		})
	}
}
