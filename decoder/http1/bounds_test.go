package http1

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

func TestAnImageIsSkippedWithoutAllocating(t *testing.T) {
	w := newWire(t)
	h := w.h
	at := stream.At{Frame: 1}
	h.Data(client, []byte("PUT /f HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/octet-stream\r\n\r\n"), at)
	header, data := []byte("\r\n10000\r\n"), make([]byte, 1000)
	first := true
	n := testing.AllocsPerRun(100, func() {
		if first {
			h.Data(client, header[2:], at)
			first = false
		} else {
			h.Data(client, header, at)
		}
		a := h.Data(client, data, at)
		if a.Skip != 65536-1000 || a.SkipAs != stream.Skipped || a.Of != 1000 {
			t.Fatalf("the rest of the chunk is not skipped: %+v", a)
		}
		h.Skipped(client, stream.Run{Bytes: a.Skip, First: at, Last: at}, at)
	})
	if n > 0 {
		t.Errorf("%v allocations a chunk", n)
	}
}

func TestAHeadBeyondItsBoundIsToldInPartAndFramesItsBody(t *testing.T) {
	b := bounds.Default()
	b.HTTPHead, b.HTTPLines = 2000, 20
	w := newWireWith(t, b, false)
	w.say(client, "POST /a HTTP/1.1\r\n"+strings.Repeat("X-Filler: yyyyyyyyyyyyyyyyyyyy\r\n", 200)+"Content-Length: 2\r\n\r\nhi")
	w.say(server, "HTTP/1.1 204 ok\r\n\r\n").say(client, get).say(server, ok)
	w.want(`POST /a(2/2 "hi") → 204 limit`, `GET /a → 200(2/2 "{}")`)
	if got := len(w.recs[0].Request.Headers); got != 20 {
		t.Errorf("%d headers are kept, want 20", got)
	}
	count := map[string]int64{}
	w.hits.Each(func(name string, n int64) { count[name] = n })
	if count[hitHead] != 1 || count[hitLines] != 1 {
		t.Errorf("the bounds were not counted: %v", count)
	}
}

func TestAStartLineWithoutEndIsBounded(t *testing.T) {
	w := newWire(t)
	for range 1000 {
		w.say(client, "GET /"+strings.Repeat("x", 1400))
	}
	w.end(stream.Open)
	if len(w.recs) != 1 || !w.recs[0].Marks.Has(record.MarkLimit) || len(w.recs[0].Request.Target) > maxSeekLine {
		t.Errorf("%.300s", w.told())
	}
	if held := cap(w.h.sides[client].pend); held > 512<<10 {
		t.Errorf("%d bytes are held", held)
	}
}

func TestTextIsKeptUpToItsBoundAndTheRestSkipped(t *testing.T) {
	for _, c := range []struct {
		bodies bool
		want   int
	}{{false, 64 << 10}, {true, 1 << 20}} {
		w := newWireWith(t, bounds.Default(), c.bodies)
		w.say(client, fmt.Sprintf("POST / HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", 2<<20))
		for range 2 << 10 {
			w.say(client, strings.Repeat("ü", 512))
		}
		w.say(server, "HTTP/1.1 204 ok\r\n\r\n")
		r := w.recs[0]
		if got := len(*r.Request.Body.Text); got != c.want || !r.Marks.Has(record.MarkTruncatedText) || r.Request.Body.Captured != 2<<20 {
			t.Errorf("bodies %v: %d bytes of text, %v", c.bodies, got, r.Marks)
		}
		if got := w.books[client][stream.Skipped]; got != int64(2<<20-c.want) {
			t.Errorf("%d bytes were skipped", got)
		}
	}
}

func TestRequestsThatNobodyAnswersAreLetGo(t *testing.T) {
	b := bounds.Default()
	b.PipelinedPerConn = 10
	w := newWireWith(t, b, false)
	w.say(server, "HTTP/1.1 100 Continue\r\n\r\n")
	for range 25 {
		w.say(client, get)
	}
	if len(w.recs) != 15 || !w.recs[0].Marks.Has(record.MarkLimit) || !w.recs[0].Marks.Has(record.MarkIncomplete) {
		t.Errorf("%d records: %.300s", len(w.recs), w.told())
	}
	w.end(stream.Fin)
	if len(w.recs) != 25 {
		t.Errorf("%d records in the end, want 25", len(w.recs))
	}
}

func TestAThousandPipelinedRequestsArePairedInOrder(t *testing.T) {
	w := newWire(t)
	for i := range 1000 {
		w.say(client, fmt.Sprintf("GET /%d HTTP/1.1\r\n\r\n", i))
	}
	for i := range 1000 {
		w.say(server, fmt.Sprintf("HTTP/1.1 200 %d\r\nContent-Length: 0\r\n\r\n", i))
	}
	if len(w.recs) != 1000 {
		t.Fatalf("%d records", len(w.recs))
	}
	for i, r := range w.recs {
		if r.Request.Target != "/"+r.Response.Reason || len(r.Marks) > 0 {
			t.Fatalf("exchange %d: %s %s %v", i, r.Request.Target, r.Response.Reason, r.Marks)
		}
	}
}

func TestImageBytesWithoutATypeAreNotKept(t *testing.T) {
	w := newWire(t)
	w.say(client, "PUT /v1/AUTH_x/glance/1 HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc\x00def")
	if w.skip[client] != 993 {
		t.Errorf("the rest of a binary body is not skipped: %d", w.skip[client])
	}
}

// TestSegmentsOfOneByteCostAlike looks for a head in streams that pretend to be
// about to begin one, byte by byte: to look again at all that waits, for each
// byte, would cost fifty times what any other bytes do.
func TestSegmentsOfOneByteCostAlike(t *testing.T) {
	long := strings.Repeat("x", maxSeekLine)
	const chunked = "Transfer-Encoding: chunked\r\n\r\n100\r\nx"
	cost := func(dir stream.Dir, before, unit string) time.Duration {
		w := newWire(t)
		w.info.Midstream = [2]bool{before == "", before == ""}
		if before != "" {
			w.say(client, get).say(dir, before).gap(dir, 1000, stream.Lost)
		}
		text := []byte(strings.Repeat(unit, segmentsOfOne/len(unit)+1))
		begin := time.Now()
		for i := range segmentsOfOne {
			w.frame++
			w.give(dir, text[i:i+1])
		}
		return time.Since(begin)
	}
	plain := min(cost(client, "", "\x01"), cost(client, "", "\x01"), cost(client, "", "\x01"))
	for _, before := range []struct {
		dir  stream.Dir
		text string
	}{
		{client, ""}, {client, "POST / HTTP/1.1\r\n" + chunked}, {client, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n"},
		{server, ""}, {server, "HTTP/1.1 200 OK\r\n" + chunked},
	} {
		for _, unit := range []string{
			"GET " + long, "GET /" + long[20:] + " HTTP/1.1\r\nno field\r\n", "GET /" + long[20:] + " HTTP/1.", "GET ",
			"HTTP/1.", "HTTP/1.1 200 " + long, "\r\n1", "0", "\r\n",
		} {
			took := cost(before.dir, before.text, unit)
			for i := 0; i < 5 && took > 12*plain; i++ { // the machine may be busy with something else
				took = min(took, cost(before.dir, before.text, unit))
			}
			if took > 12*plain {
				t.Errorf("behind %.20q, %d segments of %.20q take %v, others %v", before.text, segmentsOfOne, unit, took, plain)
			}
		}
	}
}

// segmentsOfOne is long enough for a target at its bound, several times.
const segmentsOfOne = 5 * maxSeekLine
