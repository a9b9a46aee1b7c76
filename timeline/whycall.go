package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// tellCall tells what is known of a call and by what.
func (w *asking) tellCall() {
	c := w.call
	t := &c.told
	w.why.ID, w.why.Kind = t.ID, "call"
	w.why.Title = cmp.Or(strings.TrimSpace(t.Method+" "+t.Target), "an answer whose request was not captured") + ", " + t.Service + " " + t.Action
	w.why.Answer = w.callAnswer(c)
	w.showCall(t)
	w.identity(c)
	w.seenBy(c)
	w.about(c)
	w.parentOf(c)
	w.spent(c)
	w.requests(c)
	w.units(c)
}

// callAnswer says in a sentence what became of the call.
func (w *asking) callAnswer(c *call) string {
	t := &c.told
	switch {
	case t.Status == nil && t.HungUp:
		return fmt.Sprintf("%s asked %s, and the connection ended before an answer.", t.Client, t.Server)
	case t.Status == nil:
		return fmt.Sprintf("%s asked %s; no answer is in the capture.", t.Client, t.Server)
	case t.Seconds.Known():
		return fmt.Sprintf("%s asked %s and was answered %d after %.3f s.", t.Client, t.Server, *t.Status, float64(t.Seconds))
	}
	return fmt.Sprintf("%s answered %s with %d.", t.Server, t.Client, *t.Status)
}

// identity tells who asked: the token, whose it is and who said so.
func (w *asking) identity(c *call) {
	t := &c.told
	if t.RequestID != nil {
		text := "Its request id is " + *t.RequestID + "."
		if c.sentID == *t.RequestID {
			text += " The client sent it along, so that other calls may have it too."
		}
		w.say("request", text)
	}
	switch {
	case c.token == "" && c.subject != "" && c.Action == "token.issue":
		text := "It was given the token {SHA256}" + shortDigest(c.subject)
		if t.User != nil {
			text += ", " + whose(t.User)
		}
		w.say("caller", text+".", framesOfCall(t))
		return
	case c.token == "":
		w.say("caller", "It shows no token: who asks is not said.")
		return
	}
	text := "It shows the token {SHA256}" + shortDigest(c.token)
	var frames []story.Frames
	if t.User != nil {
		text += ", " + whose(t.User)
		if by := w.taught(c.token, t.Time); by != nil {
			text += ", as Keystone told in " + by.ID
			frames = append(frames, framesOfCall(by))
			w.showCall(by)
		}
	} else {
		text += "; whose it is is not in the capture"
	}
	w.say("caller", text+".", frames...)
}

// whose says whose a token is.
func whose(u *story.User) string {
	return fmt.Sprintf("that of the user %s in the project %s", cmp.Or(u.Name, u.ID, "?"), cmp.Or(u.Project, u.ProjectID, "?"))
}

// shortDigest is the part of a token's digest that OpenStack's clients print.
func shortDigest(digest string) string { return digest[:min(len(digest), 12)] }

// taught finds the call by which Keystone told whose a token is: the last one
// before a time, else the first.
func (w *asking) taught(token string, at story.Time) *story.Call {
	var found *story.Call
	for _, c := range w.calls {
		if c.Service != glance.Keystone || c.subject != token || c.told.Status == nil || *c.told.Status >= 300 {
			continue
		}
		if found == nil || c.told.Time <= at {
			found = &c.told
		}
	}
	return found
}

// seenBy tells who shows the call: packets, other hops, logs.
func (w *asking) seenBy(c *call) {
	t := &c.told
	for _, l := range t.Legs {
		w.say("leg", fmt.Sprintf("It was seen again on its way from %s to %s.", l.Client, l.Server), story.Frames{First: l.FirstFrame, Last: l.FirstFrame, File: t.File})
	}
	if t.Log != nil && t.Log.Witness < len(w.b.logbooks) {
		text := fmt.Sprintf("Line %d of %s tells of it too.", t.Log.Line, w.b.logbooks[t.Log.Witness].log.Path)
		if t.FirstFrame == 0 {
			text = fmt.Sprintf("No packet shows it: line %d of %s tells of it.", t.Log.Line, w.b.logbooks[t.Log.Witness].log.Path)
		}
		w.say("log", text)
	}
	marks := slices.DeleteFunc(slices.Clone(t.Marks), func(mark string) bool { return mark == record.MarkRedacted })
	switch {
	case len(marks) == 1 && marks[0] == record.MarkIncomplete && !c.answered && c.gone == story.NoTime:
		w.say("marks", "Its end is not in the capture.")
	case len(marks) > 0:
		w.say("marks", "Not all is well with its packets: "+strings.Join(marks, ", ")+".")
	}
}

// about tells which image it is about, and how that is known.
func (w *asking) about(c *call) {
	t := &c.told
	if t.Image == nil {
		return
	}
	how := "its path names it"
	switch {
	case c.Action == "image.create":
		how = "its answer tells the id that was given"
	case !strings.Contains(t.Target, *t.Image):
		how = "its body or answer names it"
	}
	w.say("image", fmt.Sprintf("It is about the image %s: %s.", *t.Image, how), framesOfCall(t))
}

