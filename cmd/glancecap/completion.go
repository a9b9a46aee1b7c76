package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"glancecap/decoder"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print the completion script for a shell", Long: completionLong, Example: completionExample,
		ValidArgs: shells,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes the name of a shell: %s", c.CommandPath(), strings.Join(shells, ", "))
			}
			if !slices.Contains(shells, args[0]) {
				return usagef("%q is none of the shells %s%s", args[0], strings.Join(shells, ", "), meant(nearest(args[0], shells)))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			root, out := c.Root(), c.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			}
			return root.GenPowerShellCompletionWithDesc(out)
		},
	}
}

// wordsOf gives the words that a flag takes, nil where it takes others.
func wordsOf(f *pflag.Flag) []string {
	switch v := f.Value.(type) {
	case *choice:
		return v.allowed
	case *choices:
		return v.allowed
	case *ports:
		return decoder.Services
	}
	return nil
}

// completeFlags lets the shell complete what the flags of a command and of those
// below it take: words, files, or nothing where it cannot know.
func completeFlags(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() == "bool" {
			return
		}
		// It fails where a command has no such flag, which this one has.
		c.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return completeFlag(f, begun)
		})
	})
	for _, below := range c.Commands() {
		completeFlags(below)
	}
}

// completeFlag completes the value of a flag.
func completeFlag(f *pflag.Flag, begun string) ([]string, cobra.ShellCompDirective) {
	words := wordsOf(f)
	switch f.Value.(type) {
	case *ports:
		ends := make([]string, 0, len(words))
		for _, word := range words {
			ends = append(ends, word+"=")
		}
		return ends, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	case *choices:
		// What stands before the last comma is kept.
		done := begun[:strings.LastIndex(begun, ",")+1]
		next := make([]string, 0, len(words))
		for _, word := range words {
			next = append(next, done+word)
		}
		return next, cobra.ShellCompDirectiveNoFileComp
	}
	switch name, _ := pflag.UnquoteUsage(f); {
	case words != nil:
		return words, cobra.ShellCompDirectiveNoFileComp
	case name == "FILE" || name == "STATE":
		return nil, cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
