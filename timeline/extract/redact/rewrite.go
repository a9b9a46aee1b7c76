package redact

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"net/netip"
	"os"
	"slices"

	"glancecap/decoder/capture"
	"glancecap/decoder/packet"
	"glancecap/decoder/stream"
)

// rewrite writes the capture with what the readings before found. Where a
// datagram that came in fragments holds a secret, its first fragments are out
// already when that shows: it then begins again and cuts them.
func (r *run) rewrite(ctx context.Context, out *os.File) (Done, error) {
	w := &rewriter{survey: r.survey, pairs: r.byPair(), torn: make(map[int]bool)}
	for {
		torn := len(w.torn)
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return w.done, err
		}
		if err := out.Truncate(0); err != nil {
			return w.done, err
		}
		buffer := bufio.NewWriterSize(out, 256<<10)
		w.begin(r, buffer)
		if err := r.parts(ctx, r.source, w.take); err != nil {
			return w.done, err
		}
		if err := buffer.Flush(); err != nil {
			return w.done, err
		}
		if len(w.torn) == torn {
			break
		}
	}
	distinct := make(map[string]bool)
	for _, v := range r.values {
		distinct[v] = true
	}
	w.done.Secrets, w.done.Plain = len(distinct)+len(r.plain), len(r.plain)
	return w.done, nil
}

// parts gives all parts of a capture that a source writes.
func (r *run) parts(ctx context.Context, source Source, take func(*capture.Packet) error) error {
	return source.through(ctx, func(from io.Reader) error {
		return eachPart(ctx, capture.Options{Stdin: from, Bounds: r.options.Bounds, Everything: true}, take)
	})
}

func eachPart(ctx context.Context, o capture.Options, take func(*capture.Packet) error) error {
	set, err := capture.Open(ctx, []string{"-"}, o)
	if err != nil {
		return err
	}
	defer set.Close()
	var p capture.Packet
	for {
		switch err := set.Next(&p); {
		case err == io.EOF:
			if err := set.Files()[0].Err; err != nil {
				return err
			}
			return nil
		case err != nil:
			return err
		}
		if err := take(&p); err != nil {
			return err
		}
	}
}

// ends are the two ends of a segment, the sender first.
type ends struct{ from, to packet.Endpoint }

// way is a direction of a connection.
type way struct {
	*conn
	dir stream.Dir
}

// byPair gives, by the ends of a segment, the connections it may belong to, by
// the frame with which they begin.
func (s *survey) byPair() map[ends][]way {
	pairs := make(map[ends][]way)
	for _, c := range s.conns {
		client, server := endpoint(c.client), endpoint(c.server)
		pairs[ends{client, server}] = append(pairs[ends{client, server}], way{c, stream.FromClient})
		pairs[ends{server, client}] = append(pairs[ends{server, client}], way{c, stream.FromServer})
		for d := range c.lines {
			l := &c.lines[d]
			l.read, l.given = ordered(l.read), ordered(l.given)
			l.tail, l.loose = nil, nil
			slices.SortFunc(l.cuts, func(a, b cut) int { return cmp.Or(cmp.Compare(a.Off, b.Off), cmp.Compare(a.why, b.why)) })
		}
	}
	for _, ways := range pairs {
		slices.SortFunc(ways, func(a, b way) int { return cmp.Compare(a.frame, b.frame) })
	}
	return pairs
}

// endpoint reads "ip:port".
func endpoint(text string) (e packet.Endpoint) {
	a, err := netip.ParseAddrPort(text)
	if err == nil {
		e = packet.Endpoint{Addr: a.Addr().As16(), Port: a.Port()}
	}
	return e
}

// rewriter writes one capture.
type rewriter struct {
	*survey
	pairs   map[ends][]way
	out     *capture.Rewriter
	decoder *packet.Decoder
	segment packet.Segment
	buf     []byte
	// torn are frames that hold fragments of a datagram with a secret.
	torn map[int]bool
	done Done
}

func (w *rewriter) begin(r *run, to io.Writer) {
	w.out, w.decoder = capture.NewRewriter(to), packet.NewDecoder(r.options.Bounds)
	w.done = Done{Cut: make(map[Reason]int64)}
	for _, c := range w.conns {
		for d := range c.lines {
			c.lines[d].at = 0
		}
	}
}

// take writes a part of the capture.
func (w *rewriter) take(p *capture.Packet) error {
	w.buf = append(w.buf[:0], p.Record...)
	own := *p
	own.Record = w.buf
	switch p.Kind {
	case capture.IsPacket:
		return w.packet(&own, p)
	case capture.IsSecrets:
		w.done.KeyBlocks++
		return nil
	}
	w.block(&own)
	return w.out.Part(&own)
}

