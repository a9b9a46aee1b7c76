package timeline

import (
	"slices"
	"strconv"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// verdict says how an image ended.
func (t *telling) verdict(i *story.Image, img *image, calls []*call, made []*story.Diagnosis) story.Verdict {
	v := story.Verdict{Status: finalStatus(i, img), OK: true, Seconds: story.Unknown, SecondsFrom: "transition"}
	n := len(i.Transitions)
	if n > 0 {
		start := i.Transitions[0].Time
		if c := img.created; c != nil && c.told.Time != story.NoTime && !t.b.apart.unsure(c.told.File, i.Transitions[n-1].File) {
			start, v.SecondsFrom = c.told.Time, "call"
		}
		v.Seconds = i.Transitions[n-1].Time.Sub(start)
		if v.Seconds < 0 {
			v.Seconds = story.Unknown // the clock stepped back meanwhile
		}
		if n == 1 && v.SecondsFrom == "transition" {
			v.Seconds = story.Unknown
		}
	}
	var worst *story.Diagnosis
	for _, d := range made {
		if d.Severity == "error" && (worst == nil || d.Cause != nil) {
			worst = d
		}
	}
	after := ""
	if v.Seconds.Known() {
		after = " after " + strconv.FormatFloat(float64(v.Seconds), 'f', 3, 64) + " s"
	}
	switch {
	case i.OpenAtEnd && v.Status == glance.Queued:
		v.OK = false
		v.Text = "an upload is running when the capture ends"
	case i.OpenAtEnd:
		v.OK = false
		v.Text = "still " + v.Status + " when the capture ends"
	case worst != nil:
		v.OK = false
		v.Text = failure(i, v, after) + worst.Text
	case n == 0 && v.Status == "":
		v.Text = "status not seen"
	case n == 0:
		v.Text = v.Status + ", unchanged in this capture"
	case v.Status == glance.Queued && len(calls) == 0:
		v.Text = "queued" + after
	case v.Status == glance.Queued && !slices.ContainsFunc(calls, uploads):
		v.Text = "queued" + after + ", nothing uploaded"
	case v.Status == glance.Queued:
		v.Text = "queued when last seen"
	default:
		v.Text = v.Status + after
	}
	return v
}

// uploads tells whether a call brings an image its bytes.
func uploads(c *call) bool {
	switch c.Action {
	case "image.upload", "image.stage", "image.import", "location.add":
		return true
	}
	return c.asked.LocationAdded
}

// failure opens the sentence of an image that did not get where it should.
func failure(i *story.Image, v story.Verdict, after string) string {
	if len(i.Transitions) == 0 {
		return ""
	}
	last := i.Transitions[len(i.Transitions)-1]
	if last.From != nil && last.To == glance.Queued {
		return "back to queued" + after + ": "
	}
	if glance.Passing(v.Status) {
		return ""
	}
	return v.Status + after + ": "
}

// finalStatus is the last status that was seen.
func finalStatus(i *story.Image, img *image) string {
	if n := len(i.Transitions); n > 0 {
		return i.Transitions[n-1].To
	}
	if s := i.Row.Get("status"); s != nil {
		return *s
	}
	if n := len(img.seen); n > 0 {
		return img.seen[n-1].status
	}
	return ""
}
