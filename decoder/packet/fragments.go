package packet

import (
	"container/list"
	"slices"

	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
)

// fragment is a piece of a datagram as its IP header tells it.
type fragment struct {
	key    datagramKey
	offset int    // bytes, of data in the datagram
	more   bool   // fragments follow
	data   []byte // as captured
	cut    int    // bytes of it that the snap length took
	at     int64  // when it was seen
	ttl    uint8
	next   uint8 // IPv6: the next header, as this fragment says
	frame  int
}

// datagramKey tells which fragments belong together (RFC 791 §3.2, RFC 8200
// §4.5). The path and file keep a datagram that was recorded in several
// places apart from its copies.
type datagramKey struct {
	src, dst [16]byte
	id       uint32
	path     uint32
	file     int32
	protocol uint8 // IPv4 alone
	version  uint8
}

// datagram is one in the making.
type datagram struct {
	key    datagramKey
	began  int64
	frames int64 // frames whose fragments belong to it
	pieces []int // their numbers, as many as pieces may be held
	held   int   // bytes, of the budget
	runs   []run // by offset, none overlapping another
	have   int   // bytes that are there
	length int   // bytes up to the end of the last fragment so far
	last   bool  // the last fragment is there, length is final
	ttl    uint8 // of the first fragment, whose header becomes the datagram's
	next   uint8
}

// run is a stretch of a datagram that arrived piece behind piece.
type run struct {
	start, end int
	pieces     []piece
}

// piece is one fragment's data, copied, and how many bytes are not captured.
type piece struct {
	data []byte
	cut  int
}

// wholeDatagram is the payload of a datagram. If a fragment was cut by the
// snap length then data ends there, although later fragments may have
// captured bytes: a segment is told with one end only.
type wholeDatagram struct {
	data      []byte
	cut       int
	ttl, next uint8
}

// fragments keeps the datagrams in the making.
type fragments struct {
	bounds bounds.Bounds
	hits   *bounds.Hits
	held   int                           // bytes
	table  map[datagramKey]*list.Element // of *datagram
	order  list.List                     // oldest first
	// seen counts the frames that carried a fragment and completed nothing,
	// used those among them whose datagram was completed later.
	seen, used int64
	// pieces are the frames of the datagram that was completed last, and of
	// those around it that were completed by the same frame.
	pieces []int
}

func (f *fragments) init(b bounds.Bounds, hits *bounds.Hits) {
	f.bounds, f.hits = b, hits
	f.table = make(map[datagramKey]*list.Element)
}

// overhead is what a piece costs beside its bytes, so that many tiny
// fragments do not exceed the bound in disguise.
const overhead = 128

// refuse counts a fragment that the receiver never considered.
func (f *fragments) refuse() { f.seen++ }

// add adds a fragment to its datagram as Linux does (ip_frag_queue in
// net/ipv4/ip_fragment.c, ip6_frag_queue in net/ipv6/reassembly.c), where the
// two differ as the kernel of that version does. The Fate is IsSegment if the
// datagram is whole now, IsFragment if not, Malformed if the fragment, and its
// datagram with it, is beyond what can be.
func (f *fragments) add(g fragment) (wholeDatagram, Fate) {
	f.expire(g.at)
	length := len(g.data) + g.cut
	if g.more && length%8 != 0 {
		if g.key.version == 6 {
			return wholeDatagram{}, Malformed
		}
		g.shorten(length &^ 7)
		length &^= 7
	}
	end := g.offset + length
	if g.key.version == 6 && g.truncatedFirst() {
		return wholeDatagram{}, Malformed
	}
	element := f.table[g.key]
	if length == 0 || end > maxDatagram {
		f.drop(element)
		return wholeDatagram{}, Malformed
	}
	f.seen++
	if element == nil {
		element = f.order.PushBack(&datagram{key: g.key, began: g.at})
		f.table[g.key] = element
	}
	q := element.Value.(*datagram)
	q.frames++
	q.pieces = append(q.pieces, g.frame)
	if !q.extend(end, !g.more) {
		f.drop(element)
		return wholeDatagram{}, IsFragment
	}
	switch q.place(g.offset, end) {
	case contained:
		return wholeDatagram{}, IsFragment
	case overlapping:
		f.drop(element)
		return wholeDatagram{}, IsFragment
	}
	f.keep(q, g, end)
	if q.last && q.have == q.length {
		f.seen--
		f.used += q.frames - 1
		f.pieces = append(f.pieces, q.pieces...)
		f.drop(element)
		return q.whole(), IsSegment
	}
	f.shrink()
	return wholeDatagram{}, IsFragment
}

