package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// The secrets that planted writes, and what would do harm to a terminal, a
// page, a spreadsheet or a shell.
const (
	plantedToken    = "gAAAAABeS2plantedTokenThatNobodyMayEverReadAgain0123456789abcdefgh"
	plantedPassword = "planted-pass-word"
	plantedHarm     = "\x1b]0;x\x07\x9b31m\u202e\u2028\x00\x7f\xff\xfe=cmd|'/c x'!A1 <script>alert(1)</script> `id` $(id) |\t*_[x](y)"
)

// planted writes a capture of an upload whose every text is harmful and in
// which secrets stand wherever one may stand.
func planted(t *testing.T) string {
	t.Helper()
	const id = "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088"
	body := `{"name": "` + strings.NewReplacer("\x1b", `\u001b`, "\x00", `\u0000`, "\x07", `\u0007`, "\t", `\t`, "\x7f", `\u007f`).Replace(plantedHarm) +
		`", "auth": {"identity": {"password": {"user": {"password": "` + plantedPassword + `"}}}}, "adminPass": "` + plantedPassword + `"}`
	request := "PUT /v2/images/" + id + "/file?temp_url_sig=" + plantedToken + "&x=" + strings.NewReplacer(" ", "+", "\x00", "%00").Replace(plantedHarm) + " HTTP/1.1\r\nHost: glance\r\n" +
		"X-Auth-Token: " + plantedToken + "\r\nCookie: session=" + plantedToken + "\r\nAuthorization: Basic " + plantedPassword + "\r\n" +
		"X-Harm: " + strings.ReplaceAll(plantedHarm, "\x00", "") + "\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	response := "HTTP/1.1 500 " + strings.ReplaceAll(plantedHarm, "\x00", "") + "\r\nX-Openstack-Request-Id: req-" + strings.ReplaceAll(plantedHarm, "\x00", "") + "\r\nX-Subject-Token: " + plantedToken +
		"\r\nContent-Length: 0\r\n\r\n"
	capture, err := exchange(9292, time.Date(2020, 2, 18, 4, 49, 55, 0, time.UTC), request, response)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "planted.pcap")
	if err := os.WriteFile(path, capture, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// everyOutput are the command lines of all formats, without the capture.
func everyOutput(capture string) map[string][]string {
	lines := map[string][]string{
		"timeline --all": {"timeline", "--all"}, "timeline --list": {"timeline", "--list"},
		"statements": {"statements"}, "statements --all": {"statements", "--all"}, "statements json": {"statements", "--format", "json"}, "statements csv": {"statements", "--format", "csv"},
		"records": {"records", "--bodies", "--rows"}, "records csv": {"records", "--format", "csv"}, "records curl": {"records", "--curl"},
		"records grep": {"records", "--grep", ".", "-C", "2"}, "records stream": {"records", "--type", "stream"}, "records for timeline": {"records", "--for", "timeline"},
		"timeline why": {"timeline", "--why", "4"}, "timeline why json": {"timeline", "--why", "4", "--format", "json"},
		"timeline verify": {"timeline", "--verify", "--color", "never"}, "statements id": {"statements", "--id", ""}, "info hash": {"info", "--hash"},
		"info": {"info"}, "info json": {"info", "--format", "json"},
	}
	for _, format := range []string{"text", "json", "html", "markdown", "mermaid", "csv", "trace", "lua"} {
		lines["timeline "+format] = []string{"timeline", "--format", format}
	}
	for _, format := range []string{"text", "json", "markdown"} {
		lines["against "+format] = []string{"timeline", "--against", capture, "--format", format, "--all"}
	}
	return lines
}

// TestNoOutputHoldsAControlCharacterInvalidUTF8OrASecret runs every format of
// every command on harmful captures.
func TestNoOutputHoldsAControlCharacterInvalidUTF8OrASecret(t *testing.T) {
	captures := []string{planted(t), "../../fixtures/founding/founding.pcap"}
	for _, hostile := range []string{"escape-injection", "http-control-chars", "http-nul-bytes", "mysql-sql-invalid-utf8", "http-target-odd"} {
		if path := "../../../shared/captures/hostile/" + hostile + ".pcap"; !noSuchFile(path) {
			captures = append(captures, path)
		}
	}
	for _, capture := range captures {
		for name, args := range everyOutput(capture) {
			var out, said bytes.Buffer
			p := &program{out: &out, err: &said}
			s := p.run(append(args, capture))
			if s == statusUsage && (strings.Contains(said.String(), "--against") || strings.Contains(said.String(), "--why")) {
				s = statusDone // no image to compare, nothing to ask about
			}
			if s != statusDone && s != statusDamaged {
				t.Errorf("%s %s: status %d, %s", name, capture, s, said.String())
			}
			holdsNothingHarmful(t, name+" "+capture, out.String()+said.String())
		}
	}
}

// TestNoErrorHoldsAControlCharacter names things that are not there.
func TestNoErrorHoldsAControlCharacter(t *testing.T) {
	const capture = "../../fixtures/founding/founding.pcap"
	for _, args := range [][]string{
		{plantedHarm}, {"records", plantedHarm}, {"--image", plantedHarm, capture}, {"--why", plantedHarm, capture}, {"--format", plantedHarm, capture},
		{"--port", plantedHarm, capture}, {"--" + plantedHarm, capture}, {"-w", plantedHarm + "/x", capture}, {"schema", plantedHarm}, {"completion", plantedHarm},
		{"records", "--grep", "(" + plantedHarm, capture}, {"-A", plantedHarm, capture}, {"split", "-c", plantedHarm, capture}, {"extract", "--call", plantedHarm, capture, "-w", t.TempDir() + "/x"},
		{"--witness", plantedHarm, capture}, {"--against", plantedHarm, capture}, {"help", plantedHarm}, {"--manifest", plantedHarm, capture},
	} {
		var out, said bytes.Buffer
		if s := (&program{out: &out, err: &said}).run(args); s != statusUsage && s != statusNothing || said.Len() == 0 {
			t.Errorf("%q: status %d, %q", args, s, said.String())
		}
		holdsNothingHarmful(t, fmt.Sprintf("%q", args), out.String()+said.String())
	}
}

// TestEveryReportThatShowsSecretsSaysSoAtItsTop runs every format of every
// command with --show-secrets: the words stand in front of the first secret, and
// without the flag nowhere.
func TestEveryReportThatShowsSecretsSaysSoAtItsTop(t *testing.T) {
	const words, field = "tokens and passwords are shown: this was made with --show-secrets", `"shows_secrets":true`
	capture := planted(t)
	upload := "../../fixtures/founding/founding.pcap" // planted tells of no image that could be compared
	whole, tables := "", 0
	for name, args := range everyOutput(upload) {
		if args[0] != "timeline" || !strings.HasPrefix(name, "against") {
			args = append(args, capture)
		}
		args = append(args, upload)
		told := func(more ...string) string {
			var out, said bytes.Buffer
			if s := (&program{out: &out, err: &said}).run(append(more, args...)); s != statusDone {
				t.Fatalf("%s: status %d, %s", name, s, said.String())
			}
			whole = out.String()
			// Mermaid writes what could be markup as entities.
			return strings.NewReplacer("\n", " ", "#58;", ":", "#45;", "-").Replace(out.String())
		}
		text := told("--show-secrets")
		at := max(strings.Index(text, words), strings.Index(text, field), strings.Index(text, `"shows_secrets": true`))
		if html := strings.Contains(name, "html"); at < 0 || !html && at > 700 || html && at > strings.Index(text, "<main") {
			t.Errorf("%s: it is not said at the top, but at %d: %.300s", name, at, text)
		}
		if strings.Contains(name, "csv") {
			// A reader wants as many cells in each row as there are names.
			if _, err := csv.NewReader(strings.NewReader(whole)).ReadAll(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			tables++
		}
		for _, secret := range []string{plantedToken, plantedPassword} {
			if first := strings.Index(text, secret); first >= 0 && first < at {
				t.Errorf("%s: a secret stands at %d, and the warning at %d", name, first, at)
			}
		}
		if text := told(); strings.Contains(text, words) || strings.Contains(text, field) {
			t.Errorf("%s says that it shows secrets, and does not", name)
		}
	}
	if tables != 3 {
		t.Errorf("%d tables were read, of 3", tables)
	}
}

// TestThePlantedSecretsWouldBeTold holds that the test above looks for what is
// there.
func TestThePlantedSecretsWouldBeTold(t *testing.T) {
	var shown, hidden bytes.Buffer
	capture := planted(t)
	(&program{out: &shown, err: &shown}).run([]string{"records", "--show-secrets", capture})
	(&program{out: &hidden, err: &hidden}).run([]string{"records", capture})
	for _, secret := range []string{plantedToken, plantedPassword, `\u202e`, `\u001b`} {
		if !strings.Contains(shown.String(), secret) {
			t.Errorf("%s is not in the records", secret)
		}
	}
	for _, mask := range []string{"‹token {SHA256}", "‹password›"} {
		if !strings.Contains(hidden.String(), mask) {
			t.Errorf("%s is not in the records", mask)
		}
	}
}

func holdsNothingHarmful(t *testing.T, name, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s is not UTF-8", name)
	}
	for n, r := range text {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Errorf("%s: %U stands at byte %d: %q", name, r, n, text[max(n-60, 0):min(n+20, len(text))])
			break
		}
	}
	for _, secret := range []string{plantedToken, plantedToken[20:], plantedPassword} {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("%s tells a secret: %q", name, text[max(i-80, 0):i+len(secret)])
		}
	}
}
