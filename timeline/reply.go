package timeline

import (
	"fmt"
	"hash/fnv"

	"glancecap/decoder/record"
)

// askerOf gives a digest of what a proxy leaves as it is in a request: the
// program that asks, and the body.
func askerOf(r *record.HTTPRequest) uint64 {
	return partsOf(r.Headers, r.Body, "User-Agent", "Content-Type")
}

// replyOf gives a digest of what a proxy leaves as it is in an answer, 0 where
// that has neither the second in which it was made nor a text.
func replyOf(r *record.HTTPResponse) uint64 {
	if record.Get(r.Headers, "Date") == "" && (r.Body == nil || r.Body.Text == nil) {
		return 0
	}
	return partsOf(r.Headers, r.Body, "Date", "Content-Type", "Www-Authenticate") | 1
}

func partsOf(headers [][2]string, body *record.Body, names ...string) uint64 {
	h := fnv.New64a()
	for _, name := range names {
		fmt.Fprintf(h, "%s\x00", record.Get(headers, name))
	}
	if body != nil {
		fmt.Fprintf(h, "%d\x00", body.Captured+body.LeftOut)
		if body.Text != nil {
			h.Write([]byte(*body.Text))
		}
	}
	return h.Sum64()
}
