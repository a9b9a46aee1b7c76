package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// interrupting gives a capture's bytes, then sends SIGINT to the program, and
// gives no more until it is released: a pipe whose writer has paused.
type interrupting struct {
	bytes    *bytes.Reader
	sent     bool
	released chan struct{}
}

func (r *interrupting) Read(b []byte) (int, error) {
	if r.bytes.Len() > 0 {
		return r.bytes.Read(b)
	}
	if !r.sent {
		r.sent = true
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

func TestAnInterruptIsToldInTheReport(t *testing.T) {
	capture, err := os.ReadFile("../../fixtures/founding/founding.pcap")
	if err != nil {
		t.Fatal(err)
	}
	in := &interrupting{bytes: bytes.NewReader(capture), released: make(chan struct{})}
	defer close(in.released)
	var out, words bytes.Buffer
	p := &program{in: in, out: &out, err: &words}
	if s := p.run([]string{"timeline", "-"}); s != statusInterrupted {
		t.Errorf("status %d, want %d", s, statusInterrupted)
	}
	// How much of it was decoded by then depends on the stages' pace.
	if want := "interrupted: only what was read until then is told"; !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, out.String())
	}
	if words.Len() > 0 {
		t.Errorf("standard error says %s", words.String())
	}
}
