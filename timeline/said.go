package timeline

import (
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
	logs "glancecap/timeline/witness"
)

// logbook is a log beside the capture: its calls, and its clock once that is
// fitted to the capture's.
type logbook struct {
	log  *logs.Log
	said []*said
	// least and most are between which the log's clock must be put forward to
	// be the capture's, fitted that they are known, and by how many calls.
	least, most story.Time
	fitted      bool
	by          int
	// number is its place among the logs; onWire and outside count its calls
	// that the capture shows too, and those of other times.
	number          int
	onWire, outside int64
}

// offset is what is added to the log's times.
func (l *logbook) offset() story.Time { return l.least + (l.most-l.least)/2 }

// said is a call as one log tells it.
type said struct {
	book *logbook
	*logs.Call
	glance.Request
	// about is the image that it names, also one that its answer made.
	about string
	asked glance.Asked
	one   *one
	// floor and ceiling bound the call where its log has no times: it began
	// not before floor and was over by ceiling.
	floor, ceiling story.Time
	bounded        bool
}

// one is a call that logs tell, each in its words.
type one struct {
	said []*said
	wire *call // the same on the wire, nil where it was not seen
	// first and last are the beginning and the end of the statements that it
	// is sure to have made; NoTime where there are none.
	first, last story.Time
	// early and late are between which it ran, in the capture's clock; from
	// and to what is told as its beginning and end, give how far either may be
	// off by the clock. placed tells that they are known.
	early, late, from, to, give story.Time
	placed                      bool
	// inferred tells that the image it made is known by its time alone.
	inferred bool
	// begun and done are the frames between which it ran.
	begun, done point
}

// Witness takes a log as a further witness of the calls. It is to be called
// before Story, in any order with Add.
func (b *Builder) Witness(log *logs.Log) {
	l := &logbook{log: log, number: len(b.logbooks)}
	for i := range log.Calls {
		l.said = append(l.said, &said{book: l, Call: &log.Calls[i]})
	}
	b.logbooks = append(b.logbooks, l)
}

// catalogTypes are the services by the catalogue's types, by which clients
// name them in their logs.
var catalogTypes = map[string]string{
	"image": glance.Glance, "glance": glance.Glance, "identity": glance.Keystone, "keystone": glance.Keystone,
	"object-store": glance.Swift, "swift": glance.Swift,
}

// understandLogs says what the calls of the logs ask for. Where a path does not
// tell the service, the log's word does, else what else was said at the same
// address, in the log or on the wire.
func (b *Builder) understandLogs() {
	places := make(map[string]string)
	for _, name := range services[:3] {
		if c := b.connections.byService[name]; c != nil {
			for _, server := range c.servers {
				places[server] = name
			}
		}
	}
	for _, l := range b.logbooks {
		for _, s := range l.said {
			if service, sure := glance.ServiceOfPath(strings.SplitN(s.Target, "?", 2)[0]); sure && s.Endpoint != "" {
				places[s.Endpoint] = service
			}
			if service := catalogTypes[s.Call.Service]; service != "" && s.Endpoint != "" {
				places[s.Endpoint] = service
			}
		}
	}
	for _, l := range b.logbooks {
		own := l.service()
		for _, s := range l.said {
			service := catalogTypes[s.Call.Service]
			if service == "" {
				service = places[s.Endpoint]
			}
			if service == "" && s.By == logs.Service {
				service = own
			}
			s.understand(service)
		}
		l.lendTokens()
	}
}

// service names the service whose log it is, by the paths that only one
// service has.
func (l *logbook) service() string {
	for _, s := range l.said {
		if service, sure := glance.ServiceOfPath(strings.SplitN(s.Target, "?", 2)[0]); sure && s.By == logs.Service {
			return service
		}
	}
	return ""
}

// understand says what a call asks for, and of which image.
func (s *said) understand(service string) {
	s.Request = glance.Understand(service, s.Method, s.Target)
	if s.Named {
		s.about = s.Image
	}
	if s.Request.Service != glance.Glance {
		return
	}
	if s.Call.Request != nil {
		s.asked = glance.ReadAsked(s.Action, *s.Call.Request)
	}
	if s.Action != "image.create" || s.Status != 201 {
		return
	}
	if s.Response != nil {
		if shown, ok := glance.ShownImage(*s.Response); ok {
			s.about = shown.ID
			return
		}
	}
	location := record.Get(s.Answered, "Location")
	if id := location[strings.LastIndexByte(location, '/')+1:]; glance.IsUUID(id) {
		s.about = id
	}
}

// lendTokens ties the body of a token's answer to the token: the log does not
// print it, but the same process shows it in its next calls.
func (l *logbook) lendTokens() {
	waiting := make(map[string]*said)
	for _, s := range l.said {
		token := record.Get(s.Asked, "X-Auth-Token")
		switch {
		case s.Action == "token.issue" && s.Response != nil && token == "":
			waiting[s.Process] = s
		case token != "" && waiting[s.Process] != nil:
			w := waiting[s.Process]
			delete(waiting, s.Process)
			if record.Get(w.Answered, "X-Subject-Token") == "" {
				w.Answered = append(w.Answered, [2]string{"X-Subject-Token", token})
			}
		}
	}
}

// succeeded tells whether a call was answered so that it did what it asks.
func (s *said) succeeded() bool { return s.Status >= 200 && s.Status < 300 }

// timed tells whether the log has both times of a call.
func (s *said) timed() bool { return s.Start != record.NoTime && s.End != record.NoTime }

// shownDigest is how a client's log shows a token, told how the capture's are.
func shownDigest(value string) string {
	const open, digits = "{SHA256}", 12
	if rest, ok := strings.CutPrefix(value, open); ok && len(rest) == 64 {
		return "‹token " + open + rest[:digits] + "›"
	}
	if strings.HasPrefix(value, "{SHA1}") || value == "***" || strings.HasPrefix(value, "*") {
		return "" // nothing on the wire can be joined to it
	}
	return value
}
