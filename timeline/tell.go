package timeline

import (
	"sort"
	"strconv"

	"glancecap/timeline/diagnose"
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
	// Who made a statement does not depend on what its transaction is called.
	divide.Both(func() {
		b.compareClocks(calls)
		b.attribute(calls, statements)
		if b.refit(calls, statements) {
			renumber(calls)
			b.attribute(calls, statements)
		}
		into(s, calls, statements)
	}, func() {
		numberTransactions(statements)
	})
	s.Tasks = b.tellTasks()
	s.Refused = b.refusals
	s.Fetched = b.tellFetches(calls)
	b.account(s)
	var t *telling
	var asks *diagnose.Inquiry
	// Each goes over all statements, and changes what the other does not read.
	divide.Both(func() {
		s.Clocks = b.tellClocks(calls, statements)
		t = newTelling(b, s, calls, statements)
	}, func() {
		asks = diagnose.Into(s)
	})
	t.asks = asks
	if b.asked != nil {
		b.asked.t = t
	}
	lives := t.lives()
	// The totals do not read what is numbered.
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

// into adds calls and statements to a story.
func into(s *story.Story, calls []*call, statements []*statement) {
	s.Calls, s.Statements = make([]*story.Call, 0, len(calls)), make([]*story.Statement, 0, len(statements))
	for _, c := range calls {
		c.told.Wireshark = c.jump(s.Captures)
		s.Calls = append(s.Calls, &c.told)
	}
	for _, st := range statements {
		s.Statements = append(s.Statements, &st.told)
	}
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

// orderStatements numbers the statements in the order of time.
func (b *Builder) orderStatements() []*statement {
	lists := make([][]*statement, 0, len(b.order))
	for _, s := range b.order {
		if s.role == roleUnknown {
			continue
		}
		lists = append(lists, s.statements)
		if s.role != roleOther && len(s.statements) > 0 {
			s.endsOf(s.role.service()) // is there from now on
		}
	}
	told := func(st *statement) bool { return st.first == nil || st.session.role == roleOther }
	return inOrder(lists, told, func() func(int, *statement) {
		ids := serials{letter: 's'}
		return func(k int, st *statement) {
			if service := serviceOf(st); service != st.told.Service {
				st.told.Ends = st.session.endsOf(service)
			}
			st.told.ID, st.told.Outcome = ids.of(k+1), st.outcome()
			if st.tx != nil {
				st.told.Transaction = &st.tx.id
			}
		}
	})
}

// numberTransactions numbers the transactions in the order of their first
// statement.
func numberTransactions(statements []*statement) {
	ids, n := serials{letter: 'x'}, 0
	for _, st := range statements {
		if tx := st.tx; tx != nil && tx.id == "" {
			n++
			tx.id = ids.of(n)
		}
	}
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
