package capture

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

func TestPcapIsReadInBothByteOrdersAndAllResolutions(t *testing.T) {
	for _, c := range []struct {
		magic  uint32
		order  binary.AppendByteOrder
		time   int64
		detail string
	}{
		{pcapMicroseconds, le, 7_000_009_000, ""},
		{pcapMicroseconds, be, 7_000_009_000, "big-endian"},
		{pcapNanoseconds, le, 7_000_000_009, "nanoseconds"},
		{pcapNanoseconds, be, 7_000_000_009, "nanoseconds, big-endian"},
		{pcapModified, le, 7_000_009_000, "modified"},
		{pcapModified, be, 7_000_009_000, "modified, big-endian"},
	} {
		w := newPcap(c.order, c.magic, 4, 65535, 113).packet(7, 9, "one").record(8, 0, 3, 900, "two")
		packets, f := read(t, w.b)
		if f.Err != nil || len(packets) != 2 || f.Detail != c.detail || f.Format != "pcap" || f.Snaplen != 65535 {
			t.Fatalf("%08x: %d packets, %+v", c.magic, len(packets), f)
		}
		p := packets[0]
		length := int64(pcapRecordHeader + w.extra + 3)
		if string(p.Data) != "one" || p.Time != c.time || p.Original != 3 || p.LinkType != 113 || p.Number != 1 || p.Offset != 24 || int64(len(p.Record)) != length {
			t.Errorf("%08x: the first packet reads %+v", c.magic, p)
		}
		if p := packets[1]; string(p.Data) != "two" || p.Original != 900 || p.Number != 2 || p.Offset != 24+length {
			t.Errorf("%08x: the second packet reads %+v", c.magic, p)
		}
		if f.Packets != 2 || f.Cut != 1 || f.Captured != 6 || f.Original != 903 || f.Bytes != int64(len(w.b)) || f.Last != 8_000_000_000 {
			t.Errorf("%08x: the file reads %+v", c.magic, f)
		}
		if !slices.Equal(f.LinkTypes, []string{"LINUX_SLL"}) || f.Links[0] != (LinkType{113, "LINUX_SLL", 2}) {
			t.Errorf("%08x: link types %v %v", c.magic, f.LinkTypes, f.Links)
		}
	}
}

func TestARecordThatClaimsMoreThanTheSnapLengthEndsTheFile(t *testing.T) {
	w := newPcap(le, pcapMicroseconds, 4, 65535, 1).packet(1, 0, "kept").record(2, 0, 0xffffffff, 60, strings.Repeat("x", 60))
	packets, f := read(t, w.b)
	if !slices.Equal(texts(packets), []string{"kept"}) {
		t.Errorf("kept were %q", texts(packets))
	}
	e := damageOf(t, f)
	want := "standard input: packet 2 at byte 44: record claims 4294967295 bytes, the snap length is 65535"
	if e.Error() != want || e.NotACapture || e.Packet != 2 || e.Offset != 44 {
		t.Errorf("the error is %q, want %q", e, want)
	}
}

func TestRecordsAboveADeclaredSnapLengthAreReadAndRemarkedOn(t *testing.T) {
	long := strings.Repeat("x", 1514)
	packets, f := read(t, newPcap(le, pcapMicroseconds, 4, 96, 1).packet(1, 0, long).packet(2, 0, "short").b)
	if f.Err != nil || len(packets) != 2 || string(packets[0].Data) != long {
		t.Fatalf("%d packets, %v", len(packets), f.Err)
	}
	if want := "1 packet longer than the snap length of 96 that the file header declares"; !slices.Contains(f.Remarks, want) {
		t.Errorf("remarks are %q", f.Remarks)
	}
}

func TestNoSnapLengthBelievesRecordsUpToTheBound(t *testing.T) {
	for _, snaplen := range []uint32{0, 0xffffffff} {
		w := newPcap(le, pcapMicroseconds, 4, snaplen, 1).packet(1, 0, strings.Repeat("x", 1<<20)).record(2, 0, 16<<20+1, 16<<20+1, "y")
		packets, f := read(t, w.b)
		if len(packets) != 1 || len(packets[0].Data) != 1<<20 {
			t.Fatalf("snap length %d: %d packets", snaplen, len(packets))
		}
		if e := damageOf(t, f); !strings.Contains(e.Text, "claims 16777217 bytes") {
			t.Errorf("snap length %d: the error is %q", snaplen, e)
		}
	}
}

