package report

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

// asked is an exchange with the texts of strangers given.
func asked(target, host, header, body string) *record.HTTP {
	return &record.HTTP{
		Common: record.Common{Type: record.TypeHTTP, ID: "h7", Stream: 3, Client: "10.0.0.1:5", Server: "10.0.0.2:9292"},
		Request: &record.HTTPRequest{
			Span: record.Span{FirstFrame: 31, LastFrame: 36}, Method: "POST", Target: target, Version: "HTTP/1.1",
			Headers: [][2]string{{"Host", host}, {"X-Thing", header}, {"Content-Length", "9"}},
			Body:    &record.Body{Length: record.Count(len(body)), Captured: int64(len(body)), Text: &body},
		},
		Response: &record.HTTPResponse{Span: record.Span{FirstFrame: 37, LastFrame: 38}, Status: 201, Reason: header},
	}
}

func curled(r record.Record) string {
	var b bytes.Buffer
	c := NewCurl(&b, false)
	c.Write(r)
	return b.String()
}

// words has a shell carry commands out with a curl that prints its arguments.
func words(t *testing.T, shell, commands string) []string {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		t.Skip(shell + " is not installed: the quoting is not tried")
	}
	cmd := exec.Command(shell)
	cmd.Dir, cmd.Env = t.TempDir(), []string{"OS_TOKEN=secret token", "OS_PASSWORD=p'w", "OS_PASSWORD_2=two", "PATH=/nowhere"}
	cmd.Stdin = strings.NewReader("curl() { printf '%s\\0' \"$@\"; }\n" + commands)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || said.Len() > 0 {
		t.Fatalf("%s: %v: %s\n%s", shell, err, said.String(), commands)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

const cruel = "it's \"$(touch x)\" `id` $HOME \\ ! ; & | > < * ? [a] {b,c} ~ # %s \t"

func TestACommandSendsWhatWasSent(t *testing.T) {
	got := words(t, "sh", curled(asked("/v2/images?a=b&c=[1]", "glance:9292", cruel, cruel+"\nsecond line")))
	want := []string{"--request", "POST", "--header", "X-Thing: " + cruel, "--header", "Content-Type:", "--data-raw", cruel + "\nsecond line", "--globoff", "http://glance:9292/v2/images?a=b&c=[1]"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestReplacedSecretsAreVariables(t *testing.T) {
	r := asked("/v3/tokens/‹token {SHA256}5e7d771c277d›x", "keystone:5000", "‹token {SHA256}5e7d771c277d›", `{"password":"‹password 2›","other":"‹password›"}`)
	if got := curled(r); !strings.Contains(got, `--header "X-Thing: ${OS_TOKEN}"`) {
		t.Errorf("a token is no variable: %s", got)
	}
	got := words(t, "sh", curled(r))
	want := []string{"--request", "POST", "--header", "X-Thing: secret token", "--header", "Content-Type:", "--data-raw", `{"password":"two","other":"p'w"}`, "http://keystone:5000/v3/tokens/secret tokenx"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestNothingOfAStrangerIsLeftToTheShell(t *testing.T) {
	const worst = cruel + "'\x1b[31m\u202e\xff\x01; touch x; echo '"
	r := asked(worst, worst, worst, worst)
	r.Request.Headers = append(r.Request.Headers, [2]string{"@/etc/passwd", "x"}, [2]string{"A", "b\r\nInjected: c"})
	r.Request.Method = worst
	commands := curled(r)
	got := words(t, "bash", commands)
	want := []string{"--request", worst, "--header", "Host: " + worst, "--header", "X-Thing: " + worst, "--header", "Content-Type:", "--data-raw", worst, "--request-target", worst, "http://10.0.0.2:9292/"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// A shell that does not know $'…' sends something else, and runs nothing.
	if got := words(t, "sh", commands); len(got) != len(want) {
		t.Errorf("%d words, want %d: %q", len(got), len(want), got)
	}
	for _, absent := range []string{"Injected", "passwd"} {
		for _, line := range strings.Split(commands, "\n") {
			if strings.Contains(line, absent) && !strings.HasPrefix(line, "# left out") {
				t.Errorf("%s stands in %s", absent, line)
			}
		}
	}
}

func TestABodyThatIsNotWholeIsAFileOfTheUsers(t *testing.T) {
	for name, change := range map[string]func(*record.HTTP){
		"binary":    func(r *record.HTTP) { r.Request.Body.Text = nil },
		"cut":       func(r *record.HTTP) { r.Request.Body.Captured-- },
		"truncated": func(r *record.HTTP) { r.Marks.Add(record.MarkTruncatedText) },
		"NUL":       func(r *record.HTTP) { *r.Request.Body.Text = "a\x00b" },
		"long":      func(r *record.HTTP) { *r.Request.Body.Text = strings.Repeat("x", longestArgument+1) },
	} {
		r := asked("/x", "h", "v", "body")
		change(r)
		got := curled(r)
		if !strings.Contains(got, "--upload-file h7.body") || strings.Contains(got, "--data-raw") || !strings.Contains(got, "# the body ") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestARequestOverTLSGoesToHTTPS(t *testing.T) {
	var b bytes.Buffer
	c := NewCurl(&b, false)
	c.Write(&record.TLS{Common: record.Common{Stream: 3}, Decrypted: true})
	c.Write(asked("/x", "h:1", "v", ""))
	if !strings.Contains(b.String(), "https://h:1/x\n") {
		t.Error(b.String())
	}
}

func FuzzAWordIsOneWordOfAShell(f *testing.F) {
	f.Add(cruel)
	f.Add("\x1b'; touch x #")
	f.Fuzz(func(t *testing.T, text string) {
		if masked.MatchString(text) || strings.Contains(text, "\x00") || len(text) > 10000 {
			return
		}
		if got := words(t, "bash", "curl "+shellWord(text)+"\n"); len(got) != 1 || got[0] != text {
			t.Fatalf("%q became %q by %s", text, got, shellWord(text))
		}
	})
}
