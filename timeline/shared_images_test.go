package timeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"glancecap/timeline/glance"
)

// callersOf reads for whom each command was sent, by connection and number.
func callersOf(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	callers := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		var client, request string
		var first, last int
		if _, err := fmt.Sscan(line, &client, &first, &last, &request); err != nil {
			t.Fatalf("%s: %q: %v", path, line, err)
		}
		for n := first; n <= last; n++ {
			callers[fmt.Sprint(client, " ", n)] = request
		}
	}
	return callers
}

func TestManyCallersOnOneImageAreToldApart(t *testing.T) {
	folder := filepath.Join("..", "fixtures", "recorded", "shared-images")
	callers := callersOf(t, filepath.Join(folder, "callers.tsv"))
	s := storyOf(t, filepath.Join(folder, "capture.pcapng.zst"))
	statements, told, proven := 0, 0, 0
	for _, st := range s.Statements {
		if st.Service != glance.Glance {
			continue
		}
		statements++
		if st.Call == nil || st.Call.RequestID == nil {
			if st.Verb == "UPDATE" || st.Verb == "INSERT" {
				t.Errorf("%s writes, and nobody is told: %s", st.ID, st.Text)
			}
			continue
		}
		told++
		if want := callers[fmt.Sprint(st.Client, " ", st.N)]; want != *st.Call.RequestID {
			t.Errorf("%s is %s to be of %s, and is of %s: %s", st.ID, st.Call.Certainty, *st.Call.RequestID, want, st.Text)
		} else if st.Call.Certainty == "proven" {
			proven++
		}
	}
	if statements != 1778 || told < 1570 || proven < 1560 {
		t.Errorf("of %d statements %d are told, %d proven", statements, told, proven)
	}
}
