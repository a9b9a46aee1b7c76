package http1

import (
	"testing"

	"glancecap/decoder/stream"
)

func TestAnExchangeIsToldWithItsFramesAndTimes(t *testing.T) {
	w := newWire(t)
	w.say(client, "PUT /v2/images/1/file HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 10\r\n\r\n01234")
	w.say(client, "56789")
	w.say(server, "HTTP/1.1 204 No Content\r\nX-Openstack-Request-Id: req-1\r\n\r\n")
	w.want(`PUT /v2/images/1/file(10/10) → 204`)
	r := w.recs[0]
	if r.Request.FirstFrame != 1 || r.Request.LastFrame != 2 || r.Response.FirstFrame != 3 || r.Response.Reason != "No Content" {
		t.Errorf("frames or reason are wrong: %s", w.dump())
	}
	if r.Seconds != 2e6 || r.Wait != 1e6 {
		t.Errorf("seconds %v, wait %v", r.Seconds, r.Wait)
	}
	if got := w.books[client][stream.Skipped]; got != 10 {
		t.Errorf("%d bytes of the image were skipped, want 10", got)
	}
}

func TestExchangesOfAKeptConnectionAreToldInOrder(t *testing.T) {
	w := newWire(t)
	w.say(client, get).say(server, ok).say(client, "HEAD /b HTTP/1.1\r\n\r\n").say(server, "HTTP/1.1 200 OK\r\nContent-Length: 8106848\r\n\r\n")
	w.say(client, "POST /c HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}").say(server, "HTTP/1.1 304\r\nContent-Length: 500\r\n\r\n")
	w.say(client, get).say(server, ok).end(stream.Fin)
	w.want(`GET /a → 200(2/2 "{}")`, `HEAD /b → 200`, `POST /c(8/8 "{\"a\": 1}") → 304`, `GET /a → 200(2/2 "{}")`)
}
