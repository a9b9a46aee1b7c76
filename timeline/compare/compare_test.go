package compare

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

const ms = story.Time(1e6)

func of[T any](v T) *T { return &v }

// upload is a story of one image: created, uploaded for some milliseconds, of
// which the store took its part.
func upload(name, id string, saving, store story.Number, status int) *story.Story {
	i := &story.Image{
		ID: id, Name: name, Row: story.Row{{Column: "size", Value: of("420000")}, {Column: "disk_format", Value: of("raw")}}, First: 0, Last: 1000 * ms,
		Verdict: story.Verdict{Status: "active", OK: status < 400, Text: "active", Seconds: saving + 0.05},
		Phases: []story.Phase{
			{Name: "created", Seconds: 0.05, Shares: story.Shares{{Who: "glance", Seconds: 0.05}}},
			{Name: "saving", Seconds: saving, Shares: story.Shares{{Who: "store", Seconds: store}, {Who: "glance", Seconds: saving - store}}},
		},
		Calls: []string{"c1", "c2"}, Statements: []string{"s1", "s2", "s3"},
	}
	call := func(id, service, action, method, target string, status int, seconds story.Number, parent *string) *story.Call {
		return &story.Call{ID: id, Service: service, Action: action, Method: method, Target: target, Status: &status, Seconds: seconds, Parent: parent, FirstFrame: 5, LastFrame: 9}
	}
	statement := func(id, text, caller string) *story.Statement {
		return &story.Statement{ID: id, Ends: &story.Ends{Service: "glance"}, Kind: &story.Kind{Command: "COM_QUERY", Verb: "UPDATE", Tables: []string{"images"}}, Text: story.PlainText(text), Time: ms, End: 2 * ms,
			Outcome: "committed", FirstFrame: 7, LastFrame: 8, Call: &story.Link{ID: caller, Certainty: "proven"}}
	}
	s := &story.Story{
		Version: "test", Captures: []story.Capture{{Path: name + ".pcap"}}, Images: []*story.Image{i},
		Calls: []*story.Call{
			call("c1", "glance", "image.create", "POST", "/v2/images", 201, 0.05, nil),
			call("c2", "glance", "image.upload", "PUT", "/v2/images/"+id+"/file", status, saving, nil),
			call("c3", "swift", "object.put", "PUT", "/v1/a/"+id, 201, store, of("c2")),
			call("c4", "keystone", "other", "GET", "/v3/x/"+id, 200, 0.001, of("c3")),
			call("c9", "glance", "image.list", "GET", "/v2/images", 200, 0.001, nil), // of nobody
		},
		Statements: []*story.Statement{
			statement("s1", "UPDATE images SET name='"+name+"'", "c1"), statement("s2", "UPDATE images SET status='active' WHERE id='"+id+"'", "c2"),
			statement("s3", "INSERT INTO image_locations VALUES ('x')", "c2"),
		},
	}
	for _, service := range []string{"keystone", "glance", "swift", "mysql"} {
		s.Services = append(s.Services, story.Service{Name: service, Readable: 1})
	}
	return s
}

const goodID, badID = "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088", "2a020c9c-911f-40eb-a775-653fbac5df4b"

func compared1(t *testing.T, good, bad *story.Story, o Options) *story.Pair {
	t.Helper()
	c, err := Stories(good, bad, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Pairs) != 1 {
		t.Fatalf("%d pairs", len(c.Pairs))
	}
	return c.Pairs[0]
}

func TestAnUploadComparedWithItselfDiffersInNothing(t *testing.T) {
	p := compared1(t, upload("a", goodID, 0.3, 0.1, 204), upload("a", badID, 0.3, 0.1, 204), Options{})
	if p.MatchedBy != "name" || len(p.Cautions) != 0 || len(p.Calls) != 4 || len(p.SQL) != 3 {
		t.Fatalf("%+v", p)
	}
	for _, c := range p.Calls {
		if len(c.Differences) != 0 || c.Good == nil || c.Bad == nil {
			t.Errorf("%+v", c)
		}
	}
	for _, c := range p.SQL {
		if len(c.Differences) != 0 {
			t.Errorf("%+v", c)
		}
	}
	if !slices.Equal(p.Facts, []string{"both took 0.350 s"}) {
		t.Errorf("%q", p.Facts)
	}
}

func TestWhereTheTimeWentIsToldByPhaseAndByWho(t *testing.T) {
	p := compared1(t, upload("a", goodID, 0.3, 0.1, 204), upload("a", badID, 2.3, 2.05, 204), Options{})
	saving := p.Phases[1]
	if saving.Name != "saving" || saving.Seconds.Difference != 2 || saving.Shares[0].Who != "store" || saving.Shares[0].Seconds.Difference != 1.95 {
		t.Errorf("%+v", saving)
	}
	want := []string{"the bad image took 2.000 s longer: 2.350 s, the good one 0.350 s", "saving took 2.000 s longer, of that store +1.950 s"}
	if !slices.Equal(p.Facts, want) {
		t.Errorf("%q", p.Facts)
	}
	for _, c := range p.Calls {
		slower := c.Action == "image.upload" || c.Action == "object.put"
		if slices.Contains(c.Differences, "slower") != slower {
			t.Errorf("%s: %v", c.Action, c.Differences)
		}
	}
}

