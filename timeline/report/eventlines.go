package report

import (
	"strings"

	"glancecap/timeline/story"
)

// eventRow is an event in the words of its columns.
type eventRow struct {
	at, who, what, asked, answer, frames string
	style                                style
}

// eventColumns lays events out.
type eventColumns struct {
	*page
	// The widths of the columns; asked is 0 where nothing has a request id.
	at, who, what, asked, answer, frames int
}

// leastWhat is the least width of what happened; where less is left, an event
// takes two lines.
const leastWhat = 24

// eventLines lays the events out in columns.
func (t *text) eventLines(i *story.Image, events []event) {
	rows := []eventRow{{"+s", "who", "what", "", "answer", "frames", faint}}
	for _, e := range events {
		answer := e.answer
		if e.took != "" {
			answer += " " + e.took
		}
		rows = append(rows, eventRow{seconds(e.at.Sub(i.First)), Safe(e.who), strings.Repeat("  ", e.depth) + Safe(e.what), Safe(e.asked), Safe(answer), e.frames, e.style})
	}
	w := eventColumns{page: t.page}
	for _, r := range rows {
		w.at, w.who, w.what = max(w.at, columns(r.at)), max(w.who, columns(r.who)), max(w.what, columns(r.what))
		w.asked, w.answer, w.frames = max(w.asked, columns(r.asked)), max(w.answer, columns(r.answer)), max(w.frames, columns(r.frames))
	}
	around := 2 + w.at + 2 + w.who + 2 + 2 + w.answer + 2 + w.frames
	if w.asked > 0 {
		around += 2 + w.asked
	}
	if room := t.width - around; room < min(leastWhat, w.what) {
		w.what = t.width - (2 + w.at + 2 + w.who + 2)
		w.eachInTwo(rows)
		return
	} else {
		w.what = min(w.what, room)
	}
	for _, r := range rows {
		w.one(r)
	}
}

// head is what stands before a request id and an answer.
func (w *eventColumns) head(r eventRow) string {
	return "  " + padRight(r.at, w.at) + "  " + padRight(r.who, w.who) + "  "
}

// one writes an event in a line.
func (w *eventColumns) one(r eventRow) {
	head := w.head(r) + padRight(shorten(r.what, w.what), w.what) + "  "
	if w.asked > 0 {
		head += padRight(r.asked, w.asked) + "  "
	}
	w.write(head, r)
}

// write writes what begins a line, the answer and the frames.
func (w *eventColumns) write(head string, r eventRow) {
	tail := "  " + r.frames
	if r.style == faint {
		w.pieces(piece{head + padRight(r.answer, w.answer) + tail, faint})
		return
	}
	w.pieces(piece{head, plain}, piece{padRight(r.answer, w.answer), r.style}, piece{tail, plain})
}

// eachInTwo writes each event in two lines: what happened, and below it the
// request id, the answer and the frames.
func (w *eventColumns) eachInTwo(rows []eventRow) {
	indent := strings.Repeat(" ", columns(w.head(eventRow{}))+2)
	for _, r := range rows {
		first := w.head(r) + shorten(r.what, w.what)
		if r.style == faint {
			w.pieces(piece{first, faint})
		} else {
			w.line(first)
		}
		if r.answer+r.frames == "" {
			continue
		}
		head := indent
		if w.asked > 0 {
			head += padRight(r.asked, w.asked) + "  "
		}
		w.write(head, r)
	}
}
