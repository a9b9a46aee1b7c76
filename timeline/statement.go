package timeline

import (
	"strings"

	"glancecap/decoder/record"
	"glancecap/decoder/sqltext"
	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// statement is a command to Glance's or Keystone's database, with what it
// tells beside what is told of it.
type statement struct {
	told    story.Statement
	session *session
	seq     int
	tx      *transaction
	names   []glance.Name
	image   *image // that it names, or that chooseImage found; of told.Image
	// work is what it does to Glance's tables, ping tells a pool's check-out:
	// what kind of unit of work it belongs to.
	work    glance.Work
	control sqltext.Control
	ping    bool
	write   bool
	// auto tells that it was a transaction of its own.
	auto bool
	// shown is the fingerprint of the rows that it read, state what it saw of an
	// image or its tags, set what it writes into images.status, nil for nothing.
	shown glance.Fingerprint
	state *glance.State
	set   *statusSet
	// wrote is the time that Glance put into updated_at.
	wrote story.Time
	// first is the statement itself nearer to its maker, where this one was
	// seen behind a proxy.
	first *statement
}

// statusSet is what a statement writes into images.status and what it asks of it;
// few do, and a statement is held for each of very many.
type statusSet struct{ to, guard string }

// status gives what is written into images.status and what is asked of it.
func (st *statement) status() (to, guard string) {
	if st.set == nil {
		return "", ""
	}
	return st.set.to, st.set.guard
}

// Ahead gives what is done of a run's records beforehand, because it needs nothing
// but the record: statements' texts are taken apart (decoder.Options). It may run
// beside a Builder's Add of other records.
func Ahead() func(record.Record) {
	moulds := new(sqltext.Moulds)
	return func(rec record.Record) {
		if m, ok := rec.(*record.MySQL); ok {
			takeApart(m, moulds)
		}
	}
}

// takeApart takes a statement's text apart, if it is probably one of Glance's: the
// texts of other databases are not read. Of a lent record the text lies where the
// one before it lay, so what was made of that is forgotten in any case.
func takeApart(m *record.MySQL, moulds *sqltext.Moulds) {
	lexed, used := m.Ahead.(*sqltext.Lexed)
	if !used {
		lexed = new(sqltext.Lexed)
		m.Ahead = lexed
	}
	text := m.Statement()
	switch {
	case !executes(m.Command):
		lexed.Forget()
	case lexed.LexKnown(text, moulds):
		// Only texts that passed what follows have a mould.
	case len(text) <= shortText || namesImageTable(text):
		lexed.LexNew(text, moulds)
	}
}

// shortText is how long a text may be that is taken apart without a look whether
// it names a table of Glance's: COMMIT, SELECT 1.
const shortText = 32

// addMySQL reads a command.
func (b *Builder) addMySQL(m *record.MySQL) {
	s := b.session(&m.Common)
	b.use(s, m.Database)
	text := m.Statement()
	b.damage(s, m)
	if s.role == roleOther && s.tx == nil && !b.namesOurs(text) {
		s.count(verbOf(text, m.Command))
		return
	}
	if lexed, ok := m.Ahead.(*sqltext.Lexed); ok && lexed.Is(text) {
		b.parsed = b.sql.ParseLexed(lexed)
	} else {
		b.parsed = b.sql.Parse(text)
	}
	sql := &b.parsed
	h := b.shapeOf(sql)
	if s.role == roleUnknown || s.role == roleOther {
		r := b.roleBy(sql, h)
		if s.role == roleOther && r != roleUnknown && r != roleOther && qualified(sql) {
			// A guest: it names our tables from another database.
			b.tell(s, m, sql, h, text, r)
			return
		}
		if r != roleUnknown && r != s.role {
			b.settle(s, r)
		}
	}
	if s.role == roleOther {
		s.count(sql.Verb)
		if s.tx != nil && sql.Control != sqltext.ControlNone {
			b.tell(s, m, sql, h, text, roleGlance) // it ends what a guest began
		}
		return
	}
	b.tell(s, m, sql, h, text, s.role)
}

// tell makes a statement of a command and reads its evidence.
func (b *Builder) tell(s *session, m *record.MySQL, sql *sqltext.Statement, h *shape, text string, r role) {
	b.seq += seqStep
	if s.image != nil {
		b.near = s.image // the other sessions' statements are about others
	}
	st := &statement{session: s, seq: b.seq, wrote: story.NoTime}
	st.told = story.Statement{
		Record: m.ID, Stream: m.Stream, N: m.N, Ends: s.endsOf(r.service()), File: fileOf(&m.Common), Kind: b.kindOf(m.Command, sql, h),
		Housekeeping: sql.Housekeeping || !executes(m.Command), Marks: story.FewOf(marksOf(&m.Tail)),
	}
	b.spans(st, m)
	if m.Text != nil || m.Expanded != nil {
		st.told.Text = b.textOf(h, text)
	}
	b.result(st, m.Result)
	st.ping = m.Command == "COM_PING" || executes(m.Command) && isPing(sql, text)
	switch {
	case executes(m.Command):
		st.control, st.write = sql.Control, writes(sql.Verb)
		b.text = text
		b.carryOut(st, sql, h, m.Result)
		for k := range sql.More {
			b.carryOut(st, &sql.More[k], b.shapeOf(&sql.More[k]), resultOf(m.Result, k+1))
		}
	case m.Command == "COM_QUIT":
		s.closed = true
	case m.Command == "COM_RESET_CONNECTION" || m.Command == "COM_CHANGE_USER":
		s.reset(st)
	default:
		// A ping or the like belongs to what is open.
		st.tx = s.tx
	}
	b.chooseImage(st)
	if st.image != nil {
		s.image = st.image
	}
	s.keep(st)
	b.kept(statementCost + st.told.Text.Size())
}

// carryOut takes what one statement of a command does: to the session's
// transaction, and to what is known of images.
func (b *Builder) carryOut(st *statement, sql *sqltext.Statement, h *shape, r *record.Result) {
	s := st.session
	if tx := s.step(st, sql, r); tx != nil || st.tx == nil {
		st.tx = tx
	}
	if st.tx != nil && writes(sql.Verb) {
		st.tx.writes++
	}
	st.auto = s.itself(st, r)
	if sql.Unparsed == "" {
		b.keepNames(st, h, h.Names(sql, b.named[:0]))
		if st.work == glance.NoWork {
			b.classify(st, sql, h)
		}
		b.evidence(st, sql, h, r)
	} else if st.write {
		b.cutWrite(st, sql, r)
	}
	s.learn(r)
}

// classify says what kind of work a statement does, for attribution.
func (b *Builder) classify(st *statement, sql *sqltext.Statement, h *shape) {
	st.work = h.Work(sql)
	if st.work == glance.SaveImage || st.work == glance.SetStatus {
		status, _ := sql.Written(0, "status")
		guard, _ := sql.Equals(glance.Images, "status")
		st.set = b.setOf(statusSet{b.status(status.Text), b.status(guard.Text)})
	}
}

// setOf gives one copy of what is written into images.status: few differ.
func (b *Builder) setOf(set statusSet) *statusSet {
	const most = 32
	for _, known := range b.sets {
		if *known == set {
			return known
		}
	}
	kept := new(statusSet)
	*kept = set
	if len(b.sets) < most {
		b.sets = append(b.sets, kept)
	}
	return kept
}

// resultOf gives the answer to the k-th statement of a text, counted from 0;
// nil where there is none.
func resultOf(r *record.Result, k int) *record.Result {
	if r == nil || k == 0 {
		return r
	}
	if k <= len(r.MoreResults) {
		return &r.MoreResults[k-1]
	}
	return nil
}

// seqStep leaves room between two statements for what one of them changes.
const seqStep = 1 << 12

// damage notes that commands of the session may be missing before this one.
func (b *Builder) damage(s *session, m *record.MySQL) {
	if !damaged(m.Marks) {
		return
	}
	s.damaged = true
	// What stands between two commands, or is a command of which the text is
	// not there, may have ended the transaction.
	unread := executes(m.Command) && m.Text == nil || m.Request == nil
	if s.tx != nil && (m.Marks.Has(record.MarkResync) || unread) {
		s.tx.doubtful = true
	}
}

// reset ends what is open on a connection that begins anew.
func (s *session) reset(st *statement) {
	if s.tx != nil {
		st.tx = s.tx
		s.end(s.tx, rolledBack, st.done(), st)
	}
	s.autocommit = unknown
}

// executes tells whether a command carries a statement out.
func executes(command string) bool {
	return command == "COM_QUERY" || command == "COM_STMT_EXECUTE" || command == "COM_STMT_BULK_EXECUTE"
}

// damaged tells whether marks say that something of a message or before it is
// missing. That its connection was joined midstream, or a secret was replaced,
// is no damage.
func damaged(marks []string) bool {
	for _, m := range marks {
		switch m {
		case record.MarkGap, record.MarkCut, record.MarkIncomplete, record.MarkResync, record.MarkOverlap,
			record.MarkTruncatedText, record.MarkLimit, record.MarkDecompressLimit:
			return true
		}
	}
	return false
}

// verbOf gives the first word of a text in capitals.
func verbOf(text, command string) string {
	text = strings.TrimLeft(text, " \t\r\n(")
	end := 0
	for end < len(text) && isWord(text[end]) {
		end++
	}
	if end == 0 || end > 20 {
		return command
	}
	return strings.ToUpper(text[:end])
}

// isPing tells a pool's check-out: SELECT of a literal. What drivers ask for at
// login are variables and functions.
func isPing(sql *sqltext.Statement, text string) bool {
	return sql.Verb == "SELECT" && sql.Housekeeping && !strings.ContainsAny(text, "@(")
}

// writes tells whether a verb changes rows.
func writes(verb string) bool {
	return verb == "INSERT" || verb == "UPDATE" || verb == "DELETE" || verb == "REPLACE"
}

// namesOurs tells quickly whether a text of another database may be about
// Glance's or Keystone's tables.
func (b *Builder) namesOurs(text string) bool { return namesImageTable(text) }

// qualified tells whether every table of a statement is named with its
// database.
func qualified(sql *sqltext.Statement) bool {
	for _, t := range sql.Tables {
		if t.Database == "" {
			return false
		}
	}
	return len(sql.Tables) > 0
}

// roleBy tells whose tables a statement names.
func (b *Builder) roleBy(sql *sqltext.Statement, h *shape) role {
	for _, t := range sql.Tables {
		if t.Database == "" {
			continue
		}
		if r := roleOf(glance.ServiceOfDatabase(t.Database)); r != roleUnknown {
			return r
		}
	}
	if len(h.Tables) == 0 || qualified(sql) {
		return roleUnknown
	}
	if r := roleOf(h.Service); r != roleUnknown {
		return r
	}
	if h.Tables[0] == glance.Images && sql.Unparsed == "" {
		for _, n := range h.Names(sql, nil) {
			if n.Kind == glance.NameImage && glance.IsUUID(n.Value) {
				return roleGlance
			}
		}
	}
	return roleUnknown
}

// spans fills in when and where the command and its answer were.
func (b *Builder) spans(st *statement, m *record.MySQL) {
	t := &st.told
	t.Time, t.End = story.NoTime, story.NoTime
	if m.Request != nil {
		t.Time, t.End = when(m.Request.Time), when(m.Request.End)
		t.FirstFrame, t.LastFrame, t.LastFile = m.Request.FirstFrame, m.Request.LastFrame, copied(m.Request.LastFile)
	}
	if m.Response != nil {
		t.End = when(m.Response.End)
		t.LastFrame, t.LastFile = m.Response.LastFrame, copied(m.Response.LastFile)
		if m.Request == nil {
			t.Time, t.FirstFrame = when(m.Response.Time), m.Response.FirstFrame
		}
	}
}

// result fills in what the server answered.
func (b *Builder) result(st *statement, r *record.Result) {
	if r == nil {
		return
	}
	st.told.Affected, st.told.Rows = b.countRows(r.Affected), b.countRows(r.Rows)
	if r.Error != nil {
		st.told.Error = &story.Error{Code: r.Error.Code, SQLState: b.intern(r.Error.SQLState), Message: b.intern(r.Error.Message)}
	}
}
