package main

import (
	"fmt"
	"strings"
	"time"

	"glancecap/decoder/record"
)

// moment is the value of -A and -B: a point in time, or a time of day of a
// capture's first day.
type moment struct {
	text string
	at   time.Time
	// clock tells that only a time of day was given.
	clock bool
}

// The forms of a time with a date. Fractions of a second are read in each.
var dated = []string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

func (m *moment) String() string { return m.text }

// Type names the value in the help.
func (m *moment) Type() string { return "TIME" }

// Set reads a time. Without a zone it is UTC.
func (m *moment) Set(text string) error {
	trimmed := strings.TrimSpace(text)
	for _, form := range dated {
		if at, err := time.Parse(form, trimmed); err == nil {
			*m = moment{text: text, at: at.UTC()}
			return nil
		}
	}
	for _, form := range []string{"15:04:05", "15:04"} {
		if at, err := time.Parse(form, trimmed); err == nil {
			*m = moment{text: text, at: at, clock: true}
			return nil
		}
	}
	return fmt.Errorf("%q is no time, as in 2020-02-18T04:49:55Z, 2020-02-18 04:49:55 or 04:49:55", text)
}

// resolve gives the time in nanoseconds; first is the time of the first
// packet, which tells the day of a time that has none.
func (m *moment) resolve(first record.Time) record.Time {
	switch {
	case m.text == "":
		return record.NoTime
	case !m.clock:
		return record.Time(m.at.UnixNano())
	}
	year, month, day := time.Unix(0, int64(first)).UTC().Date()
	t := time.Date(year, month, day, m.at.Hour(), m.at.Minute(), m.at.Second(), m.at.Nanosecond(), time.UTC)
	return record.Time(t.UnixNano())
}
