package capture

import (
	"bytes"
	"testing"
	"testing/iotest"

	"glancecap/decoder/bounds"
)

// smallCaptures are a few packets in every format.
func smallCaptures() map[string][]byte {
	ng := newNg(le)
	ng.iface(1, 0, ng.option(optionInterfaceName, []byte("eth0")))
	ng.enhanced(0, 1, 3, "one", ng.option(optionComment, []byte("note"))).simple(5, "twotw").enhanced(0, 2, 0, "")
	ng.section(be).iface(101, 0).enhanced(0, 3, 4, "four")
	return map[string][]byte{
		"pcap":     plainPcap().packet(1, 0, "one").packet(2, 0, "").packet(3, 0, "three").b,
		"modified": newPcap(be, pcapModified, 4, 0, 1).packet(1, 0, "one").packet(3, 0, "three").b,
		"pcapng":   ng.b,
	}
}

func TestACaptureCutAtAnyByteGivesItsWholePacketsAndSaysWhere(t *testing.T) {
	for name, b := range smallCaptures() {
		whole, f := read(t, b)
		if f.Err != nil || len(whole) < 2 {
			t.Fatalf("%s: %v", name, f.Err)
		}
		ends := recordEnds(t, name, b)
		for n := range len(b) {
			if n < ends[0] {
				refused(t, b[:n])
				continue
			}
			packets, f := read(t, b[:n])
			kept := 0
			for _, p := range whole {
				if p.Offset+int64(len(p.Record)) <= int64(n) {
					kept++
				}
			}
			samePackets(t, name, packets, whole[:kept])
			last := 0
			for _, end := range ends {
				if end <= n {
					last = end
				}
			}
			if last == n {
				if f.Err != nil {
					t.Errorf("%s: the first %d bytes are whole but end with %v", name, n, f.Err)
				}
				continue
			}
			if e := damageOf(t, f); e.NotACapture || e.Packet != kept+1 || e.Offset != int64(last) {
				t.Errorf("%s: cut at byte %d in the record at %d it says %v", name, n, last, e)
			}
		}
	}
}

// recordEnds gives the offsets at which a capture may end without damage.
func recordEnds(t *testing.T, name string, b []byte) []int {
	t.Helper()
	if !isPcapng(b) {
		packets, _ := read(t, b)
		ends := []int{pcapFileHeader}
		for _, p := range packets {
			ends = append(ends, int(p.Offset+int64(len(p.Record))))
		}
		return ends
	}
	var ends []int
	order := byteOrder(false)
	for at := 0; at < len(b); {
		if order.u32(b[at:]) == blockSection {
			order, _ = sectionOrder(b[at:])
		}
		at += int(order.u32(b[at+4:]))
		ends = append(ends, at)
	}
	return ends
}

func TestHoweverTheBytesArriveThePacketsAreTheSame(t *testing.T) {
	for name, b := range smallCaptures() {
		want, _ := read(t, b)
		for _, r := range []func([]byte) Options{
			func(b []byte) Options { return Options{Stdin: iotest.OneByteReader(bytes.NewReader(b))} },
			func(b []byte) Options { return Options{Stdin: iotest.HalfReader(bytes.NewReader(b))} },
			func(b []byte) Options { return Options{Stdin: iotest.DataErrReader(bytes.NewReader(b))} },
		} {
			packets, files, err := readAll(t, []string{"-"}, r(b))
			if err != nil || files[0].Err != nil {
				t.Fatal(name, err, files)
			}
			samePackets(t, name, packets, want)
		}
	}
}

func TestALongRecordArrivesWholeInSmallPieces(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB, beyond any chunk
	w := newPcap(le, pcapMicroseconds, 4, 0, 1)
	for i := range uint32(5) {
		w.packet(i, 0, "short").packet(i, 0, string(long[i:]))
	}
	packets, files, err := readAll(t, []string{"-"}, Options{Stdin: &limitedReads{bytes.NewReader(w.b), 7001}})
	if err != nil || files[0].Err != nil || len(packets) != 10 {
		t.Fatal(err, files)
	}
	for i, p := range packets {
		want := []byte("short")
		if i%2 == 1 {
			want = long[i/2:]
		}
		if !bytes.Equal(p.Data, want) {
			t.Errorf("packet %d has other bytes", i+1)
		}
	}
}

// limitedReads gives at most n bytes a read.
type limitedReads struct {
	r *bytes.Reader
	n int
}

func (l *limitedReads) Read(b []byte) (int, error) { return l.r.Read(b[:min(len(b), l.n)]) }

func TestAFailingReadIsAnErrorWithItsPlace(t *testing.T) {
	b := plainPcap().packet(1, 0, "one").b
	packets, files, err := readAll(t, []string{"-"}, Options{Stdin: iotest.TimeoutReader(&limitedReads{bytes.NewReader(append(b, b...)), len(b)}), Bounds: bounds.Default()})
	if err != nil || len(packets) != 1 {
		t.Fatal(err, packets)
	}
	if e := damageOf(t, files[0]); e.Error() != "standard input: packet 2 at byte 43: cannot be read: timeout" {
		t.Errorf("the error is %q", e)
	}
}
