package split

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

var le, be binary.AppendByteOrder = binary.LittleEndian, binary.BigEndian

func TestPiecesOfPcapAreTheInputsBytesBehindItsHeader(t *testing.T) {
	for name, in := range map[string][]byte{
		"microseconds": pcap(le, false, every(10, time.Second)...), "big-endian nanoseconds": pcap(be, true, every(10, 3*time.Nanosecond)...),
	} {
		folder, names, r := cutUp(t, in, "out.pcap", Options{Packets: 3})
		if r.Pieces != 4 || len(names) != 4 {
			t.Fatalf("%s: %d pieces, files %v", name, r.Pieces, names)
		}
		joined := bytes.Clone(in[:24])
		for _, n := range names {
			b, err := os.ReadFile(filepath.Join(folder, n))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(b, in[:24]) {
				t.Errorf("%s: %s begins with another header", name, n)
			}
			joined = append(joined, b[24:]...)
		}
		if !bytes.Equal(joined, in) {
			t.Errorf("%s: the pieces joined are not the input", name)
		}
	}
}

func TestAPieceOfPcapngHasSectionInterfacesAndSecrets(t *testing.T) {
	in := bytes.Join([][]byte{
		section(900, "first"), described(1, "eth0"), secrets("CLIENT_RANDOM a b\n"),
		enhanced(0, begin, "one", "a comment"), described(113, "any"), enhanced(1, begin+1e9, "two", ""),
		enhanced(0, begin+2e9, "three", "another"), secrets("CLIENT_RANDOM c d\n"), enhanced(1, begin+3e9, "four", ""),
		section(1<<64-1, "second"), described(101, "tun0"), enhanced(0, begin+4e9, "five", ""), block(5, u32(0, 0, 0)),
	}, nil)
	folder, names, _ := cutUp(t, in, "out.pcapng", Options{Packets: 1})
	if len(names) != 5 {
		t.Fatalf("files %v", names)
	}
	same(t, pieces(t, folder, names), in)
	for n, want := range []struct {
		secrets    int
		interfaces string
		comments   string
	}{{1, "eth0 any", "first a comment"}, {1, "eth0 any", "first"}, {2, "eth0 any", "first another"}, {2, "eth0 any tun0", "first second"}, {0, "tun0", "second"}} {
		_, files := read(t, capture.Options{}, filepath.Join(folder, names[n]))
		var interfaces, comments []string
		for _, i := range files[0].Interfaces {
			interfaces = append(interfaces, i.Name)
		}
		for _, c := range files[0].Comments {
			comments = append(comments, c.Text)
		}
		if got := strings.Join(interfaces, " "); len(files[0].Secrets) != want.secrets || got != want.interfaces || strings.Join(comments, " ") != want.comments {
			t.Errorf("piece %d has %d secrets, interfaces %q, comments %q; want %+v", n, len(files[0].Secrets), got, comments, want)
		}
	}
	first, err := os.ReadFile(filepath.Join(folder, names[0]))
	if err != nil {
		t.Fatal(err)
	}
	if length := binary.LittleEndian.Uint64(first[16:]); length != 1<<64-1 {
		t.Errorf("the section of a piece claims %d bytes, which are those of the input's", length)
	}
	last, _ := os.ReadFile(filepath.Join(folder, names[4]))
	if !bytes.HasSuffix(last, block(5, u32(0, 0, 0))) {
		t.Error("the statistics behind the last packet are not in the last piece")
	}
}

func TestAPieceEndsAtCountTimeOrSizeWhicheverComesFirst(t *testing.T) {
	in := pcap(le, true, every(12, time.Second)...)
	_, names, _ := cutUp(t, in, "o", Options{Packets: 5, Interval: 3e9})
	// After the interval that is open when the count ends a piece the next one
	// begins, on the grid that the first packet set.
	wantNames(t, names, "o_00000_20200218044955", "o_00001_20200218044959", "o_00002_20200218045002", "o_00003_20200218045005")
	folder, names, _ := cutUp(t, in, "o", Options{Size: 24 + 3*(16+15)})
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() > 24+3*(16+15) {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
	}
	same(t, pieces(t, folder, names), in)
	_, names, _ = cutUp(t, in, "o", Options{Size: 1})
	if len(names) != 12 {
		t.Errorf("a size that no packet keeps gives %d pieces, want one a packet", len(names))
	}
}

