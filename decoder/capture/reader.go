package capture

import (
	"context"
	"errors"
	"io"

	"glancecap/decoder/manifest"
	"glancecap/decoder/record"
)

// format reads the records of one file format.
type format interface {
	// next reads the next packet, all of it but File and Number. At the end
	// it gives io.EOF, else a *damage or the context's error; p is then of no
	// meaning.
	next(p *Packet) error
	// describe adds what the format knows to a File of so many packets.
	describe(f *File, packets int64)
}

// reader reads one input.
type reader struct {
	path   string
	index  int32
	in     input
	size   int64
	clock  Clock // that its times are corrected by
	limits unpacking
	format format
	// usual is the format where it is a pcap file whose packets mostly need no
	// look; nil where it is shut.
	usual *pcapFile
	tally tally
	bytes int64 // that were read when reading ended
	err   *Error
	ended bool
	// listed are the pieces that the input stands for, where it is not a file
	// of its own (Options.Manifest); their names are paths.
	listed []manifest.Listed
	// numbered tells that the format numbers its packets.
	numbered bool
	// parked tells that the input was closed again after its first packet,
	// until it is that packet's turn.
	parked bool
	// reopenable tells that the input is a regular file.
	reopenable bool

	// head is the packet that is next in the merge, key its place there.
	head Packet
	key  int64
}

// start opens the input and reads what its format begins with.
func (r *reader) start(ctx context.Context, pool *chunkPool, o *Options) error {
	r.tally, r.parked = newTally(), false
	r.in = input{ctx: ctx, pool: pool}
	if r.listed != nil {
		return r.startListed(pool, o)
	}
	err := r.open(pool, o)
	if err != nil {
		return r.end(err, true)
	}
	f, err := r.recognise(pool, o)
	if err != nil {
		return r.end(err, true)
	}
	r.format = f
	if pcap, ok := f.(*pcapFile); ok && pcap.usual && r.clock == (Clock{}) {
		r.usual = pcap
	}
	return nil
}

// startListed begins to read pieces that the command line names.
func (r *reader) startListed(pool *chunkPool, o *Options) error {
	f, err := newPieces(r, pool, o, r.listed, func(path string) string { return path })
	if err != nil {
		return r.end(err, true)
	}
	r.format, r.numbered = f, true
	return nil
}

func (r *reader) open(pool *chunkPool, o *Options) (err error) {
	standard := o.Stdin
	if opened := o.Opened[r.path]; opened != nil {
		standard = opened
	} else if r.path != "-" {
		r.in.src, r.size, err = openFile(r.path, pool, r.limits, o.Idle)
		r.reopenable = r.size > 0
		return err
	}
	if standard == nil {
		return &damage{text: "cannot be read: there is none"}
	}
	stdin := io.NopCloser(standard)
	r.in.src = startStream(pool, r.limits, o.Idle, func() (io.ReadCloser, error) { return stdin, nil })
	return nil
}

// park closes the input until its turn comes.
func (r *reader) park() {
	if r.reopenable {
		r.bytes, r.parked = r.in.offset(), true
		r.shut()
	}
}

// recognise tells the format by the first bytes.
func (r *reader) recognise(pool *chunkPool, o *Options) (format, error) {
	most := o.Bounds.Record
	head := r.in.peek(4)
	switch {
	case isPcap(head):
		f, err := openPcap(&r.in, most, o.Everything)
		if err != nil {
			return nil, err
		}
		return f, nil
	case isPcapng(head):
		f, err := openPcapng(&r.in, most, o.Everything, func(s Secret) {
			if o.Secret != nil {
				o.Secret(int(r.index), s)
			}
		})
		if err != nil {
			return nil, err
		}
		return f, nil
	}
	if head = r.in.peek(manifest.Recognisable); manifest.Begins(head) {
		if o.Everything {
			return nil, &damage{refused: true, text: "is a manifest: name one of its pieces"}
		}
		f, err := openPieces(r, pool, o)
		if err != nil {
			return nil, err
		}
		r.numbered = true
		return f, nil
	}
	head = r.in.peek(recogniseBytes)
	if r.in.end != nil && r.in.end != io.EOF && len(head) < recogniseBytes {
		return nil, r.in.end
	}
	what, advice := recognise(head)
	text := "is not a capture but " + what
	if layers := r.in.src.compression(); len(layers) > 0 {
		text = "is not a capture: inside " + layers[len(layers)-1] + " it is " + what
	}
	return nil, &damage{text: text, advice: advice, refused: true}
}

