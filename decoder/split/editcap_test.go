package split

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"glancecap/decoder/capture"
)

// editcapOf runs editcap in a zone and gives the files that hold packets.
func editcapOf(t *testing.T, zone, format, in string, how ...string) (folder string, names []string) {
	t.Helper()
	folder = t.TempDir()
	args := append(append([]string{"-F", format}, how...), in, filepath.Join(folder, "out.cap"))
	c := exec.Command("editcap", args...)
	c.Env = append(os.Environ(), "TZ="+zone)
	if said, err := c.CombinedOutput(); err != nil {
		t.Skipf("skipped: editcap %v: %v: %s", args, err, said)
	}
	for _, name := range namesIn(t, folder) {
		if packets, _ := read(t, capture.Options{}, filepath.Join(folder, name)); len(packets) > 0 {
			names = append(names, name)
		} else if name == "out.cap" {
			names = append(names, name)
		}
	}
	return folder, names
}

// splits are ways to cut, as editcap is told them.
var splits = [][2]string{
	{"-c", "1"}, {"-c", "3"}, {"-c", "100"}, {"-c", "5000"},
	{"-i", "1"}, {"-i", "0.3"}, {"-i", "2.3"}, {"-i", "1e1"}, {"-i", "60"},
}

// optionsOf gives the options for a way to cut.
func optionsOf(t *testing.T, how [2]string) (o Options) {
	t.Helper()
	var err error
	if how[0] == "-c" {
		o.Packets, err = strconv.ParseInt(how[1], 10, 64)
	} else {
		o.Interval, err = ParseInterval(how[1])
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNamesAndPacketsAreThoseOfEditcap(t *testing.T) {
	if _, err := exec.LookPath("editcap"); err != nil {
		t.Skip("skipped: editcap is not installed")
	}
	const zone = "Europe/Berlin"
	berlin, err := time.LoadLocation(zone)
	if err != nil {
		t.Skip("skipped: no time zones are installed")
	}
	for name, in := range differential(t) {
		for _, s := range splits {
			if strings.Contains(name, "shared") && s[1] == "1" && s[0] == "-c" {
				continue // thousands of files
			}
			t.Run(name+" "+s[0]+" "+s[1], func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "in")
				if err := os.WriteFile(path, in.bytes, 0o600); err != nil {
					t.Fatal(err)
				}
				theirs, want := editcapOf(t, zone, in.format, path, s[:]...)
				ours := t.TempDir()
				o := optionsOf(t, s)
				o.Zone = berlin
				if _, err := splitFile(path, filepath.Join(ours, "out.cap"), o); err != nil {
					t.Fatal(err)
				}
				names := namesIn(t, ours)
				if !slices.Equal(names, want) {
					t.Fatalf("files\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
				}
				for _, n := range names {
					compareFiles(t, in, filepath.Join(ours, n), filepath.Join(theirs, n))
				}
				same(t, pieces(t, ours, names), in.bytes)
				if in.equal {
					joined(t, ours, names, in.bytes)
				}
			})
		}
	}
}

// joined tells whether the pieces of a pcap file, behind their headers, are that
// file byte for byte.
func joined(t *testing.T, folder string, names []string, want []byte) {
	t.Helper()
	const header = 24
	all := bytes.Clone(want[:header])
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(folder, n))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b[header:]...)
	}
	if !bytes.Equal(all, want) {
		t.Errorf("the pieces joined have %d bytes, the input %d, or other ones", len(all), len(want))
	}
}

