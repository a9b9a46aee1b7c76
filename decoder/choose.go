package decoder

import (
	"unsafe"

	"glancecap/decoder/http1"
	"glancecap/decoder/mysql"
	"glancecap/decoder/record"
	"glancecap/decoder/stream"
	"glancecap/decoder/tls"
)

// How many calls, and how many bytes, are held of a connection that nothing
// recognises, before it is left alone. The first segment decides in practice.
const (
	heldEvents = 24
	heldBytes  = 16 << 10
)

// protocol is what a connection speaks.
type protocol uint8

const (
	undecided protocol = iota // more bytes are needed
	speaksHTTP
	speaksMySQL
	speaksTLS
	speaksOther
)

// chooser is the handler of a connection whose protocol is not settled. It
// holds the first bytes, gives them to the protocol's handler once that is
// known, and from then on only passes calls through.
type chooser struct {
	run     *run
	info    *stream.Info
	service string // by port, "" where unknown
	foundBy string
	// inner is the handler of speaks, nil while undecided; flipped tells
	// that what was taken for the client is the server.
	inner   stream.Handler
	speaks  protocol
	flipped bool
	// skim carries replayed bytes; nil once it has nothing left to do.
	skim  *skimmer
	held  []heldEvent
	bytes int // of data in held
	ends  int // directions that are over, while undecided
	// before is what was skipped of a Skip before the assembler took it over.
	before [2]stream.Run
}

// heldEvent is a call that was made before the protocol was known.
type heldEvent struct {
	dir  stream.Dir
	kind heldKind
	data []byte
	gap  int64
	why  stream.Why
	how  stream.How
	at   stream.At
}

// heldKind tells which call a heldEvent is.
type heldKind uint8

const (
	heldData heldKind = iota
	heldGap
	heldEnd
)

// accept chooses how a connection is read, when its first bytes come.
func (r *run) accept(info *stream.Info) stream.Handler {
	service, foundBy := r.serviceOf(info.ServerPort)
	c := &chooser{run: r, info: info, service: service, foundBy: foundBy}
	if r.options.Streams {
		return newRecorder(r, info, c)
	}
	if r.options.Bytes != nil {
		return &tee{info: info, skim: skimmer{to: c}, bytes: r.options.Bytes}
	}
	return c
}

// Data settles the protocol if it is not, and hands the bytes on.
func (c *chooser) Data(dir stream.Dir, b []byte, at stream.At) stream.Answer {
	if c.skim != nil {
		c.skim.data(c.side(dir), b, at)
		return c.skimmed(dir)
	}
	if c.inner != nil {
		return c.inner.Data(c.side(dir), b, at)
	}
	e := heldEvent{dir: dir, kind: heldData, data: b, at: at}
	if p, flip := c.recognise(dir, c.opening(dir, b)); p != undecided {
		c.held = append(c.held, e)
		return c.settle(p, flip, dir)
	}
	e.data = append([]byte(nil), b...)
	return c.wait(e)
}

// Gap hands a hole on, or holds it.
func (c *chooser) Gap(dir stream.Dir, n int64, why stream.Why, at stream.At) stream.Answer {
	if c.skim != nil {
		c.skim.gap(c.side(dir), n, why, at)
		return c.skimmed(dir)
	}
	if c.inner != nil {
		return c.inner.Gap(c.side(dir), n, why, at)
	}
	return c.wait(heldEvent{dir: dir, kind: heldGap, gap: n, why: why, at: at})
}

// Skipped hands the end of a Skip on.
func (c *chooser) Skipped(dir stream.Dir, run stream.Run, at stream.At) stream.Answer {
	if b := c.before[dir]; b.Bytes+b.Missing+b.Cut > 0 {
		run.Bytes, run.Missing, run.Cut, run.LeftOut = run.Bytes+b.Bytes, run.Missing+b.Missing, run.Cut+b.Cut, run.LeftOut+b.LeftOut
		run.First = b.First
		c.before[dir] = stream.Run{}
	}
	if c.inner == nil {
		return stream.Answer{}
	}
	return c.inner.Skipped(c.side(dir), run, at)
}

