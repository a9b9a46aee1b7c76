package record

import (
	"encoding/json"
	"slices"
)

// MySQL is one command of a client and what the server answered.
type MySQL struct {
	Common
	// N counts the commands of a connection from 1 after authentication, or
	// from the first one seen where the beginning was not captured.
	N int `json:"n"`
	// Command is the protocol's name, COM_QUERY for instance.
	Command string `json:"command"`
	// Text is the statement; of COM_STMT_* that of the statement they name,
	// nil where its PREPARE was not captured.
	Text *string `json:"text"`
	// Params are the parameters of an execute. A bulk execute has its rows
	// in BulkParams instead.
	Params     []Value   `json:"-"`
	BulkParams [][]Value `json:"-"`
	// HasParams tells an execute without parameters ([]) from a command that
	// cannot have any (null).
	HasParams bool `json:"-"`
	// Expanded is the statement with its parameters filled in as literals.
	Expanded *string `json:"expanded"`
	// Database is the default database of the connection where it is known;
	// no part of the contract's line.
	Database string  `json:"database,omitempty"`
	Request  *Span   `json:"request"`
	Response *Span   `json:"response"`
	Result   *Result `json:"result"`
	Tail
	// Ahead is what the caller's Options.Ahead made of the record; of a lent one
	// it stays for the next, to be used again.
	Ahead any `json:"-"`
	// Back, where it is set, gives the record's memory back to the decoder:
	// neither the record nor a text of it may be used any more.
	Back func() `json:"-"`
}

// MarshalJSON writes params beside the other fields.
func (m *MySQL) MarshalJSON() ([]byte, error) {
	type plain MySQL
	var params any
	switch {
	case m.BulkParams != nil:
		params = m.BulkParams
	case m.HasParams && m.Params == nil:
		params = []Value{}
	case m.HasParams:
		params = m.Params
	}
	return json.Marshal(struct {
		*plain
		Params any `json:"params"`
	}{(*plain)(m), params})
}

// ResultKind is the kind of a server's answer.
type ResultKind string

// The kinds of answers.
const (
	ResultOK         ResultKind = "ok"
	ResultRows       ResultKind = "rows"
	ResultError      ResultKind = "error"
	ResultEOF        ResultKind = "eof"
	ResultStatistics ResultKind = "statistics"
	ResultPrepared   ResultKind = "prepared"
	ResultInfile     ResultKind = "infile"
	ResultNone       ResultKind = "none"    // no answer is due
	ResultMissing    ResultKind = "missing" // one was due and is not in the capture
)

// Result is what the server answered to a command.
type Result struct {
	Kind     ResultKind `json:"kind"`
	Affected Count      `json:"affected"`
	InsertID Count      `json:"insert_id"`
	Warnings Count      `json:"warnings"`
	Status   Status     `json:"status"`
	// Columns are the names of a result set's columns. The slice may be
	// shared between records and must not be written to.
	Columns Names `json:"columns"`
	// Rows is the number of rows.
	Rows Count `json:"rows"`
	// Values are the rows themselves, where the caller asked for them.
	Values [][]Value `json:"values,omitempty"`
	// Unknown lists row and column, from 0, of the values that were not
	// captured; null stands in their place. It is told for the timeline only.
	Unknown [][2]int  `json:"unknown,omitempty"`
	Error   *SQLError `json:"error"`
	// Info is the OK packet's human-readable text.
	Info        string   `json:"info,omitempty"`
	MoreResults []Result `json:"more_results,omitempty"`
}

// Names are the names of columns. It is assignable from a []string.
type Names []string

// NoName stands for a name that the server left out; null in JSON. No column
// can be called that.
const NoName = "\x00"

// MarshalJSON writes a list of names, or null.
func (n Names) MarshalJSON() ([]byte, error) {
	if n == nil {
		return []byte("null"), nil
	}
	if !slices.Contains(n, NoName) {
		return json.Marshal([]string(n))
	}
	list := make([]*string, len(n))
	for i := range n {
		if n[i] != NoName {
			list[i] = &n[i]
		}
	}
	return json.Marshal(list)
}

// NewResult gives a result of a kind of which nothing else is known.
func NewResult(kind ResultKind) Result {
	return Result{Kind: kind, Affected: NoCount, InsertID: NoCount, Warnings: NoCount, Rows: NoCount}
}

// SQLError is the content of an ERR packet.
type SQLError struct {
	Code     int    `json:"code"`
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
}

// Status is the server's status word, if it was seen.
type Status struct {
	Bits  uint16
	Known bool
}

// The status flags that the life of an image depends on
// (MySQL: include/mysql_com.h, SERVER_STATUS_flags_enum).
const (
	StatusInTrans    uint16 = 0x0001
	StatusAutocommit uint16 = 0x0002
	StatusMoreExists uint16 = 0x0008
)

// statusNames are the manual's names in small letters without SERVER_STATUS_
// and SERVER_, by bit.
var statusNames = [16]string{
	"in_trans", "autocommit", "", "more_results_exists", "query_no_good_index_used",
	"query_no_index_used", "cursor_exists", "last_row_sent", "db_dropped", "no_backslash_escapes",
	"metadata_changed", "query_was_slow", "ps_out_params", "in_trans_readonly", "session_state_changed", "",
}

// MarshalJSON writes the names of the flags that are set, or null.
func (s Status) MarshalJSON() ([]byte, error) {
	if !s.Known {
		return []byte("null"), nil
	}
	b := []byte{'['}
	for i, name := range statusNames {
		if s.Bits&(1<<i) != 0 && name != "" {
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = append(append(append(b, '"'), name...), '"')
		}
	}
	return append(b, ']'), nil
}

// Login is a connection's authentication.
type Login struct {
	Common
	Request       *Span             `json:"request"`
	Response      *Span             `json:"response"`
	User          string            `json:"user"`
	Database      string            `json:"database"`
	ServerVersion string            `json:"server_version"`
	ConnectionID  Count             `json:"connection_id"`
	Plugin        string            `json:"plugin"`
	Attributes    map[string]string `json:"attributes"`
	TLS           bool              `json:"tls"`
	Compressed    bool              `json:"compressed"`
	// Scramble is the SHA-256 of the greeting's scramble in hex: equal on
	// both hops of a proxied session. It is told for the timeline only.
	Scramble string  `json:"session,omitempty"`
	Result   *Result `json:"result"`
	Tail
}

// TLS is a handshake.
type TLS struct {
	Common
	Request     *Span        `json:"request"`
	Response    *Span        `json:"response"`
	Version     string       `json:"version"`
	Cipher      string       `json:"cipher"`
	SNI         *string      `json:"sni"`
	ALPN        *string      `json:"alpn"`
	Certificate *Certificate `json:"certificate"`
	Decrypted   bool         `json:"decrypted"`
	Tail
}

// Certificate is what a server's certificate says of it.
type Certificate struct {
	Subject string   `json:"subject"`
	Names   []string `json:"names"`
}

// Statement is the text of what is carried out, with its parameters where they
// are known; "" where there is none.
func (m *MySQL) Statement() string {
	switch {
	case m.Expanded != nil:
		return *m.Expanded
	case m.Text != nil:
		return *m.Text
	}
	return ""
}
