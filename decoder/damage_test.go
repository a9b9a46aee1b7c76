package decoder_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// recordings are captures of real clients and servers.
const recordings = "../../shared/captures"

// recording is a capture taken apart, so that it can be damaged.
type recording struct {
	parts  [][]byte // all that the file consists of, in its order
	frames []int    // of each part its frame number, 0 where it is no packet
	ports  map[uint16]string
	// Of each frame from 1: the connection's ends, as "ip:port ip:port" from
	// the sender to the receiver, "" where it is none of TCP.
	talks []string
	segs  []string // and what of the stream it carried
	whole truth
}

// truth is what the undamaged capture tells.
type truth struct {
	records  []record.Record
	lines    map[string]int // plain forms, with how often each occurs
	timeless []string       // of each record, of the undamaged capture only
	fields   []map[string]any
}

// load takes a capture apart, or skips the test.
func load(t *testing.T, path string) *recording {
	t.Helper()
	set, err := capture.Open(t.Context(), []string{path}, capture.Options{Bounds: bounds.Default(), Everything: true})
	if err != nil {
		t.Skipf("the recorded captures are not beside this checkout: %v", err)
	}
	defer set.Close()
	r := &recording{ports: portsOf(path), talks: []string{""}, segs: []string{""}}
	packets := packet.NewDecoder(bounds.Default())
	for {
		var p capture.Packet
		if err := set.Next(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		number := 0
		if p.Kind == capture.IsPacket {
			number = p.Number
			talk, carried := "", ""
			var seg packet.Segment
			if packets.Decode(&p, &seg) == packet.IsSegment {
				talk = fmt.Sprintf("%v:%d %v:%d", seg.Src.Addr, seg.Src.Port, seg.Dst.Addr, seg.Dst.Port)
				carried = fmt.Sprintf("%s %d %x", talk, seg.Seq, sha256.Sum256(seg.Payload))
			}
			r.talks, r.segs = append(r.talks, talk), append(r.segs, carried)
		}
		r.parts = append(r.parts, bytes.Clone(p.Record))
		r.frames = append(r.frames, number)
	}
	r.whole = r.read(t, func(int) bool { return false })
	for _, rec := range r.whole.records {
		r.whole.timeless = append(r.whole.timeless, plain(t, rec, true))
		r.whole.fields = append(r.whole.fields, fields(t, rec))
	}
	return r
}

// portsOf gives the ports that a capture's own notes name.
func portsOf(path string) map[uint16]string {
	ports := map[uint16]string{3307: decoder.MySQL, 3308: decoder.MySQL}
	name := strings.TrimSuffix(path, filepath.Ext(path)) + ".expected.json"
	var notes struct {
		Ports map[string][]uint16 `json:"ports"`
	}
	if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &notes) == nil {
		for service, list := range notes.Ports {
			for _, port := range list {
				ports[port] = service
			}
		}
	}
	return ports
}

// count gives the number of packets.
func (r *recording) count() int { return len(r.talks) - 1 }

// read decodes the capture without the frames that lost says.
func (r *recording) read(t *testing.T, lost func(frame int) bool) truth {
	t.Helper()
	var file bytes.Buffer
	frames := []int{0}
	for i, b := range r.parts {
		n := r.frames[i]
		if n > 0 && lost(n) {
			continue
		}
		if n > 0 {
			frames = append(frames, n)
		}
		file.Write(b)
	}
	o := options()
	o.Ports, o.ShowSecrets = r.ports, true
	var law *decoder.LawError
	found, err := decode(file.Bytes(), o)
	if errors.As(err, &law) {
		t.Fatal(err)
	}
	told := truth{lines: make(map[string]int)}
	for _, rec := range found {
		switch rec.(type) {
		case *record.MySQL, *record.HTTP, *record.Login, *record.TLS:
			renumber(rec, frames)
			told.records = append(told.records, rec)
			told.lines[plain(t, rec, false)]++
		}
	}
	return told
}

