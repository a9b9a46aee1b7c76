package mysql_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

// truth is what a client knows of a command that it sent, and what its server
// wrote into the general log.
type truth struct {
	Client       string
	N            int
	Command      string
	Rows         *int64
	Values       [][]any
	Error        []any
	Expanded     *string
	ExpandedHex  string `json:"expanded_hex"`
	ExpandedCut  bool   `json:"expanded_cut"`
	RequestSeen  string `json:"request_seen"`
	ResponseSeen string `json:"response_seen"`
}

// truths reads what is known of a capture.
func truths(t *testing.T, path string) (list []truth) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var x truth
		if err := unmarshal(lines.Text(), &x); err != nil {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// unmarshal reads JSON with its numbers as they are written.
func unmarshal(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

// eachMode runs a test for every recorded way to speak MySQL that is not
// encrypted, with the commands told of it by client and number.
func eachMode(t *testing.T, try func(t *testing.T, want []truth, told map[string]*record.MySQL)) {
	paths, _ := filepath.Glob("../../../shared/captures/mysql-modes/*.truth.jsonl")
	if len(paths) == 0 {
		t.Skip("the recorded captures are not beside this checkout")
	}
	for _, path := range paths {
		stem := strings.TrimSuffix(path, ".truth.jsonl")
		if _, err := os.Stat(stem + ".keylog"); err == nil {
			continue
		}
		t.Run(filepath.Base(stem), func(t *testing.T) {
			captures, _ := filepath.Glob(stem + ".pcap*")
			told := make(map[string]*record.MySQL)
			for _, m := range commandsOn(t, captures[0], 3307) {
				told[fmt.Sprint(m.Client, m.N)] = m
			}
			try(t, truths(t, path), told)
		})
	}
}

func TestTheValuesOfResultSetsAreThoseThatTheClientGot(t *testing.T) {
	var rows, values int
	eachMode(t, func(t *testing.T, want []truth, told map[string]*record.MySQL) {
		for _, w := range want {
			m := told[fmt.Sprint(w.Client, w.N)]
			if w.Error != nil || w.RequestSeen != "" || w.ResponseSeen != "" || w.Rows == nil && len(w.Values) == 0 {
				continue
			}
			if m == nil {
				t.Errorf("%s %d: no %s is told", w.Client, w.N, w.Command)
				continue
			}
			if w.Rows != nil {
				rows++
				if int64(m.Result.Rows) != *w.Rows {
					t.Errorf("%s %d: %d rows, %d were sent", w.Client, w.N, m.Result.Rows, *w.Rows)
				}
			}
			values += compareRows(t, m, w)
		}
	})
	t.Logf("%d counts of rows, %d values", rows, values)
}

// compareRows holds a command's values against those that the client got, and
// gives how many it compared.
func compareRows(t *testing.T, m *record.MySQL, w truth) (compared int) {
	t.Helper()
	if len(m.Result.Values) < len(w.Values) {
		t.Errorf("%s %d: %d rows are kept, the client saw %d", w.Client, w.N, len(m.Result.Values), len(w.Values))
		return 0
	}
	for i, row := range w.Values {
		if len(row) != len(m.Result.Values[i]) {
			t.Errorf("%s %d: row %d has %d values for %d", w.Client, w.N, i, len(m.Result.Values[i]), len(row))
			continue
		}
		for k, right := range row {
			compared++
			got := m.Result.Values[i][k]
			if got.Kind == record.ValueUnknown {
				if !m.Marks.Has(record.MarkTruncatedText) {
					t.Errorf("%s %d: a value is unknown without a mark: %v", w.Client, w.N, m.Marks)
				}
				continue
			}
			text, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var value any
			if err := unmarshal(string(text), &value); err != nil {
				t.Fatal(err)
			}
			if !means(value, right) {
				t.Errorf("%s %d: row %d, column %d: %.200v, the client got %.200v", w.Client, w.N, i, k, value, right)
			}
		}
	}
	return compared
}

// means tells that a value on the wire is what a client's library makes of it:
// a number or its text, a time with or without the zeros at its end, a JSON
// text or its object. Go makes year 1 of a date of zeros.
func means(got, want any) bool {
	if object, ok := want.(map[string]any); ok && object["hex"] == nil {
		var read any
		text, ok := got.(string)
		return ok && unmarshal(text, &read) == nil && reflect.DeepEqual(read, want)
	}
	return reflect.DeepEqual(got, want) || plainly(fmt.Sprint(got)) == plainly(fmt.Sprint(want))
}

// moment is a date with or without a time, or a time alone.
var moment = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)?( ?-?\d+:\d\d:\d\d(\.\d+)?)?$`)

// plainly gives a number and a time one spelling each.
func plainly(s string) string {
	if moment.MatchString(s) {
		if len(s) == len("2026-01-02") {
			s += " 00:00:00"
		}
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return strings.Replace(s, "0001-01-01 00:00:00", "0000-00-00 00:00:00", 1)
	}
	if n, ok := new(big.Rat).SetString(s); ok {
		return n.String()
	}
	return s
}

func TestAnExpandedStatementIsWhatTheServerLogged(t *testing.T) {
	compared := 0
	eachMode(t, func(t *testing.T, want []truth, told map[string]*record.MySQL) {
		for _, w := range want {
			if w.Expanded == nil || w.Command != "COM_STMT_EXECUTE" || w.RequestSeen != "" || w.ResponseSeen != "" {
				continue
			}
			m := told[fmt.Sprint(w.Client, w.N)]
			if m == nil || m.Expanded == nil {
				t.Errorf("%s %d: no expanded text", w.Client, w.N)
				continue
			}
			compared++
			logged := *w.Expanded
			if w.ExpandedHex != "" {
				b, err := hex.DecodeString(w.ExpandedHex)
				if err != nil {
					t.Fatal(err)
				}
				logged = string(b)
			}
			got, right := tokens(*m.Expanded), tokens(logged)
			if w.ExpandedCut { // the truth is cut, within its last token
				right = right[:len(right)-1]
				got = got[:min(len(got), len(right))]
			}
			if !slices.Equal(got, right) {
				t.Errorf("%s %d: told\n%.2000q\nlogged\n%.2000q", w.Client, w.N, got, right)
			}
		}
	})
	t.Logf("%d statements", compared)
}

// token is a literal, a word, or a character of a statement.
var token = regexp.MustCompile(`(?is)(?:x|TIMESTAMP|DATE|TIME)?'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.)*"?|\d[\d.]*e[+-]?\d+|[\w.]+|\S`)

// escapes are what a backslash in a literal stands for
// (https://dev.mysql.com/doc/refman/8.4/en/string-literals.html).
var escapes = map[byte]byte{'0': 0, 'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'Z': 0x1a}

// tokens takes a statement apart, its literals by what they mean: how a server
// spells them in its log is its own.
func tokens(s string) (list []string) {
	for _, x := range token.FindAllString(s, -1) {
		at := strings.IndexByte(x, '\'')
		switch {
		case at < 0:
			list = append(list, plainly(x))
		case strings.EqualFold(x[:at], "x"):
			b, _ := hex.DecodeString(strings.Trim(x[at:], "'"))
			list = append(list, "'"+string(b))
		default:
			var b []byte
			for in := strings.TrimSuffix(x[at+1:], "'"); in != ""; in = in[1:] {
				if (in[0] == '\\' || in[0] == '\'') && len(in) > 1 {
					escaped := in[0] == '\\'
					in = in[1:]
					if c, known := escapes[in[0]]; known && escaped {
						b = append(b, c)
						continue
					}
				}
				b = append(b, in[0])
			}
			list = append(list, "'"+plainly(string(b)))
		}
	}
	return list
}

// A folder whose captures have other names would make the tests above empty.
func TestEveryModeHasCommandsToCompare(t *testing.T) {
	eachMode(t, func(t *testing.T, want []truth, told map[string]*record.MySQL) {
		if len(want) == 0 || len(told) == 0 {
			t.Errorf("%d commands were sent, %d are told", len(want), len(told))
		}
	})
}
