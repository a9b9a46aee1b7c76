package http1

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"

	"glancecap/decoder/record"
)

// Digests are what the connections of a run that digest bodies have in common.
// Objects may be stored in parts, one after the other and each in a request of
// its own, so that the state behind one part is kept for the next. It is not
// safe for concurrent use.
type Digests struct {
	wanted  func(method, target string) Digested
	objects map[string]*parted
}

// Digested says what is to be digested of an exchange.
type Digested struct {
	// Request and Response ask for the bodies.
	Request, Response bool
	// Object names what the request's body is a part of, Part says which,
	// from 1 on; an empty Object is no part.
	Object string
	Part   int
}

// NewDigests makes what connections share; wanted says of each request what is
// to be digested.
func NewDigests(wanted func(method, target string) Digested) *Digests {
	return &Digests{wanted: wanted, objects: make(map[string]*parted)}
}

// maxObjects bounds the objects in parts whose state is kept: about 2 KiB each.
const maxObjects = 4096

// parted is an object that is stored in parts: the states behind its last two
// parts. The one before is needed where a part is sent again.
type parted struct {
	part         int
	last, before *sums
}

// sums are digests under way. Hashes that are not wanted are nil.
type sums struct {
	md5, sha256, sha512 hash.Hash
	bytes               int64
}

func newSums() *sums {
	return &sums{md5: md5.New(), sha256: sha256.New(), sha512: sha512.New()}
}

func (s *sums) write(b []byte) {
	s.bytes += int64(len(b))
	for _, h := range [...]hash.Hash{s.md5, s.sha256, s.sha512} {
		if h != nil {
			h.Write(b) // never fails (hash.Hash)
		}
	}
}

// clone gives a copy that goes its own way, nil where a hash has none.
func (s *sums) clone() *sums {
	if s == nil {
		return nil
	}
	c := &sums{bytes: s.bytes}
	for _, h := range [...]struct{ from, to *hash.Hash }{{&s.md5, &c.md5}, {&s.sha256, &c.sha256}, {&s.sha512, &c.sha512}} {
		if *h.from == nil {
			continue
		}
		cloner, ok := (*h.from).(hash.Cloner)
		if !ok {
			return nil
		}
		copied, err := cloner.Clone()
		if err != nil {
			return nil
		}
		*h.to = copied
	}
	return c
}

// told gives the digests of what was written.
func (s *sums) told() record.Digests {
	text := func(h hash.Hash) string {
		if h == nil {
			return ""
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	return record.Digests{Bytes: s.bytes, MD5: text(s.md5), SHA256: text(s.sha256), SHA512: text(s.sha512)}
}

// digest is the digesting of one body.
type digest struct {
	shared *Digests
	own    *sums
	// whole is that of the object so far, where the body is a later part of
	// one and the parts before it were read.
	whole  *sums
	object string
	part   int
}

// digestBytes is about what one costs.
const digestBytes = 2 << 10

// startDigest begins to digest the body of the message whose head was read, if
// that is wanted.
func (h *Handler) startDigest(s *side) {
	m := &s.msg
	if h.o.Digests == nil || m.how != fixed && m.how != chunked && m.how != untilClose || m.ex.rec.Request == nil {
		return
	}
	w := h.o.Digests.wanted(m.ex.req.Method, m.ex.req.Target)
	// A part of the content (206) is no more than that.
	if s.response && (!w.Response || m.status != 200) || !s.response && !w.Request {
		return
	}
	m.digest = &digest{shared: h.o.Digests}
	if s.response || w.Object == "" {
		m.digest.own = newSums()
		return
	}
	m.digest.begin(w.Object, w.Part)
}

// begin takes up the state behind the parts before.
func (d *digest) begin(object string, part int) {
	d.object, d.part = object, part
	if part <= 1 {
		d.own = newSums()
		delete(d.shared.objects, object) // what was there before is replaced
		return
	}
	d.own = &sums{md5: md5.New()}
	if o := d.shared.objects[object]; o != nil {
		switch part {
		case o.part + 1:
			d.whole = o.last.clone()
		case o.part:
			d.whole = o.before.clone()
		}
	}
}

func (d *digest) write(b []byte) {
	d.own.write(b)
	if d.whole != nil {
		d.whole.write(b)
	}
}

// finish gives the digests of a body of which n bytes were captured and none
// is missing; nil where bytes went by another way.
func (d *digest) finish(n int64) *record.Digests {
	if d.own.bytes != n {
		return nil
	}
	told := d.own.told()
	if d.object == "" {
		return &told
	}
	whole := d.whole
	if d.part <= 1 {
		whole = d.own
	}
	d.keep(whole)
	if whole != nil {
		object := whole.told()
		object.Parts = d.part
		told.Object = &object
	}
	return &told
}

// keep remembers the state behind a part for the next one.
func (d *digest) keep(whole *sums) {
	o := d.shared.objects[d.object]
	switch {
	case whole == nil:
		delete(d.shared.objects, d.object)
		return
	case o == nil && len(d.shared.objects) >= maxObjects:
		return
	case o == nil:
		o = &parted{}
		d.shared.objects[d.object] = o
	}
	if o.part == d.part-1 {
		o.before = o.last
	}
	o.part, o.last = d.part, whole
}
