package extract

import (
	"context"
	"io"
	"net/netip"
	"slices"

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

// Part is one of several captures that are written of the same inputs.
type Part struct {
	// Choice chooses connections; nil is all of them.
	Choice *Choice
	// Steps are taken in their order.
	Steps []Step
	// To is where the part goes; nil for one that is not written this time.
	To io.Writer
	// Takes, if it is set, is called with each packet before it is written.
	Takes func(*capture.Packet) error
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
	parts := []Part{{Choice: j.Choice, Steps: j.Steps, To: to}}
	done, err := CopyEach(ctx, j, parts, nil)
	return Copied{
		Packets: done.Parts[0].Packets, NotChosen: done.Packets - done.Parts[0].Taken, LeftOut: done.Parts[0].LeftOut, Cut: done.Parts[0].Cut, Inputs: done.Inputs,
	}, err
}

// CopiedEach tells what was written of several parts.
type CopiedEach struct {
	// Packets were read, Nobodys of them were chosen for no part.
	Packets, Nobodys int64
	// Parts tell of each part.
	Parts []CopiedPart
	// Inputs are what was read.
	Inputs []capture.File
}

// CopiedPart tells what was written of a part: of the packets that it takes,
// LeftOut were left out by a step, Cut written in part.
type CopiedPart struct{ Taken, Packets, LeftOut, Cut int64 }

// CopyEach is Copy for several parts, for which the inputs are read once. What
// the job says of a choice and of steps is the parts' own. seen, if it is set, is
// called with each packet before any part takes it.
func CopyEach(ctx context.Context, j *Job, parts []Part, seen func(*capture.Packet)) (CopiedEach, error) {
	cp := copier{job: j, decoder: packet.NewDecoder(j.From.Bounds), parts: make([]copyPart, len(parts)), done: CopiedEach{Parts: make([]CopiedPart, len(parts))}}
	set, err := j.From.open(ctx, !j.Form.anew)
	if err != nil {
		return cp.done, err
	}
	defer set.Close()
	if err := cp.begin(set, parts); err != nil {
		return cp.done, err
	}
	var p capture.Packet
	for {
		err := set.Next(&p)
		if err == io.EOF {
			break
		}
		if err == nil {
			if seen != nil && p.Kind == capture.IsPacket {
				seen(&p)
			}
			err = cp.take(&p)
		}
		if err != nil {
			return cp.done, err
		}
	}
	cp.done.Inputs = set.Files()
	return cp.done, cp.end()
}

// copier is a copy under way.
type copier struct {
	job     *Job
	decoder *packet.Decoder
	segment packet.Segment
	names   names
	parts   []copyPart
	// everything are the parts that take all packets, by their indexes; chosen
	// those that take some of a connection's.
	everything []int
	chosen     map[pair][]int
	looks      bool // somebody wants packets decoded
	takers     []int
	done       CopiedEach
}

// copyPart is a part that is written.
type copyPart struct {
	Part
	// One of these writes: the input again, or packets anew.
	rewriter *capture.Rewriter
	writer   *capture.Writer
}

func (c *copier) begin(set *capture.Set, parts []Part) error {
	c.chosen = make(map[pair][]int)
	for i, part := range parts {
		c.looks = c.looks || part.Choice != nil || len(part.Steps) > 0
		if c.parts[i].Part = part; part.Choice == nil {
			c.everything = append(c.everything, i)
		} else {
			for p := range part.Choice.windows {
				c.chosen[p] = append(c.chosen[p], i) // ascending, since the parts are
			}
		}
		if part.To == nil {
			continue
		}
		if err := c.parts[i].begin(c.job, set); err != nil {
			return err
		}
	}
	return nil
}

func (w *copyPart) begin(j *Job, set *capture.Set) (err error) {
	if !j.Form.anew {
		w.rewriter = capture.NewRewriter(w.To)
		return nil
	}
	w.writer, err = capture.NewWriter(w.To, capture.WriterOptions{
		Pcapng: j.Form.Format == "pcapng", Application: j.Application,
		File: func(file int32) *capture.File { return &set.Files()[file] },
	})
	return err
}

func (c *copier) end() error {
	for i := range c.parts {
		if w := c.parts[i].writer; w != nil {
			if err := w.Close(c.job.Form.link); err != nil {
				return err
			}
		}
	}
	return nil
}

// take writes a part of the input where it is wanted.
func (c *copier) take(p *capture.Packet) error {
	if p.Kind != capture.IsPacket {
		for i := range c.parts {
			if c.parts[i].To == nil {
				continue
			}
			if err := c.parts[i].rewriter.Part(p); err != nil {
				return err
			}
		}
		return nil
	}
	c.done.Packets++
	fate := packet.NotTCP
	if c.looks {
		fate = c.decoder.Decode(p, &c.segment) // also of other times: it puts fragments together
	}
	takers := c.takersOf(p, fate)
	if len(takers) == 0 {
		c.done.Nobodys++
	}
	seg := &c.segment
	if fate != packet.IsSegment || seg.Fragmented {
		seg = nil
	}
	for _, i := range takers {
		if c.parts[i].To == nil {
			continue
		}
		if err := c.parts[i].take(p, seg, &c.done.Parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// takersOf gives the indexes of the parts that take a packet.
func (c *copier) takersOf(p *capture.Packet, fate packet.Fate) []int {
	c.takers = c.takers[:0]
	switch {
	case !c.job.Span.has(record.Time(p.Time)):
		return nil
	case fate == packet.IsFragment:
		for i := range c.parts {
			c.takers = append(c.takers, i)
		}
		return c.takers
	case fate != packet.IsSegment || len(c.chosen) == 0:
		return c.everything
	}
	c.takers = append(c.takers, c.everything...)
	a, b := c.names.of(&c.segment.Src), c.names.of(&c.segment.Dst)
	for _, ends := range [...]pair{{a, b}, {b, a}} {
		for _, i := range c.chosen[ends] {
			choice := c.parts[i].Choice
			if choice.covers(ends, choice.place(p.Number, record.Time(p.Time))) && !slices.Contains(c.takers, i) {
				c.takers = append(c.takers, i)
			}
		}
	}
	return c.takers
}

// take writes a packet, but for what the steps leave out.
func (w *copyPart) take(p *capture.Packet, seg *packet.Segment, done *CopiedPart) error {
	done.Taken++
	change := capture.Change{Data: p.Data}
	for _, step := range w.Steps {
		if !step.Change(p, seg, &change) {
			done.LeftOut++
			return nil
		}
	}
	done.Packets++
	if len(change.Data) < len(p.Data) {
		done.Cut++
	}
	if w.Takes != nil {
		if err := w.Takes(p); err != nil {
			return err
		}
	}
	return w.write(p, &change)
}

// write writes a packet, as it stands in the file where nothing changed.
func (w *copyPart) write(p *capture.Packet, change *capture.Change) error {
	if w.writer != nil {
		if p.LeftOut != nil {
			change.Comments = append([]string{p.LeftOut.Text}, change.Comments...)
		}
		return w.writer.Packet(p, change)
	}
	same := len(change.Data) == len(p.Data) && (len(p.Data) == 0 || &change.Data[0] == &p.Data[0])
	if same && len(change.Comments) == 0 {
		return w.rewriter.Part(p)
	}
	return w.rewriter.Packet(p, change)
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
