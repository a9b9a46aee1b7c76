package split

import (
	"bytes"
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
			})
		}
	}
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
	inputs := map[string]given{
		"empty":           {"pcap", pcap(le, false), true},
		"every 0.1 s":     {"pcap", pcap(le, false, every(40, 100*time.Millisecond)...), true},
		"nanoseconds":     {"nsecpcap", pcap(le, true, every(100, 33_333_333)...), true},
		"big-endian":      {"nsecpcap", pcap(be, true, every(20, 700*time.Millisecond)...), false},
		"on the boundary": {"nsecpcap", pcap(le, true, begin, begin+1e9, begin+1e9+1, begin+2e9, begin+2299999999, begin+2300000000, begin+4599999998, begin+4599999999), true},
		"quiet":           {"pcap", pcap(le, false, begin, begin+1e9, begin+500e9, begin+501e9), true},
		"time goes back":  {"pcap", pcap(le, false, begin, begin+3e9, begin+1e9, begin+7e9, begin-1e9, begin+8e9), true},
		"pcapng":          {"pcapng", ng, false},
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
	a, _ := read(t, capture.Options{}, ours)
	b, _ := read(t, capture.Options{}, theirs)
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%s: %d packets, editcap's file has %d, or they differ", filepath.Base(ours), len(a), len(b))
	}
}
