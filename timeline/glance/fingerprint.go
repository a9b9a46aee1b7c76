package glance

import (
	"encoding/json"
	"hash/fnv"
	"slices"
	"strings"
)

// Fingerprint stands for what was read of an image or shown of it: equal
// readings have equal fingerprints, whatever the order. 0 stands for unknown.
type Fingerprint uint64

// Add adds a value of something that is shown.
func (f *Fingerprint) Add(name, value string) {
	h := fnv.New64a()
	h.Write([]byte(name))
	h.Write([]byte{0})
	h.Write([]byte(value))
	*f += Fingerprint(h.Sum64() | 1)
}

// shownMembers are the members of an image's JSON that are no properties
// (glance/schema/image, glance/api/v2/images.py).
var shownMembers = map[string]bool{
	"status": true, "size": true, "virtual_size": true, "checksum": true, "os_hash_algo": true, "os_hash_value": true,
	"created_at": true, "updated_at": true, "self": true, "file": true, "schema": true, "direct_url": true, "stores": true, "store": true,
}

// Beginning is what every fingerprint of an image begins with, so that one of
// nothing is not unknown.
const Beginning Fingerprint = 1

// OfProperty adds a property, unless Glance keeps it to itself.
func (f *Fingerprint) OfProperty(name, value string) {
	if !strings.HasPrefix(name, "os_glance_") {
		f.Add("property "+name, value)
	}
}

// FingerprintsShown gives the fingerprints of the image and of the tags in the
// body of a response that shows one image.
func FingerprintsShown(text string) (image, tags Fingerprint) {
	var b map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &b) != nil {
		return 0, 0
	}
	updated := plain(b["updated_at"])
	if len(updated) != len("2026-11-23T16:21:35Z") {
		return 0, 0
	}
	image = Beginning
	image.Add("updated_at", updated[:10]+" "+updated[11:19])
	image.Add("status", plain(b["status"]))
	for name, value := range b {
		if !baseAttributes[name] && !shownMembers[name] {
			image.OfProperty(name, plain(value))
		}
	}
	var list []string
	if json.Unmarshal(b["tags"], &list) != nil {
		return image, 0
	}
	return image, FingerprintTags(list)
}

// FingerprintTags gives that of an image's tags. Two calls that add one tag at
// once make two rows of it, of which the API shows one: each counts once. The
// list is put in order.
func FingerprintTags(list []string) Fingerprint {
	slices.Sort(list)
	f := Beginning
	for _, tag := range slices.Compact(list) {
		f.Add("tag", tag)
	}
	return f
}

// FingerprintMembers gives the fingerprint of the members that a response
// lists.
func FingerprintMembers(text string) Fingerprint {
	var b struct {
		Members []struct {
			MemberID string `json:"member_id"`
			Status   string `json:"status"`
		} `json:"members"`
	}
	if json.Unmarshal([]byte(text), &b) != nil || b.Members == nil {
		return 0
	}
	f := Beginning
	for _, m := range b.Members {
		f.Add(m.MemberID, m.Status)
	}
	return f
}
