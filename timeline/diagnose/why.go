package diagnose

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// why is why a call failed.
type why struct {
	// shown is the call that shows it, the failed one itself where no other
	// does; refused is the attempt to connect that does.
	shown   *story.Call
	refused *story.RefusedConnection
	// statement is what the database did not answer.
	statement *story.Statement
	// fetched is what a web server answered.
	fetched *story.Fetch
	code    string // "" where the caller knows best
	text    string
}

// clientGone is what Swift notes for a request whose sender broke off: Glance
// does when its own client did (Swift: swift/proxy/controllers/obj.py).
const clientGone = 499

// why finds the first thing that went wrong in a call: a client that went
// away, an answer of 400 or above on the call's behalf, a store that could not
// be reached, or none.
func (c *Inquiry) why(made *story.Call, until, begun story.Time) why {
	var silent *story.Call
	for _, call := range c.family(made)[1:] {
		if call.Time > until {
			continue
		}
		switch s := status(call); {
		case s == clientGone && made.Short, s == 404, s == 401 && call.Action == "token.validate":
		case s >= 400:
			return why{shown: call, code: codeOf(call), text: fmt.Sprintf("%s answered %d%s%s", title(call.Service), s, toWhat(call), reason(call))}
		case s == 0 && call.Service == "swift" && !made.Short:
			silent = call
		}
	}
	refused, n := c.refusals(made, until)
	fetched := c.badFetch(made, until)
	switch {
	case made.Short:
		return why{shown: made, code: "upload_aborted_by_client", text: "the client broke off the upload" + after(made)}
	case silent != nil:
		return why{shown: silent, code: "store_error", text: "Swift gave no answer" + toWhat(silent)}
	case fetched != nil:
		return why{shown: made, fetched: fetched, text: fetchWords(fetched) + "; the task behind the import failed" + c.taskSays(made)}
	case refused != nil:
		return why{shown: made, refused: refused, code: "store_error", text: unreachable(refused, n)}
	case status(made) == 413 && strings.Contains(made.Reason, "storage media is full"):
		return why{shown: made, code: "store_full", text: "Glance answered 413" + reason(made)}
	case status(made) >= 500 && c.unansweredStatement(made) != nil:
		s := c.unansweredStatement(made)
		return why{shown: made, code: "database_error", statement: s, text: "the database gave no answer to " + strings.TrimSpace(s.Verb+" "+strings.Join(s.Tables, " "))}
	case made.Action == "image.upload" && status(made) >= 500 && !c.reached(made) && c.swift:
		return why{shown: made, text: fmt.Sprintf("Glance answered %d, and no request reached Swift in %.1f s", status(made), until.Sub(begun))}
	case open(made):
		return why{shown: made, text: "the call had no answer"}
	case made.Action == "image.import":
		return why{shown: made, text: "the task behind the import failed" + c.taskSays(made)}
	}
	return why{shown: made, text: fmt.Sprintf("Glance answered %d%s", status(made), reason(made))}
}

// codeOf says what an answer of 400 or above on an upload's behalf means.
// Swift has 413 for a quota and 507 for a full disk (RFC 4918 §11.5).
func codeOf(call *story.Call) string {
	switch s := status(call); {
	case call.Service == "swift" && (s == 413 || s == 507):
		return "store_full"
	case call.Service == "swift":
		return "store_error"
	case call.Service == "keystone" && s == 401:
		return "unauthorized"
	}
	return ""
}

// refusals gives the first attempt of Glance to reach Swift that came to
// nothing while a call went on, and how many there were.
func (c *Inquiry) refusals(made *story.Call, until story.Time) (first *story.RefusedConnection, n int) {
	for k := range c.story.Refused {
		r := &c.story.Refused[k]
		if r.Service != "swift" || !r.During(made, until) {
			continue
		}
		if n++; first == nil {
			first = r
		}
	}
	return first, n
}

