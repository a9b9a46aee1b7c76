package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"glancecap/timeline/report"
)

func (p *program) newSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema [OUTPUT]", Short: "Print the JSON Schema of an output", Long: schemaLong, Example: schemaExample,
		ValidArgs: report.SchemaNames,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s takes one output: %s", c.CommandPath(), strings.Join(report.SchemaNames, ", "))
			}
			if len(args) == 1 && !slices.Contains(report.SchemaNames, args[0]) {
				return usagef("%q is none of %s%s", args[0], strings.Join(report.SchemaNames, ", "), meant(nearest(args[0], report.SchemaNames)))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return report.Schema(p.out, append(args, "timeline")[0])
		},
	}
}
