//go:build !man

package main

import "github.com/spf13/cobra"

// generators are the commands of a build with the tag man; this is none.
func (p *program) generators() []*cobra.Command { return nil }
