package timeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"
	wording "golang.org/x/text/message"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// services lists the services in the order in which a call meets them.
var services = append(apis[:len(apis):len(apis)], "mysql", "http")

// apis are the services that speak HTTP.
var apis = []string{glance.Keystone, glance.Glance, glance.Swift}

// plainPorts are the ports behind the TLS endpoints of TripleO and others.
var plainPorts = map[string]string{glance.Keystone: "5000", glance.Glance: "9292", glance.Swift: "8080", "mysql": "3306"}

// blindSpots says what the capture cannot show, and what would have shown it.
func (b *Builder) blindSpots(s *story.Story) {
	for _, name := range services {
		c := b.connections.byService[name]
		if c == nil {
			continue
		}
		slices.Sort(c.servers)
		s.Services = append(s.Services, story.Service{Name: name, Readable: c.readable, Encrypted: c.encrypted, Servers: append([]string{}, c.servers...)})
		if c.encrypted > 0 {
			s.BlindSpots = append(s.BlindSpots, encrypted(name, c))
		}
	}
	b.notSeen(s)
	b.databases(s)
	if s.Folded.Reads = b.folded; b.folded > 0 {
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "folded", Streams: []int{},
			Text: fmt.Sprintf("%d statements that only read are told as a number, so that the story fits the memory", b.folded)})
	}
	b.otherHTTP(s)
	b.damages(s)
}

// encrypted tells of connections that are TLS.
func encrypted(name string, c *service) story.BlindSpot {
	spot := story.BlindSpot{Code: "tls", Bytes: c.bytes, Streams: append([]int{}, c.streams...),
		Text: english("%s: %s TLS, %d bytes that cannot be read", name, connectionsAre(c.encrypted), c.bytes)}
	port := plainPorts[name]
	switch {
	case c.readable == 1:
		spot.Text += "; another connection to it can"
	case c.readable > 1:
		spot.Text += english("; %d other connections to it can", c.readable)
	case port != "":
		spot.Advice = "capture the plain leg behind the proxy too: port " + port
	}
	return spot
}

// english formats with commas between thousands.
func english(format string, a ...any) string {
	return wording.NewPrinter(language.English).Sprintf(format, a...)
}

func connectionsOf(n int64) string {
	if n == 1 {
		return "1 connection"
	}
	return english("%d connections", n)
}

func connectionsAre(n int) string {
	are := " are"
	if n == 1 {
		are = " is"
	}
	return connectionsOf(int64(n)) + are
}

// notSeen tells of services of which there is nothing at all, where others
// show that there should be.
func (b *Builder) notSeen(s *story.Story) {
	if len(s.Images) == 0 {
		return
	}
	for _, name := range services[:4] {
		c := b.connections.byService[name]
		if c != nil && (c.readable > 0 || c.encrypted > 0) || name == glance.Swift && !storesInSwift(s) {
			continue
		}
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "not_seen", Streams: []int{},
			Text:   fmt.Sprintf("%s: not one connection to it is in the capture", name),
			Advice: "capture port " + plainPorts[name] + " too: tcpdump -i any -s 0 -w x.pcap 'port 9292 or port 5000 or port 3306 or port 8080'"})
	}
	kinds := make(map[string]bool)
	for _, i := range s.Images {
		for _, item := range i.Store {
			if item.Kind != "swift" {
				kinds[item.Kind] = true
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "store", Streams: []int{},
			Text: fmt.Sprintf("images lie in a store of kind %s, whose traffic is not decoded", kind), Advice: "what the store did must be seen in its own log"})
	}
}

func storesInSwift(s *story.Story) bool {
	for _, i := range s.Images {
		for _, item := range i.Store {
			if item.Kind == "swift" {
				return true
			}
		}
	}
	return false
}

