package capture

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hostileFolder holds captures that were damaged on purpose and what is
// acceptable for each.
const hostileFolder = "../../../shared/captures/hostile"

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
	}
}
