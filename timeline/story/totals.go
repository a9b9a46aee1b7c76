package story

// Totals are the figures of a run, over all images that something changed.
type Totals struct {
	Images   int `json:"images"`
	OnlyRead int `json:"only_read"`
	// Outcomes counts images by what became of them, the most frequent first.
	Outcomes []Outcome `json:"outcomes"`
	// Seconds spreads the durations of the images that are well.
	Seconds *Spread `json:"seconds"`
	// Phases sums the phases of all images, the longest first, but not the
	// time for which they were active or deactivated.
	Phases []PhaseTotal `json:"phases"`
	// Causes counts the images that carry an error or a warning, by the code
	// of the gravest one and by what it says apart from figures, the most
	// frequent first.
	Causes []CauseCount `json:"causes"`
	// Verified counts the images by what the digests of their bytes say, nil
	// where that was not asked for.
	Verified *VerifiedTotal `json:"verified,omitempty"`
}

// VerifiedTotal counts images whose bytes were digested.
type VerifiedTotal struct {
	Right   int `json:"right"`
	Wrong   int `json:"wrong"`
	Unknown int `json:"unknown"`
}

// Outcome counts the images of one end.
type Outcome struct {
	// What is "failed", "open" (unfinished when the capture ends) or the
	// status of the images that are well.
	What string `json:"what"`
	// Status is the last one seen.
	Status string `json:"status"`
	Images int    `json:"images"`
}

// Spread tells how durations in seconds spread.
type Spread struct {
	Median  Number `json:"median"`
	P90     Number `json:"p90"`
	Slowest Number `json:"slowest"`
}

// PhaseTotal is what a phase took of all images together.
type PhaseTotal struct {
	Name    string `json:"name"`
	Images  int    `json:"images"`
	Seconds Number `json:"seconds"`
	// Share is the fraction of the seconds of all phases.
	Share Number `json:"share"`
	// Shares are the seconds by who took them.
	Shares Shares `json:"shares"`
}

// CauseCount counts the images that failed for one cause.
type CauseCount struct {
	Code   string `json:"code"`
	Images int    `json:"images"`
	// Image is the id of the first of them, Text what it says.
	Image string `json:"image"`
	Text  string `json:"text"`
}

// Silence is a stretch of an image's life of a tenth or more in which neither
// a call nor a statement of it is to be seen.
type Silence struct {
	Start   Time   `json:"start"`
	End     Time   `json:"end"`
	Seconds Number `json:"seconds"`
	// Call is the call that was open meanwhile, nil where none was.
	Call *string `json:"call"`
}
