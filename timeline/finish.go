package timeline

import (
	"maps"
	"slices"
	"strings"

	"glancecap/timeline/glance"
)

func sortedTasks(m map[string]*task) []string { return slices.Sorted(maps.Keys(m)) }

func sortedServers(m map[string][]*call) []string { return slices.Sorted(maps.Keys(m)) }

// finishCalls fills in what is known of the calls once all were seen: user,
// image, what they changed.
func (b *Builder) finishCalls(told []*call) {
	segmented := make(map[string]bool)
	for _, c := range b.calls {
		if c.Service == glance.Swift && c.Segment && c.Action == "segment.put" {
			segmented[c.Container+"/"+c.Object[:36]] = true
		}
	}
	b.refusedTokens(told)
	for _, c := range told {
		t := &c.told
		t.Service = c.Service
		if c.Action == "object.put" && (c.manifest || segmented[c.Container+"/"+c.Object]) {
			c.Action = "object.manifest"
		}
		t.Action = c.Action
		t.User = b.people.byToken[c.token]
		if c.Service == glance.Keystone && c.Action == "token.issue" {
			t.User = b.people.byToken[c.subject]
		}
		if t.User == nil {
			t.User = b.people.named(c.caller)
		}
		t.Detail = detail(c)
		if c.Named {
			id := b.intern(c.Image)
			t.Image = &id
		}
		b.nameImage(c)
	}
}

// detail gives a few words on what a call changed.
func detail(c *call) string {
	switch {
	case len(c.asked.Changes) > 0:
		return strings.Join(c.asked.Changes, " ")
	case c.asked.Method != "":
		return c.asked.Method
	case c.Tag != "":
		return c.Tag
	case c.asked.Member != "":
		return strings.TrimSpace(c.asked.Member + " " + c.asked.Status)
	case c.Member != "":
		return strings.TrimSpace(c.Member + " " + c.asked.Status)
	}
	return ""
}

// nameImage notes which image a call names, and whether that shows that there
// is one.
func (b *Builder) nameImage(c *call) {
	if glance.IsUUID(c.Marker) {
		b.imageNamed(c.Marker)
	}
	if !c.Named {
		return
	}
	switch c.Service {
	case glance.Glance:
		img := b.imageNamed(c.Image)
		if c.told.Status != nil && shows(c.Action, *c.told.Status) {
			img.exists = true
		}
		if c.Action == "image.create" && img.created == nil && !c.untimed() {
			img.created = c
		}
	case glance.Swift:
		img := b.imageNamed(c.Image)
		if strings.HasPrefix(c.Container, "glance") && c.told.Status != nil && *c.told.Status < 300 {
			img.exists = true
		}
	}
}

// shows tells whether an answer shows that the image is there: success, a
// refusal for the image's own sake, or a failure behind the look-up.
func shows(action string, status int) bool {
	switch {
	case status >= 200 && status < 300, status == 409, status == 410, status == 413, status == 416:
		return true
	case status == 500 || status == 503 || status == 502:
		return action == "image.upload" || action == "image.stage"
	}
	return false
}
