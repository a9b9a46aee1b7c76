package recordfile

import (
	"bufio"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"glancecap/decoder/capture"
	"glancecap/decoder/record"
)

// Options are what a reading is asked for.
type Options struct {
	// Opened are inputs that are open already, by their paths: pipes, and
	// standard input as "-".
	Opened map[string]io.Reader
	// Compressions is how many layers of compression are taken off.
	Compressions int
}

// Result tells what was read.
type Result struct {
	// Errors are why files were not read, or not to their end.
	Errors []error
	// Read counts the records.
	Read int64
	// Remarks are what a reader should know, one sentence each.
	Remarks []string
}

// Read reads files of records and gives them to emit, merged by time. A record
// belongs to the callee. Where there are several files, connections get numbers
// of their own and ids the number of their file (h17@2), unless they are of one
// capture whose files were read one after the other: those count through. What
// each file says of its captures and its books comes last, added up. The error
// is the context's.
func Read(ctx context.Context, paths []string, o Options, emit func(record.Record)) (Result, error) {
	m := &merge{emit: emit, several: len(paths) > 1}
	defer m.close()
	for i, path := range paths {
		s := &source{index: i, streams: make(map[int]int)}
		m.all = append(m.all, s)
		if err := m.open(s, path, &o); err != nil {
			m.result.Errors = append(m.result.Errors, err)
		}
	}
	m.place()
	heap.Init(&m.queue)
	for len(m.queue) > 0 && ctx.Err() == nil {
		m.step()
	}
	m.finish(ctx.Err() != nil)
	return m.result, ctx.Err()
}

// merge is a reading under way.
type merge struct {
	emit    func(record.Record)
	several bool // files
	all     []*source
	queue   sourceQueue
	result  Result

	// captures are the inputs of all files, in the order in which File counts
	// them now; digests finds those of which several files hold pieces.
	captures []*record.Capture
	digests  map[string]int
	indexed  bool // more than one capture
	byFrame  bool // all records are of one capture: their frames give the order
	chains   map[string]*chain
	through  bool // all files are of one chain: their ids and streams count through
	nextID   int  // of streams
	books    *record.Books
}

// source is one file of records.
type source struct {
	index int
	lines lines
	close func()
	head  record.Record
	key   int64
	// declared tells that a run line came first: the file was made for the
	// timeline and ends with its books.
	declared, ended bool
	files           map[int]int // what File means here; -1 stands for none
	streams         map[int]int
	chain           *chain // nil where the file stands for itself
	part            int
}

// open opens a file and reads its first record.
func (m *merge) open(s *source, path string, o *Options) error {
	in := o.Opened[path]
	s.close = func() {}
	if in == nil {
		f, err := os.Open(path)
		if err != nil {
			return &Error{Path: path, Text: cause(err).Error(), Cause: err}
		}
		in, s.close = f, func() { f.Close() }
	}
	plain, done, err := capture.Unpack(in, o.Compressions, len(m.all))
	if err != nil {
		s.close()
		s.close = func() {}
		return &Error{Path: path, Text: err.Error(), Cause: err}
	}
	shut := s.close
	s.close = func() { done(); shut() }
	s.lines = lines{path: path, in: bufio.NewReaderSize(plain, 64<<10)}
	s.files = make(map[int]int)
	if !m.read(s) {
		return nil
	}
	if run, ok := s.head.(*record.Run); ok {
		s.declared = true
		for i, c := range run.Captures {
			key := i
			if len(run.Captures) == 1 {
				key = -1
			}
			s.files[key] = m.input(c.Manifest)
			if len(run.Captures) == 1 && c.Chain != "" {
				m.link(s, c)
			}
		}
		if !m.read(s) {
			return nil
		}
	} else if s.head.Header().File == nil {
		s.files[-1] = m.input("")
	} else {
		m.indexed = true
	}
	m.queue = append(m.queue, s)
	return nil
}

// mostCaptures bounds the inputs that files of records tell of.
const mostCaptures = 1 << 16

// input gives the number of a capture; pieces of one have the digest of their
// manifest in common.
func (m *merge) input(digest string) int {
	if at, known := m.digests[digest]; known && digest != "" {
		return at
	}
	if len(m.captures) >= mostCaptures {
		return len(m.captures) - 1
	}
	m.captures = append(m.captures, nil)
	at := len(m.captures) - 1
	if digest != "" {
		if m.digests == nil {
			m.digests = make(map[string]int)
		}
		m.digests[digest] = at
	}
	return at
}

// place settles, once all files are open, how their records are ordered.
func (m *merge) place() {
	m.indexed = m.indexed || len(m.captures) > 1
	m.byFrame = !m.indexed
	m.placeChains()
	for _, s := range m.queue {
		s.key = m.keyOf(s)
	}
	if m.several && m.indexed {
		m.result.Remarks = append(m.result.Remarks, "the clocks of the captures behind several files of records are not compared: times are as each file tells them")
	}
}

