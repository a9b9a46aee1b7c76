// Package find picks the records that say something, and on request those around
// them on the same connection.
//
// Comes in: record.Records in the order of a run. Goes out: some of them, each
// once. It reads no packets and changes no record; what it holds for the context
// is bounded.
package find

import (
	"container/list"
	"regexp"
	"strconv"

	"glancecap/decoder/record"
)

// Options say what is looked for.
type Options struct {
	Pattern *regexp.Regexp
	// Bodies looks into the texts of bodies too.
	Bodies bool
	// Context is how many records before and behind are wanted, of the same
	// connection.
	Context int
}

// MostHeld bounds the bytes held for the context of what may be found.
const MostHeld = 16 << 20

// Finder picks records. It is not safe for concurrent use.
type Finder struct {
	o    Options
	emit func(record.Record)
	// held are the records that may yet be context, the oldest in front, and
	// last those of each connection; after counts what is still wanted behind
	// a find.
	held   *list.List
	last   map[int][]*list.Element
	after  map[int]int
	weight int
	// Forgotten counts the records that were let go to keep the bound.
	Forgotten int64
}

// New gives a finder that calls emit with what is found.
func New(o Options, emit func(record.Record)) *Finder {
	return &Finder{o: o, emit: emit, held: list.New(), last: make(map[int][]*list.Element), after: make(map[int]int)}
}

// Add takes the next record of the run.
func (f *Finder) Add(rec record.Record) {
	stream := rec.Header().Stream
	switch {
	case f.matches(rec):
		for _, e := range f.last[stream] {
			f.emit(f.take(e))
		}
		delete(f.last, stream)
		f.emit(rec)
		if f.o.Context > 0 {
			f.after[stream] = f.o.Context
		}
	case f.after[stream] > 0:
		f.emit(rec)
		if f.after[stream]--; f.after[stream] == 0 {
			delete(f.after, stream)
		}
	case f.o.Context > 0:
		f.hold(stream, rec)
	}
}

// hold keeps a record that may be context of what comes behind it.
func (f *Finder) hold(stream int, rec record.Record) {
	mine := f.last[stream]
	if len(mine) == f.o.Context {
		f.take(mine[0])
		mine = append(mine[:0], mine[1:]...)
	}
	f.last[stream] = append(mine, f.held.PushBack(rec))
	f.weight += record.Weight(rec)
	for f.weight > MostHeld && f.held.Len() > 0 {
		oldest := f.held.Front()
		s := oldest.Value.(record.Record).Header().Stream
		if f.last[s] = f.last[s][1:]; len(f.last[s]) == 0 {
			delete(f.last, s)
		}
		f.take(oldest)
		f.Forgotten++
	}
}

// take takes a record out of those that are held.
func (f *Finder) take(e *list.Element) record.Record {
	rec := f.held.Remove(e).(record.Record)
	f.weight -= record.Weight(rec)
	return rec
}

// matches tells whether a record says what is looked for: a statement or an
// error of the database; a request line, status line or header; who logged in;
// whom a TLS handshake names.
func (f *Finder) matches(rec record.Record) bool {
	says := f.o.Pattern.MatchString
	switch r := rec.(type) {
	case *record.HTTP:
		return f.inHTTP(r)
	case *record.MySQL:
		return says(r.Command) || r.Text != nil && says(*r.Text) || r.Expanded != nil && says(*r.Expanded) || f.inResult(r.Result)
	case *record.Login:
		return says(r.User) || says(r.Database) || says(r.ServerVersion) || f.inResult(r.Result)
	case *record.TLS:
		if r.SNI != nil && says(*r.SNI) {
			return true
		}
		if c := r.Certificate; c != nil {
			if says(c.Subject) {
				return true
			}
			for _, name := range c.Names {
				if says(name) {
					return true
				}
			}
		}
	}
	return false
}

func (f *Finder) inResult(r *record.Result) bool {
	if r == nil {
		return false
	}
	if e := r.Error; e != nil && f.o.Pattern.MatchString(strconv.Itoa(e.Code)+" ("+e.SQLState+"): "+e.Message) {
		return true
	}
	for i := range r.MoreResults {
		if f.inResult(&r.MoreResults[i]) {
			return true
		}
	}
	return false
}

func (f *Finder) inHTTP(r *record.HTTP) bool {
	says := f.o.Pattern.MatchString
	if q := r.Request; q != nil && (says(q.Method+" "+q.Target+" "+q.Version) || f.inMessage(q.Headers, q.Body)) {
		return true
	}
	p := r.Response
	return p != nil && (says(p.Version+" "+strconv.Itoa(p.Status)+" "+p.Reason) || f.inMessage(p.Headers, p.Body))
}

func (f *Finder) inMessage(headers [][2]string, body *record.Body) bool {
	for _, h := range headers {
		if f.o.Pattern.MatchString(h[0] + ": " + h[1]) {
			return true
		}
	}
	return f.o.Bodies && body != nil && body.Text != nil && f.o.Pattern.MatchString(*body.Text)
}
