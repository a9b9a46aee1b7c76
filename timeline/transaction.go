package timeline

import (
	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
)

// outcome is what became of a transaction.
type outcome uint8

const (
	open outcome = iota
	committed
	rolledBack
	unknownOutcome
)

var outcomeNames = [...]string{open: "open", committed: "committed", rolledBack: "rolled_back", unknownOutcome: "unknown"}

// transaction is what lies between two ends of work on a session.
type transaction struct {
	id      string // once it is numbered
	session *session
	// ended is where the end was acknowledged, of no frame where nothing was
	// seen of it; end is the COMMIT or ROLLBACK, nil where the connection's
	// end or an error ended it.
	ended point
	end   *statement
	// snapshot is when the transaction first read a table: what it reads is
	// as old as that (MySQL manual, Consistent Nonlocking Reads).
	snapshot moment
	pending  []pending
	writes   uint32
	outcome  outcome
	// doubtful tells that commands may be missing between its statements,
	// an end of the transaction among them.
	doubtful bool
}

// maxPending bounds what waits for a transaction's end; up to usualPending its
// room is used again.
const (
	maxPending   = 1 << 14
	usualPending = 64
)

// pending is a change that counts once its transaction is committed.
type pending struct {
	statement *statement
	change    change
}

// change is what is to be done once something is true: once at most, and where
// its transaction is rolled back, never.
type change interface{ apply(stamp) }

// changeFunc is a change that is a function.
type changeFunc func(stamp)

func (f changeFunc) apply(s stamp) { f(s) }

// begin opens a transaction.
func (s *session) begin() *transaction {
	s.tx = &transaction{session: s, ended: nowhere, snapshot: never, pending: s.room}
	s.room = nil
	return s.tx
}

// end closes a transaction; st is the statement that did, nil for none.
func (s *session) end(tx *transaction, how outcome, at point, st *statement) {
	if tx.doubtful && (how == rolledBack || how == committed) {
		// An end that was not captured may lie between: then this one ended
		// another transaction.
		how = unknownOutcome
	}
	tx.outcome, tx.ended, tx.end = how, at, st
	if how == committed {
		for i, p := range tx.pending {
			p.change.apply(stamp{at.moment(), p.statement.seq + i})
		}
	}
	if cap(tx.pending) <= usualPending {
		clear(tx.pending)
		s.room = tx.pending[:0]
	}
	tx.pending = nil
	if s.tx == tx {
		s.tx = nil
	}
}

// endedByCommit tells whether a COMMIT that was answered with OK ended it, if
// it was not another one's.
func (tx *transaction) endedByCommit() bool {
	return tx.end != nil && tx.end.control == sqltext.Commit && tx.end.told.Error == nil && tx.ended.frame > 0 &&
		(tx.outcome == committed || tx.outcome == unknownOutcome && tx.doubtful)
}

// answer is how a command was answered.
type answer uint8

const (
	answeredOK answer = iota
	answeredError
	notAnswered
)

func answerOf(r *record.Result) answer {
	switch {
	case r == nil, r.Kind == record.ResultMissing:
		return notAnswered
	case r.Kind == record.ResultError:
		return answeredError
	}
	return answeredOK
}

// The errors that end a transaction as a whole (MySQL manual, Server Error
// Message Reference; InnoDB Error Handling). 1205, a lock wait timeout, undoes
// its statement only.
const (
	errorDeadlock = 1213
	errorShutdown = 1053
	errorKilled   = 1927 // MariaDB: connection was killed
)

// step carries out what a statement does to the session's transaction. It
// gives the transaction that the statement belongs to, nil where it is one of
// its own.
func (s *session) step(st *statement, sql *sqltext.Statement, r *record.Result) *transaction {
	how := answerOf(r)
	at := st.done()
	switch sql.Control {
	case sqltext.Commit:
		return s.commit(st, how, at, sql.Chain)
	case sqltext.Rollback:
		tx := s.tx
		if tx != nil {
			s.end(tx, rolledBack, at, st)
		}
		if sql.Chain {
			s.begin()
		}
		return tx
	case sqltext.Begin:
		s.implicitCommit(how, at, st)
		s.begin()
		return s.tx
	case sqltext.AutocommitOn, sqltext.AutocommitOff:
		if sql.Control == sqltext.AutocommitOn {
			s.implicitCommit(how, at, st)
		}
		if how == answeredOK {
			s.autocommit = no
			if sql.Control == sqltext.AutocommitOn {
				s.autocommit = yes
			}
		}
		return nil
	case sqltext.ControlNone:
		if sql.ImplicitCommit {
			s.implicitCommit(how, at, st)
			return nil
		}
	}
	return s.work(st, sql, r)
}

// commit ends the open transaction as the answer to COMMIT says. An error is
// a rollback: Galera's certification fails there.
func (s *session) commit(st *statement, how answer, at point, chain bool) *transaction {
	tx := s.tx
	if tx != nil {
		switch how {
		case answeredOK:
			s.end(tx, committed, at, st)
		case answeredError:
			s.end(tx, rolledBack, at, st)
		default:
			s.end(tx, unknownOutcome, at, st)
		}
	}
	if chain {
		s.begin()
	}
	return tx
}

// implicitCommit is the commit that some statements bring with them.
func (s *session) implicitCommit(how answer, at point, st *statement) {
	if s.tx != nil {
		s.commit(st, how, at, false)
	}
}

// work places a statement that begins or ends nothing by its own meaning.
func (s *session) work(st *statement, sql *sqltext.Statement, r *record.Result) *transaction {
	tx := s.tx
	if tx == nil && s.opens(sql, r) {
		tx = s.begin()
	}
	if tx == nil {
		return nil
	}
	if len(sql.Tables) > 0 && tx.snapshot == never {
		tx.snapshot = st.begun().moment()
	}
	if r != nil && r.Error != nil {
		switch r.Error.Code {
		case errorDeadlock, errorShutdown, errorKilled:
			s.end(tx, rolledBack, st.done(), nil)
		}
	}
	return tx
}

// opens tells whether a statement outside of any transaction opens one.
func (s *session) opens(sql *sqltext.Statement, r *record.Result) bool {
	if sql.Verb == "SET" || sql.Verb == "USE" {
		return false
	}
	if r != nil && r.Status.Known && r.Kind != record.ResultError {
		// The answer to this very statement tells.
		return r.Status.Bits&record.StatusAutocommit == 0 || r.Status.Bits&record.StatusInTrans != 0
	}
	return s.autocommit != yes
}

// itself tells whether a statement outside of any transaction is one of its
// own. Where neither the session nor the answer tells, it is not known to be.
func (s *session) itself(st *statement, r *record.Result) bool {
	if st.tx != nil {
		return false
	}
	if r != nil && r.Status.Known && r.Kind != record.ResultError {
		return r.Status.Bits&record.StatusAutocommit != 0
	}
	return s.autocommit == yes
}

// learn reads the server's status word after a statement.
func (s *session) learn(r *record.Result) {
	if r == nil || !r.Status.Known || r.Kind == record.ResultError {
		return
	}
	s.autocommit = flag(r.Status.Bits, record.StatusAutocommit)
	if s.tx != nil && s.autocommit == yes && r.Status.Bits&record.StatusInTrans == 0 {
		// Nothing is open on the server: what we took for open was ended by
		// a command that is not in the capture, or never was.
		s.end(s.tx, unknownOutcome, s.tx.ended, nil)
	}
}
