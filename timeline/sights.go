package timeline

import (
	"slices"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// connections counts what was seen of each service's connections.
type connections struct {
	byService map[string]*service
	tls       map[int]record.TLS // by stream, of handshakes not decrypted
	oneSided  []int              // streams, the first of them
	// halves counts the connections of which one direction is in the capture,
	// theirMissing the bytes that are missing of these.
	halves, theirMissing int64
	tunnels              []tunnel
}

// service is what was seen of one of the services.
type service struct {
	readable, encrypted int
	bytes               int64 // encrypted
	streams             []int // encrypted
	servers             []string
}

// maxListed bounds the streams and servers that are named one by one.
const maxListed = 64

func (c *connections) addTLS(t *record.TLS) {
	if t.Decrypted {
		return
	}
	if c.tls == nil {
		c.tls = make(map[int]record.TLS)
	}
	c.tls[t.Stream] = record.TLS{Common: t.Common, Version: t.Version}
}

// add counts a connection that is over.
func (c *connections) add(r *record.Connection) {
	s := c.service(r.Service)
	if !slices.Contains(s.servers, r.Server) && len(s.servers) < maxListed {
		s.servers = append(s.servers, r.Server)
	}
	_, handshake := c.tls[r.Stream]
	delete(c.tls, r.Stream)
	switch {
	case handshake || r.Bytes.Encrypted > 0:
		s.encrypted++
		c.through(r)
		s.bytes += r.Bytes.Encrypted
		if len(s.streams) < maxListed {
			s.streams = append(s.streams, r.Stream)
		}
	case r.Bytes.Decoded > 0:
		s.readable++
	}
	if r.OneSided && r.Payload[0]+r.Payload[1] > 0 {
		c.halves++
		c.theirMissing += r.Bytes.Missing
		if len(c.oneSided) < maxListed {
			c.oneSided = append(c.oneSided, r.Stream)
		}
	}
}

// addCapture keeps what is told of an input.
func (b *Builder) addCapture(r *record.Capture) {
	c := story.Capture{
		Path: r.Path, Format: r.Format, Compression: r.Compression, LinkTypes: r.LinkTypes, Packets: r.Packets, Bytes: r.Bytes,
		First: when(r.First), Last: when(r.Last), Snaplen: r.Snaplen, ClockOffset: r.ClockOffset.Seconds(), ClockDrift: r.ClockDrift, ClockUnknown: r.ClockUnknown, Remarks: r.Remarks, Error: r.Error,
	}
	if c.LinkTypes == nil {
		c.LinkTypes = []string{}
	}
	for _, i := range r.Interfaces {
		if i.Filter != "" && !slices.Contains(c.Filters, i.Filter) {
			c.Filters = append(c.Filters, i.Filter)
		}
	}
	if b.filter != "" && !slices.Contains(c.Filters, b.filter) {
		c.Filters = append(c.Filters, b.filter)
	}
	b.captures = append(b.captures, c)
}