// next reads the next packet of this input.
func (r *reader) next(p *Packet) error {
	if r.usual == nil || !r.usual.nextUsual(p) {
		return r.nextOfAny(p)
	}
	p.File, p.Number = r.index, int(r.tally.packets)+1
	r.tally.add(p)
	return nil
}

// nextOfAny is next for any format.
func (r *reader) nextOfAny(p *Packet) error {
	if r.ended {
		return io.EOF
	}
	if err := r.format.next(p); err != nil {
		return r.end(err, false)
	}
	p.File = r.index
	if r.clock != (Clock{}) && p.Time != int64(record.NoTime) {
		p.Time = r.clock.Right(p.Time)
	}
	if p.Kind == IsPacket {
		if !r.numbered {
			p.Number = int(r.tally.packets) + 1
		}
		r.tally.add(p)
	}
	return nil
}

// end notes why reading ends: err is io.EOF, the context's error, which is
// given back, or something wrong with the input, which is kept for Files;
// the caller then gets io.EOF.
func (r *reader) end(err error, starting bool) error {
	r.ended = true
	r.bytes = r.in.offset()
	defer r.shut()
	if err == io.EOF {
		return io.EOF
	}
	if ctx := r.in.ctx.Err(); ctx != nil && errors.Is(err, ctx) {
		return ctx
	}
	if errors.As(err, &r.err) { // of a piece: it has its words
		return io.EOF
	}
	r.err = &Error{Path: r.path, Text: err.Error(), NotACapture: starting}
	var d *damage
	if errors.As(err, &d) {
		r.err.Advice, r.err.Cause = d.advice, d.cause
		r.err.NotACapture = starting || d.refused
	}
	if !starting {
		r.err.Packet, r.err.Offset = int(r.tally.packets)+1, r.bytes
	}
	if layers := r.layers(); len(layers) > 0 && !starting {
		r.err.Text += " (the byte is counted in the decompressed data)"
	}
	return io.EOF
}

// shut gives back what reading took.
func (r *reader) shut() {
	r.usual = nil
	if p, ok := r.format.(*pieces); ok {
		p.close()
	}
	r.in.close()
}

// chunk is where the packet that was given last lies.
func (r *reader) chunk() *chunk {
	if p, ok := r.format.(*pieces); ok {
		return p.given.in.cur
	}
	return r.in.cur
}

func (r *reader) layers() []string {
	if r.in.src == nil {
		return nil
	}
	return r.in.src.compression()
}

// file tells of the input as far as it was read.
func (r *reader) file() File {
	t := &r.tally
	f := File{
		Path: r.path, Size: r.size, Bytes: r.bytes, Compression: r.layers(),
		Packets: t.packets, Cut: t.cut, Captured: t.captured, Original: t.original, LeftOut: t.leftOut,
		TimeBackwards: t.backwards, BackwardsAt: t.backwardsAt, BackwardsBy: record.Duration(t.backwardsBy),
		Drops: record.NoCount, Pieces: r.manifest(),
	}
	f.First, f.Last = t.span()
	if !r.ended {
		f.Bytes = r.in.offset()
	}
	if r.format != nil {
		r.format.describe(&f, t.packets)
	}
	f.remark(t.timeless, "packet", "without a time: the format gives simple packet blocks none")
	if r.err != nil {
		f.Err = r.err
	}
	return f
}
