package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

func TestSectionsOfBothByteOrdersAreReadOneBehindTheOther(t *testing.T) {
	w := newNg(le).iface(1, 65535).iface(101, 0).enhanced(1, 5, 3, "one")
	w.section(be).iface(113, 96).enhanced(0, 6, 900, "two")
	packets, f := read(t, w.b)
	if f.Err != nil || !slices.Equal(texts(packets), []string{"one", "two"}) || f.Format != "pcapng" || f.Detail != "2 sections, big-endian" {
		t.Fatalf("read %q, %+v", texts(packets), f)
	}
	if p := packets[0]; p.Interface != 1 || p.LinkType != 101 || p.Time != 5000 || p.Original != 3 {
		t.Errorf("the first packet reads %+v", p)
	}
	p := packets[1]
	if p.Interface != 0 || p.LinkType != 113 || p.Time != 6000 || p.Original != 900 || p.Number != 2 {
		t.Errorf("the second packet reads %+v", p)
	}
	if p.Offset+int64(len(p.Record)) != int64(len(w.b)) || be.(binary.ByteOrder).Uint32(w.b[p.Offset:]) != blockEnhanced {
		t.Errorf("the second packet is said to stand at %d, %d bytes long", p.Offset, int64(len(p.Record)))
	}
	if want := []LinkType{{1, "Ethernet", 0}, {101, "RAW", 1}, {113, "LINUX_SLL", 1}}; !slices.Equal(f.Links, want) || f.Snaplen != 0 {
		t.Errorf("link types %v, snap length %d", f.Links, f.Snaplen)
	}
}

func TestAPacketOfAnInterfaceThatIsNotDescribedEndsTheFile(t *testing.T) {
	for _, c := range []struct {
		w    *ngWriter
		say  string
		kept int
	}{
		{newNg(le).enhanced(0, 1, 1, "x"), "interface 0 is not described: the file describes none", 0},
		{newNg(le).iface(1, 0).enhanced(0, 1, 1, "x").enhanced(0xffffffff, 1, 1, "x"), "interface 4294967295 is not described, the section describes 1 interface", 1},
		{newNg(le).iface(1, 0).enhanced(0, 1, 1, "x").section(le).enhanced(0, 1, 1, "x"), "section 2 of the file describes none", 1},
		{newNg(le).simple(1, "x"), "interface 0 is not described", 0},
	} {
		packets, f := read(t, c.w.b)
		if e := damageOf(t, f); len(packets) != c.kept || !strings.Contains(e.Text, c.say) || e.Packet != c.kept+1 || e.NotACapture {
			t.Errorf("%d packets, %v, want %q", len(packets), e, c.say)
		}
	}
}

func TestSimplePacketsHaveNoTimeAndEndAtTheSnapLength(t *testing.T) {
	packets, f := read(t, newNg(le).iface(1, 4).simple(3, "one").simple(900, "twoX").iface(1, 0).b)
	if f.Err != nil || !slices.Equal(texts(packets), []string{"one", "twoX"}) || packets[1].Original != 900 {
		t.Fatalf("read %+v, %v", packets, f.Err)
	}
	if packets[0].Time != int64(record.NoTime) || f.First != record.NoTime || f.Last != record.NoTime {
		t.Errorf("times are told: %+v, %v to %v", packets[0], f.First, f.Last)
	}
	if !strings.Contains(fmt.Sprint(f.Remarks), "2 packets without a time") {
		t.Errorf("remarks are %q", f.Remarks)
	}
	// A captured packet longer than the snap length has its padding cut off.
	packets, _ = read(t, newNg(le).iface(1, 5).simple(900, "fiveX123").b)
	if !slices.Equal(texts(packets), []string{"fiveX"}) {
		t.Errorf("read %q", texts(packets))
	}
}

func TestObsoletePacketBlocksAreReadAndTellDrops(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{le, be} {
		w := newNg(order).iface(1, 0)
		for _, drops := range []uint16{3, 0xffff, 4} {
			body := order.AppendUint16(order.AppendUint16(nil, 0), drops)
			body = order.AppendUint32(order.AppendUint32(body, 1), 2)
			body = order.AppendUint32(order.AppendUint32(body, 5), 60)
			w.block(blockObsolete, append(body, "hello"...))
		}
		packets, f := read(t, w.b)
		if f.Err != nil || len(packets) != 3 || string(packets[0].Data) != "hello" || packets[0].Original != 60 || packets[0].Time != (1<<32+2)*1000 {
			t.Fatalf("read %+v, %v", packets, f.Err)
		}
		if f.Drops != 7 {
			t.Errorf("drops are %d", f.Drops)
		}
	}
}

