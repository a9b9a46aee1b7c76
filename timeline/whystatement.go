package timeline

import (
	"fmt"
	"slices"
	"strings"

	"glancecap/timeline/attribute"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// tellStatement tells why a statement is a call's.
func (w *asking) tellStatement() {
	st := &w.statement.told
	w.why.ID, w.why.Kind = st.ID, "statement"
	w.why.Title = statementTitle(st)
	k := slices.Index(w.statements, w.statement)
	e := attribute.Explain(w.in, w.parents, w.links, k)
	if e == nil {
		w.why.Answer = "It is not attributed: it belongs to no bracket."
		w.showStatement(st)
		return
	}
	w.why.Answer = w.answer(e)
	if text := st.Text.String(); text != "" {
		w.say("text", excerpt(text), framesOfStatement(st))
	}
	for _, l := range st.Legs.All() {
		w.say("leg", fmt.Sprintf("The same statement was seen again on its way from %s to %s.", l.Client, l.Server), story.Frames{First: l.FirstFrame, Last: l.FirstFrame, File: st.File})
	}
	if w.links[k].Call < 0 && e.Next == nil && e.Unit.Works {
		w.candidates(e)
	}
	w.bracket(&e.Unit)
	if e.Link.Call >= 0 {
		w.bond(e)
	}
	w.transaction()
	if e.Link.Call >= 0 && e.Unit.Works {
		w.candidates(e)
	}
	for _, d := range e.Doubts {
		w.why.Surer = append(w.why.Surer, doubtWords(d))
	}
	for _, n := range e.Unit.Statements {
		w.showStatement(&w.statements[n].told)
	}
	if e.Link.Call >= 0 {
		w.showCall(&w.calls[e.Link.Call].told)
	}
}

// mostText is how many bytes of a statement's text are quoted.
const mostText = 300

// excerpt gives the beginning of a text, on one line.
func excerpt(text string) string {
	text = strings.Join(strings.Fields(text[:min(len(text), 4*mostText)]), " ")
	if len(text) <= mostText {
		return text
	}
	return strings.ToValidUTF8(text[:mostText], "") + " …"
}

func statementTitle(st *story.Statement) string {
	words := []string{strings.TrimSpace(verbOrCommand(st) + " " + strings.Join(st.Tables, ", "))}
	if st.Outcome != "" && st.Outcome != "read" {
		words = append(words, strings.ReplaceAll(st.Outcome, "_", " "))
	}
	if st.Detail != "" {
		words = append(words, st.Detail)
	}
	if st.Image != nil {
		words = append(words, "image "+*st.Image)
	}
	return strings.Join(words, ", ")
}

func verbOrCommand(st *story.Statement) string {
	if st.Verb != "" {
		return st.Verb
	}
	return st.Command
}

// answer says in one sentence whose the statement is.
func (w *asking) answer(e *attribute.Evidence) string {
	if e.Link.Call < 0 {
		return "No call is named: " + w.unnamed(e) + "."
	}
	c := &w.calls[e.Link.Call].told
	how := fmt.Sprintf("%s, confidence %.2f, by %s", e.Link.Certainty, e.Link.Confidence, ruleWords(e.Link.Rule))
	if e.Link.Habits != nil {
		how += ", and a habit of the services"
	}
	return c.ID + " (" + askedWords(c) + ") caused it: " + how + "."
}

// unnamed says why no call is named.
func (w *asking) unnamed(e *attribute.Evidence) string {
	var left []string
	for _, c := range e.Candidates {
		if id := w.calls[c.Call].told.ID; c.Objection == attribute.Possible && !slices.Contains(left, id) {
			left = append(left, id)
		}
	}
	switch {
	case !e.Unit.Works && e.Next == nil:
		return "it does no work of a call, and what its process did next is not known"
	case !e.Unit.Works:
		return "it does no work of a call, and whose its process's next work is is not known either"
	case len(e.Candidates) == 0:
		return "none that the capture shows was open meanwhile"
	case len(left) == 0:
		return "none of those that were open can have caused it"
	case len(left) == 1:
		return "only " + left[0] + " is left, but what binds it to that is too little"
	}
	return list(left) + " are possible, and nothing tells them apart well enough"
}

// ruleWords says what a rule means.
func ruleWords(rule string) string {
	words := map[string]string{
		"image-id":   "the image that its bracket names: no other call that was open meanwhile is about it",
		"task":       "the task that its bracket names",
		"names":      "the names in its bracket",
		"nesting":    "time: no other call was open around it",
		"grammar":    "what each of the calls has to do in what order: no arrangement of their work gives it to another",
		"likelihood": "the delays that are usual between a call's units of work",
		"process":    "what its process did next",
	}
	if words[rule] == "" {
		return rule
	}
	return words[rule]
}

// bracket tells of the unit of work.
func (w *asking) bracket(u *attribute.Unit) {
	s := &w.in.Sessions[u.Session]
	first, last := &w.statements[u.Statements[0]].told, &w.statements[u.Statements[len(u.Statements)-1]].told
	frames := story.Frames{First: first.FirstFrame, Last: last.LastFrame, File: first.File}
	text := fmt.Sprintf("%s to %s on stream %d, from %s to %s, were said between one check-out of the pool and its return, so that all have one owner",
		first.ID, last.ID, first.Stream, first.Client, first.Server)
	if first == last {
		text = fmt.Sprintf("It stands alone on stream %d, from %s to %s", first.Stream, first.Client, first.Server)
	}
	var marks []string
	if w.in.Statements[u.Statements[0]].Ping {
		marks = append(marks, "begins with the pool's ping ("+pingWords(first)+")")
	} else if first.N == 1 {
		marks = append(marks, "begins with what a new connection says first, on behalf of the call that needed it")
	}
	if last.Verb == "ROLLBACK" && first != last {
		marks = append(marks, "ends with the pool's ROLLBACK")
	}
	if len(marks) > 0 {
		text += ": the bracket " + list(marks)
	}
	w.say("bracket", text+".", frames)
	if u.Cut {
		w.say("cut", "Statements of the bracket may be missing: it matches anything and proves nothing.", frames)
	}
	if s.Process != "" {
		w.say("process", fmt.Sprintf("The connection's login says _pid %s on %s.", s.Process, s.ClientHost))
	}
	w.names(u)
}

func pingWords(st *story.Statement) string {
	if st.Command == "COM_PING" {
		return "COM_PING"
	}
	return "SELECT 1"
}

// mostNames is how many names are told of a bracket.
const mostNames = 12

// names tells what the bracket names, and where.
func (w *asking) names(u *attribute.Unit) {
	var words []string
	var frames []story.Frames
	find := func(has func(*attribute.Statement) bool) *story.Statement {
		for _, n := range u.Statements {
			if has(&w.in.Statements[n]) {
				return &w.statements[n].told
			}
		}
		return nil
	}
	add := func(what, value string, has func(*attribute.Statement) bool) {
		st := find(has)
		if st == nil || len(words) >= mostNames {
			return
		}
		words = append(words, what+value+" ("+st.ID+")")
		frames = append(frames, story.Frames{First: st.FirstFrame, Last: st.FirstFrame, File: st.File})
	}
	named := func(n glance.Name) func(*attribute.Statement) bool {
		return func(s *attribute.Statement) bool { return slices.Contains(s.Names, n) }
	}
	for _, id := range u.Images {
		add("the image ", id, func(s *attribute.Statement) bool {
			return s.Image == id || slices.Contains(s.Names, glance.Name{Kind: glance.NameImage, Value: id})
		})
	}
	for _, id := range u.Tasks {
		add("the task ", id, named(glance.Name{Kind: glance.NameTask, Value: id}))
	}
	for _, n := range u.Names {
		if what := nameWords(n.Kind); what != "" && !strings.HasPrefix(n.Value, "=") {
			add(what, n.Value, named(n))
		}
	}
	if words != nil {
		w.say("names", "The bracket names "+list(words)+".", frames...)
	} else if u.Works {
		w.say("names", "Nothing in the bracket names an image, a task, or anything that a call says.")
	}
}

// nameWords says what kind of name it is; empty for those that say nothing to
// a reader.
func nameWords(kind glance.NameKind) string {
	switch kind {
	case glance.NameTag:
		return "the tag "
	case glance.NameMember:
		return "the member "
	case glance.NameTitle:
		return "the name "
	case glance.NameOwner:
		return "the owner "
	case glance.NameFilter:
		return "the filter "
	case glance.NameLimit:
		return "the limit "
	case glance.NameValue:
		return "the property "
	}
	return ""
}

// bond tells what binds the bracket to its call.
func (w *asking) bond(e *attribute.Evidence) {
	c := &w.calls[e.Link.Call].told
	in := &w.in.Calls[e.Link.Call]
	host := w.in.Sessions[e.Unit.Session].ClientHost
	if in.ServerHost == host {
		w.say("host", "Both are on "+host+": the call was made to it, the connection comes from it.")
	} else {
		w.say("host", fmt.Sprintf("The connection comes from %s, the call was made to %s: a hop between them is not in the capture.", host, in.ServerHost))
	}
	if !e.Unit.Works {
		w.follows(e)
		return
	}
	switch {
	case e.Unit.Start >= c.Time && e.Unit.End <= c.End:
		w.say("nesting", fmt.Sprintf("Its work lies within the call: it begins %s after the call's first byte and is over %s before the call's last.",
			millis(e.Unit.Start-c.Time), millis(c.End-e.Unit.End)), framesOfCall(c))
	case e.Unit.Start > c.End:
		w.say("nesting", fmt.Sprintf("It ran %s behind the call's answer: what an answer of 202 promised.", millis(e.Unit.Start-c.End)), framesOfCall(c))
	}
	w.order(e, c)
	w.habits(e.Link.Habits)
	if e.Unit.Shown {
		w.say("shown", "The rows that it read are those that the call's answer shows.", framesOfCall(c))
	}
}

// habits tells what the services were seen to do again and again that rules
// other calls out.
func (w *asking) habits(h *attribute.Habits) {
	if h == nil {
		return
	}
	if h.Waits > 0 {
		w.say("habit", fmt.Sprintf("A call gives its connection back, with the pool's ROLLBACK, before it takes another: so it was %d times in this capture, and never otherwise. Without this habit other calls would be possible.", h.Waits))
	}
	if h.Stays > 0 {
		w.say("habit", fmt.Sprintf("A connection to %s stays with the worker that took it: %d times a worker, one of %d, served a call after the one before on the same connection, and never another. Without this habit other calls would be possible.",
			h.Server, h.Stays, h.Processes))
	}
}

// follows tells of what does no work itself.
func (w *asking) follows(e *attribute.Evidence) {
	if e.Next == nil {
		w.say("process", "It does no work itself.")
		return
	}
	first := &w.statements[e.Next.Statements[0]].told
	w.say("process", fmt.Sprintf("It does no work itself. A process says such things when it needs a connection, and what its process did next, %s later, is %s's.",
		millis(e.Next.Start-w.statement.told.Time), w.calls[e.Link.Call].told.ID), story.Frames{First: first.FirstFrame, Last: first.FirstFrame, File: first.File})
}

// mostUnits is how many units of a call's work are told on either side of one.
const mostUnits = 10

// order tells what the call did before and after.
func (w *asking) order(e *attribute.Evidence, c *story.Call) {
	at := slices.IndexFunc(e.Work, func(u attribute.Unit) bool { return u.This })
	if at < 0 || len(e.Work) < 2 || e.Unit.Kind == "" {
		return
	}
	var words []string
	first, last := max(0, at-mostUnits), min(len(e.Work), at+mostUnits+1)
	if first > 0 {
		words = append(words, "…")
	}
	for n := first; n < last; n++ {
		word := unitWords(e.Work[n].Kind)
		if n == at {
			word = "[" + word + "]"
		}
		words = append(words, word)
	}
	if last < len(e.Work) {
		words = append(words, "…")
	}
	w.say("order", fmt.Sprintf("What %s did, in order: %s; the one in brackets is this.", c.ID, strings.Join(words, " → ")))
}

// unitWords says what a unit of work does.
func unitWords(kind string) string {
	words := map[string]string{
		"": "nothing known", "image": "read image", "list": "list images", "tags": "read tags", "tag": "read one tag", "members": "read members", "member": "read one member",
		"memberrow": "read member's row", "count": "count members", "location": "read location", "task": "read task", "tasks": "list tasks",
		"create": "insert image", "save": "save image", "status": "write status", "drop": "mark image deleted", "dropplace": "mark location deleted",
		"addtag": "insert tag", "droptag": "mark tag deleted", "addmember": "insert member", "setmember": "write member", "dropmember": "mark member deleted",
		"lock": "take import lock", "unlock": "give lock back", "addtask": "insert task", "settask": "write task", "expire": "expire tasks", "other": "other work",
	}
	if words[kind] == "" {
		return kind
	}
	return words[kind]
}

// transaction tells what became of the statement.
func (w *asking) transaction() {
	st := w.statement
	if st.tx == nil || !st.write {
		return
	}
	at := story.Frames{First: st.tx.ended.frame, Last: st.tx.ended.frame, File: st.tx.ended.file}
	switch end := st.tx.end; {
	case end != nil && st.tx.outcome == committed:
		w.say("commit", fmt.Sprintf("It is true since the answer to %s, %s.", end.told.ID, verbOrCommand(&end.told)), at)
	case end != nil:
		w.say("commit", fmt.Sprintf("Its transaction ended with %s, %s: %s.", end.told.ID, verbOrCommand(&end.told), outcomeNames[st.tx.outcome]), at)
	default:
		w.say("commit", "The end of its transaction is not in the capture: whether it became true is not known.")
	}
}

// doubtWords says what would have made a link sure.
func doubtWords(d attribute.Doubt) string {
	switch d {
	case attribute.CallsUnseen:
		return "part of Glance's API is encrypted or seen in one direction only: with all of it in the capture, or a witness (--witness), other callers could be ruled out"
	case attribute.CallOpen:
		return "the call's end is not in the capture: capture longer"
	case attribute.CallHungUp:
		return "the call was never answered: its connection ended, and when its work did is not known"
	case attribute.CallDamaged:
		return "bytes of the call are missing: with them its whole request and answer could be compared"
	case attribute.ClocksApart:
		return "the call is in another capture than the statement, and no frame is in both: with one connection captured at both places their clocks could be compared"
	case attribute.HopUnseen:
		return "no call to the host that did the work is in the capture: capture on that host too, behind the proxy"
	case attribute.PacketsLost:
		return "packets were lost meanwhile: work or calls that were in them could be ruled out"
	case attribute.BracketCut:
		return "statements of the bracket may be missing: capture from before the connection's beginning"
	case attribute.SeveralLeft:
		return "more than one call is possible: another name in the statements, or in the rows and the answer, would tell them apart"
	case attribute.ProcessUnseen:
		return "the connection's login is not in the capture: its _pid would tell which worker it belongs to"
	case attribute.NextWork:
		return "pings, logins and goodbyes name nobody: nothing in a capture can prove whose they are"
	case attribute.NestingOnly:
		return "Keystone's statements name no token, at most its user, project or audit id: time and these bind them to a call, and nothing in a capture can prove it"
	case attribute.OnlyLogged:
		return "only a log tells of the call: other callers may have no log; the API's packets in the clear would prove it"
	}
	return "the work is not quite what is known of such calls: another release may do it otherwise"
}
