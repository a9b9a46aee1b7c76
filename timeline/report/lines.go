package report

import (
	"io"
	"slices"

	"glancecap/decoder/record"
)

// Lines writes records as JSON, one a line. After an error it writes nothing
// more.
type Lines struct {
	w       io.Writer
	encoder *encoder
	buffer  []byte
	err     error
	// first is what the first line says beside its record.
	first string
}

// NewLines makes a writer of records. Where they show secrets, the first line
// says so: "shows_secrets": true.
func NewLines(w io.Writer, showsSecrets bool) *Lines {
	l := &Lines{w: w, encoder: newEncoder(true)}
	if showsSecrets {
		l.first = `"shows_secrets":true,`
	}
	return l
}

// mysqlLine is a MySQL record with its parameters in the form of the contract.
type mysqlLine struct {
	*mysqlFields
	Params any `json:"params"`
}

// mysqlFields are the fields of the record without its methods.
type mysqlFields record.MySQL

// Write writes a record.
func (l *Lines) Write(r record.Record) {
	if l.err != nil {
		return
	}
	var line any = r
	if m, ok := r.(*record.MySQL); ok {
		line = mysqlLine{(*mysqlFields)(m), parameters(m)}
	}
	l.buffer = append(l.encoder.append(l.buffer[:0], line), '\n')
	if l.first != "" {
		l.buffer, l.first = slices.Insert(l.buffer, 1, []byte(l.first)...), ""
	}
	_, l.err = l.w.Write(l.buffer)
}

// parameters gives the parameters of an execute: null for a command that
// cannot have any, rows of them for a bulk execute.
func parameters(m *record.MySQL) any {
	switch {
	case m.BulkParams != nil:
		return m.BulkParams
	case m.HasParams && m.Params == nil:
		return []record.Value{}
	case m.HasParams:
		return m.Params
	}
	return nil
}

// Err gives the first error of writing.
func (l *Lines) Err() error { return l.err }
