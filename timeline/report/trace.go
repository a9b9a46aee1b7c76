package report

import (
	"bufio"
	"cmp"
	"io"
	"slices"

	"glancecap/timeline/story"
)

// Trace writes the story as a Chrome Trace Event file, which Perfetto and
// chrome://tracing open ("Trace Event Format", JSON object format). A service
// is a process. Slices of one track must nest or stand apart, so what overlaps
// lies on tracks of its own; a flow leads from a call to what it caused.
func Trace(w io.Writer, s *story.Story) error {
	t := &trace{w: bufio.NewWriter(w), index: NewIndex(s), encoder: newEncoder(false)}
	for n, c := range s.Captures {
		if n == 0 || c.First != story.NoTime && c.First < t.zero {
			t.zero = c.First
		}
	}
	t.w.WriteString(`{"displayTimeUnit":"ms",`)
	if s.ShowsSecrets {
		t.w.WriteString(`"otherData":{"note":"` + secretsShown + `"},`)
	}
	t.w.WriteString(`"traceEvents":[`)
	t.processes()
	t.images(s)
	t.calls(s)
	t.statements(s)
	t.w.WriteString("\n]}\n")
	return t.w.Flush()
}

// trace is one trace being written.
type trace struct {
	w *bufio.Writer
	*index
	encoder *encoder
	written int
	placed  map[string]place
	zero    story.Time
}

// place is where a call lies.
type place struct{ pid, tid int }

// traceEvent is one event. Times are microseconds.
type traceEvent struct {
	Name string         `json:"name"`
	Cat  string         `json:"cat,omitempty"`
	Ph   string         `json:"ph"`
	Ts   story.Number   `json:"ts"`
	Dur  *story.Number  `json:"dur,omitempty"`
	Pid  int            `json:"pid"`
	Tid  int            `json:"tid"`
	ID   string         `json:"id,omitempty"`
	BP   string         `json:"bp,omitempty"`
	S    string         `json:"s,omitempty"`
	Args map[string]any `json:"args,omitempty"`
}

func (t *trace) event(e traceEvent) {
	if t.written > 0 {
		t.w.WriteByte(',')
	}
	t.written++
	e.Name = Safe(e.Name)
	t.w.Write(t.encoder.append([]byte{'\n'}, e))
}

// micros gives a time as a trace has it: since the first packet, so that a
// double tells nanoseconds.
func (t *trace) micros(at story.Time) story.Number { return story.Number(float64(at-t.zero) / 1000) }

// traceParties are the processes of a trace, in the order of their numbers.
var traceParties = []string{"images", "keystone", "glance", "database", "swift", "other"}

func (t *trace) processes() {
	for n, name := range traceParties {
		t.event(traceEvent{Name: "process_name", Ph: "M", Pid: n + 1, Args: map[string]any{"name": name}})
		t.event(traceEvent{Name: "process_sort_index", Ph: "M", Pid: n + 1, Args: map[string]any{"sort_index": n}})
	}
}

func pidOf(service string) int {
	if n := slices.Index(traceParties, service); n > 0 {
		return n + 1
	}
	return len(traceParties)
}

// slice writes a slice that lasts from start to end.
func (t *trace) slice(name, category string, start, end story.Time, at place, args map[string]any) {
	took := story.Number(float64(max(end-start, 0)) / 1000)
	t.event(traceEvent{Name: name, Cat: category, Ph: "X", Ts: t.micros(start), Dur: &took, Pid: at.pid, Tid: at.tid, Args: args})
}

// images writes each image's states, a track an image.
func (t *trace) images(s *story.Story) {
	for n, i := range s.Images {
		at := place{1, n + 1}
		t.event(traceEvent{Name: "thread_name", Ph: "M", Pid: at.pid, Tid: at.tid, Args: map[string]any{"name": Safe(cmp.Or(i.Name, i.ID))}})
		for k, tr := range i.Transitions {
			end := i.Last
			if k+1 < len(i.Transitions) {
				end = i.Transitions[k+1].Time
			}
			t.slice(tr.To, "state", tr.Time, max(end, tr.Time), at, inCapture(s, tr.File, map[string]any{"frame": tr.Frame, "image": i.ID}))
		}
	}
}

// inCapture adds the capture in which something begins, where there are several.
func inCapture(s *story.Story, file *int, args map[string]any) map[string]any {
	if path := captureOf(s, file); path != "" {
		args["capture"] = Safe(path)
	}
	return args
}

// tracks hands out tracks so that what lies on one does not overlap.
type tracks struct{ free []story.Time }

func (k *tracks) take(start, end story.Time) int {
	n := slices.IndexFunc(k.free, func(free story.Time) bool { return free <= start })
	if n < 0 {
		n = len(k.free)
		k.free = append(k.free, 0)
	}
	// A slice without length still covers its instant.
	k.free[n] = max(end, start+1)
	return n + 1
}

// calls writes the calls, and flows from each to those that it caused.
func (t *trace) calls(s *story.Story) {
	t.placed = make(map[string]place)
	free := make(map[int]*tracks)
	byTime := slices.Clone(s.Calls)
	slices.SortStableFunc(byTime, func(a, b *story.Call) int { return cmp.Compare(a.Time, b.Time) })
	for _, c := range byTime {
		pid := pidOf(c.Service)
		if free[pid] == nil {
			free[pid] = new(tracks)
		}
		end := max(c.End, c.Time)
		at := place{pid, free[pid].take(c.Time, end)}
		t.placed[c.ID] = at
		args := map[string]any{"id": c.ID, "target": c.Target, "first_frame": c.FirstFrame, "last_frame": c.LastFrame, "stream": c.Stream, "client": c.Client, "server": c.Server}
		if c.Status != nil {
			args["status"] = *c.Status
		}
		if c.RequestID != nil {
			args["request_id"] = *c.RequestID
		}
		name := c.Method + " " + c.Action
		if c.Method == "" {
			name = requestUnseen
		}
		t.slice(name, "call", c.Time, end, at, inCapture(s, c.File, args))
	}
	for _, c := range byTime {
		if p := c.Behalf(); p != nil {
			t.flow(c.ID, *p, c.Time, t.placed[c.ID])
		}
	}
}

// flow leads from a call to what it caused.
func (t *trace) flow(id, cause string, at story.Time, to place) {
	from, ok := t.placed[cause]
	if !ok {
		return
	}
	t.event(traceEvent{Name: "caused", Cat: "cause", Ph: "s", Ts: t.micros(at), Pid: from.pid, Tid: from.tid, ID: id})
	t.event(traceEvent{Name: "caused", Cat: "cause", Ph: "f", BP: "e", Ts: t.micros(at), Pid: to.pid, Tid: to.tid, ID: id})
}

// statements writes the statements. A connection does one thing at a time;
// pipelined statements lie on further tracks.
func (t *trace) statements(s *story.Story) {
	var free tracks
	byTime := slices.Clone(s.Statements)
	slices.SortStableFunc(byTime, func(a, b *story.Statement) int { return cmp.Compare(a.Time, b.Time) })
	for _, st := range byTime {
		end := max(st.End, st.Time)
		at := place{pidOf("database"), free.take(st.Time, end)}
		t.slice(statementName(st), "statement", st.Time, end, at, inCapture(s, st.File, map[string]any{
			"id": st.ID, "text": shorten(Safe(st.Text.String()), 1000), "outcome": st.Outcome, "first_frame": st.FirstFrame, "last_frame": st.LastFrame, "stream": st.Stream,
		}))
		if st.Call != nil && st.Call.Certainty != "guess" {
			t.flow(st.ID, st.Call.ID, st.Time, at)
		}
	}
}