// packet writes a packet, which was as another one and has its record for its
// own.
func (w *rewriter) packet(own, was *capture.Packet) error {
	at := w.out.DataAt(was)
	own.Data = w.buf[at : at+len(was.Data) : at+len(was.Data)]
	from, to := w.out.OptionsAt(was)
	w.clean(w.buf[from:to])
	keep, why := w.payload(own)
	if string(w.buf) != string(was.Record) {
		w.done.Packets++
		w.reseal(own, was)
	}
	if keep >= len(own.Data) {
		return w.out.Part(own)
	}
	w.done.CutPackets++
	w.done.Cut[why]++
	if !w.out.CanCut(own) {
		clear(own.Data[keep:]) // the format has no place for a captured length
		return w.out.Part(own)
	}
	return w.out.Packet(own, &capture.Change{Data: own.Data[:keep]})
}

// payload replaces the secrets in a packet and tells how many of its bytes may
// stay.
func (w *rewriter) payload(p *capture.Packet) (keep int, why Reason) {
	fate := w.decoder.Decode(p, &w.segment)
	if w.torn[p.Number] {
		return linkHeader, Fragmented
	}
	keep = len(p.Data)
	if fate == packet.IsSegment {
		keep, why = w.inSegment(p)
		if w.torn[p.Number] {
			return linkHeader, Fragmented
		}
	} else if after := w.secrets.Anything(string(p.Data)); fate == packet.NotTCP && after != string(p.Data) {
		keep, why = differ(after, p.Data), Elsewhere
	}
	if at, _ := w.known.next(p.Data[:keep], 0); at >= 0 {
		return at, Elsewhere
	}
	return keep, why
}

// linkHeader is what stays of a fragment.
const linkHeader = 14

func differ(a string, b []byte) int {
	for i := range b {
		if a[i] != b[i] {
			return i
		}
	}
	return len(b)
}

// inSegment replaces the secrets in a TCP segment.
func (w *rewriter) inSegment(p *capture.Packet) (keep int, why Reason) {
	seg := &w.segment
	before := string(seg.Payload)
	after := []byte(before)
	stay := len(after)
	if l := w.lineOf(p.Number); l != nil && l.told && len(after) > 0 {
		off := l.offset(seg.Seq)
		if seg.Flags.Has(packet.SYN) {
			off++
		}
		l.apply(off, len(after), func(at int, text string) { copy(after[at:], text) })
		stay, why = l.stays(off, len(after))
		if _, some := missing(l.given, off, int64(len(after))); some {
			after = w.anything(after)
		}
	} else {
		after = w.anything(after)
	}
	for at, text := w.known.next(after[:stay], 0); at >= 0; at, text = w.known.next(after[:stay], at+len(text)) {
		copy(after[at:], w.secrets.Secret(w.values[text], text))
	}
	at := seg.PayloadAt(p.Data)
	if at < 0 {
		if string(after) != before || stay < len(after) {
			w.tear(p.Number)
		}
		return len(p.Data), why
	}
	if string(after) != before {
		seg.Overwrite(0, after)
	}
	if stay < len(after) {
		return at + stay, why
	}
	return len(p.Data), why
}

// anything replaces what can be recognised in bytes that no receiver read, or
// of which it is not known what they are.
func (w *rewriter) anything(b []byte) []byte { return []byte(w.secrets.Anything(string(b))) }

// tear notes that the fragments of the datagram at hand have to go.
func (w *rewriter) tear(frame int) {
	w.torn[frame] = true
	for _, f := range w.decoder.Pieces() {
		w.torn[f] = true
	}
}

// lineOf gives the direction that the segment at hand belongs to, nil where
// none was followed.
func (w *rewriter) lineOf(frame int) *line {
	ways := w.pairs[ends{w.segment.Src, w.segment.Dst}]
	for i := len(ways) - 1; i >= 0; i-- {
		if ways[i].frame <= frame || i == 0 {
			return &ways[i].lines[ways[i].dir]
		}
	}
	return nil
}

// offset turns a sequence number into an offset: the one nearest to where the
// direction stands.
func (l *line) offset(seq uint32) int64 {
	off := l.at + int64(int32(seq-l.first-uint32(l.at)))
	l.at = max(l.at, off)
	return off
}

// stays tells how many of n bytes from off on may stay.
func (l *line) stays(off int64, n int) (stay int, why Reason) {
	end := off + int64(n)
	first := end
	for _, c := range l.cuts {
		if c.Off >= end {
			break
		}
		if c.Off+c.Len > off && max(c.Off, off) < first {
			first, why = max(c.Off, off), c.why
		}
	}
	return int(first - off), why
}

// block replaces secrets in a block that is no packet.
func (w *rewriter) block(p *capture.Packet) {
	const section = 24 // the fields of a section header
	from := 8
	switch p.Kind {
	case capture.IsFileHeader:
		return
	case capture.IsSection:
		from = section
	}
	if len(p.Record) > from+4 {
		w.clean(p.Record[from : len(p.Record)-4])
	}
}

// clean replaces secrets in comments, names and the like, in place.
func (w *rewriter) clean(b []byte) {
	if len(b) == 0 {
		return
	}
	text := w.secrets.Anything(w.secrets.Body(string(b)))
	copy(b, text)
	for at, text := w.known.next(b, 0); at >= 0; at, text = w.known.next(b, at+len(text)) {
		copy(b[at:], w.secrets.Secret(w.values[text], text))
	}
}