// step hands on the record that is next.
func (m *merge) step() {
	s := m.queue[0]
	m.take(s, s.head)
	if !m.read(s) {
		heap.Pop(&m.queue)
		return
	}
	// What was open at a file's end comes last there, whatever its time.
	s.key = max(s.key, m.keyOf(s))
	heap.Fix(&m.queue, 0)
}

// read reads the next record of a file; false where there is none.
func (m *merge) read(s *source) bool {
	rec, err := s.lines.next()
	if err == nil {
		s.head = rec
		return true
	}
	s.head = nil
	switch {
	case err != io.EOF:
		if errors.Is(err, record.ErrUnknownType) {
			err = fmt.Errorf("%w; was it made by a later glancecap?", err)
		}
		m.result.Errors = append(m.result.Errors, err)
	case s.declared && !s.ended:
		m.result.Errors = append(m.result.Errors, &Error{Path: s.lines.path, Line: s.lines.number, Offset: s.lines.offset,
			Text: "the file ends before its last line, the books: it was cut off"})
	case !s.declared && s.lines.number > 1:
		m.result.Remarks = append(m.result.Remarks, s.lines.path+" was made without --for timeline: rows, long bodies and the books are not in it")
	case !s.declared:
		m.result.Errors = append(m.result.Errors, &Error{Path: s.lines.path, Text: "there is no record in it"})
	}
	return false
}

// take numbers a record as one of all files and hands it on.
func (m *merge) take(s *source, rec record.Record) {
	m.result.Read++
	h := rec.Header()
	file := m.fileOf(s, h)
	switch r := rec.(type) {
	case *record.Run:
		return
	case *record.Books:
		s.ended = true
		if err := r.Accounting.Check(); err != nil {
			m.result.Errors = append(m.result.Errors, s.lines.wrong(err))
		}
		m.addBooks(s, r)
		return
	case *record.Capture:
		m.addCapture(file, r)
		return
	case *record.Connection:
		if r.Ended == "carried" && s.handsOn() {
			return
		}
	}
	m.locate(s, rec, file)
	if m.several && !m.through {
		h.ID += "@" + strconv.Itoa(s.index+1)
		stream := h.Stream
		h.Stream = m.streamOf(s, stream)
		if (h.Type == record.TypeConnection || h.Type == record.TypeRefusal) && s.chain == nil {
			delete(s.streams, stream) // nothing follows it
		}
	}
	m.emit(rec)
}

// locate gives a record the number of its capture among those of all files, and its
// spans those of theirs.
func (m *merge) locate(s *source, rec record.Record, file int) {
	h := rec.Header()
	record.EachSpan(rec, func(span *record.Span) {
		for _, at := range [...]**int{&span.FirstFile, &span.LastFile} {
			if *at != nil {
				n := m.numberOf(s, **at)
				if *at = &n; !m.indexed {
					*at = nil
				}
			}
		}
	})
	h.File = nil
	if m.indexed {
		h.File = &file
	}
}

// fileOf gives the number of a record's capture among those of all files.
func (m *merge) fileOf(s *source, h *record.Common) int {
	key := -1
	if h.File != nil {
		key = *h.File
	}
	return m.numberOf(s, key)
}

// numberOf gives the number of a capture of a file, -1 for its only one, among
// those of all files.
func (m *merge) numberOf(s *source, key int) int {
	at, known := s.files[key]
	if !known {
		at = m.input("")
		s.files[key] = at
	}
	return at
}

// streamOf gives the number of a connection among those of all files.
func (m *merge) streamOf(s *source, stream int) int {
	n, known := s.streams[stream]
	if !known {
		n = m.nextID
		m.nextID++
		s.streams[stream] = n
	}
	return n
}

// keyOf gives what a record is ordered by: when its last byte was there.
func (m *merge) keyOf(s *source) int64 {
	span := lastOf(s.head)
	switch {
	case span == nil:
		return s.key
	case m.byFrame:
		return int64(span.LastFrame)
	}
	return int64(span.End)
}

// lastOf gives the span of a record that ends last, nil where it has none.
func lastOf(rec record.Record) *record.Span {
	spans := record.Spans(rec)
	request, response := spans[0], spans[1]
	if request == nil || response != nil && response.LastFrame >= request.LastFrame {
		return response
	}
	return request
}

func (m *merge) close() {
	for _, s := range m.all {
		if s.close != nil {
			s.close()
		}
	}
}

// cause takes the path out of an error of the operating system.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// sourceQueue orders files by their next record, those of one moment by their
// place in a chain and their order on the command line.
type sourceQueue []*source

func (q sourceQueue) Len() int      { return len(q) }
func (q sourceQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q sourceQueue) Less(i, j int) bool {
	if q[i].key != q[j].key {
		return q[i].key < q[j].key
	}
	if c := q[i].chain; c != nil && c == q[j].chain && q[i].part != q[j].part {
		return q[i].part < q[j].part
	}
	return q[i].index < q[j].index
}

// Push and Pop are heap's.
func (q *sourceQueue) Push(x any) { *q = append(*q, x.(*source)) }
func (q *sourceQueue) Pop() any {
	old := *q
	s := old[len(old)-1]
	*q = old[:len(old)-1]
	return s
}
