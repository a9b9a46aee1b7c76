package witness

import (
	"strconv"
	"strings"

	"glancecap/decoder/record"
)

// client is a process whose debug output is read: the calls that it has made
// and of which more may be told, as indices into the log's calls.
type client struct {
	name string
	open []open
	// last is the call whose answer was told last: its body may follow.
	last int
	// head tells that lines of a head follow (glanceclient's own output), body
	// that the body does.
	head, body bool
	// gone tells that another process has written since.
	gone bool
}

// open is a call that waits for more to be told.
type open struct {
	call int
	// stage tells how much is told: sent, answered (urllib3's line), headed
	// (the answer's head).
	stage stage
	url   string
	// bare tells that no head of its answer is logged: keystoneauth's own
	// request for a token.
	bare bool
}

type stage uint8

const (
	sent stage = iota
	answered
	headed
)

// The bounds on processes at a time, and on the calls of one that are open.
const (
	maxClients = 4096
	maxOpen    = 64
)

// client reads a line that no service's access log writes.
func (r *reading) client(e entry) {
	c := r.process(&e)
	m := e.message
	switch kind, rest := markerOf(m); kind {
	case "curl":
		r.request(c, e, rest)
	case "auth":
		if r.asks(c, e, "POST", strings.TrimSpace(rest), nil, nil) {
			c.open[len(c.open)-1].bare = true
		}
	case "resp":
		r.head(c, e, rest)
	case "status":
		r.oldHead(c, e, rest)
	case "body":
		r.response(c, rest)
	default:
		switch {
		case c.head:
			c.fields(r, m)
		case c.body && strings.HasPrefix(m, "{"), isToken(m):
			r.response(c, m)
		case r.urllib3(c, e):
		case strings.Contains(m, " used request id "):
			r.used(c, e)
		}
		r.command(c, m)
	}
}

// isToken tells the body of a token's answer, which keystoneauth logs without
// a word in front.
func isToken(m string) bool { return strings.HasPrefix(m, `{"token": {`) }

// markers begin the messages that tell of a call.
var markers = []struct{ text, kind string }{
	{"REQ: curl ", "curl"}, {"curl -", "curl"}, {"RESP: [", "resp"}, {"RESP STATUS: ", "status"}, {"HTTP/1.1 ", "status"}, {"HTTP/1.0 ", "status"},
	{"RESP BODY: ", "body"}, {"Making authentication request to ", "auth"},
}

// prefixMost is how far into a message a marker is looked for, for the sake of
// prefixes that are not known.
const prefixMost = 160

func markerOf(m string) (kind, rest string) {
	for _, k := range markers {
		if after, ok := strings.CutPrefix(m, k.text); ok {
			if k.text == "curl -" {
				after = "-" + after
			}
			return k.kind, after
		}
	}
	head := m[:min(len(m), prefixMost)]
	for _, k := range markers {
		if i := strings.Index(head, " "+k.text); i >= 0 && strings.Contains(k.text, ":") {
			return k.kind, m[i+1+len(k.text):]
		}
	}
	return "", ""
}

// process gives the process that wrote a line: one without a prefix is of the
// process of the line before.
func (r *reading) process(e *entry) *client {
	name := e.process
	if name == "" && r.at != nil {
		return r.at
	}
	if r.at != nil && r.at.name == name {
		return r.at
	}
	c := r.clients[name]
	switch {
	case c == nil:
		if len(r.clients) >= maxClients {
			clear(r.clients)
		}
		c = &client{name: name, last: -1}
		r.clients[name] = c
	case c.gone:
		r.turns = true
	}
	if r.at != nil {
		r.at.gone = true
	}
	r.at = c
	return c
}

// command notes that a command begins on a terminal: what follows is of
// another process.
func (r *reading) command(c *client, m string) {
	if c.name != "" && c.name[0] != '#' || !strings.HasPrefix(m, "$ ") && !strings.HasPrefix(m, "START with options:") {
		return
	}
	if strings.HasPrefix(m, "START") && len(c.open) == 0 && c.last < 0 && c.name != "" {
		return // the prompt said so
	}
	r.commands++
	n := &client{name: "#" + strconv.Itoa(r.commands), last: -1}
	r.at = n
}

// request reads a curl line.
func (r *reading) request(c *client, e entry, rest string) {
	q, ok := readCurl(rest)
	if !ok {
		r.log.Unread++
		return
	}
	var body *string
	if q.hasBody && !strings.HasPrefix(q.body, "<") {
		body = r.body(q.body)
	}
	r.asks(c, e, q.method, q.url, q.headers, body)
}

// asks begins a call.
func (r *reading) asks(c *client, e entry, method, url string, headers [][2]string, body *string) bool {
	tls, endpoint, target, ok := cutURL(url)
	if !ok {
		r.log.Unread++
		return false
	}
	r.asked++
	call := r.add(Call{
		By: Client, Process: c.name, Endpoint: endpoint, TLS: tls, Method: method, Target: target,
		Start: e.time, End: record.NoTime, Date: record.NoTime, Length: -1, Asked: kept(headers, askedFields), Request: body,
	})
	if call == nil {
		return false
	}
	c.head, c.body = false, false
	if len(c.open) >= maxOpen {
		c.open = c.open[1:]
	}
	c.open = append(c.open, open{call: len(r.log.Calls) - 1, url: url})
	return true
}