// databases tells of statements that are counted only.
func (b *Builder) databases(s *story.Story) {
	counts := make(map[string]*story.DatabaseCount)
	for _, x := range b.order {
		if x.role == roleUnknown {
			s.Folded.Unnamed += x.unnamed + int64(len(x.held))
			continue
		}
		if x.role != roleOther {
			s.Folded.Unnamed += x.unnamed
			continue
		}
		d := counts[x.database]
		if d == nil {
			d = &story.DatabaseCount{Database: x.database, Verbs: make(map[string]int64)}
			counts[x.database] = d
		}
		d.Connections++
		for verb, n := range x.verbs {
			d.Verbs[verb] += *n
			d.Statements += *n
		}
	}
	s.Folded.Databases = []story.DatabaseCount{}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		s.Folded.Databases = append(s.Folded.Databases, *counts[name])
	}
	slices.SortStableFunc(s.Folded.Databases, func(a, b story.DatabaseCount) int { return int(b.Statements - a.Statements) })
	for _, d := range s.Folded.Databases {
		words = append(words, english("%s %d", d.Database, d.Statements))
	}
	if len(words) > 0 {
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "other_databases", Streams: []int{},
			Text: "statements of other databases are counted only: " + strings.Join(some(words), ", ")})
	}
	if s.Folded.Unnamed > 0 {
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "unnamed_database", Streams: []int{},
			Text: english("%d statements on connections joined midstream name no table by which their database could be told", s.Folded.Unnamed)})
	}
}

// otherHTTP tells of HTTP that belongs to none of the services: a download that
// Glance was told to make, another API.
func (b *Builder) otherHTTP(s *story.Story) {
	var words []string
	for _, server := range slices.Sorted(maps.Keys(b.servers.other)) {
		words = append(words, fmt.Sprintf("%s %d", server, b.servers.other[server]))
	}
	if len(words) > 0 {
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "other_http", Streams: []int{},
			Text: "HTTP of none of the services is counted only: " + strings.Join(some(words), ", ")})
	}
}

func some(words []string) []string {
	const most = 8
	if len(words) > most {
		return append(words[:most:most], fmt.Sprintf("and %d more", len(words)-most))
	}
	return words
}

// damages tells of packets that are not in the capture.
func (b *Builder) damages(s *story.Story) {
	theirs := b.connections.theirMissing
	if n := b.connections.halves; n > 0 {
		spot := story.BlindSpot{Code: "one_sided", Bytes: theirs, Streams: append([]int{}, b.connections.oneSided...),
			Text:   "of " + connectionsOf(n) + " only one direction is in the capture",
			Advice: "capture where both directions pass: on the host itself, with -i any"}
		if theirs > 0 {
			spot.Text += english("; %d bytes of theirs are not", theirs)
		}
		s.BlindSpots = append(s.BlindSpots, spot)
	}
	if b.books == nil {
		return
	}
	bytes := &b.books.Accounting.Bytes
	if n := bytes.Missing - theirs; n > 0 {
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "missing", Bytes: n, Streams: []int{},
			Text:   english("%d bytes of followed connections are not in the capture", n),
			Advice: "a larger buffer for tcpdump: -B 131072"})
	}
	if bytes.Cut > 0 {
		s.BlindSpots = append(s.BlindSpots, story.BlindSpot{Code: "cut", Bytes: bytes.Cut, Streams: []int{},
			Text: english("%d bytes lie beyond the snap length", bytes.Cut), Advice: "capture whole frames: tcpdump -s 0"})
	}
}

// account copies the books.
func (b *Builder) account(s *story.Story) {
	b.hits.Each(func(name string, n int64) { s.Limits = append(s.Limits, story.Limit{Name: name, Times: n}) })
	if b.books == nil {
		return
	}
	s.Interrupted = b.books.Interrupted
	for _, l := range b.books.Limits {
		s.Limits = append(s.Limits, story.Limit{Name: l.Name, Times: l.Times})
	}
	s.Accounting.Packets = story.PacketCounts(b.books.Accounting.Packets)
	s.Accounting.Bytes = story.ByteCounts(b.books.Accounting.Bytes)
}
