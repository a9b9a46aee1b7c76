package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// rank tells how much an event matters; where room is short, the highest are
// left out first.
type rank int

const (
	rankTransition rank = iota
	rankFailure
	rankChange
	rankSilence
	rankLeg
	rankWrite
	rankRead
)

// event is a line of the events.
type event struct {
	at     story.Time
	frame  int // orders events of one time
	who    string
	depth  int
	what   string
	asked  string // a request id
	answer string
	took   string
	frames string
	rank   rank
	style  style
}

// hidden counts what the events do not show.
type hidden struct{ reads, housekeeping, calls, writes, silences, guesses int }

// String names what is not shown.
func (h hidden) String() string {
	var words []string
	add := func(n int, one string) {
		if n > 0 {
			words = append(words, count(n, one))
		}
	}
	add(h.writes, "writing transaction")
	add(h.reads, "read")
	add(h.housekeeping, "housekeeping statement")
	add(h.calls, "call")
	add(h.silences, "silence")
	add(h.guesses, "guessed statement")
	return strings.Join(words, ", ")
}

// events shows what happened to an image.
func (t *text) events(i *story.Image, limit int) {
	events, folded := t.collect(i)
	if limit == onPage {
		limit = t.room()
	}
	if limit > 0 {
		events = pick(events, limit, &folded)
	}
	if len(events) > 0 {
		t.section()
		t.eventLines(i, events)
	}
	if words := folded.String(); words != "" {
		t.labelled("  ", "not shown:", faint, words+" (--all)")
	}
}

// onPage asks for as many events as are left of the page.
const onPage = -1

// room gives how many lines are left of the page for events.
func (t *text) room() int {
	const around = 6 // empty line, columns' names, what is not shown; empty line, accounting (two lines)
	rest := around + 2*min(len(t.story.BlindSpots), blindShown+1)
	return max(pageLines-t.lines-rest, 12)
}

// collect gathers an image's events in order of time, and counts the rest.
func (t *text) collect(i *story.Image) ([]event, hidden) {
	calls := t.family(i)
	statements := t.statementsOf(i, calls)
	var events []event
	var folded hidden
	life := float64(i.Last.Sub(i.First))
	for _, c := range calls {
		e := t.callEvent(i, c)
		slow := c.Seconds.Known() && float64(c.Seconds) >= life/10
		if !t.All && e.rank == rankRead && !slow {
			folded.calls++
			continue
		}
		events = append(events, e)
	}
	events = append(events, t.refusals(calls)...)
	writes, rest := t.transactions(i, statements)
	for _, w := range writes {
		events = append(events, w.event(t))
	}
	for _, s := range rest {
		switch {
		case t.All:
			events = append(events, t.statementEvent(s))
		case s.Housekeeping:
			folded.housekeeping++
		default:
			folded.reads++
		}
	}
	for _, s := range i.Silences {
		events = append(events, event{
			at: s.Start, frame: math.MaxInt, rank: rankSilence, style: faint,
			what: fmt.Sprintf("(nothing for %s s)", seconds(s.Seconds)),
		})
	}
	slices.SortStableFunc(events, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.frame, b.frame))
	})
	// A silence means something between events that are shown.
	for len(events) > 0 && events[len(events)-1].rank == rankSilence {
		events = events[:len(events)-1]
	}
	return events, folded
}

// pick keeps the events that matter most, in their order.
func pick(events []event, limit int, folded *hidden) []event {
	if len(events) <= limit {
		return events
	}
	order := make([]int, len(events))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(events[a].rank, events[b].rank) })
	for _, n := range order[limit:] {
		switch events[n].rank {
		case rankTransition, rankWrite:
			folded.writes++
		case rankSilence:
			folded.silences++
		default:
			folded.calls++
		}
	}
	keep := order[:limit]
	slices.Sort(keep)
	kept := make([]event, 0, limit)
	for _, n := range keep {
		kept = append(kept, events[n])
	}
	return kept
}
