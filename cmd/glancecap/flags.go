package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"glancecap/decoder"
)

// common are the flags of every command that reads captures.
type common struct {
	ports       ports
	inputs      []string
	output      string
	quiet       bool
	showSecrets bool
	witnesses   []string // logs, of the commands that tell a story
	filter      string   // that the captures were made with, of timeline and info
	why         string   // what the evidence is asked for, of timeline
	verify      bool     // digest images' bytes, of those commands and records
	memory      size     // that the story may take, of timeline; 0 for the usual
	after       moment
	before      moment
	manifest    string
}

// addTo makes the flags known to a command.
func (c *common) addTo(flags *pflag.FlagSet) {
	flags.Var(&c.ports, "port", "a service's `SERVICE=PORT[,PORT]`, in addition to the usual ones (repeatable);\nservices: "+strings.Join(decoder.Services, " "))
	flags.StringArrayVarP(&c.inputs, "read", "r", nil, "another `FILE` to read, - is standard input (repeatable)")
	flags.StringVarP(&c.output, "write", "w", "", "write to this `FILE` (mode 0600) in place of standard output")
	flags.VarP(&c.after, "after", "A", "only packets at or after this `TIME`: RFC 3339, without a zone it is UTC,\nHH:MM:SS is of the first capture's first day")
	flags.VarP(&c.before, "before", "B", "only packets at or before this `TIME`")
	flags.StringVar(&c.manifest, "manifest", "", "the `FILE` in which split says what its pieces hold: those among the inputs\nare read as one capture, with the frame numbers of the capture they come from")
	flags.BoolVarP(&c.quiet, "quiet", "q", false, "say nothing but errors on standard error")
	flags.BoolVar(&c.showSecrets, "show-secrets", false, "do not replace tokens and passwords")
}

// files gives the inputs in the order in which they were named, arguments
// behind -r.
func (c *common) files(command *cobra.Command, args []string) ([]string, error) {
	paths := slices.Concat(c.inputs, args)
	if len(paths) == 0 {
		return nil, usagef("no capture is named%s, as in: %s x.pcap, or - for standard input (more: --help)", takenBy(command.Flags()), command.CommandPath())
	}
	if i := slices.Index(paths, "-"); i >= 0 && slices.Contains(paths[i+1:], "-") {
		return nil, usagef("standard input (-) is named twice")
	}
	if err := misspelt(command, args); err != nil {
		return nil, err
	}
	return paths, nil
}

// takenBy tells of a flag that took a file for its value, where the file may
// have been meant as the capture.
func takenBy(flags *pflag.FlagSet) string {
	taken := ""
	flags.Visit(func(f *pflag.Flag) {
		if value := f.Value.String(); f.Value.Type() == "string" && value != "" && !noSuchFile(value) {
			taken = fmt.Sprintf(" (--%s took %s)", f.Name, value)
		}
	})
	return taken
}

// misspelt finds a first argument that was meant as a command: nothing of
// that name exists, and it is near to a command's name or is followed by
// arguments and looks like no file.
func misspelt(command *cobra.Command, args []string) error {
	if command.HasParent() || len(args) == 0 || strings.ContainsAny(args[0], "./") || !noSuchFile(args[0]) {
		return nil
	}
	var names []string
	for _, c := range command.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	if near := nearest(args[0], names); near != "" || len(args) > 1 {
		return usagef("%s is neither a file nor a command of glancecap%s", args[0], meant(near))
	}
	return nil
}

// ports is the value of --port.
type ports struct {
	byPort map[uint16]string
	given  []string
}

func (p *ports) String() string { return strings.Join(p.given, " ") }

// Type names the value in the help.
func (p *ports) Type() string { return "SERVICE=PORT" }

// Set takes one SERVICE=PORT[,PORT].
func (p *ports) Set(text string) error {
	service, list, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%q is not of the form SERVICE=PORT[,PORT], as in mysql=3307", text)
	}
	if !slices.Contains(decoder.Services, service) {
		return fmt.Errorf("%q is none of the services %s%s", service, strings.Join(decoder.Services, ", "), meant(nearest(service, decoder.Services)))
	}
	for _, number := range strings.Split(list, ",") {
		port, err := strconv.ParseUint(number, 10, 16)
		if err != nil || port == 0 {
			return fmt.Errorf("%q is no port: a port is a number from 1 to 65535", number)
		}
		if p.byPort == nil {
			p.byPort = make(map[uint16]string)
		}
		p.byPort[uint16(port)] = service
	}
	p.given = append(p.given, text)
	return nil
}

// choice is a flag that takes one of a few words.
type choice struct {
	value   string
	allowed []string
}

func (c *choice) String() string { return c.value }

// Type names the value in the help.
func (c *choice) Type() string { return strings.Join(c.allowed, "|") }

// Set takes one of the words.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.allowed, text) {
		return fmt.Errorf("%q is none of %s%s", text, strings.Join(c.allowed, ", "), meant(nearest(text, c.allowed)))
	}
	c.value = text
	return nil
}

// choices is a flag that takes several of a few words, by commas.
type choices struct {
	values  []string
	allowed []string
}

func (c *choices) String() string { return strings.Join(c.values, ",") }

// Type names the value in the help.
func (c *choices) Type() string { return "T[,T]" }

// Set takes words, by commas.
func (c *choices) Set(text string) error {
	for _, word := range strings.Split(text, ",") {
		one := choice{allowed: c.allowed}
		if err := one.Set(word); err != nil {
			return err
		}
		c.values = append(c.values, word)
	}
	return nil
}
