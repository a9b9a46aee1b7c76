package capture

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
)

// cutFiles writes three pieces of a capture of seven packets, and their
// manifest.
func cutFiles(t *testing.T) (folder, list string) {
	t.Helper()
	folder = t.TempDir()
	numbers := [][]uint32{{1, 4, 7}, {2, 3}, {5, 6}}
	frames := []string{"[1,1,3,1,3,1]", "[2,2]", "[5,2]"}
	var listed []string
	for n, of := range numbers {
		w := plainPcap()
		for _, number := range of {
			w.packet(100-number, 0, fmt.Sprint("packet ", number)) // the times go back
		}
		name := fmt.Sprint("piece", n)
		if err := os.WriteFile(filepath.Join(folder, name), w.b, 0o600); err != nil {
			t.Fatal(err)
		}
		listed = append(listed, fmt.Sprintf(`{"file":%q,"packets":%d,"frames":%s}`, name, len(of), frames[n]))
	}
	list = filepath.Join(folder, "list.json")
	text := `{"schema":"glancecap.split/1","pieces":[` + strings.Join(listed, ",") + `]}`
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, list
}

func TestAManifestReadsItsPiecesInTheOrderOfTheWhole(t *testing.T) {
	_, list := cutFiles(t)
	packets, files, err := readAll(t, []string{list}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"packet 1", "packet 2", "packet 3", "packet 4", "packet 5", "packet 6", "packet 7"}
	if got := texts(packets); !slices.Equal(got, want) {
		t.Fatalf("packets %q", got)
	}
	for i, p := range packets {
		if p.Number != i+1 || p.File != 0 {
			t.Errorf("packet %d has the number %d in file %d", i+1, p.Number, p.File)
		}
	}
	f := files[0]
	if len(files) != 1 || f.Path != list || f.Err != nil || f.Format != "pcap" || f.Packets != 7 || f.Links[0].Packets != 7 || f.TimeBackwards != 2 {
		t.Errorf("the file is told as %+v", f)
	}
}

func TestAManifestIsMergedWithOtherCapturesByTime(t *testing.T) {
	_, list := cutFiles(t)
	other := file(t, "other", plainPcap().packet(96, 5, "between").b)
	packets, files, err := readAll(t, []string{other, list}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The pieces' times are 99 to 93, and the merge takes the earlier head.
	if got := texts(packets); len(got) != 8 || got[0] != "between" || packets[1].Number != 1 || packets[1].File != 1 || files[1].Packets != 7 {
		t.Errorf("packets %q, files %+v", texts(packets), files)
	}
}

func TestPiecesBesideTheirManifestAreOneCapture(t *testing.T) {
	folder, list := cutFiles(t)
	other := file(t, "other", plainPcap().packet(200, 0, "other").b)
	packets, files, err := readAll(t, []string{filepath.Join(folder, "piece2"), other, filepath.Join(folder, "piece0")}, Options{Manifest: list})
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, p := range packets {
		numbers = append(numbers, p.Number)
	}
	if !slices.Equal(numbers, []int{1, 4, 5, 6, 7, 1}) || len(files) != 2 || files[0].Path != list || files[1].Path != other {
		t.Errorf("numbers %v, %d files", numbers, len(files))
	}
}

func TestAPieceThatIsMissingOrDamagedCostsItselfAlone(t *testing.T) {
	for name, harm := range map[string]func(path string) error{
		"no such file":                      os.Remove,
		"truncated":                         func(path string) error { return os.Truncate(path, 60) },
		"is not the piece":                  func(path string) error { return os.WriteFile(path, plainPcap().packet(98, 0, "packet 2").b, 0o600) },
		"is a manifest, and itself listed ": func(path string) error { return copyFile(path, filepath.Join(filepath.Dir(path), "list.json")) },
	} {
		folder, list := cutFiles(t)
		if err := harm(filepath.Join(folder, "piece1")); err != nil {
			t.Fatal(err)
		}
		packets, files, err := readAll(t, []string{list}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(packets); n < 5 || packets[n-1].Number != 7 {
			t.Errorf("%s: packets %q", name, texts(packets))
		}
		if e := files[0].Err; e == nil || !strings.Contains(e.Error(), name) || !strings.Contains(e.Error(), "piece1: ") {
			t.Errorf("%s is told as %v", name, e)
		}
	}
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

func TestABrokenManifestIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{"schema":"glancecap.split/1","pieces":[]}`:             "lists no pieces",
		`{"schema":"glancecap.split/1","pieces":[`:               "unexpected EOF",
		`{"schema":"glancecap.split/1","pieces":[{"file":"-"}]}`: "standard input",
	} {
		if e := refused(t, []byte(text)); !strings.Contains(e.Text, want) {
			t.Errorf("%s is refused with %q", text, e.Text)
		}
	}
}

func TestEverythingOfAFileIsGivenInItsOrder(t *testing.T) {
	w := newNg(le).iface(linkEthernet, 0)
	w.enhanced(0, 1, 3, "one").section(be).iface(101, 0).block(blockSecrets, make([]byte, 8)).enhanced(0, 2, 3, "two").block(blockStatistics, make([]byte, 12))
	for name, b := range map[string][]byte{"pcapng": w.b, "pcap": plainPcap().packet(1, 0, "one").packet(2, 0, "two").b} {
		s, err := Open(t.Context(), []string{file(t, "x", b)}, Options{Bounds: bounds.Default(), Everything: true})
		if err != nil {
			t.Fatal(err)
		}
		var joined []byte
		var kinds []Kind
		var p Packet
		for s.Next(&p) == nil {
			if p.Offset != int64(len(joined)) {
				t.Errorf("%s: a record stands at %d, told is %d", name, len(joined), p.Offset)
			}
			joined = append(joined, p.Record...)
			kinds = append(kinds, p.Kind)
		}
		if string(joined) != string(b) {
			t.Errorf("%s: the records joined are not the file", name)
		}
		want := []Kind{IsFileHeader, IsPacket, IsPacket}
		if name == "pcapng" {
			want = []Kind{IsSection, IsDescription, IsPacket, IsSection, IsDescription, IsSecrets, IsPacket, IsOther}
		}
		if !slices.Equal(kinds, want) || s.Files()[0].Packets != 2 {
			t.Errorf("%s: kinds %v, %d packets", name, kinds, s.Files()[0].Packets)
		}
	}
}
