package witness

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"glancecap/decoder/record"
)

func read(t *testing.T, text string) *Log {
	t.Helper()
	l, err := Read("x.log", strings.NewReader(text), DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func only(t *testing.T, text string) Call {
	t.Helper()
	l := read(t, text)
	if len(l.Calls) != 1 {
		t.Fatalf("%d calls, want one: %+v", len(l.Calls), l.Calls)
	}
	return l.Calls[0]
}

func at(text string) record.Time {
	t, err := time.Parse("2006-01-02 15:04:05.000", text)
	if err != nil {
		panic(err)
	}
	return record.Time(t.UnixNano())
}

// patch is what a client in file form says of a call.
const patch = `2026-11-23 17:06:52.521 12264 DEBUG keystoneauth.session [  admin] REQ: curl -g -i --cacert "/etc/pki/ca.pem" -X PATCH https://172.16.0.20:13292/v2/images/d2f390ad-144c-4fbb-816c-71c1aa12909d -H "Accept: " -H "X-Auth-Token: {SHA256}5e7d771c277d801a60b53ee4d96eb74d3fac25cd5b81934a6bc2d85559c8ed27" -d '[{"op": "add", "path": "/x", "value": "it's"}]'
2026-11-23 17:06:52.549 12264 DEBUG urllib3.connectionpool [  admin] https://172.16.0.20:13292 "PATCH /v2/images/d2f390ad-144c-4fbb-816c-71c1aa12909d HTTP/1.1" 200 1046
2026-11-23 17:06:52.550 12264 DEBUG keystoneauth.session [  admin] RESP: [200] content-length: 1046 content-type: application/json date: Mon, 23 Nov 2026 17:06:52 GMT x-openstack-request-id: req-95f8b00e-010c-456c-b54b-fa736617a035
2026-11-23 17:06:52.550 12264 DEBUG keystoneauth.session [  admin] RESP BODY: {"status": "active"}
2026-11-23 17:06:52.550 12264 DEBUG keystoneauth.session [  admin] PATCH call to image for https://172.16.0.20:13292/v2/images/d2f390ad-144c-4fbb-816c-71c1aa12909d used request id req-95f8b00e-010c-456c-b54b-fa736617a035
`

func TestAClientsDebugOutputTellsACallWithItsTimesTokenAndBodies(t *testing.T) {
	c := only(t, patch)
	if c.By != Client || c.Service != "image" || c.Endpoint != "172.16.0.20:13292" || !c.TLS || c.Process != "12264" || c.Line != 1 {
		t.Errorf("told by %v, of %q at %q, TLS %v, process %q, line %d", c.By, c.Service, c.Endpoint, c.TLS, c.Process, c.Line)
	}
	if c.Method != "PATCH" || c.Target != "/v2/images/d2f390ad-144c-4fbb-816c-71c1aa12909d" || c.Status != 200 || c.RequestID != "req-95f8b00e-010c-456c-b54b-fa736617a035" {
		t.Errorf("%s %s %d %s", c.Method, c.Target, c.Status, c.RequestID)
	}
	if c.Start != at("2026-11-23 17:06:52.521") || c.End != at("2026-11-23 17:06:52.550") || c.Date != at("2026-11-23 17:06:52.000") {
		t.Errorf("from %v to %v, Date %v", c.Start, c.End, c.Date)
	}
	if got := record.Get(c.Asked, "X-Auth-Token"); got != "{SHA256}5e7d771c277d801a60b53ee4d96eb74d3fac25cd5b81934a6bc2d85559c8ed27" {
		t.Errorf("token %q", got)
	}
	if c.Request == nil || *c.Request != `[{"op": "add", "path": "/x", "value": "it's"}]` || c.Response == nil || *c.Response != `{"status": "active"}` {
		t.Errorf("bodies %v, %v", c.Request, c.Response)
	}
}

// console strips what a file's lines have in front.
func console(text, prefix string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		_, message, _ := strings.Cut(line, "[  admin] ")
		fmt.Fprint(&b, prefix, message)
	}
	return b.String()
}

func TestTheSameOutputOnATerminalTellsTheSameCallWithoutTimes(t *testing.T) {
	want := only(t, patch)
	for _, prefix := range []string{"", "DEBUG:keystoneauth.session:", "DEBUG (session:342) ", "DEBUG: keystoneauth.session ", "Nov 23 17:06:52 host prog[1]: "} {
		c := only(t, console(patch, prefix))
		if c.Start != record.NoTime || c.End != record.NoTime {
			t.Errorf("%q: times %v to %v", prefix, c.Start, c.End)
		}
		c.Start, c.End, c.Process = want.Start, want.End, want.Process
		if !reflect.DeepEqual(c, want) {
			t.Errorf("%q: %+v, want %+v", prefix, c, want)
		}
	}
}

func TestAnAccessLineTellsACallWithItsDuration(t *testing.T) {
	const message = `172.16.0.10,172.16.0.20 - - [23/Nov/2026 17:06:51] "POST /v2/images HTTP/1.1" 201 1109 0.313923`
	const context = "req-33713ad9-fd9e-499e-8ac3-5a05beb41eef c05bc439722f4e9a963ab9e4810c6503 a9fbf7e514c84c389cfb8682852d6085 - - default default"
	for _, form := range []string{"[None " + context + "] ", "[" + context + "] "} {
		c := only(t, "2026-11-23 17:06:51.319 12216 INFO eventlet.wsgi.server "+form+message+"\n")
		if c.By != Service || c.Method != "POST" || c.Target != "/v2/images" || c.Status != 201 || c.Length != 1109 || c.Client != "172.16.0.10" {
			t.Errorf("%+v", c)
		}
		if c.RequestID != "req-33713ad9-fd9e-499e-8ac3-5a05beb41eef" || c.User != "c05bc439722f4e9a963ab9e4810c6503" || c.Project != "a9fbf7e514c84c389cfb8682852d6085" {
			t.Errorf("request %q of user %q, project %q", c.RequestID, c.User, c.Project)
		}
		if want := at("2026-11-23 17:06:51.319"); c.End != want || c.Start != want-313923000 {
			t.Errorf("from %v to %v", c.Start, c.End)
		}
	}
}

func TestAnAccessLineBehindAJournalsPrefixHasTheServersOwnSecond(t *testing.T) {
	c := only(t, `Nov  3 17:06:51 host devstack@g-api.service[12216]: INFO eventlet.wsgi.server [None req-1 admin admin] 10.0.0.1 - - [03/Nov/2026 17:06:51] "GET /v2/images HTTP/1.1" 200 9 0.5`)
	if c.End != at("2026-11-03 17:06:51.000") || c.Start != c.End-5e8 || c.RequestID != "req-1" || c.Process != "12216" || c.User != "" {
		t.Errorf("%+v", c)
	}
}

func TestAnAccessLineWithoutARequestIDIsACallAllTheSame(t *testing.T) {
	c := only(t, `2026-11-23 17:06:51.000 12216 INFO eventlet.wsgi.server [-] 172.16.0.10 - - [23/Nov/2026 17:06:51] "GET / HTTP/1.1" 300 1207 0.003240`)
	if c.RequestID != "" || c.Status != 300 {
		t.Errorf("%+v", c)
	}
}

func TestATokensBodyBelongsToTheRequestForIt(t *testing.T) {
	const text = `Making authentication request to https://k:13000/v3/auth/tokens
https://k:13000 "POST /v3/auth/tokens HTTP/1.1" 201 2446
{"token": {"user": {"id": "u"}}}
REQ: curl -g -i -X POST https://g:13292/v2/images -H "Accept: */*"
RESP: [201] x-openstack-request-id: req-1
`
	l := read(t, text)
	if len(l.Calls) != 2 {
		t.Fatalf("%+v", l.Calls)
	}
	if c := l.Calls[0]; c.Response == nil || *c.Response != `{"token": {"user": {"id": "u"}}}` || c.Status != 201 || c.RequestID != "" {
		t.Errorf("%+v", c)
	}
	if c := l.Calls[1]; c.RequestID != "req-1" || c.Response != nil {
		t.Errorf("%+v", c)
	}
}

func TestGlanceclientsOwnOutputIsRead(t *testing.T) {
	c := only(t, `curl -g -i -X 'GET' -H 'User-Agent: python-glanceclient' -H 'X-Auth-Token: {SHA1}f0' http://g:9292/v2/images/1
HTTP/1.1 200 OK
Content-Length: 14
X-Openstack-Request-Id: req-1

{"id": "the"}
`)
	if c.Status != 200 || c.RequestID != "req-1" || c.Length != 14 || c.Response == nil || *c.Response != `{"id": "the"}` || c.Endpoint != "g:9292" || c.TLS {
		t.Errorf("%+v", c)
	}
}

func TestAnOldHeadInADictionaryIsRead(t *testing.T) {
	c := only(t, `REQ: curl -g -i -X GET http://g:9292/v2/images/1
RESP: [200] {'date': 'Mon, 23 Nov 2026 17:06:52 GMT', 'x-openstack-request-id': 'req-1', 'content-length': '3'}
`)
	if c.Date != at("2026-11-23 17:06:52.000") || c.RequestID != "req-1" || c.Length != 3 {
		t.Errorf("%+v", c)
	}
}

func TestACallGivenUpLeavesTheNextOnesAnswerAlone(t *testing.T) {
	l := read(t, `REQ: curl -g -i -X GET http://g:9292/v2/images/1
Failure: Unable to establish connection. Retrying in 0.5s.
REQ: curl -g -i -X GET http://g:9292/v2/images/1
RESP: [200] x-openstack-request-id: req-1
`)
	if len(l.Calls) != 2 || l.Calls[0].Status != 0 || l.Calls[1].Status != 200 {
		t.Errorf("%+v", l.Calls)
	}
}

func TestAnswersOfThreadsAreToldApartByTheLineThatClosesACall(t *testing.T) {
	l := read(t, `REQ: curl -g -i -X GET http://g:9292/v2/images/1
REQ: curl -g -i -X GET http://g:9292/v2/images/2
http://g:9292 "GET /v2/images/2 HTTP/1.1" 200 2
http://g:9292 "GET /v2/images/1 HTTP/1.1" 200 1
RESP: [200] x-openstack-request-id: req-2
GET call to image for http://g:9292/v2/images/2 used request id req-2
RESP: [200] x-openstack-request-id: req-1
GET call to image for http://g:9292/v2/images/1 used request id req-1
`)
	for _, c := range l.Calls {
		if want := "req-" + c.Target[len(c.Target)-1:]; c.RequestID != want || c.Status != 200 {
			t.Errorf("%s has %s, status %d", c.Target, c.RequestID, c.Status)
		}
	}
	if l.Sequence {
		t.Error("calls of threads are no sequence")
	}
}

func TestProcessesThatWriteInTurnsAreNoSequence(t *testing.T) {
	line := func(pid int) string {
		return fmt.Sprintf("2026-11-23 17:06:52.521 %d DEBUG keystoneauth.session [  admin] REQ: curl -g -i -X GET http://g:9292/v2/images/%d\n", pid, pid)
	}
	if l := read(t, line(1)+line(2)+line(3)); !l.Sequence {
		t.Error("one process after the other is a sequence")
	}
	if l := read(t, line(1)+line(2)+line(1)); l.Sequence {
		t.Error("a process that comes back is no sequence")
	}
}

func TestACallOfWhichOnlyTheEndIsInTheLogIsTold(t *testing.T) {
	c := only(t, "GET call to glance-api for http://g:9292/v2/images/1 used request id req-1\n")
	if c.RequestID != "req-1" || c.Service != "glance" || c.Target != "/v2/images/1" || c.Status != 0 {
		t.Errorf("%+v", c)
	}
}

func TestWhatBeginsLikeACallAndCannotBeReadIsCounted(t *testing.T) {
	l := read(t, "REQ: curl -g -i -X GET nothing\nRESP: [two hundred\nREQ: curl -X 'un\nanything else\n")
	if l.Unread != 3 || l.Lines != 4 || len(l.Calls) != 0 || l.Kind != Nobody {
		t.Errorf("%+v", l)
	}
}

func TestAnAddressWithoutAPortHasItsSchemesOwn(t *testing.T) {
	for url, want := range map[string]string{
		"https://h/x": "h:443 /x", "http://h": "h:80 /", "http://[::1]:9292/v2?a=b#c": "[::1]:9292 /v2?a=b", "http://[::1]/": "[::1]:80 /",
		"http://user:pass@h:1/": "h:1 /", "http://h?x=1": "h:80 /?x=1", "ftp://h/": " ", "http:///x": " ", "": " ",
	} {
		if _, endpoint, target, _ := cutURL(url); endpoint+" "+target != want {
			t.Errorf("%s: %s %s, want %s", url, endpoint, target, want)
		}
	}
}

func TestAZoneInATimeIsTakenOff(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-23 17:06:52.521 x":      "2026-11-23 17:06:52.521",
		"2026-11-23 17:06:52,521 x":      "2026-11-23 17:06:52.521",
		"2026-11-23T17:06:52.521Z x":     "2026-11-23 17:06:52.521",
		"[2026-11-23 17:06:52.521] x":    "2026-11-23 17:06:52.521",
		"2026-11-23T18:06:52.5+01:00 x":  "2026-11-23 17:06:52.500",
		"2026-11-23 12:06:52.521-0500 x": "2026-11-23 17:06:52.521",
	} {
		if got, rest, ok := cutTime(text); !ok || got != at(want) || rest != "x" {
			t.Errorf("%s: %v, rest %q, %v", text, got, rest, ok)
		}
	}
	for _, text := range []string{"2026-13-23 17:06:52 x", "2026-11-23 17:06:52.521x", "2026-11-2317:06:52.5 x", "0000-11-23 17:06:52 x", ""} {
		if got, _, ok := cutTime(text); ok {
			t.Errorf("%q is no time, got %v", text, got)
		}
	}
}

