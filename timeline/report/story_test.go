package report

import (
	"fmt"

	"glancecap/timeline/story"
)

// zero is the time at which the stories of the tests begin:
// 2020-02-18 04:49:55 UTC.
const zero = story.Time(1582001395000000000)

func at(seconds float64) story.Time { return zero + story.Time(seconds*1e9) }

func of[T any](v T) *T { return &v }

// uploaded is the story of an image that was created, uploaded into Swift and
// given a property.
func uploaded() *story.Story {
	const id = "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088"
	call := func(n int, service, action, method, target string, status int, from, took float64, frame int) *story.Call {
		return &story.Call{
			ID: fmt.Sprintf("c%d", n), Service: service, Action: action, Method: method, Target: target, Status: &status,
			RequestID: of(fmt.Sprintf("req-89ba%04d-0000-4000-8000-000000000000", n)), Time: at(from), End: at(from + took),
			Seconds: story.Number(took), Wait: story.Number(took), FirstFrame: frame, LastFrame: frame + 20, Image: of(id),
		}
	}
	create := call(1, "glance", "image.create", "POST", "/v2/images", 201, 0, 0.025, 973)
	upload := call(2, "glance", "image.upload", "PUT", "/v2/images/"+id+"/file", 204, 0.027, 0.340, 1007)
	upload.Bytes = of(int64(420000))
	token := call(3, "keystone", "token.issue", "POST", "/v3/auth/tokens", 201, 0.064, 0.093, 1106)
	head := call(4, "swift", "container.head", "HEAD", "/v1/AUTH_1/glance", 204, 0.161, 0.157, 1271)
	segment := call(5, "swift", "segment.put", "PUT", "/v1/AUTH_1/glance/"+id+"-00001", 201, 0.32, 0.009, 2101)
	manifest := call(6, "swift", "object.manifest", "PUT", "/v1/AUTH_1/glance/"+id, 201, 0.337, 0.009, 2153)
	show := call(7, "glance", "image.show", "GET", "/v2/images/"+id, 200, 0.37, 0.008, 2230)
	patch := call(8, "glance", "image.update", "PATCH", "/v2/images/"+id, 200, 0.387, 0.029, 2271)
	patch.Detail = "+hw_architecture"
	for _, c := range []*story.Call{token, head, segment, manifest} {
		c.Parent = of("c2")
	}
	statement := func(n int, verb, table, outcome, transaction, call string, t float64, frame int) *story.Statement {
		s := &story.Statement{
			ID: fmt.Sprintf("s%d", n), Ends: &story.Ends{Service: "glance"}, Kind: &story.Kind{Verb: verb}, Outcome: outcome, Transaction: of(transaction), Image: of(id),
			Time: at(t), End: at(t + 0.001), FirstFrame: frame, LastFrame: frame + 1, Affected: of(int64(1)), Text: story.PlainText(verb),
			Call: &story.Link{ID: call, Certainty: "proven", Confidence: 1, RequestID: of("req-89ba0002")},
		}
		if table != "" {
			s.Tables = []string{table}
		} else {
			s.Housekeeping = verb == "ROLLBACK"
		}
		return s
	}
	statements := []*story.Statement{
		statement(1, "INSERT", "images", "committed", "x1", "c1", 0.017, 981), statement(2, "COMMIT", "", "committed", "x1", "c1", 0.018, 985),
		statement(3, "UPDATE", "images", "committed", "x2", "c2", 0.05, 1071), statement(4, "SELECT", "images", "read", "x2", "c2", 0.053, 1075),
		statement(5, "COMMIT", "", "committed", "x2", "c2", 0.055, 1080), statement(6, "ROLLBACK", "", "read", "x2", "c2", 0.056, 1083),
		statement(7, "UPDATE", "images", "committed", "x3", "c2", 0.35, 2168), statement(8, "INSERT", "image_locations", "committed", "x3", "c2", 0.352, 2170),
		statement(9, "COMMIT", "", "committed", "x3", "c2", 0.359, 2184),
		statement(10, "INSERT", "image_properties", "committed", "x4", "c8", 0.4, 2290), statement(11, "COMMIT", "", "committed", "x4", "c8", 0.402, 2294),
	}
	image := &story.Image{
		ID: id, Name: "overcloud-full-vmlinuz", First: zero, Last: at(0.416),
		Verdict: story.Verdict{Status: "active", OK: true, Text: "active after 0.360 s", Seconds: 0.36, SecondsFrom: "call"},
		Row:     story.Row{{Column: "id", Value: of(id)}, {Column: "status", Value: of("active")}, {Column: "size", Value: of("420000")}, {Column: "disk_format", Value: of("raw")}, {Column: "container_format", Value: of("bare")}},
		Transitions: []story.Transition{
			{To: "queued", Time: at(0.019), Frame: 986, Agree: true, Legal: true, Statement: of("s1"), Call: of("c1")},
			{From: of("queued"), To: "saving", Time: at(0.056), Frame: 1081, Agree: true, Legal: true, Statement: of("s3"), Call: of("c2")},
			{From: of("saving"), To: "active", Time: at(0.36), Frame: 2185, Agree: true, Legal: true, Statement: of("s7"), Call: of("c2")},
		},
		Phases: []story.Phase{{
			Name: "saving", Start: at(0.056), End: at(0.36), Seconds: 0.304, Held: of(story.Number(0.251)), HeldFrames: []int{1143, 1514},
			Shares: story.Shares{{Who: "identity", Seconds: 0.234}, {Who: "store", Seconds: 0.045}, {Who: "glance", Seconds: 0.015}, {Who: "database", Seconds: 0.01}},
		}},
		Calls: []string{"c1", "c2", "c7", "c8"},
		Store: []story.StoreItem{{Kind: "swift", Container: "glance", Object: id, Segments: []string{id + "-00001"}, State: "stored"}},
	}
	for _, s := range statements {
		image.Statements = append(image.Statements, s.ID)
	}
	return &story.Story{
		Schema: story.Schema, Version: "test",
		Captures:   []story.Capture{{Path: "upload-one/capture.pcap", Format: "pcap", LinkTypes: []string{"Ethernet"}, Packets: 2376, First: zero, Last: at(7.7)}},
		Images:     []*story.Image{image},
		Calls:      []*story.Call{create, upload, token, head, segment, manifest, show, patch},
		Statements: statements,
		Services: []story.Service{
			{Name: "keystone", Readable: 3, Servers: []string{"172.16.0.19:5000"}}, {Name: "glance", Readable: 1, Servers: []string{"172.16.0.19:9292"}},
			{Name: "swift", Readable: 2}, {Name: "mysql", Readable: 4},
		},
		Accounting: story.Accounting{Packets: story.PacketCounts{Total: 2376, Decoded: 2376}, Bytes: story.ByteCounts{Span: 10, Decoded: 10}},
		Totals:     story.Totals{Images: 1, Outcomes: []story.Outcome{{What: "active", Status: "active", Images: 1}}},
	}
}

