package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestEveryCommandHasAManualPageOfItsHelp(t *testing.T) {
	folder := t.TempDir()
	ran(t, nil, "man", folder)
	known := []string{".TH", ".SH", ".PP", ".TP", ".B", ".BR", ".nf", ".fi"}
	commands := everyCommand(t)
	for _, c := range commands {
		text, err := os.ReadFile(filepath.Join(folder, manName(c)+".1"))
		if err != nil {
			t.Error(err)
			continue
		}
		page := string(text)
		for _, line := range strings.Split(page, "\n") {
			macro, _, _ := strings.Cut(line, " ")
			if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !slices.Contains(known, macro) {
				t.Errorf("%s: %q is taken for a macro", manName(c), line)
			}
		}
		// What a reader sees of it.
		plain := strings.NewReplacer(`\fB`, "", `\fI`, "", `\fR`, "", `\&`, "", `\-`, "-", `\e`, `\`, `\(aq`, "'", "\\`", "`").Replace(page)
		want := append(strings.Split(c.Long, "\n\n"), c.UseLine(), c.Example, ".SH EXIT STATUS")
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if value, usage := flagWords(f); !f.Hidden {
				want = append(want, strings.TrimSpace("--"+f.Name+" "+value)+"\n"+usage+"\n")
			}
		})
		for _, w := range want {
			if !strings.Contains(plain, w) {
				t.Errorf("%s does not say %q", manName(c), w)
			}
		}
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != len(commands) {
		t.Errorf("%d pages of %d commands, %v", len(files), len(commands), err)
	}
}
