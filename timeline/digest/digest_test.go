package digest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/story"
)

// query is a command that was answered within some nanoseconds.
func query(text string, ns int64) *record.MySQL {
	ok := record.NewResult(record.ResultOK)
	return &record.MySQL{
		Common: record.Common{Type: record.TypeMySQL, ID: "q1", Stream: 1}, Command: "COM_QUERY", Text: &text, Result: &ok,
		Request:  &record.Span{Time: 1000, End: 1000, FirstFrame: 1, LastFrame: 1},
		Response: &record.Span{Time: record.Time(1000 + ns), End: record.Time(1000 + ns), FirstFrame: 2, LastFrame: 2},
		Tail:     record.Tail{Seconds: record.Duration(ns), Wait: record.Duration(ns)},
	}
}

func digested(records ...*record.MySQL) *story.Digest {
	b := NewBuilder()
	for _, r := range records {
		b.Add(r)
	}
	return b.Digest(&story.Story{}, "total")
}

func TestStatementsThatDifferOnlyInLiteralsAreOneFingerprint(t *testing.T) {
	p := sqltext.New(bounds.Default(), new(bounds.Hits))
	for _, texts := range [][]string{
		{"SELECT a FROM t WHERE b IN (1)", "select  a from t where b in ( 1, 2 ,3)", "SELECT a FROM t WHERE b IN (?, ?)"},
		{"INSERT INTO t (a, b) VALUES (1, 'x')", "INSERT INTO t (a, b) VALUES (2, NULL), (3, 'y')"},
		{"UPDATE t SET a=NULL, b='x' WHERE id=5", "UPDATE t SET a='1', b=NULL WHERE id=6"},
		{"SET NAMES utf8; SELECT 1", "SET NAMES utf8; SELECT 2"},
	} {
		first := Fingerprint(p, "COM_QUERY", texts[0])
		for _, text := range texts {
			if got := Fingerprint(p, "COM_STMT_EXECUTE", text); got != first {
				t.Errorf("%q is %q, want %q", text, got, first)
			}
		}
	}
	null, other := Fingerprint(p, "COM_QUERY", "SELECT a FROM t WHERE b IS NULL"), Fingerprint(p, "COM_STMT_PREPARE", "SELECT a FROM t WHERE b IS NULL")
	if null != "select a from t where b is null" || other != "prepare "+null {
		t.Errorf("%q, %q", null, other)
	}
	if got := Fingerprint(p, "COM_PING", ""); got != "COM_PING" {
		t.Errorf("a ping is %q", got)
	}
}

func TestQuantilesAreRightToTwoPercent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 20, 1000} {
		var h histogram
		var all []int64
		for range n {
			ns := int64(1) << random.IntN(40)
			ns += random.Int64N(ns)
			h.add(ns)
			all = append(all, ns)
		}
		slices.Sort(all)
		for _, part := range []float64{0.5, 0.95, 1} {
			want := all[max(int(float64(n)*part+0.9999999)-1, 0)]
			if got := h.quantile(part); float64(got) < 0.98*float64(want) || float64(got) > 1.02*float64(want) {
				t.Errorf("of %d values %g of them do not exceed %d, told is %d", n, part, want, got)
			}
		}
	}
	for ns := range int64(5000) {
		power, step := bucket(ns)
		if m := middle(power, step); m-ns > ns/32 || ns-m > ns/32 {
			t.Fatalf("%d stands in a bucket around %d", ns, m)
		}
	}
	if power, step := bucket(1<<63 - 1); power >= powers || step >= steps {
		t.Errorf("the longest duration has no bucket: %d, %d", power, step)
	}
}

