// Package record holds the line types of `glancecap records`: what the decoder
// makes of a capture, one value for each HTTP exchange, MySQL command, MySQL
// login, TLS handshake and, on request, direction of a stream.
//
// Comes in: nothing. Goes out: plain structs whose JSON is the contract. The
// package decodes nothing, imports no other package of the project, and no
// value in it points into a packet buffer.
package record

// Record is one line: *HTTP, *MySQL, *Login, *TLS or *Stream.
type Record interface {
	// Header gives the part that all lines have in common; the caller may
	// write to it (the decoder numbers records when it emits them).
	Header() *Common
	// End gives the closing part: durations and marks.
	End() *Tail
}

// The values of Common.Type.
const (
	TypeHTTP   = "http"
	TypeMySQL  = "mysql"
	TypeLogin  = "mysql.login"
	TypeTLS    = "tls"
	TypeStream = "stream"
)

// Common opens every line.
type Common struct {
	Type string `json:"type"`
	// ID is unique in a run: a letter for the type (h, q, l, t, b) and a
	// number that counts the records of that type in the order of output.
	ID string `json:"id"`
	// File is the index of the input in which the frames of this record are
	// counted, where a span says nothing else; nil where there is a single
	// input.
	File *int `json:"file,omitempty"`
	// Stream is Wireshark's tcp.stream.
	Stream int `json:"stream"`
	// Client and Server are "ip:port", IPv6 addresses in brackets.
	Client  string `json:"client"`
	Server  string `json:"server"`
	Service string `json:"service"`
	// FoundBy tells how the protocol was known: port, flag, content, catalog.
	FoundBy string `json:"found_by"`
}

// Tail closes every line.
type Tail struct {
	// Seconds runs from the request's first byte to the response's last,
	// Wait from the request's last byte to the response's first.
	Seconds Duration `json:"seconds"`
	Wait    Duration `json:"wait"`
	Marks   Marks    `json:"marks"`
}

// Header gives the common part of a record.
func (c *Common) Header() *Common { return c }

// End gives the closing part of a record.
func (t *Tail) End() *Tail { return t }

// Span is the stretch of a stream that a message took: time and frame of its
// first and of its last byte.
type Span struct {
	Time       Time `json:"time"`
	End        Time `json:"end"`
	FirstFrame int  `json:"first_frame"`
	LastFrame  int  `json:"last_frame"`
	// FirstFile and LastFile are the inputs in which these frames are counted,
	// where that is not the record's File: a message may begin in one file of a
	// rotated capture and end in the next, or be seen by two machines.
	FirstFile *int `json:"first_file,omitempty"`
	LastFile  *int `json:"last_file,omitempty"`
	// In are these inputs while the span is made; see Place.
	In [2]int32 `json:"-"`
}

// At is where in the capture something was seen.
type At struct {
	// Time is the capture's time stamp.
	Time Time
	// Frame is the 1-based number of the packet in its file.
	Frame int
	// File is the index of the input.
	File int32
	// Overlap tells that contradicting copies of these bytes were seen.
	Overlap bool
}

// Begin starts a span at a place of the capture.
func Begin(at At) Span {
	return Span{Time: at.Time, End: at.Time, FirstFrame: at.Frame, LastFrame: at.Frame, In: [2]int32{at.File, at.File}}
}

// Extend stretches a span to a further place. Bytes that arrived out of order
// can lie before the span's beginning.
func (s *Span) Extend(at At) {
	// Frames of different inputs have no order; time has.
	switch {
	case at.File == s.In[0]:
		s.FirstFrame = min(s.FirstFrame, at.Frame)
	case at.Time < s.Time:
		s.FirstFrame, s.In[0] = at.Frame, at.File
	}
	switch {
	case at.File == s.In[1]:
		s.LastFrame = max(s.LastFrame, at.Frame)
	case at.Time >= s.End:
		s.LastFrame, s.In[1] = at.Frame, at.File
	}
	s.Time, s.End = min(s.Time, at.Time), max(s.End, at.Time)
}

// Stream is one direction of a connection as its receiver read it.
type Stream struct {
	Common
	// Direction is "client" for what the client sent, "server" for the rest.
	Direction string `json:"direction"`
	Bytes     int64  `json:"bytes"`
	// Data is base64 in JSON.
	Data []byte `json:"data"`
	// Overlaps counts contradicting copies of bytes already received.
	Overlaps int `json:"overlaps"`
	// Gaps lists offset and length of the stretches that are missing or cut.
	Gaps [][2]int64 `json:"gaps"`
	Tail
}
