package story

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
	File       *int   `json:"file,omitempty"`
	// Unanswered tells that nothing came back, else it was a reset.
	Unanswered bool `json:"unanswered,omitempty"`
	// Call is the one on whose behalf it was made, where no other can have been.
	Call *string `json:"call,omitempty"`
}

// During tells whether the attempt came from the host that a call was at work
// on, between the call's begin and a time.
func (r *RefusedConnection) During(c *Call, until Time) bool {
	return c.Time <= r.Time && r.Time <= until && HostOf(r.Client) == HostOf(c.Nearest())
}

// Fetch is the exchange with a web server in which an import by web-download
// ended.
type Fetch struct {
	// Call is the import.
	Call string `json:"call"`
	// Streams are the connections from the first exchange to this one, to which
	// redirects led.
	Streams []int `json:"streams"`
	// URL is what was fetched, without userinfo and query.
	URL    string `json:"url"`
	Client string `json:"client"`
	Server string `json:"server"`
	// Refused is how many attempts to connect were refused, Unanswered how many
	// got no answer at all, where none was accepted.
	Refused    int `json:"refused,omitempty"`
	Unanswered int `json:"unanswered,omitempty"`
	// Status is nil where no answer was seen; Reason is the status line's.
	Status     *int   `json:"status"`
	Reason     string `json:"reason,omitempty"`
	Time       Time   `json:"time"`
	End        Time   `json:"end"`
	FirstFrame int    `json:"first_frame"`
	LastFrame  int    `json:"last_frame"`
	File       *int   `json:"file,omitempty"`
	// LastFile is the capture of LastFrame, where it is not File.
	LastFile *int `json:"last_file,omitempty"`
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
	// LastFile is the capture of LastFrame, where it is not File.
	LastFile *int    `json:"last_file,omitempty"`
	Client   string  `json:"client"`
	Server   string  `json:"server"`
	Image    *string `json:"image"`
	User     *User   `json:"user"`
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
	// RequestFile is the capture of RequestFrame, where it is not File.
	RequestFile *int `json:"request_file,omitempty"`
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

// Nearest gives the server of the hop that is nearest to the service.
func (c *Call) Nearest() string {
	if n := len(c.Legs); n > 0 {
		return c.Legs[n-1].Server
	}
	return c.Server
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