// badFetch gives the fetch of an import from a web server up to a time, where
// it did not bring the bytes.
func (c *Inquiry) badFetch(made *story.Call, until story.Time) *story.Fetch {
	for k := range c.story.Fetched {
		f := &c.story.Fetched[k]
		if f.Call == made.ID && f.Time <= until && (f.Status == nil || *f.Status >= 300) {
			return f
		}
	}
	return nil
}

// fetchWords says what became of a fetch.
func fetchWords(f *story.Fetch) string {
	switch {
	case f.Refused > 0:
		return fmt.Sprintf("the web server %s refused %s, to which GET %s was to go", f.Server, plural(f.Refused, "connection"), f.URL)
	case f.Unanswered > 0:
		return fmt.Sprintf("the web server %s did not answer %s, to which GET %s was to go", f.Server, plural(f.Unanswered, "connection attempt"), f.URL)
	}
	if f.Status == nil {
		return fmt.Sprintf("the web server %s gave no answer to GET %s", f.Server, f.URL)
	}
	return strings.TrimSpace(fmt.Sprintf("the web server %s answered %d %s", f.Server, *f.Status, f.Reason)) + " to GET " + f.URL
}

// unansweredStatement gives a statement of a call that the database left
// without an answer.
func (c *Inquiry) unansweredStatement(made *story.Call) *story.Statement {
	for _, s := range c.answerless {
		if s.Call != nil && s.Call.ID == made.ID {
			return s
		}
	}
	return nil
}

// unreachable says how a server could not be reached.
func unreachable(r *story.RefusedConnection, n int) string {
	if r.Unanswered {
		return fmt.Sprintf("%s (%s) did not answer %s", title(r.Service), r.Server, plural(n, "attempt")+" to connect")
	}
	return fmt.Sprintf("%s (%s) refused %s", title(r.Service), r.Server, plural(n, "connection"))
}

// reached tells whether something was sent to Swift on a call's behalf.
func (c *Inquiry) reached(made *story.Call) bool {
	for _, call := range c.family(made)[1:] {
		if call.Service == "swift" && call.Status != nil {
			return true
		}
	}
	return false
}

// after tells how far an upload had come.
func after(call *story.Call) string {
	if call.Bytes == nil {
		return ""
	}
	if call.Announced != nil {
		return fmt.Sprintf(" after %d of %d bytes", *call.Bytes, *call.Announced)
	}
	return fmt.Sprintf(" after %d bytes", *call.Bytes)
}

// toWhat names the request that was refused.
func toWhat(call *story.Call) string {
	switch {
	case strings.HasPrefix(call.Action, "container."):
		return " to " + call.Method + " of the container"
	case call.Action == "segment.put":
		return " to the PUT of a segment"
	case call.Action == "object.put", call.Action == "object.manifest":
		return " to the PUT of the object"
	case call.Action == "token.issue":
		return " to Glance's request for a token"
	}
	return ""
}

// advice says what to do.
func advice(shown, made *story.Call, w why) string {
	const again = "; a new PUT to the same id is allowed, the row is queued"
	switch {
	case w.fetched != nil:
		return "does the web server answer Glance's host with 200? GET " + w.fetched.URL + " from there, then import again"
	case made.Action == "image.import":
		return "look in glance-api.log and at the task: GET /v2/images/ID/tasks"
	case w.code == "store_full":
		return "the store is full or a quota is reached: make room" + again
	case w.statement != nil:
		return "was the connection to the database killed? look in the database's error log" + again
	case w.refused != nil:
		return "is Swift's proxy up at " + w.refused.Server + "?" + again
	case shown.Service == "swift":
		return "look in Swift's log" + again
	case shown.Service == "keystone":
		return "look in Keystone's log: is the password of Glance's service user right?"
	case made.Short:
		return "look at the client and at what lies between it and Glance" + again
	case status(made) >= 500:
		return "is the store up? look in glance-api.log" + again
	}
	return "look in glance-api.log" + again
}
