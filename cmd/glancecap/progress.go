package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"glancecap/decoder"
)

// The progress line stands on standard error where that is a terminal. It comes
// after a moment: what is done at once needs none.
const (
	progressAfter = 700 * time.Millisecond
	progressEvery = 200 * time.Millisecond
)

// watch shows how far the reading is until the function it gives is called. It
// shows nothing to --quiet, where standard error is no terminal, and where
// records stream to the same one.
func (p *program) watch(o *common, streams bool, d *decoder.Options) (stop func()) {
	f := fileOf(p.err)
	mixed := streams && (o.output == "" || o.output == "-") && terminalWidth(p.out) > 0
	if o.quiet || mixed || f == nil || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return func() {}
	}
	d.Progress = new(decoder.Progress)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		show(p.err, d.Progress, &p.found, quit)
	}()
	return func() {
		close(quit)
		<-done
	}
}

// show writes the line anew until quit is closed, and takes it away at the end.
func show(w io.Writer, run *decoder.Progress, found *atomic.Int64, quit <-chan struct{}) {
	began := time.Now()
	wait, drawn := progressAfter, false
	for {
		select {
		case <-quit:
			if drawn {
				io.WriteString(w, "\r\x1b[K")
			}
			return
		case <-time.After(wait):
		}
		wait, drawn = progressEvery, true
		line := progressLine(run.Bytes.Load(), run.Size.Load(), found.Load(), time.Since(began))
		io.WriteString(w, "\r"+line+"\x1b[K")
	}
}

// progressLine tells bytes, rate, time left and images found.
func progressLine(read, size, images int64, took time.Duration) string {
	if read == 0 {
		return "reading"
	}
	parts := []string{decimal(read)}
	if size > 0 {
		parts[0] += fmt.Sprintf(" of %s (%d %%)", decimal(size), read*100/size)
	}
	if s := took.Seconds(); s > 0 {
		rate := float64(read) / s
		parts = append(parts, decimal(int64(rate))+"/s")
		if size > read && read*100 >= size { // before, the rate is not settled
			left := time.Duration(float64(size-read) / rate * float64(time.Second))
			parts = append(parts, left.Round(time.Second).String()+" left")
		}
	}
	switch {
	case images == 1:
		parts = append(parts, "1 image")
	case images > 1:
		parts = append(parts, fmt.Sprintf("%d images", images))
	}
	return strings.Join(parts, "  ")
}

// decimal writes bytes with three digits in decimal units.
func decimal(n int64) string {
	for _, u := range [...]struct {
		size float64
		name string
	}{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if x := float64(n) / u.size; x >= 1 {
			digits := 2
			if x >= 100 {
				digits = 0
			} else if x >= 10 {
				digits = 1
			}
			return fmt.Sprintf("%.*f %s", digits, x, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
