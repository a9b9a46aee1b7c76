package redact

import (
	"context"
	"fmt"
	"io"
	"os"

	"glancecap/decoder"
	"glancecap/decoder/capture"
	"glancecap/decoder/part"
	"glancecap/decoder/secret"
	"glancecap/decoder/stream"
)

// prove reads what was written as if it were any capture: whatever is
// recognised as a secret must be a pseudonym, and no known secret may stand in
// any byte, of the file or of a connection, nor in what comes out of
// compression.
func (r *run) prove(ctx context.Context, out *os.File) error {
	p := &proof{run: r, conns: make(conns)}
	p.secrets = secret.NewInPlace(r.options.Key, p.met)
	source := func(_ context.Context, to io.Writer) error {
		_, err := io.Copy(to, io.NewSectionReader(out, 0, 1<<62))
		return err
	}
	err := r.pass(ctx, source, decoder.Options{Parts: p.part, Bytes: p.bytes})
	if err != nil {
		return err
	}
	if err := r.parts(ctx, source, p.record); err != nil {
		return err
	}
	if len(p.leaks) > 0 {
		return &LeakError{p.leaks}
	}
	return nil
}

// proof is a proof under way.
type proof struct {
	*run
	conns   conns
	secrets *secret.InPlace
	at      string // where the part at hand lies
	leaks   []string
}

// mostLeaks bounds what is told.
const mostLeaks = 100

func (p *proof) leak(where string) {
	if len(p.leaks) < mostLeaks {
		p.leaks = append(p.leaks, where)
	}
}

// met judges what was recognised as a secret.
func (p *proof) met(m secret.Met) {
	if !p.run.secrets.Taken(m.Raw) && !p.run.secrets.Taken(m.Value) {
		p.leak(p.at)
	}
}

// part has the secrets in a part recognised.
func (p *proof) part(info *stream.Info, dir stream.Dir, x *part.Part) {
	c, _ := p.conns.of(info, dir)
	off := int64(-1)
	if len(x.Where) > 0 {
		off = x.Where[0].Off
	}
	p.at = c.where(dir, off)
	text := x.Bytes
	if x.Kind == part.Content && len(x.Codings) > 0 {
		text, _ = p.unwrapped(x)
	}
	recognised(p.secrets, x, string(text))
	if p.sealsKnown(x) {
		p.leak(p.at + ", in compression")
	}
}

// bytes looks for known secrets across packets.
func (p *proof) bytes(info *stream.Info, dir stream.Dir, off int64, b []byte) {
	c, l := p.conns.of(info, dir)
	if l.end != off {
		l.tail = l.tail[:0]
	}
	buf := append(l.tail, b...)
	if p.known.has(buf) {
		p.leak(c.where(dir, off))
	}
	keep := min(len(buf), max(0, p.known.longest-1))
	l.tail = append(l.tail[:0], buf[len(buf)-keep:]...)
	l.end = off + int64(len(b))
}

// record looks for known secrets in a part of the file.
func (p *proof) record(x *capture.Packet) error {
	if p.known.has(x.Record) {
		p.leak(fmt.Sprintf("%d bytes into the file", x.Offset))
	}
	return nil
}
