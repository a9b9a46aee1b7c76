package extract

import (
	"context"
	"io"
	"net/netip"

	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/record"
)

// Span limits packets by time, both ends belong to it; NoTime is no limit.
type Span struct{ After, Before record.Time }

// has tells whether a time lies in the span. What has no time is in all.
func (s Span) has(t record.Time) bool {
	return t == record.NoTime || (s.After == record.NoTime || t >= s.After) && (s.Before == record.NoTime || t <= s.Before)
}

// Step changes packets on their way into an extract.
type Step interface {
	// Change changes what is written of a packet: its bytes, of which c.Data is
	// the beginning that steps before left, and its comments. The segment is nil
	// where the packet holds none that is whole in itself. False leaves the
	// packet out. Data must not be written to: what is changed is copied.
	Change(p *capture.Packet, seg *packet.Segment, c *capture.Change) (keep bool)
}

// Job is what is copied, and how.
type Job struct {
	From Source
	// Choice chooses connections; nil is all of them.
	Choice *Choice
	Span   Span
	Form   Form
	// Steps are taken in their order.
	Steps []Step
	// Application names the program in a new pcapng file.
	Application string
}

// Copied tells what was written.
type Copied struct {
	// Packets were written; NotChosen were not because they belong to something
	// else, LeftOut because a step left them out; Cut were written in part.
	Packets, NotChosen, LeftOut, Cut int64
	// Inputs are what was read. Their Err is why the reading ended early.
	Inputs []capture.File
}

// Copy reads the inputs again and writes what was chosen of them. Of a single
// file in its own format all that stands between packets is copied too: headers,
// descriptions, secrets. Fragments of IP, whose ports are not all known, are all
// copied; what is no TCP is copied where all connections are. The error is of
// writing, of the context, or a *capture.NothingReadError.
func Copy(ctx context.Context, j *Job, to io.Writer) (Copied, error) {
	set, err := j.From.open(ctx, !j.Form.anew)
	if err != nil {
		return Copied{}, err
	}
	defer set.Close()
	cp := copier{job: j, decoder: packet.NewDecoder(j.From.Bounds)}
	if err := cp.begin(set, to); err != nil {
		return Copied{}, err
	}
	var p capture.Packet
	for {
		err := set.Next(&p)
		if err == io.EOF {
			break
		}
		if err == nil {
			err = cp.take(&p)
		}
		if err != nil {
			return cp.done, err
		}
	}
	cp.done.Inputs = set.Files()
	if cp.writer != nil {
		err = cp.writer.Close(j.Form.link)
	}
	return cp.done, err
}

// copier is a copy under way.
type copier struct {
	job *Job
	// One of these writes: the input again, or packets anew.
	rewriter *capture.Rewriter
	writer   *capture.Writer
	decoder  *packet.Decoder
	segment  packet.Segment
	names    names
	done     Copied
}

func (c *copier) begin(set *capture.Set, to io.Writer) (err error) {
	if !c.job.Form.anew {
		c.rewriter = capture.NewRewriter(to)
		return nil
	}
	c.writer, err = capture.NewWriter(to, capture.WriterOptions{
		Pcapng: c.job.Form.Format == "pcapng", Application: c.job.Application,
		File: func(file int32) *capture.File { return &set.Files()[file] },
	})
	return err
}

// take writes a part of the input or leaves it out.
func (c *copier) take(p *capture.Packet) error {
	if p.Kind != capture.IsPacket {
		return c.rewriter.Part(p)
	}
	fate := packet.NotTCP
	if c.job.Choice != nil || len(c.job.Steps) > 0 {
		fate = c.decoder.Decode(p, &c.segment) // also of other times: it puts fragments together
	}
	if !c.wants(p, fate) {
		c.done.NotChosen++
		return nil
	}
	seg := &c.segment
	if fate != packet.IsSegment || seg.Fragmented {
		seg = nil
	}
	change := capture.Change{Data: p.Data}
	for _, step := range c.job.Steps {
		if !step.Change(p, seg, &change) {
			c.done.LeftOut++
			return nil
		}
	}
	c.done.Packets++
	if len(change.Data) < len(p.Data) {
		c.done.Cut++
	}
	return c.write(p, &change)
}

// write writes a packet, as it stands in the file where nothing changed.
func (c *copier) write(p *capture.Packet, change *capture.Change) error {
	if c.writer != nil {
		if p.LeftOut != nil {
			change.Comments = append([]string{p.LeftOut.Text}, change.Comments...)
		}
		return c.writer.Packet(p, change)
	}
	same := len(change.Data) == len(p.Data) && (len(p.Data) == 0 || &change.Data[0] == &p.Data[0])
	if same && len(change.Comments) == 0 {
		return c.rewriter.Part(p)
	}
	return c.rewriter.Packet(p, change)
}

// wants tells whether a packet was chosen.
func (c *copier) wants(p *capture.Packet, fate packet.Fate) bool {
	switch {
	case !c.job.Span.has(record.Time(p.Time)):
		return false
	case c.job.Choice == nil, fate == packet.IsFragment:
		return true
	case fate != packet.IsSegment:
		return false
	}
	return c.job.Choice.has(&c.names, p, &c.segment)
}

// has tells whether a packet of a connection was chosen.
func (c *Choice) has(names *names, p *capture.Packet, seg *packet.Segment) bool {
	a, b := names.of(&seg.Src), names.of(&seg.Dst)
	at := c.place(p.Number, record.Time(p.Time))
	return c.covers(pair{a, b}, at) || c.covers(pair{b, a}, at)
}

// covers tells whether a place of a connection was chosen.
func (c *Choice) covers(p pair, at int64) bool {
	for _, w := range c.windows[p] {
		if w.first <= at && at <= w.last {
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
