package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Lines are read back by what stands in this file: each method is the inverse
// of the MarshalJSON of its type. What a line does not tell is lost: which kind
// of number a text was, the bits of a status word that have no name, bytes that
// are no UTF-8.

var null = []byte("null")

// UnmarshalJSON reads RFC 3339 or null.
func (t *Time) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, null) {
		*t = NoTime
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Errorf("%.40q is not a time of RFC 3339", text)
	}
	// What UnixNano can tell ends in 1677 and in 2262.
	if y := at.UTC().Year(); y < 1678 || y > 2261 {
		return fmt.Errorf("the time %s lies outside of the years 1678 to 2261", text)
	}
	*t = Time(at.UnixNano())
	return nil
}

// UnmarshalJSON reads seconds as a decimal fraction, without rounding, or null.
func (d *Duration) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, null) {
		*d = NoDuration
		return nil
	}
	text := string(b)
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if len(fraction) > 9 || strings.ContainsAny(text, "eE") {
		return fmt.Errorf("%.40q is no number of seconds with at most nine decimals", text)
	}
	seconds, err := strconv.ParseUint(whole, 10, 33)
	if err != nil {
		return fmt.Errorf("%.40q is no number of seconds", text)
	}
	nanos, err := strconv.ParseUint((fraction + "000000000")[:9], 10, 32)
	if err != nil {
		return fmt.Errorf("%.40q is no number of seconds", text)
	}
	*d = Duration(seconds*1e9 + nanos)
	if negative {
		*d = -*d
	}
	return nil
}

// UnmarshalJSON reads a number or null.
func (c *Count) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, null) {
		*c = NoCount
		return nil
	}
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("%.40q is no count", b)
	}
	*c = Count(n)
	return nil
}

// UnmarshalJSON reads the names of flags, or null. Names that no flag has are
// left out.
func (s *Status) UnmarshalJSON(b []byte) error {
	*s = Status{}
	if bytes.Equal(b, null) {
		return nil
	}
	var names []string
	if err := json.Unmarshal(b, &names); err != nil {
		return err
	}
	s.Known = true
	for _, name := range names {
		for i := range statusNames {
			if name != "" && statusNames[i] == name {
				s.Bits |= 1 << i
			}
		}
	}
	return nil
}

// UnmarshalJSON reads a list of names, or null.
func (n *Names) UnmarshalJSON(b []byte) error {
	var list []*string
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*n = nil
	if list == nil {
		return nil
	}
	*n = make(Names, len(list))
	for i, name := range list {
		if name == nil {
			(*n)[i] = NoName
		} else {
			(*n)[i] = *name
		}
	}
	return nil
}

// UnmarshalJSON reads what MarshalJSON writes. Null is NULL: what was not
// captured is told beside the values (Result.Unknown).
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	if len(b) == 0 {
		return errors.New("a value is missing")
	}
	switch b[0] {
	case 'n':
		return nil
	case '"':
		v.Kind = ValueText
		return json.Unmarshal(b, &v.Text)
	case '{':
		return v.object(b)
	case 't', 'f', '[':
		return fmt.Errorf("%.40q is no value of a column", b)
	}
	v.Kind, v.Text = ValueNumber, string(b)
	return nil
}

