package packet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// shared is where the recorded captures lie, beside the repository.
const shared = "../../../shared/captures"

// packets reads a capture with pcapgo.
func packets(t testing.TB, path string) []capture.Packet {
	t.Helper()
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not here", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	type reader interface {
		ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
		LinkType() layers.LinkType
	}
	var r reader
	if bytes.HasPrefix(raw, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		r, err = pcapgo.NewNgReader(bytes.NewReader(raw), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	} else {
		r, err = pcapgo.NewReader(bytes.NewReader(raw))
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var all []capture.Packet
	for {
		data, info, err := r.ReadPacketData()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Logf("%s: packet %d: %v", path, len(all)+1, err)
			return all
		}
		link := uint16(r.LinkType())
		if len(info.AncillaryData) > 0 {
			link = uint16(info.AncillaryData[0].(layers.LinkType))
		}
		all = append(all, capture.Packet{
			Number: len(all) + 1, Interface: uint32(info.InterfaceIndex), LinkType: linkTypeOf(raw, link),
			Time: info.Timestamp.UnixNano(), Original: uint32(info.Length), Data: data,
		})
	}
}

// linkTypeOf mends what pcapgo makes of a link type: it reads eight bits.
func linkTypeOf(raw []byte, got uint16) uint16 {
	if len(raw) > 24 && bytes.HasPrefix(raw, []byte{0xd4, 0xc3, 0xb2, 0xa1}) {
		return uint16(raw[20]) | uint16(raw[21])<<8
	}
	return got
}

// decodeAll decodes packets in a row and gives each one's line, empty for
// what is no segment.
func decodeAll(t testing.TB, d *Decoder, all []capture.Packet) (lines []string, fates map[Fate]int) {
	t.Helper()
	fates = make(map[Fate]int)
	for i := range all {
		var s Segment
		fate := d.Decode(&all[i], &s)
		fates[fate]++
		line := ""
		if fate == IsSegment {
			line = fmt.Sprintf("%s:%d %s:%d seq %d ack %d len %d",
				address(s.Src.Addr), s.Src.Port, address(s.Dst.Addr), s.Dst.Port, s.Seq, s.Ack, len(s.Payload)+s.Cut)
		}
		lines = append(lines, line)
	}
	return lines, fates
}

// tsharkLines has tshark tell the same of a capture. Of a frame with tunnels
// the innermost addresses count.
func tsharkLines(t *testing.T, path string) []string {
	t.Helper()
	program, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: nothing to compare with")
	}
	args := []string{"-n", "-r", path, "-T", "fields", "-E", "occurrence=l", "-E", "separator=|", "-o", "tcp.check_checksum:FALSE"}
	for _, f := range []string{"ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "frame.protocols"} {
		args = append(args, "-e", f)
	}
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Logf("tshark %s: %v", path, err)
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		f := strings.Split(l, "|")
		if len(f) < 10 || f[2] == "" || f[8] == "" {
			lines = append(lines, "")
			continue
		}
		src, dst := f[0], f[3]
		protocols := f[9]
		if strings.LastIndex(protocols, ":ipv6:") > strings.LastIndex(protocols, ":ip:") {
			src, dst = f[1], f[4]
		}
		ack := f[7]
		lines = append(lines, fmt.Sprintf("%s:%s %s:%s seq %s ack %s len %s", src, f[2], dst, f[5], f[6], ack, f[8]))
	}
	return lines
}

func TestTsharkReadsTheSameSegments(t *testing.T) {
	var paths []string
	for _, name := range []string{"upload-one", "vxlan", "sll2", "offload", "snap", "import"} {
		paths = append(paths, filepath.Join(shared, name, "capture.pcap"))
	}
	for _, pattern := range []string{"link-*", "nest-*", "ip-frag*", "ip6-*", "tcp-*"} {
		found, _ := filepath.Glob(filepath.Join(shared, "hostile", pattern))
		paths = append(paths, found...)
	}
	found, _ := filepath.Glob(filepath.Join(shared, "third-party", "*.pcap*"))
	paths = append(paths, found...)
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			all := packets(t, path)
			got, fates := decodeAll(t, NewDecoder(bounds.Default()), all)
			want := tsharkLines(t, path)
			if len(want) != len(got) {
				t.Skipf("tshark reads %d of %d packets", len(want), len(got))
			}
			differ := 0
			for i := range got {
				if got[i] != want[i] {
					if differ++; differ <= 5 {
						t.Errorf("frame %d:\n     ours %q\n   tshark %q", i+1, got[i], want[i])
					}
				}
			}
			if differ > 0 {
				t.Errorf("%d of %d frames differ; fates %v", differ, len(got), fates)
			}
		})
	}
}

// address writes an address as tshark does.
func address(a [16]byte) string {
	if bytes.HasPrefix(a[:], []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) {
		var parts []string
		for _, b := range a[12:] {
			parts = append(parts, strconv.Itoa(int(b)))
		}
		return strings.Join(parts, ".")
	}
	return netipString(a)
}
