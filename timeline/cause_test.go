package timeline

import "testing"

func TestCausesThatDifferInFiguresAloneAreCountedTogether(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"the client broke off after 70000 of 300000 bytes", "the client broke off after 1234 of 9999999 bytes", true},
		{"Swift answered 503", "Swift answered 500", false},
		{"after 123 bytes", "after 1234 bytes", false},
		{"after 12345", "after ", true},
		{"a", "ab", false},
		{"x 503", "x 5031", false},
		{"", "", true},
	} {
		if got := sameButFigures(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
		if got := sameButFigures(c.b, c.a); got != c.same {
			t.Errorf("%q and %q: %v", c.b, c.a, got)
		}
	}
}
