package secret

import (
	"bytes"
	"testing"

	"glancecap/decoder/carry"
)

func TestAPasswordKeepsItsNumberInTheRunsOverLaterFiles(t *testing.T) {
	first := NewRedactor()
	for _, word := range []string{"a", "b", "c"} {
		first.password(word)
	}
	var state bytes.Buffer
	if err := carry.Write(&state, first.Carry); err != nil {
		t.Fatal(err)
	}
	next := NewRedactor()
	if err := carry.Read(bytes.NewReader(state.Bytes()), next.Carry); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"c", "‹password 3›"}, {"d", "‹password 4›"}, {"a", "‹password›"}, {"b", "‹password 2›"}, {"d", "‹password 4›"}} {
		if got := next.password(c[0]); got != c[1] {
			t.Errorf("%q: got %s, want %s", c[0], got, c[1])
		}
	}
}
