package witness

import (
	"strings"
	"time"

	"glancecap/decoder/record"
)

// cutTime cuts a time off the front of a line: a date and a time of day with a
// blank or a T between, a fraction behind a dot or a comma, and a zone if there
// is one. Without a zone it is taken as UTC; whoever fits the clock finds the
// difference.
func cutTime(s string) (t record.Time, rest string, ok bool) {
	const whole = len("2006-01-02 15:04:05")
	s = strings.TrimPrefix(s, "[")
	if len(s) < whole || s[4] != '-' || s[7] != '-' || s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return record.NoTime, "", false
	}
	fields := [6]int{digits(s[0:4]), digits(s[5:7]), digits(s[8:10]), digits(s[11:13]), digits(s[14:16]), digits(s[17:19])}
	for _, f := range fields {
		if f < 0 {
			return record.NoTime, "", false
		}
	}
	if fields[0] < 1970 || fields[0] > 2200 || fields[1] < 1 || fields[1] > 12 || fields[2] < 1 || fields[2] > 31 || fields[3] > 23 || fields[4] > 59 || fields[5] > 60 {
		return record.NoTime, "", false
	}
	at := time.Date(fields[0], time.Month(fields[1]), fields[2], fields[3], fields[4], fields[5], 0, time.UTC).UnixNano()
	rest = s[whole:]
	nanos, rest := cutFraction(rest)
	zone, rest := cutZone(rest)
	rest = strings.TrimPrefix(rest, "]")
	if rest != "" && rest[0] != ' ' {
		return record.NoTime, "", false
	}
	return record.Time(at + nanos - zone), strings.TrimPrefix(rest, " "), true
}

// cutFraction cuts the part of a second, in nanoseconds.
func cutFraction(s string) (nanos int64, rest string) {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' {
		return 0, s
	}
	n := 1
	for unit := int64(1e8); n < len(s) && s[n] >= '0' && s[n] <= '9'; unit /= 10 {
		nanos += int64(s[n]-'0') * unit
		n++
	}
	return nanos, s[n:]
}

// cutZone cuts Z, +hh:mm or +hhmm, in nanoseconds east of UTC.
func cutZone(s string) (east int64, rest string) {
	switch {
	case strings.HasPrefix(s, "Z"):
		return 0, s[1:]
	case len(s) < 5 || s[0] != '+' && s[0] != '-':
		return 0, s
	}
	hours, minutes, n := digits(s[1:3]), digits(s[3:5]), 5
	if s[3] == ':' && len(s) >= 6 {
		minutes, n = digits(s[4:6]), 6
	}
	if hours < 0 || minutes < 0 {
		return 0, s
	}
	east = (int64(hours)*60 + int64(minutes)) * int64(time.Minute)
	if s[0] == '-' {
		east = -east
	}
	return east, s[n:]
}

// digits gives a number of a few digits, -1 where one is none.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// httpDate reads a Date field (RFC 9110 §5.6.7, the preferred form).
func httpDate(s string) record.Time {
	t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return record.NoTime
	}
	return record.Time(t.UnixNano())
}
