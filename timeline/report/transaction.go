package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/story"
)

// transaction is a transaction that wrote, one line of the events.
type transaction struct {
	writes      []*story.Statement
	end         *story.Statement // the last statement of it that is known
	transitions []*story.Transition
	attempts    []*story.Attempt
}

var writing = []string{"INSERT", "UPDATE", "DELETE", "REPLACE"}

// transactions groups the writes among statements, and gives the rest. The
// COMMIT of a transaction that is shown belongs to it.
func (t *text) transactions(i *story.Image, statements []*story.Statement) (writes []*transaction, rest []*story.Statement) {
	by := make(map[string]*transaction)
	for _, s := range statements {
		if !slices.Contains(writing, s.Verb) || s.Housekeeping || t.guessed(s) && !t.All {
			continue
		}
		w := by[transactionOf(s)]
		if w == nil {
			w = new(transaction)
			by[transactionOf(s)] = w
			writes = append(writes, w)
		}
		w.writes, w.end = append(w.writes, s), s
	}
	for _, s := range statements {
		switch w := by[transactionOf(s)]; {
		case w == nil, s.Verb != "COMMIT" && !slices.Contains(w.writes, s):
			rest = append(rest, s)
		case s.Verb == "COMMIT":
			w.end = s
		}
	}
	t.joinStates(i, by)
	return writes, rest
}

// transactionOf names the transaction of a statement; one that is in none is
// its own.
func transactionOf(s *story.Statement) string {
	if s.Transaction != nil {
		return *s.Transaction
	}
	return s.ID
}

// guessed tells whether nothing but a guess ties a statement to the image.
func (t *text) guessed(s *story.Statement) bool {
	return s.Image == nil && s.Call != nil && s.Call.Certainty == "guess"
}

// joinStates gives each transaction the changes of status that it made or
// tried.
func (t *text) joinStates(i *story.Image, by map[string]*transaction) {
	of := func(id *string) *transaction {
		if id == nil || t.statements[*id] == nil {
			return nil
		}
		return by[transactionOf(t.statements[*id])]
	}
	for n := range i.Transitions {
		if w := of(i.Transitions[n].Statement); w != nil {
			w.transitions = append(w.transitions, &i.Transitions[n])
		}
	}
	for n := range i.Attempts {
		if w := of(i.Attempts[n].Statement); w != nil {
			w.attempts = append(w.attempts, &i.Attempts[n])
		}
	}
}

// event tells a transaction in one line.
func (w *transaction) event(t *text) event {
	first := w.writes[0]
	e := event{
		at: w.end.End, frame: w.end.LastFrame, who: first.Service, depth: 1, what: w.words(),
		answer: outcomeWords(first), rank: rankWrite, frames: commaFrames(first, w.end.LastFrame, endFile(w.end)),
	}
	if len(w.transitions) > 0 {
		tr := w.transitions[0]
		e.at, e.rank, e.frames = tr.Time, rankTransition, commaFrames(first, tr.Frame, tr.File)
	}
	if len(w.attempts) > 0 && len(w.transitions) == 0 {
		e.rank, e.style = rankTransition, warning
		e.answer = strings.ReplaceAll(w.attempts[0].Why, "_", " ")
	}
	for _, s := range w.writes {
		if s.Error != nil {
			e.answer, e.style = fmt.Sprintf("error %d", s.Error.Code), bad
		}
	}
	t.linkEvent(&e, first)
	return e
}

// linkEvent places a statement under its call, as far as that is sure.
func (t *text) linkEvent(e *event, s *story.Statement) {
	if s.Call == nil || s.Call.Certainty == "guess" && !t.All {
		return
	}
	if c := t.calls[s.Call.ID]; c != nil {
		e.depth = t.depth(c) + 1
	}
	switch s.Call.Certainty {
	case "likely":
		e.asked = shortRequest(deref(s.Call.RequestID)) + "?"
	case "guess":
		e.asked = shortRequest(deref(s.Call.RequestID)) + "??"
	}
}

// commaFrames names the frames of a write and of its commit, the capture of the
// second one only where it is another.
func commaFrames(write *story.Statement, commit int, file *int) string {
	there := write.File == nil || file == nil || *write.File == *file
	switch {
	case there && write.FirstFrame == commit:
		return frameAt(commit, file)
	case there:
		return fmt.Sprintf("%s, %d", frameAt(write.FirstFrame, write.File), commit)
	}
	return frameAt(write.FirstFrame, write.File) + ", " + frameAt(commit, file)
}

