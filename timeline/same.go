package timeline

import (
	"fmt"
	"slices"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
	logs "glancecap/timeline/witness"
)

// gather finds the calls that several logs tell, and those on the wire: by
// request id, method and target. An id may stand on several calls, also on
// equal ones; those are paired in their order.
func (b *Builder) gather() []*one {
	var list []*one
	byKey := make(map[string]*one)
	for _, l := range b.logbooks {
		keys := l.keys()
		for i, s := range l.said {
			o := byKey[keys[i]]
			if o == nil {
				o = &one{first: story.NoTime, last: story.NoTime, early: story.NoTime, late: story.NoTime, from: story.NoTime, to: story.NoTime}
				byKey[keys[i]] = o
				list = append(list, o)
			}
			o.said = append(o.said, s)
			s.one = o
		}
	}
	count := make(map[string]int)
	for _, c := range b.calls {
		if c.first != nil || c.told.RequestID == nil {
			continue
		}
		key := callKey(*c.told.RequestID, c.told.Method, c.told.Target)
		count[key]++
		if o := byKey[numbered(key, count[key])]; o != nil {
			o.wire = c
		}
	}
	return list
}

func callKey(id, method, target string) string { return id + " " + method + " " + target }

func numbered(key string, n int) string { return fmt.Sprintf("%s #%d", key, n) }

// keys names each call of a log so that the same call has the same name in
// every log: by its request id, or where it has none by the neighbours that
// have one. A service's log has other callers' calls between and says nothing
// of neighbours.
func (l *logbook) keys() []string {
	keys := make([]string, len(l.said))
	count := make(map[string]int)
	next := make([]string, len(l.said)+1)
	for i := len(l.said) - 1; i >= 0; i-- {
		next[i] = next[i+1]
		if id := l.said[i].RequestID; id != "" {
			next[i] = id
		}
	}
	before := ""
	for i, s := range l.said {
		key := callKey(s.RequestID, s.Method, s.Target)
		switch {
		case s.RequestID != "":
			before = s.RequestID
		case s.By == logs.Client && before+next[i] != "":
			key = before + "<" + s.Endpoint + key + ">" + next[i]
		default:
			key = fmt.Sprintf("%s%p", key, s)
		}
		count[key]++
		keys[i] = numbered(key, count[key])
	}
	return keys
}

// best gives the words of the log that tells most: a client's with times, then
// a client's, then a service's.
func (o *one) best() *said {
	return slices.MinFunc(o.said, func(x, y *said) int { return x.rank() - y.rank() })
}

// clock gives the words that tell when the call was, nil where none have a
// time that could be compared with the capture's.
func (o *one) clock() *said {
	var found *said
	for _, s := range o.said {
		if s.timed() && s.book.fitted && (found == nil || s.rank() < found.rank()) {
			found = s
		}
	}
	return found
}

func (s *said) rank() int {
	switch {
	case s.By == logs.Client && s.timed():
		return 0
	case s.By == logs.Client:
		return 1
	}
	return 2
}

// traces finds the statements that a call is sure to have made: those that
// write what it alone asked for, and it alone can have.
func (b *Builder) traces(list []*one) {
	calls := make(map[string][]*one)
	for _, o := range list {
		s := o.best()
		if s.about == "" || s.Request.Service != glance.Glance || !s.succeeded() {
			continue
		}
		for _, k := range s.marks() {
			calls[k] = append(calls[k], o)
		}
	}
	if len(calls) == 0 {
		return
	}
	written := b.written()
	for k, callers := range calls {
		if len(callers) == 1 && len(written[k]) == 1 {
			callers[0].made(written[k][0])
		}
	}
}

// marks names what a call that succeeded has written.
func (s *said) marks() []string { return writesOf(s.about, &s.Request, &s.asked) }

// writesOf names what a call about an image has written, if it succeeded.
func writesOf(about string, r *glance.Request, asked *glance.Asked) []string {
	image := about + " "
	switch r.Action {
	case "image.create":
		return []string{image + "made"}
	case "image.upload":
		return []string{image + "to saving", image + "to active"}
	case "image.stage":
		return []string{image + "to uploading"}
	case "image.deactivate":
		return []string{image + "to deactivated"}
	case "image.reactivate":
		return []string{image + "to active"}
	case "image.delete":
		return []string{image + "to deleted"}
	case "tag.add":
		return []string{image + "tag " + r.Tag}
	case "member.add":
		return []string{image + "member " + asked.Member}
	case "image.update":
		var list []string
		for _, p := range asked.Properties {
			list = append(list, image+"property "+p[0]+"="+p[1])
		}
		return list
	}
	return nil
}

// written lists the statements that wrote what marks name.
func (b *Builder) written() map[string][]*statement {
	list := make(map[string][]*statement)
	for _, img := range b.images {
		for _, w := range img.writes {
			switch {
			case w.st.first != nil || w.noRow || w.st.told.Error != nil:
			case w.insert:
				list[img.id+" made"] = append(list[img.id+" made"], w.st)
			case w.guard != nil && *w.guard != w.to || w.to == glance.Deleted:
				key := img.id + " to " + w.to
				list[key] = append(list[key], w.st)
			}
		}
	}
	for _, s := range b.order {
		for _, st := range s.statements {
			if st.first != nil || st.told.Image == nil || st.told.Error != nil {
				continue
			}
			for _, n := range st.names {
				if what := writtenName(st.work, n.Kind); what != "" {
					key := *st.told.Image + what + n.Value
					list[key] = append(list[key], st)
				}
			}
		}
	}
	return list
}

// writtenName gives how marks call what a statement makes, by one of its
// names.
func writtenName(work glance.Work, kind glance.NameKind) string {
	switch {
	case work == glance.AddProperty && kind == glance.NameValue:
		return " property "
	case work == glance.AddTag && kind == glance.NameTag:
		return " tag "
	case work == glance.AddMember && kind == glance.NameMember:
		return " member "
	}
	return ""
}

// made notes that a call made a statement.
func (o *one) made(st *statement) {
	if o.first == story.NoTime || st.told.Time < o.first {
		o.first = st.told.Time
	}
	o.last = max(o.last, st.told.End)
}

// owns finds the images that calls made whose log does not tell the answer: a
// service's log. Its create makes the image whose INSERT lies in its time, where
// no other create may have made it and it no other.
func (b *Builder) owns(list []*one) {
	var creates []*one
	named := make(map[string]bool)
	for _, o := range list {
		s := o.best()
		named[s.about] = named[s.about] || s.Action == "image.create"
		if s.Action == "image.create" && s.about == "" && s.Status == 201 && o.placed && o.wire == nil {
			creates = append(creates, o)
		}
	}
	if len(creates) == 0 || len(creates)*len(b.images) > mostTried {
		return
	}
	made := make(map[*one][]*image)
	makers := make(map[*image]int)
	for _, img := range b.images {
		for _, w := range img.writes {
			if !w.insert || w.st.first != nil || w.st.told.Error != nil {
				continue
			}
			for _, o := range creates {
				if o.early <= w.st.told.Time && w.st.told.End <= o.late {
					made[o] = append(made[o], img)
					makers[img]++
				}
			}
		}
	}
	for o, images := range made {
		if len(images) == 1 && makers[images[0]] == 1 && !named[images[0].id] {
			o.best().about, o.inferred = images[0].id, true
		}
	}
}

// mostTried bounds the pairs of creates and images that are compared.
const mostTried = 1 << 24
