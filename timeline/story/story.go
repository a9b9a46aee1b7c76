// Package story holds what `glancecap timeline` tells: the lives of images,
// the calls and statements that made them, what it means and what could not
// be seen.
//
// Comes in: nothing. Goes out: plain structs whose JSON is the contract
// (schema glancecap.timeline/1). The package works nothing out and imports no
// other package of the project.
package story

import "strings"

// Schema names the version of the JSON.
const Schema = "glancecap.timeline/1"

// Story is the whole answer.
type Story struct {
	Schema     string       `json:"schema"`
	Version    string       `json:"version"`
	Captures   []Capture    `json:"captures"`
	Witnesses  []Witness    `json:"witnesses,omitempty"`
	Images     []*Image     `json:"images"`
	Calls      []*Call      `json:"calls"`
	Statements []*Statement `json:"statements"`
	Tasks      []*Task      `json:"tasks"`
	Diagnoses  []*Diagnosis `json:"diagnoses"`
	BlindSpots []BlindSpot  `json:"blind_spots"`
	Services   []Service    `json:"services"`
	// Refused are connections that a service's port did not take, Clocks how
	// far hosts' clocks lie from the captures'.
	Refused     []RefusedConnection `json:"refused,omitempty"`
	Clocks      []HostClock         `json:"clocks,omitempty"`
	Limits      []Limit             `json:"limits,omitempty"`
	Interrupted bool                `json:"interrupted,omitempty"`
	Accounting  Accounting          `json:"accounting"`
	Totals      Totals              `json:"totals"`
	// Folded counts the statements that are told as numbers only.
	Folded Folded `json:"folded"`
	// Why is the evidence for the one thing that was asked for.
	Why *Why `json:"why,omitempty"`
}

// Capture is an input file.
type Capture struct {
	Path        string   `json:"path"`
	Format      string   `json:"format"`
	Compression string   `json:"compression,omitempty"`
	LinkTypes   []string `json:"link_types"`
	Packets     int64    `json:"packets"`
	Bytes       int64    `json:"bytes"`
	First       Time     `json:"first"`
	Last        Time     `json:"last"`
	Snaplen     int64    `json:"snaplen"`
	// ClockOffset is in seconds, added to this file's times; 0 where it was
	// not measured.
	ClockOffset float64 `json:"clock_offset"`
	// Filters are the capture filters as far as they are known, in libpcap's
	// notation: those that a pcapng file names, and what the user says.
	Filters []string `json:"filters,omitempty"`
	Remarks []string `json:"remarks,omitempty"`
	Error   *string  `json:"error"`
}

// Witness is a log beside the captures.
type Witness struct {
	Path string `json:"path"`
	// Kind says in words whose log it is.
	Kind string `json:"kind"`
	// Lines counts its lines, Unread those that begin as a line about a call
	// does and cannot be read.
	Lines  int64 `json:"lines"`
	Unread int64 `json:"unread"`
	// Calls counts the calls that it tells, OnWire those of them that the
	// captures show too, Outside those of other times, Left those that were
	// too many to be kept.
	Calls   int64 `json:"calls"`
	OnWire  int64 `json:"on_wire"`
	Outside int64 `json:"outside"`
	Left    int64 `json:"left,omitempty"`
	// Timed tells that its lines have times.
	Timed bool `json:"timed"`
	// ClockOffset is in seconds, added to the log's times, ClockWithin how far
	// it may be off, and ClockBy the number of calls by which it was measured.
	ClockOffset Number `json:"clock_offset"`
	ClockWithin Number `json:"clock_within"`
	ClockBy     int    `json:"clock_by"`
}

// LogPlace is where in a log a call is told.
type LogPlace struct {
	Witness int `json:"witness"` // index into Story.Witnesses
	Line    int `json:"line"`
	// Within is how far the call's times may be off, in seconds, where only
	// logs tell of it.
	Within Number `json:"within"`
}

