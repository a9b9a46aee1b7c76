package decoder_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

// TestWhereACaptureBeginsChangesNoLaterCommand leaves out the first packets, up
// to the last handshake.
func TestWhereACaptureBeginsChangesNoLaterCommand(t *testing.T) {
	tryAll(t, repeats, func(t *testing.T, r *recording) {
		bad := 0
		for _, n := range r.cuts() {
			lost := func(frame int) bool { return frame <= n }
			got := r.read(t, lost)
			bad += r.hold(t, fmt.Sprintf("without the first %d", n), got, lost)
			for _, rec := range got {
				if at := asked(rec); at == nil || r.first[r.segs[at.FirstFrame]] <= n {
					continue // a copy of it stands before the cut
				}
				if said := r.changed(t, rec); said != "" {
					t.Errorf("without the first %d: %s", n, said)
					bad++
				}
			}
			if bad > 20 {
				t.Fatal("and so on")
			}
		}
	})
}

// cuts gives how many packets are left out in turn, up to past the last
// handshake: with GLANCECAP_VARIANTS each number, otherwise some.
func (r *recording) cuts() (list []int) {
	last, step := r.lastHandshake()+1, 1
	if os.Getenv("GLANCECAP_VARIANTS") == "" {
		step = max(1, last/25, last*r.count()/50_000)
	}
	for n := 1; n <= last; n += step {
		list = append(list, n)
	}
	return list
}

// asked gives where a record's request was seen.
func asked(rec record.Record) *record.Span {
	switch rec := rec.(type) {
	case *record.MySQL:
		return rec.Request
	case *record.Login:
		return rec.Request
	case *record.HTTP:
		if rec.Request != nil {
			return &rec.Request.Span
		}
	}
	return nil
}

// lastHandshake gives the frame behind which no connection begins any more.
func (r *recording) lastHandshake() int {
	last := 0
	for _, rec := range r.whole.records {
		if l, ok := rec.(*record.Login); ok && l.Response != nil {
			last = max(last, l.Response.LastFrame)
		}
	}
	begun := make(map[string]bool)
	for f, talk := range r.talks {
		src, dst, _ := strings.Cut(talk, " ")
		if talk != "" && !begun[talk] && !begun[dst+" "+src] {
			begun[talk] = true
			last = max(last, min(f+4, r.count()))
		}
	}
	return last
}

// toldBefore are the fields that a handshake, a PREPARE or an EXECUTE tell for what
// comes after.
var toldBefore = []string{"text", "params", "expanded", "columns", "server_version", "connection_id", "session", "plugin", "waits"}

// changed says what of a record is another value than in the undamaged capture.
func (r *recording) changed(t *testing.T, rec record.Record) string {
	t.Helper()
	said := "nothing begins there"
	for _, i := range r.whole.at[r.place(rec)] {
		if asked(r.whole.records[i]) == nil {
			continue
		}
		if r.equal(t, r.whole.records[i], rec) {
			return ""
		}
		if said = poorer(fields(t, rec), r.whole.fields[i], ""); said == "" {
			return ""
		}
	}
	return fmt.Sprintf("frame %d %v: %s", asked(rec).FirstFrame, rec.End().Marks, said)
}

// poorer says where a value is another one; that it is null where something
// before the capture would have told it is none.
func poorer(got, want any, key string) string {
	if g, ok := got.(map[string]any); ok {
		if w, ok := want.(map[string]any); ok {
			for _, k := range slices.Sorted(maps.Keys(w)) {
				if k == "marks" {
					continue
				}
				if said := poorer(g[k], w[k], k); said != "" {
					return said
				}
			}
			return ""
		}
	}
	if fmt.Sprint(got) == fmt.Sprint(want) || (got == nil || got == "") && slices.Contains(toldBefore, key) {
		return ""
	}
	return fmt.Sprintf("%s %.200v for %.200v", key, got, want)
}
