package main

import (
	"fmt"

	"glancecap/timeline/report"
)

// What the program says beside its data goes to standard error, and stands in
// this file and in help.go. The rules: lower case, no full stop, one line;
// `glancecap: error:` for what went wrong, `glancecap: hint:` for what may
// help. Foreign text (paths, names) is made safe for a terminal.

func (p *program) sayError(what string) {
	fmt.Fprintln(p.err, "glancecap: error: "+report.Safe(what))
}

func (p *program) say(what string) {
	fmt.Fprintln(p.err, "glancecap: "+report.Safe(what))
}

func usagef(format string, a ...any) error { return usageError{fmt.Sprintf(format, a...)} }

// meant is the tail of a usage error: what was probably meant.
func meant(nearest string) string {
	if nearest == "" {
		return ""
	}
	return ", did you mean " + nearest + "?"
}