func TestWhatIsMissingExtraOrAnsweredOtherwiseIsNamed(t *testing.T) {
	bad := upload("a", badID, 0.3, 0.1, 500)
	bad.Calls = slices.DeleteFunc(bad.Calls, func(c *story.Call) bool { return c.ID == "c4" })
	bad.Calls = append(bad.Calls, &story.Call{ID: "c5", Service: "swift", Action: "object.delete", Method: "DELETE", Status: of(204), Parent: of("c2"), FirstFrame: 20})
	bad.Statements = bad.Statements[:2]
	p := compared1(t, upload("a", goodID, 0.3, 0.1, 204), bad, Options{})
	found := make(map[string]string)
	for _, c := range p.Calls {
		found[c.Action] = strings.Join(c.Differences, " ")
	}
	if found["image.upload"] != "answered" || found["other"] != "missing" || found["object.delete"] != "extra" || found["image.create"] != "" {
		t.Errorf("%v", found)
	}
	if s := p.SQL[2]; !slices.Equal(s.Differences, []string{"missing"}) || s.Bad != nil || !slices.Equal(s.Actions, []string{"image.upload"}) {
		t.Errorf("%+v", s)
	}
	for _, want := range []string{"glance image.upload was answered 500, not 204", "missing on the bad side: 1 kind of call, 1 kind of statement", "only on the bad side: 1 kind of call", "the good image is active, the bad one not well: active"} {
		if !slices.Contains(p.Facts, want) {
			t.Errorf("%q is not among %q", want, p.Facts)
		}
	}
}

func TestWhatACaptureCannotShowIsNotCalledMissing(t *testing.T) {
	bad := upload("a", badID, 0.3, 0.1, 204)
	bad.Services = slices.DeleteFunc(bad.Services, func(s story.Service) bool { return s.Name == "mysql" || s.Name == "swift" })
	bad.Calls = slices.DeleteFunc(bad.Calls, func(c *story.Call) bool { return c.Service == "swift" })
	bad.Statements, bad.Images[0].Statements = nil, nil
	p := compared1(t, upload("a", goodID, 0.3, 0.1, 204), bad, Options{})
	for _, c := range p.SQL {
		if !slices.Equal(c.Differences, []string{"unseen"}) {
			t.Errorf("%+v", c)
		}
	}
	for _, c := range p.Calls {
		if c.Service == "swift" && !slices.Equal(c.Differences, []string{"unseen"}) {
			t.Errorf("%+v", c)
		}
	}
	if len(p.Cautions) != 2 || !strings.Contains(p.Cautions[1], "only the good captures show mysql") {
		t.Errorf("%q", p.Cautions)
	}
}

func TestImagesAreMatchedByNameElseAsTheOnlyOnesElseAsAsked(t *testing.T) {
	good, bad := upload("good", goodID, 0.3, 0.1, 204), upload("bad", badID, 0.3, 0.1, 204)
	if p := compared1(t, good, bad, Options{}); p.MatchedBy != "only" {
		t.Errorf("matched by %s", p.MatchedBy)
	}
	other := *good.Images[0]
	other.ID, other.Name = "5c59b126-7679-4d39-b7c7-01d3f6cd2e15", "other"
	good.Images = append(good.Images, &other)
	var e *MatchError
	if _, err := Stories(good, bad, Options{}); !errors.As(err, &e) || !strings.Contains(e.Why, "good "+goodID) {
		t.Errorf("%v", err)
	}
	for _, o := range []Options{{Good: "good"}, {Good: goodID[:6], Bad: "bad"}} {
		if p := compared1(t, good, bad, o); p.MatchedBy != "image" || p.Good.ID != goodID || p.Bad.ID != badID {
			t.Errorf("%+v: %s with %s", o, p.Good.ID, p.Bad.ID)
		}
	}
	for _, o := range []Options{{Bad: "nobody"}, {Bad: "bad"}, {Good: "nobody", Bad: "bad"}} {
		if _, err := Stories(good, bad, o); !errors.As(err, &e) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	bad.Images[0].Name = "other"
	c, err := Stories(good, bad, Options{})
	if err != nil || len(c.Pairs) != 1 || c.Pairs[0].Good.Name != "other" || len(c.Left) != 1 || c.Left[0].ID != goodID {
		t.Errorf("%+v, %v", c, err)
	}
	other.Name, bad.Images[0].Name = "good", "good"
	if _, err := Stories(good, bad, Options{}); !errors.As(err, &e) {
		t.Errorf("two images of one name are matched: %v", err)
	}
}

func TestOrderIsThatOfTheGoodSideWithTheOthersWhereTheyCame(t *testing.T) {
	if got := merged([]int{1, 2, 3}, []int{0, 2, 9, 3, 8}); !slices.Equal(got, []int{0, 1, 2, 9, 3, 8}) {
		t.Errorf("%v", got)
	}
}
