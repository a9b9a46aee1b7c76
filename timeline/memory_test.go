package timeline

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
)

// uploadOne gives the records of the recorded upload.
func uploadOne(tb testing.TB) []record.Record {
	tb.Helper()
	const path = "../fixtures/upload-one/capture.pcap.zst"
	if _, err := os.Stat(path); err != nil {
		tb.Skip("the recorded upload is not here: ", err)
	}
	var list []record.Record
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, After: record.NoTime, Before: record.NoTime}
	if err := decoder.Run(context.Background(), []string{path}, o, func(r record.Record) { list = append(list, r) }); err != nil {
		tb.Fatal(err)
	}
	return list
}

// again copies a record as it would be of another image, later.
func again(r record.Record, n int) record.Record {
	const was = "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088"
	now := fmt.Sprintf("%08x%s", n, was[8:])
	shift := record.Time(n) * 10e9
	name := func(s string) string { return strings.ReplaceAll(s, was, now) }
	text := func(s *string) *string {
		if s == nil {
			return nil
		}
		t := name(*s)
		return &t
	}
	switch r := r.(type) {
	case *record.MySQL:
		m := *r
		m.Stream += n * 1000
		m.Text, m.Request, m.Response = text(m.Text), later(m.Request, shift), later(m.Response, shift)
		if r.Result != nil {
			result := *r.Result
			result.Values = nil
			for _, row := range r.Result.Values {
				var values []record.Value
				for _, v := range row {
					values = append(values, record.Value{Kind: v.Kind, Text: name(v.Text)})
				}
				result.Values = append(result.Values, values)
			}
			m.Result = &result
		}
		return &m
	case *record.HTTP:
		h := *r
		h.Stream += n * 1000
		if r.Request != nil {
			q := *r.Request
			q.Target, q.Span = name(q.Target), *later(&q.Span, shift)
			h.Request = &q
		}
		if r.Response != nil {
			q := *r.Response
			q.Span = *later(&q.Span, shift)
			if q.Body != nil {
				body := *q.Body
				body.Text = text(body.Text)
				q.Body = &body
			}
			h.Response = &q
		}
		return &h
	case *record.Login:
		l := *r
		l.Stream += n * 1000
		l.Request, l.Response = later(l.Request, shift), later(l.Response, shift)
		l.Scramble += fmt.Sprint(n)
		return &l
	}
	return r
}

func later(s *record.Span, by record.Time) *record.Span {
	if s == nil {
		return nil
	}
	return &record.Span{Time: s.Time + by, End: s.End + by, FirstFrame: s.FirstFrame, LastFrame: s.LastFrame}
}

// TestAStatementTakesAboutAKibibyte holds the builder to DESIGN §2: memory
// grows with what Glance did, about 1 KiB a statement.
func TestAStatementTakesAboutAKibibyte(t *testing.T) {
	records := uploadOne(t)
	b := NewBuilder(Options{})
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	const images = 60
	for n := range images {
		for _, r := range records {
			switch r.(type) {
			case *record.Capture, *record.Books, *record.Connection:
			default:
				b.Add(again(r, n))
			}
		}
	}
	grown := heap() - before
	s := b.Story()
	if len(s.Images) != images {
		t.Fatalf("%d images are told, want %d", len(s.Images), images)
	}
	for _, i := range s.Images {
		if i.Verdict.Status != "active" || len(i.Transitions) != 3 {
			t.Fatalf("%s: %+v", i.ID, i.Verdict)
		}
	}
	each := grown / uint64(len(s.Statements))
	t.Logf("%d statements and %d calls take %d KiB, %d bytes a statement", len(s.Statements), len(s.Calls), grown>>10, each)
	if each > 800 {
		t.Errorf("%d bytes a statement", each)
	}
	runtime.KeepAlive(b)
}

func TestReadsOfImagesThatAreWellAreFoldedFirst(t *testing.T) {
	records := uploadOne(t)
	b := NewBuilder(Options{Memory: 1 << 20})
	const images = 30
	for n := range images {
		for _, r := range records {
			switch r.(type) {
			case *record.Capture, *record.Books, *record.Connection:
			default:
				b.Add(again(r, n))
			}
		}
	}
	s := b.Story()
	if len(s.Images) != images || s.Folded.Reads == 0 || len(s.Limits) == 0 {
		t.Fatalf("%d images, %d reads folded, limits %v", len(s.Images), s.Folded.Reads, s.Limits)
	}
	writes := 0
	for _, st := range s.Statements {
		if st.Verb == "INSERT" || st.Verb == "UPDATE" {
			writes++
		}
	}
	if writes != images*7 {
		t.Errorf("%d writes are told, want 7 of each image", writes)
	}
	for _, i := range s.Images {
		if i.Verdict.Status != "active" || len(i.Transitions) != 3 || len(i.Properties) != 1 {
			t.Errorf("%s: %+v", i.ID, i.Verdict)
		}
	}
	t.Logf("%d statements are told, %d folded", len(s.Statements), s.Folded.Reads)
}

// BenchmarkStory measures adding and telling 100 recorded uploads.
func BenchmarkStory(b *testing.B) {
	records := uploadOne(b)
	var all []record.Record
	for n := range 100 {
		for _, r := range records {
			all = append(all, again(r, n))
		}
	}
	b.ResetTimer()
	for range b.N {
		builder := NewBuilder(Options{})
		for _, r := range all {
			builder.Add(r)
		}
		builder.Story()
	}
}
