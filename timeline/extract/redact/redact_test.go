package redact_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/fixtures/wire"
	"glancecap/timeline/extract/redact"
)

const ends = `
client = 172.16.0.10:51234
other = 172.16.0.10:51300
glance = 172.16.0.19:9292
keystone = 172.16.0.19:5000
swift = 172.16.0.40:8080
worker = 172.16.0.19:45000
database = 172.16.0.30:3306
strange = 172.16.0.50:7777
`

// source gives a capture again and again.
func source(b []byte) redact.Source {
	return func(_ context.Context, to io.Writer) error {
		_, err := to.Write(b)
		return err
	}
}

// redacted redacts a capture and gives it back.
func redacted(t *testing.T, in []byte, key string) ([]byte, redact.Done) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	done, err := redact.Redact(context.Background(), source(in), redact.Options{Bounds: bounds.Default(), Key: []byte(key)}, file)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return out, done
}

// pcap plays a conversation.
func pcap(t *testing.T, text string) []byte {
	t.Helper()
	c, err := wire.Play(ends + text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// gone tells that no canary is left in a capture, nor in what its connections
// carried or their records tell.
func gone(t *testing.T, what string, out []byte, canaries ...string) {
	t.Helper()
	for _, canary := range canaries {
		if bytes.Contains(out, []byte(canary)) {
			t.Errorf("%s: %s is left", what, canary)
		}
	}
	file := filepath.Join(t.TempDir(), "out.pcap")
	if err := os.WriteFile(file, out, 0o600); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	o := decoder.Options{Bounds: bounds.Default(), After: record.NoTime, Before: record.NoTime, Bodies: true, ShowSecrets: true,
		KeepRows: func(string, string) bool { return true }}
	tell := func(r record.Record) {
		switch r := r.(type) {
		case *record.Stream:
			all.Write(r.Data)
		case *record.MySQL:
			fmt.Fprintln(&all, *r, r.Params, r.BulkParams)
			if r.Text != nil {
				all.WriteString(*r.Text)
			}
			if r.Result != nil {
				fmt.Fprintln(&all, *r.Result)
			}
		case *record.HTTP:
			if q := r.Request; q != nil {
				fmt.Fprintln(&all, q.Target, q.Headers, textOf(q.Body))
			}
			if a := r.Response; a != nil {
				fmt.Fprintln(&all, a.Headers, textOf(a.Body))
			}
		}
	}
	for _, streams := range []bool{false, true} {
		o.Streams = streams
		if err := decoder.Run(context.Background(), []string{file}, o, tell); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, canary := range canaries {
		if strings.Contains(all.String(), canary) {
			t.Errorf("%s: %s is told", what, canary)
		}
	}
}

func textOf(b *record.Body) string {
	if b == nil || b.Text == nil {
		return ""
	}
	return *b.Text
}

// The canaries: of each kind of secret one, none of which can be anything else.
const (
	token    = "gAAAAABCanary01-dkCBfRkb0mpzlUNdj5-I0cth2AjOC49w146IPnWWFUBrAoslqUAEcm2gizetI658gVwNnxB1aSaudsOBtA_oRgw"
	uuid     = "c0a1a2a3c0a1a2a3c0a1a2a3c0a1a2a3"
	password = "Canary-pass-7Q2x"
	cookie   = "canarycookie0123456789abcdef0123"
	hash     = "$2b$12$CanaryHashCanaryHashCanaryHashCanaryHash0123456789"
)

// say makes a line of a conversation that says raw bytes.
func say(line, text string) string { return fmt.Sprintf("%s text %q\n", line, text) }

// message makes a message of HTTP.
func message(head, body string) string {
	return fmt.Sprintf("%s\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

// chunked makes a message with a body in chunks of n bytes.
func chunked(head, body string, n int) string {
	var b strings.Builder
	b.WriteString(head + "\r\nTransfer-Encoding: chunked\r\n\r\n")
	for len(body) > 0 {
		part := body[:min(n, len(body))]
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(part), part)
		body = body[len(part):]
	}
	b.WriteString("0\r\n\r\n")
	return b.String()
}

func wrapped(t *testing.T, make func(io.Writer) io.WriteCloser, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := make(&b)
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(w io.Writer) io.WriteCloser  { return gzip.NewWriter(w) }
func deflated(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

const authBody = `{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "admin", "password": "` + password + `"}}}}}`

// places are conversations with a secret in each place that the contract's
// chapter on secrets names.
func places(t *testing.T) map[string]string {
	t.Helper()
	request := "GET /v2/images HTTP/1.1\r\nHost: g\r\n"
	basic := base64.StdEncoding.EncodeToString([]byte("admin:" + password))
	ask := func(header string) string { return say("client --> glance", request+header+"\r\n\r\n") }
	post := func(body string) string {
		return say("client --> keystone", message("POST /v3/auth/tokens HTTP/1.1\r\nHost: k\r\nContent-Type: application/json", body))
	}
	query := func(sql string) string {
		return "worker --> database connect\nworker <-- database greeting id=31\nworker --> database login user=glance database=keystone pid=7\nworker <-- database ok\n" +
			"worker --> database query " + sql + "\nworker <-- database ok affected=1\n"
	}
	rows := func(column, value string) string {
		return query("SELECT 1") + "worker --> database query SELECT x\nworker <-- database rows\n | id | " + column + "\n | 1 | " + value + "\n"
	}
	return map[string]string{
		"X-Auth-Token": ask("X-Auth-Token: " + token), "X-Service-Token": ask("X-Service-Token: " + uuid),
		"X-Storage-Token": ask("x-storage-token:AUTH_tk" + uuid), "Bearer": ask("Authorization: Bearer " + token),
		"Basic": ask("Authorization: Basic " + basic), "Cookie": ask("Cookie: a=1; sessionid=" + cookie),
		"folded": ask("X-Auth-Token:\r\n " + token), "X-Auth-Key": ask("X-Auth-Key: " + password),
		"answer":      ask("A: b") + say("client <-- glance", message("HTTP/1.1 201 Created\r\nX-Subject-Token: "+token+"\r\nSet-Cookie: sessionid="+cookie+"; Path=/", "")),
		"interim":     ask("A: b") + say("client <-- glance", "HTTP/1.1 100 Continue\r\nSet-Cookie: s="+cookie+"\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
		"tokens path": say("client --> keystone", "GET /v2.0/tokens/"+uuid+" HTTP/1.1\r\nHost: k\r\n\r\n"),
		"temp_url":    say("client --> swift", "GET /v1/a/c/o?temp_url_sig="+uuid+"&temp_url_key="+password+" HTTP/1.1\r\nHost: s\r\n\r\n"),
		"password":    post(authBody), "adminPass": post(`{"server": {"adminPass": "` + password + `"}}`),
		"secret":         post(`{"auth": {"identity": {"application_credential": {"id": "a", "secret": "` + password + `"}}}}`),
		"token id":       post(`{"auth": {"identity": {"methods": ["token"], "token": {"id": "` + uuid + `"}}}}`),
		"escaped":        post(`{"input": "{\"password\": \"` + password + `\"}"}`),
		"location":       post(`{"locations": [{"url": "swift://u:` + password + `@h/c/o"}]}`),
		"form":           say("client --> keystone", message("POST /auth HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", "user=a&password="+password)),
		"chunked":        say("client --> keystone", chunked("POST /v3/auth/tokens HTTP/1.1\r\nHost: k\r\nContent-Type: application/json", authBody, 7)),
		"trailer":        say("client --> glance", "PUT /v2/images/x/file HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Auth-Token: "+token+"\r\n\r\n"),
		"chunked gzip":   say("client --> keystone", chunked("POST /v3/auth/tokens HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Type: application/json", wrapped(t, gzipped, authBody), 50)),
		"deflate":        ask("A: b") + say("client <-- glance", message("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Type: application/json", wrapped(t, deflated, authBody))),
		"gzip in pieces": say("client --> keystone [mss 16]", message("POST /v3/auth/tokens HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Type: application/json", wrapped(t, gzipped, authBody))),
		"identified by":  query("CREATE USER 'a'@'%' IDENTIFIED BY '" + password + "'"), "PASSWORD()": query("SELECT PASSWORD('" + password + "')"),
		"password_hash": query("INSERT INTO password (id, password_hash) VALUES (1, '" + hash + "')"),
		"value":         query("INSERT INTO image_locations (value) VALUES ('swift://u:" + password + "@h/c/o')"),
		"row":           rows("password_hash", hash), "row with a location": rows("value", "swift://u:"+password+"@h/c/o"),
		"error":   query("SELECT 1") + "worker --> database query CREAT\nworker <-- database err 1064 42000 You have an error near 'IDENTIFIED BY '" + password + "'' at line 1\n",
		"strange": say("client --> strange", "hello\r\nX-Auth-Token: "+token+"\r\n") + say("client <-- strange", "password='"+password+"'\r\n"),
	}
}

func TestASecretIsFoundInNoByteWhereverItStood(t *testing.T) {
	all := []string{token, uuid, password, cookie, hash, base64.StdEncoding.EncodeToString([]byte("admin:" + password)), password[:12], token[8:40]}
	for name, text := range places(t) {
		for _, mss := range []string{"mss 1460\n", "mss 23\n"} {
			in := pcap(t, mss+text)
			out, done := redacted(t, in, "a key for the tests")
			if gone(t, name, out, all...); done.Packets+done.CutPackets == 0 {
				t.Errorf("%s: nothing was changed: %+v", name, done)
			}
			again, _ := redacted(t, in, "a key for the tests")
			if !bytes.Equal(out, again) {
				t.Errorf("%s: the same key gives other bytes", name)
			}
			if twice, done := redacted(t, out, "another key of the tests"); len(twice) != len(out) {
				t.Errorf("%s: redacted again it has another length (%+v)", name, done)
			}
		}
	}
}

func TestEveryCopyOfASecretIsReplacedAndTheSameEverywhere(t *testing.T) {
	head := "GET /v2/images HTTP/1.1\r\nHost: g\r\nX-Auth-Token: " + token + "\r\n\r\n"
	for _, faults := range []string{"again 2", "double 2", "late 2", "false 2", "false-first 1", "bad 2", "overlap 3 20", "drop 2", "drop 1", "snap 2 80", "again *, double *"} {
		text := "mss 40\nclient --> glance connect\n" + say("client --> glance ["+faults+"]", head) +
			"other --> glance connect\n" + say("other --> glance", head) + say("client <-- glance", "HTTP/1.1 204 No Content\r\n\r\n")
		out, _ := redacted(t, pcap(t, text), "a key for the tests")
		gone(t, faults, out, token, token[8:40], token[40:80])
	}
}

func TestASecretIsReplacedAlsoWhereNothingTellsWhatItIs(t *testing.T) {
	text := say("client --> glance", "GET / HTTP/1.1\r\nX-Auth-Token: "+uuid+"\r\n\r\n") +
		"mss 10\n" + say("client --> strange", "so they say "+uuid+" to each other") +
		say("client --> swift", message("PUT /v1/a/c/o HTTP/1.1\r\nContent-Type: application/octet-stream", strings.Repeat("\x00\x01", 200)+uuid))
	out, _ := redacted(t, pcap(t, text), "a key for the tests")
	gone(t, "elsewhere", out, uuid)
}

func TestAWordThatIsAPasswordStaysWhereItIsNone(t *testing.T) {
	text := say("client --> keystone", message("POST /v3/auth/tokens HTTP/1.1\r\nContent-Type: application/json", `{"auth": {"name": "glance", "password": "glance"}}`))
	out, done := redacted(t, pcap(t, text), "a key for the tests")
	if !bytes.Contains(out, []byte(`"name": "glance", "password": "`)) || bytes.Contains(out, []byte(`"password": "glance"`)) || done.Plain != 1 {
		t.Errorf("%+v\n%q", done, out[len(out)-120:])
	}
}

func TestPseudonymsDependOnTheKeyAndOnNothingElse(t *testing.T) {
	text := say("client --> glance", "GET / HTTP/1.1\r\nX-Auth-Token: "+uuid+"\r\n\r\n")
	one, _ := redacted(t, pcap(t, text), "a key for the tests")
	other, _ := redacted(t, pcap(t, text), "another key of the tests")
	more, _ := redacted(t, pcap(t, "client --> keystone connect\n"+text), "a key for the tests")
	name := func(b []byte) string {
		i := bytes.Index(b, []byte("X-Auth-Token: "))
		return string(b[i+14 : i+14+len(uuid)])
	}
	if name(one) != name(more) || name(one) == name(other) || strings.Trim(name(one), "0123456789abcdef") != "" {
		t.Errorf("%s, %s, %s", name(one), name(more), name(other))
	}
}

func TestACaptureThatCannotBeReadIsNoRedaction(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	broken := errors.New("the disk is gone")
	_, err = redact.Redact(context.Background(), func(context.Context, io.Writer) error { return broken }, redact.Options{Bounds: bounds.Default(), Key: []byte("k")}, file)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
