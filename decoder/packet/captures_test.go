package packet

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
)

// shared is where the recorded captures lie, beside the repository.
const shared = "../../../shared/captures"

// packets reads a capture.
func packets(t testing.TB, path string) []capture.Packet {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not here", path)
	}
	set, err := capture.Open(context.Background(), []string{path}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var all []capture.Packet
	for {
		var p capture.Packet
		if err := set.Next(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		p.Data = slices.Clone(p.Data)
		all = append(all, p)
	}
}

// decodeAll decodes packets in a row and gives each one's line, empty for
// what is no segment.
func decodeAll(t testing.TB, d *Decoder, all []capture.Packet) (lines []string) {
	t.Helper()
	for i := range all {
		var s Segment
		line := ""
		if d.Decode(&all[i], &s) == IsSegment {
			line = fmt.Sprintf("%s:%d %s:%d seq %d ack %d len %d",
				address(s.Src.Addr), s.Src.Port, address(s.Dst.Addr), s.Dst.Port, s.Seq, s.Ack, len(s.Payload)+s.Cut)
		}
		lines = append(lines, line)
	}
	return lines
}

// differences are the frames of a file that tshark reads otherwise, and why
// that is right.
var differences = map[string]struct {
	frames int
	why    string
}{
	"link-ipv6-229-but-ipv4.pcap": {105, "the frames hold IPv4, and say so"},
	"nest-gre.pcap":               {2, "50 tunnels in tunnels are beyond our bound"},
	"nest-ipip.pcap":              {2, "the same"},
	"nest-vxlan.pcap":             {2, "the same"},
	"nest-mixed.pcap":             {1, "the same"},
	"nest-vlan.pcap":              {1, "50 tags are beyond tshark's bound"},
	"ip6-jumbo.pcap":              {2, "Linux drops jumbograms below 65,536 bytes; a length of zero is left by offload"},
	"tcp-data-offset.pcap":        {5, "tshark gives a segment with a data offset below 5 a length"},
}

// TestTsharkReadsTheSameSegments compares addresses, ports, numbers and
// lengths of every frame. The captures are put behind one another, since
// starting tshark takes longer than their packets do.
func TestTsharkReadsTheSameSegments(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"upload-one/*.pcap", "vxlan/*.pcap", "sll2/*.pcap", "offload/*.pcap", "snap/*.pcap",
		"hostile/link-*.pcap", "hostile/nest-*", "hostile/ip6-[^f]*", "hostile/tcp-*", "hostile/ip-fragments-tiny*", "third-party/*.pcap*"} {
		found, _ := filepath.Glob(filepath.Join(shared, pattern))
		for _, path := range found {
			// mergecap refuses the first, and counts other blocks of the second as packets.
			if !strings.Contains(path, "link-unknown") && !strings.Contains(path, "big-endian-blocks") {
				paths = append(paths, path)
			}
		}
	}
	if len(paths) == 0 {
		t.Skipf("no captures in %s", shared)
	}
	want := tsharkLines(t, paths)
	for _, path := range paths {
		got := decodeAll(t, NewDecoder(bounds.Default()), packets(t, path))
		if len(want) < len(got) {
			t.Fatalf("tshark reads fewer packets, from %s on", path)
		}
		differ, first := 0, ""
		for i := range got {
			if got[i] != want[i] {
				if differ++; differ == 1 {
					first = fmt.Sprintf("frame %d:\n     ours %q\n   tshark %q", i+1, got[i], want[i])
				}
			}
		}
		if known := differences[filepath.Base(path)]; differ != known.frames {
			t.Errorf("%s: %d of %d frames differ from tshark's, want %d (%s)\n%s", path, differ, len(got), known.frames, known.why, first)
		}
		want = want[len(got):]
	}
	if len(want) > 0 {
		t.Errorf("tshark reads %d packets more", len(want))
	}
}

// tsharkLines has tshark tell all segments of the captures, a line a frame.
// Of a frame with tunnels the innermost addresses count.
func tsharkLines(t *testing.T, paths []string) []string {
	t.Helper()
	for _, program := range []string{"tshark", "mergecap"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: nothing to compare with", program)
		}
	}
	all := filepath.Join(t.TempDir(), "all.pcapng")
	if out, err := exec.Command("mergecap", append([]string{"-a", "-w", all}, paths...)...).CombinedOutput(); err != nil {
		t.Fatalf("mergecap: %v\n%s", err, out)
	}
	args := []string{"-n", "-r", all, "-T", "fields", "-E", "occurrence=l", "-E", "separator=|"}
	for _, field := range []string{"ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "frame.protocols"} {
		args = append(args, "-e", field)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	var lines []string
	for l := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(l, "\n"), "|")
		src, srcPort, dst, dstPort := f[0], f[2], f[3], f[5]
		if layers := f[9]; strings.LastIndex(layers, ":ipv6:") > strings.LastIndex(layers, ":ip:") {
			src, dst = f[1], f[4]
		}
		if f[8] == "" { // no length: no segment, or one that makes no sense
			lines = append(lines, "")
			continue
		}
		lines = append(lines, fmt.Sprintf("%s:%s %s:%s seq %s ack %s len %s", src, srcPort, dst, dstPort, f[6], f[7], f[8]))
	}
	return lines
}

// address writes an address as tshark does.
func address(a [16]byte) string { return netip.AddrFrom16(a).Unmap().String() }
