package report

import (
	"cmp"
	"io"
	"strconv"
	"strings"

	"glancecap/decoder/record"
)

// RecordTable writes records as a table for a spreadsheet, a row for each.
type RecordTable struct {
	t            *tableWriter
	headed       bool
	showsSecrets bool
}

// NewRecordTable makes a writer of such a table, of records that show secrets or
// do not.
func NewRecordTable(w io.Writer, showsSecrets bool) *RecordTable {
	return &RecordTable{t: newTableWriter(w), showsSecrets: showsSecrets}
}

// Err gives the first error of writing.
func (c *RecordTable) Err() error { return c.t.w.Error() }

// Flush hands on what was written. It writes the names of the columns where
// nothing else was.
func (c *RecordTable) Flush() {
	c.head()
	c.t.w.Flush()
}

func (c *RecordTable) head() {
	if !c.headed {
		c.headed = true
		c.t.row("id", "type", "time", "seconds", "wait", "file", "stream", "n", "client", "server", "service", "found_by", "command", "what", "answer", "rows", "affected",
			"request_id", "first_frame", "last_frame", "marks")
		if c.showsSecrets {
			c.t.row("", "note", "", "", "", "", "", "", "", "", "", "", "", secretsShown)
		}
	}
}

// recordCells are the cells that depend on a record's type.
type recordCells struct {
	request, response                                   *record.Span
	n, command, what, answer, rows, affected, requestID string
}

// Write writes a record.
func (c *RecordTable) Write(r record.Record) {
	c.head()
	h, tail := r.Header(), r.End()
	var x recordCells
	switch r := r.(type) {
	case *record.HTTP:
		x = httpCells(r)
	case *record.MySQL:
		x = recordCells{request: r.Request, response: r.Response, n: strconv.Itoa(r.N), command: r.Command}
		if text := cmp.Or(r.Expanded, r.Text); text != nil {
			x.what = *text
		}
		x.result(r.Result)
	case *record.Login:
		x = recordCells{request: r.Request, response: r.Response, what: r.User + "@" + r.Database}
		x.result(r.Result)
	case *record.TLS:
		x = recordCells{request: r.Request, response: r.Response, what: deref(r.SNI), answer: strings.TrimSpace(r.Version + " " + r.Cipher)}
	case *record.Stream:
		x = recordCells{what: r.Direction + " " + strconv.FormatInt(r.Bytes, 10) + " bytes"}
	}
	file := ""
	if h.File != nil {
		file = strconv.Itoa(*h.File)
	}
	at, first, last := x.span()
	c.t.row(h.ID, h.Type, at, decimal(tail.Seconds), decimal(tail.Wait), file, strconv.Itoa(h.Stream), x.n, h.Client, h.Server, h.Service, h.FoundBy, x.command, x.what, x.answer,
		x.rows, x.affected, x.requestID, first, last, strings.Join(tail.Marks, " "))
}

func httpCells(r *record.HTTP) recordCells {
	var x recordCells
	if q := r.Request; q != nil {
		x.request, x.command, x.what = &q.Span, q.Method, q.Target
		x.requestID = record.Get(q.Headers, "X-Openstack-Request-Id")
	}
	if p := r.Response; p != nil {
		x.response, x.answer = &p.Span, strconv.Itoa(p.Status)
		x.requestID = cmp.Or(record.Get(p.Headers, "X-Openstack-Request-Id"), record.Get(p.Headers, "X-Trans-Id"), x.requestID)
	}
	return x
}

func (x *recordCells) result(r *record.Result) {
	if r == nil {
		return
	}
	x.answer = string(r.Kind)
	if r.Error != nil {
		x.answer += " " + strconv.Itoa(r.Error.Code) + ": " + r.Error.Message
	}
	if r.Rows != record.NoCount {
		x.rows = strconv.FormatUint(uint64(r.Rows), 10)
	}
	if r.Affected != record.NoCount {
		x.affected = strconv.FormatUint(uint64(r.Affected), 10)
	}
}

// span gives the time and the first and last frame of both messages.
func (x *recordCells) span() (at, first, last string) {
	for _, s := range []*record.Span{x.request, x.response} {
		if s == nil {
			continue
		}
		if at == "" {
			at, first = s.Time.String(), strconv.Itoa(s.FirstFrame)
		}
		last = strconv.Itoa(s.LastFrame)
	}
	return at, first, last
}

// decimal writes a duration in seconds, nothing where it is not known.
func decimal(d record.Duration) string {
	if d == record.NoDuration {
		return ""
	}
	return string(record.AppendSeconds(nil, int64(d)))
}
