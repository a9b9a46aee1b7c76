package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"glancecap/timeline/diagnose"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// documents are those whose examples are run.
var documents = []string{"README.md", "docs/manual.md"}

// TestEveryExampleOfTheDocumentsPrintsWhatIsShown runs each `$ glancecap` of the
// README and of the manual, one after the other in a folder beside the fixtures.
// A block that ends with … shows the first lines.
func TestEveryExampleOfTheDocumentsPrintsWhatIsShown(t *testing.T) {
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range documents {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(top, name)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.Symlink(filepath.Join(top, "fixtures"), filepath.Join(dir, "fixtures")); err != nil {
				t.Skipf("no symbolic links: %v", err)
			}
			t.Chdir(dir)
			blocks := strings.Split(string(text), "```\n")
			shown := 0
			for n := 1; n < len(blocks); n += 2 {
				command, want, _ := strings.Cut(blocks[n], "\n")
				args, found := strings.CutPrefix(command, "$ glancecap ")
				if !found {
					continue
				}
				shown++
				got := example(t, args, want)
				if got != want && !*update {
					t.Errorf("%s prints\n%s\n%s shows\n%s", command, got, name, want)
				}
				blocks[n] = command + "\n" + got
			}
			if all := strings.Count(string(text), "$ glancecap "); shown == 0 || all != shown {
				t.Errorf("%d examples are run, of %d", shown, all)
			}
			if *update {
				if err := os.WriteFile(path, []byte(strings.Join(blocks, "```\n")), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// quotes are what the examples put into quotation marks for a shell.
var quotes = regexp.MustCompile(`'[^']*'|\S+`)

// example runs a command line and gives what it prints: all, or as many lines as
// are shown where those end with ….
func example(t *testing.T, args, want string) string {
	t.Helper()
	words := quotes.FindAllString(args, -1)
	for n := range words {
		words[n] = strings.Trim(words[n], "'")
	}
	var out bytes.Buffer
	if s := (&program{out: &out, err: &out}).run(words); s != statusDone {
		t.Errorf("glancecap %s: status %d, %s", args, s, out.String())
	}
	lines, some := strings.SplitAfter(out.String(), "\n"), strings.SplitAfter(want, "\n")
	if before, cut := strings.CutSuffix(want, "…\n"); cut {
		if n := strings.Count(before, "\n"); n > 0 {
			some = some[:n]
		} else {
			some = lines[:min(12, len(lines)-1)] // a new example
		}
		if len(some) < len(lines)-1 {
			return strings.Join(lines[:len(some)], "") + "…\n"
		}
	}
	return out.String()
}

// TestTheManualListsEveryDiagnosisBlindSpotCommandAndFlag holds the parts of the manual
// that are written from the program to the program.
func TestTheManualListsEveryDiagnosisBlindSpotCommandAndFlag(t *testing.T) {
	const path = "../../docs/manual.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var diagnoses, blind, commands strings.Builder
	diagnoses.WriteString("| code | what happened | what to do next |\n|---|---|---|\n")
	for _, c := range diagnose.Codes() {
		fmt.Fprintf(&diagnoses, "| `%s` | %s | %s |\n", c.Name, c.Means, c.Next)
	}
	blind.WriteString("| code | told by | what is not seen |\n|---|---|---|\n")
	for _, c := range story.BlindCodes() {
		fmt.Fprintf(&blind, "| `%s` | %s | %s |\n", c.Name, c.By, c.Means)
	}
	for _, c := range everyCommand(t) {
		help, _, _ := strings.Cut(helpText(c), "\nExit statuses:")
		fmt.Fprintf(&commands, "### %s\n\n~~~\n%s~~~\n\n", c.CommandPath(), help)
	}
	commands.WriteString("### exit statuses\n\n| status | means |\n|---|---|\n")
	for _, x := range exitStatuses {
		fmt.Fprintf(&commands, "| %s | %s |\n", x[0], x[1])
	}
	whole := string(text)
	for name, want := range map[string]string{"diagnoses": diagnoses.String(), "blind spots": blind.String(), "commands": commands.String()} {
		head := "<!-- " + name + ": written by `make goldens` -->\n"
		before, rest, found := strings.Cut(whole, head)
		got, after, ended := strings.Cut(rest, "<!-- end -->")
		if !found || !ended {
			t.Fatalf("the manual has no place for the %s", name)
		}
		if got != want && !*update {
			t.Errorf("the manual's %s are not the program's: make goldens", name)
		}
		whole = before + head + want + "<!-- end -->" + after
	}
	if *update {
		if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryBlindSpotIsListedWithWhoTellsIt reads the source of what tells them: a
// code that it may give is listed, and nothing else is.
func TestEveryBlindSpotIsListedWithWhoTellsIt(t *testing.T) {
	given := regexp.MustCompile(`(?:BlindSpot\{Code: |\bspot\(s, )"([a-z_]+)"`)
	said := make(map[string][]string)
	for _, x := range []struct{ command, files string }{{"timeline", "../../timeline/*.go"}, {"info", "../../timeline/survey/*.go"}} {
		files, err := filepath.Glob(x.files)
		if err != nil || files == nil {
			t.Fatalf("%s: %v", x.files, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range given.FindAllStringSubmatch(string(source), -1) {
				if by := said[found[1]]; !strings.HasSuffix(file, "_test.go") && !slices.Contains(by, x.command) {
					said[found[1]] = append(by, x.command)
				}
			}
		}
	}
	for _, c := range story.BlindCodes() {
		if by := strings.Join(said[c.Name], ", "); by != c.By {
			t.Errorf("%s is listed as told by %q, and is by %q", c.Name, c.By, by)
		}
		if !strings.HasSuffix(c.Means, ".") || strings.ContainsAny(c.Means, "|\n") {
			t.Errorf("%s: %q is no sentence for a table", c.Name, c.Means)
		}
		delete(said, c.Name)
	}
	for name := range said {
		t.Errorf("%s is not listed", name)
	}
}

// TestTheSchemasThatAreKeptAreThoseThatArePrinted compares docs/schema with what
// `glancecap schema` prints.
func TestTheSchemasThatAreKeptAreThoseThatArePrinted(t *testing.T) {
	t.Chdir("../../docs/schema")
	for _, name := range report.SchemaNames {
		var out bytes.Buffer
		if s := (&program{out: &out, err: &out}).run([]string{"schema", name}); s != statusDone {
			t.Fatalf("%s: status %d, %s", name, s, out.String())
		}
		same(t, name+".json", out.Bytes())
	}
}
