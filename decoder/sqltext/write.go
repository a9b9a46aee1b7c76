package sqltext

import (
	"strings"

	"github.com/pingcap/tidb/parser/ast"
)

func (b *builder) insert(s *ast.InsertStmt) {
	sc := &scope{}
	if s.Table != nil {
		b.sources(s.Table.TableRefs, sc, nesting{certain: true})
	}
	b.written(sc.only)
	for _, c := range s.Columns {
		b.t.columns = append(b.t.columns, c.Name.O)
	}
	for _, list := range s.Lists {
		row := make([]operand, 0, len(list))
		for _, e := range list {
			row = append(row, b.value(e))
			b.subqueries(e, sc)
		}
		b.t.rows = append(b.t.rows, row)
	}
	if len(s.Setlist) > 0 { // INSERT … SET
		row := make([]operand, 0, len(s.Setlist))
		for _, a := range s.Setlist {
			b.t.columns = append(b.t.columns, a.Column.Name.O)
			row = append(row, b.value(a.Expr))
		}
		b.t.rows = append(b.t.rows, row)
	}
	if s.Select != nil {
		b.query(s.Select, nil, nesting{certain: true})
	}
	b.t.onDuplicate = b.assignments(s.OnDuplicate, sc)
}

func (b *builder) update(s *ast.UpdateStmt) {
	b.withs(s.With, nil)
	sc := &scope{}
	if s.TableRefs != nil {
		b.sources(s.TableRefs.TableRefs, sc, nesting{certain: true})
	}
	b.t.set = b.assignments(s.List, sc)
	for _, a := range b.t.set {
		b.written(a.column.Table)
	}
	if s.Where != nil {
		b.conditions(s.Where, sc, nesting{certain: true})
	}
	b.limit(s.Limit, false)
}

func (b *builder) delete(s *ast.DeleteStmt) {
	b.withs(s.With, nil)
	sc := &scope{}
	if s.TableRefs != nil {
		b.sources(s.TableRefs.TableRefs, sc, nesting{certain: true})
	}
	if s.Tables == nil {
		b.written(sc.only)
	} else {
		for _, t := range s.Tables.Tables {
			b.written(sc.column(&ast.ColumnName{Table: t.Name}).Table)
		}
	}
	if s.Where != nil {
		b.conditions(s.Where, sc, nesting{certain: true})
	}
	b.limit(s.Limit, false)
}

func (b *builder) assignments(list []*ast.Assignment, sc *scope) (set []assignment) {
	for _, a := range list {
		set = append(set, assignment{sc.column(a.Column), b.value(a.Expr)})
		b.subqueries(a.Expr, sc)
	}
	return set
}

// written marks a table as written; where its name is not known (several
// tables, a column without qualifier), nothing is claimed.
func (b *builder) written(name string) {
	for i := range b.t.tables {
		if name != "" && strings.EqualFold(b.t.tables[i].Name, name) {
			b.t.tables[i].Written = true
		}
	}
}
