package survey

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// seen makes the survey of records, with books that count packets.
func seen(packets record.PacketCounts, records ...record.Record) *story.Survey {
	b := NewBuilder("0")
	for _, r := range records {
		b.Add(r)
	}
	b.Add(&record.Books{Accounting: record.Accounting{Packets: packets}})
	return b.Survey()
}

// connection is one that is whole and readable.
func connection(stream int, service, server string) *record.Connection {
	return &record.Connection{
		Common: record.Common{Stream: stream, Client: "10.0.0.1:40000", Server: server, Service: service, FoundBy: "port"},
		Bytes:  record.ByteCounts{Span: 100, Decoded: 100}, Handshake: true, Payload: [2]int64{60, 40}, Ended: "fin",
	}
}

func whole() []record.Record {
	return []record.Record{connection(0, "keystone", "10.0.0.2:5000"), connection(1, "glance", "10.0.0.2:9292"),
		connection(2, "swift", "10.0.0.3:8080"), connection(3, "mysql", "10.0.0.4:3307")}
}

func spotOf(s *story.Survey, code string) *story.BlindSpot {
	i := slices.IndexFunc(s.BlindSpots, func(b story.BlindSpot) bool { return b.Code == code })
	if i < 0 {
		return nil
	}
	return &s.BlindSpots[i]
}

func TestACaptureOfAllServicesHasNoBlindSpotAndNeedsNoCommand(t *testing.T) {
	s := seen(record.PacketCounts{Total: 11, Decoded: 10, NotTCP: 1}, whole()...)
	if len(s.BlindSpots) != 0 || s.Command != "" {
		t.Errorf("blind spots %+v, command %q", s.BlindSpots, s.Command)
	}
	names := make([]string, len(s.Services))
	for i, x := range s.Services {
		names[i] = x.Name
	}
	if strings.Join(names, " ") != "keystone glance swift mysql" {
		t.Errorf("services stand as %v", names)
	}
}

func TestOfAnEncryptedServiceThePlainLegIsAdvised(t *testing.T) {
	c := connection(1, "glance", "10.0.0.2:13292")
	c.Bytes = record.ByteCounts{Span: 100, Encrypted: 100}
	sni := "glance.example"
	s := seen(record.PacketCounts{Total: 5, Decoded: 4, NotTCP: 1}, &record.TLS{Common: record.Common{Stream: 1}, Version: "TLS 1.3", SNI: &sni}, c)
	spot := spotOf(s, "tls")
	if spot == nil || !strings.Contains(spot.Advice, "port 9292") || spot.Bytes != 100 || !slices.Equal(spot.Streams, []int{1}) {
		t.Fatalf("told: %+v", spot)
	}
	if x := s.Conversations[0]; !x.Encrypted || x.TLS != "TLS 1.3" || x.SNI != "glance.example" {
		t.Errorf("the conversation: %+v", x)
	}
	if s.Services[0].Encrypted != 1 || s.Services[0].Readable != 0 {
		t.Errorf("the service: %+v", s.Services[0])
	}
	if want := "tcpdump -i any -s 0 -w x.pcap 'port 5000 or port 9292 or port 8080 or port 3306'"; s.Command != want {
		t.Errorf("command %s\nwant    %s", s.Command, want)
	}
}

func TestTheCommandNamesThePortOnWhichAServiceWasFound(t *testing.T) {
	s := seen(record.PacketCounts{}, connection(3, "mysql", "10.0.0.4:3307"))
	if !strings.Contains(s.Command, "or port 3306 or port 3307'") {
		t.Errorf("command %s", s.Command)
	}
}

func TestAConnectionOnAnUnusualPortIsOfTheServiceThatItsPathsName(t *testing.T) {
	asks := func(stream int, target string) *record.HTTP {
		return &record.HTTP{Common: record.Common{Stream: stream, Service: "http"}, Request: &record.HTTPRequest{Method: "GET", Target: target}}
	}
	s := seen(record.PacketCounts{}, connection(2, "http", "10.0.0.2:8000"), asks(0, "/v2/images?limit=2"), asks(0, "/"), connection(0, "http", "10.0.0.2:8000"),
		asks(1, "/v3/auth/tokens"), asks(1, "/v2/images"), connection(1, "http", "10.0.0.2:80"), connection(3, "http", "10.0.0.9:80"))
	var told []string
	for _, x := range s.Services {
		told = append(told, fmt.Sprintf("%s %d %s", x.Name, x.Connections, x.Servers))
	}
	for _, c := range s.Conversations {
		told = append(told, fmt.Sprintf("%d %s", c.Stream, c.Service))
	}
	if want := []string{"glance 2 [10.0.0.2:8000]", "http 2 [10.0.0.2:80 10.0.0.9:80]", "0 glance", "1 http", "2 glance", "3 http"}; !slices.Equal(told, want) {
		t.Errorf("services %q, want %q: a proxy before several stays HTTP", told, want)
	}
}

