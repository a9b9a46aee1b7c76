package report

import (
	"strings"
	"testing"
)

func TestAStoresCallWithoutAParentIsNobodysButItsAddresss(t *testing.T) {
	s := uploaded()
	s.Images[0].Calls = append(s.Images[0].Calls, "c6")
	s.Calls[5].Parent, s.Calls[5].Client = nil, "172.16.0.19:40312"
	text := written(t, s, TextOptions{})
	if !strings.Contains(text, "172.16.0.19  swift PUT manifest") {
		t.Errorf("who sent the manifest is not told by address in\n%s", text)
	}
}
