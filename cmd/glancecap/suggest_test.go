package main

import "testing"

func TestTheNearestNameIsSuggestedAndNothingFarOff(t *testing.T) {
	names := []string{"timeline", "records", "info", "version", "completion"}
	for word, want := range map[string]string{
		"timline": "timeline", "recrods": "records", "inof": "info", "vesrion": "version", "TIMELINE": "timeline", "rec": "records", "upload": "", "x": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestASwapOfNeighboursIsOneEdit(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "xbc", 1}, {"abcd", "bcd", 1}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: %d edits, want %d", c.a, c.b, got, c.want)
		}
	}
}