// shorten takes what is beyond n bytes off a fragment.
func (g *fragment) shorten(n int) {
	if n <= len(g.data) {
		g.data, g.cut = g.data[:n], 0
		return
	}
	g.cut = n - len(g.data)
}

// truncatedFirst tells whether a first fragment ends inside the TCP header,
// for which Linux drops it (ipv6frag_thdr_truncated; RFC 8200 §4.5).
func (g *fragment) truncatedFirst() bool {
	return g.offset == 0 && g.next == protocolTCP && len(g.data)+g.cut < tcpHeaderLen
}

// extend takes note of where a fragment ends. It answers false if that
// contradicts what is known of the datagram's length.
func (q *datagram) extend(end int, last bool) bool {
	if last {
		if end < q.length || q.last && end != q.length {
			return false
		}
		q.last, q.length = true, end
		return true
	}
	if end > q.length {
		if q.last {
			return false
		}
		q.length = end
	}
	return true
}

// placing is how a fragment lies to those that are there.
type placing uint8

const (
	fits        placing = iota // where nothing is yet
	contained                  // inside one run: the first copy stays
	overlapping                // partly on another: Linux gives the datagram up
)

// place tells how [start,end) lies to the runs.
func (q *datagram) place(start, end int) placing {
	for i := len(q.runs) - 1; i >= 0; i-- {
		r := &q.runs[i]
		switch {
		case start >= r.end:
			return fits
		case end <= r.start:
		case start >= r.start && end <= r.end:
			return contained
		default:
			return overlapping
		}
	}
	return fits
}

// keep copies a fragment that fits. As in Linux (inet_frag_queue_insert in
// net/ipv4/inet_fragment.c) only what continues the last run is joined to it;
// that decides what counts as contained.
func (f *fragments) keep(q *datagram, g fragment, end int) {
	p := piece{data: slices.Clone(g.data), cut: g.cut}
	if n := len(q.runs); n > 0 && q.runs[n-1].end == g.offset {
		q.runs[n-1].end = end
		q.runs[n-1].pieces = append(q.runs[n-1].pieces, p)
	} else {
		at, _ := slices.BinarySearchFunc(q.runs, g.offset, func(r run, offset int) int { return r.start - offset })
		q.runs = slices.Insert(q.runs, at, run{g.offset, end, []piece{p}})
	}
	if g.offset == 0 {
		q.ttl, q.next = g.ttl, g.next
	}
	q.have += end - g.offset
	q.held += len(g.data) + overhead
	f.held += len(g.data) + overhead
}

// whole puts a datagram together that is complete.
func (q *datagram) whole() wholeDatagram {
	w := wholeDatagram{data: make([]byte, 0, q.held), ttl: q.ttl, next: q.next}
	for _, r := range q.runs {
		for _, p := range r.pieces {
			w.data = append(w.data, p.data...)
			if p.cut > 0 {
				w.cut = q.length - len(w.data)
				return w
			}
		}
	}
	return w
}

// noTime is the time of packets that have none.
const noTime = int64(record.NoTime)

// expire lets datagrams go that have waited too long.
func (f *fragments) expire(now int64) {
	for e := f.order.Front(); e != nil; e = f.order.Front() {
		began := e.Value.(*datagram).began
		if now == noTime || began == noTime || now-began <= int64(f.bounds.FragmentTime) {
			return
		}
		f.hits.Hit("fragment_time")
		f.drop(e)
	}
}

// shrink lets the oldest datagrams go while there are too many bytes.
func (f *fragments) shrink() {
	for f.held > f.bounds.FragmentBytes {
		f.hits.Hit("fragment_bytes")
		f.drop(f.order.Front())
	}
}

// drop forgets a datagram; nil is none.
func (f *fragments) drop(e *list.Element) {
	if e == nil {
		return
	}
	q := f.order.Remove(e).(*datagram)
	f.held -= q.held
	delete(f.table, q.key)
}
