package record

import (
	"encoding/json"
	"testing"
)

// at is a moment of the founding example.
const at Time = 1582001395_993652001

func TestTimesAreWrittenInUTCWithNineDecimals(t *testing.T) {
	for _, c := range []struct {
		time Time
		want string
	}{
		{at, `"2020-02-18T04:49:55.993652001Z"`},
		{0, `"1970-01-01T00:00:00.000000000Z"`},
		{-1, `"1969-12-31T23:59:59.999999999Z"`},
		{NoTime, `null`},
	} {
		if got, err := json.Marshal(c.time); err != nil || string(got) != c.want {
			t.Errorf("%d: %s, %v", int64(c.time), got, err)
		}
	}
}

func TestDurationsAreSecondsWithoutRounding(t *testing.T) {
	for _, c := range []struct {
		duration Duration
		want     string
	}{
		{512_000_000, `0.512`}, {1, `0.000000001`}, {0, `0`}, {2_000_000_000, `2`},
		{-1_500_000_000, `-1.5`}, {NoDuration, `null`},
	} {
		if got, err := json.Marshal(c.duration); err != nil || string(got) != c.want {
			t.Errorf("%d: %s, %v", int64(c.duration), got, err)
		}
	}
	if d := at.Sub(NoTime); d != NoDuration {
		t.Errorf("from an unknown time it is %d", d)
	}
}

func TestParametersAreStringsNumbersNullOrHex(t *testing.T) {
	for _, c := range []struct {
		value Value
		want  string
	}{
		{Value{}, `null`},
		{Value{ValueText, `a"b`}, `"a\"b"`},
		{Value{ValueNumber, "18446744073709551615"}, `18446744073709551615`},
		{Value{ValueNumber, "NaN"}, `"NaN"`},
		{Value{ValueBytes, "\x00\xff"}, `{"hex":"00ff"}`},
		{Value{ValueIndicator, "DEFAULT"}, `{"indicator":"DEFAULT"}`},
		{Value{ValueUnknown, ""}, `null`},
	} {
		if got, err := json.Marshal(c.value); err != nil || string(got) != c.want {
			t.Errorf("%v: %s, %v", c.value, got, err)
		}
	}
}

func TestAStatusIsTheManualsNamesOrNull(t *testing.T) {
	for _, c := range []struct {
		status Status
		want   string
	}{
		{Status{}, `null`},
		{Status{Known: true}, `[]`},
		{Status{Bits: StatusInTrans | StatusMoreExists, Known: true}, `["in_trans","more_results_exists"]`},
	} {
		if got, err := json.Marshal(c.status); err != nil || string(got) != c.want {
			t.Errorf("%v: %s, %v", c.status, got, err)
		}
	}
}

// fields decodes a line, as a script that reads the contract would.
func fields(t *testing.T, rec Record) map[string]any {
	t.Helper()
	b, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	var line map[string]any
	if err := json.Unmarshal(b, &line); err != nil {
		t.Fatal(err)
	}
	return line
}

func TestACommandsLineHasEveryFieldOfTheContract(t *testing.T) {
	text, span, result := "SELECT 1", Begin(At{Time: at, Frame: 40}), NewResult(ResultOK)
	line := fields(t, &MySQL{
		Common: Common{Type: TypeMySQL, ID: "q17", Stream: 5}, N: 4, Command: "COM_QUERY", Text: &text,
		Request: &span, Response: &span, Result: &result,
	})
	for _, name := range []string{"type", "id", "stream", "client", "server", "service", "found_by", "n", "command", "text", "params", "expanded",
		"request", "response", "result", "seconds", "wait", "marks"} {
		if _, there := line[name]; !there {
			t.Errorf("%s is missing", name)
		}
	}
	if line["params"] != nil {
		t.Errorf("a query has params %v", line["params"])
	}
	for _, name := range []string{"kind", "affected", "insert_id", "warnings", "status", "columns", "rows", "error"} {
		if _, there := line["result"].(map[string]any)[name]; !there {
			t.Errorf("result.%s is missing", name)
		}
	}
	if marks, ok := line["marks"].([]any); !ok || len(marks) != 0 {
		t.Errorf("marks are %v", line["marks"])
	}
}

func TestAnExecuteWithoutParametersHasAnEmptyList(t *testing.T) {
	for _, c := range []struct {
		command MySQL
		want    int
	}{
		{MySQL{HasParams: true}, 0},
		{MySQL{HasParams: true, Params: []Value{{ValueNumber, "1"}, {}}}, 2},
		{MySQL{HasParams: true, BulkParams: [][]Value{{{ValueNumber, "1"}}, {{ValueNumber, "2"}}, {}}}, 3},
	} {
		list, ok := fields(t, &c.command)["params"].([]any)
		if !ok || len(list) != c.want {
			t.Errorf("%+v: params are %v", c.command, list)
		}
	}
}

func TestASpanReachesFromTheFirstToTheLastByteInAnyOrder(t *testing.T) {
	s := Begin(At{Time: 20, Frame: 2})
	s.Extend(At{Time: 10, Frame: 1})
	s.Extend(At{Time: 40, Frame: 4})
	s.Extend(At{Time: 30, Frame: 3})
	if s != (Span{Time: 10, End: 40, FirstFrame: 1, LastFrame: 4}) {
		t.Errorf("got %+v", s)
	}
}

func TestAHeaderIsFoundWithoutCase(t *testing.T) {
	headers := [][2]string{{"Host", "a"}, {"x-openstack-request-id", "req-1"}, {"HOST", "b"}, {"X@", "c"}}
	for name, want := range map[string]string{"host": "a", "X-OpenStack-Request-Id": "req-1", "x`": "", "none": ""} {
		if got := Get(headers, name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestBooksThatDoNotBalanceAreSaid(t *testing.T) {
	var a Accounting
	a.Packets.Total, a.Packets.Decoded, a.Packets.NotTCP = 10, 7, 3
	a.Bytes.Span, a.Bytes.Decoded, a.Bytes.Missing = 100, 90, 10
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	a.Bytes.Missing--
	if a.Check() == nil {
		t.Error("a byte may go")
	}
	a.Bytes.Missing++
	a.Packets.Duplicate++
	if a.Check() == nil {
		t.Error("a packet may be counted twice")
	}
}
