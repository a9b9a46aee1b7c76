package main

import (
	"bytes"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// interrupting gives a capture's bytes; once the program has found an image in
// them it sends SIGINT to the program, and gives no more until it is released: a
// pipe whose writer has paused.
type interrupting struct {
	bytes    *bytes.Reader
	found    *atomic.Int64
	sent     bool
	released chan struct{}
}

func (r *interrupting) Read(b []byte) (int, error) {
	if r.bytes.Len() > 0 {
		return r.bytes.Read(b)
	}
	if !r.sent {
		r.sent = true
		for began := time.Now(); r.found.Load() == 0 && time.Since(began) < time.Minute; {
			runtime.Gosched()
		}
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return 0, err
		}
		if err := self.Signal(os.Interrupt); err != nil {
			return 0, err
		}
	}
	<-r.released
	return 0, os.ErrClosed
}

func TestAnInterruptEndsTheReadingAndTellsWhatWasFound(t *testing.T) {
	capture, err := os.ReadFile("../../fixtures/founding/founding.pcap")
	if err != nil {
		t.Fatal(err)
	}
	const id, interrupted = "13892850-6add-4c28-87cd-6da62e6f8a3c", "interrupted: only what was read until then is told"
	for format, want := range map[string][]string{
		"text": {interrupted, id}, "json": {`"interrupted":true`, id}, "html": {"interrupted: only what was read until then is told", id},
	} {
		t.Run(format, func(t *testing.T) {
			var out, words bytes.Buffer
			p := &program{out: &out, err: &words}
			in := &interrupting{bytes: bytes.NewReader(capture), found: &p.found, released: make(chan struct{})}
			defer close(in.released)
			p.in = in
			if s := p.run([]string{"timeline", "--format", format, "-"}); s != statusInterrupted {
				t.Errorf("status %d, want %d", s, statusInterrupted)
			}
			// How much of it was decoded by then depends on the stages' pace.
			for _, w := range want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("%q is not in\n%s", w, out.String())
				}
			}
			if words.Len() > 0 {
				t.Errorf("standard error says %s", words.String())
			}
		})
	}
}
