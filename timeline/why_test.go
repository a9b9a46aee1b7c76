package timeline

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/fixtures/wire"
	"glancecap/timeline/story"
)

// whyIn tells a conversation and why of one thing in it.
func whyIn(t *testing.T, id string, lines ...string) *story.Why {
	t.Helper()
	b, s := builtWith(t, lines...)
	why, err := b.Why(s, id)
	if err != nil {
		t.Fatal(err)
	}
	return why
}

func builtWith(t *testing.T, lines ...string) (*Builder, *story.Story) {
	t.Helper()
	c, err := wire.Play(ends + strings.Join(lines, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	pcap, err := c.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	b := NewBuilder(Options{Version: "test", Why: true})
	o := decoder.Options{Bounds: bounds.Default(), Stdin: bytes.NewReader(pcap), KeepRows: KeepRows, Bodies: true, ForTimeline: true, ShowSecrets: true, After: record.NoTime, Before: record.NoTime}
	if err := decoder.Run(context.Background(), []string{"-"}, o, b.Add); err != nil {
		t.Fatal(err)
	}
	return b, b.Story()
}

// about gives the sentences of a word, and the first frames of the first.
func about(w *story.Why, word string) (text string, frame int) {
	var lines []string
	for _, e := range w.Evidence {
		if e.About == word {
			if lines == nil && len(e.Frames) > 0 {
				frame = e.Frames[0].First
			}
			lines = append(lines, e.Text)
		}
	}
	return strings.Join(lines, "\n"), frame
}

func wantSaid(t *testing.T, w *story.Why, word string, want ...string) {
	t.Helper()
	text, _ := about(w, word)
	for _, x := range want {
		if !strings.Contains(text, x) {
			t.Errorf("%s: of %q is said %q, want %q", w.ID, word, text, x)
		}
	}
}

// lifeOnTheWire is an upload with its create: everything of it on the wire.
func lifeOnTheWire() []string {
	return []string{issued(), login("worker"),
		request("client", "glance", "POST /v2/images", `{"name": "vmlinuz"}`, "Host: x", jsonType, token),
		query("worker", "SELECT 1", "rows\n| 1\n| 1"), inserted("worker"), commit("worker"), rollback("worker"),
		response("client", "glance", "201 Created", imageBody("queued"), jsonType, req+"0"),
		sends("", "@bytes 5000", "Content-Length: @"),
		query("worker", "SELECT 1", "rows\n| 1\n| 1"), saved("worker", "queued", "saving", matchedOne), commit("worker"), rollback("worker"),
		"stores --> swift connect\n", stores(id, "@bytes 5000", md5Of("")),
		query("worker", "SELECT 1", "rows\n| 1\n| 1"), saved("worker", "saving", "active", matchedOne), commit("worker"), rollback("worker"), answered(),
		request("client", "glance", "GET /v2/images/"+id, "", "Host: x", token), response("client", "glance", "200 OK", imageBody("active"), jsonType, req+"2"),
	}
}

// saying finds the first statement that says so.
func saying(t *testing.T, s *story.Story, words string) *story.Statement {
	t.Helper()
	for _, st := range s.Statements {
		if strings.Contains(st.Text.String(), words) {
			return st
		}
	}
	t.Fatalf("no statement says %s", words)
	return nil
}

func TestAStatementsEvidenceNamesItsBracketItsNamesAndItsRivals(t *testing.T) {
	b, s := builtWith(t, lifeOnTheWire()...)
	st := saying(t, s, "status='saving'")
	w, err := b.Why(s, st.ID)
	if err != nil {
		t.Fatal(err)
	}
	if w.Kind != "statement" || st.Call == nil || !strings.HasPrefix(w.Answer, st.Call.ID+" (PUT /v2/images/"+id+"/file, req-") || !strings.Contains(w.Answer, st.Call.Certainty) {
		t.Errorf("%s: %s", w.Kind, w.Answer)
	}
	wantSaid(t, w, "bracket", "begins with the pool's ping (SELECT 1)", "ends with the pool's ROLLBACK")
	wantSaid(t, w, "process", "_pid 77")
	wantSaid(t, w, "names", "the image "+id)
	wantSaid(t, w, "host", "172.16.0.19")
	wantSaid(t, w, "commit", "It is true since the answer to", "COMMIT")
	if _, frame := about(w, "names"); frame != st.FirstFrame {
		t.Errorf("the image is named in frame %d, not %d", st.FirstFrame, frame)
	}
	if len(w.Candidates) != 3 || !w.Candidates[0].Own || w.Candidates[0].Call != st.Call.ID {
		t.Fatalf("candidates %+v", w.Candidates)
	}
	for _, c := range w.Candidates[1:] {
		if c.Reason != "nesting" || !strings.HasPrefix(c.Text, "impossible: ") || len(c.Frames) != 1 {
			t.Errorf("candidate %+v", c)
		}
	}
}

func TestATransitionsEvidenceNamesItsWitnessesItsCommitAndItsNeighbours(t *testing.T) {
	b, s := builtWith(t, lifeOnTheWire()...)
	tr := only(t, s).Transitions[2]
	w, err := b.Why(s, tr.ID)
	if err != nil {
		t.Fatal(err)
	}
	if w.Kind != "transition" || !strings.Contains(w.Answer, strings.Join(tr.Witnesses, ", ")) {
		t.Errorf("%s: %s", w.Kind, w.Answer)
	}
	wantSaid(t, w, "sql", *tr.Statement+", UPDATE images, writes status='active' where the status was 'saving'", "updated_at is 2020-02-18 04:49:56.046542")
	wantSaid(t, w, "commit", "COMMIT, was answered with OK")
	wantSaid(t, w, "store", "Swift said that the object is there")
	wantSaid(t, w, "api", "was answered 204")
	wantSaid(t, w, "poll", "shows status active")
	wantSaid(t, w, "legal", "allows saving → active")
	wantSaid(t, w, "before", "queued → saving")
	wantSaid(t, w, "after", "No change after it")
	wantSaid(t, w, "call", *tr.Call)
	if _, frame := about(w, "sql"); frame != tr.Written.Frame {
		t.Errorf("it is written in frame %d, not %d", tr.Written.Frame, frame)
	}
}

func TestACallsEvidenceNamesItsCallerItsRequestsAndItsStatements(t *testing.T) {
	b, s := builtWith(t, lifeOnTheWire()...)
	st := saying(t, s, "status='active'")
	w, err := b.Why(s, st.Call.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantSaid(t, w, "caller", "{SHA256}", "the user admin in the project demo, as Keystone told in c1")
	wantSaid(t, w, "image", id+": its path names it")
	wantSaid(t, w, "asked", "swift PUT", "201")
	wantSaid(t, w, "statements", st.ID[:2], "UPDATE images (status saving)", "UPDATE images (status active)")
	wantSaid(t, w, "time", "s these took:")
	for _, by := range []string{*st.Call.RequestID, strconv.Itoa(s.Calls[2].FirstFrame)} {
		if other, err := b.Why(s, by); err != nil || other.ID != w.ID {
			t.Errorf("by %s: %v, %v", by, other, err)
		}
	}
}

func TestAnUnknownIDIsAnsweredWithWhatThereIs(t *testing.T) {
	b, s := builtWith(t, lifeOnTheWire()...)
	for _, id := range []string{"s999", "x", "", "99999", "-1"} {
		_, err := b.Why(s, id)
		var unknown *NothingOfThatID
		if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "the calls c1 to c5 and the transitions t1 to t3") {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestALinkThatIsNotProvenSaysWhatWouldHaveMadeItSure(t *testing.T) {
	// The call's end is not in the capture.
	const answer = 7 // of the call that makes the image
	lines := lifeOnTheWire()
	explained := func(n int) (*story.Link, *story.Why) {
		b, s := builtWith(t, lines[:n]...)
		st := saying(t, s, "INSERT INTO images")
		w, err := b.Why(s, st.ID)
		if err != nil || st.Call == nil {
			t.Fatalf("link %+v, %v", st.Call, err)
		}
		return st.Call, w
	}
	link, w := explained(answer)
	if link.Certainty != "likely" || !strings.Contains(w.Answer, "likely") || len(w.Surer) == 0 || w.Surer[0] != "the call's end is not in the capture: capture longer" {
		t.Errorf("link %+v, surer %q", link, w.Surer)
	}
	// With it nothing is missing.
	if link, w = explained(answer + 1); link.Certainty != "proven" || len(w.Surer) != 0 {
		t.Errorf("whole: link %+v, surer %q", link, w.Surer)
	}
	// Nobody asked for it.
	w = whyIn(t, "s3", append([]string{login("worker")}, inserted("worker"), commit("worker"))...)
	if !strings.HasPrefix(w.Answer, "No call is named: none that the capture shows") {
		t.Error(w.Answer)
	}
}

// TestEverythingInARecordedUploadCanBeExplained asks for each statement, call
// and transition: all frames that are told lie in the capture, and all ids that
// are told are there.
func TestEverythingInARecordedUploadCanBeExplained(t *testing.T) {
	b := NewBuilder(Options{Version: "test", Why: true})
	for _, r := range uploadOne(t) {
		b.Add(r)
	}
	s := b.Story()
	ids := make(map[string]bool)
	for _, st := range s.Statements {
		ids[st.ID] = true
	}
	for _, c := range s.Calls {
		ids[c.ID] = true
	}
	for _, i := range s.Images {
		for _, tr := range i.Transitions {
			ids[tr.ID] = true
		}
	}
	mention := regexp.MustCompile(`\b[sct]\d+\b`)
	last := int(s.Captures[0].Packets)
	for id := range ids {
		w, err := b.Why(s, id)
		if err != nil || w.Answer == "" || len(w.Evidence) == 0 || w.Filter == "" {
			t.Fatalf("%s: %v, %+v", id, err, w)
		}
		for _, e := range w.Evidence {
			for _, f := range e.Frames {
				if f.First < 1 || f.Last < f.First || f.Last > last {
					t.Errorf("%s: %s is seen in frames %d to %d of %d", id, e.About, f.First, f.Last, last)
				}
			}
			if e.About == "text" {
				continue
			}
			for _, m := range mention.FindAllString(e.Text, -1) {
				if !ids[m] {
					t.Errorf("%s: %q names %s, which is not there", id, e.Text, m)
				}
			}
		}
	}
}

func TestTsharkTakesTheCommandThatIsTold(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not here: ", err)
	}
	c, err := wire.Play(ends + strings.Join(lifeOnTheWire(), "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	pcap, err := c.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "it's one.pcap")
	if err := os.WriteFile(path, pcap, 0o600); err != nil {
		t.Fatal(err)
	}
	b := NewBuilder(Options{Version: "test", Why: true})
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, After: record.NoTime, Before: record.NoTime}
	if err := decoder.Run(context.Background(), []string{path}, o, b.Add); err != nil {
		t.Fatal(err)
	}
	s := b.Story()
	for _, id := range []string{saying(t, s, "status='saving'").ID, only(t, s).Transitions[2].ID, "c3"} {
		w, err := b.Why(s, id)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("sh", "-c", w.Tshark).Output()
		if err != nil {
			t.Fatalf("%s: %v", w.Tshark, err)
		}
		for _, protocol := range []string{"HTTP", "MySQL"} {
			if !strings.Contains(string(out), protocol) {
				t.Errorf("%s shows no %s:\n%s", w.Tshark, protocol, out)
			}
		}
	}
}

func TestOfSeveralCapturesTheFilterNamesTheEndsOfTheConversation(t *testing.T) {
	w := &asking{b: &Builder{}, story: &story.Story{Captures: []story.Capture{{Path: "a.pcap"}, {Path: "-"}}}}
	file := 1
	w.showCall(&story.Call{File: &file, Stream: 7, FirstFrame: 3, LastFrame: 3, Client: "10.0.0.1:40000", Server: "[fd00::1]:3306"})
	filter, command := w.filter()
	if want := "ip.addr == 10.0.0.1 && tcp.port == 40000 && ipv6.addr == fd00::1 && tcp.port == 3306 && frame.number == 3"; filter != want {
		t.Errorf("filter %s", filter)
	}
	if want := "tshark -r FILE -Y '" + filter + "'"; command != want {
		t.Errorf("command %s", command)
	}
}

func TestWhereNobodyAsksNoEvidenceIsKept(t *testing.T) {
	b := NewBuilder(Options{Version: "test"})
	for _, r := range uploadOne(t) {
		b.Add(r)
	}
	s := b.Story()
	if b.asked != nil || s.Why != nil {
		t.Error("evidence is held")
	}
	if _, err := b.Why(s, "s1"); err == nil {
		t.Error("it is told all the same")
	}
}

// TestALinkByAHabitSaysTheHabit asks of a recorded capture in which calls work
// on one image at a time.
func TestALinkByAHabitSaysTheHabit(t *testing.T) {
	b := NewBuilder(Options{Version: "test", Why: true})
	o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, After: record.NoTime, Before: record.NoTime}
	if err := decoder.Run(context.Background(), []string{shared(t, "same-image")}, o, b.Add); err != nil {
		t.Fatal(err)
	}
	s := b.Story()
	with, without := 0, 0
	for k, link := range b.asked.links {
		st := &b.asked.statements[k].told
		if link.Call < 0 || st.Verb != "SELECT" || len(st.Tables) == 0 || link.Habits == nil && without > 3 || link.Habits != nil && with > 3 {
			continue
		}
		w, err := b.Why(s, st.ID)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := about(w, "habit")
		if link.Habits == nil {
			without++
			if text != "" {
				t.Errorf("%s needs no habit: %q", st.ID, text)
			}
			continue
		}
		with++
		if h := link.Habits; h.Waits > 0 && !strings.Contains(text, strconv.Itoa(h.Waits)+" times in this capture") || h.Stays > 0 && !strings.Contains(text, h.Server+" stays with the worker") {
			t.Errorf("%s: %+v is said as %q", st.ID, h, text)
		}
		if !strings.Contains(w.Answer, "and a habit of the services") {
			t.Errorf("%s: the answer does not say the habit: %s", st.ID, w.Answer)
		}
	}
	if with == 0 || without == 0 {
		t.Errorf("%d links by a habit, %d without", with, without)
	}
}
