package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// ticketWidth is how wide a line of a ticket may be, in columns.
const ticketWidth = 80

// TestATicketIsNarrowAndItsTablesAreWhole reads the tickets of all recorded
// captures and of a harmful one: every row of a table has the columns of its
// header, and no line is wider than 80 columns but for an id, a filter or a path
// that cannot be broken.
func TestATicketIsNarrowAndItsTablesAreWhole(t *testing.T) {
	rows := 0
	for _, capture := range append(withImages(t), planted(t)) {
		for _, args := range [][]string{{"timeline", "--format", "markdown"}, {"timeline", "--against", capture, "--format", "markdown"}} {
			var out, said bytes.Buffer
			p := &program{out: &out, err: &said}
			if s := p.run(append(args, capture)); s != statusDone {
				if s == statusUsage && len(args) == 5 {
					continue // no image to compare
				}
				t.Fatalf("%s: status %d, %s", capture, s, said.String())
			}
			wanted := 0
			for _, line := range strings.Split(out.String(), "\n") {
				if !strings.HasPrefix(line, "|") {
					wanted = 0
				} else if n := strings.Count(line, "|"); wanted == 0 {
					wanted = n
				} else if rows++; n != wanted {
					t.Errorf("%s: %d columns under a header of %d: %s", capture, n, wanted, line)
				}
				whole := !strings.Contains(strings.TrimSpace(line), " ")
				code := strings.Count(line, "`") == 2 && !strings.Contains(strings.Split(line, "`")[0], " | ")
				if utf8.RuneCountInString(line) > ticketWidth && !code && !whole {
					t.Errorf("%s: %d columns: %s", capture, utf8.RuneCountInString(line), line)
				}
			}
		}
	}
	if rows < 100 {
		t.Errorf("only %d rows were read", rows)
	}
}
