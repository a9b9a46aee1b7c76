package story

import "strings"

// Image is the life of one image.
type Image struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// OnlyRead tells that nothing changed the image.
	OnlyRead bool    `json:"only_read"`
	Verdict  Verdict `json:"verdict"`
	// Row is the row of images as the database has it, by column; a column
	// that was never seen is not there, a nil value is NULL.
	Row           Row          `json:"row"`
	Properties    []Property   `json:"properties"`
	Locations     []Location   `json:"locations"`
	Tags          []string     `json:"tags"`
	Members       []Member     `json:"members"`
	BeforeCapture bool         `json:"before_capture"`
	OpenAtEnd     bool         `json:"open_at_end"`
	Transitions   []Transition `json:"transitions"`
	Attempts      []Attempt    `json:"attempts"`
	Phases        []Phase      `json:"phases"`
	// Rates are how fast its bytes travelled, nil where no upload is told.
	Rates      *Rates      `json:"rates,omitempty"`
	Calls      []string    `json:"calls"`
	Statements []string    `json:"statements"`
	Store      []StoreItem `json:"store"`
	// Verified tells whether the bytes on the wire are those of the row's
	// digests, nil where it was not asked for or cannot be told.
	Verified     *bool         `json:"verified"`
	Verification *Verification `json:"verification,omitempty"`
	Diagnoses    []string      `json:"diagnoses"`
	Silences     []Silence     `json:"silences,omitempty"`
	// First is the time of the image's first packet: +0 of the report.
	First Time `json:"first"`
	Last  Time `json:"last"`
}

// Named tells whether an image is meant by a name, an id, or the beginning of
// an id.
func (i *Image) Named(wanted string) bool {
	return i.ID == wanted || i.Name == wanted || len(wanted) >= 4 && strings.HasPrefix(i.ID, strings.ToLower(wanted))
}

// Span stretches the image's life to what happened from start to end.
func (i *Image) Span(start, end Time) {
	if start != NoTime && (i.First == NoTime || start < i.First) {
		i.First = start
	}
	i.Last = max(i.Last, start, end)
}

// Verdict is the sentence that comes first.
type Verdict struct {
	Status  string `json:"status"`
	OK      bool   `json:"ok"`
	Text    string `json:"text"`
	Seconds Number `json:"seconds"`
	// SecondsFrom is call, or transition where no call is visible.
	SecondsFrom string `json:"seconds_from"`
}

// Property is a row of image_properties.
type Property struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

// Location is a row of image_locations.
type Location struct {
	Value    string `json:"value"`
	Status   string `json:"status"`
	Metadata Raw    `json:"metadata"`
}

// Member is a row of image_members.
type Member struct {
	Member string `json:"member"`
	Status string `json:"status"`
}

// Transition is a committed change of images.status.
type Transition struct {
	ID   string  `json:"id"`
	From *string `json:"from"`
	To   string  `json:"to"`
	// Time and Frame are those of the COMMIT's OK; where no SQL is visible,
	// of the response that showed it.
	Time       Time     `json:"time"`
	Frame      int      `json:"frame"`
	File       *int     `json:"file,omitempty"`
	Written    *Written `json:"written"`
	Witnesses  []string `json:"witnesses"`
	Agree      bool     `json:"agree"`
	Legal      bool     `json:"legal"`
	Confidence float64  `json:"confidence"`
	Certainty  string   `json:"certainty"`
	Statement  *string  `json:"statement"`
	Call       *string  `json:"call"`
	// Wireshark leads to the frames from the statement to its commit.
	Wireshark Jump `json:"wireshark"`
}

// Written is the statement that made a transition.
type Written struct {
	// Time is when the database answered the statement: it may have waited
	// for a lock. Frame is that of the statement.
	Time  Time `json:"time"`
	Frame int  `json:"frame"`
	// File is the capture of Frame, where it is not the transition's.
	File      *int    `json:"file,omitempty"`
	UpdatedAt *string `json:"updated_at"`
}

// Attempt is a write of a status that changed nothing: rolled back, matched
// no row, or repeated after a deadlock.
type Attempt struct {
	From      *string `json:"from"`
	To        string  `json:"to"`
	Time      Time    `json:"time"`
	Frame     int     `json:"frame"`
	File      *int    `json:"file,omitempty"`
	Why       string  `json:"why"` // rolled_back, no_row, error, open, unknown
	Statement *string `json:"statement"`
	Call      *string `json:"call"`
}

// StoreItem is what a store holds of an image.
type StoreItem struct {
	Kind      string   `json:"kind"`
	Container string   `json:"container"`
	Object    string   `json:"object"`
	Segments  []string `json:"segments"`
	Bytes     *int64   `json:"bytes"`
	ETag      string   `json:"etag"`
	State     string   `json:"state"` // stored, deleted, failed, partial, unknown
	// Put is the call that stored it, nil where none is in the capture; Got the
	// one that read it, with GotETag, where it is an object in one piece.
	Put     *string `json:"put,omitempty"`
	Got     *string `json:"got,omitempty"`
	GotETag string  `json:"got_etag,omitempty"`
	// Orphans are segments that were stored, that no object refers to, and that
	// were not deleted.
	Orphans []string `json:"orphans,omitempty"`
}
