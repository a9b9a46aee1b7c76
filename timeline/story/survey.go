package story

// SurveySchema names the version of the JSON of `glancecap info`.
const SurveySchema = "glancecap.info/1"

// Survey is what captures hold, and what they cannot show: the whole answer of
// `glancecap info`.
type Survey struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	// ShowsSecrets tells that tokens and passwords are shown as they are.
	ShowsSecrets bool              `json:"shows_secrets,omitempty"`
	Captures     []SurveyedCapture `json:"captures"`
	Services     []SurveyedService `json:"services"`
	// Conversations are the followed TCP connections, those with most bytes
	// first, at most 1,000 of ConversationsTotal.
	Conversations      []Conversation `json:"conversations"`
	ConversationsTotal int64          `json:"conversations_total"`
	// OtherPorts are the server ports of connections that nothing followed.
	OtherPorts []OtherPort `json:"other_ports"`
	// Databases counts MySQL connections by the database that their login
	// named.
	Databases  []LoginCount `json:"databases"`
	Duplicates int64        `json:"duplicates"` // frames that were recorded twice
	BlindSpots []BlindSpot  `json:"blind_spots"`
	// Command would have captured what is missing, "" where nothing is.
	Command     string     `json:"command"`
	Limits      []Limit    `json:"limits,omitempty"`
	Interrupted bool       `json:"interrupted,omitempty"`
	Accounting  Accounting `json:"accounting"`
}

// SurveyedCapture is an input file with all that its format tells.
type SurveyedCapture struct {
	Path        string   `json:"path"`
	Format      string   `json:"format"`
	Detail      string   `json:"detail"` // its variant
	Compression string   `json:"compression"`
	LinkTypes   []string `json:"link_types"`
	Packets     int64    `json:"packets"`
	// Size is the file's length on the disk, 0 for a pipe, Bytes that of the
	// capture without compression, DataBytes what its packets had on the wire,
	// CapturedBytes what of them is in the file.
	Size          int64   `json:"size"`
	Bytes         int64   `json:"bytes"`
	DataBytes     int64   `json:"data_bytes"`
	CapturedBytes int64   `json:"captured_bytes"`
	CutPackets    int64   `json:"cut_packets"`
	Snaplen       int64   `json:"snaplen"` // 0 for no limit
	First         Time    `json:"first"`
	Last          Time    `json:"last"`
	Seconds       Number  `json:"seconds"`
	ClockOffset   float64 `json:"clock_offset"`
	// ClockDrift is by how many millionths its clock was corrected beside.
	ClockDrift float64 `json:"clock_drift,omitempty"`
	// InOrder tells that no packet's time lies before that of the packet in
	// front of it; else Backwards is the first one and BackwardsSeconds the
	// largest step.
	InOrder          bool                `json:"in_order"`
	Backwards        int                 `json:"backwards"`
	BackwardsSeconds Number              `json:"backwards_seconds"`
	Interfaces       []SurveyedInterface `json:"interfaces"`
	// Dropped is what the capturing system says it lost, null where it says
	// nothing.
	Dropped *int64 `json:"dropped"`
	// SHA256 is of the file as it lies on the disk, null where nobody asked.
	SHA256  *string  `json:"sha256"`
	Remarks []string `json:"remarks"`
	Error   *string  `json:"error"`
}

// SurveyedInterface is a capturing interface that a pcapng file describes.
type SurveyedInterface struct {
	Name    string `json:"name"`
	Filter  string `json:"filter"`
	OS      string `json:"os"`
	Snaplen int64  `json:"snaplen"`
}

// SurveyedService is a service and what can be seen of it.
type SurveyedService struct {
	Name    string   `json:"name"`
	FoundBy []string `json:"found_by"` // port, flag, content, catalog
	// Readable and Encrypted count connections; a connection without data is
	// neither.
	Connections int64    `json:"connections"`
	Readable    int64    `json:"readable"`
	Encrypted   int64    `json:"encrypted"`
	Midstream   int64    `json:"midstream"` // whose handshake was not captured
	OneSided    int64    `json:"one_sided"`
	Bytes       int64    `json:"bytes"` // of payload, both directions
	Missing     int64    `json:"missing"`
	Servers     []string `json:"servers"`
	// ServersTotal counts them where they are more than are listed.
	ServersTotal int64 `json:"servers_total"`
}

// Conversation is a followed TCP connection.
type Conversation struct {
	Stream  int    `json:"stream"`
	File    *int   `json:"file,omitempty"`
	Client  string `json:"client"`
	Server  string `json:"server"`
	Service string `json:"service"`
	FoundBy string `json:"found_by"`
	First   Time   `json:"first"`
	Last    Time   `json:"last"`
	Packets int64  `json:"packets"`
	// ClientBytes and ServerBytes are payload bytes that each of them sent.
	ClientBytes int64 `json:"client_bytes"`
	ServerBytes int64 `json:"server_bytes"`
	// Directions is both, client, server or none: whose segments are here.
	Directions string `json:"directions"`
	Handshake  bool   `json:"handshake"`
	Ended      string `json:"ended"`
	Encrypted  bool   `json:"encrypted"`
	TLS        string `json:"tls"` // the version, where there is a handshake
	SNI        string `json:"sni"`
	// Missing are bytes that are not in the capture, Cut those beyond the snap
	// length; Retransmits and Duplicates count segments.
	Missing     int64 `json:"missing"`
	Cut         int64 `json:"cut"`
	Retransmits int64 `json:"retransmits"`
	Duplicates  int64 `json:"duplicates"`
}

// OtherPort counts the connections to a server port that nothing followed.
type OtherPort struct {
	Port        int   `json:"port"`
	Packets     int64 `json:"packets"`
	Connections int64 `json:"connections"`
}

// LoginCount counts connections that logged in to a database.
type LoginCount struct {
	Database    string `json:"database"`
	Connections int64  `json:"connections"`
}
