package http1

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/stream"
)

// Each case is a conversation: lines of the client begin with >, of the
// server with <, "> -12" is a hole of 12 bytes, "> ~12" a cut of them.
var conversations = []struct{ name, talk, want string }{
	{"a bare LF ends a line", "> GET / HTTP/1.1\nHost: x\n\n\n< HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", `GET / → 200(2/2 "hi")`},
	{"mixed line ends", "> GET / HTTP/1.1\r\nHost: x\n\r\n\n< HTTP/1.1 204 No\n\r\n", `GET / → 204`},
	{"a folded header is one value", "> GET / HTTP/1.1\r\nX: a\r\n b\r\n\tc\r\n\r\n\n< HTTP/1.1 204 No\r\n\r\n", `GET / → 204 anomaly:folded_header`},
	{"the first header begins with a blank", "> GET / HTTP/1.1\r\n Host: x\r\n\r\n\n< HTTP/1.1 204 No\r\n\r\n", `GET / → 204 anomaly:blank_before_header`},
	{"a reason may be missing", "> GET / HTTP/1.1\r\n\r\n\n< HTTP/1.1 204\r\n\r\n", `GET / → 204`},
	{"a version in small letters", "> GET / http/1.1\r\n\r\n\n< http/1.1 204 ok\r\n\r\n", `GET / → 204 anomaly:version`},
	{"absolute and asterisk targets", "> GET http://h/x HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n\n> OPTIONS * HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "GET http://h/x → 204\nOPTIONS * → 204"},
	{"several 1xx", "> GET / HTTP/1.1\r\n\r\n\n< HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "GET / → 204"},
	{"a body that ends with the connection", "> GET / HTTP/1.0\r\n\r\n\n< HTTP/1.0 200 OK\r\n\r\nuntil close", `GET / → 200(11/11 "until close")`},
	{"HTTP/1.0 kept alive", "> GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n\n< HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na\n> GET /2 HTTP/1.0\r\n\r\n\n< HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nb", "GET /1 → 200(1/1 \"a\")\nGET /2 → 200(1/1 \"b\")"},
	{"chunks with extensions and trailers", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n5;a=b\r\nhello\r\n006 ; x\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", `PUT /i(11/11 "hello world") → 204`},
	{"bare LF in chunks", "> PUT /i HTTP/1.1\nTransfer-Encoding: chunked\n\n5\nHELLO\n0\n\n\n< HTTP/1.1 204 ok\r\n\r\n", `PUT /i(5/5 "HELLO") → 204`},
	{"a chunk without line end", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHELLO0\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", `PUT /i(5/5 "HELLO") → 204 anomaly:chunk_without_line_end`},
	{"an empty line left out behind the last chunk", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nGET /j HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\nHTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n", "PUT /i(0/0) → 204 anomaly:last_chunk_without_end\nGET /j → 404"},
	{"length and chunks", "> POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nDELETE /v2/x HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "POST /(0/0) → 204 anomaly:length_and_transfer_encoding\nDELETE /v2/x → 204"},
	{"two equal lengths", "> POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2, 2\r\n\r\nhi\n< HTTP/1.1 204 ok\r\n\r\n", `POST /(2/2 "hi") → 204`},
	{"two lengths that differ", "> POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi\n> GET /n HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 400 no\r\nContent-Length: 0\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "POST / → 400 anomaly:conflicting_lengths\nGET /n → 204 resync"},
	{"a coding beside a length", "> POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\nhi\n< HTTP/1.1 204 ok\r\n\r\n", `POST /(2/2) → 204 anomaly:length_and_transfer_encoding anomaly:transfer_encoding`},
	{"a blank before the colon", "> POST / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", `POST /(2/2 "hi") → 204 anomaly:blank_before_colon`},
	{"HEAD has no body", "> HEAD / HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 OK\r\nContent-Length: 8106848\r\n\r\n\n> GET / HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HEAD / → 200\nGET / → 200(2/2 \"{}\")"},
	{"204 and 304 have none", "> GET / HTTP/1.1\r\n\r\n\n< HTTP/1.1 304 x\r\nContent-Length: 500\r\n\r\n\n> GET / HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 x\r\nContent-Length: 500\r\n\r\n", "GET / → 304\nGET / → 204"},
	{"a last chunk behind a 204", "> HEAD /c HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\n> GET / HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HEAD /c → 204\nGET / → 200(2/2 \"{}\")"},
	{"a final status instead of 100, the body never sent", "> PUT /i HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n\n< HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n\n> GET /n HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i → 413\nGET /n → 204"},
	{"a final status instead of 100, the body sent all the same", "> PUT /i HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n\n< HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n\n> GETTING ON\n> GET /n HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i(10/10 \"GETTING ON\") → 413\nGET /n → 204"},
	{"100 and then the body", "> PUT /i HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n\n< HTTP/1.1 100 Continue\r\n\r\n\n> body\n< HTTP/1.1 204 ok\r\n\r\n", `PUT /i(4/4 "body") → 204`},
	{"a websocket is opaque", "> GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\n< HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\n> GET /no HTTP/1.1\r\n\r\n", "GET /ws → 101"},
	{"a tunnel is opaque", "> CONNECT h:1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\n> GET /no HTTP/1.1\r\n\r\n", "CONNECT h:1 → 200"},
	{"a tunnel that is refused", "> CONNECT h:1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 403 no\r\nContent-Length: 2\r\n\r\nno\n> GET / HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "CONNECT h:1 → 403(2/2 \"no\")\nGET / → 204"},
	{"HTTP/2 is named", "> PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\n< \x00\x00\x06\x04", "PRI * → - anomaly:http2 incomplete"},
	{"HTTP/0.9 is named", "> GET /v2/images\r\n\n< <html>no header</html>", `GET /v2/images → 0(22/22 "<html>no header</html>") anomaly:http_0.9`},
	{"pipelined", "> GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\nHTTP/1.1 205 b\r\nContent-Length: 0\r\n\r\n\n< HTTP/1.1 206 c\r\nContent-Length: 0\r\n\r\n", "GET /1 → 204\nGET /2 → 205\nGET /3 → 206"},
	{"more responses than requests", "> GET /1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 a\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 b\r\nContent-Length: 2\r\n\r\nhi\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 c\r\n\r\n", "GET /1 → 200\nGET /2 → 204\n- → 200(2/2 \"hi\") incomplete anomaly:response_without_request"},
	{"a request without response", "> GET /1 HTTP/1.1\r\n\r\n", "GET /1 → - incomplete"},
	{"a status that is no status", "> GET /1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 20 x\r\nContent-Length: 0\r\n\r\n\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 99999999999 x\r\nContent-Length: 0\r\n\r\n", "GET /1 → 20 anomaly:status\nGET /2 → 0 anomaly:status"},
	{"lines that end in CR alone", "> GET /v2/images HTTP/1.1\rHost: x\r\r\n< HTTP/1.1 204 ok\r\n\r\n", "GET /v2/images → 204 anomaly:bare_cr"},
	{"a malformed request line behind a known method", "> OPTIONS HTTP/1.1\nHost: x\n\n\n< HTTP/1.1 400 no\r\nContent-Length: 0\r\n\r\n\n> GET / HTTP/1.\nHost: x\n\n\n< HTTP/1.1 204 ok\r\n\r\n", "OPTIONS HTTP/1.1 → 400 anomaly:request_line\nGET / HTTP/1. → 204 anomaly:request_line"},
	{"words that begin with a known method", "> GET me out of here\nof this\n\n\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "GET /2 → 204 resync"},
	{"a request line that never ends", "> GET /v2/images/abc", "GET /v2/images/abc → - incomplete"},
	{"SMTP is not HTTP", "< 220 mail ESMTP\r\n\n> EHLO x\r\n\n< 250 ok\r\n", ""},
	{"a hole in a body is bridged", "> GET /1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 a\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\nab\n< -5\n< xyz\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 c\r\n\r\n", "GET /1 → 200(5/10 \"ab\") gap\nGET /2 → 204"},
	{"a hole in a head", "> GET /1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 a\r\nContent-Length: 10\r\nCont\n< -50\n< xyz\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 c\r\nA: b\r\n\r\n", "GET /1 → 200 gap\nGET /2 → 204 resync"},
	{"a whole response is lost", "> GET /1 HTTP/1.1\r\n\r\n\n< -100\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 c\r\n\r\n", "GET /1 → - gap incomplete\nGET /2 → 204 resync"},
	{"a whole request is lost", "> GET /1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 200 c\r\nContent-Length: 0\r\n\r\n\n> -30\n< HTTP/1.1 201 c\r\nContent-Length: 0\r\n\r\n\n> GET /3 HTTP/1.1\r\n\r\n\n< HTTP/1.1 203 c\r\nContent-Length: 0\r\n\r\n", "GET /1 → 200\nGET /3 → 203 resync\n- → 201 incomplete"},
	{"responses to HEAD whose requests are lost", "> -30\n< HTTP/1.1 200 c\r\nContent-Length: 1000\r\n\r\n\n> GET /3 HTTP/1.1\r\n\r\n\n< HTTP/1.1 203 c\r\nContent-Length: 0\r\n\r\n", "GET /3 → 203 resync\n- → 200 incomplete"},
	{"heads that the snap length cuts", "> GET /1 HTTP/1.1\r\nHost: x\r\nX-Auth-\n> ~200\n< HTTP/1.1 200 a\r\nContent-Len\n< ~300\n> POST /2 HTTP/1.1\r\nHost: x\r\nAcc\n> ~100\n> {\"name\": \"x\"}\n< HTTP/1.1 201 b\r\nContent-\n< ~30\n< {\"id\": 1, \n< ~100\n> HEAD /3 HTTP/1.1\r\nA\n> ~20\n< HTTP/1.1 200 c\r\nB\n< ~20\n", "GET /1 → 200 cut\nPOST /2(13/? \"{\\\"name\\\": \\\"x\\\"}\") → 201(10/? \"{\\\"id\\\": 1, \") cut\nHEAD /3 → 200 cut"},
	{"an upload whose head is cut ends where the next request begins", "> PUT /f HTTP/1.1\r\nHost: x\r\nTransfer\n> ~100\n> \x00\x01\x02\n> ~1000\n> \x00\x01\x02\n> ~1000\n< HTTP/1.1 204 a\r\n\r\n\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 b\r\n\r\n", "PUT /f(6/?) → 204 cut\nGET /2 → 204"},
	{"chunks are found again behind a hole", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/octet-stream\r\n\r\n20\r\n01234567\n> -40\n> xx\r\n10\r\n0123456789abcdef\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 c\r\n\r\n\n< HTTP/1.1 205 c\r\nContent-Length: 0\r\n\r\n", "PUT /i(24/?) → 204 gap\nGET /2 → 205"},
	{"the end of a chunked body is lost", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/octet-stream\r\n\r\n20\r\n01234567\n> -40\n< HTTP/1.1 204 c\r\n\r\n\n> GET /2 HTTP/1.1\r\n\r\n\n< HTTP/1.1 205 c\r\nContent-Length: 0\r\n\r\n", "PUT /i(8/?) → 204 gap\nGET /2 → 205 resync"},
}

// play runs a conversation, n bytes a call.
func play(t testing.TB, talk string, n int) *wire {
	w := newWire(t)
	w.split = n
	parts := strings.Split("\n"+talk, "\n")
	var dir stream.Dir
	var text string
	say := func() {
		var hole int64
		if _, err := fmt.Sscanf(text, "-%d", &hole); err == nil && text[0] == '-' {
			w.gap(dir, hole, stream.Lost)
		} else if _, err := fmt.Sscanf(text, "~%d", &hole); err == nil && text[0] == '~' {
			w.gap(dir, hole, stream.SnapCut)
		} else if text != "" {
			w.say(dir, text)
		}
	}
	for _, p := range parts[1:] {
		switch {
		case strings.HasPrefix(p, "> "), strings.HasPrefix(p, "< "):
			say()
			dir, text = client, p[2:]
			if p[0] == '<' {
				dir = server
			}
		default:
			text += "\n" + p
		}
	}
	say()
	return w.end(stream.Fin)
}

func TestEveryConversationIsTold(t *testing.T) {
	for _, c := range slices.Concat(conversations, practice) {
		t.Run(c.name, func(t *testing.T) {
			w := play(t, c.talk, 0)
			w.want(c.want)
		})
	}
}

func TestSplittingTheInputAnywhereChangesNothing(t *testing.T) {
	for _, c := range slices.Concat(conversations, practice) {
		whole := play(t, c.talk, 0).dump()
		for _, n := range []int{1, 2, 3, 5, 7, 16, 33} {
			if got := play(t, c.talk, n).dump(); got != whole {
				t.Errorf("%s, %d bytes a call: got\n%s\nwant\n%s", c.name, n, got, whole)
			}
		}
	}
}