func TestPendingFragmentsAskForParentheses(t *testing.T) {
	s := seen(record.PacketCounts{Total: 11, Decoded: 10, FragmentPending: 1}, whole()...)
	if spotOf(s, "fragments") == nil {
		t.Error("the fragments are not told")
	}
	if want := "'(port 5000 or port 9292 or port 8080 or port 3306 or port 3307) or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)'"; !strings.HasSuffix(s.Command, want) {
		t.Errorf("command %s", s.Command)
	}
}

func TestACaptureOfNothingButServicesWasFiltered(t *testing.T) {
	s := seen(record.PacketCounts{Total: 10, Decoded: 10}, whole()...)
	if spot := spotOf(s, "filter"); spot == nil || !strings.Contains(spot.Text, "5000, 9292, 8080, 3307") || !strings.Contains(spot.Advice, "host A and (port 1 or port 2)") {
		t.Errorf("told: %+v", spot)
	}
}

func TestTheFilterThatAFileTellsIsChecked(t *testing.T) {
	c := &record.Capture{Path: "x", Dropped: record.NoCount, Interfaces: []record.Interface{{Filter: "host a and port 1 or port 2"}}}
	s := seen(record.PacketCounts{}, append(whole(), c)...)
	if spot := spotOf(s, "filter_precedence"); spot == nil || !strings.Contains(spot.Text, "`(host a and port 1) or port 2`") || !strings.Contains(spot.Advice, "`host a and (port 1 or port 2)`") {
		t.Errorf("told: %+v", spot)
	}
}

func TestDropsAndCutPacketsAndHolesAreTold(t *testing.T) {
	holed := connection(9, "glance", "10.0.0.2:9292")
	holed.Bytes = record.ByteCounts{Span: 100, Decoded: 60, Missing: 40}
	c := &record.Capture{Path: "x", Dropped: 3, Cut: 2, Original: 500, Captured: 400}
	s := seen(record.PacketCounts{}, append(whole(), holed, c)...)
	for code, want := range map[string]string{"missing": "40 bytes of 1 connection were sent", "dropped": "lost 3 packets", "cut": "2 packets are cut by the snap length, 100 bytes"} {
		if spot := spotOf(s, code); spot == nil || !strings.Contains(spot.Text, want) {
			t.Errorf("%s is told as %+v", code, spot)
		}
	}
	if !strings.Contains(s.Command, " -B 131072 ") {
		t.Errorf("command %s", s.Command)
	}
}

func TestConnectionsOfOneDirectionAllOfThemSpeakOfSrcOrDst(t *testing.T) {
	a, b := connection(0, "glance", "10.0.0.2:9292"), connection(1, "mysql", "10.0.0.4:3306")
	for _, c := range []*record.Connection{a, b} {
		c.OneSided, c.Payload[1] = true, 0
		c.Bytes = record.ByteCounts{Span: 100, Decoded: 60, Missing: 40}
	}
	s := seen(record.PacketCounts{}, a, b)
	if spot := spotOf(s, "one_sided"); spot == nil || !strings.Contains(spot.Text, "80 bytes of theirs are not") || !strings.Contains(spot.Text, "`src` or `dst`") {
		t.Errorf("told: %+v", spot)
	}
	// A larger buffer would not have brought the other direction.
	if spotOf(s, "missing") != nil || strings.Contains(s.Command, "-B") {
		t.Errorf("told: %+v, command %s", spotOf(s, "missing"), s.Command)
	}
	if s.Conversations[0].Directions != "client" {
		t.Errorf("directions %q", s.Conversations[0].Directions)
	}
}

func TestOfManyConversationsTheLargestAreKeptAndAllAreCounted(t *testing.T) {
	b := NewBuilder("0")
	for i := range 3 * mostConversations {
		c := connection(i, "http", "10.0.0.2:80")
		c.Payload = [2]int64{int64(i * 7919 % 3000), 0}
		b.Add(c)
	}
	s := b.Survey()
	if s.ConversationsTotal != 3*mostConversations || len(s.Conversations) != mostConversations {
		t.Fatalf("%d kept of %d", len(s.Conversations), s.ConversationsTotal)
	}
	for i, c := range s.Conversations {
		if c.ClientBytes != int64(2999-i) {
			t.Fatalf("conversation %d has %d bytes", i, c.ClientBytes)
		}
	}
}

func TestBytesWithoutSenseAreThoseOfNamedConnections(t *testing.T) {
	var all []record.Record
	for i, n := range []int64{9, 0, 40, 0, 7, 8} {
		c := connection(i, "mysql", "10.0.0.4:3306")
		c.Bytes.Undecodable, c.Handshake = n, i != 2
		all = append(all, c)
	}
	s := spotOf(seen(record.PacketCounts{}, all...), "undecodable")
	want := "64 bytes of followed connections make no sense in their protocol: 40 of stream 2, joined midstream; 9 of stream 0; 8 of stream 5; and of 1 connection more"
	if s == nil || s.Text != want || !slices.Equal(s.Streams, []int{2, 0, 5, 4}) {
		t.Errorf("%+v", s)
	}
}
