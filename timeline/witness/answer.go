package witness

import (
	"strconv"
	"strings"
)

// head reads keystoneauth's line on an answer's head: the status in brackets,
// and the fields in one line.
func (r *reading) head(c *client, e entry, rest string) {
	word, fields, ok := strings.Cut(rest, "]")
	status, _ := cutStatus(word)
	if !ok || status == 0 {
		r.log.Unread++
		return
	}
	r.answer(c, e, status, func(name string) string { return fieldIn(fields, name) })
}

// oldHead reads the first line of a head: `HTTP/1.1 200 OK`, whose fields
// follow line by line, or `RESP STATUS: 200 OK`.
func (r *reading) oldHead(c *client, e entry, rest string) {
	status, _ := cutStatus(rest)
	if status == 0 {
		return // a sentence that begins so
	}
	if r.answer(c, e, status, func(string) string { return "" }) {
		c.head = strings.HasPrefix(e.message, "HTTP/")
	}
}

// answer takes an answer's head: for the oldest call of which urllib3 told the
// same status, else for the latest that waits: those before it were given up.
func (r *reading) answer(c *client, e entry, status int, field func(name string) string) bool {
	i := r.find(c, func(o *open, call *Call) bool { return !o.bare && o.stage == answered && call.Status == status })
	for k := len(c.open) - 1; k >= 0 && i < 0; k-- {
		if o := &c.open[k]; !o.bare && o.stage == sent {
			i = k
		}
	}
	if i < 0 {
		return false
	}
	o := &c.open[i]
	call := &r.log.Calls[o.call]
	call.Status, call.End = status, e.time
	for _, name := range answeredFields {
		call.field(name, field(name))
	}
	o.stage, c.last = headed, o.call
	return true
}

// field takes a field of the answer.
func (c *Call) field(name, value string) {
	switch {
	case value == "":
		return
	case name == "Date":
		c.Date = httpDate(value)
		return
	case name == "Content-Length":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
			c.Length = n
		}
		return
	case strings.HasSuffix(name, "Request-Id") || name == "X-Trans-Id":
		if c.RequestID == "" {
			c.RequestID = value
		}
		return
	}
	c.Answered = append(c.Answered, [2]string{name, value})
}

// fieldIn finds a field in a head that is written in one line, as `name: value
// name: value` or as a dictionary of Python.
func fieldIn(s, name string) string {
	for i := 0; i+len(name) <= len(s); i++ {
		// Not in a copy in small letters: what is no UTF-8 has another length there.
		if !strings.EqualFold(s[i:i+len(name)], name) || i > 0 && s[i-1] != ' ' && s[i-1] != '\'' && s[i-1] != '"' {
			continue
		}
		rest := strings.TrimLeft(s[i+len(name):], "'\"")
		rest, ok := strings.CutPrefix(rest, ":")
		if !ok {
			continue
		}
		rest = strings.TrimLeft(rest, " '\"")
		if name == "Date" {
			return rest[:min(len(rest), len("Mon, 02 Jan 2006 15:04:05 GMT"))]
		}
		if end := strings.IndexAny(rest, " '\",}"); end >= 0 {
			rest = rest[:end]
		}
		return rest
	}
	return ""
}

// fields reads a line of a head that is written line by line; an empty one
// ends it.
func (c *client) fields(r *reading, m string) {
	name, value, ok := strings.Cut(m, ":")
	if !ok || strings.ContainsAny(name, " {\"") {
		c.head, c.body = false, m == ""
		return
	}
	for _, known := range answeredFields {
		if strings.EqualFold(known, name) {
			r.log.Calls[c.last].field(known, strings.TrimSpace(value))
		}
	}
}

// response takes a body for the call whose head was told last.
func (r *reading) response(c *client, text string) {
	c.body = false
	if c.last < 0 || strings.HasPrefix(text, "Omitted, ") {
		return
	}
	call := &r.log.Calls[c.last]
	if call.Response == nil && !strings.Contains(call.Target, "/schemas/") && (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) {
		call.Response = r.body(text)
	}
}
