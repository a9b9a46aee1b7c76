package timeline

import (
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// verifying compares the digests of an image's bytes on the wire with what the
// database and Swift say of them.
type verifying struct {
	t     *telling
	row   map[string]string
	calls []*call
	told  story.Verification
	// parts are the MD5s of the segments that Swift took, by object.
	parts map[string]map[int]string
}

// verify makes the image's verification. It is called where --verify is given.
func (t *telling) verify(i *story.Image, img *image, calls []*call) {
	v := &verifying{t: t, calls: calls, row: make(map[string]string), parts: make(map[string]map[int]string)}
	for _, column := range []string{"size", "checksum", "os_hash_algo", "os_hash_value"} {
		v.row[column] = img.text(column)
	}
	v.told.Checks = []story.Check{}
	for _, c := range calls {
		v.call(c)
	}
	v.objects()
	if len(v.told.Checks) == 0 {
		v.told.Why = t.unseen()
	}
	i.Verified, i.Verification = v.told.Sum(), &v.told
}

// unseen says why no body of an image can be looked at.
func (t *telling) unseen() string {
	for _, service := range []string{glance.Glance, glance.Swift} {
		if s := t.b.connections.byService[service]; s != nil && s.encrypted > 0 && s.readable == 0 {
			return "the connections of " + service + " are encrypted"
		}
	}
	return "none of its bytes are in the capture"
}

// call compares the bodies of a call.
func (v *verifying) call(c *call) {
	switch c.Action {
	case "image.upload", "image.stage":
		v.body(c, "client → glance", true)
	case "image.download":
		v.body(c, "glance → client", false)
	case "object.put", "segment.put":
		v.body(c, maker(c)+" → swift", true)
	case "object.get":
		v.body(c, "swift → "+maker(c), false)
	}
}

// maker names who made a call to Swift: Glance, or an address that is not
// known to act for it.
func maker(c *call) string {
	if c.parent != nil {
		return c.parent.Service
	}
	return story.HostOf(c.told.Client)
}

// body compares one body. What was refused has no digest to be compared with.
func (v *verifying) body(c *call, leg string, request bool) {
	if !request && (c.told.Status == nil || *c.told.Status != 200) {
		return
	}
	k := story.Check{Leg: leg, Call: c.told.ID, Object: c.Object, Frames: []int{c.told.FirstFrame, c.told.LastFrame}, Against: []story.Comparison{}}
	d, from := v.digests(c, request)
	if d == nil {
		k.Why = v.missing(c)
	} else {
		k.Bytes, k.MD5 = &d.Bytes, d.MD5
		v.compare(&k, from, d)
	}
	v.told.Checks = append(v.told.Checks, k)
}

// digests gives the digests of a call's body, of another hop where the first
// one's are not known.
func (v *verifying) digests(c *call, request bool) (*record.Digests, *call) {
	for _, hop := range append([]*call{c}, v.t.hops[c]...) {
		switch {
		case hop.bodies == nil:
		case request && hop.bodies.sent != nil:
			return hop.bodies.sent, hop
		case !request && hop.bodies.got != nil:
			return hop.bodies.got, hop
		}
	}
	return nil, c
}

// missing says why there is no digest of a body.
func (v *verifying) missing(c *call) string {
	has := func(mark string) bool { return slices.Contains(c.told.Marks, mark) }
	switch {
	case has(record.MarkGap):
		return "bytes are missing in the capture"
	case has(record.MarkCut):
		return "the snap length cut bytes off"
	case c.told.Short:
		return "the sender broke off"
	case has(record.MarkIncomplete):
		return "its end is not in the capture"
	case c.said != nil:
		return "only a log tells of it"
	case c.told.Bytes == nil || *c.told.Bytes == 0:
		return "it has no bytes"
	}
	return "no digest of it was made (records --verify makes them)"
}

// compare compares the digests of a body with all that is said of it.
func (v *verifying) compare(k *story.Check, c *call, d *record.Digests) {
	ok := succeeded(c)
	if !ok {
		k.Why = "the call did not succeed: nothing is said of these bytes"
		return
	}
	switch c.Action {
	case "segment.put":
		v.etag(k, c.etag, d.MD5)
		object, part := segmentOf(c.Object)
		if key := c.Container + "/" + object; v.parts[key] == nil {
			v.parts[key] = map[int]string{part: d.MD5}
		} else {
			v.parts[key][part] = d.MD5
		}
		return
	case "object.put":
		v.etag(k, c.etag, d.MD5)
	case "object.get":
		if !c.bodies.manifest && v.parts[c.Container+"/"+c.Object] == nil {
			v.etag(k, c.etag, d.MD5)
		}
		if c.Segment {
			return
		}
	case "image.download":
		if c.bodies.contentMD5 != "" {
			k.Against = append(k.Against, comparison("Content-Md5", "md5", c.bodies.contentMD5, d.MD5))
		}
	}
	v.whole(k, d)
	if c.Action == "image.stage" && k.Differs() {
		k.Against, k.Why = []story.Comparison{}, "what is staged may be converted before it is stored"
	}
}

func (v *verifying) etag(k *story.Check, etag, md5 string) {
	if etag != "" {
		k.Against = append(k.Against, comparison("ETag", "md5", etag, md5))
	}
}

// whole compares the digests of a whole image with its row.
func (v *verifying) whole(k *story.Check, d *record.Digests) {
	if size := v.row["size"]; size != "" {
		k.Against = append(k.Against, comparison("images.size", "", size, strconv.FormatInt(d.Bytes, 10)))
	}
	if sum := v.row["checksum"]; sum != "" {
		k.Against = append(k.Against, comparison("images.checksum", "md5", sum, d.MD5))
	}
	value, algorithm := v.row["os_hash_value"], strings.ToLower(v.row["os_hash_algo"])
	made := map[string]string{"md5": d.MD5, "sha256": d.SHA256, "sha512": d.SHA512}[algorithm]
	switch {
	case value == "":
	case made == "":
		k.Why = "os_hash_algo " + v.row["os_hash_algo"] + " is none that is made here (md5, sha256, sha512)"
	default:
		k.Against = append(k.Against, comparison("images.os_hash_value", algorithm, value, made))
	}
	if len(k.Against) == 0 && k.Why == "" {
		k.Why = "neither the database nor Swift tells a digest in the capture"
	}
}

func comparison(with, algorithm, said, seen string) story.Comparison {
	return story.Comparison{With: with, Algorithm: algorithm, Said: said, Seen: seen, OK: strings.EqualFold(said, seen)}
}

// objects compares what Swift stored in segments: the bytes of all of them
// with the row, and the manifest's ETag with those of the segments.
func (v *verifying) objects() {
	last := make(map[string]*call) // the last segment that Swift took, by object
	most := make(map[string]int)
	var order []string
	for _, c := range v.calls {
		if c.Action != "segment.put" || c.told.Status == nil || *c.told.Status >= 300 {
			continue
		}
		object, part := segmentOf(c.Object)
		key := c.Container + "/" + object
		if last[key] == nil {
			order = append(order, key)
		}
		// A new first segment begins a new object.
		if part == 1 || part >= most[key] {
			last[key], most[key] = c, part
		}
	}
	for _, key := range order {
		v.segments(last[key], most[key])
		v.manifest(key, most[key])
	}
}

// segments compares the bytes of all segments of an object with the row.
func (v *verifying) segments(c *call, parts int) {
	object, _ := segmentOf(c.Object)
	k := story.Check{Leg: maker(c) + " → swift", Call: c.told.ID, Object: object, Parts: parts, Frames: []int{c.told.FirstFrame, c.told.LastFrame}, Against: []story.Comparison{}}
	if d, _ := v.digests(c, true); d == nil || d.Object == nil || !v.together(c, parts) {
		k.Why = "not every segment is in the capture, whole and in its order"
	} else {
		k.Bytes, k.MD5 = &d.Object.Bytes, d.Object.MD5
		v.whole(&k, d.Object)
	}
	v.told.Checks = append(v.told.Checks, k)
}

// together tells that all segments of an object were stored by one operation:
// else one of them may be of an earlier try, its own not captured.
func (v *verifying) together(last *call, parts int) bool {
	object, _ := segmentOf(last.Object)
	seen := make(map[int]bool)
	for _, c := range v.calls {
		if c.Action != "segment.put" || c.parent != last.parent || c.Container != last.Container {
			continue
		}
		if whole, part := segmentOf(c.Object); whole == object {
			seen[part] = true
		}
	}
	for n := 1; n <= parts; n++ {
		if !seen[n] {
			return false
		}
	}
	return true
}

// manifest compares the ETag of an object in segments with the MD5 of its
// segments' ETags (Swift, dynamic large objects).
func (v *verifying) manifest(key string, parts int) {
	var all strings.Builder
	for n := 1; n <= parts; n++ {
		all.WriteString(v.parts[key][n])
	}
	if all.Len() != parts*2*md5.Size {
		return
	}
	sum := md5.Sum([]byte(all.String()))
	seen := make(map[string]bool)
	for _, c := range v.calls {
		if (c.Action != "object.head" && c.Action != "object.get") || c.Container+"/"+c.Object != key || c.told.Status == nil || *c.told.Status != 200 || c.etag == "" || seen[c.etag] {
			continue
		}
		seen[c.etag] = true
		v.told.Checks = append(v.told.Checks, story.Check{Leg: "manifest", Call: c.told.ID, Object: c.Object, Parts: parts, Frames: []int{c.told.FirstFrame, c.told.LastFrame},
			MD5: hex.EncodeToString(sum[:]), Against: []story.Comparison{comparison("ETag", "md5", c.etag, hex.EncodeToString(sum[:]))}})
	}
}