// spans gives what a record tells of its places in the capture.
func spans(rec record.Record) []*record.Span {
	var list []*record.Span
	switch rec := rec.(type) {
	case *record.MySQL:
		list = append(list, rec.Request, rec.Response)
	case *record.Login:
		list = append(list, rec.Request, rec.Response)
	case *record.TLS:
		list = append(list, rec.Request, rec.Response)
	case *record.HTTP:
		if rec.Request != nil {
			list = append(list, &rec.Request.Span)
		}
		if rec.Response != nil {
			list = append(list, &rec.Response.Span)
		}
	}
	return slices.DeleteFunc(list, func(s *record.Span) bool { return s == nil })
}

// renumber gives a record the frame numbers of the undamaged capture, and takes
// off what counts on from what was seen. Waits rest on acknowledgements, the
// default database on commands before, which may be among what was lost; both
// are no part of the line's contract.
func renumber(rec record.Record, frames []int) {
	for _, s := range spans(rec) {
		s.FirstFrame, s.LastFrame = frames[s.FirstFrame], frames[s.LastFrame]
	}
	rec.Header().ID, rec.Header().Stream = "", 0
	switch rec := rec.(type) {
	case *record.MySQL:
		rec.N = 0
	case *record.HTTP:
		if rec.Request != nil {
			rec.Request.Waits = nil
		}
		if rec.Response != nil {
			rec.Response.Waits = nil
		}
	}
}

// plain gives a record as a line; without times, where a copy of what was lost
// stands for it.
func plain(t *testing.T, rec record.Record, timeless bool) string {
	t.Helper()
	if timeless {
		var saved []record.Span
		list := spans(rec)
		for _, s := range list {
			saved = append(saved, *s)
			*s = record.Span{}
		}
		tail := rec.End()
		seconds, wait := tail.Seconds, tail.Wait
		tail.Seconds, tail.Wait = record.NoDuration, record.NoDuration
		defer func() {
			for i, s := range list {
				*s = saved[i]
			}
			tail.Seconds, tail.Wait = seconds, wait
		}()
	}
	if m, ok := rec.(*record.MySQL); ok {
		defer func(known string) { m.Database = known }(m.Database)
		m.Database = ""
	}
	b, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// hold checks what a damaged capture tells against the undamaged one: no
// unmarked record is another one's, and nothing was asked that never was.
// It gives the number of differences.
func (r *recording) hold(t *testing.T, name string, got truth, lost func(frame int) bool) int {
	t.Helper()
	bad := 0
	report := func(format string, args ...any) {
		if bad++; bad <= 5 {
			t.Errorf(name+": "+format, args...)
		}
	}
	for _, rec := range got.records {
		if !r.asked(rec, lost) {
			report("never asked: %.600s", plain(t, rec, false))
		}
		if r.elsewhere(rec) {
			report("another default database: %.600s", plain(t, rec, false))
		}
		if len(rec.End().Marks) > 0 {
			continue
		}
		line := plain(t, rec, false)
		if got.lines[line] <= r.whole.lines[line] {
			continue
		}
		if !r.copied(t, rec, lost) {
			report("unmarked, and another than in the whole capture: %s", r.difference(t, rec))
		}
	}
	return bad
}

// copied tells that a record is as in the undamaged capture but for its times,
// and that a frame of it there was lost or recorded several times, so that
// another copy stands for it.
func (r *recording) copied(t *testing.T, rec record.Record, lost func(frame int) bool) bool {
	line := plain(t, rec, true)
	for i, w := range r.whole.records {
		if r.whole.timeless[i] != line {
			continue
		}
		whole, got := spans(w), spans(rec)
		for i, s := range whole {
			if lost(s.FirstFrame) || lost(s.LastFrame) || r.segs[s.FirstFrame] == r.segs[got[i].FirstFrame] || r.segs[s.LastFrame] == r.segs[got[i].LastFrame] {
				return true
			}
		}
	}
	return false
}

// elsewhere tells that a command is told to be of another default database.
func (r *recording) elsewhere(rec record.Record) bool {
	m, ok := rec.(*record.MySQL)
	return ok && m.Database != "" && slices.ContainsFunc(r.whole.records, func(w record.Record) bool {
		x, ok := w.(*record.MySQL)
		return ok && x.Client == m.Client && *x.Request == *m.Request && x.Command == m.Command && sameText(x.Text, m.Text) && x.Database != m.Database
	})
}

// fields gives a record as its line's fields.
func fields(t *testing.T, rec record.Record) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(plain(t, rec, false)), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// difference says what of a record is otherwise in the undamaged capture.
func (r *recording) difference(t *testing.T, rec record.Record) string {
	t.Helper()
	for i, w := range r.whole.records {
		a, b := spans(w), spans(rec)
		if w.Header().Client != rec.Header().Client || len(a) == 0 || len(b) == 0 || a[0].FirstFrame != b[0].FirstFrame {
			continue
		}
		got, want, said := fields(t, rec), r.whole.fields[i], ""
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if x, y := fmt.Sprint(got[key]), fmt.Sprint(want[key]); x != y {
				said += fmt.Sprintf("\n   %s %.300s\n   for %.300s", key, x, y)
			}
		}
		return fmt.Sprintf("frame %d %.120v%s", a[0].FirstFrame, got["command"], said)
	}
	return plain(t, rec, false)
}