func TestCountsTimesErrorsAndRowsAreSummed(t *testing.T) {
	refused := query("SELECT 'b' FROM t", 3000)
	refused.Result = &record.Result{Kind: record.ResultError, Affected: record.NoCount, Rows: record.NoCount, Error: &record.SQLError{Code: 1146, SQLState: "42S02", Message: "no such table"}}
	rows := query("SELECT 'a' FROM t", 1000)
	rows.Result.Rows = 7
	silent := query("SELECT 'c' FROM t", 0)
	silent.Response, silent.Seconds, silent.Wait = nil, record.NoDuration, record.NoDuration
	silent.Result.Kind = record.ResultMissing
	d := digested(refused, rows, silent, query("COMMIT", 500))
	if len(d.Shapes) != 2 || d.Statements != 4 || d.Errors != 1 || d.Unanswered != 1 || d.Connections != 1 {
		t.Fatalf("%+v", d)
	}
	s := d.Shapes[0]
	if s.Count != 3 || s.Rows != 7 || s.Errors != 1 || s.Unanswered != 1 || s.Seconds.Timed != 2 || s.Seconds.Total != 4e-6 || s.Seconds.Max != 3e-6 || s.Slowest.Text != "SELECT 'b' FROM t" {
		t.Errorf("%+v %+v", s, s.Slowest)
	}
	if len(s.Refusals) != 1 || s.Refusals[0].Code != 1146 || s.Verb != "SELECT" || !slices.Equal(s.Tables, []string{"t"}) {
		t.Errorf("%+v", s)
	}
}

func TestFingerprintsBeyondTheBoundAreCountedTogether(t *testing.T) {
	b := NewBuilder()
	for n := range mostShapes + 100 {
		b.Add(query(fmt.Sprintf("SELECT a FROM t_%d_", n), 1000))
	}
	d := b.Digest(&story.Story{}, "total")
	if len(d.Shapes) != mostShapes || d.Beyond == nil || d.Beyond.Statements != 100 || float64(d.Beyond.Seconds) < 99e-6 {
		t.Errorf("%d fingerprints, beyond %+v", len(d.Shapes), d.Beyond)
	}
	if !slices.ContainsFunc(d.Limits, func(l story.Limit) bool { return l.Name == hitShapes && l.Times == 100 }) {
		t.Errorf("the bound is not told: %v", d.Limits)
	}
}

func TestCallersAreThoseThatTheStoryNamesAndNoGuesses(t *testing.T) {
	b := NewBuilder()
	for range 3 {
		b.Add(query("SELECT 'x' FROM images", 1000))
	}
	statement := func(certainty string) *story.Statement {
		return &story.Statement{Kind: &story.Kind{Command: "COM_QUERY"}, Text: story.PlainText("SELECT 'longer' FROM images"), Call: &story.Link{ID: "c1", Certainty: certainty}}
	}
	d := b.Digest(&story.Story{
		Calls:      []*story.Call{{ID: "c1", Service: "glance", Action: "image.show"}},
		Statements: []*story.Statement{statement("proven"), statement("likely"), statement("guess")},
	}, "count")
	want := []story.Caller{{Service: "glance", Action: "image.show", Statements: 2, Proven: 1, Call: "c1"}}
	if !slices.Equal(d.Shapes[0].Callers, want) || d.Called != 2 {
		t.Errorf("%+v, %d", d.Shapes[0].Callers, d.Called)
	}
}

func TestEveryOrderPutsTheLargestFirst(t *testing.T) {
	for _, order := range Orders {
		b := NewBuilder()
		for range 3 {
			b.Add(query("SELECT 1 FROM a", 1000))
		}
		b.Add(query("SELECT 1 FROM b", 9000))
		d := b.Digest(&story.Story{}, order)
		first := d.Shapes[0].Tables[0]
		if want := map[string]string{"total": "b", "count": "a", "p95": "b", "max": "b", "mean": "b", "p50": "b"}[order]; want != "" && first != want {
			t.Errorf("by %s %s comes first", order, first)
		}
	}
}

// FuzzADigestCountsEveryStatement holds that any text is counted, once.
func FuzzADigestCountsEveryStatement(f *testing.F) {
	f.Add("SELECT 1", "COM_QUERY")
	f.Add("INSERT INTO t VALUES ('a', NULL), (1,2); COMMIT", "COM_STMT_PREPARE")
	f.Fuzz(func(t *testing.T, text, command string) {
		m := query(text, 1)
		m.Command = command
		d := digested(m, m)
		if len(d.Shapes) != 1 || d.Shapes[0].Count != 2 {
			t.Fatalf("%d fingerprints", len(d.Shapes))
		}
	})
}
