package http1

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// wire plays a conversation to a handler as the assembler does: it serves
// Skips and keeps the books.
type wire struct {
	t     testing.TB
	h     *Handler
	info  *stream.Info
	recs  []*record.HTTP
	hits  bounds.Hits
	frame int
	skip  [2]int64
	as    [2]stream.Class
	run   [2]stream.Run
	books [2]map[stream.Class]int64
	split int // bytes a call, 0 for all at once
}

const (
	client = stream.FromClient
	server = stream.FromServer
)

func newWire(t testing.TB) *wire { return newWireWith(t, bounds.Default(), false) }

func newWireWith(t testing.TB, b bounds.Bounds, bodies bool) *wire {
	w := &wire{t: t, info: &stream.Info{Number: 7, Client: "10.0.0.1:1000", Server: "10.0.0.2:9292", Handshake: true}}
	w.books = [2]map[stream.Class]int64{{}, {}}
	w.h = New(w.info, record.Common{Stream: 7}, Options{Bounds: b, Hits: &w.hits, Bodies: bodies}, func(r *record.HTTP) { w.recs = append(w.recs, r) })
	return w
}

// say sends text as one packet.
func (w *wire) say(dir stream.Dir, text string) *wire {
	w.frame++
	b := []byte(text)
	for len(b) > 0 {
		n := len(b)
		if w.split > 0 {
			n = min(n, w.split)
		}
		piece := append([]byte(nil), b[:n]...)
		w.give(dir, piece)
		for i := range piece {
			piece[i] = 0xee // a handler keeps no slice it is given
		}
		b = b[n:]
	}
	return w
}

func (w *wire) at() stream.At {
	return stream.At{Frame: w.frame, Time: record.Time(w.frame) * 1e6}
}

func (w *wire) give(dir stream.Dir, b []byte) {
	at := w.at()
	if n := min(w.skip[dir], int64(len(b))); n > 0 {
		w.skipped(dir, n, 0)
		b = b[n:]
	}
	if len(b) > 0 {
		w.books[dir][stream.Decoded] += int64(len(b))
		w.take(dir, w.h.Data(dir, b, at))
	}
}

// skipped counts n bytes of a Skip, missing ones among them.
func (w *wire) skipped(dir stream.Dir, n, missing int64) {
	r := &w.run[dir]
	if n > missing {
		if r.Bytes == 0 {
			r.First = w.at()
		}
		r.Last = w.at()
	}
	r.Bytes += n - missing
	r.Missing += missing
	w.books[dir][w.as[dir]] += n - missing
	if w.skip[dir] != stream.SkipRest {
		w.skip[dir] -= n
	}
	if w.skip[dir] == 0 {
		w.endSkip(dir)
	}
}

func (w *wire) endSkip(dir stream.Dir) {
	run := w.run[dir]
	w.run[dir], w.skip[dir] = stream.Run{}, 0
	w.take(dir, w.h.Skipped(dir, run, w.at()))
}

func (w *wire) take(dir stream.Dir, a stream.Answer) {
	w.books[dir][stream.Decoded] -= a.Of
	w.books[dir][a.As] += a.Of
	if w.books[dir][stream.Decoded] < 0 {
		w.t.Fatalf("more bytes were taken back than were given: %v", w.books[dir])
	}
	w.skip[dir], w.as[dir] = a.Skip, a.SkipAs
}

// gap loses n bytes.
func (w *wire) gap(dir stream.Dir, n int64, why stream.Why) *wire {
	w.frame++
	if k := min(w.skip[dir], n); k > 0 {
		w.skipped(dir, k, k)
		n -= k
	}
	if n > 0 {
		w.take(dir, w.h.Gap(dir, n, why, w.at()))
	}
	return w
}

// end closes both directions.
func (w *wire) end(how stream.How) *wire {
	for _, dir := range []stream.Dir{client, server} {
		if w.skip[dir] > 0 {
			w.endSkip(dir)
		}
		w.h.End(dir, how, w.at())
	}
	for _, dir := range []stream.Dir{client, server} {
		for a := w.h.Settle(dir); a.Of > 0; a = w.h.Settle(dir) {
			w.take(dir, stream.Answer{Of: a.Of, As: a.As})
		}
	}
	return w
}

// told gives the records as short lines: target, status and marks.
func (w *wire) told() string {
	var lines []string
	for _, r := range w.recs {
		asked, answer := "-", "-"
		if r.Request != nil {
			asked = r.Request.Method + " " + r.Request.Target + size(r.Request.Body)
		}
		if r.Response != nil {
			answer = fmt.Sprint(r.Response.Status) + size(r.Response.Body)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s → %s %s", asked, answer, strings.Join(r.Marks, " "))))
	}
	return strings.Join(lines, "\n")
}

func size(b *record.Body) string {
	if b == nil {
		return ""
	}
	of := "?"
	if b.Length != record.NoCount {
		of = fmt.Sprint(uint64(b.Length))
	}
	text := ""
	if b.Text != nil {
		text = fmt.Sprintf(" %.40q", *b.Text)
	}
	return fmt.Sprintf("(%d/%s%s)", b.Captured, of, text)
}

// want compares what is told.
func (w *wire) want(lines ...string) {
	w.t.Helper()
	if got, want := w.told(), strings.Join(lines, "\n"); got != want {
		w.t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// dump gives the records as JSON, to compare them whole.
func (w *wire) dump() string {
	b, err := json.MarshalIndent(w.recs, "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// lines gives the records as JSON, one a line: dump without its blanks, which
// cost a fuzzer as much as the parser.
func (w *wire) lines() string {
	var out strings.Builder
	lines := json.NewEncoder(&out)
	for _, r := range w.recs {
		if err := lines.Encode(r); err != nil {
			w.t.Fatal(err)
		}
	}
	return out.String()
}

const (
	get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
	ok  = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
)
