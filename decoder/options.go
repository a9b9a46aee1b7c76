// Package decoder turns captures into records: it holds the pipeline
// reader → packet → stream → protocol together and nothing else.
//
// Comes in: paths of captures. Goes out: record.Records in the order in which
// packets completed them, and at the end the books. It knows no Glance.
package decoder

import (
	"io"

	"glancecap/decoder/bounds"
	"glancecap/decoder/http1"
	"glancecap/decoder/part"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
)

// The services that a port can be given to.
const (
	Keystone = "keystone"
	Glance   = "glance"
	Swift    = "swift"
	MySQL    = "mysql"
	HTTP     = "http"
)

// Services lists the names that --port takes.
var Services = []string{Keystone, Glance, Swift, MySQL, HTTP}

// DefaultPorts are the ports of OpenStack's and TripleO's defaults.
func DefaultPorts() map[uint16]string {
	return map[uint16]string{
		5000: Keystone, 35357: Keystone, 13000: Keystone,
		9292: Glance, 13292: Glance,
		8080: Swift, 13808: Swift,
		3306: MySQL,
	}
}

// Options are what a run is asked for.
type Options struct {
	Bounds bounds.Bounds
	// Ports adds to DefaultPorts what --port says; a port found here has
	// found_by "flag".
	Ports map[uint16]string
	// Stdin is read for the path "-".
	Stdin io.Reader
	// Opened are inputs that are open already, by their paths (Look).
	Opened map[string]io.Reader
	// Manifest is a manifest of split: inputs that it lists are read as the one
	// capture they were cut from, as far as they are here. An input that is
	// itself a manifest needs no mention.
	Manifest string
	// After and Before limit the packets by time; NoTime is no limit. Frame
	// and stream numbers count all packets.
	After, Before record.Time
	// KeepRows says for which statements the rows' values are wanted; nil
	// for none.
	KeepRows func(command, text string) bool
	// Bodies keeps texts of bodies up to bounds.BodyText.
	Bodies bool
	// Digests says of which requests bodies are digested; nil for none.
	Digests func(method, target string) http1.Digested
	// Streams asks for the record.Stream lines.
	Streams bool
	// ForTimeline adds Run, Capture, Connection and Books.
	ForTimeline bool
	// Sift, where it is set, is told which packets hold image bytes alone. It is
	// called in the stage that assembles, and the last time before Run returns.
	Sift stream.Sift
	// Parts, where it is set, is told of each piece of a message and where it
	// lies in a direction of a connection. It is called in the stage that
	// assembles, not in the one that calls emit.
	Parts func(*stream.Info, stream.Dir, *part.Part)
	// Bytes, where it is set, is given all bytes that were delivered, also
	// those of connections that nothing follows and those that are skipped,
	// each with its offset in the direction.
	Bytes func(*stream.Info, stream.Dir, int64, []byte)
	// Progress, where it is not nil, is kept up to date while Run works.
	Progress *Progress
	// Carry, where it is set, makes the run one of those over the files of one
	// capture; there is one input then, and Streams is not set.
	Carry *Carry
	// Lend lends MySQL's records to emit instead of giving them away: they and
	// all texts in them hold until emit returns, then their memory is used
	// again.
	Lend bool
	// Ahead, where it is set, is given each record before emit is, in a stage of
	// its own: for work that needs nothing but the record. It is given it with its
	// secrets, and again without them where there were any.
	Ahead func(record.Record)
	// ShowSecrets leaves secrets as they are.
	ShowSecrets bool
}
