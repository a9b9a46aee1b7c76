package story

// BlindCode is a kind of blind spot, for the manual.
type BlindCode struct {
	Name string
	// By names the commands that tell it, Means says what is not seen.
	By, Means string
}

// BlindCodes lists every code that a blind spot may carry. A test holds it to
// what the program says.
func BlindCodes() []BlindCode {
	const both, timeline, info = "timeline, info", "timeline", "info"
	return []BlindCode{
		{"tls", both, "Connections are encrypted, and there are no keys."},
		{"not_seen", both, "A service that the story needs, of which there is not one connection."},
		{"missing", both, "Bytes that were sent and are not in the capture: packets were lost while it was made."},
		{"one_sided", both, "Connections of which only one direction was captured."},
		{"cut", both, "Bytes beyond the snap length."},
		{"store", timeline, "A store whose traffic is not decoded (files, RBD, S3): the database's word alone."},
		{"other_databases", timeline, "Statements of databases that are neither Glance's nor Keystone's: they are counted."},
		{"unnamed_database", timeline, "Statements on connections joined midstream that name no table: nothing tells whose they are."},
		{"other_http", timeline, "HTTP of none of the services: it is counted."},
		{"folded", timeline, "Reads told as a number, because the story would have taken more than `--memory`."},
		{"filter", info, "What a capture filter left out: there is nothing but the services' ports."},
		{"filter_precedence", info, "A filter that mixes `and` and `or` without parentheses, and was not read as it looks."},
		{"fragments", info, "IP datagrams of which fragments are missing: a filter on ports lets only the first one through."},
		{"no_data", info, "Connections with a handshake and no byte of data: a filter on TCP flags."},
		{"midstream", info, "Connections that began before the capture: what was said and prepared there is not known."},
		{"dropped", info, "Packets that the capturing system says it lost."},
		{"link_type", info, "Packets of a link type that cannot be read."},
		{"undecodable", info, "Bytes that make no sense in the protocol of their connection."},
		{"unread", info, "Bytes behind a hole that their receiver never filled: it did not read them either."},
	}
}
