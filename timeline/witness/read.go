package witness

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"glancecap/decoder/record"
)

// ErrCapture tells that what was named as a log is a capture.
var ErrCapture = errors.New("is a capture, not a log: name it without --witness")

// ReadError tells at which line of a log the reading ended.
type ReadError struct {
	Path string
	Line int64
	Err  error
}

// Error says where and why.
func (e *ReadError) Error() string {
	return fmt.Sprintf("%s: line %d: %v", e.Path, e.Line, e.Err)
}

// Unwrap gives the reason.
func (e *ReadError) Unwrap() error { return e.Err }

// Read reads a log to its end. With an error, a *ReadError, the log holds what
// was read until then.
func Read(path string, from io.Reader, o Options) (*Log, error) {
	r := &reading{options: o, log: &Log{Path: path, First: record.NoTime, Last: record.NoTime}, clients: make(map[string]*client)}
	err := r.all(from)
	r.finish()
	if err != nil {
		return r.log, &ReadError{Path: path, Line: r.log.Lines + 1, Err: err}
	}
	return r.log, nil
}

// reading is a log while it is read.
type reading struct {
	options Options
	log     *Log
	bodies  int // bytes of the bodies kept
	// clients are the processes that write, by their names; at is the one that
	// wrote the line before, and commands counts those seen on a terminal.
	clients  map[string]*client
	at       *client
	commands int
	// service is what the modules' names say whose log it is.
	service       string
	asked, served int
	// turns tells that processes wrote in turns, or threads of one.
	turns bool
}

func (r *reading) all(from io.Reader) error {
	in := bufio.NewReaderSize(from, 64<<10)
	switch head, _ := in.Peek(4); {
	case isCapture(head):
		return ErrCapture
	case len(head) > 2 && head[0] == 0x1f && head[1] == 0x8b: // RFC 1952 §2.3.1
		z, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		in = bufio.NewReaderSize(z, 64<<10)
		if head, _ := in.Peek(4); isCapture(head) {
			return ErrCapture
		}
	}
	var line []byte
	for {
		var err error
		var some bool
		if line, some, err = readLine(in, line[:0], r.options.Line); some {
			r.log.Lines++
			r.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// isCapture tells pcap and pcapng by their first bytes.
func isCapture(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	switch string(head[:4]) {
	case "\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x0a\x0d\x0d\x0a":
		return true
	}
	return false
}

// readLine reads a line without its end into buf, of which it keeps the first
// most bytes. some is false where nothing was left to read.
func readLine(in *bufio.Reader, buf []byte, most int) (line []byte, some bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		some = some || len(part) > 0
		buf = append(buf, part[:min(len(part), most-len(buf))]...)
		if err == bufio.ErrBufferFull {
			continue
		}
		return bytes.TrimRight(buf, "\r\n"), some, err
	}
}

// line reads one line.
func (r *reading) line(line []byte) {
	e := entryOf(string(line))
	if e.time != record.NoTime {
		if r.log.First == record.NoTime {
			r.log.First = e.time
		}
		r.log.First, r.log.Last = min(r.log.First, e.time), max(r.log.Last, e.time)
	}
	if e.isAccess() {
		r.access(e)
		return
	}
	r.client(e)
}

// add keeps a call; nil where there are too many.
func (r *reading) add(c Call) *Call {
	if r.full() {
		r.log.Left++
		return nil
	}
	c.Line = int(r.log.Lines)
	r.log.Calls = append(r.log.Calls, c)
	return &r.log.Calls[len(r.log.Calls)-1]
}

// full tells that no more calls are kept.
func (r *reading) full() bool { return len(r.log.Calls) >= r.options.Calls }

// body keeps a body, nil where there is no room for it.
func (r *reading) body(s string) *string {
	if len(s) > r.options.Body || r.bodies+len(s) > r.options.Bodies {
		r.log.Texts++
		return nil
	}
	r.bodies += len(s)
	return &s
}

// finish says what the whole was.
func (r *reading) finish() {
	l := r.log
	switch {
	case r.asked > 0 && r.served > 0:
		l.Kind = Several
	case r.asked > 0:
		l.Kind = Client
	case r.served > 0:
		l.Kind = Service
	}
	l.Sequence = r.asked > 0 && !r.turns
	for i := range l.Calls {
		c := &l.Calls[i]
		if c.By == Service && c.Service == "" {
			c.Service = r.service
		}
	}
}
