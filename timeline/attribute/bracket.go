package attribute

import (
	"slices"

	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// bracket is a unit of work, from check-out to check-in of a connection: it
// has one owner.
type bracket struct {
	session    int
	process    int // 0 where it is not known
	statements []int
	// start and end are those of the statements that work, the COMMIT
	// included: what follows them may come after the call's answer.
	start, end story.Time
	// taken and given are the times of its first and last statement.
	taken, given story.Time
	// checkout is when its owner took the connection: its last ping before the
	// work, or where none was seen the work's start. From then to the work's
	// end its owner did nothing else.
	checkout story.Time
	// checkin is when the pool's ROLLBACK behind the work was over, where there
	// is one, else the work's end.
	checkin story.Time
	works   bool
	// cut tells that statements of it may be missing, begun that these are its
	// first: it was begun before its connection was captured.
	cut, begun bool

	kind string
	// status is what a save writes; guarded tells that the old one stands
	// beside it: a change, not a repetition.
	status  string
	guarded bool
	// absent tells that the image which it reads is not there.
	absent bool
	// quit is the COM_QUIT behind it, -1 where there is none.
	quit int
	// failed tells that it wrote and nothing of that was committed.
	failed bool
	// guard is the status that a save asks for, after the properties that the
	// image has behind it, nil for unknown; state is what a reading saw.
	guard  string
	after  []glance.Property
	state  *glance.State
	images []string
	tasks  []string
	names  []glance.Name
	seen   glance.Fingerprint
}

// cutter cuts one session's statements into brackets.
type cutter struct {
	in   *Input
	list []*bracket
	open map[int]*bracket // by session
	// closed tells that the open bracket's connection was given back.
	closed map[int]bool
	begun  map[int]bool
	// pings tells that a session's owners say when they take it.
	pings map[int]bool
}

// brackets cuts the sessions' statements into brackets, in the order of their
// first working statement. Those without work come last.
func brackets(in *Input) []*bracket {
	c := cutter{in: in, open: make(map[int]*bracket), closed: make(map[int]bool), begun: make(map[int]bool), pings: make(map[int]bool)}
	for k := range in.Statements {
		c.add(k)
	}
	processes := processesOf(in)
	for _, b := range c.list {
		b.process, b.begun = processes[b.session], b.begun && c.pings[b.session]
		b.read(in)
	}
	slices.SortStableFunc(c.list, func(a, b *bracket) int {
		switch {
		case a.works != b.works && a.works:
			return -1
		case a.works != b.works:
			return 1
		}
		return compareTimes(a.start, b.start)
	})
	return c.list
}

func compareTimes(a, b story.Time) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// processesOf numbers the processes that own the sessions, 0 for unknown.
func processesOf(in *Input) []int {
	numbers := make(map[string]int)
	list := make([]int, len(in.Sessions))
	for k := range in.Sessions {
		s := &in.Sessions[k]
		if s.Process == "" {
			continue
		}
		key := s.ClientHost + " " + s.Process
		if numbers[key] == 0 {
			numbers[key] = len(numbers) + 1
		}
		list[k] = numbers[key]
	}
	return list
}

// add puts a statement into its session's bracket or begins a new one. What a
// connection says before its first unit of work was said on behalf of that.
func (c *cutter) add(k int) {
	s := &c.in.Statements[k]
	b := c.open[s.Session]
	work := works(s)
	if b == nil || c.begins(s, b, work) {
		b = &bracket{session: s.Session, start: s.Start, end: s.End, taken: s.Start, given: s.End, checkout: story.NoTime, checkin: story.NoTime, quit: -1}
		b.begun = !c.begun[s.Session] && c.in.Sessions[s.Session].Midstream && !s.Ping && !s.Lost
		b.cut = b.begun || s.Lost
		c.begun[s.Session] = true
		c.open[s.Session], c.closed[s.Session] = b, false
		c.list = append(c.list, b)
	}
	b.cut = b.cut || s.Unread || s.Lost
	c.pings[s.Session] = c.pings[s.Session] || s.Ping
	if s.Command == "COM_QUIT" && b.works {
		b.quit = k
		return
	}
	b.statements, b.given = append(b.statements, k), s.End
	b.checkOut(s, work)
	if s.Control == sqltext.Rollback {
		if b.works && !c.closed[s.Session] {
			b.checkin = s.End
		}
		c.closed[s.Session] = b.works
	}
	if work || b.works && s.Control == sqltext.Commit {
		if !b.works {
			b.start = s.Start
		}
		b.works = true
		b.end = max(b.end, s.End)
	}
}

// checkOut notes a ping before a bracket's work, or the work where there is
// none. A ping that was followed by a ROLLBACK was a check of its own: the
// connection may have been another's then.
func (b *bracket) checkOut(s *Statement, work bool) {
	switch {
	case b.works:
	case s.Ping:
		b.checkout = s.Start
	case s.Control == sqltext.Rollback:
		b.checkout = story.NoTime
	case work && b.checkout == story.NoTime:
		b.checkout = s.Start
	}
}

// begins tells whether a statement is the first of a new bracket: a ping, or
// anything but a second ROLLBACK or the end of the connection behind a
// ROLLBACK. The markers' presence proves, their absence does not.
func (c *cutter) begins(s *Statement, b *bracket, work bool) bool {
	if s.Ping {
		return b.works || b.cut || c.unanswered(b)
	}
	return c.closed[s.Session] && s.Control != sqltext.Rollback && s.Command != "COM_QUIT" && (work || !s.Housekeeping || s.Verb == "SET")
}

// unanswered tells whether a bracket is nothing but pings.
func (c *cutter) unanswered(b *bracket) bool {
	for _, k := range b.statements {
		if !c.in.Statements[k].Ping {
			return false
		}
	}
	return true
}

// works tells whether a statement does what a call wants, not what a pool or
// a driver does.
func works(s *Statement) bool {
	return len(s.Tables) > 0 && !s.Housekeeping || s.Unread && !s.Ping
}

// read takes out of a bracket's statements what ties it to a call.
func (b *bracket) read(in *Input) {
	committed, writes := false, false
	counts := make(map[glance.Work]bool, 8)
	for _, k := range b.statements {
		s := &in.Statements[k]
		committed = committed || s.Control == sqltext.Commit && !s.Failed
		if s.Write {
			writes = true
			b.failed = b.failed || s.Failed || s.NoRow && s.Work == glance.SaveImage
		}
		if s.Work != glance.NoWork {
			counts[s.Work] = true
		}
		switch s.Work {
		case glance.SaveImage:
			b.status, b.guard, b.guarded = s.Status, s.Guard, s.Guard != ""
		}
		if s.Work == glance.ReadImage && s.NoRow {
			b.absent = true
		}
		if s.Seen != 0 {
			b.seen = s.Seen
		}
		if s.State != nil {
			b.state = s.State
		}
		b.name(s)
	}
	b.checkin = max(b.checkin, b.end)
	if b.cut {
		b.checkout, b.checkin = b.start, b.end // what stands around it may be another's
	}
	b.failed = writes && (b.failed || !committed)
	b.kind = kindOf(counts)
	b.absent = b.absent && b.kind == kindImage
	if b.kind == kindSave && !b.cut && !b.failed {
		b.after = after(in, b.statements)
	}
}

func (b *bracket) name(s *Statement) {
	if s.Image != "" {
		b.images = addOnce(b.images, s.Image)
	}
	for _, n := range s.Names {
		switch n.Kind {
		case glance.NameTask:
			b.tasks = addOnce(b.tasks, n.Value)
		case glance.NameImage:
			b.images = addOnce(b.images, n.Value)
		default:
			if !slices.Contains(b.names, n) {
				b.names = append(b.names, n)
			}
		}
	}
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// decisive lists works by which alone a bracket's kind is known, the strongest
// first.
var decisive = []struct {
	work glance.Work
	kind string
}{
	{glance.CreateImage, kindCreate}, {glance.SaveImage, kindSave}, {glance.DropImage, kindDrop}, {glance.SetStatus, kindStatus},
	{glance.AddTask, kindAddTask}, {glance.SetTask, kindSetTask}, {glance.SetTaskInfo, kindSetTask}, {glance.ExpireTasks, kindExpire},
	{glance.AddTag, kindAddTag}, {glance.DropTag, kindDropTag}, {glance.AddMember, kindAddMember}, {glance.DropMember, kindDropMember},
	{glance.SetMember, kindSetMember}, {glance.RemoveProperty, kindUnlock}, {glance.LockProperty, kindLock}, {glance.DropLocation, kindDropPlace},
	{glance.AddProperty, kindOther}, {glance.SetProperty, kindOther}, {glance.DropProperty, kindOther}, {glance.AddLocation, kindOther},
	{glance.TouchLocation, kindOther}, {glance.AddTaskInfo, kindAddTask}, {glance.OtherWork, kindOther},
	{glance.ListImages, kindList}, {glance.ReadImage, kindImage}, {glance.CheckImage, kindOther}, {glance.ReadTag, kindTag}, {glance.ReadTags, kindTags},
	{glance.CountMembers, kindCount}, {glance.ReadMember, kindMember}, {glance.ReadMemberRow, kindMemberRow}, {glance.ReadMembers, kindMembers},
	{glance.ReadLocation, kindLocation}, {glance.ReadTask, kindTask}, {glance.ListTasks, kindTasks}, {glance.ReadTaskInfo, kindTask},
	{glance.ReadProperty, kindOther},
}

func kindOf(works map[glance.Work]bool) string {
	for _, d := range decisive {
		if works[d.work] {
			return d.kind
		}
	}
	return kindNone
}