// endFile gives the capture of a statement's last frame.
func endFile(s *story.Statement) *int { return cmp.Or(s.LastFile, s.File) }

// words says what a transaction changed.
func (w *transaction) words() string {
	var words []string
	for _, tr := range w.transitions {
		words = append(words, "images "+statusChange(tr.From, tr.To))
	}
	if len(w.transitions) == 0 && len(w.attempts) > 0 {
		words = append(words, "images "+statusChange(w.attempts[0].From, w.attempts[0].To))
	}
	return strings.Join(append(words, w.changes(len(words) > 0)...), ", ")
}

func statusChange(from *string, to string) string {
	if from == nil {
		return "← " + to
	}
	return *from + " → " + to
}

// changes names the rows that a transaction wrote: those that came and went
// one table each, those that were changed together.
func (w *transaction) changes(statusTold bool) []string {
	var words, updated, missed []string
	var came []change
	for _, s := range w.writes {
		noun := nounOf(strings.Join(s.Tables, "+"))
		rows := int64(1)
		if s.Affected != nil {
			rows = *s.Affected
		}
		switch {
		case statusTold && noun == "image" && rows > 0:
		case s.Detail != "":
			words = append(words, s.Detail)
		case rows == 0:
			missed = append(missed, "no "+noun+" matched")
		case s.Verb == "UPDATE":
			if !slices.Contains(updated, noun) {
				updated = append(updated, noun)
			}
		default:
			sign := "+"
			if s.Verb == "DELETE" {
				sign = "−"
			}
			at := slices.IndexFunc(came, func(c change) bool { return c.sign == sign && c.noun == noun })
			if at < 0 {
				at = len(came)
				came = append(came, change{sign, noun, 0})
			}
			came[at].rows += rows
		}
	}
	for _, c := range came {
		words = append(words, c.sign+count(c.rows, c.noun))
	}
	if len(updated) > 0 {
		words = append(words, list(updated)+" updated")
	}
	// Glance sends some writes in case there is a row: they say something
	// only where nothing else does.
	if len(words) == 0 && !statusTold && len(missed) > 0 {
		words = missed[:1]
	}
	return words
}

// change counts rows of one kind that came or went.
type change struct {
	sign, noun string
	rows       int64
}

// nounOf says what a row of one of Glance's tables is.
func nounOf(table string) string {
	switch table {
	case "images":
		return "image"
	case "image_properties":
		return "property"
	case "image_locations":
		return "location"
	case "image_tags":
		return "tag"
	case "image_members":
		return "member"
	case "tasks":
		return "task"
	}
	return table + " row"
}

// outcomeWords says what became of a statement.
func outcomeWords(s *story.Statement) string {
	switch s.Outcome {
	case "rolled_back":
		return "rolled back"
	case "":
		return "unknown"
	}
	return s.Outcome
}

// statementName names a statement by its verb and tables; one that names no table
// by what it says (SELECT 1).
func statementName(s *story.Statement) string {
	const most = 60
	if text := s.Text.String(); len(s.Tables) == 0 && text != "" {
		return shorten(Safe(text), most)
	}
	return strings.TrimSpace(cmp.Or(s.Verb, s.Command) + " " + strings.Join(s.Tables, ", "))
}

// statementEvent tells one statement that is no write, for --all.
func (t *text) statementEvent(s *story.Statement) event {
	e := event{
		at: s.Time, frame: s.FirstFrame, who: s.Service, depth: 1, rank: rankRead, style: faint,
		what: s.Verb, frames: framesAt(s.FirstFrame, s.LastFrame, s.File, s.LastFile),
	}
	if len(s.Tables) > 0 {
		e.what += " " + strings.Join(s.Tables, ", ")
	} else if text := s.Text.String(); s.Verb == "" || s.Housekeeping && text != "" {
		e.what = shorten(Safe(text), 60)
	}
	switch {
	case s.Error != nil:
		e.answer, e.style = fmt.Sprintf("error %d", s.Error.Code), bad
	case s.Rows != nil:
		e.answer = count(*s.Rows, "row")
	}
	t.linkEvent(&e, s)
	return e
}
