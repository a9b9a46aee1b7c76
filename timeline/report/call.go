package report

import (
	"strconv"
	"strings"

	"glancecap/timeline/story"
)

// callEvent tells a call.
func (t *text) callEvent(i *story.Image, c *story.Call) event {
	e := event{
		at: c.Time, frame: c.FirstFrame, who: t.maker(c), depth: t.depth(c),
		what: callWords(c, i.ID), asked: shortRequest(deref(c.RequestID)), frames: FramesOf(c),
	}
	if c.FirstFrame == 0 && c.Log != nil {
		e.frames = "log line " + strconv.Itoa(c.Log.Line)
	}
	reading := c.Method == "GET" || c.Method == "HEAD"
	switch {
	case c.Status == nil:
		e.answer, e.style, e.rank = "no answer", bad, rankFailure
	default:
		e.answer, e.rank = strconv.Itoa(*c.Status), rankChange
		if c.Seconds.Known() {
			e.took = seconds(c.Seconds)
		}
		if *c.Status >= 500 {
			e.style, e.rank = bad, rankFailure
		} else if *c.Status >= 400 {
			e.style, e.rank = warning, rankFailure
		}
	}
	switch {
	case e.rank == rankFailure:
	case reading:
		e.rank = rankRead
	case e.depth > 0:
		e.rank = rankLeg
	}
	return e
}

// callWords says what a call asked for. The image's own id stands as …, since
// it heads the report.
func callWords(c *story.Call, image string) string {
	words := c.Method + " " + callObject(c, image)
	if c.Method == "" {
		words = requestUnseen
	}
	if c.Service != "glance" {
		words = c.Service + " " + words
	}
	if c.Bytes != nil {
		words += "  " + grouped(*c.Bytes) + " B"
	}
	if c.Detail != "" {
		words += "  " + c.Detail
	}
	return words
}

// requestUnseen stands for a call of which the capture holds the answer alone.
const requestUnseen = "(request not captured)"

// Asked tells method and target of a call.
func Asked(c *story.Call) string {
	if c.Method == "" {
		return requestUnseen
	}
	return c.Method + " " + c.Target
}

// callObject names what a call is about.
func callObject(c *story.Call, image string) string {
	service, thing, _ := strings.Cut(c.Action, ".")
	if c.Service == "swift" {
		switch {
		case service == "segment":
			if n := strings.LastIndexByte(c.Target, '-'); n >= 0 {
				return "segment " + c.Target[n+1:]
			}
			return "segment"
		case thing == "manifest":
			return "manifest"
		case service == "object", service == "container", service == "account":
			return service
		}
	}
	path := c.Target
	before, rest, found := strings.Cut(path, image)
	switch {
	case image == "" || !found:
		return path
	case rest == "" && strings.HasSuffix(before, "/v2/images/"):
		return "image"
	}
	return "…" + rest
}

// shortRequest gives enough of a request id to tell it from others: the whole
// one stands in the JSON.
func shortRequest(id string) string {
	keep := 6
	if strings.HasPrefix(id, "req-") {
		keep = 8
	}
	if len(id) <= keep+2 {
		return id
	}
	return strings.ToValidUTF8(id[:keep], "") + "…"
}
