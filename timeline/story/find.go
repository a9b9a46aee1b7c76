package story

import (
	"slices"
	"strconv"
)

// Statement gives the statement of an id, nil where there is none. Ids number
// the statements in their order, so that no index is needed: one of a hundred
// thousand takes as long to build as all that is asked of it.
func (s *Story) Statement(id string) *Statement {
	if n := place(id); n >= 0 && n < len(s.Statements) && s.Statements[n].ID == id {
		return s.Statements[n]
	}
	// Some were left out.
	if k := slices.IndexFunc(s.Statements, func(st *Statement) bool { return st.ID == id }); k >= 0 {
		return s.Statements[k]
	}
	return nil
}

// place gives where the thing of an id stands if none before it is missing, -1
// for what is no id.
func place(id string) int {
	if len(id) < 2 {
		return -1
	}
	n, err := strconv.Atoi(id[1:])
	if err != nil {
		return -1
	}
	return n - 1
}
