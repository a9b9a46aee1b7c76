package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminalWidth gives the columns of the terminal behind a writer, 0 where
// there is none.
func terminalWidth(w io.Writer) int {
	f := fileOf(w)
	if f == nil || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// wantsColor tells whether colour helps: a terminal that can show it, and
// nobody who asked for none (no-color.org).
func wantsColor(w io.Writer) bool {
	f := fileOf(w)
	return f != nil && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
