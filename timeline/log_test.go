package timeline

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/record"
	"glancecap/fixtures/wire"
	"glancecap/timeline/story"
	logs "glancecap/timeline/witness"
)

// hear makes the story of a conversation with logs beside it.
func hear(t *testing.T, texts []string, lines ...string) *story.Story {
	t.Helper()
	c, err := wire.Play(ends + strings.Join(lines, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	pcap, err := c.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(path, pcap, 0o600); err != nil {
		t.Fatal(err)
	}
	return hearFile(t, path, texts...)
}

func hearFile(t *testing.T, path string, texts ...string) *story.Story {
	t.Helper()
	b := NewBuilder(Options{Version: "test"})
	for i, text := range texts {
		log, err := logs.Read(fmt.Sprintf("%d.log", i), strings.NewReader(text), logs.DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		b.Witness(log)
	}
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, After: record.NoTime, Before: record.NoTime}
	if err := decoder.Run(context.Background(), []string{path}, o, b.Add); err != nil {
		t.Fatal(err)
	}
	return b.Story()
}

// inLog is what a client's log says of a call, the times in seconds behind
// 04:49:00.
func inLog(start, end float64, method, target string, status int, id, asked, answered string) string {
	stamp := func(s float64) string {
		return time.Date(2020, 2, 18, 4, 49, 0, 0, time.UTC).Add(time.Duration(s*1e9)).Format("2006-01-02 15:04:05.000") + " 77 DEBUG keystoneauth.session [  admin] "
	}
	if asked != "" {
		asked = " -d '" + asked + "'"
	}
	text := fmt.Sprintf("%sREQ: curl -g -i -X %s https://172.16.0.20:13292%s -H \"X-Auth-Token: {SHA256}%s\"%s\n", stamp(start), method, target, strings.Repeat("5e7d771c277d801a", 4), asked) +
		fmt.Sprintf("%sRESP: [%d] x-openstack-request-id: %s\n", stamp(end), status, id)
	if answered != "" {
		text += stamp(end) + "RESP BODY: " + answered + "\n"
	}
	return text + fmt.Sprintf("%s%s call to image for https://172.16.0.20:13292%s used request id %s\n", stamp(end), method, target, id)
}

// bare takes what a log's lines have in front of the messages away.
func bare(log string) string {
	return regexp.MustCompile(`(?m)^.*?\[  admin\] `).ReplaceAllString(log, "")
}

// life is an image's life in SQL alone: made at 04:49:56, saved, with a
// property that is set last.
func life() []string {
	return []string{
		login("worker"), "04:49:56.000  " + query("worker", "SELECT 1", "rows status=none\n| 1\n| 1"), inserted("worker"), commit("worker"), rollback("worker"),
		"04:49:56.200  " + query("worker", "SELECT 1", "rows status=none\n| 1\n| 1"), saved("worker", "queued", "saving", matchedOne), commit("worker"), rollback("worker"),
		"04:49:56.400  " + query("worker", "SELECT 1", "rows status=none\n| 1\n| 1"), saved("worker", "saving", "active", matchedOne), commit("worker"), rollback("worker"),
	}
}

// lived is what the client's log says of it, by a clock that is ahead.
func lived(ahead float64) string {
	return inLog(55.99+ahead, 56.1+ahead, "POST", "/v2/images", 201, "req-1", `{"name": "vmlinuz"}`, imageBody("queued")) +
		inLog(56.11+ahead, 56.5+ahead, "PUT", "/v2/images/"+id+"/file", 204, "req-2", "", "") +
		inLog(56.51+ahead, 56.6+ahead, "GET", "/v2/images/"+id, 200, "req-3", "", imageBody("active"))
}

// writers lists the request ids to which an image's writes are linked, with
// their certainties.
func writers(s *story.Story) string {
	var words []string
	for _, st := range s.Statements {
		if !writes(st.Verb) {
			continue
		}
		word := "nobody"
		if st.Call != nil {
			word = *st.Call.RequestID + " " + st.Call.Certainty
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func TestCallsThatOnlyALogTellsStandBesideWhatTheyWrote(t *testing.T) {
	s := hear(t, []string{lived(0)}, life()...)
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→saving saving→active")
	if got := writers(s); got != "req-1 proven, req-2 likely, req-2 likely" {
		t.Errorf("writes are linked to %s", got)
	}
	if len(s.Calls) != 3 || len(i.Calls) != 3 {
		t.Fatalf("%d calls, of the image %d", len(s.Calls), len(i.Calls))
	}
	c := s.Calls[0]
	if c.Record != "" || c.Stream != -1 || c.FirstFrame != 0 || !slices.Equal(c.Witnesses, []string{"log"}) || c.Log == nil || c.Log.Line != 1 || c.Server != "172.16.0.20:13292" {
		t.Errorf("%+v", c)
	}
	if c.Image == nil || *c.Image != id || *c.Status != 201 || c.Action != "image.create" {
		t.Errorf("%+v", c)
	}
	for k, tr := range i.Transitions {
		if want := [][]string{{"sql", "log"}, {"sql"}, {"sql", "log"}}[k]; !slices.Equal(tr.Witnesses, want) || !tr.Agree {
			t.Errorf("%s has the witnesses %v, agree %v", tr.To, tr.Witnesses, tr.Agree)
		}
	}
}

func TestALogsClockIsFittedByWhatItsCallsWrote(t *testing.T) {
	for _, ahead := range []float64{0, 7.5, -3600, 3 * 3600} {
		s := hear(t, []string{lived(ahead)}, life()...)
		w := s.Witnesses[0]
		if d := float64(w.ClockOffset) + ahead; d > 0.1 || d < -0.1 || d > float64(w.ClockWithin)+0.02 || -d > float64(w.ClockWithin)+0.02 {
			t.Errorf("a log %+.1f s ahead is corrected by %+.3f s ± %.3f", ahead, float64(w.ClockOffset), float64(w.ClockWithin))
		}
		if got := writers(s); got != "req-1 proven, req-2 likely, req-2 likely" {
			t.Errorf("a log %+.1f s ahead: %s", ahead, got)
		}
	}
}

func TestALogWithoutTimesIsPlacedByItsOrder(t *testing.T) {
	s := hear(t, []string{bare(lived(0))}, life()...)
	if got := writers(s); got != "req-1 proven, req-2 likely, req-2 likely" {
		t.Errorf("writes are linked to %s", got)
	}
	if w := s.Witnesses[0]; w.Timed || w.ClockOffset.Known() || w.Calls != 3 {
		t.Errorf("%+v", w)
	}
	for k := 1; k < len(s.Calls); k++ {
		if s.Calls[k].Time < s.Calls[k-1].Time {
			t.Errorf("%s is told before %s", s.Calls[k].Target, s.Calls[k-1].Target)
		}
	}
	if v := s.Images[0].Verdict; v.SecondsFrom != "transition" {
		t.Errorf("the time of the creating call is not known, yet %+v", v)
	}
}

func TestACallInSeveralLogsIsOne(t *testing.T) {
	service := `2020-02-18 04:49:56.099 9 INFO eventlet.wsgi.server [None req-1 c05bc439722f4e9a963ab9e4810c6503 a9fbf7e514c84c389cfb8682852d6085 - - default default] 172.16.0.10 - - [18/Feb/2020 04:49:56] "POST /v2/images HTTP/1.1" 201 1109 0.105
`
	s := hear(t, []string{bare(lived(0)), lived(0), service}, life()...)
	if len(s.Calls) != 3 {
		t.Fatalf("%d calls", len(s.Calls))
	}
	c := s.Calls[0]
	if c.Log.Witness != 1 || c.User == nil || c.User.ID != "c05bc439722f4e9a963ab9e4810c6503" || c.Client != "172.16.0.10" {
		t.Errorf("%+v, user %+v, log %+v", c, c.User, c.Log)
	}
}

func TestACallOnTheWireHasTheLogAsAFurtherWitness(t *testing.T) {
	log := inLog(55, 55.5, "POST", "/v2/images", 201, strings.TrimPrefix(req, "X-Openstack-Request-Id: ")+"0", `{"name": "vmlinuz"}`, imageBody("queued"))
	s := hear(t, []string{log}, created())
	if len(s.Calls) != 1 || s.Witnesses[0].OnWire != 1 {
		t.Fatalf("%d calls, %+v", len(s.Calls), s.Witnesses)
	}
	c := s.Calls[0]
	if !slices.Equal(c.Witnesses, []string{"wire", "log"}) || c.Record == "" || c.Log == nil || c.FirstFrame == 0 {
		t.Errorf("%+v", c)
	}
	if tr := s.Images[0].Transitions[0]; !slices.Equal(tr.Witnesses, []string{"api", "log"}) {
		t.Errorf("%+v", tr)
	}
}

func TestALogTellsTheAnswerThatWasNotCaptured(t *testing.T) {
	log := lived(0) + inLog(56.95, 57.3, "GET", "/v2/images/"+id, 404, "req-7", "", "")
	s := hear(t, []string{log}, append(life(), "04:49:57.000  "+request("client", "glance", "GET /v2/images/"+id, "", "Host: x"))...)
	if len(s.Calls) != 4 || s.Witnesses[0].OnWire != 1 {
		t.Fatalf("%d calls, %+v", len(s.Calls), s.Witnesses)
	}
	c := s.Calls[3]
	if !slices.Equal(c.Witnesses, []string{"wire", "log"}) || c.Status == nil || *c.Status != 404 || c.RequestID == nil || *c.RequestID != "req-7" {
		t.Errorf("%+v", c)
	}
}

func TestALogThatTheCaptureSaysNothingOfIsFittedByAnother(t *testing.T) {
	service := `2020-02-18 06:49:56.599 9 INFO eventlet.wsgi.server [None req-3 c05bc439722f4e9a963ab9e4810c6503 a9fbf7e514c84c389cfb8682852d6085 - - default default] 172.16.0.10 - - [18/Feb/2020 06:49:56] "GET /v2/images/` + id + ` HTTP/1.1" 200 1109 0.085
`
	s := hear(t, []string{lived(0), service}, life()...)
	if w := s.Witnesses[1]; len(s.Calls) != 3 || float64(w.ClockOffset) > -7199.9 || float64(w.ClockOffset) < -7200.1 {
		t.Errorf("%d calls, %+v", len(s.Calls), s.Witnesses)
	}
}

func TestTheTokenInALogNamesTheUserThatTheWireTells(t *testing.T) {
	log := strings.ReplaceAll(lived(0), strings.Repeat("5e7d771c277d801a", 4), digestOf(token))
	s := hear(t, []string{log}, append([]string{issued()}, life()...)...)
	i := slices.IndexFunc(s.Calls, func(c *story.Call) bool { return c.Action == "image.create" })
	if i < 0 || s.Calls[i].User == nil || s.Calls[i].User.Name != "admin" {
		t.Errorf("%+v", s.Calls)
	}
}

func TestATokenIssuedInALogBelongsToTheCallsBehindIt(t *testing.T) {
	text := "Making authentication request to https://172.16.0.20:13000/v3/auth/tokens\n" +
		"https://172.16.0.20:13000 \"POST /v3/auth/tokens HTTP/1.1\" 201 100\n" +
		`{"token": {"user": {"id": "u1", "name": "admin"}, "project": {"id": "p1", "name": "demo"}}}` + "\n" + bare(lived(0))
	s := hear(t, []string{text}, life()...)
	for _, c := range s.Calls {
		if c.User == nil || c.User.Name != "admin" || c.User.Project != "demo" {
			t.Errorf("%s %s is told of %+v", c.Method, c.Target, c.User)
		}
	}
}

func TestALogWhoseClockCannotBeComparedCausesNothing(t *testing.T) {
	log := inLog(56.1, 56.3, "GET", "/v2/images", 200, "req-9", "", "")
	s := hear(t, []string{log}, life()...)
	if len(s.Calls) != 1 || s.Witnesses[0].ClockOffset.Known() {
		t.Fatalf("%+v", s.Witnesses)
	}
	for _, st := range s.Statements {
		if st.Call != nil {
			t.Errorf("%s is linked", st.ID)
		}
	}
}

func TestCallsOfOtherTimesAreCountedOnly(t *testing.T) {
	log := lived(0) + inLog(3600, 3601, "GET", "/v2/images", 200, "req-9", "", "")
	s := hear(t, []string{log}, life()...)
	if len(s.Calls) != 3 || s.Witnesses[0].Outside != 1 || s.Witnesses[0].Calls != 4 {
		t.Errorf("%d calls, %+v", len(s.Calls), s.Witnesses[0])
	}
}

func TestAnotherClientsWritesAreNotLinkedToTheLogsCalls(t *testing.T) {
	const foreign = "23892850-6add-4c28-87cd-6da62e6f8a3c"
	lines := life()
	for _, line := range life()[1:] {
		line = strings.NewReplacer(id, foreign, "04:49:56", "04:49:57").Replace(line)
		lines = append(lines, line)
	}
	s := hear(t, []string{lived(0)}, lines...)
	if len(s.Images) != 2 {
		t.Fatalf("%d images", len(s.Images))
	}
	for _, st := range s.Statements {
		if st.Image != nil && *st.Image == foreign && st.Call != nil {
			t.Errorf("%s is linked to %s", st.ID, *st.Call.RequestID)
		}
	}
}

func TestSecretsInALogAreReplaced(t *testing.T) {
	const secret = "gAAAAABeSecretTokenThatNobodyShallSee0123456789abcdefghijklmnop"
	log := strings.ReplaceAll(lived(0), "{SHA256}"+strings.Repeat("5e7d771c277d801a", 4), secret) +
		inLog(56.7, 56.8, "GET", "/v2/images?temp_url_sig=verysecret", 200, "req-4", "", "")
	out, err := json.Marshal(hear(t, []string{log}, life()...))
	if err != nil || bytes.Contains(out, []byte(secret)) || bytes.Contains(out, []byte("verysecret")) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestTheSameLogsTellTheSameStory(t *testing.T) {
	var before []byte
	for range 5 {
		s := hear(t, []string{lived(1), bare(lived(0))}, life()...)
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		// A new directory each time, which the jumps to Wireshark name too.
		out = bytes.ReplaceAll(out, []byte(s.Captures[0].Path), nil)
		if before != nil && !bytes.Equal(before, out) {
			t.Fatal("two stories differ")
		}
		before = out
	}
}

func recordedAgain(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "captures", "article-again", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the recorded capture is not here: %v", err)
	}
	return path
}

// truth gives the request ids of recorded statements by client and number.
func truth(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(recordedAgain(t, "truth/sql.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ids := make(map[string]string)
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var x struct {
			Client, Service string
			N               int
			RequestID       string `json:"request_id"`
			Origin          string `json:"origin_request_id"`
		}
		if err := json.Unmarshal(in.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		if x.Origin != "" {
			x.RequestID = x.Origin
		}
		if x.Service == "glance" {
			ids[fmt.Sprint(x.Client, " ", x.N)] = x.RequestID
		}
	}
	return ids
}

// TestRecordedLogsNameTheCallsThatWrote goes by every log of the founding
// example done again, alone and together, also by a clock that is hours off.
func TestRecordedLogsNameTheCallsThatWrote(t *testing.T) {
	ids := truth(t)
	text := func(name string) string {
		b, err := os.ReadFile(recordedAgain(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	debug, console, api := text("debug.log"), text("glance-console.log"), text("glance-api.log")
	for _, x := range []struct {
		name   string
		logs   []string
		writes int
	}{
		{"debug.log", []string{debug}, 10}, {"debug-console.log", []string{text("debug-console.log")}, 10}, {"glance-console.log", []string{console}, 7},
		{"glance-api.log", []string{api}, 17}, {"both clients'", []string{debug, console}, 17}, {"all", []string{debug, console, api}, 17},
		{"five hours off", []string{strings.ReplaceAll(debug, "2026-11-23 17:06:", "2026-11-23 22:07:"), console}, 17},
	} {
		s := hearFile(t, recordedAgain(t, "capture.pcap"), x.logs...)
		linked := 0
		for _, st := range s.Statements {
			if st.Call == nil {
				continue
			}
			if want := ids[fmt.Sprint(st.Client, " ", st.N)]; st.Call.RequestID == nil || *st.Call.RequestID != want {
				t.Errorf("%s: %s is linked to %s, it is of %s: %s", x.name, st.ID, st.Call.ID, want, st.Text)
			} else if writes(st.Verb) {
				linked++
			}
		}
		if linked != x.writes {
			t.Errorf("%s: %d writes are linked, want %d", x.name, linked, x.writes)
		}
		for _, i := range s.Images {
			for _, tr := range i.Transitions {
				if !tr.Agree {
					t.Errorf("%s: %s contradicts %s", x.name, i.Name, tr.To)
				}
			}
		}
	}
}

// digestOf gives the digest that a client's log shows for a token's header.
func digestOf(header string) string {
	sum := sha256.Sum256([]byte(strings.TrimPrefix(header, "X-Auth-Token: ")))
	return hex.EncodeToString(sum[:])
}

func TestEncryptedCallsAndAClientsLogTellTheWholeStory(t *testing.T) {
	path := recordedAgain(t, "capture.pcap")
	b, err := os.ReadFile(recordedAgain(t, "debug.log"))
	if err != nil {
		t.Fatal(err)
	}
	// What tcpdump 'port 13000 or port 13292' had seen, by a client's clock a minute ahead.
	s := hearFile(t, onPorts(t, path, 13000, 13292), strings.ReplaceAll(string(b), "2026-11-23 17:06:", "2026-11-23 17:07:"))
	if w := s.Witnesses[0]; math.Abs(float64(w.ClockOffset)+60) > 0.02 {
		t.Errorf("%+v", w)
	}
	i := s.Images[0]
	wantArrows(t, i, "·→queued queued→active")
	if i.Verdict.Status != "active" || i.Verdict.SecondsFrom != "call" {
		t.Errorf("%+v", i.Verdict)
	}
	for _, tr := range i.Transitions {
		if !slices.Equal(tr.Witnesses, []string{"log"}) || tr.Frame != 0 || tr.Call == nil || tr.Certainty != "likely" {
			t.Errorf("%+v", tr)
		}
	}
	for _, c := range s.Calls {
		if !strings.HasPrefix(c.Client, "172.16.0.10:") || c.Stream < 0 {
			t.Errorf("%s %s went through no connection: %q, stream %d", c.Method, c.Target, c.Client, c.Stream)
		}
	}
}

// onPorts cuts the frames of TCP ports out of a capture.
func onPorts(t *testing.T, path string, ports ...uint16) string {
	t.Helper()
	set, err := capture.Open(context.Background(), []string{path}, capture.Options{Bounds: bounds.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	f, err := os.Create(filepath.Join(t.TempDir(), "cut.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriter(f)
	if err := w.WriteFileHeader(262144, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	var p capture.Packet
	for set.Next(&p) == nil {
		if len(p.Data) < 38 || !slices.Contains(ports, binary.BigEndian.Uint16(p.Data[34:])) && !slices.Contains(ports, binary.BigEndian.Uint16(p.Data[36:])) {
			continue
		}
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(0, p.Time), CaptureLength: len(p.Data), Length: len(p.Data)}, p.Data); err != nil {
			t.Fatal(err)
		}
	}
	return f.Name()
}