func TestAGzippedLogIsRead(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(patch))
	z.Close()
	l, err := Read("x.log.gz", &b, DefaultOptions())
	if err != nil || len(l.Calls) != 1 {
		t.Fatalf("%v, %+v", err, l)
	}
}

func TestACutGzipKeepsWhatCameBefore(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(strings.Repeat(patch, 100)))
	z.Close()
	l, err := Read("x.log.gz", bytes.NewReader(b.Bytes()[:b.Len()/2]), DefaultOptions())
	var e *ReadError
	if !errors.As(err, &e) || e.Path != "x.log.gz" || e.Line < 2 || len(l.Calls) == 0 {
		t.Fatalf("%v with %d calls", err, len(l.Calls))
	}
}

func TestACaptureIsNoLog(t *testing.T) {
	for _, head := range []string{"\xd4\xc3\xb2\xa1", "\x0a\x0d\x0d\x0a"} {
		if _, err := Read("x", strings.NewReader(head+"xxxx"), DefaultOptions()); !errors.Is(err, ErrCapture) {
			t.Errorf("%q: %v", head, err)
		}
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	o := Options{Calls: 2, Line: 4096, Body: 30, Bodies: 50}
	l, err := Read("x", strings.NewReader(strings.Repeat(patch, 5)), o)
	if err != nil || len(l.Calls) != 2 || l.Left != 3 {
		t.Errorf("%d calls, %d left, %v", len(l.Calls), l.Left, err)
	}
	if l.Texts == 0 || l.Calls[0].Request != nil {
		t.Errorf("%d bodies were not kept, the first is %v", l.Texts, l.Calls[0].Request)
	}
	long := "REQ: curl -g -i -X GET http://g:9292/" + strings.Repeat("x", 1<<20) + "\n"
	if l, err := Read("x", strings.NewReader(long+patch), o); err != nil || len(l.Calls) != 2 || len(l.Calls[0].Target) > 4096 || l.Lines != 6 {
		t.Errorf("a long line: %v", err)
	}
}

// recorded gives a log of the founding example done again.
func recorded(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "captures", "article-again", name))
	if err != nil {
		t.Skipf("the recorded logs are not here: %v", err)
	}
	return string(b)
}