// TestCountAndTimeTogetherCutAsEditcapDoesOneAfterTheOther has editcap, which takes
// -c or -i, cut by time and then each piece by count.
func TestCountAndTimeTogetherCutAsEditcapDoesOneAfterTheOther(t *testing.T) {
	if _, err := exec.LookPath("editcap"); err != nil {
		t.Skip("skipped: editcap is not installed")
	}
	for name, in := range differential(t) {
		if name == "empty" {
			continue
		}
		for _, how := range [][2]string{{"3", "0.3"}, {"100", "1"}, {"700", "2.3"}, {"1000", "60"}} {
			if strings.Contains(name, "shared") && len(how[0]) == 1 {
				continue // thousands of files
			}
			path := filepath.Join(t.TempDir(), "in")
			if err := os.WriteFile(path, in.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			var want []string
			byTime, names := editcapOf(t, "UTC", in.format, path, "-i", how[1])
			for _, n := range names {
				byCount, parts := editcapOf(t, "UTC", in.format, filepath.Join(byTime, n), "-c", how[0])
				for _, part := range parts {
					packets, _ := read(t, capture.Options{}, filepath.Join(byCount, part))
					want = append(want, content(packets))
				}
			}
			o := optionsOf(t, [2]string{"-i", how[1]})
			o.Packets, _ = strconv.ParseInt(how[0], 10, 64)
			ours := t.TempDir()
			if _, err := splitFile(path, filepath.Join(ours, "out.cap"), o); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range namesIn(t, ours) {
				packets, _ := read(t, capture.Options{}, filepath.Join(ours, n))
				got = append(got, content(packets))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, -c %s -i %s: %d pieces, editcap's are %d, or hold other packets", name, how[0], how[1], len(got), len(want))
			}
		}
	}
}

// content writes packets without their numbers.
func content(packets []seen) string {
	var b strings.Builder
	for _, p := range packets {
		fmt.Fprintln(&b, p.time, p.link, p.original, p.data)
	}
	return b.String()
}

// given is an input of the comparison.
type given struct {
	format string // as editcap calls it
	bytes  []byte
	equal  bool // editcap writes the same bytes
}

// differential are the inputs: corner cases, and recorded captures where they
// are.
func differential(t *testing.T) map[string]given {
	ng := bytes.Join([][]byte{section(1<<64-1, "x"), described(1, "a"), described(1, "b"), enhanced(1, begin, "one", "c"), enhanced(0, begin+1e9, "twotwo", ""),
		enhanced(0, begin+1e9+1e3, "three", ""), enhanced(1, begin+9e9, "", "")}, nil)
	sections := bytes.Join([][]byte{section(1<<64-1, "first"), described(1, "a"), described(101, "tun"), enhanced(0, begin, "one", "a comment"), enhanced(1, begin+3e8, "two", ""),
		section(1<<64-1, "second"), described(1, "b"), enhanced(0, begin+4e9, "three", "another"), enhanced(0, begin+4e9+5e8, "four", "")}, nil)
	inputs := map[string]given{
		"empty":                    {"pcap", pcap(le, false), true},
		"every 0.1 s":              {"pcap", pcap(le, false, every(40, 100*time.Millisecond)...), true},
		"nanoseconds":              {"nsecpcap", pcap(le, true, every(100, 33_333_333)...), true},
		"big-endian":               {"nsecpcap", pcap(be, true, every(20, 700*time.Millisecond)...), false},
		"on the boundary":          {"nsecpcap", pcap(le, true, begin, begin+1e9, begin+1e9+1, begin+2e9, begin+2299999999, begin+2300000000, begin+4599999998, begin+4599999999), true},
		"quiet":                    {"pcap", pcap(le, false, begin, begin+1e9, begin+500e9, begin+501e9), true},
		"time goes back":           {"pcap", pcap(le, false, begin, begin+3e9, begin+1e9, begin+7e9, begin-1e9, begin+8e9), true},
		"microseconds, big-endian": {"pcap", pcap(be, false, every(30, 77*time.Millisecond)...), false},
		"pcapng":                   {"pcapng", ng, false},
		"pcapng of two sections":   {"pcapng", sections, false},
		"pcapng, big-endian":       {"pcapng", swapped(t, ng), false},
	}
	for _, name := range []string{"upload-one", "lossy", "vxlan"} {
		b, err := os.ReadFile("../../../shared/captures/" + name + "/capture.pcap")
		if err != nil {
			t.Logf("skipped: %s is not here", name)
			continue
		}
		inputs["shared "+name] = given{"pcap", b, true}
	}
	return inputs
}

// swapped gives a little-endian pcapng file in the other byte order. Its blocks hold
// 32-bit words, but for options and packets' bytes.
func swapped(t *testing.T, ng []byte) []byte {
	t.Helper()
	out := bytes.Clone(ng)
	word := func(at int) { slices.Reverse(out[at : at+4]) }
	for at := 0; at < len(ng); {
		kind, n := binary.LittleEndian.Uint32(ng[at:]), int(binary.LittleEndian.Uint32(ng[at+4:]))
		options := at + 12
		switch kind {
		case 0x0a0d0d0a:
			word(at + 8)
			slices.Reverse(out[at+12 : at+14])
			slices.Reverse(out[at+14 : at+16])
			slices.Reverse(out[at+16 : at+24])
			options = at + 24
		case 1:
			slices.Reverse(out[at+8 : at+10])
			word(at + 12)
			options = at + 16
		case 6:
			for i := 8; i < 28; i += 4 {
				word(at + i)
			}
			options = at + 28 + (int(binary.LittleEndian.Uint32(ng[at+20:]))+3)&^3
		default:
			t.Fatalf("a block of type %d", kind)
		}
		for options < at+n-4 {
			length := int(binary.LittleEndian.Uint16(ng[options+2:]))
			slices.Reverse(out[options : options+2])
			slices.Reverse(out[options+2 : options+4])
			options += 4 + (length+3)&^3
		}
		word(at)
		word(at + 4)
		word(at + n - 4)
		at += n
	}
	return out
}

func compareFiles(t *testing.T, in given, ours, theirs string) {
	t.Helper()
	if in.equal {
		a, err := os.ReadFile(ours)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(theirs)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: %d bytes differ from editcap's %d", filepath.Base(ours), len(a), len(b))
		}
		return
	}
	a, of := read(t, capture.Options{}, ours)
	b, than := read(t, capture.Options{}, theirs)
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%s: %d packets, editcap's file has %d, or they differ", filepath.Base(ours), len(a), len(b))
	}
	if x, y := packetComments(of[0]), packetComments(than[0]); x != y {
		t.Errorf("%s: the comments of packets are %s, editcap's %s", filepath.Base(ours), x, y)
	}
}

// packetComments writes the comments of a file's packets.
func packetComments(f capture.File) string {
	var b strings.Builder
	for _, c := range f.Comments {
		if c.Packet > 0 {
			fmt.Fprintf(&b, "%d %q ", c.Packet, c.Text)
		}
	}
	return b.String()
}
