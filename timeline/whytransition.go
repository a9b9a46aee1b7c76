package timeline

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// tellTransition tells the witnesses of a change of status, and whether Glance
// allows it.
func (w *asking) tellTransition() {
	t, i := w.transition, w.image
	w.why.ID, w.why.Kind = t.ID, "transition"
	w.why.Title = fmt.Sprintf("%s → %s of the image %s", statusOr(t.From, "(nothing)"), t.To, i.ID)
	if i.Name != "" {
		w.why.Title += ", " + i.Name
	}
	agree := "nothing contradicts it"
	if !t.Agree {
		agree = "another witness contradicts it"
	}
	w.why.Answer = fmt.Sprintf("%s, confidence %.2f; witnesses: %s; %s.", t.Certainty, t.Confidence, strings.Join(t.Witnesses, ", "), agree)
	if t.Statement != nil {
		w.bySQL()
	} else {
		w.say("sql", "No statement shows it: it is told from the API, and true at the latest when the answer came.", story.Frames{First: t.Frame, Last: t.Frame, File: t.File})
	}
	w.byOthers()
	w.legal()
	w.neighbours()
	w.cause()
	if t.Certainty != proven {
		w.why.Surer = append(w.why.Surer, w.surer())
	}
}

func statusOr(s *string, none string) string {
	if s == nil {
		return none
	}
	return *s
}

// bySQL tells the statement that wrote it and the commit that made it true.
func (w *asking) bySQL() {
	t := w.transition
	k := slices.IndexFunc(w.statements, func(st *statement) bool { return st.told.ID == *t.Statement })
	if k < 0 {
		return
	}
	st := w.statements[k]
	written := framesOfStatement(&st.told)
	text := fmt.Sprintf("%s, %s, writes status='%s'", st.told.ID, statementVerb(st), t.To)
	if _, guard := st.status(); guard != "" {
		text += fmt.Sprintf(" where the status was '%s': the guard matched", guard)
	}
	if st.told.Affected != nil {
		text += fmt.Sprintf(", %s", counted(int(*st.told.Affected), "row"))
	}
	if t.Written != nil && t.Written.UpdatedAt != nil {
		text += "; its updated_at is " + *t.Written.UpdatedAt
	}
	w.say("sql", text+".", written)
	w.showStatement(&st.told)
	if st.tx != nil && st.tx.end != nil {
		end := &st.tx.end.told
		w.say("commit", fmt.Sprintf("%s, %s, was answered with OK: since then it is true for everybody.", end.ID, verbOrCommand(end)), framesOfStatement(end))
		w.showStatement(end)
		return
	}
	if st.auto {
		w.say("commit", "The connection commits each statement by itself (autocommit): it is true since its answer.", story.Frames{First: t.Frame, Last: t.Frame, File: t.File})
	}
}

func statementVerb(st *statement) string {
	return strings.TrimSpace(verbOrCommand(&st.told) + " " + strings.Join(st.told.Tables, ", "))
}

// mostSightings is how many answers of a kind that show a status are told.
const mostSightings = 3

// byOthers tells the answers, polls and stored objects that show it.
func (w *asking) byOthers() {
	t := w.transition
	before, until := w.span()
	now := momentOf(t)
	kinds := []string{"api", "poll", "store"}
	told := make(map[string]int)
	type sighting struct {
		kind, text string
		call       *call
	}
	var list []sighting
	for _, c := range w.t.calls[w.image.ID] {
		if s := impliedBy(c); s != nil && s.status == t.To && s.from <= now && now <= s.to.moment() {
			list = append(list, sighting{"api", fmt.Sprintf("%s was answered %d, which it is only when the image became %s.", callWords(&c.told), *c.told.Status, t.To), c})
		}
		if t.To == glance.Active && stored(c) && c.done().moment() <= now && c.done().moment() >= before {
			list = append(list, sighting{"store", fmt.Sprintf("Swift said that the object is there, in answer to %s.", callWords(&c.told)), c})
		}
	}
	for n := range w.b.images[w.image.ID].seen {
		s := &w.b.images[w.image.ID].seen[n]
		switch {
		case s.status != t.To || s.call == nil || s.call.first != nil || s.to.moment() < now || s.from > until:
		case s.by == byPoll:
			list = append(list, sighting{"poll", fmt.Sprintf("%s shows status %s in its answer.", callWords(&s.call.told), t.To), s.call})
		default:
			list = append(list, sighting{"api", fmt.Sprintf("The answer to %s shows status %s.", callWords(&s.call.told), t.To), s.call})
		}
	}
	for _, kind := range kinds {
		for _, s := range list {
			if s.kind != kind {
				continue
			}
			if told[kind]++; told[kind] <= mostSightings {
				w.say(kind, s.text, framesOfCall(&s.call.told))
				w.showCall(&s.call.told)
			}
		}
		if more := told[kind] - mostSightings; more > 0 {
			w.say(kind, fmt.Sprintf("So do %s more.", counted(more, "answer")))
		}
	}
}