// object reads {"hex":…} or {"indicator":…}.
func (v *Value) object(b []byte) error {
	var o struct {
		Hex       *string `json:"hex"`
		Indicator *string `json:"indicator"`
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	switch {
	case o.Hex != nil && len(*o.Hex)%2 == 0:
		raw := make([]byte, len(*o.Hex)/2)
		for i := range raw {
			n, err := strconv.ParseUint((*o.Hex)[2*i:2*i+2], 16, 8)
			if err != nil {
				return fmt.Errorf("%.40q is not hexadecimal", *o.Hex)
			}
			raw[i] = byte(n)
		}
		v.Kind, v.Text = ValueBytes, string(raw)
		return nil
	case o.Indicator != nil:
		v.Kind, v.Text = ValueIndicator, *o.Indicator
		return nil
	}
	return fmt.Errorf("%.40q is no value of a column", b)
}

// UnmarshalJSON reads a command; its parameters are a list, or a list of rows.
func (m *MySQL) UnmarshalJSON(b []byte) error {
	type plain MySQL
	line := struct {
		*plain
		Params json.RawMessage `json:"params"`
	}{plain: (*plain)(m)}
	if err := json.Unmarshal(b, &line); err != nil {
		return err
	}
	if len(line.Params) == 0 || bytes.Equal(line.Params, null) {
		return nil
	}
	inner := bytes.TrimLeft(line.Params[1:], " \t\r\n")
	if len(inner) > 0 && inner[0] == '[' {
		return json.Unmarshal(line.Params, &m.BulkParams)
	}
	m.HasParams = true
	if err := json.Unmarshal(line.Params, &m.Params); err != nil {
		return err
	}
	if len(m.Params) == 0 {
		m.Params = nil
	}
	return nil
}

// NoteUnknown tells in Unknown which values were not captured, before a result
// is written for a reader that must know them from NULL.
func (r *Result) NoteUnknown() {
	r.Unknown = nil
	for row, values := range r.Values {
		for column := range values {
			if values[column].Kind == ValueUnknown {
				r.Unknown = append(r.Unknown, [2]int{row, column})
			}
		}
	}
	for i := range r.MoreResults {
		r.MoreResults[i].NoteUnknown()
	}
}

// settleUnknown is the inverse of NoteUnknown.
func (r *Result) settleUnknown() {
	for _, at := range r.Unknown {
		if row, column := at[0], at[1]; row >= 0 && row < len(r.Values) && column >= 0 && column < len(r.Values[row]) {
			r.Values[row][column] = Value{Kind: ValueUnknown}
		}
	}
	r.Unknown = nil
	for i := range r.MoreResults {
		r.MoreResults[i].settleUnknown()
	}
}

// ErrUnknownType is the error of Parse for a line of a type that this version
// does not know.
var ErrUnknownType = errors.New("a type of line that this version does not know")

// Limits of what Parse makes of a line: a few bytes of JSON can stand for many
// times as much memory.
const (
	mostDepth    = 32
	mostObjects  = 1 << 18
	mostElements = 1 << 21
)

// Parse reads one line of `glancecap records`. The record owns its memory.
func Parse(line []byte) (Record, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("it is not UTF-8")
	}
	if err := tooMuch(line); err != nil {
		return nil, err
	}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return nil, notJSON(err)
	}
	rec := empty(head.Type)
	if rec == nil {
		return nil, fmt.Errorf("%.40q is %w", head.Type, ErrUnknownType)
	}
	if err := json.Unmarshal(line, rec); err != nil {
		return nil, notJSON(err)
	}
	switch r := rec.(type) {
	case *MySQL:
		if r.Result != nil {
			r.Result.settleUnknown()
		}
	case *Login:
		if r.Result != nil {
			r.Result.settleUnknown()
		}
	}
	return rec, nil
}

// empty gives a record of a type, nil where there is none of that name.
func empty(kind string) Record {
	switch kind {
	case TypeHTTP:
		return new(HTTP)
	case TypeMySQL:
		return new(MySQL)
	case TypeLogin:
		return new(Login)
	case TypeTLS:
		return new(TLS)
	case TypeStream:
		return new(Stream)
	case TypeRun:
		return new(Run)
	case TypeCapture:
		return new(Capture)
	case TypeConnection:
		return new(Connection)
	case TypeRefusal:
		return new(Refusal)
	case TypeBooks:
		return new(Books)
	}
	return nil
}

// tooMuch tells whether a line nests too deeply or has too many parts.
func tooMuch(line []byte) error {
	depth, objects, elements, text := 0, 0, 0, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			depth++
			elements++
			if c == '{' {
				objects++
			}
			if depth > mostDepth || objects > mostObjects {
				return fmt.Errorf("it nests deeper than %d or has more than %d objects", mostDepth, mostObjects)
			}
		case c == '}' || c == ']':
			depth--
		case c == ',':
			if elements++; elements > mostElements {
				return fmt.Errorf("it has more than %d parts", mostElements)
			}
		}
	}
	return nil
}

// notJSON puts an error of encoding/json into words.
func notJSON(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("%q cannot be %s", kind.Field, kind.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON: %v at its byte %d", err, syntax.Offset)
	}
	return err
}