func TestEmptyIntervalsAreCountedAndNotWritten(t *testing.T) {
	in := pcap(le, true, begin, begin+1e9, begin+1e9+1, begin+20000e9, begin+10e9, begin+20001e9)
	_, names, _ := cutUp(t, in, "out.pcap", Options{Interval: 1e9})
	wantNames(t, names, "out_00000_20200218044955.pcap", "out_00001_20200218044956.pcap", "out_19999_20200218102315.pcap", "out_20000_20200218102316.pcap")
}

func TestNamesAreEditcaps(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	for _, c := range []struct{ out, compress, want string }{
		{"out.pcap", "", "out_00007_20200218054955.pcap"}, {"dir.d/out", "", "dir.d/out_00007_20200218054955"}, {".pcap", "", "_00007_20200218054955.pcap"},
		{"a.b.c", "", "a.b_00007_20200218054955.c"}, {"out.pcap", "gz", "out_00007_20200218054955.pcap.gz"}, {"out.pcap.zst", "zst", "out_00007_20200218054955.pcap.zst"},
	} {
		n := newNames(c.out, c.compress, berlin)
		if got := n.final(7, 1582001395e9); got != c.want {
			t.Errorf("%s: %s, want %s", c.out, got, c.want)
		}
	}
	n := newNames("x", "", berlin)
	if got := n.final(100003, 1582001395e9); got != "x_00003_20200218054955" {
		t.Errorf("number 100003 is named %s", got)
	}
}

func TestAnEmptyCaptureMakesOneEmptyPiece(t *testing.T) {
	for name, in := range map[string][]byte{"pcap": pcap(le, false), "pcapng": append(section(1<<64-1, ""), described(1, "eth0")...)} {
		for _, o := range []Options{{Packets: 5}, {ByConnection: true, Pieces: 3}} {
			folder, names, _ := cutUp(t, in, "out.cap", o)
			wantNames(t, names, "out.cap")
			if b, _ := os.ReadFile(filepath.Join(folder, "out.cap")); len(b) == 0 {
				t.Errorf("%s: the piece has no header", name)
			}
		}
	}
}

func TestCompressedInputAndOutputAndStandardInput(t *testing.T) {
	in := pcap(le, false, every(9, time.Millisecond)...)
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(in)
	w.Close()
	for _, compress := range []string{"", "gz", "zst"} {
		for _, o := range []Options{{Packets: 4}, {ByConnection: true, Pieces: 2}} {
			folder := t.TempDir()
			o.Stdin, o.Compress = bytes.NewReader(gz.Bytes()), compress
			if _, err := splitFile("-", filepath.Join(folder, "out.pcap"), o); err != nil {
				t.Fatal(err)
			}
			names := namesIn(t, folder)
			same(t, pieces(t, folder, names), in)
			b, err := os.ReadFile(filepath.Join(folder, names[0]))
			if err != nil {
				t.Fatal(err)
			}
			if got := decompressed(t, compress, b); !bytes.HasPrefix(got, in[:24]) {
				t.Errorf("%q: the piece does not begin as the input", compress)
			}
		}
	}
}

