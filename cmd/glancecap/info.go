package main

import (
	"github.com/spf13/cobra"

	"glancecap/timeline/report"
)

// infoOptions are the flags of `info`.
type infoOptions struct {
	common
	format choice
}

func (p *program) newInfo() *cobra.Command {
	o := &infoOptions{format: choice{value: "text", allowed: []string{"text", "json"}}}
	c := &cobra.Command{
		Use: "info [flags] FILE...", Short: "Tell what captures hold, and what they cannot show",
		Long: infoLong, Example: infoExample, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.info(c, o, args) },
	}
	o.addTo(c.Flags())
	c.Flags().Var(&o.format, "format", "how to tell it")
	return c
}

// info tells what captures hold.
func (p *program) info(c *cobra.Command, o *infoOptions, args []string) error {
	s, err := p.story(c, &o.common, args)
	if s == nil {
		return err
	}
	writing := p.write(&o.common, args, func(out *output) error {
		if o.format.value == "json" {
			return report.InfoJSON(out, s)
		}
		return report.InfoText(out, s, report.TextOptions{Width: terminalWidth(p.out)})
	})
	if writing != nil {
		return writing
	}
	return err
}
