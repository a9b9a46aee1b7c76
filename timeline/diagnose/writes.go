package diagnose

import (
	"fmt"
	"strings"

	"glancecap/timeline/story"
)

// writes looks at writes that the database refused, that were undone, or of
// which no end is to be seen.
func (c *Inquiry) writes() {
	var rolled, missing []*story.Statement
	for _, s := range c.statements {
		if !changesRows(s) {
			continue
		}
		switch {
		case s.Outcome == "rolled_back":
			rolled = append(rolled, s)
		case s.Outcome == "open" || s.Outcome == "unknown":
			missing = append(missing, s)
		}
	}
	c.databaseErrors()
	c.rolledBack(rolled)
	c.commitMissing(missing)
}

// changesRows tells whether a statement was answered and changed rows.
func changesRows(s *story.Statement) bool {
	switch s.Verb {
	case "INSERT", "UPDATE", "DELETE", "REPLACE":
		return s.Error == nil && s.Affected != nil && *s.Affected > 0
	}
	return false
}

// databaseErrors tells what the database refused on the image's behalf.
func (c *Inquiry) databaseErrors() {
	var errors map[string][]*story.Statement
	var kinds []string
	for _, s := range c.statements {
		if s.Error == nil {
			continue
		}
		kind := fmt.Sprintf("%d %s", s.Error.Code, strings.ToValidUTF8(s.Error.Message, "�"))
		if errors == nil {
			errors = make(map[string][]*story.Statement)
		}
		if errors[kind] == nil {
			kinds = append(kinds, kind)
		}
		errors[kind] = append(errors[kind], s)
	}
	for _, kind := range kinds {
		c.add(databaseError(kind, errors[kind]))
	}
	// A COMMIT names no image: it is the image's by its transaction.
	for _, s := range c.failedCommits() {
		c.add(databaseError(fmt.Sprintf("%d %s", s.Error.Code, strings.ToValidUTF8(s.Error.Message, "�")), []*story.Statement{s}))
	}
}

// failedCommits gives the COMMITs of the image's transactions that were
// answered with an error.
func (c *Inquiry) failedCommits() []*story.Statement {
	if len(c.refusedCommits) == 0 {
		return nil
	}
	ours := make(map[string]bool)
	for _, s := range c.statements {
		if s.Transaction != nil {
			ours[*s.Transaction] = true
		}
	}
	var list []*story.Statement
	for _, s := range c.refusedCommits {
		if ours[*s.Transaction] {
			list = append(list, s)
		}
	}
	return list
}

// refusedCommit tells whether a statement is the COMMIT of a transaction that
// was answered with an error.
func refusedCommit(s *story.Statement) bool {
	return s.Verb == "COMMIT" && s.Error != nil && s.Transaction != nil && s.Image == nil
}

// The errors that mean a conflict between nodes (MariaDB Knowledge Base, Galera
// Cluster: certification failure at COMMIT; WSREP not ready).
const (
	errorUnknownCommand = 1047 // ER_UNKNOWN_COM_ERROR: the node is not ready
	errorLockWait       = 1205
	errorDeadlock       = 1213
)

// databaseError tells of an error that the database answered with. A deadlock
// is found while rows are locked; one at COMMIT is the certification of a
// cluster.
func databaseError(kind string, list []*story.Statement) story.Diagnosis {
	frames := make([]int, 0, len(list))
	for _, s := range list {
		frames = append(frames, s.FirstFrame)
	}
	d := story.Diagnosis{Code: "database_error", Severity: severityWarning, Frames: some(frames),
		Text: fmt.Sprintf("the database answered %s%s", kind, times(len(list)))}
	switch code := list[0].Error.Code; {
	case code == errorDeadlock && list[0].Verb == "COMMIT":
		d.Code = "galera_conflict"
		d.Text = fmt.Sprintf("the database refused COMMIT with %s%s: another node of the cluster had changed the same rows", kind, times(len(list)))
		d.Advice = "send all writes to one node (HAProxy: the others as backup); Glance repeats the transaction"
	case notReady(list[0]):
		d.Code = "galera_conflict"
		d.Text = fmt.Sprintf("the database's node is not part of its cluster: %s%s", kind, times(len(list)))
		d.Advice = "SHOW STATUS LIKE 'wsrep%' on the node"
	case code == errorDeadlock:
		d.Advice = "deadlocks are repeated by Glance; many of them: SHOW ENGINE INNODB STATUS"
	case code == errorLockWait:
		d.Advice = "who holds the lock? SELECT * FROM information_schema.innodb_trx"
	default:
		d.Advice = "look in the database's error log"
	}
	return d
}