func TestStatisticsTellDropsOfTheWholeCapture(t *testing.T) {
	w := newNg(le).iface(1, 0).iface(1, 0)
	statistics := func(id uint32, options ...[]byte) {
		body := le.AppendUint32(nil, id)
		w.block(blockStatistics, append(append(body, make([]byte, 8)...), bytes.Join(options, nil)...))
	}
	statistics(0, w.option(optionStatisticsDropped, w.u64(5)))
	w.enhanced(1, 1, 1, "x", w.option(optionPacketDrops, w.u64(2)))
	statistics(0, w.option(optionStatisticsDropped, w.u64(9)), w.option(optionStatisticsOSDropped, w.u64(1)))
	statistics(7, w.option(optionStatisticsDropped, w.u64(100))) // of no interface
	if _, f := read(t, w.b); f.Drops != 12 || f.Err != nil {
		t.Errorf("drops are %d, %v", f.Drops, f.Err)
	}
	if _, f := read(t, newNg(le).iface(1, 0).b); f.Drops != record.NoCount {
		t.Errorf("drops that nothing tells are %d", f.Drops)
	}
}

func TestSecretsAreHandedOutBeforeThePacketsThatFollow(t *testing.T) {
	secret := func(w *ngWriter, kind uint32, text string, length int) *ngWriter {
		body := w.order.AppendUint32(w.order.AppendUint32(nil, kind), uint32(length))
		return w.block(blockSecrets, append(body, text...))
	}
	w := newNg(le).iface(1, 0)
	secret(w, SecretTLSKeyLog, "CLIENT_RANDOM a b\n", 18).enhanced(0, 1, 1, "x")
	secret(w, SecretTLSKeyLog, "lies", 5).section(be).iface(1, 0)
	secret(w, SecretWireGuard, "wg", 2).enhanced(0, 1, 1, "y")
	var told []string
	packets, files, err := readAll(t, []string{"-"}, Options{Stdin: bytes.NewReader(w.b), Secret: func(file int, s Secret) {
		told = append(told, fmt.Sprintf("%d %x %s %d", file, s.Type, s.Data, s.Packets))
	}})
	if err != nil || len(packets) != 2 || files[0].Err != nil {
		t.Fatal(err, packets, files)
	}
	if want := []string{"0 544c534b CLIENT_RANDOM a b\n 0", "0 57474b4c wg 1"}; !slices.Equal(told, want) {
		t.Errorf("told were %q", told)
	}
	if len(files[0].Secrets) != 2 || !strings.Contains(fmt.Sprint(files[0].Remarks), "whose length is wrong") {
		t.Errorf("the file reads %+v", files[0])
	}
}

func TestInterfacesAndCommentsAreTold(t *testing.T) {
	w := &ngWriter{order: be}
	w.section(be, w.option(optionComment, []byte("of the section")), w.option(4, []byte("dumpcap")))
	w.iface(1, 96, w.option(optionInterfaceName, []byte("eth\x1b0")), w.option(optionInterfaceFilter, []byte("\x00port 9292")),
		w.option(optionInterfaceOS, []byte("Linux")), w.option(optionInterfaceDescription, []byte("uplink")), w.option(optionEnd, nil))
	w.enhanced(0, 1, 1, "x", w.option(optionComment, []byte("of packet 1")), w.option(optionEnd, nil), w.option(optionComment, []byte("behind the end")))
	_, f := read(t, w.b)
	if want := []Interface{{LinkType: 1, Snaplen: 96, Name: "eth\x1b0", Description: "uplink", Filter: "port 9292", OS: "Linux"}}; !reflect.DeepEqual(f.Interfaces, want) {
		t.Errorf("interfaces are %+v", f.Interfaces)
	}
	if want := []Comment{{0, "of the section"}, {1, "of packet 1"}}; !slices.Equal(f.Comments, want) {
		t.Errorf("comments are %+v", f.Comments)
	}
	if f.Snaplen != 96 || f.Err != nil {
		t.Errorf("the file reads %+v", f)
	}
}

