package sqltext

import (
	"slices"
	"strings"
)

// lexicalTables finds the tables behind FROM, JOIN, INTO, UPDATE and TABLE.
func lexicalTables(w words, verb string) []Table {
	f := tableFinder{w: w, with: withNames(w)}
	selects := []bool{true} // by depth of parentheses: is FROM the clause, not EXTRACT's word?
	for i := 0; i < len(w); i++ {
		switch t := w[i]; {
		case t.is("("):
			selects = append(selects, w.at(i+1).is("SELECT", "("))
		case t.is(")") && len(selects) > 1:
			selects = selects[:len(selects)-1]
		case i > 0 && w[i-1].is("."):
		case t.is("FROM") && selects[len(selects)-1]:
			i = f.list(i+1, verb == "DELETE") - 1
		case t.is("JOIN", "STRAIGHT_JOIN"), t.is("USING") && verb == "DELETE" && !w.at(i+1).is("("):
			i = f.list(i+1, false) - 1
		case i == 0 && t.is("INSERT", "REPLACE", "UPDATE"), t.is("INTO") && (verb == "INSERT" || verb == "REPLACE"):
			i = f.list(i+1, true) - 1
		case t.is("UPDATE") && verb == "UPDATE" && len(f.found) == 0:
			i = f.list(i+1, true) - 1
		case t.is("TABLE", "TABLES") && verb != "SHOW", i == 0 && t.is("TRUNCATE", "DESC", "DESCRIBE"):
			i = f.list(i+1, true) - 1
		case t.is("ON") && w.at(0).is("CREATE", "DROP") && len(f.found) == 0:
			i = f.list(i+1, true) - 1
		}
	}
	return f.found
}

type tableFinder struct {
	w     words
	with  []string
	found []Table
}

// list reads the names at i, with their aliases and commas between them. Of
// several only the first is written where written is set.
func (f *tableFinder) list(i int, written bool) int {
	for f.w.at(i).is("LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "IGNORE", "INTO", "QUICK", "IF", "NOT", "EXISTS", "ONLY", "LATERAL", "TABLE") &&
		!f.w[i].quoted && !f.w.at(i+1).is(".") {
		i++
	}
	for {
		t, next, ok := f.w.tableName(i)
		if !ok || !f.w[i].quoted && f.w[i].is("SELECT", "SET", "VALUES", "VALUE", "WHERE", "DUAL", "DUPLICATE", "WITH", "STATUS", "READ", "CACHE") && t.Database == "" {
			return i
		}
		t.Written = written
		f.add(t)
		for i = next; f.w.at(i).name() && !f.w[i].is(clauses...); i++ {
		}
		if !f.w.at(i).is(",") {
			return i
		}
		i++
	}
}

// clauses are the words that end a table's alias.
var clauses = []string{"WHERE", "SET", "JOIN", "LEFT", "RIGHT", "INNER", "CROSS", "NATURAL", "STRAIGHT_JOIN", "ON", "USING",
	"ORDER", "GROUP", "HAVING", "LIMIT", "VALUES", "VALUE", "SELECT", "UNION", "FOR", "FROM", "TABLE", "ADD", "DROP", "PARTITION", "USE", "FORCE", "IGNORE"}

func (f *tableFinder) add(t Table) {
	if t.Database == "" && slices.ContainsFunc(f.with, func(name string) bool { return strings.EqualFold(name, t.Name) }) {
		return
	}
	f.found = addTable(f.found, t)
}

// addTable adds a table once; it is written if any mention of it is.
func addTable(list []Table, t Table) []Table {
	for i := range list {
		if list[i].Database == t.Database && list[i].Name == t.Name {
			list[i].Written = list[i].Written || t.Written
			return list
		}
	}
	return append(list, t)
}

// withNames gives the names that WITH gives to its queries.
func withNames(w words) (names []string) {
	if !w.at(0).is("WITH") {
		return nil
	}
	for i := 1; i+1 < len(w); i++ {
		if w[i].name() && w[i-1].is("WITH", "RECURSIVE", ",") && w[i+1].is("AS", "(") {
			names = append(names, w[i].text)
		}
	}
	return names
}
