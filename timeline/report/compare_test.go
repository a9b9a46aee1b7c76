package report

import (
	"bytes"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

// comparedStories is a comparison in which every text of strangers is the one
// given.
func comparedStories(text string) *story.Contrast {
	captures := []story.Capture{{Path: text, Packets: 3, First: at(0), Last: at(1)}}
	counted := func(n int, answers ...string) *story.Counted {
		return &story.Counted{Count: n, Seconds: 0.25, Longest: 0.2, Answers: answers, First: "c1", Wireshark: story.NewJump(captures, nil, 1, 31, 36)}
	}
	size := int64(7)
	life := story.Life{ID: "4f0f6ff6-960a-42d8-ac3e-f4e8cbc56088", Name: text, Verdict: story.Verdict{Status: "active", OK: true, Text: "active after 0.4 s " + text}, Size: &size, Diagnoses: []string{"told: " + text}}
	side := story.Side{Captures: captures, Accounting: story.Accounting{Packets: story.PacketCounts{Total: 3, Decoded: 3}}}
	return &story.Contrast{
		Schema: story.ComparisonSchema, Good: side, Bad: side,
		Pairs: []*story.Pair{{
			MatchedBy: "name", Good: life, Bad: life, Facts: []string{"the bad image took longer " + text}, Cautions: []string{"careful " + text},
			Seconds: story.NewChange(1, 2),
			Phases:  []story.PhaseChange{{Name: text, Nth: 2, Seconds: story.NewChange(1, story.Unknown), Shares: []story.ShareChange{{Who: "store", Seconds: story.NewChange(0.5, 0)}}}},
			Calls: []story.CallChange{
				{Service: "swift", Action: "other", Method: "GET", Target: "/" + text, For: "image.upload", Compared: story.Compared{Differences: []string{"missing"}, Good: counted(1, "201"), Seconds: story.NewChange(0.25, story.Unknown)}},
				{Service: "glance", Action: "image.upload", Method: "PUT", Compared: story.Compared{Differences: []string{"answered", "slower"}, Good: counted(1, "204"), Bad: counted(12, "500", "no answer"), Seconds: story.NewChange(0.25, 0.9)}},
				{Service: "glance", Action: "image.show", Method: "GET", Compared: story.Compared{Good: counted(1, "200"), Bad: counted(1, "200")}},
			},
			SQL: []story.StatementChange{
				{ID: "5e7d771c277d", Fingerprint: text, Verb: "UPDATE", Tables: []string{text}, Actions: []string{"image.upload"}, Compared: story.Compared{Differences: []string{"slower"}, Good: counted(1, "committed"), Bad: counted(1, "error 1213"), Seconds: story.NewChange(0.1, 0.2)}},
				{ID: "6e7d771c277d", Fingerprint: text, Verb: "SELECT", Tables: []string{text}, Compared: story.Compared{Differences: []string{"missing"}, Good: counted(1, "read")}},
			},
		}},
		Left: []story.LeftOut{{Side: "bad", ID: "13892850-6add-4c28-87cd-6da62e6f8a3c", Name: text, Why: "its name is not known"}},
	}
}

func TestTwoLivesStandSideBySide(t *testing.T) {
	var text, ticket bytes.Buffer
	if err := ComparisonText(&text, comparedStories("x.pcap"), TextOptions{}); err != nil {
		t.Fatal(err)
	}
	expect(t, "against.txt", text.String())
	if err := ComparisonMarkdown(&ticket, comparedStories("x.pcap")); err != nil {
		t.Fatal(err)
	}
	expect(t, "against.md", ticket.String())
}

func TestAComparisonFitsTheWidth(t *testing.T) {
	var text, ticket bytes.Buffer
	if err := ComparisonText(&text, comparedStories("a_long_name_of_something_that_somebody_made_up"), TextOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if err := ComparisonMarkdown(&ticket, comparedStories("short")); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		text  string
		width int
	}{{text.String(), 100}, {ticket.String(), ticketWidth}} {
		for _, line := range strings.Split(x.text, "\n") {
			if columns(line) > x.width {
				t.Errorf("%d columns in a width of %d: %s", columns(line), x.width, line)
			}
		}
	}
}
