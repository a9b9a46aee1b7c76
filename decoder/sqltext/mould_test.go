package sqltext

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// replacements are what may stand where a literal stands.
var replacements = []string{
	"7", "12.5", ".5", "5.", "1e9", "1.5e-3", "0x41", "0x4", "0b01", "'a'", `"b"`, `'it''s'`, `'a\'b'`, "'a' 'b'", "''", "x'41'", "x'4'", "b'01'", "n'x'", "?", "NULL", "1a", "'cut", "7;", "_utf8'x'", "@x", "'x','y'", "1, 2", "'x', 'y'",
}

// otherLiterals replaces literals of a text, one in two.
func otherLiterals(text string, next func(n int) int) string {
	var x lexed
	x.lex(text, 0)
	var b strings.Builder
	from := 0
	for _, p := range x.places {
		if next(2) == 0 {
			continue
		}
		b.WriteString(text[from:p.start])
		b.WriteString(replacements[next(len(replacements))])
		from = int(p.end)
	}
	return b.String() + text[from:]
}

// tellLexed is all that the parser is given.
func tellLexed(x *lexed) string {
	return fmt.Sprintf("%q %v %v end %d wrong %q executable %v rows %v", x.key, x.slots, x.literals, x.end, x.wrong, x.executable, x.rows)
}

// sameAsLexed takes a text apart by the moulds and from the beginning, and tells
// whether it is of a mould.
func sameAsLexed(t *testing.T, moulds *Moulds, text string) bool {
	t.Helper()
	var fresh, filled lexed
	if !moulds.take(&filled, text) {
		return false
	}
	fresh.lex(text, 0)
	if got, want := tellLexed(&filled), tellLexed(&fresh); got != want {
		t.Fatalf("%q\nof the mould %q\nis     %s\nlexed: %s", text, filled.mould.text, got, want)
	}
	return true
}

// FuzzMould holds that a text of a mould is taken apart as the lexer does it,
// whatever stands in its literals.
func FuzzMould(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		random, moulds := rand.New(rand.NewPCG(seed, 1)), new(Moulds)
		var l Lexed
		l.Lex(text, moulds)
		for range 4 {
			sameAsLexed(t, moulds, otherLiterals(text, random.IntN))
		}
	})
}

func TestTextsOfOneMouldAreTakenApartAsTheLexerDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, text := range append(seeds, "SELECT a, b, c FROM images WHERE `a`5", "SELECT a, b, c FROM t WHERE x'41' = 5",
		"UPDATE images SET a = 7.5password='a' WHERE b=1", "SELECT a FROM images WHERE b IN (_utf8'x', 'y') AND c = 'z'") {
		moulds := new(Moulds)
		var l Lexed
		l.Lex(text, moulds)
		for range 2000 {
			sameAsLexed(t, moulds, otherLiterals(text, random.IntN))
		}
	}
}

// TestAShapeSeenBeforeIsFoundByItsMould holds what moulds are for: the texts of
// a program, with other values, long lists and escapes, are found.
func TestAShapeSeenBeforeIsFoundByItsMould(t *testing.T) {
	moulds := new(Moulds)
	var l Lexed
	for _, text := range []string{
		"UPDATE images SET updated_at='2020-02-18 04:49:56', status='saving' WHERE images.id = 'a' AND images.status IN ('queued')",
		"INSERT INTO image_properties (image_id, name, value) VALUES ('a', 'hw_arch', 'x86')",
		"SELECT images.id AS images_id FROM images WHERE images.size > 5 LIMIT 3",
	} {
		l.Lex(text, moulds)
		if l.Mould() == 0 {
			t.Errorf("%q: no mould was made", text)
		}
	}
	for _, text := range []string{
		"UPDATE images SET updated_at='2021-02-18 04:49:56', status='' WHERE images.id = 'b''c' AND images.status IN ('queued','saving',  'x')",
		"INSERT INTO image_properties (image_id, name, value) VALUES ('b', \"os\\n\", 'y' 'z')",
		"SELECT images.id AS images_id FROM images WHERE images.size > 0.5 LIMIT 10",
	} {
		if !sameAsLexed(t, moulds, text) {
			t.Errorf("%q was not found", text)
		}
	}
}

// TestAMouldRemembersNoLiteral is about secrets: texts are taken apart before they
// are looked for.
func TestAMouldRemembersNoLiteral(t *testing.T) {
	moulds := new(Moulds)
	var l Lexed
	l.Lex("UPDATE local_user SET password = 'confidential', pin = 4711 WHERE id IN ('joe', 'jane')", moulds)
	if l.Mould() == 0 {
		t.Fatal("no mould was made")
	}
	for _, held := range []string{"confidential", "711", "joe", "jane"} {
		if strings.Contains(l.mould.text+string(l.mould.key), held) {
			t.Errorf("%q is remembered: %q", held, l.mould.text)
		}
	}
}

// TestMouldsAreBounded sends shapes without end, of one list and of all.
func TestMouldsAreBounded(t *testing.T) {
	moulds := new(Moulds)
	var l Lexed
	for i := range 3000 {
		for _, text := range []string{
			fmt.Sprintf("SELECT a_long_name_%0200d FROM images WHERE id = 'x'", i),
			fmt.Sprintf("%d_may_begin_a_name FROM images WHERE id = 'x'", i),
		} {
			l.Lex(text+strings.Repeat(" ", 3000)+".", moulds)
		}
	}
	held := 0
	for _, list := range moulds.lists {
		if len(list) > mouldList {
			t.Errorf("a list holds %d moulds", len(list))
		}
		for _, m := range list {
			held += m.size()
		}
	}
	if held != moulds.held || held > mostHeld {
		t.Errorf("%d bytes are held, %d were counted, at most %d may be", held, moulds.held, mostHeld)
	}
}
