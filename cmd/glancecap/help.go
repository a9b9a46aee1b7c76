package main

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newHelp makes `help [COMMAND]`, which prints what --help does.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Print the help of a command", Long: "Prints the help of a command.", Example: "  glancecap help timeline",
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, x := range c.Root().Commands() {
				if x.IsAvailableCommand() && len(args) == 0 {
					names = append(names, x.Name())
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || about == nil || len(rest) > 0 {
				var names []string
				for _, x := range c.Root().Commands() {
					names = append(names, x.Name())
				}
				slices.Sort(names)
				return usagef("there is no command %q%s", args[0], meant(nearest(args[0], names)))
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// helpWidth is the width of the help, in columns.
const helpWidth = 80

// The statuses of status.go, as every help lists them.
var exitStatuses = [][2]string{
	{"0", "done; the report may well tell of failed images, or that there is none"},
	{"1", "the command line is wrong"},
	{"2", "nothing useful could be done: no such file, not a capture, output cannot be written"},
	{"3", "done as far as the input went: truncated or damaged"},
	{"4", "the books do not balance: a bug in glancecap, please report it"},
	{"5", "--fail-on: a diagnosis of that severity stands"},
	{"130", "interrupted, after printing what was found"},
}

// helpText is the help of a command: examples first, exit statuses last.
func helpText(c *cobra.Command) string {
	var b strings.Builder
	if c.Example != "" {
		b.WriteString(c.Example + "\n\n")
	}
	for _, paragraph := range strings.Split(cmp.Or(c.Long, c.Short), "\n\n") {
		b.WriteString(hung("", 0, paragraph) + "\n")
	}
	b.WriteString("Usage: " + c.UseLine() + "\n")
	if c.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, x := range c.Commands() {
			if x.IsAvailableCommand() {
				b.WriteString(hung("  "+x.Name(), 14, x.Short))
			}
		}
	}
	if c.HasAvailableFlags() {
		b.WriteString("\nFlags:\n")
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				b.WriteString(flagHelp(f))
			}
		})
	}
	b.WriteString("\nExit statuses:\n")
	for _, x := range exitStatuses {
		b.WriteString(hung("  "+x[0], 7, x[1]))
	}
	return b.String()
}

// flagHelp is the help of a flag.
func flagHelp(f *pflag.Flag) string {
	name, usage := flagWords(f)
	head := "      --" + f.Name
	if f.Shorthand != "" {
		head = "  -" + f.Shorthand + ", --" + f.Name
	}
	if name != "" {
		head += " " + name
	}
	return hung(head, 28, usage)
}

// flagWords gives the name of a flag's value and what it does, with its default.
func flagWords(f *pflag.Flag) (value, usage string) {
	value, usage = pflag.UnquoteUsage(f)
	switch f.DefValue {
	case "", "0", "false", "[]":
	default:
		usage += " (default " + f.DefValue + ")"
	}
	return value, usage
}

// hung writes a word and, from a column on, a text beside it, over as many lines
// as it takes; a word that is too long for its column stands alone.
func hung(head string, column int, text string) string {
	var b strings.Builder
	line := head
	if len(head)+2 > column && head != "" {
		b.WriteString(head + "\n")
		line = ""
	}
	line += strings.Repeat(" ", column-len(line))
	for _, word := range strings.Fields(text) {
		if wide := utf8.RuneCountInString(line); wide > column && wide+1+utf8.RuneCountInString(word) > helpWidth {
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", column)
		}
		if utf8.RuneCountInString(line) > column {
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
	return b.String()
}

const rootExample = `  glancecap upload.pcap                     the life of every image in it
  glancecap --image overcloud-full x.pcap   one image, with its events
  glancecap info x.pcap                     what it holds, and what it lacks
  tcpdump -i any -s 0 -w - 'port 9292 or port 5000 or port 3306 or port 8080' |
    glancecap -`

const rootLong = `glancecap reads packet captures of OpenStack Glance and tells the life of every image in
them: which API calls were made, which database writes each of them caused, when the
image went queued, saving, active, where the time went, what went wrong, and what the
capture cannot show. Nothing is dropped silently, nothing is claimed that the packets do
not prove. Captures are pcap or pcapng, plain, gzip or zstd; several are merged by time.`

const timelineExample = `  glancecap timeline upload.pcap
  glancecap timeline --image 4f0f6ff6 --all upload.pcap
  glancecap timeline --format json x.pcap.gz | jq '.images[].verdict.text'
  glancecap timeline --port mysql=3307 --fail-on error upload.pcap
  glancecap timeline --against good.pcap bad.pcap   two lives side by side
  glancecap timeline a.jsonl b.jsonl.zst            records --for timeline of
                                                    several machines`

const timelineLong = `Tells the life of every image in the captures. The text begins with the verdict; a failed
image begins with its cause. '?' stands behind a statement whose call is likely, nothing
behind a proven one; guesses are shown with --all only.`

const recordsExample = `  glancecap records x.pcap | jq -r 'select(.type=="mysql").text'
  glancecap records --type http --bodies x.pcap
  glancecap records --type mysql --rows --port mysql=3307 x.pcap
  glancecap records --grep 'images SET' -C 2 x.pcap      two before and behind
  glancecap records --type http --grep ' 5[0-9][0-9] ' --curl x.pcap
  tcpdump -U -i any -s 0 -w - port 3306 | glancecap records -     as they happen
  glancecap records --for timeline -w a.jsonl a.pcap       for timeline a.jsonl
  glancecap records --for timeline --carry-out s -w 0.jsonl x.pcap0
  glancecap records --for timeline --carry-in s --carry-out s -w 1.jsonl x.pcap1`

const recordsLong = `Prints every HTTP exchange, MySQL command, MySQL login and TLS handshake in the captures as
one JSON object a line, in the order in which packets completed them, or as CSV, or the HTTP
requests as curl commands. What is open at the end of a capture that goes on in another file
is told by the run over that one, where both name a STATE (--carry-out, --carry-in): frames,
streams and ids then count through, and timeline reads the records of all as those of one
capture.`

const statementsExample = `  glancecap statements upload.pcap
  glancecap statements --sort p95 --limit 5 upload.pcap
  glancecap statements --id 5e7d77 upload.pcap     one fingerprint
  glancecap statements --port mysql=33999 --format csv shop.pcap`

const statementsLong = `Tells what MySQL servers were asked, OpenStack's or not: statements that differ only in
their literals are one fingerprint, with count, times, rows, errors and the API actions that
caused them ('?' where one of these links is likely, not proven). Times run from a command's
first byte to the last byte of its answer; p50 and p95 are right to 2 %. At most 4,096
fingerprints are told apart; what lies beyond is counted.`

const infoExample = `  glancecap info x.pcap
  glancecap info --format json x.pcap | jq .accounting`

const infoLong = `Tells what captures hold: format, link types, packets, first and last time, the services
that can be read, and what cannot be shown and why.`

const schemaExample = `  glancecap schema
  glancecap schema records`

const schemaLong = `Prints the JSON Schema of what timeline (the default), info or statements prints with
--format json, of a comparison (timeline --against), or of a line of records.`

const versionExample = `  glancecap version`

const versionLong = `Prints the version of the program, of Go and of the system it was built for.`

const completionExample = `  source <(glancecap completion bash)
  glancecap completion zsh > "${fpath[1]}/_glancecap"
  glancecap completion fish > ~/.config/fish/completions/glancecap.fish`

const completionLong = `Prints a script that completes glancecap's commands and flags in a shell.`
