package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// traced is an event of a trace.
type traced struct {
	Ph, Name, ID string
	Ts           float64
	Dur          *float64
	Pid, Tid     int
}

// TestATraceOpensByPerfettosRules holds the traces of all recorded captures to
// the rules of Perfetto's importer: slices of one track nest or stand apart (ours
// stand apart), no time lies before the first, each flow begins and ends once.
func TestATraceOpensByPerfettosRules(t *testing.T) {
	compared := 0
	for _, capture := range withImages(t) {
		var out, said bytes.Buffer
		p := &program{out: &out, err: &said}
		if s := p.run([]string{"timeline", "--format", "trace", capture}); s != statusDone {
			t.Fatalf("%s: status %d, %s", capture, s, said.String())
		}
		var told struct{ TraceEvents []traced }
		if err := json.Unmarshal(out.Bytes(), &told); err != nil {
			t.Fatalf("%s: %v", capture, err)
		}
		compared += standApart(t, capture, told.TraceEvents)
		flowsArePaired(t, capture, told.TraceEvents)
	}
	if compared < 100 {
		t.Errorf("only %d slices were compared", compared)
	}
}

// standApart compares the slices of each track in whole nanoseconds, and gives
// their number.
func standApart(t *testing.T, capture string, events []traced) int {
	t.Helper()
	type track struct{ pid, tid int }
	type span struct{ from, to int64 }
	of, n := make(map[track][]span), 0
	for _, e := range events {
		if e.Ph != "X" {
			continue
		}
		if e.Dur == nil || *e.Dur < 0 || e.Ts < 0 || e.Name == "" {
			t.Errorf("%s: a slice is %+v", capture, e)
			continue
		}
		from, dur := int64(math.Round(e.Ts*1000)), int64(math.Round(*e.Dur*1000))
		of[track{e.Pid, e.Tid}] = append(of[track{e.Pid, e.Tid}], span{from, from + dur})
		n++
	}
	for at, list := range of {
		slices.SortFunc(list, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
		for i := 1; i < len(list); i++ {
			if list[i].from < list[i-1].to || list[i].from == list[i-1].from {
				t.Errorf("%s, track %v: a slice from %d to %d ns, one from %d to %d ns", capture, at, list[i-1].from, list[i-1].to, list[i].from, list[i].to)
			}
		}
	}
	return n
}

func flowsArePaired(t *testing.T, capture string, events []traced) {
	t.Helper()
	ends := make(map[string][2]int)
	for _, e := range events {
		x := ends[e.ID]
		switch e.Ph {
		case "s":
			x[0]++
		case "f":
			x[1]++
		default:
			continue
		}
		ends[e.ID] = x
	}
	for id, x := range ends {
		if x != [2]int{1, 1} {
			t.Errorf("%s: the flow %q begins %d times and ends %d times", capture, id, x[0], x[1])
		}
	}
}
