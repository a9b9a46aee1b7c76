package glance

import (
	"strings"
	"testing"
)

func TestAUUIDHasItsDashesAndNothingButDigits(t *testing.T) {
	const id = "4f0f6ff6-960a-42D8-AC3E-f4e8cbc56088"
	if !IsUUID(id) || IsUUID(id[:35]) || IsUUID(id+"0") || IsUUID("") || IsUUID(strings.ReplaceAll(id, "-", "0")) {
		t.Error("the length or the dashes are not asked for")
	}
	// Each byte in each place: a digit is right where no dash stands, a dash where one does.
	for place := range len(id) {
		for c := range 256 {
			text := []byte(id)
			text[place] = byte(c)
			want := strings.ContainsRune("0123456789abcdefABCDEF", rune(c))
			if id[place] == '-' {
				want = c == '-'
			}
			if got := IsUUID(string(text)); got != want {
				t.Errorf("%q: %v", text, got)
			}
		}
	}
}
