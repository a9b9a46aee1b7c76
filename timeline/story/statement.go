package story

// Statement is a command to Glance's or Keystone's database.
type Statement struct {
	ID         string `json:"id"`
	Record     string `json:"record"`
	Stream     int    `json:"stream"`
	N          int    `json:"n"`
	Client     string `json:"client"`
	Server     string `json:"server"`
	Service    string `json:"service"` // glance, keystone or unknown
	Time       Time   `json:"time"`
	End        Time   `json:"end"`
	FirstFrame int    `json:"first_frame"`
	LastFrame  int    `json:"last_frame"`
	File       *int   `json:"file,omitempty"`
	// LastFile is the capture of LastFrame, where it is not File.
	LastFile     *int     `json:"last_file,omitempty"`
	Command      string   `json:"command"`
	Verb         string   `json:"verb"`
	Tables       []string `json:"tables"`
	Text         Text     `json:"text"`
	Affected     *int64   `json:"affected"`
	Rows         *int64   `json:"rows"`
	Error        *Error   `json:"error"`
	Transaction  *string  `json:"transaction"`
	Outcome      string   `json:"outcome"` // committed, rolled_back, autocommitted, open, unknown, read
	Image        *string  `json:"image"`
	Housekeeping bool     `json:"housekeeping"`
	Legs         []Leg    `json:"legs"`
	Call         *Link    `json:"call"`
	Marks        []string `json:"marks"`
	// Detail is a few words on what a write changed: +hw_architecture.
	Detail string `json:"detail,omitempty"`
	// Wireshark leads to the statement's frames.
	Wireshark Jump `json:"wireshark"`
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
