package capture

import (
	"bytes"
	"compress/gzip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// gzipped compresses each part into a member of its own.
func gzipped(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts {
		z := gzip.NewWriter(&b)
		z.Write(part)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// zstandard compresses each part into a frame of its own.
func zstandard(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var b []byte
	for _, part := range parts {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(true))
		if err != nil {
			t.Fatal(err)
		}
		b = z.EncodeAll(part, b)
		z.Close()
	}
	return b
}

// manyPackets is a capture of several chunks.
func manyPackets() []byte {
	w := plainPcap()
	for i := range uint32(3000) {
		w.packet(i, 0, strings.Repeat(string(rune('a'+i%26)), int(i%700)))
	}
	return w.b
}

func TestCompressedCapturesReadAsThePlainOne(t *testing.T) {
	plain := manyPackets()
	want, f := read(t, plain)
	if f.Err != nil || len(want) != 3000 {
		t.Fatal(f.Err)
	}
	third := len(plain) / 3
	skippable := append(le.AppendUint32([]byte{0x5a, 0x2a, 0x4d, 0x18}, 5), "empty"...)
	for name, c := range map[string]struct {
		b      []byte
		layers []string
	}{
		"gzip":                 {gzipped(t, plain), []string{"gzip"}},
		"members":              {gzipped(t, nil, plain[:third], nil, plain[third:2*third], plain[2*third:], nil), []string{"gzip"}},
		"padding":              {append(gzipped(t, plain), make([]byte, 5000)...), []string{"gzip"}},
		"zstd":                 {zstandard(t, plain), []string{"zstd"}},
		"frames":               {slices.Concat(skippable, zstandard(t, plain[:third]), skippable, zstandard(t, plain[third:])), []string{"zstd"}},
		"gzip in gzip":         {gzipped(t, gzipped(t, plain)), []string{"gzip", "gzip"}},
		"gzip in zstd":         {zstandard(t, gzipped(t, plain)), []string{"zstd", "gzip"}},
		"zstd in gzip members": {gzipped(t, zstandard(t, plain)[:100], zstandard(t, plain)[100:]), []string{"gzip", "zstd"}},
	} {
		for _, from := range []string{"-", file(t, "x", c.b)} {
			packets, files, err := readAll(t, []string{from}, Options{Stdin: bytes.NewReader(c.b)})
			if err != nil || files[0].Err != nil || !slices.Equal(files[0].Compression, c.layers) {
				t.Errorf("%s: %v, %+v", name, err, files)
				continue
			}
			samePackets(t, name, packets, want)
			if files[0].Bytes != int64(len(plain)) {
				t.Errorf("%s: %d bytes are read", name, files[0].Bytes)
			}
		}
	}
}

// samePackets tells where two readings of the same capture differ.
func samePackets(t testing.TB, name string, got, want []Packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d packets are read, want %d", name, len(got), len(want))
		return
	}
	for i := range got {
		g, w := got[i], want[i]
		if !bytes.Equal(g.Data, w.Data) {
			t.Errorf("%s: packet %d has other bytes", name, i+1)
			return
		}
		g.Data, w.Data = nil, nil
		if g.Number != w.Number || g.Time != w.Time || g.Original != w.Original || g.LinkType != w.LinkType || g.Offset != w.Offset || int64(len(g.Record)) != int64(len(w.Record)) {
			t.Errorf("%s: packet %d reads %+v, want %+v", name, i+1, g, w)
			return
		}
	}
}

func TestBzip2IsRead(t *testing.T) {
	tool, err := exec.LookPath("bzip2")
	if err != nil {
		t.Skip("bzip2 is not installed")
	}
	plain := manyPackets()
	pack := exec.Command(tool, "-c")
	pack.Stdin = bytes.NewReader(plain)
	packed, err := pack.Output()
	if err != nil {
		t.Fatal(err)
	}
	want, _ := read(t, plain)
	packets, f := read(t, packed)
	if f.Err != nil || !slices.Equal(f.Compression, []string{"bzip2"}) {
		t.Errorf("the file reads %+v", f)
	}
	samePackets(t, "bzip2", packets, want)
	packets, f = read(t, packed[:len(packed)-10])
	if e := damageOf(t, f); !strings.Contains(e.Text, "the bzip2 data ends early") {
		t.Errorf("%d packets, %v", len(packets), e)
	}
}

func TestWhatIsCompressedTooOftenIsRefused(t *testing.T) {
	e := refused(t, gzipped(t, zstandard(t, gzipped(t, plainPcap().b))))
	if !strings.Contains(e.Error(), "compressed more than twice: gzip in zstd in gzip") {
		t.Errorf("the error is %q", e)
	}
}

func TestDamageToCompressedDataIsNamedAndKeepsWhatCameBefore(t *testing.T) {
	plain := plainPcap().packet(1, 0, "one").packet(2, 0, "two").b
	z, zs := gzipped(t, plain), zstandard(t, plain)
	patch := func(b []byte, at int) []byte {
		b = slices.Clone(b)
		b[at] ^= 0xff
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		kept int
		say  string
	}{
		{"checksum", patch(z, len(z)-8), 2, "gzip data is damaged: its checksum does not agree"},
		{"length", patch(z, len(z)-1), 2, "gzip data is damaged: its checksum does not agree"},
		{"no trailer", z[:len(z)-8], 2, "gzip data ends early"},
		{"half a trailer", z[:len(z)-3], 2, "gzip data ends early"},
		{"garbage behind", append(slices.Clone(z), "garbage"...), 2, "bytes that are no gzip data follow"},
		{"garbage behind padding", append(slices.Clone(z), 0, 0, 1), 2, "bytes that are no gzip data follow"},
		{"half a header behind", append(slices.Clone(z), z[:5]...), 2, "gzip data ends early"},
		{"zstd checksum", patch(zs, len(zs)-1), 2, "zstd data is damaged: its checksum does not agree"},
		{"garbage behind zstd", append(slices.Clone(zs), "garbage"...), 2, "zstd data is damaged"},
	} {
		packets, f := read(t, c.b)
		e := damageOf(t, f)
		if len(packets) != c.kept || !strings.Contains(e.Text, c.say) || e.Packet != c.kept+1 || e.Offset != int64(len(plain)) {
			t.Errorf("%s: %d packets, %v, want %q", c.name, len(packets), e, c.say)
		}
	}
	for _, n := range []int{3, 9, 10, 11} {
		if e := refused(t, z[:n]); !strings.Contains(e.Error(), "gzip data ends early") {
			t.Errorf("%d bytes of gzip data: %v", n, e)
		}
	}
}

func TestAWindowBeyondTheBoundIsNotAllocated(t *testing.T) {
	// A frame header with a window descriptor (RFC 8878 §3.1.1.1.2): 2 GiB.
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0}
	if e := refused(t, frame); !strings.Contains(e.Error(), "window of more than 128 MiB") {
		t.Errorf("the error is %q", e)
	}
}
