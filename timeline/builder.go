// Package timeline makes the story of a capture out of its records: images
// with their rows and changes of status, the calls and statements behind them,
// where the time went, what it means and what could not be seen.
//
// Comes in: record.Records in the order in which packets completed them. Goes
// out: a story.Story. The package reads no packets, keeps no body and no row
// beyond what it read out of them, and formats nothing.
package timeline

import (
	"strings"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/decoder/secret"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Options are what a story is made with.
type Options struct {
	// Version is the program's, for the story's head.
	Version string
	// Bounds limit what is kept of each statement; the zero value stands for
	// bounds.Default().
	Bounds bounds.Bounds
	// Memory is how many bytes the story may take before the reads of images
	// that are well are folded into a number; 0 stands for 1 GiB.
	Memory int64
	// Filter is the filter that the captures were made with, in libpcap's
	// notation, as far as the user knows it.
	Filter string
	// ShowSecrets leaves secrets in the logs beside a capture as they are.
	ShowSecrets bool
	// Verify compares the digests of images' bytes with what the database and
	// Swift say; the records must have them (Digested).
	Verify bool
	// Why keeps what attribution went by, for Builder.Why and Builder.Among.
	Why bool
}

// Builder takes records in and makes the story at the end. It is not safe for
// concurrent use.
type Builder struct {
	// apart tells of captures of which the clocks were not compared.
	apart   clocksApart
	version string
	verify  bool
	why     bool
	asked   *evidence // nil unless why
	filter  string
	bounds  bounds.Bounds
	hits    bounds.Hits
	sql     *sqltext.Parser
	// parsed is the statement at hand, change what it changes, named the names
	// in it: they hold until the next one.
	parsed  sqltext.Statement
	change  glance.Change
	named   []glance.Name
	known   map[int]*shape // by sqltext.Statement.Shape
	shapes  story.Shapes
	strings map[string]string

	captures    []story.Capture
	books       *record.Books
	connections connections

	sessions map[int]*session // by stream
	last     *session         // that a record was of
	order    []*session
	roles    map[string]role // of databases by name, as their statements tell
	seq      int
	// held is what the story takes in bytes, foldAt when folding is tried
	// next, folded how many statements were.
	memory, held, foldAt, folded int64

	calls  []*call
	loose  map[int][]*call    // by stream, not answered or not whole
	weak   map[string][]*call // of servers whose service is not settled
	people people
	tokens tokens
	// refusals are connections to the services that never were.
	refusals []story.RefusedConnection
	// fetches are exchanges with web servers that are none of the services,
	// importers the hosts that were asked to fetch.
	fetches []*fetch
	// unreached are attempts to connect to other servers that came to nothing.
	unreached []record.Refusal
	importers map[string]bool
	servers   servers
	// logbooks are the logs beside the captures, secrets takes theirs out.
	logbooks []*logbook
	secrets  *secret.Redactor

	// states are those of images that were read or shown, seeing is room for one.
	states glance.States
	seeing glance.State

	// images are by their ids, listed the same ones as they were first named, near
	// is the one that was asked for last.
	images map[string]*image
	listed []*image
	near   *image
	// lastCells are the values of images' columns that were copied last, lastBeside
	// those of the tables beside images, values room for the next ones; names is
	// room for those of statements, sets are what is written into images.status.
	lastCells  [len(glance.Columns)]*string
	lastBeside [besideTables][8]*string
	values     []string
	names      []glance.Name
	sets       []*statusSet
	// spare and spareInserts are changes that were done, to be used again.
	spare        []*imageChange
	spareInserts []*insert
	// changed is room for the images that a statement changes, line for the words
	// on it, text is the text of the one at hand; no and yes are the values of gone.
	changed       []*image
	line          []byte
	text, no, yes string
	counts        [16]int64 // 0, 1, 2, …
	rows          map[rowID]*row
	tasks         map[string]*task
	taken         int // results whose rows were taken
	// columns remembers what the columns of shared lists are.
	columns map[columnList]*columns
}

// NewBuilder gives a builder that knows nothing yet.
func NewBuilder(o Options) *Builder {
	if o.Bounds == (bounds.Bounds{}) {
		o.Bounds = bounds.Default()
	}
	b := &Builder{
		version: o.Version, verify: o.Verify, why: o.Why, filter: o.Filter, bounds: o.Bounds,
		known:    make(map[int]*shape),
		strings:  make(map[string]string),
		sessions: make(map[int]*session),
		roles:    make(map[string]role),
		loose:    make(map[int][]*call),
		weak:     make(map[string][]*call),
		images:   make(map[string]*image),
		no:       "0",
		yes:      "1",
		rows:     make(map[rowID]*row),
		tasks:    make(map[string]*task),

		importers: make(map[string]bool),
	}
	for n := range b.counts {
		b.counts[n] = int64(n)
	}
	if !o.ShowSecrets {
		b.secrets = secret.NewRedactor()
	}
	if b.memory = o.Memory; b.memory <= 0 {
		b.memory = defaultMemory
	}
	b.sql = sqltext.New(o.Bounds, &b.hits)
	b.sql.Ask(glance.IsImageTable)
	return b
}

// Add reads the evidence out of a record and keeps nothing of it: it may be
// thrown away after, or be one that was lent (decoder.Options).
func (b *Builder) Add(rec record.Record) {
	switch r := rec.(type) {
	case *record.HTTP:
		b.addHTTP(r)
	case *record.MySQL:
		b.addMySQL(r)
	case *record.Login:
		b.addLogin(r)
	case *record.TLS:
		b.connections.addTLS(r)
	case *record.Connection:
		b.addConnection(r)
	case *record.Refusal:
		b.refusal(r)
	case *record.Capture:
		b.addCapture(r)
	case *record.Books:
		b.books = r
	}
}

// maxInterned bounds the texts of which one copy is kept, and longest their
// length: what is longer is seldom said twice.
const (
	maxInterned = 1 << 16
	longest     = 256
)

// Images is how many images have been named so far.
func (b *Builder) Images() int { return len(b.images) }

// intern gives one copy of a text that stands in many records.
func (b *Builder) intern(s string) string {
	if s == "" {
		return ""
	}
	if kept, ok := b.strings[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	if len(s) <= longest && len(b.strings) < maxInterned {
		b.strings[s] = s
	}
	return s
}

// fileOf gives a copy of a record's file number.
func fileOf(c *record.Common) *int { return copied(c.File) }

// copied gives a copy of a number that may be none.
func copied(p *int) *int {
	if p == nil {
		return nil
	}
	n := *p
	return &n
}

// lastFile gives the capture of a last frame: file, where last says no other.
func lastFile(file, last *int) *int {
	if last != nil {
		return last
	}
	return file
}

// marksOf copies a record's marks.
func marksOf(t *record.Tail) []string {
	return append([]string{}, t.Marks...)
}

// countOf gives a count, nil where it is not known.
func countOf(c record.Count) *int64 {
	if c == record.NoCount {
		return nil
	}
	n := int64(c)
	return &n
}

// countRows gives a count of rows as countOf does. Nearly all are small, and those
// are shared.
func (b *Builder) countRows(c record.Count) *int64 {
	if c < record.Count(len(b.counts)) {
		return &b.counts[c]
	}
	return countOf(c)
}

func when(t record.Time) story.Time { return story.Time(t) }