// The fields that are kept of requests and of answers.
var (
	askedFields    = []string{"X-Auth-Token", "X-Subject-Token", "X-Service-Token", "X-Openstack-Request-Id", "X-Object-Manifest", "Content-Type"}
	answeredFields = []string{"X-Openstack-Request-Id", "X-Compute-Request-Id", "X-Trans-Id", "X-Subject-Token", "Location", "Date", "Content-Length", "Etag"}
)

func kept(headers [][2]string, names []string) (list [][2]string) {
	for _, name := range names {
		if v := record.Get(headers, name); v != "" {
			list = append(list, [2]string{name, v})
		}
	}
	return list
}

// find gives the place of the oldest open call that fits, -1 for none.
func (r *reading) find(c *client, fits func(o *open, call *Call) bool) int {
	for i := range c.open {
		if fits(&c.open[i], &r.log.Calls[c.open[i].call]) {
			return i
		}
	}
	return -1
}

// urllib3 reads the line that urllib3 writes when an answer's head is there:
// `https://172.16.0.20:13292 "GET /v2/images HTTP/1.1" 200 1114`.
func (r *reading) urllib3(c *client, e entry) bool {
	place, rest, ok := strings.Cut(e.message, `"`)
	if !ok || place != "" && !strings.HasPrefix(place, "http") {
		return false
	}
	line, after, ok := strings.Cut(rest, `" `)
	method, target, ok2 := cutRequestLine(line)
	status, length := cutStatus(after)
	if !ok || !ok2 || status == 0 {
		return false
	}
	_, endpoint, _, _ := cutURL(strings.TrimSpace(place))
	i := r.find(c, func(o *open, call *Call) bool {
		return o.stage == sent && call.Method == method && call.Target == target && (endpoint == "" || call.Endpoint == endpoint)
	})
	if i < 0 && endpoint == "" {
		return false
	}
	if i < 0 {
		if r.full() || !r.asks(c, e, method, strings.TrimSpace(place)+target, nil, nil) {
			return true
		}
		i = len(c.open) - 1
		r.log.Calls[c.open[i].call].Start = record.NoTime
	}
	r.turns = r.turns || i < len(c.open)-1
	o := &c.open[i]
	o.stage = answered
	call := &r.log.Calls[o.call]
	call.Status, call.End, call.Length = status, e.time, length
	if o.bare {
		c.last = o.call
		c.close(i)
	}
	return true
}

// close ends the wait of an open call.
func (c *client) close(i int) { c.open = append(c.open[:i], c.open[i+1:]...) }

// cutRequestLine reads `GET /v2/images HTTP/1.1`.
func cutRequestLine(s string) (method, target string, ok bool) {
	method, rest := cutWord(s)
	i := strings.LastIndex(rest, " HTTP/")
	if i < 0 || !isMethod(method) {
		return "", "", false
	}
	if target = rest[:i]; target == "" || strings.ContainsAny(target, " \"") {
		return "", "", false
	}
	return method, target, true
}

// cutStatus reads a status and, behind it, a length.
func cutStatus(s string) (status int, length int64) {
	word, rest := cutWord(s)
	if len(word) != 3 {
		return 0, -1
	}
	if status = digits(word); status < 100 || status > 999 {
		return 0, -1
	}
	word, _ = cutWord(rest)
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 {
		return status, -1
	}
	return status, n
}

// used reads `GET call to image for https://… used request id req-…`, with
// which a call is over.
func (r *reading) used(c *client, e entry) {
	head, id, _ := strings.Cut(e.message, " used request id ")
	method, rest := cutWord(head)
	rest, ok := strings.CutPrefix(rest, "call to ")
	if !ok || !isMethod(method) {
		return
	}
	service, url, named := strings.Cut(rest, " for ")
	if !named {
		service, url = "", rest
	}
	id, _ = cutWord(strings.TrimSpace(id))
	i := r.find(c, func(o *open, call *Call) bool { return call.Method == method && o.url == url && call.RequestID == id })
	if i < 0 {
		i = r.find(c, func(o *open, call *Call) bool { return call.Method == method && o.url == url && o.stage != sent })
	}
	if i < 0 {
		i = r.late(c, e, method, url)
	}
	if i < 0 {
		return
	}
	call := &r.log.Calls[c.open[i].call]
	if call.RequestID != "" && call.RequestID != id {
		r.exchange(c, call, id)
	}
	call.Service, call.RequestID = strings.TrimSuffix(service, "-api"), id
	c.close(i)
}

// exchange puts an answer right that was taken for another thread's call: the
// line that closes a call names its request id.
func (r *reading) exchange(c *client, call *Call, id string) {
	for _, o := range c.open {
		other := &r.log.Calls[o.call]
		if other == call || other.RequestID != id {
			continue
		}
		call.Status, other.Status = other.Status, call.Status
		call.RequestID, other.RequestID = other.RequestID, call.RequestID
		call.End, other.End = other.End, call.End
		call.Date, other.Date = other.Date, call.Date
		call.Answered, other.Answered = other.Answered, call.Answered
		call.Response, other.Response = other.Response, call.Response
		call.Length, other.Length = other.Length, call.Length
		r.turns = true
		return
	}
}

// late tells a call of which only the end stands in the log.
func (r *reading) late(c *client, e entry, method, url string) int {
	if i := r.find(c, func(o *open, call *Call) bool { return call.Method == method && o.url == url }); i >= 0 {
		return i
	}
	if r.full() || !r.asks(c, e, method, url, nil, nil) {
		return -1
	}
	i := len(c.open) - 1
	call := &r.log.Calls[c.open[i].call]
	call.Start, call.End = record.NoTime, e.time
	return i
}