// Service is one of the services and what can be seen of it.
type Service struct {
	Name string `json:"name"`
	// Readable and Encrypted count connections.
	Readable  int      `json:"readable"`
	Encrypted int      `json:"encrypted"`
	Servers   []string `json:"servers"`
}

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
	Time      Time    `json:"time"`
	Frame     int     `json:"frame"`
	UpdatedAt *string `json:"updated_at"`
}

// Attempt is a write of a status that changed nothing: rolled back, matched
// no row, or repeated after a deadlock.
type Attempt struct {
	From      *string `json:"from"`
	To        string  `json:"to"`
	Time      Time    `json:"time"`
	Frame     int     `json:"frame"`
	Why       string  `json:"why"` // rolled_back, no_row, error, open, unknown
	Statement *string `json:"statement"`
	Call      *string `json:"call"`
}

// Phase is the time between two transitions and who took it.
type Phase struct {
	Name    string  `json:"name"`
	Start   Time    `json:"start"`
	End     Time    `json:"end"`
	Seconds Number  `json:"seconds"`
	Shares  Shares  `json:"shares"`
	Held    *Number `json:"held,omitempty"` // the client before a closed window
	// Open tells that the phase lasts beyond the end of the capture.
	Open bool `json:"open,omitempty"`
	// HeldLongest is the longest such wait, HeldFrames its first and last frame.
	HeldLongest Number `json:"held_longest,omitempty"`
	HeldFrames  []int  `json:"held_frames,omitempty"`
	// HeldBy says who was at work while the client was held, HeldBecause who of
	// them took half of it or more, "" where nobody did.
	HeldBy      Shares `json:"held_by,omitempty"`
	HeldBecause string `json:"held_because,omitempty"`
}

// Rates are bytes per second while a request's body was sent: from the client to
// Glance, and from Glance to the store. Nil where that is not known.
type Rates struct {
	Client *Number `json:"client"`
	Store  *Number `json:"store"`
}

// Shares are seconds by who took them: identity, database, network (a loss was
// repaired), client (it sent nothing), store, transfer (bytes flowed), glance,
// unseen.
type Shares map[string]Number

// Transfer is where the time of a request's body went, by what its packets
// show of the sender. The four parts add up to Seconds.
type Transfer struct {
	Seconds Number `json:"seconds"`
	// Held is time before the receiver's closed window, Network that in which
	// a loss was repaired while new bytes waited, Idle that in which the sender
	// had nothing to send, Flowing the rest. Pauses under a millisecond, and of
	// very many the shortest, count as flowing.
	Held    Number `json:"held"`
	Network Number `json:"network"`
	Idle    Number `json:"idle"`
	Flowing Number `json:"flowing"`
	// HeldBy says who was at work while the sender was held.
	HeldBy Shares `json:"held_by,omitempty"`
}

// Token is what the capture knows of a token that was refused.
type Token struct {
	// Digest is the beginning of its SHA-256, in hex; "" where the call carried
	// no token.
	Digest  string `json:"digest"`
	Issued  Time   `json:"issued"`
	Expires Time   `json:"expires"`
	// Accepted is when it was last good before the refusal, Revoked when it
	// was revoked.
	Accepted      Time `json:"accepted"`
	AcceptedFrame int  `json:"accepted_frame,omitempty"`
	Revoked       Time `json:"revoked"`
	RevokedFrame  int  `json:"revoked_frame,omitempty"`
}

// RefusedConnection is an attempt to connect that was answered with a reset, or not at
// all.
type RefusedConnection struct {
	Service    string `json:"service"`
	Client     string `json:"client"`
	Server     string `json:"server"`
	Time       Time   `json:"time"`
	FirstFrame int    `json:"first_frame"`
	// Unanswered tells that nothing came back, else it was a reset.
	Unanswered bool `json:"unanswered,omitempty"`
}