// asked tells that what a record says a client asked was asked.
func (r *recording) asked(rec record.Record, lost func(frame int) bool) bool {
	switch rec := rec.(type) {
	case *record.MySQL:
		return slices.ContainsFunc(r.whole.records, func(w record.Record) bool {
			m, ok := w.(*record.MySQL)
			return ok && m.Client == rec.Client && m.Command == rec.Command &&
				(r.segs[m.Request.FirstFrame] == r.segs[rec.Request.FirstFrame] || lost(m.Request.FirstFrame) && sameText(m.Text, rec.Text))
		})
	case *record.HTTP:
		return rec.Request == nil || slices.ContainsFunc(r.whole.records, func(w record.Record) bool {
			h, ok := w.(*record.HTTP)
			if !ok || h.Request == nil || h.Client != rec.Client || h.Request.Method != rec.Request.Method {
				return false
			}
			whole := h.Request.Target == rec.Request.Target ||
				rec.Marks.Has(record.MarkIncomplete) && strings.HasPrefix(h.Request.Target, rec.Request.Target)
			return whole && (r.segs[h.Request.FirstFrame] == r.segs[rec.Request.FirstFrame] || lost(h.Request.FirstFrame))
		})
	}
	return true
}

// sameText tells that a text is the beginning of another.
func sameText(whole, got *string) bool {
	return got == nil || whole != nil && strings.HasPrefix(*whole, *got)
}

// damaged lists the captures whose damage is tried: by the name of the test the
// path. modes are of MySQL in all its ways, others of HTTP and both.
func damaged(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, pattern := range patterns {
		paths, _ := filepath.Glob(filepath.Join(recordings, pattern))
		for _, path := range paths {
			if !strings.Contains(filepath.Base(path), ".pcap") {
				continue // what is told of a capture
			}
			name, _ := filepath.Rel(recordings, path)
			name = strings.TrimSuffix(name, "/capture.pcap")
			found[name] = path
		}
	}
	if len(found) == 0 {
		t.Skip("the recorded captures are not beside this checkout")
	}
	return found
}

// variants is how many damaged captures of each are tried.
func variants(few int) int {
	if n, err := strconv.Atoi(os.Getenv("GLANCECAP_VARIANTS")); err == nil {
		return n
	}
	return few
}

var (
	modes   = []string{"mysql-modes/*.pcap*", "third-party/mysql*", "third-party/webapp*"}
	calls   = []string{"third-party/http*"}
	clouds  = []string{"import/capture.pcap", "attribution-*/capture.pcap", "failures/capture.pcap", "db-trouble/capture.pcap", "db-proxy/capture.pcap", "preping/capture.pcap"}
	repeats = slices.Concat(modes, calls, clouds)
)

// tryAll runs a test for each capture, in the order of their names.
func tryAll(t *testing.T, patterns []string, try func(t *testing.T, r *recording)) {
	found := damaged(t, patterns...)
	// What is sent through a proxy's tunnel is no request of the connection, but
	// one that was sent: without the CONNECT before it nothing tells them apart.
	delete(found, "third-party/http-connect-fragmented.pcap")
	for _, name := range slices.Sorted(maps.Keys(found)) {
		t.Run(name, func(t *testing.T) { try(t, load(t, found[name])) })
	}
}