func TestWhatIsKeptOfCommentsAndInterfacesIsBounded(t *testing.T) {
	w := newNg(le)
	long := w.option(optionComment, bytes.Repeat([]byte("x"), 60000))
	for range mostInterfaces + 10 {
		w.iface(1, 0, w.option(optionComment, []byte("short")))
	}
	w.iface(1, 0, long)
	_, f := read(t, w.b)
	if len(f.Interfaces) != mostInterfaces || len(f.Comments) != mostComments || f.Err != nil {
		t.Errorf("%d interfaces and %d comments are kept, %v", len(f.Interfaces), len(f.Comments), f.Err)
	}
	if said := fmt.Sprint(f.Remarks); !strings.Contains(said, "35 comments beyond") || !strings.Contains(said, "11 interface descriptions beyond") {
		t.Errorf("remarks are %q", f.Remarks)
	}
	_, f = read(t, newNg(le).iface(1, 0, long).b)
	if len(f.Comments) != 1 || len(f.Comments[0].Text) > mostText+4 {
		t.Errorf("a comment of 60000 bytes is kept whole")
	}
}

func TestTheFrameCheckSequenceOfAnInterfaceOrPacketIsNoData(t *testing.T) {
	w := newNg(le)
	w.iface(1, 0, w.option(optionInterfaceFCS, []byte{4})).iface(1, 0)
	flags := w.option(optionPacketFlags, w.order.AppendUint32(nil, 4<<5))
	w.enhanced(0, 1, 9, "frameFCS!").enhanced(1, 1, 9, "frameFCS!", flags).enhanced(1, 1, 5, "frame").enhanced(0, 1, 9, "frame").simple(9, "frameFCS!")
	packets, f := read(t, w.b)
	if f.Err != nil || !slices.Equal(texts(packets), []string{"frame", "frame", "frame", "frame", "frame"}) {
		t.Errorf("read %q, %v", texts(packets), f.Err)
	}
}

func TestOtherBlocksArePassedOverByName(t *testing.T) {
	w := newNg(be).iface(1, 0)
	for _, kind := range []uint32{blockNames, blockNames, blockJournal, blockCustom, blockCustomLocal, 0x1234, 0x80000001} {
		w.block(kind, []byte("whatever stands in it"))
	}
	packets, f := read(t, w.enhanced(0, 1, 1, "x").b)
	if len(packets) != 1 || f.Err != nil {
		t.Fatalf("read %+v, %v", packets, f.Err)
	}
	want := "passed over: 2 name resolution blocks, 1 journal block, 2 custom blocks, 2 blocks of unknown type"
	if !slices.Contains(f.Remarks, want) {
		t.Errorf("remarks are %q", f.Remarks)
	}
}

func TestAnOptionBeyondItsBlockIsRemarkedOn(t *testing.T) {
	w := newNg(le)
	w.iface(1, 0, w.option(optionInterfaceName, []byte("eth0")), []byte{2, 0, 0xff, 0xff}).enhanced(0, 1, 1, "x", []byte{1, 0, 9, 0, 'a', 'b', 'c', 'd'})
	packets, f := read(t, w.b)
	if len(packets) != 1 || f.Err != nil || f.Interfaces[0].Name != "eth0" || !strings.HasPrefix(f.Remarks[0], "2 blocks with an option that reaches beyond") {
		t.Errorf("read %+v, %+v", packets, f)
	}
}

func TestDamagedBlocksEndTheFile(t *testing.T) {
	good := func() *ngWriter { return newNg(le).iface(1, 0).enhanced(0, 1, 4, "kept") }
	at := len(good().b)
	patch := func(offset int, v uint32) []byte {
		b := good().enhanced(0, 2, 4, "lost").b
		binary.LittleEndian.PutUint32(b[at+offset:], v)
		return b
	}
	short := good()
	short.block(blockEnhanced, make([]byte, 8))
	for _, c := range []struct {
		b   []byte
		say string
	}{
		{patch(4, 0), "claims a length of 0, the smallest block has 12"},
		{patch(4, 8), "claims a length of 8, the smallest block has 12"},
		{patch(4, 61), "claims a length of 61, no multiple of 4"},
		{patch(4, 0xfffffffc), "claims a length of 4294967292, more than the 16777216"},
		{patch(4, 4096), "claims 4096 bytes, the file ends after 36 of them"},
		{patch(32, 999), "has the length 36 at its beginning and 999 at its end"},
		{patch(20, 5), "claims 5 bytes of data"},
		{patch(20, 0xffffffff), "claims 4294967295 bytes of data"},
		{short.b, "enhanced packet block of 20 bytes, the smallest has 32"},
		{good().block(blockInterface, make([]byte, 4)).b, "interface description block of 16 bytes"},
		{good().block(blockSimple, nil).b, "simple packet block of 12 bytes"},
		{good().block(blockObsolete, nil).b, "packet block of 12 bytes"},
		{append(good().b, 0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4), "byte-order magic 0x04030201"},
		{append(good().b, 6, 0, 0), "3 bytes into a block's header"},
	} {
		packets, f := read(t, c.b)
		e := damageOf(t, f)
		if !slices.Equal(texts(packets), []string{"kept"}) || !strings.Contains(e.Text, c.say) || e.Packet != 2 || e.Offset != int64(at) {
			t.Errorf("read %q, %v, want %q", texts(packets), e, c.say)
		}
	}
}

