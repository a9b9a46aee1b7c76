package timeline

import (
	"math"
	"slices"
	"strings"

	"glancecap/decoder/record"
	"glancecap/timeline/attribute"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// attribute links statements to calls, and calls to the calls that made them.
func (b *Builder) attribute(calls []*call, statements []*statement) {
	if len(calls) == 0 && !b.why {
		// Nothing can have made them; the evidence of each would take as much
		// memory again as the statements.
		for _, st := range statements {
			if st.told.Image == nil {
				b.chooseImage(st)
			}
		}
		return
	}
	in := b.evidenceOf(calls, statements)
	parents := attribute.Parents(in)
	for k, parent := range parents {
		if parent >= 0 {
			calls[k].parent = calls[parent]
			if id := &calls[parent].told.ID; calls[parent].told.RequestID != nil {
				calls[k].told.Parent = id
			} else {
				calls[k].told.Within = id
			}
		}
	}
	links := attribute.Statements(in, parents)
	if b.why {
		b.asked = &evidence{in: in, parents: parents, links: links, calls: calls, statements: statements}
	}
	for k, link := range links {
		if link.Call < 0 {
			continue
		}
		statements[k].told.Call = linkTo(&calls[link.Call].told, &link)
	}
	b.nameByCall(calls, statements)
}

// evidenceOf gives calls and statements as attribution sees them.
func (b *Builder) evidenceOf(calls []*call, statements []*statement) *attribute.Input {
	in := &attribute.Input{Calls: make([]attribute.Call, len(calls)), Statements: make([]attribute.Statement, len(statements))}
	last := story.NoTime
	for _, c := range calls {
		last = max(last, c.told.End)
	}
	for _, st := range statements {
		last = max(last, st.told.End)
	}
	for k, c := range calls {
		in.Calls[k] = callEvidence(c, last)
		if c.Service == glance.Keystone {
			in.Calls[k].Identities, in.Calls[k].Partly = b.identities(c)
		}
		if c.said != nil {
			b.saidEvidence(c, &in.Calls[k])
		}
	}
	sessions := make(map[*session]int)
	for k, st := range statements {
		n, ok := sessions[st.session]
		if !ok {
			n = len(in.Sessions)
			sessions[st.session] = n
			s := st.session
			in.Sessions = append(in.Sessions, attribute.Session{
				Client: s.client, ClientHost: story.HostOf(s.client), Process: s.pid, Service: s.role.service(), Midstream: s.scramble == "",
				Capture: indexOf(st.told.File),
			})
			in.Sessions[n].Since, in.Sessions[n].Until = b.seenWith(indexOf(st.told.File))
			b.clocksOf(&in.Sessions[n])
		}
		in.Statements[k] = b.statementEvidence(st, n)
	}
	for _, id := range sortedTasks(b.tasks) {
		t := b.tasks[id]
		in.Tasks = append(in.Tasks, attribute.Task{ID: t.id, Image: t.image, Request: t.request})
	}
	in.Partial = b.partial(calls)
	return in
}

// seenWith gives from when to when all captures were taken that were taken
// meanwhile with one.
func (b *Builder) seenWith(n int) (since, until story.Time) {
	if n >= len(b.captures) {
		return story.NoTime, math.MaxInt64
	}
	own := &b.captures[n]
	since, until = own.First, own.Last
	for k := range b.captures {
		if c := &b.captures[k]; c.First != story.NoTime && c.First <= own.Last && own.First <= c.Last {
			since, until = max(since, c.First), min(until, c.Last)
		}
	}
	return since, until
}

// clocksOf notes the captures of which the clocks cannot be compared with that
// of a session's.
func (b *Builder) clocksOf(s *attribute.Session) {
	for k := range b.captures {
		if !b.apart.unsure(&k, &s.Capture) {
			continue
		}
		if s.Unsure == nil {
			s.Unsure, s.Far = make(map[int]bool), make(map[int]bool)
		}
		s.Unsure[k], s.Far[k] = true, b.apart.surely(&k, &s.Capture)
	}
}

// callEvidence gives a call as attribution sees it: its statements come from
// the hop nearest to the service.
func callEvidence(c *call, last story.Time) attribute.Call {
	t := &c.told
	server := t.Server
	if n := len(t.Legs); n > 0 {
		server = t.Legs[n-1].Server
	}
	e := attribute.Call{
		Capture: indexOf(c.nearest().told.File), Service: c.Service, Action: c.Action, Client: t.Client, Server: server, ClientHost: story.HostOf(t.Client), ServerHost: story.HostOf(server),
		Start: t.Time, Asked: t.RequestEnd, Answered: c.responseStart, End: t.End, Open: !c.answered, Unasked: t.Method == "", Token: c.token, Subject: c.subject, Marks: damaged(t.Marks),
	}
	if c.said == nil {
		e.Connection = c.nearest().told.Stream + 1
	}
	if n := c.nearest(); n != c && n.answered && c.answered {
		e.Start, e.Asked, e.Answered, e.End = n.told.Time, n.told.RequestEnd, n.responseStart, n.told.End
	}
	if !c.answered {
		e.End = last
	}
	if t.Status != nil {
		e.Status = *t.Status
	}
	e.HungUp = !c.answered && c.gone != story.NoTime
	e.Holed = e.Marks && (c.answered || damaged(slices.DeleteFunc(slices.Clone(t.Marks), func(mark string) bool { return mark == record.MarkIncomplete })))
	e.Headless, e.Lost = t.Method == "", slices.Contains(t.Marks, "resync")
	if t.RequestID != nil {
		e.RequestID = *t.RequestID
	}
	if c.Named || c.Service == glance.Glance {
		e.Image = c.Image
	}
	if e.Headless {
		e.Image = c.about
	}
	if t.User != nil {
		e.Project = t.User.ProjectID
	}
	e.Properties, e.Attributes, e.Asks, e.SetsTags = c.asked.Properties, c.asked.Attributes, c.asked.Read, c.asked.SetsTags
	e.SeenImage, e.SeenTags, e.SeenMembers = c.shownImage, c.shownTags, c.shownMembers
	e.Shows = c.shows
	e.Names = callNames(c)
	return e
}

// identities lists the ids by which Keystone's SQL names the tokens that a call
// is about and is made with; partly tells that only the first is known.
func (b *Builder) identities(c *call) (list []string, partly bool) {
	list = b.people.identities(c.subject)
	if list == nil || c.token == "" {
		return list, false
	}
	own := b.people.identities(c.token)
	return append(list, own...), own == nil
}

// callNames lists what a call names beside its image.
func callNames(c *call) []glance.Name {
	var names []glance.Name
	add := func(kind glance.NameKind, value string) {
		if value != "" {
			names = append(names, glance.Name{Kind: kind, Value: value})
		}
	}
	add(glance.NameTag, c.Tag)
	add(glance.NameMember, c.Member)
	add(glance.NameMember, c.asked.Member)
	add(glance.NameTask, c.Task)
	add(glance.NameTitle, c.asked.Name)
	add(glance.NameImage, c.Marker)
	for _, p := range c.asked.Properties {
		add(glance.NameProperty, p[0])
		add(glance.NameValue, p[0]+"="+p[1])
	}
	for _, column := range []string{"status", "visibility", "disk_format", "container_format"} {
		if v := c.Query.Get(column); v != "" {
			add(glance.NameFilter, column+"="+v)
		}
	}
	add(glance.NameTitle, c.Query.Get("name"))
	add(glance.NameOwner, c.Query.Get("owner"))
	add(glance.NameLimit, c.Query.Get("limit"))
	return names
}

// statementEvidence gives a statement as attribution sees it.
func (b *Builder) statementEvidence(st *statement, session int) attribute.Statement {
	t := &st.told
	e := attribute.Statement{
		Session: session, Start: t.Time, End: t.End, Verb: t.Verb, Command: t.Command, Tables: t.Tables, Work: st.work, Ping: st.ping,
		Control: st.control, Names: b.resolve(st), Write: st.write, Seen: st.shown, State: st.state, Housekeeping: t.Housekeeping, Failed: t.Error != nil,
		NoRow: st.write && t.Affected != nil && *t.Affected == 0 || t.Rows != nil && *t.Rows == 0,
	}
	e.Status, e.Guard = st.status()
	if st.session.role == roleKeystone {
		for _, id := range glance.Identities(t.Text.Quoted()) {
			e.Names = append(e.Names, glance.Name{Kind: glance.NameIdentity, Value: id})
		}
	}
	if t.Image == nil {
		b.chooseImage(st) // rows that were read later may tell
	}
	if t.Image != nil {
		e.Image = *t.Image
	}
	for _, mark := range t.Marks.All() {
		switch mark {
		case "gap", "cut", "truncated_text", "overlap":
			e.Unread = true
		case "incomplete":
			// Where only the answer is missing, the statement is whole.
			e.Unread = e.Unread || t.Verb == ""
		case "resync":
			e.Lost = true
		}
	}
	return e
}

// resolve gives a statement's names, with what the rows are named that it
// knows by their ids alone.
func (b *Builder) resolve(st *statement) []glance.Name {
	var names []glance.Name
	for _, n := range st.names {
		if n.Kind != glance.NameRow {
			continue
		}
		table, id, _ := strings.Cut(n.Value, ":")
		k := besideIndex(table)
		r := b.rows[rowID{k, id}]
		if r == nil || k < 0 {
			continue
		}
		key := r.text(keyColumns[k])
		switch {
		case key == "":
			continue
		case names == nil:
			names = slices.Clone(st.names)
		}
		switch table {
		case glance.Properties:
			names = append(names, glance.Name{Kind: glance.NameProperty, Value: key})
			for i, n := range names {
				if n.Kind == glance.NameValue && strings.HasPrefix(n.Value, "=") {
					names[i].Value = b.intern(key + n.Value)
				}
			}
		case glance.Tags:
			names = append(names, glance.Name{Kind: glance.NameTag, Value: key})
		case glance.Members:
			names = append(names, glance.Name{Kind: glance.NameMember, Value: key})
		}
	}
	if names == nil {
		return st.names
	}
	return names
}

// partial tells whether calls of Glance's API may be missing from the capture.
func (b *Builder) partial(calls []*call) bool {
	if b.connections.theirMissing > 0 {
		return true
	}
	s := b.connections.byService[glance.Glance]
	return s != nil && s.encrypted > 0 && s.readable == 0
}

// nameByCall names the image of statements that name none themselves, by the
// call that made them, where that is proven.
func (b *Builder) nameByCall(calls []*call, statements []*statement) {
	byID := make(map[string]*call, len(calls))
	for _, c := range calls {
		byID[c.told.ID] = c
	}
	for _, st := range statements {
		if st.told.Image == nil && st.told.Call != nil && st.write {
			if c := byID[st.told.Call.ID]; c != nil && c.told.Image != nil && st.told.Call.Certainty == attribute.Proven {
				st.told.Image = c.told.Image
			}
		}
	}
}
