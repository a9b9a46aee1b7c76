package story

// Why is the evidence for one thing that the story tells: a statement, a call
// or a transition (--why).
type Why struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // statement, call or transition
	// Title says in a line what it is, Answer in one why it is told so.
	Title  string `json:"title"`
	Answer string `json:"answer"`
	// Evidence are the sentences, the weightiest first.
	Evidence []Said `json:"evidence"`
	// Candidates are the calls that may have caused a statement, its own
	// first, and what stands against each of the others.
	Candidates []Candidate `json:"candidates,omitempty"`
	// Surer says what would have made it sure, where it is not.
	Surer []string `json:"surer,omitempty"`
	// Filter is Wireshark's display filter for all of it, Tshark the command
	// that shows it.
	Filter string `json:"filter"`
	Tshark string `json:"tshark"`
}

// Said is a sentence and where it can be seen.
type Said struct {
	About  string   `json:"about"` // bracket, names, commit, …: one word
	Text   string   `json:"text"`
	Frames []Frames `json:"frames"`
}

// Frames are a stretch of frames of a capture.
type Frames struct {
	First int  `json:"first"`
	Last  int  `json:"last"`
	File  *int `json:"file,omitempty"`
}

// Candidate is a call that may have caused a statement, or could not.
type Candidate struct {
	Call string `json:"call"`
	// Own tells that it is the one.
	Own bool `json:"own,omitempty"`
	// What is the call in a few words, Reason what stands against it in one
	// word (empty for none), Text the same as a sentence.
	What   string   `json:"what"`
	Reason string   `json:"reason"`
	Text   string   `json:"text"`
	Frames []Frames `json:"frames"`
}
