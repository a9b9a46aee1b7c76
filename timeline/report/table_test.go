package report

import (
	"strings"
	"testing"
)

func TestATableOfOpenStacksClientIsDrawnInASCII(t *testing.T) {
	got := strings.Join(table([]column{{name: "ID"}, {name: "Name"}, {name: "Status"}}, [][]string{{"1389", "cirros  two", "active"}, {"2", "日本", "queued"}}, true), "\n")
	want := `+------+-------------+--------+
| ID   | Name        | Status |
+------+-------------+--------+
| 1389 | cirros  two | active |
| 2    | 日本        | queued |
+------+-------------+--------+`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnOpenTableHasNoLines(t *testing.T) {
	got := strings.Join(table([]column{{name: "name"}, {name: "seconds", right: true}}, [][]string{{"a\x1b[31m", "0.5"}, {"b", "12.25"}}, false), "\n")
	want := `name       seconds
a\x1b[31m      0.5
b            12.25`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
