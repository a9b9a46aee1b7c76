package secret

import (
	"maps"
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
)

// Record replaces the secrets in a record, in place, and marks it redacted
// where there were any, which it tells.
func (r *Redactor) Record(rec record.Record) (redacted bool) {
	r.found = 0
	switch rec := rec.(type) {
	case *record.HTTP:
		r.http(rec)
	case *record.MySQL:
		r.mysql(rec)
	case *record.Login:
		r.login(rec)
	case *record.Stream:
		r.stream(rec)
	}
	if r.found > 0 {
		rec.End().Marks.Add(record.MarkRedacted)
	}
	return r.found > 0
}

func (r *Redactor) http(rec *record.HTTP) {
	if q := rec.Request; q != nil {
		q.Target = r.Target(q.Target)
		r.Headers(q.Headers)
		r.body(q.Body)
	}
	if a := rec.Response; a != nil {
		a.Reason = r.Text(a.Reason)
		r.Headers(a.Headers)
		r.body(a.Body)
	}
}

func (r *Redactor) body(b *record.Body) {
	if b == nil {
		return
	}
	r.Headers(b.Trailers)
	if b.Text != nil {
		if text := r.Body(*b.Text); text != *b.Text {
			b.Text = &text
		}
	}
}

func (r *Redactor) mysql(rec *record.MySQL) {
	var classes map[int]class
	lexed, _ := rec.Ahead.(*sqltext.Lexed)
	switch {
	case rec.Text == nil:
	case rec.HasParams || rec.BulkParams != nil:
		classes = r.template(&rec.Text)
	default:
		r.statement(&rec.Text, lexed)
	}
	r.statement(&rec.Expanded, lexed)
	r.values(rec.Params, classes)
	for _, row := range rec.BulkParams {
		r.values(row, classes)
	}
	if rec.Result != nil {
		r.result(rec.Result)
	}
}

// statement replaces the secrets of a statement; the text it points to is
// left as it is, others may share it. lexed, where it is not nil, is a text that
// was taken apart, perhaps this one.
func (r *Redactor) statement(text **string, lexed *sqltext.Lexed) {
	if *text == nil || lexed != nil && lexed.Is(**text) && r.knownHarmless(**text, lexed) {
		return
	}
	if s := r.SQL(**text); s != **text {
		masked := s // so that s itself needs no memory where nothing is a secret
		*text = &masked
	}
}

// mostPrepared bounds the statements that are remembered.
const mostPrepared = 1024

// template is statement for the text of a prepared statement, which comes again
// with each of its executions, and tells which parameters are secrets.
func (r *Redactor) template(text **string) map[int]class {
	if classes, known := r.prepared[**text]; known {
		return classes
	}
	whole := *text
	classes := parameterClasses(*whole)
	if r.statement(text, nil); *text != whole {
		return classes
	}
	if r.prepared == nil || len(r.prepared) >= mostPrepared {
		r.prepared = make(map[string]map[int]class)
	}
	r.prepared[strings.Clone(*whole)] = classes
	return classes
}

// values replaces secrets in parameters or in the columns of a row.
func (r *Redactor) values(values []record.Value, classes map[int]class) {
	for i := range values {
		v := &values[i]
		if v.Kind == record.ValueNull || v.Kind == record.ValueIndicator || v.Kind == record.ValueUnknown || v.Text == "" {
			continue
		}
		if c := classes[i]; c != harmless {
			v.Kind, v.Text = record.ValueText, r.mask(c, v.Text)
			continue
		}
		if v.Kind == record.ValueText {
			v.Text = r.column(v.Text)
		}
	}
}

// column replaces what is a secret in any column.
func (r *Redactor) column(s string) string {
	if len(s) < len("x://a@b") {
		return s
	}
	if s[0] == '{' || s[0] == '[' {
		return r.JSONText(s)
	}
	if strings.Contains(s, "IDENTIFIED") {
		return r.SQL(s)
	}
	return r.Text(s)
}

func (r *Redactor) result(res *record.Result) {
	if len(res.Values) > 0 {
		classes := r.columnClasses(res.Columns)
		for _, row := range res.Values {
			r.values(row, classes)
		}
	}
	if res.Error != nil {
		res.Error.Message = r.message(res.Error.Message)
	}
	for i := range res.MoreResults {
		r.result(&res.MoreResults[i])
	}
}

// maxColumnLists bounds the lists of columns whose classes are remembered.
const maxColumnLists = 1024

// columnClasses gives the columns that hold secrets. Results of one shape
// share their list of columns, which is never written to: each is looked at
// once.
func (r *Redactor) columnClasses(columns []string) map[int]class {
	if len(columns) == 0 {
		return nil
	}
	list := columnList{&columns[0], len(columns)}
	if classes, known := r.columns[list]; known {
		return classes
	}
	var classes map[int]class
	for i, name := range columns {
		if c := classOf(name); c != harmless {
			if classes == nil {
				classes = make(map[int]class)
			}
			classes[i] = c
		}
	}
	if r.columns == nil || len(r.columns) >= maxColumnLists {
		r.columns = make(map[columnList]map[int]class)
	}
	r.columns[list] = classes
	return classes
}

// columnList is the identity of a shared list of columns.
type columnList struct {
	first *string
	n     int
}

// message replaces secrets in a server's words, which may quote a statement:
// near 'IDENTIFIED BY 'x” at line 1.
func (r *Redactor) message(s string) string {
	s = r.Text(s)
	const near = "near '"
	i := strings.Index(s, near)
	if i < 0 {
		return s
	}
	i += len(near)
	return s[:i] + r.SQL(s[i:])
}

func (r *Redactor) login(rec *record.Login) {
	for _, name := range slices.Sorted(maps.Keys(rec.Attributes)) {
		value := rec.Attributes[name]
		masked := r.Text(value)
		if c := classOf(name); c != harmless {
			masked = r.mask(c, value)
		}
		if masked != value {
			rec.Attributes[name] = masked
		}
	}
	if rec.Result != nil {
		r.result(rec.Result)
	}
}
