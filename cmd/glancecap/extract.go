package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
	"glancecap/timeline"
	"glancecap/timeline/extract"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

const extractExample = `  glancecap extract --image 4f0f6ff6 x.pcap -w ticket.pcap
  glancecap extract --image overcloud-full --call c4 x.pcap -w two.pcap
  glancecap extract --stream 12,13 -A 04:49:55 -B 04:50 x.pcapng -w part.pcapng`

const extractLong = `Writes a smaller capture of the same format that tells the same story of an image, a call or
a stream: its packets as they stand in the file. Of an image these are its API calls, what
they asked of Keystone and Swift, the calls that gave out the tokens they show, its
statements, and the connections of all these from their handshakes on. On a connection that
serves other images too, what is theirs is left out behind the last word of this one, and
kept before it: a hole would be told as loss. The capture is read twice.`

// extractOptions are the flags of `extract`.
type extractOptions struct {
	common
	images  []string
	calls   []string
	streams numbers
}

func (p *program) newExtract() *cobra.Command {
	o := &extractOptions{}
	c := &cobra.Command{
		Use: "extract [flags] FILE -w OUT", Short: "Write a smaller capture that tells the same story",
		Long: extractLong, Example: extractExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.extract(c, o, args) },
	}
	f := c.Flags()
	o.addTo(f)
	f.StringArrayVar(&o.images, "image", nil, "all that belongs to this image, by `ID|NAME` (the beginning of an id will do;\nrepeatable)")
	f.StringArrayVar(&o.calls, "call", nil, "all that belongs to this call, by its `ID` in timeline --format json (repeatable)")
	f.Var(&o.streams, "stream", "these connections, by tcp.stream (repeatable)")
	f.Lookup("write").Usage = "the capture to write, a `FILE` of mode 0600; - is standard output"
	for _, unfit := range []string{"manifest", "show-secrets"} {
		f.MarkHidden(unfit)
	}
	return c
}

// extract writes a part of a capture.
func (p *program) extract(c *cobra.Command, o *extractOptions, args []string) error {
	path, err := o.check(c, args)
	if err != nil {
		return err
	}
	span, choice, damage := extract.Span{}, (*extract.Choice)(nil), error(nil)
	if span.After, span.Before, err = o.span(c.Context(), []string{path}); err != nil {
		return err
	}
	if len(o.images)+len(o.calls)+len(o.streams) > 0 {
		if choice, damage = p.choose(c, o, path); choice == nil {
			return damage
		}
	}
	var done extract.Copied
	err = p.write(&common{output: o.output, inputs: []string{path}, quiet: true}, nil, func(out *output) (err error) {
		done, err = extract.Copy(c.Context(), path, bounds.Default(), choice, span, out)
		return err
	})
	var nothing *capture.NothingReadError
	if errors.As(err, &nothing) {
		return &decoder.InputError{Files: []error{hinted(err, args)}, Nothing: true}
	}
	if err != nil {
		return err
	}
	if !o.quiet {
		p.say(fmt.Sprintf("wrote %s: %d packets; %d left out", o.output, done.Packets, done.LeftOut))
	}
	if damage == nil && done.Input.Err != nil {
		return &decoder.InputError{Files: []error{done.Input.Err}}
	}
	return damage
}

// check finds what cannot be asked for, and gives the input.
func (o *extractOptions) check(c *cobra.Command, args []string) (string, error) {
	paths, err := o.files(c, args)
	switch {
	case err != nil:
		return "", err
	case len(paths) > 1:
		return "", usagef("extract takes one capture, %d are named: extract from each of them", len(paths))
	case paths[0] == "-":
		return "", usagef("extract reads the capture twice: it cannot be standard input")
	case o.output == "":
		return "", usagef("where to? say -w FILE, or -w - for standard output")
	case o.manifest != "" || o.showSecrets:
		return "", usagef("extract takes neither --manifest nor --show-secrets: it copies packets as they are")
	case len(o.images)+len(o.calls)+len(o.streams) == 0 && o.after.text == "" && o.before.text == "":
		return "", usagef("what is to be extracted? say --image, --call, --stream, -A or -B")
	}
	if info, err := os.Stat(paths[0]); err == nil && !info.Mode().IsRegular() {
		return "", usagef("extract reads the capture twice: %s is no file that can be", paths[0])
	}
	return paths[0], nil
}

// choose tells the story of the whole capture and finds what belongs to what was
// asked for. The choice is nil where there is nothing to choose from; else the
// error tells how far the capture could be read.
func (p *program) choose(c *cobra.Command, o *extractOptions, path string) (*extract.Choice, error) {
	builder, tap := timeline.NewBuilder(timeline.Options{Version: version}), extract.NewTap()
	all := o.common
	all.after, all.before = moment{}, moment{}
	err := p.decode(c.Context(), c, &all, []string{path}, decoder.Options{KeepRows: timeline.KeepRows, Bodies: true, ForTimeline: true}, func(r record.Record) {
		tap.Add(r)
		builder.Add(r)
	})
	if s := statusOf(err); s != statusDone && s != statusDamaged {
		return nil, err
	}
	s := builder.Story()
	wanted, naming := o.wanted(s)
	if naming != nil {
		return nil, naming
	}
	choice, choosing := extract.Choose(s, tap, wanted)
	if choosing != nil {
		return nil, usagef("%v", choosing)
	}
	return choice, err
}

// wanted finds what the flags name.
func (o *extractOptions) wanted(s *story.Story) (extract.Wanted, error) {
	w := extract.Wanted{Calls: o.calls, Streams: o.streams}
	for _, name := range o.images {
		images, err := report.Named(s, name)
		if err != nil {
			return w, usagef("--image: %v", err)
		}
		w.Images = append(w.Images, images...)
	}
	return w, nil
}

// numbers is a flag that takes numbers, by commas.
type numbers []int

func (n *numbers) String() string { return "" }

// Type names the value in the help.
func (n *numbers) Type() string { return "N[,N]" }

// Set takes numbers, by commas.
func (n *numbers) Set(text string) error {
	for _, word := range strings.Split(text, ",") {
		v, err := strconv.ParseUint(word, 10, 31)
		if err != nil {
			return fmt.Errorf("%q is no number of a stream", word)
		}
		*n = append(*n, int(v))
	}
	return nil
}