// span gives the moments of the transitions before and after.
func (w *asking) span() (before, until moment) {
	before, until = never, moment(math.MaxInt64)
	for n := range w.image.Transitions {
		o := &w.image.Transitions[n]
		if o != w.transition {
			continue
		}
		if n > 0 {
			before = momentOf(&w.image.Transitions[n-1])
		}
		if n+1 < len(w.image.Transitions) {
			until = momentOf(&w.image.Transitions[n+1])
		}
	}
	return before, until
}

// legal tells what Glance's own table says.
func (w *asking) legal() {
	t := w.transition
	switch {
	case t.From == nil && t.Legal && w.image.BeforeCapture:
		w.say("legal", fmt.Sprintf("What the image was before is not in the capture, so whether it may become %s is not known.", t.To))
	case t.From == nil:
		w.say("legal", "An image begins so.")
	case t.Legal:
		w.say("legal", fmt.Sprintf("Glance's table of transitions allows %s → %s.", *t.From, t.To))
	default:
		w.say("legal", fmt.Sprintf("Glance's table of transitions does not have %s → %s: look for a hand on the database, or for a lost transition between.", *t.From, t.To))
	}
}

// neighbours tells the changes before and after.
func (w *asking) neighbours() {
	list := w.image.Transitions
	for n := range list {
		if &list[n] != w.transition {
			continue
		}
		if n > 0 {
			w.neighbour("before", &list[n-1], w.transition.Time-list[n-1].Time)
		} else if w.transition.From != nil {
			w.say("before", "No change before it is in the capture.")
		}
		if n+1 < len(list) {
			w.neighbour("after", &list[n+1], list[n+1].Time-w.transition.Time)
		} else {
			w.say("after", "No change after it is in the capture.")
		}
	}
}

func (w *asking) neighbour(about string, o *story.Transition, apart story.Time) {
	side := "earlier"
	if about == "after" {
		side = "later"
	}
	w.say(about, fmt.Sprintf("%s, %s → %s, %s %s.", o.ID, statusOr(o.From, "(nothing)"), o.To, secondsText(apart), side), story.Frames{First: o.Frame, Last: o.Frame, File: o.File})
}

// cause tells the call behind it.
func (w *asking) cause() {
	t := w.transition
	if t.Call == nil {
		w.say("call", "No call is named as its cause.")
		return
	}
	c := w.t.byID[*t.Call]
	if c == nil {
		return
	}
	text := "It is the work of " + c.told.ID + " (" + askedWords(&c.told) + ")"
	if t.Statement != nil {
		text += "; why, tells --why " + *t.Statement
	}
	w.say("call", text+".", framesOfCall(&c.told))
	w.showCall(&c.told)
}

// surer says what would have made a transition sure.
func (w *asking) surer() string {
	switch {
	case w.transition.Statement == nil:
		return "the database's packets would show the statement and its commit: capture port 3306 too, or on Glance's host"
	case w.t.damaged:
		return "packets of Glance's connections to the database are missing: another write may have been in them"
	case !w.transition.Agree:
		return "a witness shows another status: see the calls that read the image at that time"
	}
	return "the status before it is known only from what was read: capture from before the image's beginning"
}
