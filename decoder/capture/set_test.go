package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
)

func TestInputsAreMergedByTimeAndStableByTheirOrder(t *testing.T) {
	a := file(t, "a.pcap", plainPcap().packet(1, 0, "a1").packet(3, 0, "a3").packet(5, 0, "a5").b)
	b := file(t, "b.pcapng", newNg(le).iface(1, 0).enhanced(0, 2e6, 2, "b2").enhanced(0, 3e6, 2, "b3").simple(2, "b-").enhanced(0, 4e6, 2, "b4").b)
	packets, files, err := readAll(t, []string{a, b}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a1", "b2", "a3", "b3", "b-", "b4", "a5"}; !slices.Equal(texts(packets), want) {
		t.Errorf("the order is %q, want %q", texts(packets), want)
	}
	if p := packets[5]; p.File != 1 || p.Number != 4 {
		t.Errorf("b4 is packet %d of file %d", p.Number, p.File)
	}
	if files[0].Packets != 3 || files[1].Packets != 4 {
		t.Errorf("the files read %+v", files)
	}
	packets, _, _ = readAll(t, []string{b, a}, Options{})
	if want := []string{"a1", "b2", "b3", "b-", "a3", "b4", "a5"}; !slices.Equal(texts(packets), want) {
		t.Errorf("the other order is %q, want %q", texts(packets), want)
	}
}

