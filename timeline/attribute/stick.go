package attribute

import (
	"maps"
	"math"
)

// A server of Glance's own (eventlet) accepts a connection in one of its
// worker processes, and this serves all calls on it. One behind Apache or the
// HTTP router of uWSGI gives each call to any process. Which of them it is
// shows where it is proven whose work the calls are: if the processes of one
// connection's calls agree again and again, each of them is that of all.

// enoughAgreement is how surprising agreement has to be, in bits, were each
// call given to a process by chance, before connections are taken to stay with
// theirs: one in a million.
const enoughAgreement = 20

// mostSticking bounds how often processes that became known are used to prove
// more, and so tell of more.
const mostSticking = 8

// served tells of the calls to one server which process served them.
type served struct {
	byProcess map[int]int // how many calls
	calls     int
	// agreed lists the processes of calls that were those of the call before
	// on the same connection.
	agreed []int
	// mixed tells that a connection's calls had several.
	mixed bool
}

// sticks tells whether a server's connections stay with their process.
func (s *served) sticks() bool {
	bits := 0.0
	for _, p := range s.agreed {
		bits -= math.Log2(float64(s.byProcess[p]) / float64(s.calls))
	}
	return !s.mixed && bits >= enoughAgreement
}

// stick proves more by the processes of connections, where they stay with one,
// and gives the servers of which they do, with what showed it: not with what
// was proven by it since.
func (l *linker) stick(components []*component) map[string]*served {
	refuted, stays := make(map[string]bool), make(map[string]*served)
	for range mostSticking {
		of, now := l.processesOfConnections(l.processesOfCalls(components), refuted)
		for server, s := range now {
			if stays[server] == nil {
				stays[server] = s
			}
		}
		news := make(map[int]bool)
		for n := range l.actors.list {
			a := &l.actors.list[n]
			if p := of[l.actors.callOf(n).Connection]; p != 0 && a.process == 0 && a.task == "" {
				a.process, news[n] = p, true
			}
		}
		if len(news) == 0 {
			break
		}
		if bad := l.proveAgain(components, news); bad != nil {
			l.forget(components, bad, refuted)
		}
	}
	maps.DeleteFunc(stays, func(server string, _ *served) bool { return refuted[server] })
	return stays
}

// forget takes back what the connections to the servers tell that the calls of
// a component went to: that cannot be right.
func (l *linker) forget(components []*component, bad *component, refuted map[string]bool) {
	for n := range bad.actors() {
		refuted[l.actors.callOf(n).Server] = true
	}
	gone := make(map[int]bool)
	for n := range l.actors.list {
		if a := &l.actors.list[n]; a.process != 0 && refuted[l.actors.callOf(n).Server] {
			a.process, gone[n] = 0, true
		}
	}
	l.proveAgain(components, gone)
}

// processesOfCalls tells in which process a call's work was done, where that is
// proven.
func (l *linker) processesOfCalls(components []*component) map[int]int {
	of := make(map[int]int)
	for _, c := range components {
		if c.shares == nil || c.loose || c.holed {
			continue
		}
		for i, shares := range c.shares {
			if list := l.byCall(shares); len(list) == 1 && list[0].actor != unseen && c.brackets[i].process != 0 {
				of[list[0].actor] = c.brackets[i].process
			}
		}
	}
	return of
}

// processesOfConnections tells which process has a connection, of servers of
// which connections stay with theirs, and these servers.
func (l *linker) processesOfConnections(ofCall map[int]int, refuted map[string]bool) (of map[int]int, servers map[string]*served) {
	servers, of = make(map[string]*served), make(map[int]int)
	for k := range l.in.Calls {
		c, p := &l.in.Calls[k], ofCall[k]
		if p == 0 || c.Connection == 0 {
			continue
		}
		s := servers[c.Server]
		if s == nil {
			s = &served{byProcess: make(map[int]int)}
			servers[c.Server] = s
		}
		s.byProcess[p]++
		s.calls++
		switch of[c.Connection] {
		case 0:
			of[c.Connection] = p
		case p:
			s.agreed = append(s.agreed, p)
		default:
			s.mixed = true
		}
	}
	for k := range l.in.Calls {
		c := &l.in.Calls[k]
		if s := servers[c.Server]; s == nil || refuted[c.Server] || !s.sticks() {
			delete(of, c.Connection)
		}
	}
	maps.DeleteFunc(servers, func(server string, s *served) bool { return refuted[server] || !s.sticks() })
	return of, servers
}
