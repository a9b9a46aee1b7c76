package story

// ComparisonSchema names the version of the JSON of `glancecap timeline
// --against`.
const ComparisonSchema = "glancecap.comparison/1"

// Contrast sets lives of images beside each other: those of Bad, which
// somebody asks about, and those of Good, which went as it should.
type Contrast struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	// ShowsSecrets tells that tokens and passwords are shown as they are.
	ShowsSecrets bool `json:"shows_secrets,omitempty"`
	Good         Side `json:"good"`
	Bad          Side `json:"bad"`
	// Pairs are the lives that were compared.
	Pairs []*Pair `json:"pairs"`
	// Left are the images that something changed and that were not compared.
	Left []LeftOut `json:"left_out"`
}

// Side is what one side was read from.
type Side struct {
	Captures    []Capture   `json:"captures"`
	Services    []Service   `json:"services"`
	BlindSpots  []BlindSpot `json:"blind_spots"`
	Interrupted bool        `json:"interrupted,omitempty"`
	Accounting  Accounting  `json:"accounting"`
}

// LeftOut is an image that was not compared.
type LeftOut struct {
	Side string `json:"side"` // good or bad
	ID   string `json:"id"`
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Pair is two lives beside each other.
type Pair struct {
	// MatchedBy is image (asked for), name, or only (each side has one image).
	MatchedBy string `json:"matched_by"`
	Good      Life   `json:"good"`
	Bad       Life   `json:"bad"`
	// Facts are sentences of what differs, the most telling first. They say
	// what is to be seen, not why.
	Facts []string `json:"facts"`
	// Cautions say what makes the two hard to compare: what one of the
	// captures cannot show is neither missing nor extra.
	Cautions []string          `json:"cautions"`
	Seconds  Change            `json:"seconds"`
	Phases   []PhaseChange     `json:"phases"`
	Calls    []CallChange      `json:"calls"`
	SQL      []StatementChange `json:"statements"`
}

// Life is one side of a pair.
type Life struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Verdict   Verdict  `json:"verdict"`
	OpenAtEnd bool     `json:"open_at_end"`
	Size      *int64   `json:"size"`
	First     Time     `json:"first"`
	Last      Time     `json:"last"`
	Diagnoses []string `json:"diagnoses"` // their texts
}

// Change is a number of seconds on both sides; Difference is positive where
// the bad side took longer. Unknown where a side has none.
type Change struct {
	Good       Number `json:"good"`
	Bad        Number `json:"bad"`
	Difference Number `json:"difference"`
}

// NewChange gives the change from good to bad; where one side has nothing it
// counts as 0.
func NewChange(good, bad Number) Change {
	c := Change{Good: good, Bad: bad, Difference: Unknown}
	g, b := good, bad
	if !g.Known() {
		g = 0
	}
	if !b.Known() {
		b = 0
	}
	if good.Known() || bad.Known() {
		c.Difference = b - g
	}
	return c
}

// PhaseChange is a phase, and who took its time.
type PhaseChange struct {
	Name string `json:"name"`
	// Nth counts the phases of this name, from 1.
	Nth     int           `json:"nth"`
	Seconds Change        `json:"seconds"`
	Shares  []ShareChange `json:"shares"`
}

// ShareChange is what somebody took of a phase.
type ShareChange struct {
	Who     string `json:"who"`
	Seconds Change `json:"seconds"`
}

// CallChange is what became of calls of one kind: to one service, of one
// action, made on behalf of one other action.
type CallChange struct {
	Service string `json:"service"`
	Action  string `json:"action"`
	Method  string `json:"method"`
	// Target is told of calls that have no action of their own, with ids
	// replaced by {id}.
	Target string `json:"target,omitempty"`
	// For is the action of the call on whose behalf they were made, "" for
	// those of the client.
	For string `json:"for"`
	Compared
}

// StatementChange is what became of statements with one fingerprint.
type StatementChange struct {
	// ID is that of `glancecap statements`.
	ID          string   `json:"id"`
	Fingerprint string   `json:"fingerprint"`
	Service     string   `json:"service"`
	Verb        string   `json:"verb"`
	Tables      []string `json:"tables"`
	// Actions are those of the calls that caused them, on either side.
	Actions []string `json:"actions"`
	Compared
}

// Compared is how two counts differ.
type Compared struct {
	// Differences are: missing (none on the bad side), extra (none on the good
	// side), fewer, more, answered (otherwise), slower, faster; or unseen,
	// where one of the captures cannot show such things. Empty for no
	// difference that matters.
	Differences []string `json:"differences"`
	Good        *Counted `json:"good"`
	Bad         *Counted `json:"bad"`
	Seconds     Change   `json:"seconds"`
}

// Counted is how often something was done, and with what answers.
type Counted struct {
	Count   int    `json:"count"`
	Seconds Number `json:"seconds"` // together
	Longest Number `json:"longest"`
	// Answers are statuses or outcomes, each once, in order of time.
	Answers []string `json:"answers"`
	// First is the id of the first of them; Wireshark leads to the longest.
	First     string `json:"first"`
	Wireshark Jump   `json:"wireshark"`
}
