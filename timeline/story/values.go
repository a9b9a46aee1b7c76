package story

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// Time is a point in time in nanoseconds since 1970, UTC.
type Time int64

// NoTime is a time that is not known; null in JSON.
const NoTime Time = math.MinInt64

// String gives the time in RFC 3339, UTC, with nine decimals.
func (t Time) String() string {
	if t == NoTime {
		return ""
	}
	return time.Unix(0, int64(t)).UTC().Format("2006-01-02T15:04:05.000000000Z")
}

// MarshalJSON writes RFC 3339 in UTC with nine decimals, or null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t == NoTime {
		return []byte("null"), nil
	}
	return []byte(`"` + t.String() + `"`), nil
}

// Sub gives the seconds from u to t; unknown where one of them is.
func (t Time) Sub(u Time) Number {
	if t == NoTime || u == NoTime {
		return Unknown
	}
	return Number(float64(t-u) / 1e9)
}

// Number is a number that may be unknown (NaN), null in JSON then.
type Number float64

// Unknown is a number that is not known.
var Unknown = Number(math.NaN())

// Known tells whether the number is known.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) }

// MarshalJSON writes the number with at most nine decimals, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known() || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, math.Round(float64(n)*1e9)/1e9, 'f', -1, 64), nil
}

// Raw is JSON that came as text, a location's meta_data: written as it is
// where it is valid, else as a string.
type Raw string

// MarshalJSON writes the text itself where it is JSON.
func (r Raw) MarshalJSON() ([]byte, error) {
	if json.Valid([]byte(r)) {
		return []byte(r), nil
	}
	if r == "" {
		return []byte("{}"), nil
	}
	return json.Marshal(string(r))
}

// Row is what is known of a database row: its columns in the order of Glance's
// table (glance/db/sqlalchemy/models.py), others behind them by name.
type Row []Cell

// Cell is a column's value; nil is NULL.
type Cell struct {
	Column string
	Value  *string
}

// Get gives a column's value, nil where it is NULL or not known.
func (r Row) Get(column string) *string {
	for k := range r {
		if r[k].Column == column {
			return r[k].Value
		}
	}
	return nil
}

// MarshalJSON writes an object, the columns in their order.
func (r Row) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for k, c := range r {
		if k > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(c.Column)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(c.Value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// HostOf gives the address of "ip:port" without the port.
func HostOf(end string) string {
	if i := strings.LastIndexByte(end, ':'); i >= 0 {
		return end[:i]
	}
	return end
}
