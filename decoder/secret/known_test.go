package secret

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
)

// gapped are statements with a tilde for each literal.
var gapped = []string{
	"UPDATE images SET updated_at=~, status=~ WHERE images.id = ~ AND images.status IN (~)",
	"INSERT INTO image_locations (created_at, value, meta_data, status) VALUES (~, ~, ~, ~)",
	"INSERT INTO user_data (id, password, token) VALUES (~, ~, ~) ON DUPLICATE KEY UPDATE extra = ~",
	"SELECT user.id, user.extra FROM user WHERE user.name = ~ AND user.domain_id = ~ LIMIT ~",
	"UPDATE local_user SET password = ~, extra = ~ WHERE id = ~",
	"CREATE USER joe IDENTIFIED WITH ~ BY ~", "ALTER USER joe@host_of_joe IDENTIFIED BY ~", "SET PASSWORD FOR joe_the_user = PASSWORD(~)",
	"SELECT id FROM credentials -- it's\nWHERE blob_of_it = ~ AND x = ~", "SELECT id FROM credentials # \"\nWHERE secret IN (~, ~)",
	"DELETE FROM `tokens` WHERE `tokens`.`id` = ~ AND `a'b` = ~", "UPDATE users SET name = ~password = ~ WHERE id_of_user = ~",
	"SELECT a_column_or_two FROM a_table WHERE password LIKE ~ OR password = - ~ OR c = ~",
	"INSERT INTO user_data (id, password, token) VALUES IN (~)", "INSERT INTO user_data (id, password) VALUES (~, NULL)",
}

// filling is what may stand in the gaps.
var filling = []string{
	"7", "1.5", "1e-5", "0x41", "''", "'plain'", "'2020-02-18 04:49:56'", `"plain"`, "'it''s'", `'a\'b'`, "'a' 'b'", "NULL", "?",
	"'swift+http://a:u:key@host/c/o'", "'gAAAAABeS0abcdefghijklmnop'", `'{"password": "x", "a": 1}'`, `'{\"token\": \"abcdefghijklmnopqrstuvwxyz\"}'`,
	"'swift://a@host/'", "'gAAAAA'", "_utf8'x'", "x'41'", "'caching_sha2_password'", "'a','b'", "1, 2, 3",
}

func withLiterals(text string, next func(int) int) string {
	for strings.Contains(text, "~") {
		text = strings.Replace(text, "~", filling[next(len(filling))], 1)
	}
	return text
}

// sameAsUnknown redacts a text as one that was taken apart, and as one of which
// nothing is known.
func sameAsUnknown(t *testing.T, known *Redactor, lexed *sqltext.Lexed, moulds *sqltext.Moulds, text string) {
	t.Helper()
	lexed.Lex(text, moulds)
	statement := text
	rec := &record.MySQL{Text: &statement, Ahead: lexed}
	known.Record(rec)
	if got, want := *rec.Text, NewRedactor().SQL(text); masks.ReplaceAllString(got, "M") != masks.ReplaceAllString(want, "M") {
		t.Fatalf("%q\nbecame %q\nnot    %q", text, got, want)
	}
}

// TestAKnownShapeIsRedactedAsAnUnknownOne holds that what is remembered of
// statements changes nothing but the time that it takes.
func TestAKnownShapeIsRedactedAsAnUnknownOne(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	known, moulds, passed := NewRedactor(), new(sqltext.Moulds), 0
	var lexed sqltext.Lexed
	for range 20000 {
		text := withLiterals(gapped[random.IntN(len(gapped))], random.IntN)
		sameAsUnknown(t, known, &lexed, moulds, text)
		if known.knownHarmless(text, &lexed) {
			passed++
		}
	}
	if passed < 1000 {
		t.Errorf("only %d of 20000 texts were passed for what is known of them", passed)
	}
}

// FuzzKnown does the same with statements that nobody thought of: the text is
// one with tildes in the places of literals.
func FuzzKnown(f *testing.F) {
	for i, s := range gapped {
		f.Add(s, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if strings.Count(text, "~") > 64 {
			return
		}
		random := rand.New(rand.NewPCG(seed, 5))
		known, moulds := NewRedactor(), new(sqltext.Moulds)
		var lexed sqltext.Lexed
		for range 6 {
			sameAsUnknown(t, known, &lexed, moulds, withLiterals(text, random.IntN))
		}
	})
}

// masks are what passwords become; their numbers depend on what came before.
var masks = regexp.MustCompile("‹password[^›]*›")
