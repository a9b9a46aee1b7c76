package timeline

import (
	"net/textproto"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// call is a request to a service, with what it tells beside what is told of
// it.
type call struct {
	told story.Call
	glance.Request
	// token is the digest of the token that the caller showed, subject that
	// of the token which the call is about or which it gave out.
	token, subject string
	asked          glance.Asked
	// answered tells that the head of a response was seen, whole that the
	// response is there to its end.
	answered bool
	// responseStart is when the response's first byte was seen.
	responseStart story.Time
	// waits are stretches in which the sender of the request's body could
	// not go on.
	waits []record.Wait
	// unfinished tells that the request's body ends before its end and that
	// nothing is missing in the capture there.
	unfinished bool
	manifest   bool
	// etag is what the answer says of an object, quoted whether in quotes: that
	// of a manifest is then no MD5 of bytes; large tells that it is one.
	etag          string
	quoted, large bool
	// date is the answer's Date field, fromCache that it may be an older one;
	// issued is when Keystone says that it made the token.
	date      string
	fromCache bool
	issued    story.Time
	// gone is when the connection ended, where it ended with this call
	// unfinished or unanswered.
	gone story.Time
	// sentID is the request id that the caller sent along.
	sentID    string
	forwarded string
	// asker is a digest of who asked and how much was sent, reply one of an
	// answer without a request id; 0 where there is nothing to tell it by.
	asker, reply uint64
	// first is the call itself nearer to its maker, where this one was seen
	// behind a proxy.
	first *call
	// last is the call itself nearest to the service, nil where it was seen once.
	last *call
	// Fingerprints of the image, tags or members that the answer shows.
	shownImage, shownTags, shownMembers glance.Fingerprint
	// shows is the image as the answer to a change shows it.
	shows *glance.State
	// about is the image that the answer to an unseen request shows.
	about string
	// bodies are the digests of its bodies, nil where none were made.
	bodies *bodies
	// parent is filled in by attribution.
	parent *call
	// said is what logs tell of a call that the capture does not show, caller
	// whom they name as its maker.
	said   *one
	caller *story.User
}

// addHTTP reads an exchange.
func (b *Builder) addHTTP(h *record.HTTP) {
	c := b.understood(h, nil)
	c.broken(h)
	b.noteDigests(c, h)
	b.noteFetch(c, h)
	if c.unfinished || !c.answered {
		b.loose[h.Stream] = append(b.loose[h.Stream], c)
	}
	b.place(c, h)
}

// understood makes a call of an exchange; said is what logs tell of it, where
// it is they that tell it.
func (b *Builder) understood(h *record.HTTP, said *one) *call {
	c := &call{said: said, gone: story.NoTime, issued: story.NoTime}
	c.told = story.Call{
		Record: h.ID, Stream: h.Stream, File: fileOf(&h.Common), Client: b.intern(h.Client), Server: b.intern(h.Server),
		Legs: []story.Leg{}, Witnesses: []string{"wire"}, Marks: marksOf(&h.Tail), Time: story.NoTime, End: story.NoTime,
		Seconds: story.Unknown, Wait: story.Unknown, RequestEnd: story.NoTime,
	}
	if h.Seconds != record.NoDuration {
		c.told.Seconds = story.Number(h.Seconds.Seconds())
	}
	if h.Wait != record.NoDuration {
		c.told.Wait = story.Number(h.Wait.Seconds())
	}
	service := h.Service
	if h.Request != nil {
		c.Request = glance.Understand(service, h.Request.Method, h.Request.Target)
		b.request(c, h.Request)
	} else {
		c.Request.Service, c.Request.Action = service, "other"
	}
	if h.Response != nil {
		b.response(c, h.Response)
	}
	return c
}

// broken notes a request of which the body ends before its end.
func (c *call) broken(h *record.HTTP) {
	if h.Request == nil || h.Request.Body == nil || !h.Marks.Has(record.MarkIncomplete) || h.Marks.Has(record.MarkGap) || h.Marks.Has(record.MarkCut) {
		return
	}
	body := h.Request.Body
	if body.Length != record.NoCount && int64(body.Length) <= body.Captured+body.LeftOut {
		return
	}
	c.unfinished = true
	captured := body.Captured + body.LeftOut
	c.told.Announced, c.told.Bytes = countOf(body.Length), &captured
}

// hangUp notes the end of a connection with calls that are not over.
func (b *Builder) hangUp(r *record.Connection) {
	for _, c := range b.loose[r.Stream] {
		if r.Ended == "fin" || r.Ended == "reset" {
			c.gone = when(r.Span.End)
			c.told.Short, c.told.HungUp = c.unfinished, !c.answered
		}
	}
	delete(b.loose, r.Stream)
}

// request reads the evidence in a request.
func (b *Builder) request(c *call, r *record.HTTPRequest) {
	t := &c.told
	t.Method, t.Target = b.intern(r.Method), r.Target
	t.Time, t.End = when(r.Time), when(r.End)
	t.FirstFrame, t.LastFrame, t.LastFile = r.FirstFrame, r.LastFrame, copied(r.LastFile)
	c.waits = r.Waits
	t.RequestEnd, t.RequestFrame, t.RequestFile = when(r.End), r.LastFrame, copied(r.LastFile)
	c.token = b.intern(glance.TokenDigest(record.Get(r.Headers, "X-Auth-Token")))
	c.subject = b.intern(glance.TokenDigest(record.Get(r.Headers, "X-Subject-Token")))
	c.manifest = record.Get(r.Headers, "X-Object-Manifest") != ""
	c.sentID = b.intern(record.Get(r.Headers, "X-Openstack-Request-Id"))
	c.forwarded = b.intern(record.Get(r.Headers, "X-Forwarded-For"))
	c.asker = askerOf(r)
	if r.Body == nil {
		return
	}
	if r.Body.Length != record.NoCount && (r.Method == "PUT" || r.Method == "POST") && r.Body.Text == nil {
		t.Bytes = countOf(r.Body.Length)
	}
	if r.Body.Text != nil && c.Service == glance.Glance {
		c.asked = glance.ReadAsked(c.Action, *r.Body.Text)
	}
}

// response reads the evidence in a response.
func (b *Builder) response(c *call, r *record.HTTPResponse) {
	t := &c.told
	c.answered = true
	status := r.Status
	t.Status = &status
	t.End, t.LastFrame, t.LastFile = when(r.End), r.LastFrame, copied(r.LastFile)
	c.responseStart = when(r.Time)
	if t.Method == "" {
		t.Time, t.FirstFrame = when(r.Time), r.FirstFrame
	}
	if id := requestID(c.Service, r.Headers); id != "" {
		id = b.intern(id)
		t.RequestID = &id
	} else {
		c.reply = replyOf(r)
	}
	if s := glance.TokenDigest(record.Get(r.Headers, "X-Subject-Token")); s != "" {
		c.subject = b.intern(s)
	}
	c.quoted, c.etag = unquote(record.Get(r.Headers, "Etag"))
	c.large = record.Get(r.Headers, "X-Object-Manifest") != "" || record.Get(r.Headers, "X-Static-Large-Object") != ""
	c.date, c.fromCache = record.Get(r.Headers, "Date"), record.Get(r.Headers, "Age") != ""
	if status >= 400 && r.Body != nil && r.Body.Text != nil {
		t.Reason = b.intern(glance.ReadReason(*r.Body.Text))
	}
	if c.Action == "image.download" && r.Body != nil {
		t.Bytes = countOf(r.Body.Length)
	}
	if r.Body == nil || r.Body.Text == nil {
		b.created(c, record.Get(r.Headers, "Location"))
		return
	}
	switch c.Service {
	case glance.Keystone:
		if c.Action == "token.issue" || c.Action == "token.validate" {
			b.learnToken(c, *r.Body.Text)
		}
	case glance.Glance:
		b.shown(c, *r.Body.Text)
	}
	b.created(c, record.Get(r.Headers, "Location"))
}

// unquote takes an ETag out of its quotes (RFC 9110 §8.8.3; Swift's are bare).
func unquote(etag string) (quoted bool, bare string) {
	bare = strings.Trim(etag, `"`)
	return bare != etag, bare
}

// requestID finds the id that a service gave the request: Swift has two
// names for the same one.
func requestID(service string, headers [][2]string) string {
	if id := record.Get(headers, "X-Openstack-Request-Id"); id != "" {
		return id
	}
	if service == glance.Swift || service == "" || service == "http" {
		return record.Get(headers, textproto.CanonicalMIMEHeaderKey("x-trans-id"))
	}
	return ""
}

// shown reads the images that a response of Glance shows.
func (b *Builder) shown(c *call, text string) {
	if c.Action == "image.list" {
		for _, s := range glance.ShownImages(text) {
			if img := b.images[s.ID]; img != nil {
				b.seeShown(c, img, s)
			}
		}
		return
	}
	if c.Action == "member.list" {
		c.shownMembers = glance.FingerprintMembers(text)
		return
	}
	s, ok := glance.ShownImage(text)
	if !ok {
		return
	}
	if c.told.Method == "" {
		c.about = b.intern(s.ID)
	}
	if c.Action == "image.show" {
		c.shownImage, c.shownTags = glance.FingerprintsShown(text)
	}
	if c.Action == "image.update" {
		if state := glance.StateShown(text); state != nil {
			c.shows = b.states.Of(state)
		}
	}
	switch c.Action {
	case "image.create":
		c.Image, c.Named = b.intern(s.ID), true
	case "image.show", "image.update":
	default:
		return
	}
	img := b.imageNamed(s.ID)
	img.exists = true
	b.seeShown(c, img, s)
}

// seeShown keeps the status that a response shows.
func (b *Builder) seeShown(c *call, img *image, s glance.Shown) {
	by := byPoll
	if c.Action == "image.create" || c.Action == "image.update" {
		by = byReply
	}
	img.see(seen{by: by, status: b.intern(s.Status), from: c.begun().moment(), to: c.done(),
		updatedAt: s.UpdatedAt, call: c})
}

// created finds the id of a new image in the Location of a 201 whose body
// does not tell it.
func (b *Builder) created(c *call, location string) {
	if c.Service != glance.Glance || c.Action != "image.create" || c.Named {
		return
	}
	if i := strings.LastIndexByte(location, '/'); i >= 0 && glance.IsUUID(location[i+1:]) && c.told.Status != nil && *c.told.Status == 201 {
		c.Image, c.Named = b.intern(location[i+1:]), true
	}
}

// maxWeak is how many calls of a server wait for its service to be known.
const maxWeak = 256

// place keeps a call, or holds it until its server's service is known.
func (b *Builder) place(c *call, h *record.HTTP) {
	port := h.Service == glance.Glance || h.Service == glance.Keystone || h.Service == glance.Swift
	if !port && !c.Sure {
		if b.servers.of(h.Server, c.Prefix) == "" && !plausible(c) {
			if len(b.weak[h.Server]) < maxWeak {
				b.weak[c.told.Server] = append(b.weak[c.told.Server], c)
			} else {
				b.servers.count(c.told.Server)
			}
			return
		}
	}
	if c.Sure {
		b.servers.settle(c.told.Server, c.Prefix, c.Service)
	}
	b.calls = append(b.calls, c)
	b.kept(sizeOf(h))
}

// plausible tells whether the path is one of a service, if not surely.
func plausible(c *call) bool {
	return c.Service == glance.Glance || c.Service == glance.Keystone || c.Service == glance.Swift
}