func decompressed(t *testing.T, how string, b []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(b)
	var err error
	switch how {
	case "gz":
		r, err = gzip.NewReader(r)
	case "zst":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOfATruncatedInputAllWholePacketsAreInPiecesAndTheErrorSaysWhere(t *testing.T) {
	whole := pcap(le, false, every(5, time.Second)...)
	cut := whole[:len(whole)-3]
	for _, o := range []Options{{Packets: 2}, {ByConnection: true, Pieces: 2}} {
		folder, names, r := cutUp(t, cut, "out.pcap", o)
		if r.Input.Err == nil || !strings.Contains(r.Input.Err.Error(), "packet 5 at byte ") {
			t.Errorf("the error is %v", r.Input.Err)
		}
		same(t, pieces(t, folder, names), whole[:len(whole)-29])
	}
}

func TestWhatIsInTheWayIsNamedAndNothingIsReplaced(t *testing.T) {
	folder := t.TempDir()
	in, out := filepath.Join(folder, "in.pcap"), filepath.Join(folder, "out.pcap")
	if err := os.WriteFile(in, pcap(le, false, every(6, time.Second)...), 0o600); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(folder, "out_00001_20200218044957.pcap")
	if err := os.WriteFile(second, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := splitFile(in, out, Options{Packets: 2, Manifest: filepath.Join(folder, "m.json")})
	var output *OutputError
	if !errors.As(err, &output) || output.Path != second || output.Whole != 1 || !strings.Contains(err.Error(), "--force") {
		t.Errorf("the error is %v", err)
	}
	if b, _ := os.ReadFile(second); string(b) != "mine" {
		t.Error("a file was replaced")
	}
	wantNames(t, namesIn(t, folder), "in.pcap", "out_00000_20200218044955.pcap", "out_00001_20200218044957.pcap")
	if _, err := splitFile(in, out, Options{Packets: 2, Force: true}); err != nil {
		t.Errorf("--force: %v", err)
	}
	wantNames(t, namesIn(t, folder), "in.pcap", "out_00000_20200218044955.pcap", "out_00001_20200218044957.pcap", "out_00002_20200218044959.pcap")

	for name, o := range map[string]Options{
		filepath.Join(folder, "missing", "out"): {Packets: 2},
		filepath.Join(folder, "in.pcap"):        {Packets: 2, Manifest: in, Force: true},
	} {
		if _, err := splitFile(in, name, o); !errors.As(err, &output) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	// An input that has the name of one of its own pieces.
	named := filepath.Join(folder, "x_00000_20200218044955")
	if err := os.Rename(in, named); err != nil {
		t.Fatal(err)
	}
	if _, err := splitFile(named, filepath.Join(folder, "x"), Options{Packets: 2, Force: true}); err == nil || !strings.Contains(err.Error(), "is the input") {
		t.Errorf("the error is %v", err)
	}
	if b, _ := os.ReadFile(named); !bytes.Equal(b, pcap(le, false, every(6, time.Second)...)) {
		t.Error("the input was written to")
	}
}

func TestAFolderThatCannotBeWrittenIsAnErrorThatNamesTheFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("skipped: root may write everywhere")
	}
	folder := t.TempDir()
	in := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(in, pcap(le, false, every(3, time.Second)...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := splitFile(in, filepath.Join(folder, "out"), Options{Packets: 1})
	if err == nil || !strings.Contains(err.Error(), "out_00000.part: permission denied") {
		t.Errorf("the error is %v", err)
	}
}

func TestAnInterruptLeavesWholePiecesAndNothingElse(t *testing.T) {
	in := pcap(le, false, every(5000, time.Millisecond)...)
	folder := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	from := &stopping{r: bytes.NewReader(in), after: len(in) / 2, stop: stop}
	_, err := Split(ctx, "-", filepath.Join(folder, "out"), Options{Packets: 100, Stdin: from, Bounds: bounds.Default(), Zone: time.UTC, Manifest: filepath.Join(folder, "m")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	for _, name := range namesIn(t, folder) {
		packets, files := read(t, capture.Options{}, filepath.Join(folder, name))
		if strings.HasSuffix(name, ".part") || files[0].Err != nil || len(packets) != 100 {
			t.Errorf("%s is left, with %d packets: %v", name, len(packets), files[0].Err)
		}
	}
}

// stopping stops a run when so many bytes were read.
type stopping struct {
	r     io.Reader
	after int
	stop  func()
}

func (s *stopping) Read(b []byte) (int, error) {
	n, err := s.r.Read(b[:min(len(b), 4096)])
	if s.after -= n; s.after < 0 {
		s.stop()
	}
	return n, err
}
