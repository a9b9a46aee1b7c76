package html

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

func of[T any](v T) *T { return &v }

// strange is what a stranger may call an image.
const strange = "<img src=x onerror=alert(1)>\"'`</title></script><script>alert(2)</script>{{.}}\x1b[31m\u202e\xff"

// told is a story in which every name is strange.
func told(name string) *story.Story {
	const zero = story.Time(1582087795993652000)
	at := func(seconds float64) story.Time { return zero + story.Time(seconds*1e9) }
	var shapes story.Shapes
	call := &story.Call{
		ID: "c1", Service: "glance", Action: "image.create", Method: "POST", Target: "/v2/images?name=" + name, Status: of(201), RequestID: of(name),
		Time: zero, End: at(.025), RequestEnd: at(.001), Seconds: .025, Wait: .02, Stream: 3, FirstFrame: 10, LastFrame: 20,
		Client: "172.16.0.10:1", Server: "172.16.0.19:9292", Detail: name, User: &story.User{Name: name}, Marks: []string{name},
	}
	insert := &story.Statement{
		ID: "s1", Ends: &story.Ends{Service: "glance"}, Time: at(.01), End: at(.011), FirstFrame: 12, LastFrame: 13, Kind: &story.Kind{Command: "COM_QUERY", Verb: "INSERT", Tables: []string{"images", name}},
		Text: shapes.Text("INSERT INTO images (name) VALUES ('" + strings.ReplaceAll(name, "'", "''") + "')"), Affected: of(int64(1)), Outcome: "committed",
		Call: &story.Link{ID: "c1", Rule: "image-id", Confidence: 1, Certainty: "proven", Candidates: 1}, Detail: name,
	}
	ping := &story.Statement{ID: "s2", Ends: &story.Ends{Service: "glance"}, Time: at(.009), End: at(.009), FirstFrame: 11, LastFrame: 11, Kind: &story.Kind{Command: "COM_QUERY", Verb: "SELECT"}, Text: story.PlainText("SELECT 1"), Outcome: "read", Housekeeping: true}
	image := &story.Image{
		ID: "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088", Name: name, First: zero, Last: at(.03), Calls: []string{"c1"}, Statements: []string{"s1"},
		Verdict: story.Verdict{Status: name, Text: name, Seconds: .025},
		Row:     story.Row{{Column: "name", Value: of(name)}, {Column: "deleted_at"}}, Tags: []string{name}, Diagnoses: []string{"d1"},
		Properties: []story.Property{{Name: name, Value: of(name)}}, Locations: []story.Location{{Value: name, Status: name}},
		Transitions: []story.Transition{{To: name, Time: at(.02), Frame: 15, Legal: true, Agree: true, Statement: of("s1"), Call: of("c1")}},
		Phases:      []story.Phase{{Name: name, Start: zero, End: at(.02), Seconds: .02, Shares: story.Shares{{Who: "glance", Seconds: .015}, {Who: "database", Seconds: .005}}}},
	}
	return &story.Story{
		Schema: story.Schema, Version: "test", Captures: []story.Capture{{Path: name, Packets: 20, First: zero, Last: at(1), Error: of(name), Remarks: []string{name}}},
		Images: []*story.Image{image}, Calls: []*story.Call{call}, Statements: []*story.Statement{ping, insert},
		Diagnoses:  []*story.Diagnosis{{ID: "d1", Code: "x", Severity: "error", Image: &image.ID, Text: name, Advice: name, Cause: &story.Cause{Frame: 3, Time: zero, From: name, To: name, What: name, RequestID: name, Log: name, LogFrom: zero, LogTo: zero}}, {ID: "d2", Severity: "warning", Text: name}},
		BlindSpots: []story.BlindSpot{{Code: "tls", Text: name, Advice: name}}, Folded: story.Folded{Databases: []story.DatabaseCount{{Database: name, Verbs: map[string]int64{name: 1}}}},
	}
}

func written(t *testing.T, s *story.Story) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements lists the names of a page's elements in order. What html/template
// escapes leaves no < behind.
func elements(page string) []string {
	_, page, _ = strings.Cut(page, "</style>")
	page, _, _ = strings.Cut(page, "<script>")
	return regexp.MustCompile(`<[/!a-zA-Z][^\s>]*`).FindAllString(page, -1)
}

