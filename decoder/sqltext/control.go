package sqltext

import (
	"slices"
	"strings"
)

// reasonToParse stands in a template until the parser was asked.
const reasonToParse Reason = "to parse"

// classify tells by a key's words what they tell: verb, tables and what the
// statement does to transactions. What the parser could add is left with
// reasonToParse, what nobody adds to with ReasonKind.
func classify(all []token) *template {
	w := words(all)
	for w.at(0).is("(") {
		w = w[1:]
	}
	t := &template{unparsed: ReasonKind}
	if w.at(0).is("SET") && w.at(1).is("STATEMENT") { // MariaDB: SET STATEMENT … FOR statement
		if i := slices.IndexFunc(w, func(t token) bool { return t.is("FOR") }); i > 0 {
			w = w[i+1:]
			t.from = w.at(0).at
		}
	}
	if w.at(0).name() && !w.at(0).quoted {
		t.verb = w[0].upper
	}
	if t.verb == "WITH" {
		t.verb = mainVerb(w)
	}
	switch t.verb {
	case "SELECT":
		t.tables = lexicalTables(w, t.verb)
		t.unparsed = reasonToParse
		if len(t.tables) == 0 && asksServer(w) {
			t.housekeeping, t.unparsed = true, ""
		}
	case "INSERT", "REPLACE", "UPDATE", "DELETE":
		t.tables = lexicalTables(w, t.verb)
		t.unparsed = reasonToParse
	case "COMMIT", "ROLLBACK", "BEGIN", "START", "SAVEPOINT", "RELEASE", "XA":
		t.unparsed = ""
		transaction(t, w)
	case "SET":
		t.housekeeping, t.unparsed = true, ""
		settings(t, w)
	case "SHOW", "USE":
		t.housekeeping, t.unparsed = true, ""
		t.tables = lexicalTables(w, t.verb)
	default:
		t.tables = lexicalTables(w, t.verb)
		t.implicitCommit = commits(w)
		t.routine = t.verb == "CREATE" && slices.ContainsFunc(w, func(t token) bool {
			return t.is("PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE")
		}) || t.verb == "BEGIN"
	}
	return t
}

// asksServer tells whether a SELECT without a table asks for literals,
// variables and functions only: not for a table's columns, of which the table
// was cut off, and for nothing that has an effect.
func asksServer(w words) bool {
	for i, t := range w {
		if t.is("INTO", "GET_LOCK", "RELEASE_LOCK", "SLEEP") || t.is(".") && i > 0 && w[i-1].name() && !w.at(i-2).is("@") {
			return false
		}
	}
	return true
}

// mainVerb finds the verb behind WITH and its queries in parentheses.
func mainVerb(w words) string {
	depth := 0
	for _, t := range w {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 0 && t.is("SELECT", "UPDATE", "DELETE", "INSERT", "REPLACE"):
			return t.upper
		}
	}
	return "WITH"
}

// transaction reads the statements that begin, end or mark a transaction.
func transaction(t *template, w words) {
	i := 1
	if w.at(i).is("WORK") {
		i++
	}
	switch t.verb {
	case "COMMIT":
		t.control = Commit
	case "ROLLBACK":
		t.control, t.housekeeping = Rollback, true
		if w.at(i).is("TO") {
			if i++; w.at(i).is("SAVEPOINT") {
				i++
			}
			t.control, t.savepoint, t.housekeeping = RollbackTo, w.at(i).text, false
		}
	case "BEGIN":
		t.control, t.implicitCommit = Begin, true
		if i < len(w) { // BEGIN NOT ATOMIC, or the body of a routine
			t.control, t.implicitCommit, t.routine, t.unparsed = ControlNone, false, true, ReasonKind
		}
	case "START":
		t.implicitCommit = true
		if w.at(1).is("TRANSACTION") {
			t.control = Begin
		}
	case "SAVEPOINT":
		t.control, t.savepoint = Savepoint, w.at(1).text
	case "RELEASE":
		t.control, t.savepoint = ReleaseSavepoint, w.at(2).text
	case "XA":
		t.control = map[string]Control{"START": XAStart, "BEGIN": XAStart, "END": XAEnd, "PREPARE": XAPrepare,
			"COMMIT": XACommit, "ROLLBACK": XARollback}[w.at(1).upper]
	}
	for ; i < len(w); i++ {
		if w[i].is("CHAIN") && !w[i-1].is("NO") {
			t.chain = true
		}
	}
}

// settings looks for autocommit in a SET. A global one leaves the session's
// as it is.
func settings(t *template, w words) {
	if w.at(1).is("PASSWORD") {
		t.implicitCommit = true
	}
	depth, global := 0, false
	for i := 1; i < len(w); i++ {
		switch {
		case w[i].is("("):
			depth++
		case w[i].is(")"):
			depth--
		case w[i].is(","):
			global = false
		case w[i].is("GLOBAL", "PERSIST", "PERSIST_ONLY"):
			global = true
		case strings.EqualFold(w[i].text, "autocommit") && depth == 0 && !global:
			j := i + 1
			if w.at(j).is(":") {
				j++
			}
			if w.at(j).is("=") && (!w[i-1].is("@") || w.at(i-2).is("@")) {
				t.autocommit = setting(w.at(j + 1))
			}
		}
	}
}

// setting is the value of a setting.
func setting(t token) *operand {
	o := operand{slot: int32(t.slot), value: Value{String, t.text}}
	return &o
}

// autocommit tells what SET autocommit = v does.
func autocommit(v Value) Control {
	switch {
	case v.Text == "0", strings.EqualFold(v.Text, "off"), strings.EqualFold(v.Text, "false"):
		return AutocommitOff
	case v.Text == "1", strings.EqualFold(v.Text, "on"), strings.EqualFold(v.Text, "true"), strings.EqualFold(v.Text, "default"):
		return AutocommitOn
	}
	return ControlNone
}

// commits tells whether a statement commits the open transaction (MySQL
// manual, Statements That Cause an Implicit Commit). UNLOCK TABLES does so
// only after LOCK TABLES, which itself does.
func commits(w words) bool {
	switch w.at(0).upper {
	case "CREATE", "DROP":
		return !w.at(1).is("TEMPORARY") && !(w.at(1).is("OR") && w.at(3).is("TEMPORARY")) && !w.at(1).is("PREPARE")
	case "ALTER", "RENAME", "TRUNCATE", "GRANT", "REVOKE", "CHECK", "OPTIMIZE", "REPAIR", "FLUSH", "RESET",
		"INSTALL", "UNINSTALL", "LOCK", "CACHE", "CHANGE", "STOP":
		return true
	case "ANALYZE":
		return w.at(1).is("TABLE", "LOCAL", "NO_WRITE_TO_BINLOG")
	case "LOAD":
		return w.at(1).is("INDEX")
	}
	return false
}
