package attribute

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"glancecap/timeline/glance"
)

// knows tells whether a kind of work is in an actor's grammar.
func (a *actor) knows(b *bracket) bool {
	return a.automaton.any || b.cut || b.kind == kindOther || a.automaton.letters[b.kind]
}

// fits tells whether a bracket can be an actor's work by what both name.
func (a *actors) fits(b *bracket, actor *actor) bool {
	c := a.callBy(actor)
	if c.Headless && actor.task == "" {
		return actor.one || len(b.images) == 0 || slices.Contains(b.images, actor.image)
	}
	if b.cut {
		return a.sameImage(b, actor, c)
	}
	if !a.sameImage(b, actor, c) || !a.sameTask(b, actor, c) {
		return false
	}
	if actor.task != "" {
		return true
	}
	switch b.kind {
	case kindCreate:
		return c.named(b, glance.NameTitle)
	case kindAddTag, kindDropTag, kindTag:
		return c.tags(b) || a.undoes(b, actor)
	case kindAddMember, kindMember:
		return c.member(b)
	case kindSave:
		return c.saves(b)
	case kindList:
		return c.lists(b)
	case kindTasks, kindExpire:
		return c.Project == "" || !b.has(glance.NameOwner) || b.hasName(glance.NameOwner, c.Project)
	}
	return c.shows(b)
}

func (a *actors) sameImage(b *bracket, actor *actor, c *Call) bool {
	if len(b.images) == 0 {
		return true
	}
	if actor.image != "" {
		return slices.Contains(b.images, actor.image)
	}
	switch c.Action {
	case "image.list":
		return b.kind == kindList || c.names(b, glance.NameImage) || c.marker(b)
	case "image.create":
		// Its id is not known: it may be any that nobody else names.
		return b.kind == kindCreate || c.Log && readsBack(b.kind)
	case "task.show", "task.list":
		return len(b.tasks) > 0 || b.kind == kindTasks || b.kind == kindExpire
	}
	return actor.automaton.any && b.cut
}

// sameTask tells whether a bracket that names a task can belong to an actor.
func (a *actors) sameTask(b *bracket, actor *actor, c *Call) bool {
	if len(b.tasks) == 0 {
		return true
	}
	if actor.task != "" {
		return slices.Contains(b.tasks, actor.task)
	}
	for _, id := range b.tasks {
		switch {
		case c.Action == "task.show":
			if c.hasName(glance.NameTask, id) {
				return true
			}
		case c.Action == "image.import" && c.Status >= 400:
			// It reads the task that holds the lock.
			return b.kind == kindTask
		case worksOn(c):
			t := a.tasks[id]
			if t.Request == "" || c.RequestID == "" || t.Request == c.RequestID {
				return true
			}
		}
	}
	return false
}

func (c *Call) hasName(kind glance.NameKind, value string) bool {
	return slices.Contains(c.Names, glance.Name{Kind: kind, Value: value})
}

func (c *Call) has(kind glance.NameKind) bool {
	return slices.ContainsFunc(c.Names, func(n glance.Name) bool { return n.Kind == kind })
}

func (b *bracket) hasName(kind glance.NameKind, value string) bool {
	return slices.Contains(b.names, glance.Name{Kind: kind, Value: value})
}

func (b *bracket) has(kind glance.NameKind) bool {
	return slices.ContainsFunc(b.names, func(n glance.Name) bool { return n.Kind == kind })
}

// named tells that a bracket does not contradict the call's names of a kind.
func (c *Call) named(b *bracket, kind glance.NameKind) bool {
	return !c.has(kind) || !b.has(kind) || c.names(b, kind)
}

// tags tells whether a call asks for what a bracket does with a tag.
func (c *Call) tags(b *bracket) bool {
	switch c.Action {
	case "image.update":
		return !c.Asks || c.SetsTags
	case "tag.add", "tag.remove":
		return (c.Action == "tag.add") == (b.kind == kindAddTag) && c.named(b, glance.NameTag)
	case "image.upload", "image.stage", "image.deactivate", "image.reactivate", "image.delete", "location.add", "location.remove":
		return false
	}
	return c.named(b, glance.NameTag)
}

