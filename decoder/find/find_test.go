package find

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

func query(id string, stream int, text string) *record.MySQL {
	return &record.MySQL{Common: record.Common{Type: record.TypeMySQL, ID: id, Stream: stream}, Command: "COM_QUERY", Text: &text}
}

// found gives the ids of what is found, in order.
func found(o Options, records ...record.Record) string {
	var ids []string
	f := New(o, func(r record.Record) { ids = append(ids, r.Header().ID) })
	for _, r := range records {
		f.Add(r)
	}
	return strings.Join(ids, " ")
}

func TestEveryKindOfRecordIsSearchedInWhatItSays(t *testing.T) {
	text, sni := "the body", "glance.example"
	web := &record.HTTP{
		Common:   record.Common{ID: "h1"},
		Request:  &record.HTTPRequest{Method: "PUT", Target: "/v2/images/x/file", Version: "HTTP/1.1", Headers: [][2]string{{"X-Thing", "value"}}, Body: &record.Body{Text: &text}},
		Response: &record.HTTPResponse{Status: 503, Reason: "Service Unavailable", Version: "HTTP/1.1", Headers: [][2]string{{"X-Trans-Id", "tx1"}}},
	}
	refused := query("q1", 1, "UPDATE images SET a=1")
	refused.Result = &record.Result{MoreResults: []record.Result{{Error: &record.SQLError{Code: 1213, SQLState: "40001", Message: "Deadlock found"}}}}
	login := &record.Login{Common: record.Common{ID: "l1"}, User: "glance", Database: "images_db"}
	tls := &record.TLS{Common: record.Common{ID: "t1"}, SNI: &sni, Certificate: &record.Certificate{Subject: "CN=x", Names: []string{"alt.example"}}}
	for pattern, want := range map[string]string{
		"^PUT /v2/images/.*/file": "h1", "X-Thing: val": "h1", " 503 Service": "h1", "X-Trans-Id: tx1": "h1", "the body": "",
		"(?i)update IMAGES": "q1", `1213 \(40001\): Deadlock`: "q1", "COM_QUERY": "q1", "^glance$": "l1", "images_db": "l1",
		`glance\.example`: "t1", "CN=x": "t1", `alt\.`: "t1", "nothing": "",
	} {
		if got := found(Options{Pattern: regexp.MustCompile(pattern)}, web, refused, login, tls); got != want {
			t.Errorf("%s finds %q, want %q", pattern, got, want)
		}
	}
	if got := found(Options{Pattern: regexp.MustCompile("the body"), Bodies: true}, web); got != "h1" {
		t.Errorf("a body is not searched on request: %q", got)
	}
}

func TestTheContextIsOfTheSameConnectionAndEachRecordComesOnce(t *testing.T) {
	var records []record.Record
	for n := range 8 {
		for stream := range 2 {
			text := "SELECT 1"
			if stream == 1 && (n == 3 || n == 5) {
				text = "UPDATE images"
			}
			records = append(records, query(fmt.Sprintf("%d.%d", stream, n), stream, text))
		}
	}
	update := regexp.MustCompile("UPDATE")
	for context, want := range map[int]string{0: "1.3 1.5", 1: "1.2 1.3 1.4 1.5 1.6", 2: "1.1 1.2 1.3 1.4 1.5 1.6 1.7"} {
		if got := found(Options{Pattern: update, Context: context}, records...); got != want {
			t.Errorf("context of %d: %s, want %s", context, got, want)
		}
	}
}

func TestWhatIsHeldForTheContextIsBounded(t *testing.T) {
	f := New(Options{Pattern: regexp.MustCompile("UPDATE"), Context: 3}, func(record.Record) {})
	long := strings.Repeat("x", 1<<20)
	for n := range 100 {
		f.Add(query("q", n%40, long))
		if f.weight > MostHeld {
			t.Fatalf("%d bytes are held", f.weight)
		}
	}
	if f.Forgotten == 0 || f.held.Len() == 0 {
		t.Errorf("%d forgotten, %d held", f.Forgotten, f.held.Len())
	}
	for stream := range 40 {
		f.Add(query("q", stream, "UPDATE"))
	}
	if f.weight != 0 || f.held.Len() != 0 || len(f.last) != 0 {
		t.Errorf("%d bytes, %d records of %d connections are still held", f.weight, f.held.Len(), len(f.last))
	}
}
