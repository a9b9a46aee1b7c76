package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

// manyStatements makes statements of the usual size.
func manyStatements(n int) *story.Story {
	s := &story.Story{Schema: story.Schema}
	var shapes story.Shapes
	long := "SELECT " + strings.Repeat("images.column AS images_column, ", 40) + "FROM images WHERE images.id = '"
	ends := &story.Ends{Client: "172.16.0.19:51234", Server: "172.16.0.30:3306", Service: "glance"}
	kind := &story.Kind{Command: "COM_QUERY", Verb: "SELECT", Tables: []string{"images"}}
	for i := range n {
		id, x, rows := fmt.Sprintf("4f0f6ff6-960a-42d8-ac3e-%012d", i/40), fmt.Sprintf("x%d", i/4), int64(1)
		request := "req-" + id
		st := &story.Statement{
			ID: fmt.Sprintf("s%d", i), Record: fmt.Sprintf("q%d", i), Stream: 5, N: i, Ends: ends, Time: story.Time(1582001395993652000 + int64(i)*1e6), End: story.Time(1582001395993952000 + int64(i)*1e6),
			FirstFrame: i, LastFrame: i + 1, Kind: kind,
			Text: shapes.Text(long + id + "'"), Rows: &rows, Transaction: &x, Outcome: "read", Image: &id,
			Call: &story.Link{ID: "c4", RequestID: &request, Rule: "image-id", Confidence: 1, Certainty: "proven", Candidates: 1},
		}
		s.Statements = append(s.Statements, st)
	}
	return s
}

func BenchmarkJSONOf80000Statements(b *testing.B) {
	s := manyStatements(80000)
	for b.Loop() {
		if err := JSON(io.Discard, s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTextOf80000Statements(b *testing.B) {
	s := uploaded()
	more := manyStatements(80000)
	s.Statements = append(s.Statements, more.Statements...)
	first := s.Images[0]
	for k := range 2000 {
		i := *first
		i.ID = fmt.Sprintf("4f0f6ff6-960a-42d8-ac3e-%012d", k)
		s.Images = append(s.Images, &i)
	}
	for b.Loop() {
		if err := Text(io.Discard, s, TextOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
