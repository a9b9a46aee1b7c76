package capture

import (
	"container/heap"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"glancecap/decoder/manifest"
	"glancecap/decoder/record"
)

// pieces reads the pieces of a capture that was cut as that capture: the
// packets come in the order of their numbers there, and with these numbers; one
// that stands in several pieces comes once. It is the format of an input that is a
// manifest.
type pieces struct {
	ctx     context.Context
	pool    *chunkPool
	options *Options
	owner   *reader

	// all are the pieces by their first number. Those before opened were
	// opened; queue holds those of them that have packets left, by the number
	// of the next one.
	all    []*cutPiece
	opened int
	queue  pieceQueue
	// given is the piece of the packet that was given last.
	given *cutPiece
	last  int64 // its number
	// again counts, by link type, packets that came before from another piece.
	again map[uint16]int64
	err   *Error // the first one
}

// cutPiece is one piece.
type cutPiece struct {
	*reader
	numbers manifest.Cursor
	packets int64
	next    int64 // number of the packet at head, of the first one before it was opened
	known   bool  // next is a number
}

// openPieces reads the manifest that the owner's input begins with.
func openPieces(owner *reader, pool *chunkPool, o *Options) (*pieces, error) {
	listed, err := manifest.Read(&owner.in)
	if err != nil {
		return nil, &damage{text: err.Error(), cause: err, refused: true}
	}
	folder := filepath.Dir(owner.path)
	return newPieces(owner, pool, o, listed, func(name string) string {
		if name = filepath.FromSlash(name); filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(folder, name)
	})
}

// newPieces prepares to read pieces; those for which place gives no path are
// left out.
func newPieces(owner *reader, pool *chunkPool, o *Options, listed []manifest.Listed, place func(name string) string) (*pieces, error) {
	p := &pieces{ctx: owner.in.ctx, pool: pool, options: o, owner: owner, again: make(map[uint16]int64)}
	for i := range listed {
		l := &listed[i]
		path := place(l.File)
		if path == "" {
			continue
		}
		if path == "-" {
			return nil, &damage{text: "manifest: a piece cannot be standard input", refused: true}
		}
		c := &cutPiece{
			reader:  &reader{path: path, index: owner.index, limits: owner.limits},
			numbers: l.Frames.Numbers(), packets: l.Packets,
		}
		c.next, c.known = c.numbers.Next()
		p.all = append(p.all, c)
	}
	if len(p.all) == 0 {
		return nil, &damage{text: "manifest: it lists no pieces", refused: true}
	}
	slices.SortStableFunc(p.all, func(a, b *cutPiece) int { return int(min(max(a.next-b.next, -1), 1)) })
	return p, nil
}

// next gives the packet with the lowest number.
func (p *pieces) next(to *Packet) error {
	if p.given != nil {
		c := p.given
		p.given = nil
		if err := p.readOn(c); err != nil {
			return err
		}
	}
	for {
		for p.opened < len(p.all) && (len(p.queue) == 0 || p.all[p.opened].next <= p.queue[0].next) {
			c := p.all[p.opened]
			p.opened++
			if err := p.open(c); err != nil {
				return err
			}
		}
		if len(p.queue) == 0 {
			if p.err != nil {
				return p.err
			}
			return io.EOF
		}
		c := p.queue[0]
		if c.next == p.last { // it stands in several pieces
			p.again[c.head.LinkType]++
			if err := p.readOn(c); err != nil {
				return err
			}
			continue
		}
		*to = c.head
		to.Number, to.Offset = int(c.next), 0
		p.given, p.last = c, c.next
		return nil
	}
}

// readOn goes on to the next packet of the piece at the queue's front.
func (p *pieces) readOn(c *cutPiece) error {
	c.next, c.known = c.numbers.Next()
	return p.advance(c)
}

// open opens a piece and reads its first packet. What is wrong with it is
// kept: the others are read all the same.
func (p *pieces) open(c *cutPiece) error {
	err := c.start(p.ctx, p.pool, p.options)
	if err == nil && c.manifest() {
		err = c.end(&damage{text: "is a manifest, and itself listed in one"}, true)
	}
	if err == nil {
		err = c.readHead()
	}
	switch {
	case err == io.EOF:
		p.over(c)
		return nil
	case err != nil:
		return err
	}
	if !c.known {
		p.over(c)
		return nil
	}
	heap.Push(&p.queue, c)
	return nil
}