// few is how many variants an ordinary run tries: fewer of the larger ones.
func (r *recording) few() int { return max(1, min(2, 2000/max(1, r.count()))) }

// TestDroppedPacketsChangeNoUnmarkedRecord drops packets at random, one in a
// hundred, as often as GLANCECAP_VARIANTS says.
func TestDroppedPacketsChangeNoUnmarkedRecord(t *testing.T) {
	tryAll(t, repeats, func(t *testing.T, r *recording) {
		bad := 0
		for i := range variants(r.few()) {
			random := rand.New(rand.NewPCG(11, uint64(i)))
			gone := make([]bool, r.count()+1)
			for f := range gone {
				gone[f] = random.Float64() < 0.01
			}
			lost := func(frame int) bool { return gone[frame] }
			if bad += r.hold(t, fmt.Sprintf("variant %d", i), r.read(t, lost), lost); bad > 20 {
				t.Fatal("and so on")
			}
		}
	})
}

// TestOneDirectionAloneChangesNoUnmarkedRecord takes one direction, or a part of
// it, out of each connection.
func TestOneDirectionAloneChangesNoUnmarkedRecord(t *testing.T) {
	tryAll(t, repeats, func(t *testing.T, r *recording) {
		bad := 0
		for i := range variants(r.few()) {
			random := rand.New(rand.NewPCG(12, uint64(i)))
			gone := r.oneSided(random)
			lost := func(frame int) bool { return gone[frame] }
			if bad += r.hold(t, fmt.Sprintf("variant %d", i), r.read(t, lost), lost); bad > 20 {
				t.Fatal("and so on")
			}
		}
	})
}

// oneSided chooses for each connection what of it is lost: one direction, one
// from some frame on or up to it, or nothing.
func (r *recording) oneSided(random *rand.Rand) []bool {
	type choice struct{ from, to int }
	chosen := make(map[string]choice)
	gone := make([]bool, len(r.talks))
	for f, talk := range r.talks {
		if talk == "" {
			continue
		}
		c, known := chosen[talk]
		if !known {
			at := 1 + random.IntN(r.count())
			c = []choice{{0, r.count()}, {0, r.count()}, {0, at}, {at, r.count()}}[random.IntN(4)]
			src, dst, _ := strings.Cut(talk, " ")
			back := dst + " " + src
			switch random.IntN(5) {
			case 0:
				chosen[talk], chosen[back] = choice{1, 0}, choice{1, 0}
			case 1, 2:
				chosen[talk], chosen[back] = c, choice{1, 0}
			default:
				chosen[talk], chosen[back] = choice{1, 0}, c
			}
			c = chosen[talk]
		}
		gone[f] = c.from <= f && f <= c.to
	}
	return gone
}

// TestWhereACaptureBeginsChangesNoLaterCommand leaves out the first packets, up
// to the last handshake.
func TestWhereACaptureBeginsChangesNoLaterCommand(t *testing.T) {
	tryAll(t, repeats, func(t *testing.T, r *recording) {
		last := r.lastHandshake()
		step := 1
		if os.Getenv("GLANCECAP_VARIANTS") == "" {
			step = max(1, last/25, last*r.count()/50_000)
		}
		bad := 0
		for n := 1; n <= last+1; n += step {
			lost := func(frame int) bool { return frame <= n }
			got := r.read(t, lost)
			bad += r.hold(t, fmt.Sprintf("without the first %d", n), got, lost)
			for _, rec := range got.records {
				if at := asked(rec); at == nil || slices.Contains(r.segs[:n+1], r.segs[at.FirstFrame]) {
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
	got, said := fields(t, rec), "nothing begins there"
	y := asked(rec)
	for i, w := range r.whole.records {
		x := asked(w)
		if w.Header().Client != rec.Header().Client || x == nil || r.segs[x.FirstFrame] != r.segs[y.FirstFrame] {
			continue
		}
		if said = poorer(got, r.whole.fields[i], ""); said == "" {
			return ""
		}
	}
	return fmt.Sprintf("frame %d %v %v: %s", y.FirstFrame, got["command"], got["marks"], said)
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
