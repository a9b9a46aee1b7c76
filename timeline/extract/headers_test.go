package extract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/fixtures/wire"
)

// decoded gives the exchanges of a capture as they must stay, and the balances.
func decoded(t *testing.T, path string, sift *Headers) ([]string, record.Accounting) {
	t.Helper()
	var list []string
	var books record.Accounting
	o := decoder.Options{Bounds: bounds.Default(), After: record.NoTime, Before: record.NoTime, Bodies: true, ForTimeline: true}
	if sift != nil {
		o.Sift = sift
	}
	err := decoder.Run(context.Background(), []string{path}, o, func(r record.Record) {
		switch r := r.(type) {
		case *record.HTTP:
			list = append(list, withoutFrames(t, r))
		case *record.Books:
			books = r.Accounting
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, books
}

// withoutFrames writes an exchange without what an extract changes: frames, and
// which of the bytes are there.
func withoutFrames(t *testing.T, h *record.HTTP) string {
	clean := func(s *record.Span, body *record.Body, waits []record.Wait) {
		s.FirstFrame, s.LastFrame = 0, 0
		for i := range waits {
			waits[i].FirstFrame, waits[i].LastFrame = 0, 0
		}
		if body != nil {
			body.Captured, body.LeftOut = body.Captured+body.LeftOut, 0
		}
	}
	if h.Request != nil {
		clean(&h.Request.Span, h.Request.Body, h.Request.Waits)
	}
	if h.Response != nil {
		clean(&h.Response.Span, h.Response.Body, h.Response.Waits)
	}
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// headersOnly writes a capture without image bytes.
func headersOnly(t *testing.T, pcap []byte) (whole, without string, h *Headers) {
	t.Helper()
	folder := t.TempDir()
	whole, without = filepath.Join(folder, "whole.pcap"), filepath.Join(folder, "without.pcapng")
	if err := os.WriteFile(whole, pcap, 0o600); err != nil {
		t.Fatal(err)
	}
	h = NewHeaders()
	decoded(t, whole, h)
	job := Job{From: Source{Paths: []string{whole}, Bounds: bounds.Default()}, Span: Span{record.NoTime, record.NoTime}, Steps: []Step{h}}
	var err error
	if job.Form, err = job.From.Form(context.Background(), "pcapng"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err = Copy(context.Background(), &job, &out); err == nil {
		err = os.WriteFile(without, out.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return whole, without, h
}

// talk makes a conversation of uploads and downloads with faults.
func talk(r *rand.Rand) string {
	var b strings.Builder
	fmt.Fprintf(&b, "client = 172.16.0.10:51234\nglance = 172.16.0.19:9292\nmss %d\nacks %s\n", []int{536, 1448, 9000}[r.IntN(3)], []string{"on", "off"}[r.IntN(2)])
	if r.IntN(8) > 0 {
		b.WriteString("client --> glance connect\n")
	}
	for n := range 1 + r.IntN(4) {
		size := r.IntN(120_000)
		body := fmt.Sprintf("Content-Length: @\n| \n| @bytes %d", size)
		if r.IntN(2) == 0 {
			body = fmt.Sprintf("Transfer-Encoding: chunked\n| \n| @chunked %d %d", 1+r.IntN(70_000), size)
		}
		const head = "\n| Content-Type: application/octet-stream\n| "
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "client --> glance %s PUT /v2/images/x%d/file HTTP/1.1%s%s\nclient <-- glance HTTP/1.1 204 No Content\n", faults(r, size), n, head, body)
		} else {
			fmt.Fprintf(&b, "client --> glance GET /v2/images/x%d/file HTTP/1.1\nclient <-- glance %s HTTP/1.1 200 OK%s%s\n", n, faults(r, size), head, body)
		}
	}
	if r.IntN(3) > 0 {
		b.WriteString("client --> glance close\n")
	}
	return b.String()
}

// faults are some of what happens to the segments of a message. Copies that
// contradict each other are not among them: image bytes that were left out can
// no longer be compared.
func faults(r *rand.Rand, size int) string {
	most := size/9000 + 1
	list := []string{fmt.Sprintf("over %dms", r.IntN(200))}
	for range r.IntN(4) {
		kind := []string{"drop", "double", "again", "late", "bad"}[r.IntN(5)]
		list = append(list, fmt.Sprintf("%s %d", kind, 1+r.IntN(most)))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func TestWhateverHappensToSegmentsTheExchangesStayTheSameWithoutImageBytes(t *testing.T) {
	var all, less int64
	for seed := range uint64(150) {
		text := talk(rand.New(rand.NewPCG(seed, 7)))
		c, err := wire.Play(text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		pcap, err := c.Pcap()
		if err != nil {
			t.Fatal(err)
		}
		whole, without, h := headersOnly(t, pcap)
		want, books := decoded(t, whole, nil)
		got, rest := decoded(t, without, nil)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: the extract tells\n%s\nthe whole\n%s\nof\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"), text)
		}
		a, b := &books.Bytes, &rest.Bytes
		if a.Span != b.Span || a.Missing != b.Missing || a.Cut != b.Cut || a.Unread != b.Unread || a.Decoded+a.Skipped != b.Decoded+b.Skipped+b.LeftOut {
			t.Errorf("seed %d: the bytes are %+v, of the whole %+v, in\n%s", seed, *b, *a, text)
		}
		if n := rest.Packets.Total + rest.Packets.LeftOut; n != books.Packets.Total {
			t.Errorf("seed %d: %d packets are there or left out, of %d", seed, n, books.Packets.Total)
		}
		all, less = all+int64(len(pcap)), less+h.LeftOutBytes()
		if t.Failed() {
			return
		}
	}
	if less < all/2 {
		t.Errorf("of %d bytes %d are left out", all, less)
	}
}

func TestRunsOfFramesAreWrittenShort(t *testing.T) {
	if got := runsOf([]int{5, 6, 7, 8, 11, 13, 14}); got != "5-8 11 13-14" {
		t.Errorf("got %q", got)
	}
}