// notReady tells whether a node said that it is not part of its cluster.
func notReady(s *story.Statement) bool {
	return s.Error != nil && s.Error.Code == errorUnknownCommand && strings.Contains(s.Error.Message, "WSREP")
}

// nodes tells of nodes that refused what names no image, as a pool's pings: a
// node that is not ready refuses the first thing said.
func (c *Inquiry) nodes() {
	if list := c.unready; len(list) > 0 {
		c.add(databaseError(fmt.Sprintf("%d %s", list[0].Error.Code, strings.ToValidUTF8(list[0].Error.Message, "�")), list))
	}
}

// rolledBack tells of writes that were undone, and whether they went well when
// they were repeated.
func (c *Inquiry) rolledBack(list []*story.Statement) {
	if len(list) == 0 {
		return
	}
	last := list[len(list)-1]
	d := story.Diagnosis{Code: "rolled_back_write", Severity: severityWarning, Frames: some(framesOf(list)),
		Text:   fmt.Sprintf("%s of %s %s rolled back", plural(len(list), "write"), tables(list), wasWere(len(list))),
		Advice: "look at the error or the lost connection just before"}
	if s := c.repeated(last); s != nil {
		d.Severity = severityNote
		d.Text += fmt.Sprintf(", and repeated with success %.3f s later", s.Time.Sub(last.Time))
	}
	c.add(d)
}

// repeated gives the statement that did the same again and was committed.
func (c *Inquiry) repeated(s *story.Statement) *story.Statement {
	for _, later := range c.statements {
		if later.Time > s.Time && later.Verb == s.Verb && tables([]*story.Statement{later}) == tables([]*story.Statement{s}) &&
			later.Detail == s.Detail && (later.Outcome == "committed" || later.Outcome == "autocommitted") {
			return later
		}
	}
	return nil
}

// commitMissing tells of writes of which neither COMMIT nor ROLLBACK is to be
// seen: a warning where the transaction stands open though the call that made
// it is over.
func (c *Inquiry) commitMissing(list []*story.Statement) {
	if len(list) == 0 {
		return
	}
	last := list[len(list)-1]
	d := story.Diagnosis{Code: "commit_missing", Severity: severityNote, Frames: some(framesOf(list)),
		Text:   fmt.Sprintf("no COMMIT and no ROLLBACK of %s of %s is in the capture", plural(len(list), "write"), tables(list)),
		Advice: "packets are missing, or the capture ends too early: look at the row in the database"}
	if last.Outcome == "open" {
		held := c.last.Sub(last.End)
		d.Text += fmt.Sprintf("; the transaction is open for %.3f s when the capture ends", held)
		call := c.linked(last)
		if call == nil {
			call = c.uploadDuring(last.Time)
		}
		if c.last-last.End >= second || call != nil && !open(call) {
			d.Severity = severityWarning
			if call != nil && !open(call) {
				d.Text += fmt.Sprintf(", after %s was answered %d", named(call), status(call))
			}
		}
	}
	c.add(d)
}

// linked gives the call that made a statement.
func (c *Inquiry) linked(s *story.Statement) *story.Call {
	if s.Call == nil {
		return nil
	}
	return c.calls[s.Call.ID]
}

func framesOf(list []*story.Statement) []int {
	frames := make([]int, 0, len(list))
	for _, s := range list {
		frames = append(frames, s.FirstFrame)
	}
	return frames
}

// tables names the tables that statements write, each once.
func tables(statements []*story.Statement) string {
	var names []string
	seen := make(map[string]bool)
	for _, s := range statements {
		if len(s.Tables) > 0 && !seen[s.Tables[0]] {
			seen[s.Tables[0]] = true
			names = append(names, s.Tables[0])
		}
	}
	return list(names)
}