// Body tells of the body that the protocol is in the middle of.
func (c *chooser) Body(dir stream.Dir) (stream.Body, bool) {
	if e, ok := c.inner.(stream.Embodied); ok && c.skim == nil {
		b, in := e.Body(c.side(dir))
		run := c.before[dir]
		b.Content += run.Bytes + run.Missing + run.Cut + run.LeftOut
		b.Tail += run.Bytes
		return b, in
	}
	return stream.Body{}, false
}

// LeftOut hands on what was left out on purpose.
func (c *chooser) LeftOut(dir stream.Dir, l *stream.LeftOut, at stream.At) stream.Answer {
	if c.skim != nil {
		c.skim.leftOut(c.side(dir), l, at)
		return c.skimmed(dir)
	}
	if c.inner != nil {
		return tellLeftOut(c.inner, c.side(dir), l, at)
	}
	return c.wait(heldEvent{dir: dir, kind: heldGap, gap: l.Bytes, why: stream.OnPurpose, at: at})
}

// End ends a direction. When both are over, what is still held is settled as
// the port says.
func (c *chooser) End(dir stream.Dir, how stream.How, at stream.At) {
	switch {
	case c.skim != nil:
		c.skim.end(c.side(dir), how, at)
	case c.inner != nil:
		c.inner.End(c.side(dir), how, at)
	default:
		c.held = append(c.held, heldEvent{dir: dir, kind: heldEnd, how: how, at: at})
		if c.ends++; c.ends == 2 && len(c.held) > 2 {
			c.settle(c.fallback(), false, dir)
		}
	}
}

// Settle tells what became of the last bytes of a direction.
func (c *chooser) Settle(dir stream.Dir) stream.Answer {
	if c.skim != nil {
		return c.skim.settle(c.side(dir))
	}
	if h, ok := c.inner.(stream.Settler); ok {
		return h.Settle(c.side(dir))
	}
	return stream.Answer{}
}

// side translates a direction of the assembler to one of the handler.
func (c *chooser) side(dir stream.Dir) stream.Dir {
	if c.flipped {
		return dir.Other()
	}
	return dir
}

// opening gives what a direction began with, up to and including b: a greeting
// or a head may come in pieces. Where the beginning was not captured it is b
// alone, the next place at which a message may begin.
func (c *chooser) opening(dir stream.Dir, b []byte) []byte {
	if c.info.Midstream[dir] {
		return b
	}
	var whole []byte
	for _, e := range c.held {
		switch {
		case e.dir != dir:
		case e.kind != heldData:
			return b
		default:
			whole = append(whole, e.data...)
		}
	}
	if whole == nil {
		return b
	}
	return append(whole, b...)
}

// Followed tells whether the protocol was found.
func (c *chooser) Followed() bool { return c.inner != nil || c.service != "" }

// wait keeps a call for later, or settles as the port says once enough is held.
func (c *chooser) wait(e heldEvent) stream.Answer {
	c.held = append(c.held, e)
	c.bytes += len(e.data)
	if len(c.held) < heldEvents && c.bytes < heldBytes {
		return stream.Answer{}
	}
	return c.settle(c.fallback(), false, e.dir)
}

// fallback is what the port says where the bytes say nothing.
func (c *chooser) fallback() protocol {
	switch c.service {
	case MySQL:
		return speaksMySQL
	case "":
		return speaksOther
	}
	return speaksHTTP
}

// settle makes the protocol's handler and gives it what was held.
func (c *chooser) settle(p protocol, flip bool, dir stream.Dir) stream.Answer {
	held := c.held
	c.held = nil
	if p == speaksOther {
		return stream.Answer{Drop: true}
	}
	c.read(p, flip)
	c.skim = &skimmer{to: c.inner}
	for _, e := range held {
		switch e.kind {
		case heldData:
			c.skim.data(c.side(e.dir), e.data, e.at)
		case heldGap:
			c.skim.gap(c.side(e.dir), e.gap, e.why, e.at)
		case heldEnd:
			c.skim.end(c.side(e.dir), e.how, e.at)
		}
	}
	return c.skimmed(dir)
}

// read makes the handler of the protocol that the connection speaks.
func (c *chooser) read(p protocol, flip bool) {
	c.speaks, c.flipped = p, flip
	c.inner = c.run.handler(c.info, p, c.service, c.foundBy, flip)
}

