package capture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
)

// manyChunks is a pcap file of some chunks whose packets all differ; one is
// longer than a chunk.
func manyChunks() []byte {
	w := newPcap(le, pcapMicroseconds, 4, 0, linkEthernet)
	for i := range uint32(9000) {
		text := strconv.Itoa(int(i)) + strings.Repeat("-", int(i%1400))
		if i == 4000 {
			text = strings.Repeat("long", chunkData/3)
		}
		w.packet(i, 0, text)
	}
	return w.b
}

// worked reads a file by Work until stop, if that is more than 0.
func worked(t *testing.T, path string, stop int, seen func(n int)) ([]string, File, error) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := Open(ctx, []string{path}, Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var list []string
	s.Work(func() {
		var p Packet
		for err = s.Next(&p); err == nil; err = s.Next(&p) {
			list = append(list, string(p.Data))
			if seen != nil {
				seen(len(list))
			}
			if len(list) == stop {
				cancel()
			}
		}
	})
	return list, s.Files()[0], err
}

func TestSeveralReadersOfAFileGiveItsPacketsInTheirOrder(t *testing.T) {
	b := manyChunks()
	packets, _, err := readAll(t, []string{"-"}, Options{Stdin: bytes.NewReader(b)})
	if err != nil {
		t.Fatal(err)
	}
	want, path := texts(packets), file(t, "x.pcap", b)
	for range 10 {
		got, f, err := worked(t, path, 0, nil)
		if err != io.EOF || f.Err != nil || f.Packets != int64(len(want)) || f.Bytes != int64(len(b)) {
			t.Fatalf("the end is %v, %v after %d packets and %d bytes", err, f.Err, f.Packets, f.Bytes)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("packet %d is %.20q, not %.20q", i+1, got[i], want[i])
			}
		}
	}
}

func TestWorkThatIsCancelledEnds(t *testing.T) {
	path := file(t, "x.pcap", manyChunks())
	for _, stop := range []int{1, 500, 8999} {
		got, f, err := worked(t, path, stop, nil)
		if !errors.Is(err, context.Canceled) && err != io.EOF || f.Err != nil || len(got) < stop {
			t.Errorf("cancelled after %d packets: %v, %v after %d", stop, err, f.Err, len(got))
		}
	}
}

func TestAFileCutShortUnderSeveralReadersIsAnErrorWithItsPlace(t *testing.T) {
	w := plainPcap()
	for i := range uint32(8 * chunkData / 1016) {
		w.packet(i, 0, strings.Repeat("x", 1000))
	}
	path := file(t, "x.pcap", w.b)
	got, f, err := worked(t, path, 0, func(n int) {
		if n == 1 {
			if err := os.Truncate(path, chunkData); err != nil {
				t.Error(err)
			}
		}
	})
	// How much was read before the cut depends on the readers.
	e := damageOf(t, f)
	if err != io.EOF || e.Packet != len(got)+1 || e.Offset != int64(pcapFileHeader+1016*len(got)) || !strings.Contains(e.Text, "became shorter while it was read") {
		t.Errorf("%d packets, %v, %v", len(got), err, e)
	}
}

func TestIdleIsCalledBeforeAPipeIsWaitedFor(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	waiting := make(chan struct{}, 100)
	go w.Write(plainPcap().packet(1, 0, "one").b)
	s, err := Open(context.Background(), []string{"-"}, Options{Stdin: r, Bounds: bounds.Default(), Idle: func() { waiting <- struct{}{} }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	if err := s.Next(&p); err != nil {
		t.Fatal(err)
	}
	for len(waiting) > 0 {
		<-waiting
	}
	go func() {
		<-waiting // else nothing is ever written
		w.Close()
	}()
	if err := s.Next(&p); err != io.EOF {
		t.Error(err)
	}
}
