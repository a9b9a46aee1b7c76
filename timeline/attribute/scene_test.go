package attribute

import (
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

const ms = story.Time(1e6)

// scene is a conversation of Glance with its callers and its database. Times
// are in milliseconds.
type scene struct {
	in    Input
	sites map[string]int
}

// call adds a call to an image.
func (s *scene) call(id, action, image string, status int, from, to story.Time) *Call {
	s.in.Calls = append(s.in.Calls, Call{
		Service: glance.Glance, Action: action, Image: image, Status: status, RequestID: "req-" + id, Client: id,
		ServerHost: "g", Start: from * ms, Asked: from * ms, Answered: to * ms, End: to * ms,
	})
	return &s.in.Calls[len(s.in.Calls)-1]
}

func (s *scene) session(name string) int {
	if s.sites == nil {
		s.sites = map[string]int{}
	}
	n, ok := s.sites[name]
	if !ok {
		n = len(s.in.Sessions)
		s.sites[name] = n
		process, _, _ := strings.Cut(name, "/")
		s.in.Sessions = append(s.in.Sessions, Session{Client: name, ClientHost: "g", Process: process, Service: glance.Glance})
	}
	return n
}

// statementsOf gives the statements of a unit of work by its kind.
func statementsOf(kind, image string) []Statement {
	st := func(work glance.Work, verb string) Statement {
		return Statement{Command: "COM_QUERY", Verb: verb, Tables: []string{"images"}, Work: work, Image: image}
	}
	save := func(status, guard string) []Statement {
		w := st(glance.SaveImage, "UPDATE")
		w.Write, w.Status, w.Guard = true, status, guard
		return []Statement{st(glance.ReadImage, "SELECT"), w}
	}
	write := func(work glance.Work, verb string) []Statement {
		w := st(work, verb)
		w.Write = true
		return []Statement{w}
	}
	switch kind {
	case "image":
		return []Statement{st(glance.ReadImage, "SELECT")}
	case "absent":
		w := st(glance.ReadImage, "SELECT")
		w.NoRow = true
		return []Statement{w}
	case "tags":
		return []Statement{st(glance.ReadTags, "SELECT")}
	case "count", "member", "memberrow":
		return []Statement{st(map[string]glance.Work{"count": glance.CountMembers, "member": glance.ReadMember, "memberrow": glance.ReadMemberRow}[kind], "SELECT")}
	case "setmember":
		return write(glance.SetMember, "UPDATE")
	case "members":
		return []Statement{st(glance.ReadMembers, "SELECT")}
	case "save":
		return save("active", "")
	case "saving":
		return save("saving", "queued")
	case "active":
		return save("active", "saving")
	case "create":
		return write(glance.CreateImage, "INSERT")
	case "addtag":
		return write(glance.AddTag, "INSERT")
	case "location":
		return []Statement{st(glance.ReadLocation, "SELECT")}
	case "dropplace":
		return write(glance.DropLocation, "UPDATE")
	case "status":
		return write(glance.SetStatus, "UPDATE")
	case "drop":
		return write(glance.DropImage, "UPDATE")
	case "lock":
		return write(glance.LockProperty, "INSERT")
	case "addtask":
		return write(glance.AddTask, "INSERT")
	case "settask":
		return write(glance.SetTask, "UPDATE")
	case "tag":
		return []Statement{st(glance.ReadTag, "SELECT")}
	case "droptag":
		return write(glance.DropTag, "UPDATE")
	}
	panic("no such work: " + kind)
}

// work adds a unit of work on a connection: check-out, statements, check-in.
func (s *scene) work(connection, kind, image string, at story.Time, names ...glance.Name) {
	list := append([]Statement{{Command: "COM_QUERY", Verb: "SELECT", Ping: true, Housekeeping: true}}, statementsOf(kind, image)...)
	writes := false
	for k := range list {
		writes = writes || list[k].Write
	}
	if writes {
		list = append(list, Statement{Command: "COM_QUERY", Verb: "COMMIT", Control: sqltext.Commit})
	}
	list = append(list, Statement{Command: "COM_QUERY", Verb: "ROLLBACK", Control: sqltext.Rollback, Housekeeping: true})
	for k := range list {
		list[k].Session = s.session(connection)
		list[k].Start, list[k].End = at*ms+story.Time(k)*1000, at*ms+story.Time(k)*1000+500
		if list[k].Write || !writes && list[k].Work != glance.NoWork {
			list[k].Names = names
		}
		s.in.Statements = append(s.in.Statements, list[k])
	}
}

// links gives for each unit of work who is told as its maker, as "call
// certainty", "-" for none.
func (s *scene) links(t *testing.T) string {
	t.Helper()
	var told []string
	links := Statements(&s.in, noParents(&s.in))
	for k := range s.in.Statements {
		if st := &s.in.Statements[k]; st.Ping {
			l := links[k]
			if l.Call < 0 {
				told = append(told, "-")
				continue
			}
			told = append(told, fmt.Sprintf("%s %s", strings.TrimPrefix(s.in.Calls[l.Call].RequestID, "req-"), l.Certainty))
		}
	}
	return strings.Join(told, ", ")
}

func noParents(in *Input) []int {
	parents := make([]int, len(in.Calls))
	for k := range parents {
		parents[k] = -1
	}
	return parents
}
