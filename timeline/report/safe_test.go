package report

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestWhatATerminalObeysIsShownInstead(t *testing.T) {
	for text, want := range map[string]string{
		"plain ä 日本 é":       "plain ä 日本 é",
		"a\x1b[31mb":         `a\x1b[31mb`,
		"two\nlines\tand\r":  `two\nlines\tand\x0d`,
		"\u202egnp.exe":      `\u202egnp.exe`,
		"\u2066\u200f\u200b": `\u2066\u200f\u200b`,
		"\u0085\u009b":       `\u0085\u009b`,
		"\xff\xc3":           `\xff\xc3`,
		"\x7f":               `\x7f`,
		"\U000e0041":         `\U000e0041`,
		"\ufffd":             "\ufffd",
	} {
		if got := Safe(text); got != want {
			t.Errorf("Safe(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzSafeTextIsPrintableAndStaysAsItIs(f *testing.F) {
	f.Add("a\x1b[31m\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		safe := Safe(s)
		if !utf8.ValidString(safe) {
			t.Fatalf("%q is not UTF-8", safe)
		}
		for _, r := range safe {
			if !unicode.IsPrint(r) {
				t.Fatalf("%U is in %q", r, safe)
			}
		}
		if again := Safe(safe); again != safe {
			t.Fatalf("%q became %q", safe, again)
		}
	})
}

func TestWideCharactersTakeTwoColumnsAndMarksNone(t *testing.T) {
	for text, want := range map[string]int{"abc": 3, "日本": 4, "e\u0301": 1, "…→": 2, "ｱ": 1, "Ａ": 2} {
		if got := columns(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
	if got := shorten("日本語", 5); got != "日本…" {
		t.Errorf("shortened to %q", got)
	}
}