// HostClock bounds how far a host's clock lies behind the captures' clock: what
// is to be added to the host's time, in seconds; negative where it is ahead.
type HostClock struct {
	Host string `json:"host"`
	// Least and Most bound it; unknown where nothing does.
	Least Number `json:"least"`
	Most  Number `json:"most"`
	// LeastFrame and MostFrame are the frames that show the bounds.
	LeastFrame int `json:"least_frame,omitempty"`
	MostFrame  int `json:"most_frame,omitempty"`
	// By names what was read: updated_at, Date, X-Trans-Id, issued_at.
	By      []string `json:"by"`
	Samples int      `json:"samples"`
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

// User is who made a call, as Keystone told.
type User struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	ProjectID string `json:"project_id"`
	Project   string `json:"project"`
}

// Call is a request to a service.
type Call struct {
	ID         string  `json:"id"`
	Service    string  `json:"service"`
	Action     string  `json:"action"`
	Method     string  `json:"method"`
	Target     string  `json:"target"`
	Status     *int    `json:"status"`
	RequestID  *string `json:"request_id"`
	Time       Time    `json:"time"`
	End        Time    `json:"end"`
	Seconds    Number  `json:"seconds"`
	Wait       Number  `json:"wait"`
	Record     string  `json:"record"`
	Stream     int     `json:"stream"`
	FirstFrame int     `json:"first_frame"`
	LastFrame  int     `json:"last_frame"`
	File       *int    `json:"file,omitempty"`
	Client     string  `json:"client"`
	Server     string  `json:"server"`
	Image      *string `json:"image"`
	User       *User   `json:"user"`
	// Parent is the call on whose behalf this one was made. Within is that
	// call where its answer, and so its request id, is not in the capture.
	Parent    *string  `json:"parent"`
	Within    *string  `json:"within,omitempty"`
	Legs      []Leg    `json:"legs"`
	Witnesses []string `json:"witnesses"`
	// Log is where a log tells of it. A call that only logs tell has no
	// record, frames and stream (-1).
	Log   *LogPlace `json:"log,omitempty"`
	Marks []string  `json:"marks"`
	// Bytes is the length of the body that carried an image, Detail a few
	// words on what the call changed.
	Bytes *int64 `json:"bytes,omitempty"`
	// RequestEnd and RequestFrame are where the request's last byte was seen.
	RequestEnd   Time `json:"request_end"`
	RequestFrame int  `json:"request_frame"`
	// Announced is that length as the head said it, where it did, and Short
	// tells that the body ended before its end: the sender broke off.
	Announced *int64 `json:"announced,omitempty"`
	Short     bool   `json:"short,omitempty"`
	// HungUp tells that the connection ended before the answer.
	HungUp bool   `json:"hung_up,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Wireshark leads to the call's frames.
	Wireshark Jump `json:"wireshark"`
	// Reason is what the answer's body says of a refusal.
	Reason string `json:"reason,omitempty"`
	// Token is that of a call that was refused for it.
	Token *Token `json:"token,omitempty"`
	// Transfer is where the time of an image's bytes went.
	Transfer *Transfer `json:"transfer,omitempty"`
}

// Behalf gives the id of the call on whose behalf this one was made, nil where
// none is known.
func (c *Call) Behalf() *string {
	if c.Parent != nil {
		return c.Parent
	}
	return c.Within
}

// Leg is the same call or statement on another hop.
type Leg struct {
	Record     string `json:"record"`
	Client     string `json:"client"`
	Server     string `json:"server"`
	FirstFrame int    `json:"first_frame"`
}

// Link is a statement's bond to the call that caused it.
type Link struct {
	ID         string  `json:"id"`
	RequestID  *string `json:"request_id"`
	Rule       string  `json:"rule"`
	Confidence float64 `json:"confidence"`
	Certainty  string  `json:"certainty"` // proven, likely, guess
	Candidates int     `json:"candidates"`
}

// Statement is a command to Glance's or Keystone's database.
type Statement struct {
	ID           string   `json:"id"`
	Record       string   `json:"record"`
	Stream       int      `json:"stream"`
	N            int      `json:"n"`
	Client       string   `json:"client"`
	Server       string   `json:"server"`
	Service      string   `json:"service"` // glance, keystone or unknown
	Time         Time     `json:"time"`
	End          Time     `json:"end"`
	FirstFrame   int      `json:"first_frame"`
	LastFrame    int      `json:"last_frame"`
	File         *int     `json:"file,omitempty"`
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
}

// Error is the database's refusal.
type Error struct {
	Code     int    `json:"code"`
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
}

// Diagnosis is what something means for the person who asks.
type Diagnosis struct {
	ID       string  `json:"id"`
	Code     string  `json:"code"`
	Severity string  `json:"severity"` // error, warning, note
	Image    *string `json:"image"`
	Text     string  `json:"text"`
	Frames   []int   `json:"frames"`
	Advice   string  `json:"advice"`
	// Cause, Grep and Next are the lines under a failed image's verdict.
	Cause *Cause `json:"cause,omitempty"`
}

// Cause is where a failure can be seen, and where to look further.
type Cause struct {
	Frame     int    `json:"frame"`
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

// Limit is a bound that was reached.
type Limit struct {
	Name  string `json:"name"`
	Times int64  `json:"times"`
}

// Folded counts what is not told one by one.
type Folded struct {
	// Databases counts the statements of databases that are none of
	// Glance's or Keystone's.
	Databases []DatabaseCount `json:"databases"`
	// Reads counts the statements of transactions that only read, of images
	// that are well, which were folded because the story grew too large.
	Reads int64 `json:"reads"`
	// Unnamed counts statements of connections whose database is not known
	// and that named no known table.
	Unnamed int64 `json:"unnamed"`
}

// DatabaseCount counts another database's statements by verb.
type DatabaseCount struct {
	Database    string           `json:"database"`
	Connections int64            `json:"connections"`
	Statements  int64            `json:"statements"`
	Verbs       map[string]int64 `json:"verbs"`
}

// Accounting is the law's balance (the same shape as the decoder's).
type Accounting struct {
	Packets PacketCounts `json:"packets"`
	Bytes   ByteCounts   `json:"bytes"`
}

// PacketCounts counts packets by what became of them.
type PacketCounts struct {
	Total           int64 `json:"total"`
	Decoded         int64 `json:"decoded"`
	Fragment        int64 `json:"fragment"`
	FragmentPending int64 `json:"fragment_pending"`
	NotTCP          int64 `json:"not_tcp"`
	OtherPort       int64 `json:"other_port"`
	Duplicate       int64 `json:"duplicate"`
	Ignored         int64 `json:"ignored"`
	Malformed       int64 `json:"malformed"`
	HeaderCut       int64 `json:"header_cut"`
	UnsupportedLink int64 `json:"unsupported_link"`
	Evicted         int64 `json:"evicted"`
	// LeftOut counts packets that were left out of the capture on purpose; they
	// are not among Total.
	LeftOut int64 `json:"left_out,omitempty"`
	// Carried packets are told of by the records of the capture's next file,
	// which are not here.
	Carried int64 `json:"carried,omitempty"`
}

// ByteCounts counts stream bytes by what became of them.
type ByteCounts struct {
	Span        int64 `json:"span"`
	Decoded     int64 `json:"decoded"`
	Skipped     int64 `json:"skipped"`
	Missing     int64 `json:"missing"`
	Cut         int64 `json:"cut"`
	Undecodable int64 `json:"undecodable"`
	Encrypted   int64 `json:"encrypted"`
	Urgent      int64 `json:"urgent"`
	Unread      int64 `json:"unread"`
	Evicted     int64 `json:"evicted"`
	LeftOut     int64 `json:"left_out,omitempty"` // of the capture, on purpose
	Carried     int64 `json:"carried,omitempty"`  // as of PacketCounts
}
