package glance

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTheReasonOfARefusalIsReadInEveryForm(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"<html>\n <head>\n  <title>409 Conflict</title>\n </head>\n <body>\n  <h1>409 Conflict</h1>\n  Image status transition from saving to saving is not allowed<br /><br />\n\n\n </body>\n</html>", "Image status transition from saving to saving is not allowed"},
		{"400 Bad Request\n\nNo &quot;name&quot; was given\n\n   ", `No "name" was given`},
		{`{"error":{"code":404,"message":"Failed to validate token","title":"Not Found"}}`, "Failed to validate token"},
		{`{"message": "You are not authorized<br /><br />\n", "code": "403 Forbidden"}`, "You are not authorized"},
		{"Upload exceeds quota.", "Upload exceeds quota."},
	} {
		if got := ReadReason(c.body); got != c.want {
			t.Errorf("%q\ngives %q, want %q", c.body, got, c.want)
		}
	}
}

func TestWhatSaysNoMoreThanTheStatusIsNoReason(t *testing.T) {
	for _, body := range []string{"", "{", "<html>", "{}",
		"<html><h1>Service Unavailable</h1><p>The server is currently unavailable. Please try again at a later time.</p></html>",
		"500 Internal Server Error\n\nThe server has either erred or is incapable of performing the requested operation.\n\n"} {
		if got := ReadReason(body); got != "" {
			t.Errorf("%q gives %q", body, got)
		}
	}
}

func FuzzReadReason(f *testing.F) {
	f.Add("<html><h1>x</h1>a &amp; b<br>")
	f.Add(`{"error":{"message":"x"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		got := ReadReason(body)
		if n := utf8.RuneCountInString(got); n > mostReason+1 || strings.ContainsAny(got, "\n\r\t") {
			t.Fatalf("%d runes: %q", n, got)
		}
	})
}
