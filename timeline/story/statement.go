package story

import "math"

// Statement is a command to Glance's or Keystone's database. There are very many
// of them: what many have in common, they share.
type Statement struct {
	ID     string `json:"id"`
	Record string `json:"record"`
	Stream int    `json:"stream"`
	N      int    `json:"n"`
	*Ends
	Time       Time `json:"time"`
	End        Time `json:"end"`
	FirstFrame int  `json:"first_frame"`
	LastFrame  int  `json:"last_frame"`
	File       *int `json:"file,omitempty"` // nil in a run over a single capture
	// LastFile is the capture of LastFrame, where it is not File.
	LastFile *int `json:"last_file,omitempty"`
	*Kind
	Text         Text        `json:"text"`
	Affected     *int64      `json:"affected"`
	Rows         *int64      `json:"rows"`
	Error        *Error      `json:"error"`
	Transaction  *string     `json:"transaction"`
	Outcome      string      `json:"outcome"` // committed, rolled_back, autocommitted, open, unknown, read
	Image        *string     `json:"image"`
	Housekeeping bool        `json:"housekeeping"`
	Legs         Few[Leg]    `json:"legs"`
	Call         *Link       `json:"call"`
	Marks        Few[string] `json:"marks"`
	// Detail is a few words on what a write changed: +hw_architecture.
	Detail string `json:"detail,omitempty"`
}

// Ends are the two ends of a statement's connection and whose database it
// leads to. Statements share them, so they are not changed.
type Ends struct {
	Client  string `json:"client"`
	Server  string `json:"server"`
	Service string `json:"service"` // glance, keystone or unknown
}

// Kind is what a command is, whatever its values. Statements share it, so it is
// not changed.
type Kind struct {
	Command string   `json:"command"`
	Verb    string   `json:"verb"`
	Tables  []string `json:"tables"`
}

// Wireshark leads to the statement's frames.
func (s *Statement) Wireshark() Jump {
	if s.FirstFrame <= 0 {
		return Jump{}
	}
	j := Jump{Stream: int32(s.Stream), First: int32(s.FirstFrame), Last: int32(max(s.FirstFrame, s.LastFrame))}
	if s.File != nil {
		j.Stream = -1
	}
	if s.LastFile != nil {
		j.Last = math.MaxInt32
	}
	return j
}

// Task is work of Glance that goes on behind an answer of 202: an import.
type Task struct {
	ID        string  `json:"id"`
	Image     *string `json:"image"`
	RequestID *string `json:"request_id"` // of the call that ordered it
	Type      string  `json:"type"`
	Status    string  `json:"status"`
	Message   string  `json:"message"`
	// Time and Frame are those of the last statement that wrote the status.
	Time  Time `json:"time"`
	Frame int  `json:"frame"`
	File  *int `json:"file,omitempty"`
}

// Error is the database's refusal.
type Error struct {
	Code     int    `json:"code"`
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
}
