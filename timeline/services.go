package timeline

import "slices"

// settleServices counts connections as those of the services that their calls
// turned out to be of: a connection on an unusual port was known as HTTP alone
// when it closed. Records that came without their connections show them by
// what was said there.
func (b *Builder) settleServices() {
	found := make(map[string]*spoken)
	for _, c := range b.calls {
		if known := b.connections.byService[c.Service]; known != nil && known.at(c.told.Server) {
			continue
		}
		found[c.Service] = found[c.Service].heard(c.told.Stream, c.told.Server)
	}
	moved := make(map[int]bool)
	for _, name := range apis {
		if x := found[name]; x != nil {
			s := b.connections.service(name)
			s.readable += len(x.streams)
			s.servers = slices.Concat(s.servers, x.servers[:min(len(x.servers), maxListed-len(s.servers))])
			for stream := range x.streams {
				moved[stream] = true
			}
		}
	}
	b.connections.leaveHTTP(moved, b.servers.other)
	if b.connections.byService["mysql"] == nil && len(b.order) > 0 {
		var x *spoken
		for _, s := range b.order {
			x = x.heard(s.stream, s.server)
		}
		s := b.connections.service("mysql")
		s.readable, s.servers = len(x.streams), x.servers[:min(len(x.servers), maxListed)]
	}
}

// spoken is where a service was found by what was said.
type spoken struct {
	streams map[int]bool
	servers []string
}

// heard adds a connection; it may begin with nil.
func (x *spoken) heard(stream int, server string) *spoken {
	if x == nil {
		x = &spoken{streams: make(map[int]bool)}
	}
	if x.streams[stream] = true; !slices.Contains(x.servers, server) && len(x.servers) <= maxListed {
		x.servers = append(x.servers, server)
	}
	return x
}

// service gives what was seen of a service, nothing where it is the first.
func (c *connections) service(name string) *service {
	if c.byService == nil {
		c.byService = make(map[string]*service)
	}
	s := c.byService[name]
	if s == nil {
		s = &service{}
		c.byService[name] = s
	}
	return s
}

// at tells whether connections to a server were counted, or may have been
// where there are too many to be named.
func (s *service) at(server string) bool {
	return len(s.servers) >= maxListed || slices.Contains(s.servers, server)
}

// leaveHTTP takes connections out of those that are HTTP of no known service;
// a server stays where it says other things too.
func (c *connections) leaveHTTP(moved map[int]bool, other map[string]int64) {
	s := c.byService["http"]
	if s == nil || len(moved) == 0 {
		return
	}
	s.readable = max(0, s.readable-len(moved))
	s.servers = slices.DeleteFunc(s.servers, func(server string) bool {
		for _, name := range apis {
			if known := c.byService[name]; known != nil && slices.Contains(known.servers, server) {
				return other[server] == 0
			}
		}
		return false
	})
	if s.readable == 0 && s.encrypted == 0 {
		delete(c.byService, "http")
	}
}