// undoes tells whether an actor may do something with a tag that it was not
// asked for: whoever saves an image gives it the tags that it had when it was
// read, and so takes back what somebody else did with them meanwhile.
func (a *actors) undoes(b *bracket, actor *actor) bool {
	for _, image := range b.images {
		list := a.tagging[image]
		k := sort.Search(len(list), func(i int) bool { return list[i].end > actor.start })
		for _, other := range list[k:] {
			if other.start >= b.start {
				break
			}
			if (other.kind == kindAddTag) != (b.kind == kindAddTag) && other.sameTag(b) {
				return true
			}
		}
	}
	return false
}

// sameTag tells that two brackets do not name different tags.
func (b *bracket) sameTag(other *bracket) bool {
	return !b.has(glance.NameTag) || !other.has(glance.NameTag) ||
		slices.ContainsFunc(b.names, func(n glance.Name) bool { return n.Kind == glance.NameTag && other.hasName(n.Kind, n.Value) })
}

// names tells that a bracket has one of the call's names of a kind.
func (c *Call) names(b *bracket, kind glance.NameKind) bool {
	return slices.ContainsFunc(c.Names, func(n glance.Name) bool {
		return n.Kind == kind && (b.hasName(kind, n.Value) || kind == glance.NameTag && b.hasName(kind, mojibake(n.Value)))
	})
}

// mojibake is what Glance makes of a tag beyond ASCII: it takes the bytes of
// the URL for Latin-1.
func mojibake(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func (c *Call) marker(b *bracket) bool {
	return slices.ContainsFunc(c.Names, func(n glance.Name) bool {
		return n.Kind == glance.NameImage && slices.Contains(b.images, n.Value)
	})
}

// member tells whether a member in a bracket is one that the call names, or
// the caller himself, who is looked for among the members of what he does not
// own.
func (c *Call) member(b *bracket) bool {
	if !b.has(glance.NameMember) || !c.has(glance.NameMember) && c.Project == "" {
		return true
	}
	return c.names(b, glance.NameMember) || c.Project != "" && b.hasName(glance.NameMember, c.Project)
}

// saves tells whether an UPDATE of images and the properties beside it write
// what a call asks for. They may write more: Glance writes the image as it
// read it, and so undoes what others wrote meanwhile.
func (c *Call) saves(b *bracket) bool {
	if c.Action != "image.update" || !c.Asks {
		return true
	}
	for _, set := range c.Attributes {
		if v, ok := b.set(set[0]); ok && v != set[1] {
			return false
		}
	}
	if b.after == nil {
		return true
	}
	for k, p := range c.Properties {
		if again := slices.ContainsFunc(c.Properties[k+1:], func(q [2]string) bool { return q[0] == p[0] }); again {
			continue
		}
		// It is not written where it is so already. One that is removed has no
		// value here.
		if value, ok := property(b.after, p[0]); value != p[1] || p[1] != "" && !ok {
			return false
		}
	}
	return true
}

// set gives what a bracket writes into a column of images.
func (b *bracket) set(column string) (string, bool) {
	for _, n := range b.names {
		if name, value, _ := strings.Cut(n.Value, "="); n.Kind == glance.NameSet && name == column {
			return value, true
		}
	}
	return "", false
}

// mostListed is what Glance cuts a larger limit to (api_limit_max).
const mostListed = 1000

// lists compares the filters of a list with those of a call.
func (c *Call) lists(b *bracket) bool {
	for _, n := range c.Names {
		switch n.Kind {
		case glance.NameLimit:
			if limit, err := strconv.Atoi(n.Value); err == nil && limit < mostListed && !b.hasName(n.Kind, n.Value) {
				return false
			}
		case glance.NameTitle, glance.NameFilter:
			if !b.hasName(n.Kind, n.Value) {
				return false
			}
		}
	}
	for _, n := range b.names {
		if n.Kind == glance.NameTitle && !c.hasName(n.Kind, n.Value) {
			return false
		}
	}
	return c.Project == "" || !b.has(glance.NameOwner) || b.hasName(glance.NameOwner, c.Project) || c.has(glance.NameOwner)
}

// shows compares what was read with what the answer shows.
func (c *Call) shows(b *bracket) bool {
	if b.seen == 0 {
		return true
	}
	shown := glance.Fingerprint(0)
	switch b.kind {
	case kindImage:
		shown = c.SeenImage
	case kindTags:
		shown = c.SeenTags
	case kindMembers:
		shown = c.SeenMembers
	}
	return shown == 0 || shown == b.seen
}
