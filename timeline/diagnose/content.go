package diagnose

import (
	"fmt"
	"strconv"

	"glancecap/timeline/story"
)

// content looks at sizes and digests that contradict each other.
func (c *inquiry) content() {
	c.digests()
	size := c.image.Row["size"]
	if size == nil {
		return
	}
	want, err := strconv.ParseInt(*size, 10, 64)
	if err != nil {
		return
	}
	for _, t := range c.image.Transitions {
		if t.To != "active" || t.Call == nil {
			continue
		}
		call := c.calls[*t.Call]
		if call == nil || call.Action != "image.upload" || call.Bytes == nil || call.Short || *call.Bytes == want {
			continue
		}
		c.add(story.Diagnosis{Code: "size_mismatch", Severity: severityError, Frames: []int{call.FirstFrame, t.Frame},
			Text:   fmt.Sprintf("the client sent %d bytes, the database says %d", *call.Bytes, want),
			Advice: "download the image and compare its checksum"})
	}
}

// digests compares Swift's ETag of an object in one piece with Glance's
// checksum: both are the MD5 of the image (Swift API reference, ETag).
func (c *inquiry) digests() {
	const digits = 32
	sum := c.image.Row["checksum"]
	if sum == nil || len(*sum) != digits {
		return
	}
	for _, item := range c.image.Store {
		if item.Kind != "swift" || item.State != "stored" || len(item.ETag) != digits || item.ETag == *sum {
			continue
		}
		d := story.Diagnosis{Code: "checksum_mismatch", Severity: severityError,
			Text:   fmt.Sprintf("Swift stored bytes with MD5 %s, the database says %s", item.ETag, *sum),
			Advice: "download the image and compare its checksum; upload it again"}
		if item.Put != nil && c.calls[*item.Put] != nil {
			put := c.calls[*item.Put]
			d.Frames = []int{put.LastFrame}
			if put.Behalf() == nil {
				d.Text += "; the object was written by " + put.Client + ", not on Glance's behalf as far as is seen"
			}
			d.Cause = causeAt(put, put, d.Text)
		}
		c.add(d)
	}
}

// apart looks at what belongs to no image: tokens that were refused again and
// again.
func (c *inquiry) apart() {
	var frames []int
	for _, call := range c.story.Calls {
		if call.Action == "token.issue" && status(call) == 401 {
			frames = append(frames, call.LastFrame)
		}
	}
	if len(frames) > 0 {
		c.add(story.Diagnosis{Code: "unauthorized", Severity: severityWarning, Frames: some(frames),
			Text:   fmt.Sprintf("Keystone refused %s for a token", plural(len(frames), "request")),
			Advice: "wrong user, password or project: look in Keystone's log for the request ids"})
	}
}
