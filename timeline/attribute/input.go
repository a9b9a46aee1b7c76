// Package attribute says which call caused which statement and which call was
// made on behalf of which, and how sure that is.
//
// Comes in: calls and statements as plain values, with the names that stand in
// them. Goes out: for each statement at most one link to a call with its rule,
// its confidence and the number of candidates that were left; for each call
// its parent. The package sees no text, changes nothing that it was given, and
// names no call where two are equally possible.
//
// The unit is the bracket: what a connection does between its check-out of a
// pool and its check-in has one owner. A bracket's candidates are the calls to
// its host that surround it in time and do not contradict it by a name.
// Brackets and calls that may be each other's form a component, and of each
// component every consistent assignment is looked at: those in which each call
// makes the work that its grammar says, in its order, one thing at a time and
// in one process. What they all have in common is proven; of the rest the
// delays learned from what is known tell what is likely.
//
// Where the capture lacks calls (some were lost on their connections, or work
// was done that none of the calls can have made), such an assignment may give
// work to calls that are not seen as well, as long as they too begin at their
// beginning: then what is proven is what the calls that are seen cannot do
// without.
package attribute

import (
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Input is what there is to be attributed.
type Input struct {
	// Calls and Statements are in the order of time.
	Calls      []Call
	Statements []Statement
	Sessions   []Session
	// Tasks tie work in the background to the call that ordered it.
	Tasks []Task
	// Partial tells that calls may be missing: part of the API is encrypted
	// or was not captured. What would be proof is then likelihood.
	Partial bool
}

// Call is a request to a service.
type Call struct {
	Service, Action string
	// Client and Server are addresses with ports; the server's host is where
	// the call's own statements and calls come from.
	Client, Server         string
	ClientHost, ServerHost string
	// Connection numbers the connection to the service that it came on, from 1
	// on; 0 where it is not known.
	Connection int
	// Start is when the request's first byte, Asked when its last, and End
	// when the response's last byte was seen, Answered its first. Open tells that the end was
	// not seen; End is then the last time of the capture.
	Start, Asked, Answered, End story.Time
	Open                        bool
	// HungUp tells that it is open because its connection ended without an
	// answer.
	HungUp bool
	// Capture numbers the one that it was seen in.
	Capture int
	// Headless tells that the request was not captured: it may be anything
	// that its answer does not rule out, and may have begun at any time. Image
	// is then the one that the answer shows.
	Headless bool
	// Log tells that only a log tells of it: it ran at some time between Start
	// and End, and ServerHost is empty where its host is not known.
	Log bool
	// Untimed tells that such a log has no times: the call is bounded by others
	// alone. Made tells that the answer in such a log names the image that it made.
	Untimed, Made bool
	// Status is 0 where it was not seen.
	Status    int
	RequestID string
	// Image is the image's id, also of one that the call made. It is empty
	// where the call is about none, or makes one of which the id is not known.
	Image string
	// Names are the other names in the call: tags, members, properties, the
	// new image's title, owner, marker.
	Names []glance.Name
	// Token and Subject are digests: of the token that the caller showed,
	// and of the one that the call is about or gave out.
	Token, Subject string
	// Properties are the names and values of properties that it sets or
	// removes, Attributes the columns of images with what it sets them to.
	// Asks tells that its body was read, so that they are all, SetsTags that
	// it asks for other tags.
	Properties, Attributes [][2]string
	Asks, SetsTags         bool
	// Image, tags or members that the answer shows, as fingerprints; 0 where
	// it shows none.
	SeenImage, SeenTags, SeenMembers glance.Fingerprint
	// Shows is the image as the answer to a change of it shows it, nil where
	// that was not read.
	Shows *glance.State
	// Project is the project of the token, where Keystone told it.
	Project string
	// Identities are the ids that the tokens have in Keystone's database which
	// the call is about and is made with, nil where they are not known. Partly
	// tells that those of the token that it is made with are not among them.
	Identities []string
	Partly     bool
	// Unasked tells that the request was not captured: when it began is not
	// known, Start is that of the answer.
	Unasked bool
	// Marks tells that something of it is missing, if it is only its end; Holed
	// that bytes before are. Lost tells that calls before it on its connection
	// may be missing.
	Marks, Holed, Lost bool
}

// Session is a MySQL connection.
type Session struct {
	Client     string
	ClientHost string
	// Process is what names the client's process (_pid of the login), empty
	// where the login was not seen.
	Process string
	Service string
	// Midstream tells that its beginning was not captured. Between Since and
	// Until all captures were taken: what is cut at its beginning was begun
	// before, and of work outside the calls need not be here.
	Midstream    bool
	Since, Until story.Time
	// Capture numbers the one that it was seen in. The clocks of those in Unsure
	// were not compared with that of this one, those in Far are surely apart.
	Capture     int
	Unsure, Far map[int]bool
}

// Statement is a command on a session.
type Statement struct {
	Session    int // index into Sessions
	Start, End story.Time
	Verb       string
	Command    string
	Tables     []string
	Control    sqltext.Control
	Names      []glance.Name
	// Image is the image that it is about, row ids resolved.
	Image        string
	Write        bool
	Status       string // the status that an UPDATE or INSERT of images writes
	Guard        string
	Housekeeping bool
	// Ping tells a pool's check-out: SELECT 1 or COM_PING.
	Ping bool
	Work glance.Work
	// Seen is the fingerprint of the rows that were read, 0 for unknown.
	Seen glance.Fingerprint
	// State is what was read of an image or of its tags, nil for unknown.
	State  *glance.State
	Failed bool
	// NoRow tells that it matched nothing: no row written, or none read.
	NoRow bool
	// Unread tells that its text is not known whole, so names may be missing.
	Unread bool
	// Lost tells that commands before it may be missing.
	Lost bool
}

// Task is a task of Glance.
type Task struct {
	ID, Image, Request string
}

// Link is a statement's bond to a call.
type Link struct {
	Call       int // index into Input.Calls, -1 for none
	Rule       string
	Confidence float64
	Certainty  string
	Candidates int
	// Habits are those without which other calls would be possible, nil where
	// none was needed.
	Habits *Habits
}

// The certainties.
const (
	Proven = "proven"
	Likely = "likely"
	Guess  = "guess"
)

// None is the link of a statement of which no call can be named.
var None = Link{Call: -1}