// failed is the story of an image that Swift refused.
func failed() *story.Story {
	s := uploaded()
	i := s.Images[0]
	i.Name = "swift-503"
	i.Verdict = story.Verdict{Status: "queued", Text: "back to queued after 1.171 s: Swift answered 503; Glance told the client 500", Seconds: 1.171, SecondsFrom: "call"}
	i.Row = story.Row{{Column: "status", Value: of("queued")}, {Column: "size"}, {Column: "disk_format", Value: of("raw")}, {Column: "container_format", Value: of("bare")}}
	i.Store, i.Phases, i.Last = nil, nil, at(1.2)
	i.Transitions[2].From, i.Transitions[2].To, i.Transitions[2].Time = of("saving"), "queued", at(1.171)
	i.Silences = []story.Silence{{Start: at(0.346), End: at(1.16), Seconds: 0.814, Call: of("c2")}}
	*s.Calls[1].Status, s.Calls[1].Seconds, *s.Calls[5].Status = 500, 1.15, 503
	i.Diagnoses = []string{"d1"}
	s.Diagnoses = []*story.Diagnosis{{
		ID: "d1", Code: "store_refused", Severity: "error", Image: &i.ID, Text: "Swift answered 503", Frames: []int{2926},
		Advice: "look in Swift's log; a new PUT to the same id is allowed, the row is queued",
		Cause: &story.Cause{
			Frame: 2926, Time: at(0.346), From: "172.16.0.40:8080", To: "glance", What: "503, tx621d6398c41b4f9c92daf-006b046a5d",
			RequestID: "req-12dea119-4957-4fab-af67-4e74da8ef74c", Log: "glance-api.log", LogFrom: at(0), LogTo: at(2),
		},
	}}
	s.Totals.Outcomes = []story.Outcome{{What: "failed", Images: 1}}
	return s
}

// several is a story of n images that are well.
func several(n int) *story.Story {
	s := uploaded()
	first := s.Images[0]
	s.Images = nil
	for k := 1; k <= n; k++ {
		i := *first
		i.ID, i.Name = fmt.Sprintf("%x%s", k, first.ID[1:]), fmt.Sprintf("image-%d", k)
		i.First += story.Time(k)
		s.Images = append(s.Images, &i)
	}
	s.Totals = story.Totals{
		Images: n, OnlyRead: 12, Outcomes: []story.Outcome{{What: "active", Status: "active", Images: n}},
		Seconds: &story.Spread{Median: 0.36, P90: 0.4, Slowest: 0.41},
		Phases:  []story.PhaseTotal{{Name: "saving", Images: n, Seconds: 3, Share: 0.8, Shares: story.Shares{{Who: "identity", Seconds: 2}, {Who: "store", Seconds: 1}}}},
	}
	return s
}

// many is a story of three hundred images of which one failed.
func many() *story.Story {
	s := several(300)
	bad := failed()
	s.Images = append(s.Images, bad.Images[0])
	s.Diagnoses = bad.Diagnoses
	open := *s.Images[7]
	open.ID, open.Name, open.OpenAtEnd = "aa"+open.ID[2:], "日本語-left-saving", true
	open.Verdict = story.Verdict{Status: "saving", Text: "still saving when the capture ends", Seconds: story.Unknown}
	s.Images = append(s.Images, &open)
	s.Totals.Outcomes = []story.Outcome{
		{What: "active", Status: "active", Images: 300}, {What: "failed", Images: 1}, {What: "open", Status: "saving", Images: 1},
	}
	s.Totals.Images = 302
	s.Totals.Causes = []story.CauseCount{{Code: "store_refused", Images: 1, Image: s.Images[0].ID, Text: "Swift answered 503"}}
	return s
}
