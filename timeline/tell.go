package timeline

import (
	"sort"
	"strconv"

	"glancecap/timeline/divide"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// Story makes the story of what was added. It is to be called once, at the
// end.
func (b *Builder) Story() *story.Story {
	s := &story.Story{
		Schema: story.Schema, Version: b.version, ShowsSecrets: b.secrets == nil, Captures: b.captures,
		Images: []*story.Image{}, Diagnoses: []*story.Diagnosis{}, BlindSpots: []story.BlindSpot{}, Services: []story.Service{},
	}
	if s.Captures == nil {
		s.Captures = []story.Capture{}
	}
	b.closeSessions()
	b.mergeSessions()
	calls := b.orderCalls()
	statements := b.orderStatements()
	b.compareClocks(calls)
	b.attribute(calls, statements)
	if b.refit(calls, statements) {
		renumber(calls)
		b.attribute(calls, statements)
	}
	s.Calls, s.Statements = make([]*story.Call, 0, len(calls)), make([]*story.Statement, 0, len(statements))
	for _, c := range calls {
		c.told.Wireshark = c.jump(s.Captures)
		s.Calls = append(s.Calls, &c.told)
	}
	for _, st := range statements {
		s.Statements = append(s.Statements, &st.told)
	}
	s.Tasks = b.tellTasks()
	s.Refused = b.refusals
	s.Fetched = b.tellFetches(calls)
	s.Clocks = b.tellClocks(calls, statements)
	b.account(s)
	t := newTelling(b, s, calls, statements)
	if b.asked != nil {
		b.asked.t = t
	}
	lives := t.lives()
	divide.Both(func() {
		s.Totals = totals(lives)
	}, func() {
		numberTransitions(s)
		b.blindSpots(s)
		for _, l := range lives {
			t.asks.Tell(l.told, l.made)
		}
		t.asks.TellRest()
	})
	s.Witnesses = b.tellLogs()
	return s
}

// closeSessions ends what is open where the input ends.
func (b *Builder) closeSessions() {
	for _, s := range b.order {
		if s.tx != nil && s.closed {
			s.end(s.tx, rolledBack, s.tx.ended, nil)
		}
	}
}

// orderCalls settles whose the calls are, and numbers them in the order of
// time.
func (b *Builder) orderCalls() []*call {
	b.settleServers()
	kept := b.calls[:0]
	for _, c := range b.calls {
		if c.Service == glance.Glance || c.Service == glance.Keystone || c.Service == glance.Swift {
			kept = append(kept, c)
		}
	}
	b.calls = kept
	b.settleServices()
	sort.SliceStable(b.calls, func(i, j int) bool {
		return b.calls[i].begun().before(b.calls[j].begun())
	})
	b.mergeCalls()
	b.hearLogs()
	told := make([]*call, 0, len(b.calls))
	for _, c := range b.calls {
		if c.first == nil {
			told = append(told, c)
			c.told.ID = "c" + strconv.Itoa(len(told))
		}
	}
	b.finishCalls(told)
	return told
}

// orderStatements numbers the statements in the order of time, and the
// transactions in the order of their first statement.
func (b *Builder) orderStatements() []*statement {
	n := 0
	for _, s := range b.order {
		n += len(s.statements)
	}
	told := make([]*statement, 0, n)
	for _, s := range b.order {
		if s.role == roleUnknown {
			continue
		}
		for _, st := range s.statements {
			if s.role == roleOther || st.first == nil {
				told = append(told, st)
			}
		}
	}
	told = inOrder(told)
	transactions := 0
	for _, st := range told {
		if service := serviceOf(st); service != st.told.Service {
			st.told.Ends = st.session.endsOf(service)
		}
		if tx := st.tx; tx != nil && tx.id == "" {
			transactions++
			tx.id = serial('x', transactions)
		}
	}
	divide.Numbers(len(told), divide.Some, func() func(int) {
		return func(k int) {
			st := told[k]
			st.told.ID, st.told.Outcome = serial('s', k+1), st.outcome()
			if st.tx != nil {
				st.told.Transaction = &st.tx.id
			}
		}
	})
	return told
}

// serial gives an id: a letter and a number, which story.Serial gives back.
func serial(letter byte, number int) string {
	var b [20]byte
	return string(strconv.AppendInt(append(b[:0], letter), int64(number), 10))
}

// serviceOf gives the service whose database a statement speaks to, which may
// have become known after it.
func serviceOf(st *statement) string {
	if st.session.role == roleGlance || st.session.role == roleKeystone {
		return st.session.role.service()
	}
	return st.told.Service
}

// outcome is what became of what a statement did.
func (st *statement) outcome() string {
	switch {
	case st.write && st.tx != nil && st.told.Error != nil:
		return outcomeNames[rolledBack]
	case st.write && st.tx != nil:
		return outcomeNames[st.tx.outcome]
	case st.write && st.told.Error != nil:
		return outcomeNames[rolledBack]
	case st.write && (st.told.Affected == nil || !st.auto):
		return outcomeNames[unknownOutcome]
	case st.write:
		return "autocommitted"
	case st.tx != nil && st.tx.end == st && st.tx.writes > 0:
		return outcomeNames[st.tx.outcome]
	}
	return "read"
}
