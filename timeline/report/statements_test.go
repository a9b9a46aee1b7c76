package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

// digested is a digest in which every text of strangers is the one given.
func digested(text string) *story.Digest {
	captures := []story.Capture{{Path: text, Packets: 12, First: at(0), Last: at(2)}}
	shape := func(id string, total story.Number) *story.Shape {
		return &story.Shape{
			ID: id, Fingerprint: "select " + text + " from images where id = ?", Verb: "SELECT", Tables: []string{"images", text}, Databases: []string{text},
			Commands: []story.CommandCount{{Command: "COM_QUERY", Count: 1234}}, Count: 1234,
			Seconds: story.Times{Timed: 1234, Total: total, Min: 1e-6, Mean: 1e-3, P50: 5e-4, P95: 2e-3, Max: 12}, Share: total / 100,
			Rows: 1234567, Errors: 2, Refusals: []story.Refusal{{Error: story.Error{Code: 1213, SQLState: text, Message: text}, Count: 2}}, First: at(0), Last: at(2),
			Callers: []story.Caller{{Service: "glance", Action: "image.upload", Statements: 1000, Proven: 1000, Call: "c1"}, {Service: "keystone", Action: "token.validate", Statements: 34, Call: "c2"}},
			Slowest: &story.Example{Record: "q1", Client: text, Server: text, Text: text, Time: at(1), Seconds: 12, FirstFrame: 5, LastFrame: 6, Wireshark: story.NewJump(captures, nil, 3, 5, 6)},
		}
	}
	return &story.Digest{
		Schema: story.DigestSchema, Captures: captures, Statements: 2470, Connections: 3, Encrypted: 1, First: at(0), Last: at(2), Total: 90, Errors: 4, Called: 1034,
		Shapes: []*story.Shape{shape("5e7d771c277d", 80), shape("0a7d771c277d", 10)}, ShapesTotal: 5, Beyond: &story.Beyond{Statements: 2, Seconds: 0.5},
		Limits: []story.Limit{{Name: "statement fingerprints", Times: 2}}, Accounting: story.Accounting{Packets: story.PacketCounts{Total: 12, Decoded: 12}},
	}
}

func statementsText(t *testing.T, d *story.Digest, o DigestOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := DigestText(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStatementsAreATableAndEachInFullOnRequest(t *testing.T) {
	expect(t, "statements.txt", statementsText(t, digested("x.pcap"), DigestOptions{}))
	expect(t, "statements-all.txt", statementsText(t, digested("x.pcap"), DigestOptions{All: true}))
}

func TestTheTableOfStatementsFitsTheWidthAndCutsNoID(t *testing.T) {
	for _, width := range []int{80, 100, 160} {
		text := statementsText(t, digested("a_long_name_of_a_column"), DigestOptions{Width: width})
		for _, line := range strings.Split(text, "\n") {
			if columns(line) > width {
				t.Errorf("%d columns in a width of %d: %s", columns(line), width, line)
			}
		}
		for _, id := range []string{"5e7d771c277d", "0a7d771c277d"} {
			if !strings.Contains(text, id) {
				t.Errorf("width %d: %s is not whole", width, id)
			}
		}
	}
}

func TestAFingerprintIsARowOfTheTableForSpreadsheets(t *testing.T) {
	var b bytes.Buffer
	if err := DigestCSV(&b, digested("=x")); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][0] != "5e7d771c277d" || rows[1][18] != "glance image.upload 1000, keystone token.validate 34" {
		t.Errorf("%v %v", rows, err)
	}
}

func TestADurationHasThreeDigitsAndAUnit(t *testing.T) {
	for seconds, want := range map[story.Number]string{0: "0µs", 0.000412: "412µs", 0.0009996: "1.00ms", 0.0123: "12.3ms", 0.99951: "1.00s", 12.345: "12.3s", 999.96: "1000s", 123456: "123,456s", story.Unknown: "-"} {
		if got := took(seconds); got != want {
			t.Errorf("%v s are %q, want %q", seconds, got, want)
		}
	}
}
