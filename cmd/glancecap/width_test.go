package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/width"

	"glancecap/timeline/report"
)

// escapes are what colours a text.
var escapes = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// wide counts the columns of a line.
func wide(line string) int {
	n := 0
	for _, r := range escapes.ReplaceAllString(line, "") {
		if unicode.In(r, unicode.Mn, unicode.Me) {
			continue
		}
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

// TestNoLineIsWiderThanTheTerminal tells each recorded capture, and a harmful
// one, at several widths. Only a word that cannot be broken may stick out: a
// digest, a path.
func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	captures := append(withImages(t), planted(t))
	if hostile := "../../../shared/captures/hostile/escape-injection.pcap"; !noSuchFile(hostile) {
		captures = append(captures, hostile)
	}
	for _, capture := range captures {
		p := &program{}
		command := p.newTimeline()
		command.SetContext(context.Background())
		s, err := p.story(command, &common{}, []string{capture})
		if s == nil {
			t.Fatalf("%s: %v", capture, err)
		}
		for _, columns := range []int{60, 80, 120, 200} {
			for _, o := range []report.TextOptions{{}, {All: true}} {
				o.Width, o.Bar, o.Color = columns, true, true
				var out bytes.Buffer
				if err := report.Text(&out, s, o); err != nil {
					t.Fatal(err)
				}
				if line := tooWide(out.String(), columns); line != "" {
					t.Errorf("%s at %d columns (%+v): a line takes %s", capture, columns, o, line)
				}
			}
		}
	}
}

// tooWide gives the first line that is wider than so many columns and could be
// broken.
func tooWide(text string, columns int) string {
	for _, line := range strings.Split(text, "\n") {
		if wide(line) > columns && strings.Contains(strings.TrimSpace(line), " ") {
			return fmt.Sprintf("%d: %s", wide(line), line)
		}
	}
	return ""
}
