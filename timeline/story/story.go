// Package story holds what `glancecap timeline` tells: the lives of images,
// the calls and statements that made them, what it means and what could not
// be seen.
//
// Comes in: nothing. Goes out: plain structs whose JSON is the contract
// (schema glancecap.timeline/1). The package works nothing out and imports no
// other package of the project.
package story

// Schema names the version of the JSON.
const Schema = "glancecap.timeline/1"

// Story is the whole answer.
type Story struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	// ShowsSecrets tells that tokens and passwords are shown as they are.
	ShowsSecrets bool         `json:"shows_secrets,omitempty"`
	Captures     []Capture    `json:"captures"`
	Witnesses    []Witness    `json:"witnesses,omitempty"`
	Images       []*Image     `json:"images"`
	Calls        []*Call      `json:"calls"`
	Statements   []*Statement `json:"statements"`
	Tasks        []*Task      `json:"tasks"`
	Diagnoses    []*Diagnosis `json:"diagnoses"`
	BlindSpots   []BlindSpot  `json:"blind_spots"`
	Services     []Service    `json:"services"`
	// Refused are connections that a service's port did not take, Fetched what
	// web servers answered to imports, Clocks how far hosts' clocks lie from the
	// captures'.
	Refused     []RefusedConnection `json:"refused,omitempty"`
	Fetched     []Fetch             `json:"fetched,omitempty"`
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
	// ClockDrift is by how many millionths its clock was corrected beside: the
	// offset is that of its first packet.
	ClockDrift float64 `json:"clock_drift,omitempty"`
	// ClockUnknown tells that its clock could not be compared with the others'.
	ClockUnknown bool `json:"clock_unknown,omitempty"`
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
	// Outside counts packets of other times than were asked for; they are not
	// among Total.
	Outside int64 `json:"outside,omitempty"`
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