func TestLengthsAreSwappedInOldVersions(t *testing.T) {
	for _, c := range []struct {
		minor            uint16
		first, second    uint32
		original, length int
	}{
		{2, 60, 4, 60, 4}, // on the wire, captured
		{3, 60, 4, 60, 4}, // either order: the smaller is what was captured
		{3, 4, 60, 60, 4},
		{4, 4, 60, 60, 4},
	} {
		packets, f := read(t, newPcap(le, pcapMicroseconds, c.minor, 96, 1).record(1, 0, c.first, c.second, "data").b)
		if f.Err != nil || len(packets) != 1 || len(packets[0].Data) != c.length || int(packets[0].Original) != c.original {
			t.Errorf("version 2.%d with %d and %d: %+v, %v", c.minor, c.first, c.second, packets, f.Err)
		}
	}
}

func TestAnUnknownVersionIsRefusedByName(t *testing.T) {
	b := plainPcap().b
	b[4], b[6] = 9, 9
	if e := refused(t, b); !strings.Contains(e.Error(), "version 9.9") {
		t.Errorf("the error is %q", e)
	}
}

func TestTheFrameCheckSequenceIsNoData(t *testing.T) {
	for _, units := range []uint32{2, 4} { // as specified, and as some count
		w := newPcap(le, pcapMicroseconds, 4, 65535, units<<28|1<<26|linkEthernet).packet(1, 0, "frameFCS!").record(2, 0, 5, 9, "frame").record(3, 0, 7, 9, "frameFC")
		packets, f := read(t, w.b)
		if f.Err != nil || !slices.Equal(texts(packets), []string{"frame", "frame", "frame"}) {
			t.Fatalf("read %q, %v", texts(packets), f.Err)
		}
		if p := packets[0]; p.Original != 5 || p.LinkType != linkEthernet {
			t.Errorf("the first packet reads %+v", p)
		}
		if f.Cut != 0 {
			t.Errorf("%d packets count as cut", f.Cut)
		}
	}
}

func TestContradictionsAreCountedAndDoNotStopTheReading(t *testing.T) {
	w := plainPcap().record(1, 2_500_000, 4, 4, "late").record(9, 0, 5, 3, "large").record(9, 0, 0, 0, "").record(0, 0, 0, 0, "").packet(10, 0, "last")
	packets, f := read(t, w.b)
	if f.Err != nil || !slices.Equal(texts(packets), []string{"late", "large", "", "", "last"}) {
		t.Fatalf("read %q, %v", texts(packets), f.Err)
	}
	if packets[0].Time != 3_500_000_000 || packets[1].Original != 5 {
		t.Errorf("read %+v", packets[:2])
	}
	for _, word := range []string{"fraction of a second", "more was captured"} {
		if !strings.Contains(fmt.Sprint(f.Remarks), word) {
			t.Errorf("no remark on %q: %q", word, f.Remarks)
		}
	}
}

func TestZerosAtTheEndAreNoPackets(t *testing.T) {
	w := plainPcap().packet(1, 0, "kept")
	for _, n := range []int{16, 100, 4096, 1 << 20} {
		packets, f := read(t, append(slices.Clone(w.b), make([]byte, n)...))
		if e := damageOf(t, f); len(packets) != 1 || !strings.Contains(e.Text, "zeros") || e.Offset != int64(len(w.b)) {
			t.Errorf("%d zeros: %d packets, %v", n, len(packets), e)
		}
	}
}

func TestAFileBehindAFileIsNamed(t *testing.T) {
	w := plainPcap().packet(1, 0, "kept")
	packets, f := read(t, append(slices.Clone(w.b), w.b...))
	if e := damageOf(t, f); len(packets) != 1 || !strings.Contains(e.Text, "another pcap file begins here") || e.Offset != int64(len(w.b)) {
		t.Errorf("%d packets, %v", len(packets), e)
	}
}

func TestTimeThatGoesBackIsFound(t *testing.T) {
	w := plainPcap().packet(100, 0, "a").packet(99, 900000, "b").packet(101, 0, "c").packet(51, 0, "d").packet(52, 0, "e").packet(200, 0, "f")
	_, f := read(t, w.b)
	if f.TimeBackwards != 2 || f.BackwardsAt != 4 || f.BackwardsBy != record.Duration(50e9) || f.First != 51e9 || f.Last != 200e9 {
		t.Errorf("the file reads %+v", f)
	}
	_, f = read(t, plainPcap().packet(1, 0, "a").packet(1, 0, "b").packet(0xffffffff, 999999, "c").b)
	if f.TimeBackwards != 0 || f.Last != record.Time(0xffffffff*1e9+999999000) {
		t.Errorf("a file in order reads %+v", f)
	}
}
