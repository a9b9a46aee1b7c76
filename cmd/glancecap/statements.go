package main

import (
	"github.com/spf13/cobra"

	"glancecap/decoder/record"
	"glancecap/timeline"
	"glancecap/timeline/digest"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// statementsOptions are the flags of `statements`.
type statementsOptions struct {
	common
	format choice
	color  choice
	order  choice
	limit  int
	id     string
	all    bool
}

func (p *program) newStatements() *cobra.Command {
	o := &statementsOptions{
		format: choice{value: "text", allowed: []string{"text", "json", "csv"}},
		color:  choice{value: "auto", allowed: []string{"auto", "always", "never"}},
		order:  choice{value: "total", allowed: digest.Orders},
		limit:  -1,
	}
	c := &cobra.Command{
		Use: "statements [flags] FILE...", Short: "Tell what databases were asked, statements of one fingerprint together",
		Long: statementsLong, Example: statementsExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.statements(c, o, args) },
	}
	f := c.Flags()
	o.addTo(f)
	f.Var(&o.format, "format", "how to tell it")
	f.Var(&o.order, "sort", "what comes first: the largest by this")
	f.IntVar(&o.limit, "limit", o.limit, "tell at most `N` fingerprints, 0 for all (20 in text, all in JSON and CSV)")
	f.StringVar(&o.id, "id", "", "only the fingerprint whose `ID` begins so, with all that is known of it")
	f.BoolVar(&o.all, "all", false, "all that is known of each: errors, callers, the slowest one and its frames")
	f.Var(&o.color, "color", "colour the text")
	f.Lookup("limit").DefValue = "0"
	return c
}

// textLimit is how many fingerprints the text tells where nobody asked.
const textLimit = 20

// statements tells what databases were asked.
func (p *program) statements(c *cobra.Command, o *statementsOptions, args []string) error {
	if o.limit < 0 && c.Flags().Changed("limit") {
		return usagef("--limit: %d is not a number of fingerprints", o.limit)
	}
	sums := digest.NewBuilder()
	builder := timeline.NewBuilder(timeline.Options{Version: version, ShowSecrets: o.showSecrets})
	err := p.recall(c, &o.common, args, func(r record.Record) {
		sums.Add(r)
		builder.Add(r)
	})
	if s := statusOf(err); s == statusUsage || s == statusNothing {
		return err
	}
	limit := o.limit
	if limit < 0 {
		limit = 0
		if o.format.value == "text" && !o.all {
			limit = textLimit
		}
	}
	told, found := report.DigestOnly(sums.Digest(builder.Story(), o.order.value), o.id, limit)
	if !found {
		return usagef("--id: no fingerprint's id begins with %q", o.id)
	}
	if writing := p.write(&o.common, args, func(out *output) error { return o.print(told, p, out) }); writing != nil {
		return writing
	}
	return err
}

// print writes the digest in the format that was asked for.
func (o *statementsOptions) print(d *story.Digest, p *program, out *output) error {
	switch o.format.value {
	case "json":
		return report.DigestJSON(out, d)
	case "csv":
		return report.DigestCSV(out, d)
	}
	text := report.DigestOptions{All: o.all || o.id != "", Color: o.color.value == "always"}
	if o.output == "" || o.output == "-" {
		text.Width = terminalWidth(p.out)
		text.Color = text.Color || o.color.value == "auto" && wantsColor(p.out)
	}
	return report.DigestText(out, d, text)
}
