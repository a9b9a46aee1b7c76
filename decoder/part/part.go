// Package part names the pieces of messages in which secrets may stand, and
// tells where in a connection's bytes they lie.
//
// Comes in: what the protocols' handlers meet while they read. Goes out: the
// same to a Watcher, piece by piece. It looks at no content and keeps nothing.
package part

// Kind is what a piece is.
type Kind uint8

// The kinds of pieces.
const (
	Head      Kind = iota // of HTTP: start line, fields, empty line
	Trailer               // a field behind a chunked body
	Content               // of an HTTP body, without its chunks, with its content coding
	Statement             // SQL
	Param                 // a value for the Nth question mark of Name, a statement
	Column                // a value of the column Name
	Attribute             // a connection attribute called Name
	Message               // words of a server
	Auth                  // authentication data of MySQL
	Plain                 // looked at by the protocol, nothing that could be a secret
	Closed                // encrypted
)

// Range is a stretch of a direction, from offset Off on. Offsets count from
// the first byte of the direction that a handler was told of.
type Range struct{ Off, Len int64 }

// ToTheEnd is the length of a range that never ends.
const ToTheEnd int64 = 1 << 62

// Part is a piece of a message.
type Part struct {
	Kind Kind
	Name string
	N    int
	// Bytes are the piece as it was sent; they are valid during the call only.
	Bytes []byte
	// Where tells where they lie, in order; together as long as Bytes. Where
	// the piece came out of compression, Sealed is set and Where tells what
	// has to go so that it is gone.
	Where  []Range
	Sealed bool
	// Type is the media type of Content, Codings what its bytes are wrapped
	// in, in the order in which that was done; Short tells that not all of it
	// is here, Rest where more of it lies that was not kept.
	Type    string
	Text    bool // Type is that of a text
	Codings []string
	Short   bool
	Rest    []Range
}

// Watcher takes parts. It must not keep one, nor its Bytes.
type Watcher func(*Part)

// Join adds a range behind others.
func Join(to []Range, off, n int64) []Range {
	if n <= 0 {
		return to
	}
	if k := len(to); k > 0 && to[k-1].Off+to[k-1].Len == off {
		to[k-1].Len += n
		return to
	}
	return append(to, Range{off, n})
}

// Slice gives the ranges of the bytes from to to of what lies in ranges.
func Slice(ranges []Range, from, to int64) (in []Range) {
	at := int64(0)
	for _, r := range ranges {
		a, b := max(from, at), min(to, at+r.Len)
		if a < b {
			in = append(in, Range{r.Off + a - at, b - a})
		}
		at += r.Len
	}
	return in
}