func TestWhatOnlyBeginsLikePcapngIsRefused(t *testing.T) {
	b := newNg(le).iface(1, 0).b
	for _, c := range []struct {
		b   []byte
		say string
	}{
		{b[:4], "truncated inside the section header: it ends at byte 4 of 28"},
		{b[:19], "truncated inside the section header: it ends at byte 19 of 28"},
		{append(append(slices.Clone(b[:8]), 1, 2, 3, 4), b[12:]...), "byte-order magic is 0x04030201"},
		{append(append(slices.Clone(b[:12]), 9, 0), b[14:]...), "version 9.0"},
	} {
		if e := refused(t, c.b); !strings.Contains(e.Error(), c.say) {
			t.Errorf("the error is %q, want %q", e, c.say)
		}
	}
}

func TestTicksOfAnyLengthBecomeNanoseconds(t *testing.T) {
	for _, c := range []struct {
		resolution uint8
		offset     int64
		ticks      uint64
		want       int64
		exact      bool
	}{
		{6, 0, 1, 1000, true},
		{0, 0, 7, 7e9, true},
		{0, 0, 1 << 63, maxTime, false},
		{9, 0, 7, 7, true},
		{9, 1500000000, 7, 1500000000*1e9 + 7, true},
		{12, 0, 7999, 7, true},
		{28, 0, 10_000_000_000_000_000_000, 1, true},
		{29, 0, math.MaxUint64, 0, true},
		{127, 3, math.MaxUint64, 3e9, true},
		{0x80 | 0, 0, 7, 7e9, true},
		{0x80 | 10, 0, 1536, 1.5e9, true},
		{0x80 | 63, 0, 1<<63 | 1<<62, 1.5e9, true},
		{0x80 | 64, 0, 1 << 63, 5e8, true},
		{0x80 | 127, 0, math.MaxUint64, 0, true},
		{6, 0, math.MaxUint64, maxTime, false},
		{6, math.MinInt64, 1, minTime + 1000, false}, // the offset itself is cut to what fits
		{6, math.MaxInt64, 1, maxTime, false},
		{6, 9223372036, 1, 9223372036*1e9 + 1000, true},
		{6, -1, 0, -1e9, true},
	} {
		clock := newClock(c.resolution, c.offset)
		got, exact := clock.time(c.ticks)
		if got != c.want || exact != c.exact {
			t.Errorf("resolution %#x, offset %d: %d ticks are %d (%t), want %d (%t)", c.resolution, c.offset, c.ticks, got, exact, c.want, c.exact)
		}
	}
}

func TestResolutionAndOffsetAreReadFromTheInterface(t *testing.T) {
	w := newNg(be)
	w.iface(1, 0, w.option(optionInterfaceResolution, []byte{9}), w.option(optionInterfaceOffset, w.u64(100)))
	w.iface(1, 0).iface(1, 0, w.option(optionInterfaceOffset, w.u64(1<<63)))
	packets, f := read(t, w.enhanced(0, 5, 1, "x").enhanced(1, 200_000_000, 1, "x").enhanced(2, math.MaxUint64, 1, "x").b)
	if f.Err != nil || packets[0].Time != 100_000_000_005 || packets[1].Time != 200e9 || !strings.Contains(fmt.Sprint(f.Remarks), "outside of the years 1677 to 2262") {
		t.Errorf("read %+v, %+v", packets, f)
	}
}
