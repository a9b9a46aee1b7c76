package split

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// begin is when the captures of these tests begin.
const begin = 1582001395 * int64(time.Second) // 2020-02-18T04:49:55Z

// pcap makes a pcap file of packets at these times, each with its number as
// data.
func pcap(order binary.AppendByteOrder, nanoseconds bool, times ...int64) []byte {
	magic, unit := uint32(0xa1b2c3d4), int64(time.Microsecond)
	if nanoseconds {
		magic, unit = 0xa1b23c4d, 1
	}
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(order.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = order.AppendUint32(order.AppendUint32(b, 65535), 1)
	for i, t := range times {
		data := fmt.Sprintf("packet %d of %d", i+1, len(times))
		b = order.AppendUint32(b, uint32(t/int64(time.Second)))
		b = order.AppendUint32(b, uint32(t%int64(time.Second)/unit))
		b = order.AppendUint32(order.AppendUint32(b, uint32(len(data))), uint32(len(data)))
		b = append(b, data...)
	}
	return b
}

// every gives n times that lie by nanoseconds apart.
func every(n int, by time.Duration) []int64 {
	list := make([]int64, n)
	for i := range list {
		list[i] = begin + int64(i)*int64(by)
	}
	return list
}

// block makes a little-endian pcapng block.
func block(kind uint32, body ...[]byte) []byte {
	le := binary.LittleEndian
	all := bytes.Join(body, nil)
	for len(all)%4 != 0 {
		all = append(all, 0)
	}
	n := uint32(len(all) + 12)
	return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, kind), n), all...), n)
}

func u32(list ...uint32) (b []byte) {
	for _, v := range list {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// option makes a pcapng option.
func option(code uint16, value string) []byte {
	b := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, code), uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// section begins a section of a length.
func section(length uint64, comment string) []byte {
	return block(0x0a0d0d0a, u32(0x1a2b3c4d, 1), binary.LittleEndian.AppendUint64(nil, length), option(1, comment))
}

// described is an interface of a link type.
func described(link uint32, name string) []byte {
	return block(1, u32(link, 0), option(2, name))
}

func secrets(text string) []byte { return block(10, u32(0x544c534b, uint32(len(text))), []byte(text)) }

// enhanced is a packet of an interface.
func enhanced(id uint32, t int64, data, comment string) []byte {
	us := uint64(t / 1000)
	body := [][]byte{u32(id, uint32(us>>32), uint32(us), uint32(len(data)), uint32(len(data))), []byte(data), make([]byte, -len(data)&3)}
	if comment != "" {
		body = append(body, option(1, comment))
	}
	return block(6, body...)
}

// cutUp splits an input into a folder and gives the names of what is there.
func cutUp(t *testing.T, in []byte, out string, o Options) (folder string, names []string, r Result) {
	t.Helper()
	folder = t.TempDir()
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, in, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := splitFile(path, filepath.Join(folder, out), o)
	if err != nil {
		t.Fatal(err)
	}
	return folder, namesIn(t, folder), r
}

// splitFile splits with the options that all tests share.
func splitFile(path, out string, o Options) (Result, error) {
	o.Bounds, o.NoSync = bounds.Default(), true
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return Split(context.Background(), path, out, o)
}

// namesIn gives the names of the files in a folder.
func namesIn(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// seen is a packet as a reader sees it.
type seen struct {
	number   int
	time     int64
	link     uint16
	original uint32
	data     string
}

// read gives the packets of files, merged as a run of several inputs does.
func read(t *testing.T, o capture.Options, paths ...string) ([]seen, []capture.File) {
	t.Helper()
	o.Bounds = bounds.Default()
	set, err := capture.Open(context.Background(), paths, o)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var all []seen
	var p capture.Packet
	for {
		if err := set.Next(&p); errors.Is(err, io.EOF) {
			return all, set.Files()
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, seen{p.Number, p.Time, p.LinkType, p.Original, string(p.Data)})
	}
}

// pieces reads the pieces of a folder one behind the other and numbers their
// packets through.
func pieces(t *testing.T, folder string, names []string) []seen {
	t.Helper()
	var all []seen
	for _, name := range names {
		packets, files := read(t, capture.Options{}, filepath.Join(folder, name))
		if files[0].Err != nil {
			t.Errorf("%s: %v", name, files[0].Err)
		}
		for _, p := range packets {
			p.number = len(all) + 1
			all = append(all, p)
		}
	}
	return all
}

// same compares packets with those of an input.
func same(t *testing.T, got []seen, in []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "whole")
	if err := os.WriteFile(path, in, 0o600); err != nil {
		t.Fatal(err)
	}
	want, _ := read(t, capture.Options{}, path)
	if !slices.Equal(got, want) {
		t.Fatalf("%d packets in the pieces, %d in the input, or other ones", len(got), len(want))
	}
}

func wantNames(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("files\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
