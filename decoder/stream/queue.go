package stream

// enqueue lets a piece wait behind a hole, in the order of Linux's
// tcp_data_queue_ofo (net/ipv4/tcp_input.c). The tree is searched from its
// root; on the way, a piece that lies inside what waits is dropped, its FIN
// with it, and one that begins where another ends is joined to it
// (tcp_ooo_try_coalesce). One that covers others takes their places. In a
// partial overlap both stay, and the one that begins earlier is delivered
// first.
func (a *Assembler) enqueue(c *conn, e int, p *piece) {
	d := &c.dirs[e]
	q := &d.wait
	if q.empty() {
		q.latest = a.wait(d, p)
		q.insert(nil, false, q.latest)
		return
	}
	if q.latest.end() == p.off {
		a.append(d, q.latest, p)
		return
	}
	parent, right := q.latest, true
	if p.off < q.latest.end() {
		var done bool
		if parent, right, done = a.findPlace(c, d, p); done {
			return
		}
	}
	w := a.wait(d, p)
	q.insert(parent, right, w)
	a.cover(d, w)
}

// findPlace searches the tree for the place of a piece; done tells that it
// was dropped, joined to another or put in another's place.
func (a *Assembler) findPlace(c *conn, d *direction, p *piece) (parent *waiting, right, done bool) {
	q := &d.wait
	for x := q.root; x != nil; x = x.child(right) {
		parent = x
		switch {
		case p.off < x.off():
			right = false
			continue
		case p.off < x.end():
			if p.end() <= x.end() {
				c.retransmits++
				return nil, false, true
			}
			if p.off == x.off() {
				w := a.wait(d, p)
				q.replace(x, w)
				if q.latest == x {
					q.latest = w
				}
				a.release(d, x.first)
				a.cover(d, w)
				return nil, false, true
			}
		case p.off == x.end():
			a.append(d, x, p)
			return nil, false, true
		}
		right = true
	}
	return parent, right, false
}

// cover takes out what lies inside w.
func (a *Assembler) cover(d *direction, w *waiting) {
	q := &d.wait
	for {
		x := w.next()
		if x == nil {
			q.latest = w
			return
		}
		if w.end() < x.end() {
			return
		}
		q.remove(x)
		a.release(d, x.first)
	}
}

// wait makes a piece one that waits.
func (a *Assembler) wait(d *direction, p *piece) *waiting {
	d.last = max(d.last, p.dataEnd())
	k := a.keep(d, p)
	return &waiting{first: k, final: k}
}

// Pieces under a Skip keep their bytes, for comparing, only while few wait;
// then they are ranges, and ranges that meet are one.
const skippedPieces = 64

// append joins a piece to what it follows.
func (a *Assembler) append(d *direction, w *waiting, p *piece) {
	last := w.final
	d.last = max(d.last, p.dataEnd())
	if p.dataEnd() > d.skipTo || d.parts < skippedPieces || p.fin || p.cut > 0 || p.left != nil || last.cut > 0 || last.left != nil || last.fin {
		w.final = a.keep(d, p)
		last.more = w.final
		return
	}
	if last.data != nil {
		d.held -= last.owned - pieceBytes
		a.hold(pieceBytes - last.owned)
		last.owned, last.data = pieceBytes, nil
	}
	last.n += p.n
	last.at = p.at
}

// pieceBytes is what a piece costs beside its bytes.
const pieceBytes = 256

// keep copies a piece that has to wait.
func (a *Assembler) keep(d *direction, p *piece) *piece {
	q := new(piece)
	*q = *p
	q.more, q.owned = nil, pieceBytes
	switch {
	case p.data == nil:
	case p.dataEnd() <= d.skipTo && d.parts >= skippedPieces:
		q.data = nil
	default:
		q.data = append([]byte(nil), p.data...)
		q.owned += len(q.data)
	}
	d.held += q.owned
	d.parts++
	a.hold(q.owned)
	return q
}

// release gives back what a piece, and all that is one with it, held.
func (a *Assembler) release(d *direction, p *piece) {
	for ; p != nil; p = p.more {
		d.held -= p.owned
		d.parts--
		a.hold(-p.owned)
		p.owned = 0
	}
}
