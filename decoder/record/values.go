package record

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Time is a point in time in nanoseconds since 1970, UTC.
type Time int64

// NoTime is the time of what has none (simple packet blocks); null in JSON.
const NoTime Time = math.MinInt64

// AppendText appends the time in RFC 3339 with nine decimals.
func (t Time) AppendText(b []byte) ([]byte, error) {
	return time.Unix(0, int64(t)).UTC().AppendFormat(b, "2006-01-02T15:04:05.000000000Z"), nil
}

// String gives the time in RFC 3339 with nine decimals, or "" for NoTime.
func (t Time) String() string {
	if t == NoTime {
		return ""
	}
	b, _ := t.AppendText(nil)
	return string(b)
}

// MarshalJSON writes RFC 3339 in UTC with nine decimals, or null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t == NoTime {
		return []byte("null"), nil
	}
	b, _ := t.AppendText(append(make([]byte, 0, 32), '"'))
	return append(b, '"'), nil
}

// Sub gives the time from u to t; unknown where one of them is.
func (t Time) Sub(u Time) Duration {
	if t == NoTime || u == NoTime {
		return NoDuration
	}
	return Duration(t - u)
}

// Duration is a length of time in nanoseconds; in JSON it is in seconds.
type Duration int64

// NoDuration is a duration that is not known; null in JSON.
const NoDuration Duration = math.MinInt64

// Seconds gives the duration in seconds, 0 where it is not known.
func (d Duration) Seconds() float64 {
	if d == NoDuration {
		return 0
	}
	return float64(d) / 1e9
}

// MarshalJSON writes seconds as a decimal fraction without rounding.
func (d Duration) MarshalJSON() ([]byte, error) {
	if d == NoDuration {
		return []byte("null"), nil
	}
	return AppendSeconds(nil, int64(d)), nil
}

// AppendSeconds appends nanoseconds as seconds, with as many of the nine
// decimals as are needed.
func AppendSeconds(b []byte, ns int64) []byte {
	u := uint64(ns)
	if ns < 0 {
		b, u = append(b, '-'), -u
	}
	b = strconv.AppendUint(b, u/1e9, 10)
	if frac := u % 1e9; frac != 0 {
		digits := 9
		for frac%10 == 0 {
			frac, digits = frac/10, digits-1
		}
		b = append(b, '.')
		text := strconv.AppendUint(nil, frac, 10)
		for range digits - len(text) {
			b = append(b, '0')
		}
		b = append(b, text...)
	}
	return b
}

// Count is a number that may be unknown.
type Count uint64

// NoCount is a number that is not known; null in JSON.
const NoCount = ^Count(0)

// MarshalJSON writes the number or null.
func (c Count) MarshalJSON() ([]byte, error) {
	if c == NoCount {
		return []byte("null"), nil
	}
	return strconv.AppendUint(nil, uint64(c), 10), nil
}

// Marks are what a reader must know of a record (CONTRACT §5): empty is good.
type Marks []string

// The marks.
const (
	MarkMidstream       = "midstream"        // the beginning of the connection was not captured
	MarkGap             = "gap"              // bytes are missing inside
	MarkCut             = "cut"              // bytes beyond the snap length are missing
	MarkLeftOut         = "left_out"         // bytes were left out of the capture on purpose
	MarkOverlap         = "overlap"          // contradicting retransmission inside
	MarkIncomplete      = "incomplete"       // request or response is missing or broken off
	MarkResync          = "resync"           // first record after a loss
	MarkTruncatedText   = "truncated_text"   // a text is longer than what is kept
	MarkReplacedText    = "replaced_text"    // bytes that are not UTF-8 were replaced
	MarkDecompressLimit = "decompress_limit" // a compressed body is larger than what is inflated
	MarkLimit           = "limit"            // another bound was reached
	MarkRedacted        = "redacted"         // a secret was replaced
	// MarkAnomaly is followed by the name of a protocol violation.
	MarkAnomaly = "anomaly:"
)

// Add adds a mark once.
func (m *Marks) Add(mark string) {
	if !m.Has(mark) {
		*m = append(*m, mark)
	}
}

// Has tells whether a mark is there.
func (m Marks) Has(mark string) bool {
	for _, x := range m {
		if x == mark {
			return true
		}
	}
	return false
}

// MarshalJSON writes a list, never null.
func (m Marks) MarshalJSON() ([]byte, error) {
	if len(m) == 0 {
		return []byte("[]"), nil
	}
	return json.Marshal([]string(m))
}

// ValueKind tells what a Value is.
type ValueKind uint8

// The kinds of values of a parameter or of a row's column.
const (
	ValueNull      ValueKind = iota // SQL NULL
	ValueText                       // a string or a time, as text
	ValueNumber                     // a number, as text
	ValueBytes                      // bytes that are no text; Text holds them raw
	ValueIndicator                  // MariaDB's bulk indicator; Text is its name
	ValueUnknown                    // was not captured, or its type cannot be known
)

// Value is a parameter of a prepared statement or a column of a row.
type Value struct {
	Kind ValueKind
	Text string
}

// MarshalJSON writes null, a string, a number, {"hex":…} or {"indicator":…}.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.Kind {
	case ValueText:
		return json.Marshal(v.Text)
	case ValueNumber:
		if json.Valid([]byte(v.Text)) {
			return []byte(v.Text), nil
		}
		return json.Marshal(v.Text)
	case ValueBytes:
		const digits = "0123456789abcdef"
		b := append(make([]byte, 0, 12+2*len(v.Text)), `{"hex":"`...)
		for i := range len(v.Text) {
			b = append(b, digits[v.Text[i]>>4], digits[v.Text[i]&15])
		}
		return append(b, `"}`...), nil
	case ValueIndicator:
		return json.Marshal(map[string]string{"indicator": v.Text})
	}
	return []byte("null"), nil
}
