// Package digest takes the statements together that databases were sent: those
// that differ only in their literals are one fingerprint, with counts, times
// and the calls that caused them.
//
// Comes in: record.MySQL of any database, and at the end the story of the same
// records, which names the calls. Goes out: a story.Digest. It reads no
// packets, attributes nothing itself, keeps no result and of each fingerprint
// one statement, and formats nothing. Its memory is bounded, whatever the
// capture.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/story"
)

// What is kept; beyond, things are counted together.
const (
	mostShapes      = 4096
	mostFingerprint = 8 << 10 // bytes of a fingerprint's text
	mostExample     = 2 << 10 // bytes of a statement's text
	mostDatabases   = 8       // of a fingerprint
	mostRefusals    = 8       // codes of a fingerprint
	mostCommands    = 8       // of a fingerprint
	mostConnections = 1 << 20 // told apart
)

// The names of the bounds.
const (
	hitShapes      = "statement fingerprints"
	hitConnections = "connections told apart"
)

// Builder takes records in and makes the digest at the end. It is not safe for
// concurrent use.
type Builder struct {
	sql         *sqltext.Parser
	hits        bounds.Hits
	shapes      map[id]*shape
	connections map[int]bool // by stream
	statements  int64
	first, last record.Time
	beyond      sum
}

// id is the beginning of the SHA-256 of a fingerprint.
type id [6]byte

// sum is a number of statements and their time.
type sum struct {
	n  int64
	ns int64
}

// NewBuilder gives a builder that knows nothing yet.
func NewBuilder() *Builder {
	b := &Builder{shapes: make(map[id]*shape), connections: make(map[int]bool), first: record.NoTime, last: record.NoTime}
	b.sql = sqltext.New(bounds.Default(), &b.hits)
	// Verb and tables are told by a statement's words.
	b.sql.Ask(func(string) bool { return false })
	return b
}

// Add counts a record that is a command to a database. The record may be
// thrown away after.
func (b *Builder) Add(rec record.Record) {
	m, ok := rec.(*record.MySQL)
	if !ok {
		return
	}
	b.statements++
	if len(b.connections) < mostConnections {
		b.connections[m.Stream] = true
	} else if !b.connections[m.Stream] {
		b.hits.Hit(hitConnections)
	}
	b.span(m)
	text := m.Statement()
	fingerprint := Fingerprint(b.sql, m.Command, text)
	key := idOf(fingerprint)
	s := b.shapes[key]
	if s == nil {
		if len(b.shapes) >= mostShapes {
			b.hits.Hit(hitShapes)
			b.beyond.n++
			b.beyond.ns += nanoseconds(m.Seconds)
			return
		}
		s = b.newShape(key, fingerprint, text)
		b.shapes[key] = s
	}
	s.add(m, text)
}

// span stretches the time in which statements were sent.
func (b *Builder) span(m *record.MySQL) {
	for _, s := range []*record.Span{m.Request, m.Response} {
		if s == nil || s.Time == record.NoTime {
			continue
		}
		if b.first == record.NoTime || s.Time < b.first {
			b.first = s.Time
		}
		b.last = max(b.last, s.End)
	}
}

func idOf(fingerprint string) (key id) {
	sum := sha256.Sum256([]byte(fingerprint))
	copy(key[:], sum[:])
	return key
}

// ID gives the id of a fingerprint: the first 12 hex digits of its SHA-256.
func ID(fingerprint string) string { return idOf(fingerprint).String() }

func (i id) String() string { return hex.EncodeToString(i[:]) }

// newShape begins the counts of a fingerprint.
func (b *Builder) newShape(key id, fingerprint, text string) *shape {
	s := &shape{told: story.Shape{ID: key.String(), Tables: []string{}, Databases: []string{}, First: story.NoTime, Last: story.NoTime}}
	s.told.Fingerprint, s.told.Cut = cut(fingerprint, mostFingerprint)
	if text == "" {
		s.told.Housekeeping = true
		return s
	}
	sql := b.sql.Parse(text)
	s.told.Verb, s.told.Housekeeping = strings.Clone(sql.Verb), sql.Housekeeping
	for _, t := range sql.Tables {
		if name := strings.Clone(t.Name); !slices.Contains(s.told.Tables, name) {
			s.told.Tables = append(s.told.Tables, name)
		}
	}
	return s
}

// cut keeps the beginning of a text, whole characters of it.
func cut(text string, most int) (string, bool) {
	if len(text) <= most {
		return strings.Clone(text), false
	}
	for most > 0 && text[most]&0xc0 == 0x80 {
		most--
	}
	return strings.Clone(text[:most]), true
}
