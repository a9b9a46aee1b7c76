package timeline

import (
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// role is whose database a session speaks to.
type role uint8

const (
	roleUnknown role = iota // until a table is named
	roleGlance
	roleKeystone
	roleOther
)

// service is the role's name in story.Statement.Service.
func (r role) service() string {
	switch r {
	case roleGlance:
		return glance.Glance
	case roleKeystone:
		return glance.Keystone
	}
	return "unknown"
}

func roleOf(service string) role {
	switch service {
	case glance.Glance:
		return roleGlance
	case glance.Keystone:
		return roleKeystone
	}
	return roleUnknown
}

// tri is a yes or no that may be unknown.
type tri uint8

const (
	unknown tri = iota
	yes
	no
)

// session is one MySQL connection.
type session struct {
	stream         int
	client, server string
	ends           []*story.Ends // that its statements have
	database       string
	role           role
	// What the login told; empty where it was not seen.
	user, pid    string
	connectionID record.Count
	scramble     string

	autocommit tri
	tx         *transaction
	image      *image    // that its last statement was about
	room       []pending // for the next transaction's
	// damaged tells that commands of it may be missing.
	damaged bool
	// closed tells that the client said goodbye.
	closed bool

	// held are statements of a session whose database is not known yet.
	held       []*statement
	unnamed    int64             // what was held and let go
	verbs      map[string]*int64 // of a session of another database
	statements []*statement
}

// maxHeld is how many statements wait for a session's database to be known:
// more than one unit of work of Glance.
const maxHeld = 256

// session gives the session of a record's stream.
func (b *Builder) session(c *record.Common) *session {
	if b.last != nil && b.last.stream == c.Stream {
		return b.last
	}
	s := b.sessions[c.Stream]
	if s == nil {
		s = &session{stream: c.Stream, client: b.intern(c.Client), server: b.intern(c.Server), connectionID: record.NoCount}
		b.sessions[c.Stream] = s
		b.order = append(b.order, s)
	}
	b.last = s
	return s
}

// endsOf gives the ends of a statement to the database of a service.
func (s *session) endsOf(service string) *story.Ends {
	for _, e := range s.ends {
		if e.Service == service {
			return e
		}
	}
	e := &story.Ends{Client: s.client, Server: s.server, Service: service}
	s.ends = append(s.ends, e)
	return e
}

// addLogin begins a session.
func (b *Builder) addLogin(l *record.Login) {
	s := b.session(&l.Common)
	if l.Result != nil && l.Result.Kind == record.ResultError {
		return
	}
	s.user, s.pid = b.intern(l.User), b.intern(l.Attributes["_pid"])
	s.connectionID, s.scramble = l.ConnectionID, l.Scramble
	if l.TLS {
		return
	}
	b.use(s, l.Database)
	if l.Result != nil && l.Result.Status.Known {
		s.autocommit = flag(l.Result.Status.Bits, record.StatusAutocommit)
	}
}

func flag(bits, bit uint16) tri {
	if bits&bit != 0 {
		return yes
	}
	return no
}

// use makes a database the session's default.
func (b *Builder) use(s *session, database string) {
	if database == "" || database == s.database {
		return
	}
	s.database = b.intern(database)
	switch {
	case b.roles[database] != roleUnknown:
		b.settle(s, b.roles[database])
	case roleOf(glance.ServiceOfDatabase(database)) != roleUnknown:
		b.settle(s, roleOf(glance.ServiceOfDatabase(database)))
	default:
		s.role = roleOther
		b.letGo(s)
	}
}

// settle says whose database a session speaks to and tells what was held.
func (b *Builder) settle(s *session, r role) {
	s.role = r
	if s.database != "" {
		b.roles[s.database] = r
	}
	for _, st := range s.held {
		s.statements = append(s.statements, st)
	}
	s.held = nil
}

// letGo counts what was held of a session of another database.
func (b *Builder) letGo(s *session) {
	for _, st := range s.held {
		s.count(st.told.Verb)
	}
	s.held = nil
}

// count counts a statement of another database.
func (s *session) count(verb string) {
	if s.verbs == nil {
		s.verbs = make(map[string]*int64)
	}
	n := s.verbs[verb]
	if n == nil {
		// The verb may lie in a statement's text, which is lent. Adding to the
		// element itself would put each next verb in the place of the key.
		n = new(int64)
		s.verbs[strings.Clone(verb)] = n
	}
	*n++
}

// keep adds a statement to what is told of the session, or holds it until its
// database is known.
func (s *session) keep(st *statement) {
	if s.role != roleUnknown {
		if n := len(s.statements); n == cap(s.statements) {
			s.statements = slices.Grow(s.statements, n) // append alone copies a long list five times
		}
		s.statements = append(s.statements, st)
		return
	}
	if len(s.held) >= maxHeld {
		s.held = append(s.held[:0], s.held[1:]...)
		s.unnamed++
	}
	s.held = append(s.held, st)
}

// addConnection closes the session of a connection that is over.
func (b *Builder) addConnection(c *record.Connection) {
	b.connections.add(c)
	b.hangUp(c)
	s := b.sessions[c.Stream]
	if s == nil {
		return
	}
	delete(b.sessions, c.Stream)
	b.last = nil
	if s.tx == nil {
		return
	}
	// The server rolls back what a client leaves open (MySQL manual,
	// COM_QUIT; sql/sql_class.cc, THD::cleanup).
	if c.Ended == "fin" || c.Ended == "reset" || s.closed {
		s.end(s.tx, rolledBack, point{when(c.Span.End), c.Span.LastFrame, copied(c.EndsIn(&c.Span))}, nil)
	}
}
