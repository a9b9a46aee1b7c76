package capture

import (
	"fmt"
	"strings"
)

// Error tells why an input could not be read, or not to its end. All packets
// before Packet were delivered.
type Error struct {
	// Path names the input as on the command line, "-" for standard input.
	Path string
	// Packet is the number of the packet that could not be read, 0 where the
	// input was refused before its first one.
	Packet int
	// Offset is where its record or block begins, in bytes of the
	// uncompressed file.
	Offset int64
	// Text says what is wrong, Advice what to do about it, or "".
	Text, Advice string
	// NotACapture tells that the input holds no capture that could be read
	// even in part: nothing useful can be done with it.
	NotACapture bool
	// Cause is the error below, where there is one.
	Cause error
}

// Error gives one line: path, packet and offset, what is wrong, what to do.
func (e *Error) Error() string {
	var b strings.Builder
	name := e.Path
	if name == "-" {
		name = "standard input"
	}
	b.WriteString(name)
	b.WriteString(": ")
	if e.Packet > 0 {
		fmt.Fprintf(&b, "packet %d at byte %d: ", e.Packet, e.Offset)
	}
	b.WriteString(e.Text)
	if e.Advice != "" {
		b.WriteString("; ")
		b.WriteString(e.Advice)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// damage is what a format's reader found wrong at the current record; the
// reader of the file adds path, packet and offset. Offset is relative to the
// record's beginning.
type damage struct {
	text, advice string
	// refused tells that the file as a whole cannot be read.
	refused bool
	cause   error
}

// Error gives the text alone.
func (d *damage) Error() string { return d.text }

// Unwrap gives the cause.
func (d *damage) Unwrap() error { return d.cause }

// damaged makes a damage of a format and its arguments.
func damaged(format string, args ...any) *damage {
	return &damage{text: fmt.Sprintf(format, args...)}
}

// NothingReadError tells that none of the inputs could be opened as a capture.
type NothingReadError struct {
	// Files has an error for each input, in the order of the command line.
	Files []*Error
}

// Error gives one line a file.
func (e *NothingReadError) Error() string {
	lines := make([]string, len(e.Files))
	for i, err := range e.Files {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors of the files.
func (e *NothingReadError) Unwrap() []error {
	list := make([]error, len(e.Files))
	for i, err := range e.Files {
		list[i] = err
	}
	return list
}
