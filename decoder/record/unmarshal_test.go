package record

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

// full is a command of which every part is set.
func full() *MySQL {
	text, rows := "SELECT ?", NewResult(ResultRows)
	rows.Columns, rows.Rows = Names{"a", NoName}, 1
	rows.Values = [][]Value{{{Kind: ValueNull}, {Kind: ValueUnknown}, {Kind: ValueText, Text: "\"é\n"}, {Kind: ValueNumber, Text: "-1.50"}, {Kind: ValueBytes, Text: "\xff\x00"}}}
	more := NewResult(ResultError)
	more.Error = &SQLError{Code: 1213, SQLState: "40001", Message: "Deadlock"}
	rows.MoreResults = []Result{more}
	rows.Status = Status{Bits: StatusInTrans | StatusAutocommit, Known: true}
	return &MySQL{
		Common: Common{Type: TypeMySQL, ID: "q1", Stream: 3, Client: "10.0.0.1:4000", Server: "[fd00::1]:3306", Service: "mysql", FoundBy: "port"},
		N:      1, Command: "COM_STMT_EXECUTE", Text: &text, HasParams: true, Params: []Value{{Kind: ValueIndicator, Text: "DEFAULT"}}, Database: "glance",
		Request: &Span{Time: 1582001395402900000, End: 1582001395402900001, FirstFrame: 4, LastFrame: 5}, Result: &rows,
		Tail: Tail{Seconds: -1500000001, Wait: NoDuration, Marks: Marks{MarkGap}},
	}
}

func TestALineIsReadBackAsItWasWritten(t *testing.T) {
	want := full()
	want.Result.NoteUnknown()
	line, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, full()) {
		t.Errorf("got  %+v\nwant %+v", got, full())
	}
}

func TestSecondsAreReadWithoutRounding(t *testing.T) {
	for _, d := range []Duration{0, 1, -1, 999999999, 1000000000, 123456789012345678, math.MaxInt32, NoDuration} {
		text, _ := d.MarshalJSON()
		var got Duration
		if err := got.UnmarshalJSON(text); err != nil || got != d {
			t.Errorf("%d is written %s and read %d, %v", d, text, got, err)
		}
	}
	for _, text := range []string{"1e3", "1.0000000001", `"1"`, "9999999999999"} {
		var got Duration
		if err := got.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is read as %d", text, got)
		}
	}
}

func TestATimeThatNanosecondsCannotTellIsRefused(t *testing.T) {
	for _, text := range []string{`"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59Z"`, `"yesterday"`, `12`} {
		var got Time
		if err := got.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is read as %d", text, got)
		}
	}
}

func TestALineOfALaterVersionIsToldFromADamagedOne(t *testing.T) {
	if _, err := Parse([]byte(`{"type":"quic","id":"u1"}`)); !errors.Is(err, ErrUnknownType) {
		t.Errorf("a new type: %v", err)
	}
	for _, line := range []string{`{"type":"http"`, `[]`, "{\"type\":\"http\",\"id\":\"\xff\"}", `{"type":"http","stream":"x"}`} {
		if _, err := Parse([]byte(line)); err == nil || errors.Is(err, ErrUnknownType) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestAFewBytesOfJSONCannotStandForMuchMemory(t *testing.T) {
	for _, inner := range []string{strings.Repeat(`{},`, mostObjects+1) + `{}`, strings.Repeat(`[],`, mostElements) + `[]`, strings.Repeat(`[`, mostDepth)} {
		if _, err := Parse([]byte(`{"type":"mysql","result":{"more_results":[` + inner + `]}}`)); err == nil {
			t.Errorf("%.20s… is read", inner)
		}
	}
}

// FuzzALineThatIsReadCanBeWrittenAndReadAgain: what Parse believes, it believes
// again, and the second time nothing changes any more.
func FuzzALineThatIsReadCanBeWrittenAndReadAgain(f *testing.F) {
	seed := full()
	seed.Result.NoteUnknown()
	line, _ := json.Marshal(seed)
	f.Add(line)
	f.Add([]byte(`{"type":"connection","stream":2,"time":"2020-02-18T04:49:55.4Z","bytes":{"span":3},"ended":"fin","seconds":null}`))
	f.Add([]byte(`{"type":"http","request":{"headers":[["a","b"]],"body":{"length":null,"text":"{}"}},"response":null,"seconds":0.1}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		once, err := Parse(line)
		if err != nil {
			return
		}
		if m, ok := once.(*MySQL); ok && m.Result != nil {
			m.Result.NoteUnknown()
		}
		written, err := json.Marshal(once)
		if err != nil {
			t.Fatalf("%s was read and cannot be written: %v", line, err)
		}
		twice, err := Parse(written)
		if err != nil {
			t.Fatalf("%s was written and cannot be read: %v", written, err)
		}
		if m, ok := twice.(*MySQL); ok && m.Result != nil {
			m.Result.NoteUnknown()
		}
		if again, _ := json.Marshal(twice); string(again) != string(written) {
			t.Fatalf("written\n%s\nand then\n%s", written, again)
		}
	})
}
