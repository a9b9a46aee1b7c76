package story

import (
	"encoding/json"
	"testing"
)

func TestATextIsPutTogetherAsItWas(t *testing.T) {
	var shapes Shapes
	for _, text := range []string{
		"",
		"SELECT 1",
		"UPDATE images SET name='it''s \\' here', status='saving' WHERE images.id = '4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088'",
		"INSERT INTO t VALUES ('not closed",
		"SELECT 'with a \x00 inside, long enough'",
		"SELECT 'abcdefgh', 'x', 'abcdefghi'",
		"SELECT '\\",
	} {
		for range 2 {
			if got := shapes.Text(text).String(); got != text {
				t.Errorf("got %q, want %q", got, text)
			}
		}
		want, _ := json.Marshal(text)
		if got, err := json.Marshal(shapes.Text(text)); err != nil || string(got) != string(want) {
			t.Errorf("JSON %s (%v), want %s", got, err, want)
		}
	}
}

func TestStatementsOfOneShapeShareIt(t *testing.T) {
	var shapes Shapes
	shapes.Text("SELECT * FROM images WHERE id = 'aaaaaaaa'")
	shapes.Text("SELECT * FROM images WHERE id = 'bbbbbbbb'")
	if len(shapes.seen) != 1 {
		t.Errorf("%d shapes are kept, want 1", len(shapes.seen))
	}
}

func FuzzText(f *testing.F) {
	f.Add("UPDATE images SET status='saving' WHERE images.id = '4f0f6ff6'")
	f.Add("a'b\\'cdefgh'\x00")
	f.Fuzz(func(t *testing.T, text string) {
		var shapes Shapes
		for range 2 {
			if got := shapes.Text(text).String(); got != text {
				t.Fatalf("got %q, want %q", got, text)
			}
		}
	})
}
