//go:build man

package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// generators are the commands that only the making of the manual needs (make
// man): they are built with the tag man, so that the program is spared what
// they bring along.
func (p *program) generators() []*cobra.Command {
	return []*cobra.Command{{
		Use: "man DIR", Short: "Write a manual page for each command", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := p.newRoot()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "glancecap " + version, Manual: "glancecap", Date: new(time.Time)}, args[0])
		},
	}}
}