// skimmed answers for the skimmer and lets it go when it is no longer needed.
func (c *chooser) skimmed(dir stream.Dir) stream.Answer {
	a := c.skim.answer(c.side(dir))
	if run := c.skim.handOver(c.side(dir), &a); run.Bytes+run.Missing+run.Cut > 0 {
		c.before[dir] = run
	}
	if c.skim.idle() {
		c.skim = nil
	}
	return a
}

// chooserBytes is what a chooser costs.
const chooserBytes = int(unsafe.Sizeof(chooser{}))

// Held gives the bytes that the connection's handlers hold.
func (c *chooser) Held() int {
	n := chooserBytes + c.bytes
	if c.inner != nil {
		n = chooserBytes
	}
	if h, ok := c.inner.(stream.Holder); ok {
		n += h.Held()
	}
	return n
}

// recognise tells the protocol from the first bytes of a segment, and whether
// client and server were taken for each other.
func (c *chooser) recognise(dir stream.Dir, b []byte) (p protocol, flip bool) {
	unsure := !c.info.Handshake
	switch {
	case tls.LooksLikeTLS(b):
		return speaksTLS, false
	case looksLikeRequest(b):
		if dir == stream.FromClient || unsure {
			return speaksHTTP, dir == stream.FromServer
		}
	case looksLikeResponse(b):
		if dir == stream.FromServer || unsure {
			return speaksHTTP, dir == stream.FromClient
		}
	case c.service != MySQL && mysql.LooksLikeGreeting(b):
		if dir == stream.FromServer || unsure {
			return speaksMySQL, dir == stream.FromClient
		}
	case c.service == "" && c.info.Midstream[dir] && mysql.LooksLikeCommand(b):
		return speaksMySQL, dir == stream.FromServer && unsure
	}
	switch {
	case c.service == MySQL:
		return speaksMySQL, false
	case c.service != "" && !c.info.Midstream[dir] && len(b) >= 5:
		return speaksHTTP, false
	}
	return undecided, false
}

// handler makes the handler of a protocol for a connection.
func (r *run) handler(info *stream.Info, p protocol, service, foundBy string, flip bool) stream.Handler {
	common := record.Common{
		Stream: info.Number, Client: info.Client, Server: info.Server,
		Service: service, FoundBy: foundBy,
	}
	parts := r.partsOf(info, flip)
	if flip {
		info = flipped(info)
		common.Client, common.Server = info.Client, info.Server
		if name, by := r.serviceOf(info.ServerPort); name != "" {
			common.Service, common.FoundBy = name, by
		}
	}
	if r.severalFiles {
		file := int(info.File)
		common.File = &file
	}
	switch p {
	case speaksMySQL:
		if common.Service != MySQL {
			common.Service, common.FoundBy = MySQL, "content"
		}
		r.settled(info.Number, common)
		return mysql.New(info, common, mysql.Options{Bounds: r.options.Bounds, Hits: &r.hits, KeepRows: r.options.KeepRows, Shared: r.mysql, Lend: r.options.Lend, Parts: parts}, r.emit)
	case speaksTLS:
		if common.Service == "" {
			common.Service, common.FoundBy = "tls", "content"
		}
		r.settled(info.Number, common)
		return tls.New(info, common, tls.Options{Bounds: r.options.Bounds, Hits: &r.hits, Parts: parts}, func(t *record.TLS) { r.emit(t) })
	}
	if common.Service == "" || common.Service == MySQL {
		common.Service, common.FoundBy = HTTP, "content"
	}
	r.settled(info.Number, common)
	return http1.New(info, common, http1.Options{Bounds: r.options.Bounds, Hits: &r.hits, Bodies: r.options.Bodies, Digests: r.digests, Parts: parts}, func(h *record.HTTP) { r.emit(h) })
}

// serviceOf gives the service of a port and how it is known.
func (r *run) serviceOf(port uint16) (service, foundBy string) {
	if name, ok := r.options.Ports[port]; ok {
		return name, "flag"
	}
	if name, ok := r.ports[port]; ok {
		return name, "port"
	}
	return "", ""
}

// flipped gives what is known of a connection with client and server
// exchanged. Only connections without handshake are exchanged.
func flipped(info *stream.Info) *stream.Info {
	return info.Flipped()
}
