// Package survey tells what captures hold without asking what it means: files,
// services, conversations, and what cannot be seen and why.
//
// Comes in: record.Records, of which it uses those that close files and
// connections, logins, TLS handshakes, and the paths of requests on unusual
// ports. Goes out: a story.Survey. It reads no packets, keeps no text of a
// request or a statement, and formats nothing. Its memory is bounded, whatever
// the capture.
package survey

import (
	"cmp"
	"container/heap"
	"maps"
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// What is kept of a kind; beyond, things are counted only.
const (
	mostConversations = 1000
	mostServers       = 100 // of a service
	mostDatabases     = 100
	mostHandshakes    = 1 << 16 // of connections that are still open
)

// Builder takes records in and makes the survey at the end. It is not safe for
// concurrent use.
type Builder struct {
	version  string
	filter   string // that the user knows of
	captures []story.SurveyedCapture
	services map[string]*service
	top      conversations
	total    int64
	// handshakes are those of TLS connections that are open, by stream.
	handshakes map[int]handshake
	// said are the services that requests on open connections known as HTTP
	// alone belong to by their paths, by stream.
	said map[int]string
	// spoken are the services that were said so at a server, unnamed the
	// connections to it on which nothing told: they are the service's, if it is
	// one alone.
	spoken    map[string]string
	unnamed   map[string]*service
	databases map[string]int64
	books     *record.Books
	sums      sums
}

// service is a service in the making.
type service struct {
	told    story.SurveyedService
	servers map[string]bool
	foundBy map[string]bool
	streams []int // that are encrypted, or that are one-sided
	// encrypted are payload bytes that cannot be read.
	encrypted int64
}

// handshake is what a TLS handshake told.
type handshake struct{ version, sni string }

// sums are counted over all followed connections.
type sums struct {
	midstream, oneSided               int64
	theirMissing                      int64 // bytes, of connections that are one-sided
	missing, cut, undecodable, unread int64 // bytes; missing, of connections seen from both sides
	holed                             int64 // connections with bytes missing
	bare                              int64 // with a handshake, and data of which no byte was captured
	oneSidedStreams                   []int
	senseless                         senseless
}

// NewBuilder gives a builder that knows nothing yet. Version is the program's.
func NewBuilder(version string) *Builder {
	return &Builder{
		version: version, services: make(map[string]*service),
		handshakes: make(map[int]handshake), databases: make(map[string]int64), said: make(map[int]string),
		spoken: make(map[string]string), unnamed: make(map[string]*service),
	}
}

// Filter says which filter the captures were made with, "" where nobody knows.
func (b *Builder) Filter(expression string) { b.filter = expression }

// Add reads what a record tells. The record may be thrown away after.
func (b *Builder) Add(rec record.Record) {
	switch r := rec.(type) {
	case *record.Capture:
		b.captures = append(b.captures, captureOf(r))
	case *record.Connection:
		b.connection(r)
	case *record.TLS:
		b.tls(r)
	case *record.HTTP:
		b.http(r)
	case *record.Login:
		if _, known := b.databases[r.Database]; r.Database != "" && (known || len(b.databases) < mostDatabases) {
			b.databases[r.Database]++
		}
	case *record.Books:
		b.books = r
	}
}

// captureOf tells of an input.
func captureOf(r *record.Capture) story.SurveyedCapture {
	c := story.SurveyedCapture{
		Path: r.Path, Format: r.Format, Detail: r.Detail, Compression: r.Compression, LinkTypes: slices.Concat([]string{}, r.LinkTypes),
		Packets: r.Packets, Size: r.Size, Bytes: r.Bytes, DataBytes: r.Original, CapturedBytes: r.Captured, CutPackets: r.Cut,
		Snaplen: r.Snaplen, First: story.Time(r.First), Last: story.Time(r.Last),
		Seconds:     story.Time(r.Last).Sub(story.Time(r.First)),
		ClockOffset: r.ClockOffset.Seconds(), ClockDrift: r.ClockDrift,
		InOrder: r.Backwards == 0, Backwards: r.Backwards, BackwardsSeconds: story.Number(r.BackwardsBy.Seconds()),
		Interfaces: []story.SurveyedInterface{}, Remarks: slices.Concat([]string{}, r.Remarks), Error: r.Error,
	}
	if r.Dropped != record.NoCount {
		n := int64(r.Dropped)
		c.Dropped = &n
	}
	for _, i := range r.Interfaces {
		c.Interfaces = append(c.Interfaces, story.SurveyedInterface(i))
	}
	return c
}

func (b *Builder) tls(r *record.TLS) {
	if len(b.handshakes) >= mostHandshakes {
		return
	}
	h := handshake{version: r.Version}
	if r.SNI != nil {
		h.sni = *r.SNI
	}
	b.handshakes[r.Stream] = h
}

// http notes whose path a request on an unusual port names.
func (b *Builder) http(r *record.HTTP) {
	if r.Service != "http" || r.Request == nil {
		return
	}
	path, _, _ := strings.Cut(r.Request.Target, "?")
	service, sure := glance.ServiceOfPath(path)
	_, known := b.said[r.Stream]
	switch {
	case !sure:
	case known && b.said[r.Stream] != service:
		b.said[r.Stream] = "http" // a proxy before several of them
	case known || len(b.said) < mostHandshakes:
		b.said[r.Stream] = service
	}
}

// serviceOf gives the service of a connection as far as it is known, and where
// it is to be counted.
func (b *Builder) serviceOf(r *record.Connection) (name string, counted *service) {
	said := b.said[r.Stream]
	delete(b.said, r.Stream)
	switch known, there := b.spoken[r.Server]; {
	case r.Service != "http":
		return r.Service, b.service(r.Service)
	case said == "":
		if b.unnamed[r.Server] == nil && len(b.unnamed) < mostServers {
			b.unnamed[r.Server] = newService("http")
		}
		if counted = b.unnamed[r.Server]; counted == nil {
			counted = b.service("http")
		}
		return "http", counted
	case there && known != said:
		b.spoken[r.Server] = "http" // a proxy before several of them
	case !there && len(b.spoken) < mostServers:
		b.spoken[r.Server] = said
	}
	return said, b.service(said)
}

// name counts the connections on which nothing told the service with those of
// their server's.
func (b *Builder) name() {
	for _, server := range slices.Sorted(maps.Keys(b.unnamed)) {
		b.service(cmp.Or(b.spoken[server], "http")).merge(b.unnamed[server])
	}
	clear(b.unnamed)
	for i := range b.top {
		if x := &b.top[i]; x.Service == "http" {
			x.Service = cmp.Or(b.spoken[x.Server], "http")
		}
	}
}

// merge adds the counts of connections of another one.
func (s *service) merge(o *service) {
	a, b := &s.told, &o.told
	a.Connections, a.Readable, a.Encrypted = a.Connections+b.Connections, a.Readable+b.Readable, a.Encrypted+b.Encrypted
	a.Midstream, a.OneSided = a.Midstream+b.Midstream, a.OneSided+b.OneSided
	a.Bytes, a.Missing, s.encrypted = a.Bytes+b.Bytes, a.Missing+b.Missing, s.encrypted+o.encrypted
	s.streams = slices.Concat(s.streams, o.streams)
	slices.Sort(s.streams)
	s.streams = s.streams[:min(len(s.streams), mostServers)]
	maps.Copy(s.foundBy, o.foundBy)
	for _, server := range slices.Sorted(maps.Keys(o.servers)) {
		s.reach(server)
	}
}

// reach notes a server.
func (s *service) reach(server string) {
	if s.servers[server] {
		return
	}
	if s.told.ServersTotal++; len(s.servers) < mostServers {
		s.servers[server] = true
	}
}

// connection counts a connection that is over.
func (b *Builder) connection(r *record.Connection) {
	service, counted := b.serviceOf(r)
	h := b.handshakes[r.Stream]
	delete(b.handshakes, r.Stream)
	c := story.Conversation{
		Stream: r.Stream, File: r.File, Client: r.Client, Server: r.Server, Service: service, FoundBy: r.FoundBy,
		First: story.Time(r.Span.Time), Last: story.Time(r.Span.End), Packets: r.Packets,
		ClientBytes: r.Payload[0], ServerBytes: r.Payload[1], Directions: directions(r),
		Handshake: r.Handshake, Ended: r.Ended, Encrypted: r.Bytes.Encrypted > 0, TLS: h.version, SNI: h.sni,
		Missing: r.Bytes.Missing, Cut: r.Bytes.Cut, Retransmits: r.Retransmits, Duplicates: r.Duplicates,
	}
	b.total++
	b.top.keep(c)
	b.sums.add(r)
	counted.add(r)
}

// directions tells whose segments are in the capture.
func directions(r *record.Connection) string {
	switch {
	case !r.OneSided:
		return "both"
	case r.Payload[0] > 0:
		return "client"
	case r.Payload[1] > 0:
		return "server"
	}
	return "one"
}

func (s *sums) add(r *record.Connection) {
	s.cut, s.undecodable, s.unread = s.cut+r.Bytes.Cut, s.undecodable+r.Bytes.Undecodable, s.unread+r.Bytes.Unread
	s.senseless.add(r)
	if !r.Handshake {
		s.midstream++
	}
	if r.OneSided {
		s.oneSided++
		s.theirMissing += r.Bytes.Missing
		if len(s.oneSidedStreams) < mostServers {
			s.oneSidedStreams = append(s.oneSidedStreams, r.Stream)
		}
	}
	if r.Bytes.Missing > 0 && !r.OneSided {
		s.missing += r.Bytes.Missing
		s.holed++
	}
	if r.Handshake && r.Payload == [2]int64{} && r.Bytes.Missing > 0 {
		s.bare++
	}
}

func (b *Builder) service(name string) *service {
	s := b.services[name]
	if s == nil {
		s = newService(name)
		b.services[name] = s
	}
	return s
}

func newService(name string) *service {
	s := &service{servers: make(map[string]bool), foundBy: make(map[string]bool)}
	s.told.Name = name
	return s
}

func (s *service) add(r *record.Connection) {
	s.told.Connections++
	s.told.Bytes += r.Payload[0] + r.Payload[1]
	s.told.Missing += r.Bytes.Missing
	switch {
	case r.Bytes.Encrypted > 0:
		s.told.Encrypted++
		s.encrypted += r.Bytes.Encrypted
		if len(s.streams) < mostServers {
			s.streams = append(s.streams, r.Stream)
		}
	case r.Bytes.Decoded+r.Bytes.Skipped > 0:
		s.told.Readable++
	}
	if !r.Handshake {
		s.told.Midstream++
	}
	if r.OneSided {
		s.told.OneSided++
	}
	s.foundBy[r.FoundBy] = true
	s.reach(r.Server)
}

// conversations is a heap of those with most bytes, the least one first.
type conversations []story.Conversation

// keep adds a conversation, and lets the least one go where there are too many.
func (c *conversations) keep(x story.Conversation) {
	if len(*c) < mostConversations {
		heap.Push(c, x)
		return
	}
	if order(&(*c)[0], &x) > 0 {
		(*c)[0] = x
		heap.Fix(c, 0)
	}
}

// order puts those with more bytes in front, those of equal bytes by stream.
func order(a, b *story.Conversation) int {
	return cmp.Or(cmp.Compare(b.ClientBytes+b.ServerBytes, a.ClientBytes+a.ServerBytes), cmp.Compare(a.Stream, b.Stream))
}

// Len, Less, Swap, Push and Pop are heap's.
func (c conversations) Len() int           { return len(c) }
func (c conversations) Less(i, j int) bool { return order(&c[i], &c[j]) > 0 }
func (c conversations) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *conversations) Push(x any)        { *c = append(*c, x.(story.Conversation)) }
func (c *conversations) Pop() any {
	old := *c
	x := old[len(old)-1]
	*c = old[:len(old)-1]
	return x
}
