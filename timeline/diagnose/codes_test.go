package diagnose

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryCodeIsListedWithWhatItMeansAndWhatToDo reads the package's own
// source: a code that it may give is listed, and nothing else is.
func TestEveryCodeIsListedWithWhatItMeansAndWhatToDo(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	given := regexp.MustCompile(`(?:\bCode: |\bCode = |\bcode: |Code, d\.\w+ = |return |": )"([a-z]+(?:_[a-z]+)*_?)"`)
	said := make(map[string]bool)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "codes.go" {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range given.FindAllStringSubmatch(string(source), -1) {
			if name := found[1]; name == "stuck_" {
				said["stuck_saving"], said["stuck_uploading"], said["stuck_importing"] = true, true, true
			} else if strings.Contains(name, "_") || name == "unauthorized" {
				said[name] = true
			}
		}
	}
	var listed []string
	for _, c := range Codes() {
		listed = append(listed, c.Name)
		if !said[c.Name] {
			t.Errorf("%s is listed, and nothing gives it", c.Name)
		}
		for _, sentence := range []string{c.Means, c.Next} {
			if !strings.HasSuffix(sentence, ".") || strings.ContainsAny(sentence, "|\n") {
				t.Errorf("%s: %q is no sentence for a table", c.Name, sentence)
			}
		}
	}
	for name := range said {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is not listed", name)
		}
	}
}
