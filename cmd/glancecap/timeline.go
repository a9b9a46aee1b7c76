package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"glancecap/decoder/record"
	"glancecap/timeline"
	"glancecap/timeline/report"
	"glancecap/timeline/report/html"
	"glancecap/timeline/story"
)

// timelineOptions are the flags of `timeline`.
type timelineOptions struct {
	common
	format choice
	color  choice
	failOn choice
	image  string
	all    bool
	limit  int
	list   bool
	// against are the captures of the life that went well, againstImage which
	// image of them is meant.
	against      []string
	againstImage string
}

func (p *program) newTimeline() *cobra.Command {
	o := &timelineOptions{
		format: choice{value: "text", allowed: []string{"text", "json", "html", "markdown", "mermaid", "csv", "trace", "lua"}},
		color:  choice{value: "auto", allowed: []string{"auto", "always", "never"}},
		failOn: choice{allowed: []string{"error", "warning"}},
	}
	c := &cobra.Command{
		Use: "timeline [flags] FILE...", Short: "Tell the life of every image (also without the word)",
		Long: timelineLong, Example: timelineExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.timeline(c, o, args) },
	}
	f := c.Flags()
	o.addTo(f)
	f.StringArrayVar(&o.witnesses, "witness", nil, "a log beside the captures, as a further witness: a client's debug output or\na service's log, `FILE` may be gzipped (repeatable)")
	f.StringVar(&o.filter, "filter", "", filterUsage)
	f.Var(&o.format, "format", "how to tell it")
	f.StringVar(&o.image, "image", "", "only this image, by `ID|NAME` (the beginning of an id will do)")
	f.BoolVar(&o.all, "all", false, "show every call and statement, guesses and images that were only read too")
	f.IntVar(&o.limit, "limit", 0, "show at most `N` images (10 where there are more)")
	f.BoolVar(&o.list, "list", false, "the images alone, as `openstack image list` prints them")
	f.StringVar(&o.why, "why", "", "the evidence for this one thing alone, by its `ID` in the JSON (a statement's, a\ncall's, a transition's), by a request id, or by a frame's number, 2:57\nfor the second capture's")
	f.BoolVar(&o.verify, "verify", false, "compare the digests of the images' bytes on the wire with those that the database\nand Swift tell (takes longer)")
	f.StringArrayVar(&o.against, "against", nil, "set the image beside one that went well, in this capture `FILE`: phase by phase,\nwhich call or statement is missing, extra or slower (repeatable; text, json, markdown)")
	f.StringVar(&o.againstImage, "against-image", "", "which image of --against is meant, by `ID|NAME`; else the one of the same name, or\nthe only one")
	f.Var(&o.memory, "memory", "what the story may take, in `BYTES` (512M; k, M, G; 1 GiB where nothing is said):\nbeyond, the reads of images that are well are told as a number")
	f.Var(&o.color, "color", "colour the text")
	f.Var(&o.failOn, "fail-on", "exit with status 5 if a diagnosis of this severity, or a worse one, stands")
	f.Lookup("list").Usage = "the images alone, as openstack image list prints them"
	return c
}

// filterUsage explains --filter.
const filterUsage = "the filter that the captures were made with, `EXPR` as tcpdump was given it: whether\nit was read as it was meant is told (pcapng files may name it themselves)"

// timeline tells the story of captures.
func (p *program) timeline(c *cobra.Command, o *timelineOptions, args []string) error {
	if o.limit < 0 {
		return usagef("--limit: %d is not a number of images", o.limit)
	}
	if o.list && o.format.value != "text" {
		return usagef("--list is text: it cannot be had with --format %s", o.format.value)
	}
	if o.why != "" && o.format.value != "text" && o.format.value != "json" {
		return usagef("--why is told as text or JSON: it cannot be had with --format %s", o.format.value)
	}
	if len(o.against) > 0 && o.why != "" {
		return usagef("--why is about one capture: it cannot be had with --against")
	}
	if len(o.against) > 0 {
		return p.compare(c, o, args)
	}
	if o.againstImage != "" {
		return usagef("--against-image needs --against FILE, the captures that the image is in")
	}
	s, err := p.story(c, &o.common, args)
	if s == nil {
		return err
	}
	if writing := p.write(&o.common, args, func(out *output) error { return o.print(s, p, out) }); writing != nil {
		return writing
	}
	if err == nil && o.fails(s) {
		return errFailOn
	}
	return err
}

// story reads captures into a story. It is nil where nothing could be read;
// else an error may stand beside it.
func (p *program) story(c *cobra.Command, o *common, args []string) (*story.Story, error) {
	builder := timeline.NewBuilder(timeline.Options{Version: version, ShowSecrets: o.showSecrets, Verify: o.verify, Why: o.why != "", Filter: o.filter, Memory: int64(o.memory)})
	heard := hear(builder, o.witnesses)
	if s := statusOf(heard); s == statusUsage || s == statusNothing {
		return nil, heard
	}
	err := p.recall(c, o, args, func(rec record.Record) {
		builder.Add(rec)
		p.found.Store(int64(builder.Images()))
	})
	if s := statusOf(err); s == statusUsage || s == statusNothing {
		return nil, err
	}
	s := builder.Story()
	if o.why != "" {
		var unknown error
		if s.Why, unknown = builder.Why(s, o.why); unknown != nil {
			return nil, usagef("--why: %v", unknown)
		}
	}
	return s, errors.Join(err, heard)
}

// print writes the story in the format that was asked for.
func (o *timelineOptions) print(s *story.Story, p *program, out *output) error {
	switch o.format.value {
	case "json":
		return report.JSON(out, s)
	case "text":
	default:
		return o.printOnly(s, out)
	}
	text := report.TextOptions{Image: o.image, All: o.all, Limit: o.limit, List: o.list}
	if o.output == "" || o.output == "-" {
		text.Width = terminalWidth(p.out)
		text.Bar = text.Width > 0 && os.Getenv("TERM") != "dumb"
		text.Color = o.color.value == "auto" && wantsColor(p.out)
	}
	if s.Why != nil {
		text.Color = text.Color || o.color.value == "always"
		return report.Why(out, s, text)
	}
	text.Color = text.Color || o.color.value == "always"
	err := report.Text(out, s, text)
	var none *report.NoSuchImage
	if errors.As(err, &none) {
		return usagef("--image: %v", none)
	}
	return err
}

// printOnly writes the formats that tell of the images that were asked for.
func (o *timelineOptions) printOnly(s *story.Story, out *output) error {
	only, err := report.Only(s, o.image)
	if err != nil {
		return usagef("--image: %v", err)
	}
	switch o.format.value {
	case "markdown":
		return report.Markdown(out, only)
	case "mermaid":
		return report.Mermaid(out, only)
	case "csv":
		return report.CSV(out, only)
	case "trace":
		return report.Trace(out, only)
	case "lua":
		return report.Lua(out, only)
	}
	return html.Write(out, only)
}

// fails tells whether a diagnosis stands that --fail-on asks about.
func (o *timelineOptions) fails(s *story.Story) bool {
	for _, d := range s.Diagnoses {
		if d.Severity == o.failOn.value || o.failOn.value == "warning" && d.Severity == "error" {
			return true
		}
	}
	return false
}
