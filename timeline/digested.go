package timeline

import (
	"strconv"

	"glancecap/decoder/http1"
	"glancecap/decoder/record"
	"glancecap/timeline/glance"
)

// Digested says of which requests the bodies are an image's or a part of one:
// uploads, downloads, and what Swift stores and gives out.
func Digested(method, target string) http1.Digested {
	r := glance.Understand("", method, target)
	switch r.Action {
	case "image.upload", "image.stage":
		return http1.Digested{Request: true}
	case "image.download", "object.get":
		return http1.Digested{Response: true}
	case "object.put":
		return http1.Digested{Request: true}
	case "segment.put":
		object, part := segmentOf(r.Object)
		return http1.Digested{Request: true, Object: r.Account + "/" + r.Container + "/" + object, Part: part}
	}
	return http1.Digested{}
}

// segmentOf takes the name of a segment apart: a hyphen and five digits end it
// (glance_store, swift driver).
func segmentOf(object string) (whole string, part int) {
	const digits = 5
	cut := len(object) - digits
	part, _ = strconv.Atoi(object[cut:])
	return object[:cut-1], part
}

// bodies are the digests of a call's bodies and what its answer says of them.
type bodies struct {
	sent, got *record.Digests
	// contentMD5 is Glance's word on what it sends (Content-MD5), manifest
	// tells that Swift says that the object is one in segments.
	contentMD5 string
	manifest   bool
}

// noteDigests keeps the digests of a call's bodies, where they were made.
func (b *Builder) noteDigests(c *call, h *record.HTTP) {
	if !b.verify || c.Action == "" {
		return
	}
	var d bodies
	if h.Request != nil && h.Request.Body != nil {
		d.sent = h.Request.Body.Digests
	}
	if h.Response != nil {
		if h.Response.Body != nil {
			d.got = h.Response.Body.Digests
		}
		d.contentMD5 = record.Get(h.Response.Headers, "Content-Md5")
		d.manifest = record.Get(h.Response.Headers, "X-Object-Manifest") != ""
	}
	if d != (bodies{}) {
		c.bodies = &d
	}
}
