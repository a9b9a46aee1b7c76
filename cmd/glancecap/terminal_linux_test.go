package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"glancecap/decoder"
)

// terminal is a pseudoterminal of Linux (pty(7), ioctl_tty(2)).
type terminal struct {
	slave *os.File // what a program writes to
	t     *testing.T
	shown chan []byte
}

// openTerminal opens one that is so many columns wide, or skips.
func openTerminal(t *testing.T, columns int) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudoterminal: %v", err)
	}
	order := func(f *os.File, request uintptr, argument unsafe.Pointer) {
		t.Helper()
		if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(argument)); err != 0 {
			t.Skipf("no pseudoterminal: %v", err)
		}
	}
	var locked, number int32
	order(master, syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	order(master, syscall.TIOCGPTN, unsafe.Pointer(&number))
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudoterminal: %v", err)
	}
	size := [4]uint16{40, uint16(columns)}
	order(slave, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	x := &terminal{slave: slave, t: t, shown: make(chan []byte, 1<<16)}
	go func() {
		defer close(x.shown)
		for b := make([]byte, 4096); ; {
			n, err := master.Read(b)
			if n > 0 {
				x.shown <- bytes.Clone(b[:n])
			}
			if err != nil {
				return // EIO: the last one who had it open has closed it
			}
		}
	}()
	t.Cleanup(func() { slave.Close(); master.Close() })
	return x
}

// rest closes the terminal and gives what was not yet taken, lines ended by
// newlines alone.
func (x *terminal) rest() string {
	x.slave.Close()
	var all bytes.Buffer
	for b := range x.shown {
		all.Write(b)
	}
	return strings.ReplaceAll(all.String(), "\r\n", "\n")
}

// until takes what is shown until it holds a text.
func (x *terminal) until(text string) string {
	x.t.Helper()
	var all []byte
	deadline := time.After(time.Minute)
	for !strings.Contains(string(all), text) {
		select {
		case b := <-x.shown:
			all = append(all, b...)
		case <-deadline:
			x.t.Fatalf("%q is not shown, but %q", text, all)
		}
	}
	return string(all)
}

// onTerminal runs a command line on a terminal.
func onTerminal(t *testing.T, columns int, args ...string) string {
	t.Helper()
	x := openTerminal(t, columns)
	var said bytes.Buffer
	p := &program{out: x.slave, err: &said}
	if s := p.run(args); s != statusDone || said.Len() > 0 {
		t.Fatalf("%v: status %d, %s", args, s, said.String())
	}
	return x.rest()
}

// TestEveryFixtureIsToldOnATerminalAsExpected compares what a terminal of 80
// columns shows, colours and time bars too.
func TestEveryFixtureIsToldOnATerminalAsExpected(t *testing.T) {
	t.Chdir("../../fixtures")
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("NO_COLOR", "")
	for _, capture := range fixtures(t) {
		name := strings.Split(capture, ".pcap")[0] + ".terminal.txt"
		t.Run(name, func(t *testing.T) { same(t, name, []byte(onTerminal(t, 80, "timeline", capture))) })
	}
}

func TestColourIsForTerminalsAndForWhoAsksForIt(t *testing.T) {
	const capture = "../../fixtures/founding/founding.pcap"
	for _, c := range []struct {
		env         map[string]string
		flags       []string
		colour, bar bool
	}{
		{nil, nil, true, true},
		{map[string]string{"NO_COLOR": "1"}, nil, false, true},
		{map[string]string{"NO_COLOR": "1"}, []string{"--color", "always"}, true, true},
		{nil, []string{"--color", "never"}, false, true},
		{map[string]string{"TERM": "dumb"}, nil, false, false},
	} {
		t.Run(fmt.Sprint(c.env, c.flags), func(t *testing.T) {
			t.Setenv("TERM", "xterm-256color")
			t.Setenv("NO_COLOR", "")
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			text := onTerminal(t, 80, append(c.flags, capture)...)
			if strings.Contains(text, "\x1b[") != c.colour || strings.Contains(text, "█") != c.bar {
				t.Errorf("colour %v and bar %v are wanted; it shows\n%s", c.colour, c.bar, text)
			}
		})
	}
}

// TestAPipeGetsTheSameWhateverTheTerminalIs runs with pipes as they are, and
// with what the environment says of a terminal.
func TestAPipeGetsTheSameWhateverTheTerminalIs(t *testing.T) {
	told := func() string {
		var out bytes.Buffer
		p := &program{out: &out, err: &out}
		p.run([]string{"../../fixtures/founding/founding.pcap"})
		return out.String()
	}
	t.Setenv("TERM", "dumb")
	plain := told()
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("COLUMNS", "60")
	if got := told(); got != plain || strings.Contains(got, "\x1b") {
		t.Errorf("one environment gives\n%s\nanother\n%s", plain, got)
	}
}

// slowly gives a capture's first half, and the other when it is released.
type slowly struct {
	first, second io.Reader
	release       chan struct{}
}

func (s *slowly) Read(b []byte) (int, error) {
	if n, err := s.first.Read(b); n > 0 || err != io.EOF {
		return n, err
	}
	<-s.release
	return s.second.Read(b)
}

// TestProgressIsShownWhileAPipeIsReadAndTakenAwayAtItsEnd holds the end of a
// capture back until the line tells of the image that its first part holds.
func TestProgressIsShownWhileAPipeIsReadAndTakenAwayAtItsEnd(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	capture, err := os.ReadFile("../../fixtures/founding/founding.pcap")
	if err != nil {
		t.Fatal(err)
	}
	x := openTerminal(t, 80)
	half := len(capture) * 9 / 10
	in := &slowly{bytes.NewReader(capture[:half]), bytes.NewReader(capture[half:]), make(chan struct{})}
	var out bytes.Buffer
	p := &program{in: in, out: &out, err: x.slave}
	done := make(chan status)
	go func() { done <- p.run([]string{"-"}) }()
	shown := x.until("1 image")
	close(in.release)
	if s := <-done; s != statusDone || !strings.Contains(out.String(), "ACTIVE") {
		t.Errorf("status %d\n%s", s, out.String())
	}
	shown += x.rest()
	if want := regexp.MustCompile(`\r[0-9]+ kB  [0-9.]+ [kM]B/s  1 image\x1b\[K`); !want.MatchString(shown) {
		t.Errorf("%q is not like %v", shown, want)
	}
	if !strings.HasSuffix(shown, "\r\x1b[K") {
		t.Errorf("%q is left on the terminal", shown)
	}
}

func TestQuietAndADumbTerminalHaveNoProgressLine(t *testing.T) {
	for _, c := range []struct {
		term  string
		quiet bool
		want  bool
	}{{"xterm-256color", false, true}, {"xterm-256color", true, false}, {"dumb", false, false}} {
		t.Setenv("TERM", c.term)
		x := openTerminal(t, 80)
		var d decoder.Options
		p := &program{out: io.Discard, err: x.slave}
		p.watch(&common{quiet: c.quiet}, false, &d)()
		if got := d.Progress != nil; got != c.want {
			t.Errorf("TERM=%s, quiet %v: watched %v, want %v", c.term, c.quiet, got, c.want)
		}
	}
}
