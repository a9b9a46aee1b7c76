package mysql

import (
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// BenchmarkStatements is Glance's daily bread: a checkout with a SELECT of 37
// columns and one UPDATE, in segments of 1460 bytes. One op is one statement.
func BenchmarkStatements(b *testing.B) {
	var names []string
	for i := range 37 {
		names = append(names, fmt.Sprintf("anon_1_images_column_%d", i))
	}
	values := make([]string, len(names))
	for i := range values {
		values[i] = "0123456789"
	}
	text := "SELECT " + strings.Repeat("anon_1.images_id AS anon_1_images_id, ", 50) + " FROM images"
	asked := [][]byte{query("SELECT 1"), query(text), query("UPDATE images SET updated_at='2020-02-18 04:49:56', status='active' WHERE images.id = 'x'"), query("COMMIT"), query("ROLLBACK")}
	said := [][]byte{rows(false, 1, []string{"1"}, []string{"1"}), rows(false, 1, names, values), okPkt(1, 1, 0, 1), okPkt(1, 0, 0, 0), okPkt(1, 0, 0, 0)}

	n := 0
	info := &stream.Info{Handshake: true}
	h := New(info, record.Common{Client: "10.0.0.1:40000"}, Options{Bounds: bounds.Default()}, func(record.Record) { n++ })
	frame := 0
	send := func(dir stream.Dir, p []byte) {
		for len(p) > 0 {
			k := min(len(p), 1460)
			frame++
			h.Data(dir, p[:k], stream.At{Time: record.Time(frame), Frame: frame})
			p = p[k:]
		}
	}
	send(stream.FromServer, hello(plainCaps))
	send(stream.FromClient, loginPkt(plainCaps, "glance", "glance"))
	send(stream.FromServer, okPkt(2, 0, 0, 2))
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		send(stream.FromClient, asked[i%len(asked)])
		send(stream.FromServer, said[i%len(said)])
	}
	b.StopTimer()
	if n != b.N+1 {
		b.Fatalf("%d records of %d statements", n, b.N)
	}
}
