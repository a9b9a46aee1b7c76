package survey

import (
	"cmp"
	"maps"
	"slices"

	"glancecap/timeline/story"
)

// usual are the services in the order in which a call meets them, with the
// ports behind the TLS endpoints of TripleO and others.
var usual = []struct{ name, port string }{
	{"keystone", "5000"}, {"glance", "9292"}, {"swift", "8080"}, {"mysql", "3306"},
}

// Survey makes the survey of what was added. It is to be called once, at the
// end.
func (b *Builder) Survey() *story.Survey {
	b.name()
	s := &story.Survey{
		Schema: story.SurveySchema, Version: b.version, Captures: b.captures,
		Services: []story.SurveyedService{}, OtherPorts: []story.OtherPort{}, Databases: []story.LoginCount{},
		ConversationsTotal: b.total, BlindSpots: []story.BlindSpot{},
	}
	if s.Captures == nil {
		s.Captures = []story.SurveyedCapture{}
	}
	s.Conversations = slices.SortedFunc(slices.Values(b.top), func(x, y story.Conversation) int { return order(&x, &y) })
	if s.Conversations == nil {
		s.Conversations = []story.Conversation{}
	}
	for _, name := range b.names() {
		service := b.services[name]
		service.told.FoundBy = slices.Sorted(maps.Keys(service.foundBy))
		service.told.Servers = slices.Sorted(maps.Keys(service.servers))
		s.Services = append(s.Services, service.told)
	}
	for _, name := range slices.Sorted(maps.Keys(b.databases)) {
		s.Databases = append(s.Databases, story.LoginCount{Database: name, Connections: b.databases[name]})
	}
	slices.SortStableFunc(s.Databases, func(x, y story.LoginCount) int { return cmp.Compare(y.Connections, x.Connections) })
	b.account(s)
	b.blindSpots(s)
	return s
}

// names gives the services that are there, the usual ones first.
func (b *Builder) names() []string {
	var names []string
	for _, u := range usual {
		if b.services[u.name] != nil {
			names = append(names, u.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.services)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// account copies the books.
func (b *Builder) account(s *story.Survey) {
	if b.books == nil {
		return
	}
	s.Interrupted = b.books.Interrupted
	for _, l := range b.books.Limits {
		s.Limits = append(s.Limits, story.Limit(l))
	}
	for _, p := range b.books.OtherPorts {
		s.OtherPorts = append(s.OtherPorts, story.OtherPort(p))
	}
	s.Accounting.Packets = story.PacketCounts(b.books.Accounting.Packets)
	s.Duplicates = s.Accounting.Packets.Duplicate
	s.Accounting.Bytes = story.ByteCounts(b.books.Accounting.Bytes)
}
