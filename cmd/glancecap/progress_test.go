package main

import (
	"bytes"
	"sync/atomic"
	"testing"
	"time"

	"glancecap/decoder"
)

func TestTheProgressLineTellsBytesRateTimeLeftAndImages(t *testing.T) {
	for _, c := range []struct {
		read, size, images int64
		took               time.Duration
		want               string
	}{
		{412_000_000, 1_150_000_000, 3, 2 * time.Second, "412 MB of 1.15 GB (35 %)  206 MB/s  4s left  3 images"},
		{20_000_000, 0, 1, time.Second, "20.0 MB  20.0 MB/s  1 image"},
		{100, 100, 0, time.Second, "100 bytes of 100 bytes (100 %)  100 bytes/s"},
		{0, 0, 0, time.Second, "reading"},
		{5, 10_000_000_000, 0, time.Second, "5 bytes of 10.0 GB (0 %)  5 bytes/s"},
	} {
		if got := progressLine(c.read, c.size, c.images, c.took); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestNothingIsShownOfWhatIsDoneAtOnce(t *testing.T) {
	var b bytes.Buffer
	quit := make(chan struct{})
	close(quit)
	show(&b, new(decoder.Progress), new(atomic.Int64), quit)
	if b.Len() > 0 {
		t.Errorf("%q", b.String())
	}
}
