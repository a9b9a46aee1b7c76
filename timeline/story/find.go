package story

import (
	"slices"
	"strconv"
)

// Statement gives the statement of an id, nil where there is none. Ids number
// the statements in their order, so that no index is needed: one of a hundred
// thousand takes as long to build as all that is asked of it.
func (s *Story) Statement(id string) *Statement {
	if n := Serial(id); n > 0 && n <= len(s.Statements) && s.Statements[n-1].ID == id {
		return s.Statements[n-1]
	}
	// Some were left out.
	if k := slices.IndexFunc(s.Statements, func(st *Statement) bool { return st.ID == id }); k >= 0 {
		return s.Statements[k]
	}
	return nil
}

// Serial gives the number in an id, which is a letter and a number from 1 on; 0
// for what is no id.
func Serial(id string) int {
	if len(id) < 2 {
		return 0
	}
	n, err := strconv.Atoi(id[1:])
	if err != nil {
		return 0
	}
	return n
}