// advance reads on in the piece at the queue's front.
func (p *pieces) advance(c *cutPiece) error {
	switch err := c.readHead(); {
	case err == nil && c.known:
		heap.Fix(&p.queue, 0)
	case err == nil || err == io.EOF:
		heap.Pop(&p.queue)
		p.over(c)
	default:
		return err
	}
	return nil
}

// over closes a piece and compares it with what the manifest says of it.
func (p *pieces) over(c *cutPiece) {
	if !c.ended {
		c.ended, c.bytes = true, c.in.offset()
		c.in.close()
	}
	switch {
	case p.err != nil:
	case c.err != nil:
		p.err = c.err
	case c.tally.packets != c.packets || c.known:
		p.err = &Error{Path: c.path, Text: fmt.Sprintf("is not the piece that the manifest lists: there it has %s", unit(c.packets, "packet"))}
	}
}

// manifest tells whether the input is one.
func (r *reader) manifest() bool {
	_, is := r.format.(*pieces)
	return is
}

// close closes the pieces that are open.
func (p *pieces) close() {
	for _, c := range p.all[:p.opened] {
		if !c.ended {
			c.ended, c.bytes = true, c.in.offset()
			c.in.close()
		}
	}
}

// describe tells of the pieces as of one file: what the first one is, what all
// of them hold.
func (p *pieces) describe(f *File, packets int64) {
	counts := make(map[uint16]int64)
	var drops record.Count
	known := false
	f.Size, f.Bytes = 0, 0
	for i, c := range p.all[:p.opened] {
		one := c.file()
		f.Size, f.Bytes = f.Size+one.Size, f.Bytes+one.Bytes
		f.Snaplen = max(f.Snaplen, one.Snaplen)
		for _, link := range one.Links {
			counts[link.Number] += link.Packets
		}
		if one.Drops != record.NoCount {
			drops, known = drops+one.Drops, true
		}
		if i == 0 {
			f.Format, f.Detail, f.Compression, f.Interfaces = one.Format, one.Detail, one.Compression, one.Interfaces
		}
		for _, s := range one.Secrets {
			if !slices.ContainsFunc(f.Secrets, func(x Secret) bool { return x.Type == s.Type && string(x.Data) == string(s.Data) }) {
				f.Secrets = append(f.Secrets, s)
			}
		}
		for _, comment := range one.Comments[:min(len(one.Comments), mostComments-len(f.Comments))] {
			comment.Packet = 0 // it counts in the piece
			f.Comments = append(f.Comments, comment)
		}
		for _, remark := range one.Remarks {
			f.Remarks = append(f.Remarks, c.path+": "+remark)
		}
	}
	for link, n := range p.again {
		counts[link] -= n
	}
	if known {
		f.Drops = drops
	}
	f.setLinks(counts)
}

// pieceQueue orders pieces by the number of their next packet.
type pieceQueue []*cutPiece

func (q pieceQueue) Len() int           { return len(q) }
func (q pieceQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q pieceQueue) Less(i, j int) bool { return q[i].next < q[j].next }

// Push and Pop are heap's.
func (q *pieceQueue) Push(x any) { *q = append(*q, x.(*cutPiece)) }
func (q *pieceQueue) Pop() any {
	old := *q
	c := old[len(old)-1]
	*q = old[:len(old)-1]
	return c
}

// Read gives what was not consumed of an input, for a reader of text.
func (in *input) Read(b []byte) (int, error) {
	if len(in.buf) == in.at {
		in.fill(1)
	}
	n := copy(b, in.buf[in.at:])
	in.skip(n)
	if n == 0 && len(b) > 0 {
		return 0, in.end
	}
	return n, nil
}

// readManifest reads a manifest that is no input.
func readManifest(path string) ([]manifest.Listed, *Error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{Path: path, Text: openFailure(err).text, NotACapture: true, Cause: err}
	}
	defer f.Close()
	listed, err := manifest.Read(f)
	if err != nil {
		return nil, &Error{Path: path, Text: "cannot be read as what split --manifest wrote: " + err.Error(), NotACapture: true, Cause: err}
	}
	return listed, nil
}
