package main

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// everyCommand gives the commands that help tells of, the root first.
func everyCommand(t *testing.T) []*cobra.Command {
	t.Helper()
	root := (&program{out: io.Discard, err: io.Discard}).newRoot()
	list := []*cobra.Command{root}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			list = append(list, c)
		}
	}
	if len(list) < 10 {
		t.Fatalf("only %d commands", len(list))
	}
	for _, c := range list {
		c.InitDefaultHelpFlag()
	}
	return list
}

func TestEveryHelpBeginsWithExamplesAndFits80Columns(t *testing.T) {
	for _, c := range everyCommand(t) {
		text := helpText(c)
		if !strings.HasPrefix(text, "  ") || !strings.Contains(c.Example, "glancecap") {
			t.Errorf("%s: its help does not begin with an example", c.CommandPath())
		}
		for _, line := range strings.Split(text, "\n") {
			if utf8.RuneCountInString(line) > helpWidth {
				t.Errorf("%s: %d columns: %s", c.CommandPath(), utf8.RuneCountInString(line), line)
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			if f.Usage == "" || !strings.Contains(text, "--"+f.Name+" ") && !strings.Contains(text, "--"+f.Name+"\n") {
				t.Errorf("%s: the help does not tell of --%s", c.CommandPath(), f.Name)
			}
		})
	}
	timeline := everyCommand(t)[0].Commands()
	for _, c := range timeline {
		if examples := strings.Count(c.Example, "\n  glancecap ") + 1; c.Name() == "timeline" && examples < 3 {
			t.Errorf("timeline's help begins with %d examples", examples)
		}
	}
}

// TestAFlagMistypedByALetterIsSuggested swaps two letters of each flag of each
// command.
func TestAFlagMistypedByALetterIsSuggested(t *testing.T) {
	for _, c := range everyCommand(t) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if len(f.Name) < 4 {
				return
			}
			wrong := f.Name[:1] + f.Name[2:3] + f.Name[1:2] + f.Name[3:]
			if wrong == f.Name || c.Flags().Lookup(wrong) != nil {
				return
			}
			var out, said strings.Builder
			args := append(strings.Fields(c.CommandPath())[1:], "--"+wrong, "x.pcap")
			if s := (&program{out: &out, err: &said}).run(args); s != statusUsage || out.Len() > 0 {
				t.Errorf("%v: status %d, %s", args, s, out.String())
			}
			if want := "did you mean --" + f.Name + "?"; !strings.Contains(said.String(), want) || strings.Count(said.String(), "\n") != 1 {
				t.Errorf("%v: %q is not in one line, %q", args, want, said.String())
			}
		})
	}
}

// TestAWordMistypedByALetterIsSuggested leaves a letter out of each word that a
// flag of any command takes.
func TestAWordMistypedByALetterIsSuggested(t *testing.T) {
	tried := 0
	for _, c := range everyCommand(t) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			for _, word := range wordsOf(f) {
				if len(word) < 3 {
					continue
				}
				wrong, meant := word[:1]+word[2:], word
				if f.Name == "port" {
					wrong += "=1234"
				}
				switch word {
				case "mysql.login":
					wrong = "mysqllogin"
				case "p95":
					wrong = "p955" // p5 may as well be p50
				}
				tried++
				var out, said strings.Builder
				args := append(strings.Fields(c.CommandPath())[1:], "--"+f.Name, wrong, "x.pcap")
				if s := (&program{out: &out, err: &said}).run(args); s != statusUsage || out.Len() > 0 {
					t.Errorf("%v: status %d, %s", args, s, out.String())
				}
				if want := "did you mean " + meant + "?"; !strings.Contains(said.String(), want) {
					t.Errorf("%v: %q is not in %q", args, want, said.String())
				}
			}
		})
	}
	if tried < 40 {
		t.Errorf("only %d words were tried", tried)
	}
}

// completed runs what the scripts of the shells ask the program.
func completed(t *testing.T, args ...string) string {
	t.Helper()
	var out, said strings.Builder
	if s := (&program{out: &out, err: &said}).run(append([]string{"__complete"}, args...)); s != statusDone {
		t.Fatalf("%v: status %d, %s", args, s, said.String())
	}
	return out.String()
}

// TestAShellCompletesEveryFlagAndWhatItTakes asks for each flag of each command,
// and for the words or files that it takes.
func TestAShellCompletesEveryFlagAndWhatItTakes(t *testing.T) {
	files := 0
	for _, c := range everyCommand(t) {
		path := strings.Fields(c.CommandPath())[1:]
		offered := completed(t, append(path, "--")...)
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			if !strings.Contains(offered, "--"+f.Name+"\t") {
				t.Errorf("%s: --%s is not offered", c.CommandPath(), f.Name)
			}
			if f.Value.Type() == "bool" {
				return
			}
			got := completed(t, append(path, "--"+f.Name, "")...)
			for _, word := range wordsOf(f) {
				if !strings.Contains("\n"+got, "\n"+word) {
					t.Errorf("%s --%s: %s is not offered in %q", c.CommandPath(), f.Name, word, got)
				}
			}
			name, _ := pflag.UnquoteUsage(f)
			switch isFile := name == "FILE" || name == "STATE"; {
			case isFile && !strings.HasPrefix(got, ":0"):
				t.Errorf("%s --%s: files are not offered: %q", c.CommandPath(), f.Name, got)
			case isFile:
				files++
			case wordsOf(f) == nil && !strings.HasPrefix(got, ":4"):
				t.Errorf("%s --%s takes a %s: %q is offered", c.CommandPath(), f.Name, name, got)
			}
		})
	}
	if files < 10 {
		t.Errorf("only %d flags take files", files)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"records", "--type", "http,"}, "http,mysql\nhttp,mysql.login\nhttp,tls\n"},
		{[]string{"--port", ""}, "mysql=\n"},
		{[]string{"tim"}, "timeline\t"},
		{[]string{"schema", ""}, "records\n"},
		{[]string{"completion", ""}, "bash\n"},
		{[]string{"help", ""}, "statements\n"},
	} {
		if got := completed(t, c.args...); !strings.Contains(got, c.want) {
			t.Errorf("%v: %q is not in %q", c.args, c.want, got)
		}
	}
}