func TestDataStaysValidUntilTheNextCallWhenInputsAreMerged(t *testing.T) {
	big := func(c string) string { return strings.Repeat(c, 50000) }
	var paths []string
	for _, c := range []string{"a", "b", "c"} {
		w := plainPcap()
		for i := range uint32(40) {
			w.packet(i, 0, big(c))
		}
		paths = append(paths, file(t, c, w.b))
	}
	s, err := Open(context.Background(), paths, Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	for n := range 120 {
		if err := s.Next(&p); err != nil {
			t.Fatal(err)
		}
		if want := big(string("abc"[n%3])); string(p.Data) != want {
			t.Fatalf("packet %d of the merge is not what file %d has", n, n%3)
		}
	}
	if err := s.Next(&p); err != io.EOF {
		t.Errorf("the end is %v", err)
	}
	if err := s.Next(&p); err != io.EOF {
		t.Errorf("the end is %v when asked again", err)
	}
}

func TestABatchStaysValidUntilItIsReleased(t *testing.T) {
	w := plainPcap()
	for i := range uint32(3000) {
		w.packet(i, 0, fmt.Sprintf("%06d", i)+strings.Repeat("x", int(i)))
	}
	s, err := Open(context.Background(), []string{file(t, "x.pcap", w.b)}, Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	var batches []*Batch
	for {
		b := &Batch{Packets: make([]Packet, 0, 100)}
		if err := s.Fill(b); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		batches = append(batches, b)
	}
	s.Close()
	n := 0
	for _, b := range batches {
		for _, p := range b.Packets {
			if p.Number != n+1 || string(p.Data[:6]) != fmt.Sprintf("%06d", n) || len(p.Data) != 6+n {
				t.Fatalf("packet %d reads number %d, %d bytes, %.10q", n+1, p.Number, len(p.Data), p.Data)
			}
			n++
		}
		b.Release()
	}
	if n != 3000 {
		t.Errorf("the batches hold %d packets", n)
	}
}

func TestAnInputThatIsNoCaptureDoesNotStopTheOthers(t *testing.T) {
	good := file(t, "a.pcap", plainPcap().packet(1, 0, "a1").b)
	folder := t.TempDir()
	missing := filepath.Join(folder, "missing.pcap")
	text := file(t, "notes.txt", []byte("hello, these are notes\n"))
	packets, files, err := readAll(t, []string{missing, good, folder, text, "-"}, Options{})
	if err != nil || !slices.Equal(texts(packets), []string{"a1"}) || packets[0].File != 1 {
		t.Fatal(err, packets)
	}
	for i, want := range []string{missing + ": no such file", "", folder + ": is a directory", text + ": is not a capture but text", "standard input: cannot be read: there is none"} {
		if want == "" {
			if files[i].Err != nil {
				t.Errorf("the capture ends with %v", files[i].Err)
			}
			continue
		}
		if e := damageOf(t, files[i]); !e.NotACapture || !strings.HasPrefix(e.Error(), want) {
			t.Errorf("the error is %q, want %q", e, want)
		}
	}
	_, _, err = readAll(t, []string{missing, text}, Options{})
	var nothing *NothingReadError
	if !errors.As(err, &nothing) || len(nothing.Files) != 2 || !strings.Contains(err.Error(), "no such file\n") {
		t.Errorf("the error is %v", err)
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the cause is lost from %v", err)
	}
}

func TestDamageEndsItsFileOnly(t *testing.T) {
	a := file(t, "a.pcap", plainPcap().packet(1, 0, "a1").record(2, 0, 900, 900, "cut").b)
	b := file(t, "b.pcap", plainPcap().packet(1, 0, "b1").packet(3, 0, "b3").b)
	packets, files, err := readAll(t, []string{a, b}, Options{})
	if err != nil || !slices.Equal(texts(packets), []string{"a1", "b1", "b3"}) {
		t.Fatal(err, texts(packets))
	}
	if e := damageOf(t, files[0]); e.NotACapture || files[1].Err != nil || !strings.HasSuffix(e.Error(), "a.pcap: packet 2 at byte 42: truncated: record claims 900 bytes, the file ends after 3 of them") {
		t.Errorf("the error is %v", e)
	}
}

func TestStandardInputIsReadOnce(t *testing.T) {
	packets, files, err := readAll(t, []string{"-", "-"}, Options{Stdin: bytes.NewReader(plainPcap().packet(1, 0, "x").b)})
	if err != nil || len(packets) != 1 || damageOf(t, files[1]).Text != "was named already" {
		t.Errorf("read %+v, %+v, %v", packets, files, err)
	}
}

func TestManyPiecesAreMergedWithoutKeepingThemOpen(t *testing.T) {
	var paths, want []string
	for i := range uint32(3 * mostOpen) {
		w := newNg(le).iface(1, 0)
		w.block(blockSecrets, append(le.AppendUint32(le.AppendUint32(nil, SecretTLSKeyLog), 1), 'k'))
		for k := range uint64(3) {
			name := fmt.Sprintf("%d.%d", i, k)
			want = append(want, name)
			w.enhanced(0, uint64(i)*10+k, 4, name)
		}
		paths = append(paths, file(t, fmt.Sprint(i), w.b))
	}
	secrets := 0
	s, err := Open(context.Background(), paths, Options{Bounds: bounds.Default(), Secret: func(int, Secret) { secrets++ }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var got []string
	var p Packet
	for err = s.Next(&p); err == nil; err = s.Next(&p) {
		got = append(got, string(p.Data))
		open := 0
		for _, r := range s.readers {
			if !r.ended && !r.parked {
				open++
			}
		}
		if open > 2 {
			t.Fatalf("%d inputs are open at packet %d", open, len(got))
		}
	}
	if err != io.EOF || !slices.Equal(got, want) {
		t.Errorf("%v, read %q", err, got)
	}
	if secrets != len(paths) {
		t.Errorf("%d secrets were told for %d files", secrets, len(paths))
	}
	for _, f := range s.Files() {
		if f.Packets != 3 || f.Err != nil {
			t.Errorf("the file reads %+v", f)
		}
	}
}

func TestAPieceThatVanishesBeforeItsTurnIsAnErrorOfThatPiece(t *testing.T) {
	var paths []string
	for i := range uint32(mostOpen + 1) {
		paths = append(paths, file(t, fmt.Sprint(i), plainPcap().packet(i, 0, "x").b))
	}
	s, err := Open(context.Background(), paths, Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.Remove(paths[3]); err != nil {
		t.Fatal(err)
	}
	n := 0
	var p Packet
	for err = s.Next(&p); err == nil; err = s.Next(&p) {
		n++
	}
	if err != io.EOF || n != mostOpen {
		t.Errorf("%d packets, %v", n, err)
	}
	if e := damageOf(t, s.Files()[3]); !strings.Contains(e.Text, "no such file") {
		t.Errorf("the error is %v", e)
	}
}

func TestAFileThatGrowsIsReadToItsSizeAtOpen(t *testing.T) {
	w := plainPcap().packet(1, 0, "before")
	path := file(t, "x.pcap", w.b)
	s, err := Open(context.Background(), []string{path}, Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.WriteFile(path, w.packet(2, 0, "after").b, 0o600); err != nil {
		t.Fatal(err)
	}
	var p Packet
	if err := s.Next(&p); err != nil || string(p.Data) != "before" {
		t.Fatal(err, p)
	}
	if err := s.Next(&p); err != io.EOF || s.Files()[0].Err != nil {
		t.Errorf("the end is %v, the file's %v", err, s.Files()[0].Err)
	}
}

func TestAFileThatIsCutShortMeanwhileIsAnErrorWithItsPlace(t *testing.T) {
	w := plainPcap()
	for i := range uint32(2 * chunkData / 1016) {
		w.packet(i, 0, strings.Repeat("x", 1000))
	}
	path := file(t, "x.pcap", w.b)
	s, err := Open(context.Background(), []string{path}, Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.Truncate(path, chunkData); err != nil {
		t.Fatal(err)
	}
	n := 0
	var p Packet
	for err = s.Next(&p); err == nil; err = s.Next(&p) {
		n++
	}
	whole := (chunkData - pcapFileHeader) / 1016
	e := damageOf(t, s.Files()[0])
	if err != io.EOF || n != whole || e.Packet != whole+1 || e.Offset != int64(pcapFileHeader+1016*whole) || !strings.Contains(e.Text, "became shorter while it was read") {
		t.Errorf("%d packets of %d, %v, %v", n, whole, err, e)
	}
}

func TestACancelledContextEndsTheReading(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		w.Write(plainPcap().packet(1, 0, "x").b)
		cancel() // the reader waits for the second packet, or will
	}()
	s, err := Open(ctx, []string{"-"}, Options{Stdin: r, Bounds: bounds.Default()})
	if errors.Is(err, context.Canceled) {
		return // cancelled even before the first
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	for err = s.Next(&p); err == nil; err = s.Next(&p) {
	}
	if !errors.Is(err, context.Canceled) || s.Files()[0].Err != nil {
		t.Errorf("the end is %v, the file's %v", err, s.Files()[0].Err)
	}
}

func TestALivePipeGivesPacketsAsTheyCome(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	header := plainPcap()
	n := len(header.b)
	first := slices.Clone(header.packet(1, 0, "one").b)
	go w.Write(first)
	s, err := Open(context.Background(), []string{"-"}, Options{Stdin: r, Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	if err := s.Next(&p); err != nil || string(p.Data) != "one" {
		t.Fatal(err, p)
	}
	go w.Write(first[n:])
	if err := s.Next(&p); err != nil || string(p.Data) != "one" || p.Number != 2 {
		t.Fatal(err, p)
	}
}

func TestReadingAllocatesNothingForAPacket(t *testing.T) {
	w, ng := plainPcap(), newNg(le).iface(1, 0)
	for i := range uint32(20000) {
		w.packet(i, 0, "a packet's bytes")
		ng.enhanced(0, uint64(i), 16, "a packet's bytes")
	}
	for name, b := range map[string][]byte{"pcap": w.b, "pcapng": ng.b} {
		s, err := Open(context.Background(), []string{file(t, name, b)}, Options{Bounds: bounds.Default()})
		if err != nil {
			t.Fatal(err)
		}
		batch := Batch{Packets: make([]Packet, 0, 64)}
		var p Packet
		for range 6000 { // through the first chunks, until the pool has enough
			if err := s.Next(&p); err != nil {
				t.Fatal(err)
			}
		}
		if n := testing.AllocsPerRun(5000, func() {
			if err := s.Next(&p); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: Next allocates %v times", name, n)
		}
		if n := testing.AllocsPerRun(100, func() {
			if err := s.Fill(&batch); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: Fill allocates %v times", name, n)
		}
		s.Close()
	}
}
