package extract

import (
	"context"
	"io"
	"math"
	"net/netip"

	"glancecap/decoder/bounds"
	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// Span limits packets by time, both ends belong to it; NoTime is no limit.
type Span struct{ After, Before record.Time }

func (s Span) has(t record.Time) bool {
	return t == record.NoTime || (s.After == record.NoTime || t >= s.After) && (s.Before == record.NoTime || t <= s.Before)
}

// Copied tells what was written.
type Copied struct {
	// Packets were written, LeftOut were not.
	Packets, LeftOut int64
	// Input is what was read. Its Err is why the reading ended early.
	Input capture.File
}

// Copy reads a capture again and writes what was chosen of it, as it stands in
// the file: header, descriptions and secrets, then packets. A nil choice is of
// all connections. Fragments of IP, whose ports are not all known, are all
// copied; what is no TCP is copied where all connections are. The error is of
// writing, of the context, or a *capture.NothingReadError.
func Copy(ctx context.Context, path string, b bounds.Bounds, c *Choice, s Span, to io.Writer) (Copied, error) {
	set, err := capture.Open(ctx, []string{path}, capture.Options{Bounds: b, Everything: true})
	if err != nil {
		return Copied{}, err
	}
	defer set.Close()
	cp := copier{choice: c, span: s, decoder: packet.NewDecoder(b)}
	var p capture.Packet
	for {
		err := set.Next(&p)
		if err == io.EOF {
			break
		}
		if err == nil {
			err = cp.take(&p, to)
		}
		if err != nil {
			return cp.done, err
		}
	}
	cp.done.Input = set.Files()[0]
	return cp.done, nil
}

// copier is a copy under way.
type copier struct {
	choice  *Choice
	span    Span
	decoder *packet.Decoder
	segment packet.Segment
	names   names
	done    Copied
}

// take writes a part of the input or leaves it out.
func (c *copier) take(p *capture.Packet, to io.Writer) error {
	switch {
	case p.Kind == capture.IsSection:
		return c.section(p.Record, to)
	case p.Kind != capture.IsPacket:
		_, err := to.Write(p.Record)
		return err
	case !c.wants(p):
		c.done.LeftOut++
		return nil
	}
	c.done.Packets++
	_, err := to.Write(p.Record)
	return err
}

// wants tells whether a packet was chosen.
func (c *copier) wants(p *capture.Packet) bool {
	if c.choice == nil {
		return c.span.has(record.Time(p.Time))
	}
	fate := c.decoder.Decode(p, &c.segment) // also of other times: it puts fragments together
	switch {
	case !c.span.has(record.Time(p.Time)):
		return false
	case fate == packet.IsFragment:
		return true
	case fate != packet.IsSegment:
		return false
	}
	a, b := c.names.of(&c.segment.Src), c.names.of(&c.segment.Dst)
	return c.choice.has(pair{a, b}, p.Number) || c.choice.has(pair{b, a}, p.Number)
}

// has tells whether a frame of a connection was chosen.
func (c *Choice) has(p pair, frame int) bool {
	for _, w := range c.windows[p] {
		if w.first <= frame && frame <= w.last {
			return true
		}
	}
	return false
}

// names remembers how endpoints are written: "ip:port".
type names struct{ known map[packet.Endpoint]string }

// mostNames bounds what is remembered.
const mostNames = 1 << 16

func (n *names) of(e *packet.Endpoint) string {
	if name, ok := n.known[*e]; ok {
		return name
	}
	if n.known == nil || len(n.known) >= mostNames {
		n.known = make(map[packet.Endpoint]string)
	}
	name := netip.AddrPortFrom(netip.AddrFrom16(e.Addr).Unmap(), e.Port).String()
	n.known[*e] = name
	return name
}

// section writes a pcapng section header without its length: what follows is
// shorter than the section was (draft-ietf-opsawg-pcapng §4.1: all ones say
// that it is not known).
func (c *copier) section(block []byte, to io.Writer) error {
	const at, size = 16, 8
	if len(block) < at+size {
		_, err := to.Write(block)
		return err
	}
	head := append([]byte(nil), block...)
	for i := range size {
		head[at+i] = math.MaxUint8
	}
	_, err := to.Write(head)
	return err
}