func TestStrangeNamesAddNoElement(t *testing.T) {
	plain, hostile := elements(written(t, told("name"))), elements(written(t, told(strange)))
	// A strange name may leave out an element of its own accord: words that
	// are not shown in the picture. It must not add one.
	if len(hostile) != len(plain) {
		t.Errorf("a page of strange names has %d elements, one of plain names %d", len(hostile), len(plain))
	}
	for n := range min(len(plain), len(hostile)) {
		if plain[n] != hostile[n] {
			t.Fatalf("element %d is %s where plain names give %s", n, hostile[n], plain[n])
		}
	}
}

func TestOnlyThePagesOwnScriptAndStyleMayRun(t *testing.T) {
	page := written(t, told(strange))
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("the page has no content security policy")
	}
	want := "default-src &#39;none&#39;; script-src " + digest(script)
	if got := policy[1]; !strings.HasPrefix(strings.ReplaceAll(strings.ReplaceAll(got, "&#43;", "+"), "&#39;", "'"), strings.ReplaceAll(want, "&#39;", "'")) {
		t.Errorf("the policy is %s", got)
	}
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("the page has %d scripts", n)
	}
	if !strings.Contains(page, "<script>"+script+"</script>") || !strings.Contains(page, "<style>"+style+"</style>") {
		t.Error("script or style are not those whose digests the policy names")
	}
	for _, bad := range []string{" style=", " onclick=", " onerror=\"", "http://www.", "@import", "url("} {
		head, _, _ := strings.Cut(page, "<script>")
		if strings.Contains(head, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

func TestNoControlCharacterReachesThePage(t *testing.T) {
	for n, r := range written(t, told(strange)) {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e || r == 0xfffd {
			t.Fatalf("%U stands at %d", r, n)
		}
	}
}

func TestEachDistinctStatementStandsOnce(t *testing.T) {
	s := told("name")
	for n := range 5 {
		more := *s.Statements[1]
		more.ID = "t" + string(rune('a'+n))
		more.Text = story.PlainText("INSERT INTO images (name) VALUES ('other" + more.ID + "')")
		s.Statements = append(s.Statements, &more)
	}
	p := newPage(s)
	if len(p.Shapes) != 2 || p.Shapes[1].Times != 6 {
		t.Fatalf("%d shapes, want the ping's and the insert's, that 6 times", len(p.Shapes))
	}
	if row := p.Statements[0][6]; row.Shape != 2 || row.Literals != "othert"+"e" {
		t.Errorf("the last row links to shape %d and shows %q", row.Shape, row.Literals)
	}
}

func TestACallCanBeMadeAgainByCurlWithoutItsToken(t *testing.T) {
	c := &story.Call{Method: "PUT", Action: "image.upload", Server: "172.16.0.19:9292", Target: "/v2/images/it's; rm -rf $HOME/file", Bytes: of(int64(5))}
	want := `curl -i -X PUT -H "X-Auth-Token: $OS_TOKEN" -H 'Content-Type: application/octet-stream' -T image.raw 'http://172.16.0.19:9292/v2/images/it'\''s; rm -rf $HOME/file'`
	if got := curl(c); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestALongSilenceTakesLittleRoom(t *testing.T) {
	i := &story.Image{First: 0, Last: 3600e9, Silences: []story.Silence{{Start: 1e9, End: 3599e9, Seconds: 3598}}}
	s := newScale(i)
	if got := s.x(1); got < 500 || got > 530 {
		t.Errorf("the first second takes %.0f of %d", got, trackWidth)
	}
	if got := s.x(3600); got != trackWidth {
		t.Errorf("the end is at %.0f", got)
	}
	broken := 0
	for _, m := range s.marks() {
		if m.Break {
			broken++
		}
	}
	if broken != 1 {
		t.Errorf("%d breaks are told, want 1", broken)
	}
	i.Silences[0].Call = of("c1")
	if got := newScale(i).x(1); got > 1 {
		t.Errorf("a silence in which a call is open is waiting, and is drawn as long as it was: +1 s is at %.0f", got)
	}
}
