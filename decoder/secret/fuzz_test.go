package secret

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"glancecap/decoder/record"
)

// FuzzSecret gives any text to everything that redacts: JSON stays JSON,
// UTF-8 stays UTF-8, no Fernet token is left, and what was found is counted.
func FuzzSecret(f *testing.F) {
	for _, seed := range []string{
		`{"auth": {"password": {"user": {"password": "x"}}}, "a": [1, "gAAAAABrBGgOGTXOBFUV"]}`,
		`{"input": "{\"password\": \"a\", \"url\": \"http:\/\/u:p@h\"}", "token": {"id": 5}}`,
		"INSERT INTO password (id, password_hash) VALUES (1, 'a'), (?, ?) ON DUPLICATE KEY UPDATE password_hash = 'b'",
		"SET PASSWORD FOR 'a'@'%' = PASSWORD('pw'); ALTER USER a IDENTIFIED VIA x USING 'y'",
		"/v2.0/tokens/0123456789abcdef0123/x?token=1&temp_url_sig=2#token=3", "a=1; b=gAAAAABrBGgOGTXOBFUV%3D; c", "Basic eDp5",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := NewRedactor()
		out := []string{r.Body(s), r.JSONText(s), r.SQL(s), r.Target(s), r.Text(s), r.column(s), r.message(s)}
		for i, got := range out {
			if utf8.ValidString(s) && !utf8.ValidString(got) {
				t.Errorf("%d: %q is no UTF-8 any more: %q", i, s, got)
			}
			if again := NewRedactor().fernets(got); again != got && i != 2 {
				t.Errorf("%d: a token is left in %q of %q", i, got, s)
			}
		}
		if json.Valid([]byte(s)) && (!json.Valid([]byte(out[0])) || !json.Valid([]byte(out[1]))) {
			t.Errorf("%q is no JSON any more: %q", s, out[1])
		}
		parameterClasses(s)
		r.Headers([][2]string{{"X", s}, {"Cookie", s}, {"Set-Cookie", s}, {"Authorization", s}, {s, s}})
		raw := []byte(s)
		r.Record(&record.Stream{Data: raw})
		if len(raw) != len(s) {
			t.Error("raw bytes changed their length")
		}
	})
}
