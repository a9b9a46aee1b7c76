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

// TestATextThatIsLikeAnotherIsTakenApartAlike compares what is taken apart by the
// side of another text with what is taken apart alone.
func TestATextThatIsLikeAnotherIsTakenApartAlike(t *testing.T) {
	texts := []string{
		"", "COMMIT", "SELECT 1", "SELECT '\\", "INSERT INTO t VALUES ('not closed", "INSERT INTO t VALUES ('not closed either",
		"UPDATE images SET status='saving' WHERE images.id = '4f0f6ff6' AND x='y'",
		"UPDATE images SET status='saving' WHERE images.id = '5f0f6ff6' AND x='y'",
		"UPDATE images SET status='saving' WHERE images.id = '5f0f6ff6' AND x='z'",
		"UPDATE images SET status='saving' WHERE images.id = '5f0f6ff6' AND x='y' ",
		"UPDATE images SET status='saved' WHERE images.id = '5f0f6ff6' AND x='y'",
		"UPDATE images SET status='abc' WHERE images.id = '5f0f6ff6' AND x='y'",
		"UPDATE images SET status='it''s saving' WHERE images.id = '5f0f6ff6' AND x='y'",
		"UPDATE images SET status='a \x00 inside' WHERE images.id = '5f0f6ff6' AND x='y'",
		"UPDATE images SET status=\x00 WHERE images.id = \x00 AND x='y'",
		"UPDATE images SET status='saving",
	}
	for _, known := range texts {
		for _, text := range texts {
			alike(t, known, text)
		}
	}
}

func alike(t *testing.T, known, text string) {
	t.Helper()
	var shapes Shapes
	before := shapes.Text(known)
	got, want := shapes.Like(text, before), shapes.Text(text)
	if got != want || got.String() != text || before.String() != known {
		t.Errorf("%q by the side of %q: got %q, want %q", text, known, got, want)
	}
}

func FuzzTextLikeAnother(f *testing.F) {
	f.Add("UPDATE images SET status='saving' WHERE images.id = '4f0f6ff6'", "UPDATE images SET status='active' WHERE images.id = '4f0f6ff6'")
	f.Add("a'b\\'cdefgh'\x00", "a'abcdefgh'''")
	f.Fuzz(func(t *testing.T, known, text string) { alike(t, known, text) })
}
