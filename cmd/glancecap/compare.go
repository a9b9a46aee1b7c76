package main

import (
	"errors"

	"github.com/spf13/cobra"

	"glancecap/timeline/compare"
	"glancecap/timeline/report"
	"glancecap/timeline/story"
)

// compare sets the story of the captures beside that of --against. -A, -B and
// --manifest choose among the packets of the captures alone.
func (p *program) compare(c *cobra.Command, o *timelineOptions, args []string) error {
	switch {
	case o.list:
		return usagef("--list cannot be had with --against")
	case o.limit > 0:
		return usagef("--limit cannot be had with --against: --image says which image is compared")
	}
	switch o.format.value {
	case "text", "json", "markdown":
	default:
		return usagef("--against cannot be had with --format %s: a comparison is text, json or markdown", o.format.value)
	}
	other := o.common
	other.inputs, other.after, other.before, other.manifest = o.against, moment{}, moment{}, ""
	good, goodErr := p.story(c, &other, nil)
	if good == nil {
		return goodErr
	}
	bad, badErr := p.story(c, &o.common, args)
	if bad == nil {
		return badErr
	}
	told, err := compare.Stories(good, bad, compare.Options{Good: o.againstImage, Bad: o.image})
	if err != nil {
		return usagef("--against: %v", err)
	}
	inputs := append(append([]string{}, o.against...), args...)
	if writing := p.write(&o.common, inputs, func(out *output) error { return o.printComparison(told, p, out) }); writing != nil {
		return writing
	}
	if err := errors.Join(goodErr, badErr); err != nil {
		return err
	}
	if o.fails(bad) {
		return errFailOn
	}
	return nil
}

// printComparison writes a comparison in the format that was asked for.
func (o *timelineOptions) printComparison(told *story.Contrast, p *program, out *output) error {
	switch o.format.value {
	case "json":
		return report.ComparisonJSON(out, told)
	case "markdown":
		return report.ComparisonMarkdown(out, told)
	}
	text := report.TextOptions{All: o.all, Color: o.color.value == "always"}
	if o.output == "" || o.output == "-" {
		text.Width = terminalWidth(p.out)
		text.Color = text.Color || o.color.value == "auto" && wantsColor(p.out)
	}
	return report.ComparisonText(out, told, text)
}
