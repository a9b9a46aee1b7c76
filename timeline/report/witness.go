package report

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// clockWords tells how a capture's times were corrected, "" where they were
// not.
func clockWords(offset float64) string {
	if offset == 0 {
		return ""
	}
	return fmt.Sprintf("  clock corrected by %+.3f s", offset)
}

// witnessWords tells of a log beside the captures.
func witnessWords(w story.Witness) string {
	words := []string{w.Kind}
	if w.Calls > 0 {
		calls := count(w.Calls, "call")
		if w.OnWire > 0 {
			calls += fmt.Sprintf(", %s on the wire too", grouped(w.OnWire))
		}
		words = append(words, calls)
	}
	switch {
	case w.Calls == 0:
	case w.ClockOffset.Known():
		words = append(words, fmt.Sprintf("its clock %+.3f s ± %.3f", float64(w.ClockOffset), float64(w.ClockWithin)))
	case w.Timed:
		words = append(words, "its clock cannot be compared")
	default:
		words = append(words, "without times: in order by what they wrote")
	}
	if w.Outside > 0 {
		words = append(words, count(w.Outside, "call")+" of other times left out")
	}
	if w.Left > 0 {
		words = append(words, count(w.Left, "call")+" beyond what is kept")
	}
	if w.Unread > 0 {
		words = append(words, count(w.Unread, "line")+" that cannot be read")
	}
	return strings.Join(words, "  ")
}
