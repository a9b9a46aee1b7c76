package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest gives the one of the names that somebody who typed word probably
// meant, or "". At most a third of the letters may differ.
func nearest(word string, names []string) string {
	best, distance := "", max(1, (len(word)+1)/3)+1
	for _, name := range names {
		d := editDistance(strings.ToLower(word), name)
		if len(word) >= 2 && strings.HasPrefix(name, strings.ToLower(word)) {
			d = min(d, 1)
		}
		if d < distance {
			best, distance = name, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that make b of a (optimal string alignment).
func editDistance(a, b string) int {
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}

// flagError turns the flag library's words into a usage error that names the
// flag that was probably meant.
func flagError(command *cobra.Command, err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		name, _, _ = strings.Cut(name, "=")
		var names []string
		command.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		near := nearest(name, names)
		switch {
		case near != "":
			near = "--" + near
		case name == "version":
			near = "glancecap version"
		}
		return usagef("%s has no flag --%s%s", command.CommandPath(), name, cmp.Or(meant(near), ", see --help"))
	}
	// `flag needs an argument: --name` and `flag needs an argument: 'n' in -n`.
	if rest, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		_, letters, short := strings.Cut(rest, "' in ")
		f := command.Flags().Lookup(strings.TrimPrefix(rest, "--"))
		if short {
			rest = "-" + rest[1:2]
			f = command.Flags().ShorthandLookup(rest[1:])
		}
		if f == nil {
			return usagef("%s needs a value", cmp.Or(letters, rest))
		}
		value, _ := pflag.UnquoteUsage(f)
		return usagef("%s needs a value: %s %s", rest, rest, value)
	}
	if rest, ok := strings.CutPrefix(text, "unknown shorthand flag: '"); ok {
		letter, all, _ := strings.Cut(rest, "' in ")
		return usagef("%s has no flag -%s (in %s), see --help", command.CommandPath(), letter, all)
	}
	// `invalid argument "x" for "-f, --flag" flag: why`: the why says it all.
	if _, rest, ok := strings.Cut(text, `" for "`); ok {
		if flag, why, ok := strings.Cut(rest, `" flag: `); ok {
			if strings.Contains(why, "strconv.") {
				value, _, _ := strings.Cut(strings.TrimPrefix(text, `invalid argument "`), `"`)
				why = fmt.Sprintf("%q is not a number", value)
			}
			return usagef("%s: %s", flag[strings.LastIndex(flag, " ")+1:], why)
		}
	}
	return usagef("%s", text)
}
