//go:build unix

package timeline

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"glancecap/decoder/record"
)

// TestAStoryGrowsWithItsInput tells recorded uploads of which 64 go on at a time,
// and doubles their number: what is allocated for a statement stays the same.
// With GLANCECAP_STATEMENTS, as many as that are the most, and the processor time
// of a statement stays the same too.
func TestAStoryGrowsWithItsInput(t *testing.T) {
	records := uploadOne(t)
	most, timed := 6400, false
	if n, err := strconv.Atoi(os.Getenv("GLANCECAP_STATEMENTS")); err == nil {
		most, timed = n, true
	}
	var first, before time.Duration
	var bytes uint64
	for n := most / 8; n <= most; n *= 2 {
		l := grown(t, records, n)
		t.Logf("%d statements, %d calls: added in %v, told in %v, %.0f statements a second; %d bytes allocated and %d held for each", l.statements, l.calls,
			l.added.Round(time.Millisecond), l.told.Round(time.Millisecond), float64(l.statements)/(l.added+l.told).Seconds(), l.allocated, l.held)
		if bytes == 0 {
			bytes = l.allocated
		} else if l.allocated > bytes*5/4 {
			t.Errorf("%d bytes are allocated for each of %d statements, %d for each of an eighth of them", l.allocated, l.statements, bytes)
		}
		each := (l.added + l.told) / time.Duration(l.statements)
		if first == 0 {
			first = each
		}
		if timed && before != 0 && each > before*3/2 {
			t.Errorf("each of %d statements takes %v, of half as many %v", l.statements, each, before)
		}
		before = each
	}
}

// growth is what a story of so many statements took.
type growth struct {
	statements, calls int
	added, told       time.Duration // processor time
	allocated, held   uint64        // bytes, for each statement
}

// grown tells recorded uploads with at least so many statements in all.
func grown(t *testing.T, records []record.Record, statements int) growth {
	t.Helper()
	const atOnce = 64
	const apart = 15e6 // nanoseconds
	var all []record.Record
	for n, in := 0, 0; in < statements; n++ {
		for _, r := range records {
			switch r.(type) {
			case *record.MySQL:
				in++
			case *record.Capture, *record.Books, *record.Connection:
				continue
			}
			all = append(all, shifted(r, n, record.Time(n/atOnce)*10e9+record.Time(n%atOnce)*apart))
		}
	}
	slices.SortStableFunc(all, func(a, b record.Record) int { return int(completed(a) - completed(b)) })
	runtime.GC()
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	b := NewBuilder(Options{Memory: 8 << 30})
	began := spent(t)
	for _, r := range all {
		b.Add(r)
	}
	added := spent(t)
	s := b.Story()
	told := spent(t)
	runtime.ReadMemStats(&end)
	n := uint64(len(s.Statements))
	g := growth{statements: len(s.Statements), calls: len(s.Calls), added: added - began, told: told - added, allocated: (end.TotalAlloc - start.TotalAlloc) / n}
	runtime.GC()
	runtime.ReadMemStats(&end)
	g.held = (end.HeapAlloc - min(start.HeapAlloc, end.HeapAlloc)) / n
	linked := 0
	for _, st := range s.Statements {
		if st.Call != nil {
			linked++
		}
	}
	if linked < len(s.Statements)/4 { // Keystone's are most of the others
		t.Errorf("%d of %d statements are linked to a call", linked, len(s.Statements))
	}
	runtime.KeepAlive(b)
	runtime.KeepAlive(all)
	return g
}

// shifted copies a record as it would be of another image, by time later, with
// request ids of its own.
func shifted(r record.Record, n int, by record.Time) record.Record {
	r = again(r, n)
	by -= record.Time(n) * 10e9 // again's
	switch r := r.(type) {
	case *record.MySQL:
		r.Request, r.Response = moved(r.Request, by), moved(r.Response, by)
	case *record.Login:
		r.Request, r.Response = moved(r.Request, by), moved(r.Response, by)
	case *record.HTTP:
		if q := r.Request; q != nil {
			q.Span, q.Headers = *moved(&q.Span, by), renamed(q.Headers, n)
		}
		if q := r.Response; q != nil {
			q.Span, q.Headers = *moved(&q.Span, by), renamed(q.Headers, n)
		}
	}
	return r
}

// moved is a span that is later; what is of one moment has one frame, since the
// frames order what is told.
func moved(s *record.Span, by record.Time) *record.Span {
	if s = later(s, by); s == nil {
		return nil
	}
	s.FirstFrame, s.LastFrame = int(s.Time/1000&(1<<50-1)), int(s.End/1000&(1<<50-1))
	return s
}

// renamed gives the request ids in headers another beginning.
func renamed(headers [][2]string, n int) [][2]string {
	headers = slices.Clone(headers)
	for k := range headers {
		if id := headers[k][1]; strings.HasPrefix(id, "req-") && len(id) > 12 {
			headers[k][1] = fmt.Sprintf("req-%08x%s", n, id[12:])
		}
	}
	return headers
}

// completed is when a record was complete.
func completed(r record.Record) record.Time {
	var request, response *record.Span
	switch r := r.(type) {
	case *record.MySQL:
		request, response = r.Request, r.Response
	case *record.Login:
		request, response = r.Request, r.Response
	case *record.HTTP:
		if r.Request != nil {
			request = &r.Request.Span
		}
		if r.Response != nil {
			response = &r.Response.Span
		}
	}
	switch {
	case response != nil:
		return response.End
	case request != nil:
		return request.End
	}
	return 0
}

// spent gives the processor time that this process has used, so that other work
// on the machine does not count.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
