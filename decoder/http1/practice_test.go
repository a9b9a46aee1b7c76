package http1

import (
	"testing"

	"glancecap/decoder/stream"
)

// practice is what clients, servers and proxies of this trade do beyond the
// RFCs' examples, in the notation of conversations.
var practice = []struct{ name, talk, want string }{
	{"curl is refused its 100 and sends the body without asking", "> PUT /i HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n\n< HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n\n> PUT /i HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i → 417\nPUT /i(4/4 \"body\") → 204"},
	{"curl waits a second for its 100 and then sends", "> PUT /i HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n\n> body\n< HTTP/1.1 100 Continue\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i(4/4 \"body\") → 204"},
	{"a chunked body that asked for a 100 and was refused", "> PUT /i HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n\n< HTTP/1.1 401 no\r\nContent-Length: 0\r\n\r\n\n> GET /n HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i → 401\nGET /n → 204"},
	{"a chunked body that was refused and sent all the same", "> PUT /i HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n\n< HTTP/1.1 401 no\r\nContent-Length: 0\r\n\r\n\n> 4\r\nbody\r\n0\r\n\r\nGET /n HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i(4/4 \"body\") → 401\nGET /n → 204"},
	{"an upload is refused in its middle and broken off", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/octet-stream\r\n\r\n100\r\n0123456789\n< HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "PUT /i(10/?) → 413 incomplete"},
	{"a client that hangs up (nginx logs 499)", "> GET /slow HTTP/1.1\r\n\r\n", "GET /slow → - incomplete"},
	{"HAProxy's 408 on an idle connection", "> GET /1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n\n< HTTP/1.0 408 Request Time-out\r\nContent-Length: 2\r\n\r\nno", "GET /1 → 204\n- → 408(2/2 \"no\") incomplete anomaly:response_without_request"},
	{"102, 103 and 100 before the answer", "> POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\n< HTTP/1.1 102 Processing\r\n\r\n\n< HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\n< HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", "POST /(2/2 \"{}\") → 201"},
	{"Keystone's choice of versions", "> GET / HTTP/1.1\r\nHost: k:5000\r\n\r\n\n< HTTP/1.1 300 MULTIPLE CHOICES\r\nContent-Type: application/json\r\nContent-Length: 16\r\nLocation: http://k:5000/v3/\r\nVary: X-Auth-Token\r\n\r\n{\"versions\": []}", "GET / → 300(16/16 \"{\\\"versions\\\": []}\")"},
	{"a chunk's size with zeros before and blanks behind it", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n00000000000000000005\r\nhello\r\n6   \r\n world\r\n0000\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i(11/11 \"hello world\") → 204"},
	{"a blank before a chunk's size is no size", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n 5\r\nhello\r\n0\r\n\r\nGET /n HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 400 no\r\nContent-Length: 0\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i(0/?) → 400 anomaly:chunk_size incomplete\nGET /n → 204 resync"},
	{"an extension in quotes with a line end's look", "> PUT /i HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n5;a=\"b; \\\"c\\\"\"\r\nhello\r\n0;last\r\nX-Sum: 1\r\n\r\n\n< HTTP/1.1 204 ok\r\n\r\n", "PUT /i(5/5 \"hello\") → 204"},
	{"garbage between two pipelined requests", "> GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\x00\x01 garbage\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\nHTTP/1.1 205 b\r\nContent-Length: 0\r\n\r\n", "GET /1 → 204\nGET /2 → 205 resync"},
	{"a body longer than its length", "> POST /1 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}, and more\n> GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n\n< HTTP/1.1 205 b\r\nContent-Length: 0\r\n\r\n", "POST /1(2/2 \"{}\") → 204\nGET /2 → 205 resync"},
	{"an empty line behind a body", "> POST /1 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\r\n\n> GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n\n< HTTP/1.1 205 b\r\nContent-Length: 0\r\n\r\n", "POST /1(2/2 \"{}\") → 204\nGET /2 → 205"},
	{"a coding in capitals", "> POST /1 HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "POST /1(2/2 \"{}\") → 204"},
	{"chunked twice", "> POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "POST /1(2/2 \"{}\") → 204 anomaly:transfer_encoding"},
	{"chunked that is not the last coding", "> POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n\n< HTTP/1.1 400 a\r\nContent-Length: 0\r\n\r\n", "POST /1(2/2 \"{}\") → 400 anomaly:transfer_encoding"},
	{"a length on a folded line", "> POST /1 HTTP/1.1\r\nContent-Length:\r\n 4\r\nX: y\r\n\r\n{ }\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n\n< HTTP/1.1 204 b\r\n\r\n", "POST /1(4/4 \"{ }\\n\") → 204 anomaly:folded_header\nGET /2 → 204"},
	{"a coding on a folded line beside a length", "> POST /1 HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n\n< HTTP/1.1 204 b\r\n\r\n", "POST /1(0/0) → 204 anomaly:length_and_transfer_encoding anomaly:folded_header\nGET /2 → 204"},
	{"two blanks in a request line", "> GET  /a  HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /a → 204"},
	{"a blank within a target", "> GET /v2/images?name=my image HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /v2/images?name=my image → 204 anomaly:blank_in_target"},
	{"a header in Latin 1", "> GET /a HTTP/1.1\r\nX-Name: caf\xe9\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /a → 204 replaced_text"},
	{"the line that HAProxy's send-proxy puts first", "> PROXY TCP4 10.0.0.1 10.0.0.2 40000 9292\r\n\n> GET /a HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /a → 204 resync"},
	{"the bytes that send-proxy-v2 puts first", "> \r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x0a\x00\x00\x01\x0a\x00\x00\x02\x9c\x40\x24\x4c\n> GET /a HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /a → 204 resync"},
	{"a 304 that announces chunks", "> GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n\n> GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /1 → 304\nGET /2 → 204"},
	{"a 205 with its empty chunk", "> POST /1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n\n< HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\n> GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "POST /1 → 205(0/0)\nGET /2 → 204"},
	{"a length of 0 before chunks", "> GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 200 a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "GET /1 → 200(2/2 \"hi\") anomaly:length_and_transfer_encoding"},
	{"a status line with a status and no blank behind it", "> GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "GET /1 → 200(2/2 \"hi\")"},
	{"a request that two packets cut between CR and LF", "> GET /1 HTTP/1.1\r\n> \nHost: x\r\n> \n\r\n> \n\n< HTTP/1.1 204 a\r\n\r\n", "GET /1 → 204"},
	{"an answer before its request is complete", "> POST /1 HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"a\"\n< HTTP/1.1 400 no\r\nContent-Length: 0\r\n\r\n\n> : 123}GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "POST /1(10/10 \"{\\\"a\\\": 123}\") → 400\nGET /2 → 204"},
	{"an upload through a tunnel that is refused with a body and kept", "> CONNECT h:1 HTTP/1.1\r\n\r\n\n< HTTP/1.1 407 auth\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n\n> CONNECT h:1 HTTP/1.1\r\nProxy-Authorization: x\r\n\r\n\n< HTTP/1.1 200 Connection established\r\n\r\n\n> \x16\x03\x01", "CONNECT h:1 → 407(2/2 \"no\")\nCONNECT h:1 → 200"},
	{"TLS on a plain port", "> \x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\n< HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "- → 400 incomplete"},
	{"GET with a body", "> GET /1 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\nHTTP/1.1 205 b\r\nContent-Length: 0\r\n\r\n", "GET /1(2/2 \"{}\") → 204\nGET /2 → 205"},
	{"a response whose length is a list of equal ones", "> GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 200 a\r\nContent-Length: 2,2\r\n\r\nhi\n> GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /1 → 200(2/2 \"hi\")\nGET /2 → 204"},
	{"a length with a plus", "> GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 200 a\r\nContent-Length: +2\r\n\r\nhi\n> GET /2 HTTP/1.1\r\nHost: x\r\n\r\n\n< HTTP/1.1 204 a\r\n\r\n", "GET /1 → 200 anomaly:content_length\nGET /2 → 204 resync"},
}

func TestWhatIsNoMessageIsCountedAsUndecodable(t *testing.T) {
	for talk, want := range map[string]int64{
		"> GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\x00\x01 garbage\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n":        int64(len("\x00\x01 garbage\r\n")),
		"> POST /1 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}, and more\n> GET /2 HTTP/1.1\r\nHost: x\r\n\r\n": int64(len(", and more")),
		"> PROXY TCP4 10.0.0.1 10.0.0.2 40000 9292\r\n\n> GET /a HTTP/1.1\r\nHost: x\r\n\r\n":               int64(len("PROXY TCP4 10.0.0.1 10.0.0.2 40000 9292\r\n")),
		"> \x16\x03\x01\x00\x05\x01\x00\x00\x01\x00":                                                        10,
		"> GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n\n< HTTP/1.1 101 x\r\n\r\n\n> more that is no HTTP":        int64(len("more that is no HTTP")),
	} {
		for _, n := range []int{0, 1, 7} {
			if got := play(t, talk, n).books[client][stream.Undecodable]; got != want {
				t.Errorf("%q, %d bytes a call: %d bytes are undecodable, want %d", talk, n, got, want)
			}
		}
	}
}
