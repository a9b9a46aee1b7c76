package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newMan makes `man DIR`, which writes the manual pages (make man). It is of no
// use to others and stands in no help.
func (p *program) newMan() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write a manual page for each command", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := p.newRoot()
			for _, c := range append([]*cobra.Command{root}, root.Commands()...) {
				if c != root && !c.IsAvailableCommand() {
					continue
				}
				c.InitDefaultHelpFlag()
				if err := os.WriteFile(filepath.Join(args[0], manName(c)+".1"), []byte(manPage(c)), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// manName is the name of a command's page.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is what helpText says of a command, in the macros of man(7).
func manPage(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"glancecap %s\" glancecap\n", strings.ToUpper(manName(c)), version)
	section := func(name string) { b.WriteString(".SH " + name + "\n") }
	section("NAME")
	b.WriteString(roff(manName(c)) + " \\- " + roff(lowered(c.Short)) + "\n")
	section("SYNOPSIS")
	b.WriteString(".nf\n" + roff(c.UseLine()) + "\n.fi\n")
	section("DESCRIPTION")
	for n, paragraph := range strings.Split(cmp.Or(c.Long, c.Short), "\n\n") {
		if n > 0 {
			b.WriteString(".PP\n")
		}
		b.WriteString(roff(paragraph) + "\n")
	}
	if c.HasAvailableSubCommands() {
		section("COMMANDS")
		for _, x := range c.Commands() {
			if x.IsAvailableCommand() {
				b.WriteString(".TP\n.B " + roff(x.Name()) + "\n" + roff(x.Short) + ": see \\fB" + roff(manName(x)) + "\\fR(1).\n")
			}
		}
	}
	if c.HasAvailableFlags() {
		section("OPTIONS")
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				b.WriteString(manFlag(f))
			}
		})
	}
	section("EXIT STATUS")
	for _, x := range exitStatuses {
		b.WriteString(".TP\n.B " + x[0] + "\n" + roff(x[1]) + "\n")
	}
	if c.Example != "" {
		section("EXAMPLES")
		b.WriteString(".nf\n" + roff(c.Example) + "\n.fi\n")
	}
	if c.HasParent() {
		section("SEE ALSO")
		b.WriteString(".BR " + roff(manName(c.Root())) + " (1)\n")
	}
	return b.String()
}

// manFlag tells of a flag.
func manFlag(f *pflag.Flag) string {
	name, usage := flagWords(f)
	head := "\\fB" + roff("--"+f.Name) + "\\fR"
	if f.Shorthand != "" {
		head = "\\fB" + roff("-"+f.Shorthand) + "\\fR, " + head
	}
	if name != "" {
		head += " \\fI" + roff(name) + "\\fR"
	}
	return ".TP\n" + head + "\n" + roff(usage) + "\n"
}

// lowered begins a text with a small letter, unless its first word is a name.
func lowered(s string) string {
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// roff writes text so that nothing in it is a macro or an escape.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", "\\`").Replace(s)
	lines := strings.Split(s, "\n")
	for n, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[n] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
