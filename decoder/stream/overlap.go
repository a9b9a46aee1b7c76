package stream

// compare looks at the copies of p's bytes that are there already: in doubt,
// delivered or waiting. Where one differs, the segment counts as a
// contradicting overlap and the bytes are marked. A second copy of bytes that
// are no longer held counts as uncompared, never as equal.
func (a *Assembler) compare(c *conn, e int, p *piece) {
	d := &c.dirs[e]
	if p.n == 0 || p.data == nil || p.off >= d.sent && len(d.doubts) == 0 {
		return
	}
	end := p.off + int64(p.n)
	differs, blind := false, int64(0)
	for _, q := range d.doubts {
		if q.why == wrongSum {
			continue // the receiver could not have taken it
		}
		if from, to := q.differs(p); from <= to {
			p.clash(from, to+1)
			differs = true
		}
	}
	for w := d.wait.front(); w != nil && w.off() < end; w = w.next() {
		if w.end() <= p.off {
			continue
		}
		for q := w.first; q != nil && q.off < end; q = q.more {
			if q.data == nil && q.dataEnd() > p.off {
				blind++ // only its range was kept
			}
			if from, to := q.differs(p); from <= to {
				p.clash(from, to+1)
				q.clash(from, to+1)
				differs = true
			}
		}
	}
	if p.off < d.next {
		old := min(end, d.next)
		covered := int64(0)
		d.past.eachOver(p.off, old, func(q *delivered) bool {
			from, to, n := d.past.differs(q, p.off, p.data[:old-p.off])
			differs = differs || from <= to
			covered += min(old, q.end()) - max(p.off, q.off)
			blind += n
			return true
		})
		if covered < old-max(p.off, d.first) {
			blind++
		}
	}
	if blind > 0 {
		c.uncompared++
	}
	if differs {
		c.info.Overlaps[c.dir(e)]++
	}
}

// differs compares what two pieces have in common; from > to: nowhere.
func (p *piece) differs(q *piece) (from, to int64) {
	lo, hi := max(p.off, q.off), min(p.off+int64(p.n), q.off+int64(q.n))
	if lo >= hi || p.data == nil || q.data == nil {
		return 0, -1
	}
	from, to, _ = diff(p.data[lo-p.off:hi-p.off], q.data[lo-q.off:hi-q.off], lo)
	return from, to
}

// clash marks a range of a piece as contradicted.
func (p *piece) clash(from, to int64) {
	if p.clashTo == p.clashFrom {
		p.clashFrom, p.clashTo = from, to
		return
	}
	p.clashFrom, p.clashTo = min(p.clashFrom, from), max(p.clashTo, to)
}
