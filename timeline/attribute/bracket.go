package attribute

import (
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// bracket is a session's work from check-out to check-in: it has one owner.
type bracket struct {
	session    int
	statements []int
	// start and end are those of the statements that work; of housekeeping
	// alone, of all.
	start, end story.Time
	works      bool
	writes     bool
	images     []string
	tasks      []string
	names      map[glance.Name]bool
	// cut tells that its beginning was not captured.
	cut bool
}

// isPing tells whether a statement is a pool's check-out.
func isPing(s *Statement) bool {
	return s.Command == "COM_PING" || s.Command == "COM_QUERY" && s.Verb == "SELECT" && s.Housekeeping && len(s.Tables) == 0
}

// isEnd tells whether a statement ends a unit of work.
func isEnd(s *Statement) bool {
	return s.Control == sqltext.Rollback || s.Control == sqltext.Commit || s.Command == "COM_QUIT" || s.Command == "COM_RESET_CONNECTION"
}

// brackets cuts the sessions' statements into brackets, in the order of their
// first statement.
func brackets(in *Input) []*bracket {
	var list []*bracket
	open := make(map[int]*bracket)
	for k := range in.Statements {
		s := &in.Statements[k]
		b := open[s.Session]
		if b == nil || isPing(s) && b.works || b.works && endsBefore(in, b, s) {
			b = &bracket{session: s.Session, start: s.Start, end: s.End, names: make(map[glance.Name]bool)}
			b.cut = open[s.Session] == nil && in.Sessions[s.Session].Midstream && !isPing(s) || s.Lost && !isPing(s)
			open[s.Session] = b
			list = append(list, b)
		}
		b.add(k, s)
	}
	return list
}

// endsBefore tells whether a statement that is no ping begins a new unit: one
// that works, behind the ROLLBACK of the unit before.
func endsBefore(in *Input, b *bracket, s *Statement) bool {
	last := &in.Statements[b.statements[len(b.statements)-1]]
	return last.Control == sqltext.Rollback && !isEnd(s) && !s.Housekeeping
}

func (b *bracket) add(k int, s *Statement) {
	b.statements = append(b.statements, k)
	if len(s.Tables) > 0 && !s.Housekeeping || s.Unread {
		if !b.works {
			b.start, b.end = s.Start, s.End
		}
		b.works = true
		b.end = max(b.end, s.End)
	}
	b.writes = b.writes || s.Write
	if s.Image != "" {
		b.images = addOnce(b.images, s.Image)
	}
	for _, n := range s.Names {
		b.names[n] = true
		switch n.Kind {
		case glance.NameTask:
			b.tasks = addOnce(b.tasks, n.Value)
		case glance.NameImage:
			if s.Image != "" {
				b.images = addOnce(b.images, n.Value)
			}
		}
	}
}

func addOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}
