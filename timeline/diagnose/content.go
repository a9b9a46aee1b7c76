package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"glancecap/timeline/story"
)

// content looks at sizes and digests that contradict each other.
func (c *Inquiry) content() {
	c.digests()
	c.size()
}

// size compares the bytes that a client sent with the size that was written.
func (c *Inquiry) size() {
	size := c.image.Row.Get("size")
	if size == nil {
		return
	}
	want, err := strconv.ParseInt(*size, 10, 64)
	if err != nil {
		return
	}
	for _, t := range c.image.Transitions {
		if t.To != "active" {
			continue
		}
		call := c.uploadDuring(t.Time)
		if t.Call != nil {
			call = c.calls[*t.Call]
		}
		if call == nil || call.Action != "image.upload" || call.Bytes == nil || call.Short || *call.Bytes == want {
			continue
		}
		c.add(story.Diagnosis{Code: "size_mismatch", Severity: severityError, Frames: []int{call.FirstFrame, t.Frame},
			Text:   fmt.Sprintf("the client sent %d bytes, the database says %d", *call.Bytes, want),
			Advice: "download the image and compare its checksum"})
	}
}

// md5Digits is the length of an MD5 in hex.
const md5Digits = 32

// digests compares Swift's ETag of an object in one piece with Glance's
// checksum: both are the MD5 of the image (Swift API reference, ETag).
func (c *Inquiry) digests() {
	sum := c.image.Row.Get("checksum")
	if sum == nil || len(*sum) != md5Digits {
		return
	}
	for _, item := range c.image.Store {
		if item.Kind != "swift" || item.State != "stored" {
			continue
		}
		switch {
		case len(item.ETag) == md5Digits && item.ETag != *sum:
			c.otherBytes(item.ETag, *sum, item.Put, "stored")
		case len(item.GotETag) == md5Digits && item.GotETag != *sum && item.ETag == "":
			c.otherBytes(item.GotETag, *sum, item.Got, "gave out")
		}
	}
}

// otherBytes tells that Swift has other bytes than Glance took in.
func (c *Inquiry) otherBytes(etag, sum string, by *string, did string) {
	d := story.Diagnosis{Code: "checksum_mismatch", Severity: severityError,
		Text:   fmt.Sprintf("Swift %s bytes with MD5 %s, the database says %s", did, etag, sum),
		Advice: "download the image and compare its checksum; upload it again"}
	if by != nil && c.calls[*by] != nil {
		call := c.calls[*by]
		d.Frames = []int{call.LastFrame}
		if call.Action == "object.put" && call.Behalf() == nil {
			d.Text += "; the object was written by " + call.Client + ", not on Glance's behalf as far as is seen"
		}
		d.Cause = causeAt(call, call, d.Text)
	}
	c.add(d)
}

// orphans looks at segments in the store that belong to nothing: stored, and
// neither named by an object nor deleted, though the upload is over.
func (c *Inquiry) orphans() {
	for _, call := range c.ours {
		if call.Action == "image.upload" && running(call) {
			return
		}
	}
	switch c.status() {
	case "saving", "importing", "":
		return // it may go on
	}
	for _, item := range c.image.Store {
		// Where the image is active, an object is there: its PUT is not seen.
		if len(item.Orphans) == 0 || c.status() == "active" && item.Put == nil {
			continue
		}
		severity := severityWarning
		if books := c.story.Accounting.Bytes; books.Missing+books.Cut > 0 {
			severity = severityNote // the request may be what is missing
		}
		shown := strings.Join(item.Orphans[:min(len(item.Orphans), 3)], ", ")
		if more := len(item.Orphans) - 3; more > 0 {
			shown += fmt.Sprintf(" and %d more", more)
		}
		c.add(story.Diagnosis{Code: "orphan_segments", Severity: severity, Frames: c.segmentFrames(item),
			Text:   fmt.Sprintf("%s in Swift's container %s belong%s to no object and %s not deleted in this capture: %s", plural(len(item.Orphans), "segment"), item.Container, singular(len(item.Orphans)), wasWere(len(item.Orphans)), shown),
			Advice: "look whether they are still there, and delete them: openstack object list " + item.Container + " --prefix " + item.Object})
	}
}

func singular(n int) string {
	if n == 1 {
		return "s"
	}
	return ""
}

// segmentFrames gives the frames of the PUTs of an item's orphans.
func (c *Inquiry) segmentFrames(item story.StoreItem) []int {
	var frames []int
	for _, call := range c.callsOf("segment.put") {
		path, _, _ := strings.Cut(call.Target, "?")
		if slices.Contains(item.Orphans, path[strings.LastIndexByte(path, '/')+1:]) {
			frames = append(frames, call.LastFrame)
		}
	}
	return some(frames)
}