func TestRecordedLogsTellTheirCalls(t *testing.T) {
	for _, want := range []struct {
		file       string
		kind       Kind
		calls, ids int
	}{{"debug.log", Client, 15, 9}, {"debug-console.log", Client, 15, 9}, {"glance-console.log", Client, 19, 16}, {"glance-api.log", Service, 28, 22}} {
		l := read(t, recorded(t, want.file))
		ids := 0
		for _, c := range l.Calls {
			if c.RequestID != "" {
				ids++
			}
			if c.Status == 0 {
				t.Errorf("%s: line %d has no status", want.file, c.Line)
			}
		}
		if l.Kind != want.kind || len(l.Calls) != want.calls || ids != want.ids || l.Unread != 0 {
			t.Errorf("%s: %v, %d calls, %d ids, %d unread", want.file, l.Kind, len(l.Calls), ids, l.Unread)
		}
	}
}

func TestTheTerminalsAndTheFilesFormTellTheSameCalls(t *testing.T) {
	a, b := read(t, recorded(t, "debug.log")), read(t, recorded(t, "debug-console.log"))
	for i := range a.Calls {
		x, y := a.Calls[i], b.Calls[i]
		y.Line, y.Process, y.Start, y.End = x.Line, x.Process, x.Start, x.End
		if !reflect.DeepEqual(x, y) {
			t.Errorf("line %d: %+v, on the terminal %+v", x.Line, x, y)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(patch)
	f.Add(console(patch, "DEBUG:keystoneauth.session:"))
	f.Add("curl -g -i -X GET http://g:9292/x\nHTTP/1.1 200 OK\nDate: x\n\n{}\n")
	f.Add("2026-11-23 17:06:51.319 1 INFO eventlet.wsgi.server [-] a - - [23/Nov/2026 17:06:51] \"GET / HTTP/1.1\" 300 1 0.1\n")
	f.Add("$ openstack\nMaking authentication request to https://k/v3/auth/tokens\nhttps://k:443 \"POST /v3/auth/tokens HTTP/1.1\" 201 4\n{\"token\": {}}\n")
	for _, name := range []string{"debug.log", "glance-console.log", "glance-api.log"} {
		if b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "captures", "article-again", name)); err == nil {
			f.Add(string(b[:min(len(b), 4<<10)]))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		o := Options{Calls: 50, Line: 1000, Body: 200, Bodies: 2000}
		whole, err := Read("x", strings.NewReader(text), o)
		split, err2 := Read("x", iotest.OneByteReader(strings.NewReader(text)), o)
		if (err == nil) != (err2 == nil) || !reflect.DeepEqual(whole, split) {
			t.Fatalf("read byte by byte it is another log: %+v, %+v", whole, split)
		}
		if len(whole.Calls) > o.Calls || whole.Unread > whole.Lines {
			t.Fatalf("%d calls, %d of %d lines unread", len(whole.Calls), whole.Unread, whole.Lines)
		}
		line := 0
		for _, c := range whole.Calls {
			if c.Line < line || int64(c.Line) > whole.Lines || c.Method == "" || !strings.HasPrefix(c.Target, "/") && c.By == Client || c.Status != 0 && (c.Status < 100 || c.Status > 999) {
				t.Fatalf("no call: %+v", c)
			}
			line = c.Line
		}
	})
}
