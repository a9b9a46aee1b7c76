package report

import (
	"bytes"
	"strings"
	"testing"

	"glancecap/timeline/story"
)

// surveyed is a capture of an hour in which Glance cannot be read.
func surveyed() *story.Survey { return surveyedWith("eth0") }

// surveyedWith has a stranger's text wherever one can stand.
func surveyedWith(text string) *story.Survey {
	drops, sum := int64(7), "5d31"
	return &story.Survey{
		Schema: story.SurveySchema, Version: "0",
		Captures: []story.SurveyedCapture{{
			Path: text, Format: "pcapng", Detail: "2 sections", Compression: "gzip", LinkTypes: []string{"Ethernet"}, Packets: 1200,
			Size: 4000, Bytes: 90000, DataBytes: 88000, CapturedBytes: 87000, CutPackets: 3, Snaplen: 1514,
			First: 0, Last: 3_600_000_000_000, Seconds: 3600, Backwards: 12, BackwardsSeconds: 0.5,
			Interfaces: []story.SurveyedInterface{{Name: text, Filter: text, OS: text}}, Dropped: &drops, SHA256: &sum, Remarks: []string{text}, Error: &text,
		}},
		Services: []story.SurveyedService{{Name: "glance", FoundBy: []string{"content", "port"}, Connections: 2, Encrypted: 2, Bytes: 5000,
			Servers: []string{text, "b", "c", "d"}, ServersTotal: 5}},
		Conversations: []story.Conversation{
			{Stream: 4, Client: text, Server: text, Service: text, ClientBytes: 3000, ServerBytes: 2000, Directions: "client", Encrypted: true, TLS: text, SNI: text, Missing: 10, Retransmits: 2},
			{Stream: 5, Directions: "both", Handshake: true},
		},
		ConversationsTotal: 2000, Duplicates: 1,
		OtherPorts: []story.OtherPort{{Port: 11211, Packets: 9, Connections: 1}}, Databases: []story.LoginCount{{Database: text, Connections: 2}},
		BlindSpots: []story.BlindSpot{{Code: "tls", Text: text, Advice: text}}, Command: "tcpdump " + text,
		Limits: []story.Limit{{Name: text, Times: 1}}, Interrupted: true,
		Accounting: story.Accounting{Packets: story.PacketCounts{Total: 1200, Decoded: 1200}},
	}
}

func TestInfoTellsWhatTheFormatSaysAndWhatCannotBeSeen(t *testing.T) {
	var b bytes.Buffer
	if err := InfoText(&b, surveyed(), TextOptions{Width: 200}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"pcapng, 2 sections, in gzip", "1,200, not in order of time: frame 12", "90,000 bytes (4,000 compressed), of packets 88,000 on the wire",
		"1,514 bytes, 3 packets cut: 1,000 bytes not here", "3600.000000 s", "7 packets, says the capturing system", "sha256", "eth0 (eth0), filter: eth0",
		"content+port", "and 2 more", "the 2 largest of 2,000 conversations", "client direction only, no handshake, 10 bytes missing, 2 retransmitted",
		"1 frame recorded twice", "11211 (1 connection, 9 packets)", "eth0 (2 logins)", "all of it  tcpdump eth0", "interrupted:", "ended early",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, b.String())
		}
	}
}

func TestDropsThatNobodyTellsAreUnknown(t *testing.T) {
	s := surveyed()
	s.Captures[0].Dropped, s.Captures[0].Format = nil, "pcap"
	var b bytes.Buffer
	if err := InfoText(&b, s, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "unknown: pcap does not tell") {
		t.Errorf("drops are claimed to be known:\n%s", b.String())
	}
}
