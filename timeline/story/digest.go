package story

// DigestSchema names the version of the JSON of `glancecap statements`.
const DigestSchema = "glancecap.statements/1"

// Digest is the whole answer of `glancecap statements`: what a database was
// asked, statements that differ only in their literals taken together.
type Digest struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	// ShowsSecrets tells that tokens and passwords are shown as they are.
	ShowsSecrets bool      `json:"shows_secrets,omitempty"`
	Captures     []Capture `json:"captures"`
	// Statements counts all commands to databases, Connections those on which
	// they were sent, Encrypted the MySQL connections that cannot be read.
	Statements  int64 `json:"statements"`
	Connections int64 `json:"connections"`
	Encrypted   int64 `json:"encrypted"`
	// First and Last are when the first command began and the last answer
	// ended; Total is what they all took together.
	First Time   `json:"first"`
	Last  Time   `json:"last"`
	Total Number `json:"total"`
	// Errors counts the commands that the server refused, Unanswered those
	// whose answer was due and is not in the capture, Again those that a
	// connection behind a proxy shows once more (both are counted).
	Errors     int64 `json:"errors"`
	Unanswered int64 `json:"unanswered"`
	Again      int64 `json:"again"`
	// Called counts the statements for which the call that caused them can be
	// named.
	Called int64 `json:"called"`
	// Shapes are the fingerprints, in the order that was asked for; ShapesTotal
	// counts them before any limit.
	Shapes      []*Shape `json:"fingerprints"`
	ShapesTotal int      `json:"fingerprints_total"`
	// Beyond are the statements of further fingerprints, of which there were
	// too many to be told apart; nil where none were.
	Beyond      *Beyond    `json:"beyond"`
	Limits      []Limit    `json:"limits,omitempty"`
	Interrupted bool       `json:"interrupted,omitempty"`
	Accounting  Accounting `json:"accounting"`
}

// Beyond counts what was not told apart.
type Beyond struct {
	Statements int64  `json:"statements"`
	Seconds    Number `json:"seconds"`
}

// Shape is what statements with one fingerprint have in common.
type Shape struct {
	// ID is the beginning of the fingerprint's SHA-256, 12 hex digits.
	ID string `json:"id"`
	// Fingerprint is the text with ? for a literal and ?+ for a list; of a
	// command without a text its name. Cut tells that it is longer.
	Fingerprint string   `json:"fingerprint"`
	Cut         bool     `json:"cut,omitempty"`
	Verb        string   `json:"verb"`
	Tables      []string `json:"tables"`
	// Databases are default databases of the connections, some of them.
	Databases    []string       `json:"databases"`
	Commands     []CommandCount `json:"commands"`
	Housekeeping bool           `json:"housekeeping"`
	Count        int64          `json:"count"`
	// Seconds spreads the times from a command's first byte to the last byte
	// of its answer; Share is this fingerprint's part of all such time. Wait
	// sums the times from the command's last byte to the answer's first.
	Seconds Times  `json:"seconds"`
	Share   Number `json:"share"`
	Wait    Number `json:"wait"`
	// Rows and Affected are sums.
	Rows     int64 `json:"rows"`
	Affected int64 `json:"affected"`
	Errors   int64 `json:"errors"`
	// Refusals are the errors by code, some of them.
	Refusals   []Refusal `json:"refusals"`
	Unanswered int64     `json:"unanswered"`
	Again      int64     `json:"again"`
	First      Time      `json:"first"`
	Last       Time      `json:"last"`
	// Callers are the actions that caused the statements, the most frequent
	// first. Statements without a call are those of clients whose calls are
	// not in the capture, or for which none can be named honestly.
	Callers []Caller `json:"callers"`
	Slowest *Example `json:"slowest"`
}

// Times spreads durations in seconds. P50 and P95 are right to 2 %.
type Times struct {
	// Timed counts the durations: of an unanswered command there is none.
	Timed int64  `json:"timed"`
	Total Number `json:"total"`
	Min   Number `json:"min"`
	Mean  Number `json:"mean"`
	P50   Number `json:"p50"`
	P95   Number `json:"p95"`
	Max   Number `json:"max"`
}

// CommandCount counts commands of the protocol.
type CommandCount struct {
	Command string `json:"command"`
	Count   int64  `json:"count"`
}

// Refusal counts errors of one code; Message is the first one's.
type Refusal struct {
	Error
	Count int64 `json:"count"`
}

// Caller is an action and how many of the statements it caused: Proven where
// no other call is possible, the others are likely.
type Caller struct {
	Service    string `json:"service"`
	Action     string `json:"action"`
	Statements int64  `json:"statements"`
	Proven     int64  `json:"proven"`
	// Call is one of the calls.
	Call string `json:"call"`
}

// Example is one statement.
type Example struct {
	Record     string `json:"record"`
	Stream     int    `json:"stream"`
	N          int    `json:"n"`
	File       *int   `json:"file,omitempty"`
	Client     string `json:"client"`
	Server     string `json:"server"`
	Time       Time   `json:"time"`
	Seconds    Number `json:"seconds"`
	FirstFrame int    `json:"first_frame"`
	LastFrame  int    `json:"last_frame"`
	// Text may be cut; an ellipsis tells it.
	Text      string `json:"text"`
	Wireshark Jump   `json:"wireshark"`
}
