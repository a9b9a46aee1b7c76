// Package recordfile reads files of records, the output of `glancecap records`,
// in place of the captures that they were made of.
//
// Comes in: files of JSON lines, plain or compressed. Goes out: their records,
// merged in the order of time, numbered as those of one run. The package reads
// no packets and believes no length: a line is as long as its bytes that came.
package recordfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"glancecap/decoder/capture"
	"glancecap/decoder/manifest"
	"glancecap/decoder/record"
)

// mostLine limits a line, in bytes: bodies are told to 1 MiB and rows to
// 10,000, a line that is longer is none of ours.
const mostLine = 32 << 20

// Error tells why a file of records could not be read, or not to its end. All
// records before Line were read.
type Error struct {
	Path string
	// Line counts from 1, 0 where the file was refused as a whole; Offset is
	// where it begins, in bytes of the uncompressed file.
	Line   int64
	Offset int64
	Text   string
	Cause  error
}

// Error gives one line: path, line and offset, what is wrong.
func (e *Error) Error() string {
	name := e.Path
	if name == "-" {
		name = "standard input"
	}
	if e.Line == 0 {
		return name + ": " + e.Text
	}
	return fmt.Sprintf("%s: line %d at byte %d: %s", name, e.Line, e.Offset, e.Text)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// lines reads one file, line by line.
type lines struct {
	path   string
	in     *bufio.Reader
	number int64 // of the line read last
	offset int64 // behind it
	begins int64 // where it began
	line   []byte
}

// next gives the next record; io.EOF at the end, else an *Error.
func (l *lines) next() (record.Record, error) {
	for {
		line, err := l.read()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		rec, err := record.Parse(line)
		if err != nil && l.number == 1 && isReport(line) {
			return nil, &Error{Path: l.path, Text: "is JSON, but not records, one object a line, as `glancecap records --for timeline` writes them; a report cannot be read again", Cause: err}
		}
		if err != nil {
			return nil, l.wrong(err)
		}
		return rec, nil
	}
}

// isReport tells whether a first line begins an object of more than one line,
// or one of another schema.
func isReport(line []byte) bool {
	line = bytes.TrimSpace(line)
	return string(line) == "{" || bytes.HasPrefix(line, []byte(`{"schema":`))
}

// read gives the next line without its end, valid until the next call.
func (l *lines) read() ([]byte, error) {
	l.number++
	l.begins = l.offset
	l.line = l.line[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		l.offset += int64(len(part))
		l.line = append(l.line, part...)
		switch {
		case len(l.line) > mostLine:
			return nil, l.wrong(fmt.Errorf("it is longer than %d MiB, which no record is", mostLine>>20))
		case err == nil:
			return l.line[:len(l.line)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF && len(l.line) == 0:
			return nil, io.EOF
		case err == io.EOF:
			// Whole but for its end, or cut off: Parse tells.
			return l.line, nil
		default:
			return nil, l.wrong(err)
		}
	}
}

func (l *lines) wrong(err error) error {
	return &Error{Path: l.path, Line: l.number, Offset: l.begins, Text: err.Error(), Cause: err}
}

// Sniff tells whether an input holds records, by its first byte beneath any
// compression: a capture never begins with a brace. A manifest of split does,
// and is told by its schema. What was read of the input is read again by again.
func Sniff(in io.Reader, compressions int) (records bool, again io.Reader) {
	var taken bytes.Buffer
	again = io.MultiReader(&taken, in)
	plain, done, err := capture.Unpack(io.TeeReader(in, &taken), compressions, 1)
	if err != nil {
		return false, again
	}
	defer done()
	head := make([]byte, manifest.Recognisable)
	n, _ := io.ReadFull(plain, head[:1])
	if n == 0 || head[0] != '{' {
		return false, again
	}
	more, _ := io.ReadFull(plain, head[1:])
	return !manifest.Begins(head[:1+more]), again
}
