package decoder_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/record"
)

// recorded is the folder of the recorded upload and what tshark said of it.
const recorded = "../../shared/captures/upload-one"

// tsharkRows reads one of tshark's tables: frame, stream and what it found.
func tsharkRows(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(recorded, "truth", name))
	if err != nil {
		t.Skip("what tshark says of the recorded upload is not beside the project: " + err.Error())
	}
	for line := range strings.Lines(string(b)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}

// number reads a frame or a stream.
func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheRecordedUploadIsReadAsTsharkReadsIt(t *testing.T) {
	statements, messages := tsharkRows(t, "frames-sql.tsv"), tsharkRows(t, "frames-http.tsv")
	var sql []*record.MySQL
	var http []*record.HTTP
	o := options()
	o.ShowSecrets = true
	err := decoder.Run(context.Background(), []string{filepath.Join(recorded, "capture.pcap")}, o, func(r record.Record) {
		switch r := r.(type) {
		case *record.MySQL:
			sql = append(sql, r)
		case *record.HTTP:
			http = append(http, r)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range statements {
		// tshark's column is cut, and shows a line feed as \n.
		text := strings.ReplaceAll(strings.TrimSuffix(row[3], "…"), `\n`, "\n")
		n := 0
		for _, r := range sql {
			if r.Stream == number(t, row[1]) && r.Text != nil && strings.HasPrefix(*r.Text, text) && within(r.Request, number(t, row[0])) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("frame %s, stream %s: %d records of %s", row[0], row[1], n, row[3])
		}
	}
	for _, row := range messages {
		n := 0
		for _, r := range http {
			frame := number(t, row[0])
			asked := row[2] != "" && r.Request.Method == row[2] && r.Request.Target == row[3] && within(&r.Request.Span, frame)
			answered := row[2] == "" && strconv.Itoa(r.Response.Status) == row[4] && within(&r.Response.Span, frame)
			if r.Stream == number(t, row[1]) && (asked || answered) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("frame %s, stream %s: %d records of %v", row[0], row[1], n, row[2:])
		}
	}
	if len(sql) != len(statements) || 2*len(http) != len(messages) {
		t.Errorf("%d commands and %d exchanges; tshark has %d statements and %d messages", len(sql), len(http), len(statements), len(messages))
	}
}

func within(s *record.Span, frame int) bool { return s.FirstFrame <= frame && frame <= s.LastFrame }
