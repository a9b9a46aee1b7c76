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

// nothingPrinted tells why there is no line: of some types, of some time, or at
// all.
func nothingPrinted(chosen, timed bool) string {
	if timed {
		return "hint: no line: nothing that can be read is of the time asked for (-A, -B); `glancecap info` tells the captures' times"
	}
	if chosen {
		return "hint: there is no line of such a type, `glancecap info` tells what there is"
	}
	return "hint: no line: nothing is known as HTTP, MySQL or TLS by its port or its first bytes; --port names a service on another port, `glancecap info` tells what there is"
}
