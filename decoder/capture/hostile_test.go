package capture

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
)

// hostileFolder holds captures that were damaged on purpose and what is
// acceptable for each.
const hostileFolder = "../../../shared/captures/hostile"

// readAll reads inputs to their end and gives copies of their packets.
func readAll(t testing.TB, paths []string, o Options) ([]Packet, []File, error) {
	t.Helper()
	if o.Bounds.Record == 0 {
		o.Bounds = bounds.Default()
	}
	s, err := Open(context.Background(), paths, o)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	var list []Packet
	for {
		var p Packet
		if err := s.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("Next: %v", err)
		}
		if len(list) < 100000 {
			p.Data = append([]byte(nil), p.Data...)
			list = append(list, p)
		}
	}
	return list, s.Files(), nil
}

func TestEveryHostileFileEndsAsIsAcceptable(t *testing.T) {
	f, err := os.Open(filepath.Join(hostileFolder, "expect.jsonl"))
	if err != nil {
		t.Skip("the hostile captures are not beside the project: ", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e struct {
			File, Group, Say string
			Exit             []int
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		switch e.Group {
		case "pcap", "pcapng", "compression", "no captures", "fuzz":
		default:
			continue
		}
		if strings.HasPrefix(e.File, "(") {
			continue
		}
		_, files, err := readAll(t, []string{filepath.Join(hostileFolder, e.File)}, Options{})
		class := 0
		var nothing *NothingReadError
		switch {
		case errors.As(err, &nothing):
			class = 2
		case files[0].Err != nil:
			class, err = 3, files[0].Err
		}
		if !slices.Contains(e.Exit, class) {
			t.Errorf("%s: ends as %d, acceptable is %v (%s): %v", e.File, class, e.Exit, e.Say, err)
		}
		var remarks []string
		if files != nil {
			remarks = files[0].Remarks
		}
		t.Logf("%s: %d: %v %q", e.File, class, err, remarks)
	}
}