// parentOf tells on whose behalf it was made, and by what that is known.
func (w *asking) parentOf(c *call) {
	p := c.parent
	if p == nil {
		return
	}
	t := &c.told
	how := "no other call was open on " + story.HostOf(t.Client) + " meanwhile"
	switch {
	case c.Service == glance.Swift && c.Named && p.Named && c.Image == p.Image:
		how = "both are about the same image"
		if c.told.Time > p.told.End {
			how += ", and the answer 202 promised work behind it"
		}
	case c.Action == "token.validate" && c.subject != "" && c.subject == p.token:
		how = "it validates the token that " + p.told.ID + " shows, {SHA256}" + shortDigest(c.subject)
	case w.sameOperation(c):
		how = "the token {SHA256}" + shortDigest(cmp.Or(c.subject, c.token)) + " was got for one operation and is used in it alone"
	}
	w.say("parent", fmt.Sprintf("It was made on behalf of %s: it comes from the host that serves that, within its time, and %s.", callWords(&p.told), how), framesOfCall(&p.told))
	w.showCall(&p.told)
}

// sameOperation tells whether another call of the same parent uses the token.
func (w *asking) sameOperation(c *call) bool {
	token := c.token
	if c.Action == "token.issue" {
		token = c.subject
	}
	return token != "" && slices.ContainsFunc(w.t.children[c.parent], func(o *call) bool { return o != c && (o.token == token || o.subject == token) })
}

// spent tells where the call's time went.
func (w *asking) spent(c *call) {
	t := &c.told
	if t.FirstFrame == 0 || !t.Seconds.Known() || c.Service != glance.Glance {
		return
	}
	p := w.t.phase("", t.Time, t.End, w.t.work([]*call{c}, nil), []*call{c})
	var words []string
	for _, s := range p.Shares.Largest() {
		if s.Seconds >= p.Seconds/100 {
			words = append(words, fmt.Sprintf("%s %.3f", s.Who, float64(s.Seconds)))
		}
	}
	if len(words) > 0 {
		w.say("time", fmt.Sprintf("Of its %.3f s these took: %s.", float64(p.Seconds), list(words)), framesOfCall(t))
	}
	if p.Held != nil && p.Held.Known() && len(p.HeldFrames) == 2 {
		w.say("held", fmt.Sprintf("Its client stood before Glance's closed window for %.3f s.", float64(*p.Held)), story.Frames{First: p.HeldFrames[0], Last: p.HeldFrames[1], File: t.File})
	}
}

// mostRequests is how many calls made on a call's behalf, and how many units of
// its work, are told.
const mostRequests = 20

// requests tells what it asked of Keystone and Swift.
func (w *asking) requests(c *call) {
	children := w.t.children[c]
	for n, o := range children {
		if n == mostRequests {
			w.say("asked", counted(len(children)-n, "more request")+".")
			break
		}
		t := &o.told
		answer := "no answer"
		if t.Status != nil {
			answer = fmt.Sprint(*t.Status)
		}
		took := ""
		if t.Seconds.Known() {
			took = fmt.Sprintf(" after %.3f s", float64(t.Seconds))
		}
		w.say("asked", fmt.Sprintf("+%s it asked %s: %s%s.", secondsText(t.Time-c.told.Time), callWords(t), answer, took), framesOfCall(t))
		w.showCall(t)
	}
}

// units tells the statements that are linked to it, by brackets.
func (w *asking) units(c *call) {
	list := w.t.linked[c]
	if len(list) == 0 && c.Service == glance.Glance {
		w.say("statements", "No statement is linked to it.")
	}
	told, left := 0, 0
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && w.oneUnit(list[from], list[to]) {
			to++
		}
		unit := list[from:to]
		from = to
		if !slices.ContainsFunc(unit, func(st *statement) bool { return len(st.told.Tables) > 0 }) {
			continue
		}
		if told++; told > mostRequests {
			left += len(unit)
			continue
		}
		w.unit(c, unit)
	}
	if left > 0 {
		w.say("statements", counted(left, "statement")+" more.")
	}
}

// oneUnit tells whether two statements of a call follow each other on one
// connection without a check-out between.
func (w *asking) oneUnit(a, b *statement) bool { return a.session == b.session && !b.ping }

// unit tells one bracket of the call.
func (w *asking) unit(c *call, unit []*statement) {
	first, last := &unit[0].told, &unit[len(unit)-1].told
	var what []string
	sure := ""
	for _, st := range unit {
		if len(st.told.Tables) == 0 {
			continue
		}
		word := verbOrCommand(&st.told) + " " + strings.Join(st.told.Tables, ", ")
		if to, _ := st.status(); to != "" {
			word += " (status " + to + ")"
		}
		what = addOnce(what, word)
		sure = fmt.Sprintf("%s by %s", st.told.Call.Certainty, st.told.Call.Rule)
	}
	if len(what) > 4 {
		what = append(what[:4], "…")
	}
	name := first.ID + " to " + last.ID
	if first == last {
		name = first.ID
	}
	w.say("statements", fmt.Sprintf("+%s %s: %s; %s.", secondsText(first.Time-c.told.Time), name, strings.Join(what, "; "), sure), story.Frames{First: first.FirstFrame, Last: last.LastFrame, File: first.File})
	w.showStatement(first)
	w.showStatement(last)
}
