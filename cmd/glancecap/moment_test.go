package main

import (
	"testing"
	"time"

	"glancecap/decoder/record"
)

func TestATimeIsReadInEveryFormItMayHave(t *testing.T) {
	first := record.Time(time.Date(2020, 2, 18, 23, 59, 59, 0, time.UTC).UnixNano())
	for text, want := range map[string]string{
		"2020-02-18T04:49:55Z":           "2020-02-18T04:49:55.000000000Z",
		"2020-02-18T05:49:55+01:00":      "2020-02-18T04:49:55.000000000Z",
		"2020-02-18 04:49:55":            "2020-02-18T04:49:55.000000000Z",
		"2020-02-18 04:49:55.993652":     "2020-02-18T04:49:55.993652000Z",
		"2020-02-18T04:49:55.993652123Z": "2020-02-18T04:49:55.993652123Z",
		"2020-02-18":                     "2020-02-18T00:00:00.000000000Z",
		"04:49":                          "2020-02-18T04:49:00.000000000Z",
		"04:49:55.25":                    "2020-02-18T04:49:55.250000000Z",
	} {
		var m moment
		if err := m.Set(text); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := m.resolve(first).String(); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "yesterday", "25:00", "2020-13-01", "2020"} {
		if err := new(moment).Set(text); err == nil {
			t.Errorf("%q is taken for a time", text)
		}
	}
}
