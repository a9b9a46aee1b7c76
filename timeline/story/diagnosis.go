package story

// Diagnosis is what something means for the person who asks.
type Diagnosis struct {
	ID       string  `json:"id"`
	Code     string  `json:"code"`
	Severity string  `json:"severity"` // error, warning, note
	Image    *string `json:"image"`
	Text     string  `json:"text"`
	Frames   []int   `json:"frames"`
	// Files are the captures of these, in a run over several; -1 where that is
	// not known.
	Files  []int  `json:"files,omitempty"`
	Advice string `json:"advice"`
	// Cause, Grep and Next are the lines under a failed image's verdict.
	Cause *Cause `json:"cause,omitempty"`
}

// Cause is where a failure can be seen, and where to look further.
type Cause struct {
	Frame int `json:"frame"`
	// File is the capture of Frame, in a run over several.
	File      *int   `json:"file,omitempty"`
	Time      Time   `json:"time"`
	From      string `json:"from"`
	To        string `json:"to"`
	What      string `json:"what"`
	RequestID string `json:"request_id"`
	Log       string `json:"log"` // the log to search
	LogFrom   Time   `json:"log_from"`
	LogTo     Time   `json:"log_to"`
}

// BlindSpot is what the capture cannot show, and what would have shown it.
type BlindSpot struct {
	Code    string `json:"code"`
	Text    string `json:"text"`
	Bytes   int64  `json:"bytes"`
	Streams []int  `json:"streams"`
	Advice  string `json:"advice"`
}
