package sqltext

import (
	"strings"

	"github.com/pingcap/tidb/parser/ast"
	"github.com/pingcap/tidb/parser/model"
	"github.com/pingcap/tidb/parser/opcode"
	"github.com/pingcap/tidb/parser/test_driver"
)

// builder reads TiDB's tree into a template.
type builder struct {
	t       *template
	operand func(*test_driver.ValueExpr) operand
	with    []string // names of WITH, in small letters
}

// scope are the sources of one FROM: by the name they go by, in small letters.
type scope struct {
	outer *scope
	names map[string]string // alias to table
	only  string            // the only source's name, else empty
	n     int
}

func (s *scope) add(alias, name string) {
	if s.names == nil {
		s.names = map[string]string{}
	}
	if alias == "" {
		alias = name
	}
	s.names[strings.ToLower(alias)] = name
	s.only, s.n = name, s.n+1
}

// column resolves an alias. A column that is not qualified is that of the only
// source, if there is just one.
func (s *scope) column(c *ast.ColumnName) Column {
	name := Column{c.Table.O, c.Name.O}
	if name.Table == "" {
		if s.n == 1 {
			name.Table = s.only
		}
		return name
	}
	for at := s; at != nil; at = at.outer {
		if table, ok := at.names[c.Table.L]; ok {
			name.Table = table
			break
		}
	}
	return name
}

// build reads a statement; it gives a reason where its kind has nothing more
// to tell.
func (b *builder) build(stmt ast.StmtNode) Reason {
	b.names(stmt)
	switch s := stmt.(type) {
	case *ast.SelectStmt:
		b.query(s, nil, nesting{certain: true})
	case *ast.SetOprStmt:
		b.query(s, nil, nesting{certain: true})
	case *ast.InsertStmt:
		b.insert(s)
	case *ast.UpdateStmt:
		b.update(s)
	case *ast.DeleteStmt:
		b.delete(s)
	default:
		return ReasonKind
	}
	return ""
}

// names collects the tables of a statement.
func (b *builder) names(stmt ast.StmtNode) {
	stmt.Accept(visitor(func(n ast.Node) (skip bool) {
		switch n := n.(type) {
		case *ast.CommonTableExpression:
			b.with = append(b.with, n.Name.L)
		case *ast.DeleteTableList:
			return true // may hold aliases
		case *ast.TableName:
			b.table(n, false)
		}
		return false
	}))
}

func (b *builder) table(n *ast.TableName, written bool) {
	if n.Schema.O == "" {
		for _, name := range b.with {
			if name == n.Name.L {
				return
			}
		}
		if n.Name.L == "dual" {
			return
		}
	}
	b.t.tables = addTable(b.t.tables, Table{Database: n.Schema.O, Name: n.Name.O, Written: written})
}

// visitor calls itself for each node; it skips what is below where it gives
// true.
type visitor func(ast.Node) (skip bool)

func (v visitor) Enter(n ast.Node) (ast.Node, bool) { return n, v(n) }
func (v visitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// nesting says where a part of a statement stands.
type nesting struct{ inner, certain bool }

// query reads a SELECT or a UNION of them.
func (b *builder) query(n ast.Node, outer *scope, at nesting) {
	switch s := n.(type) {
	case *ast.SelectStmt:
		b.selects(s, outer, at)
	case *ast.SetOprStmt:
		b.withs(s.With, outer)
		b.limit(s.Limit, at.inner)
		if s.SelectList != nil {
			b.query(s.SelectList, outer, at)
		}
	case *ast.SetOprSelectList:
		b.withs(s.With, outer)
		at.certain = at.certain && len(s.Selects) == 1
		for _, part := range s.Selects {
			b.query(part, outer, at)
		}
	case *ast.SubqueryExpr:
		b.query(s.Query, outer, at)
	}
}

func (b *builder) withs(w *ast.WithClause, outer *scope) {
	if w == nil {
		return
	}
	for _, c := range w.CTEs {
		b.query(c.Query, outer, nesting{inner: true, certain: !c.IsRecursive})
	}
}

func (b *builder) selects(s *ast.SelectStmt, outer *scope, at nesting) {
	b.withs(s.With, outer)
	sc := &scope{outer: outer}
	if s.From != nil {
		b.sources(s.From.TableRefs, sc, at)
	}
	if !at.inner && s.Fields != nil && b.t.selected == nil {
		b.fields(s.Fields.Fields, sc)
	}
	if s.Where != nil {
		b.conditions(s.Where, sc, at)
	}
	b.limit(s.Limit, at.inner)
	if s.Fields != nil {
		b.subqueries(s.Fields, sc)
	}
	if s.Having != nil {
		b.subqueries(s.Having, sc)
	}
}

// sources reads the tables of a FROM, the derived tables inside it and the
// conditions of its joins. The names come first: ON may speak of any of them.
func (b *builder) sources(n ast.ResultSetNode, sc *scope, at nesting) {
	b.sourceNames(n, sc)
	b.sourceConditions(n, sc, at)
}

func (b *builder) sourceNames(n ast.ResultSetNode, sc *scope) {
	switch n := n.(type) {
	case *ast.Join:
		b.sourceNames(n.Left, sc)
		if n.Right != nil {
			b.sourceNames(n.Right, sc)
		}
	case *ast.TableSource:
		if t, ok := n.Source.(*ast.TableName); ok {
			sc.add(n.AsName.O, t.Name.O)
		} else if j, ok := n.Source.(*ast.Join); ok {
			b.sourceNames(j, sc)
		} else {
			sc.add(n.AsName.O, n.AsName.O)
		}
	case *ast.TableName:
		sc.add("", n.Name.O)
	}
}

func (b *builder) sourceConditions(n ast.ResultSetNode, sc *scope, at nesting) {
	switch n := n.(type) {
	case *ast.Join:
		left, right := at, at
		left.certain = at.certain && n.Tp != ast.RightJoin
		right.certain = at.certain && n.Tp != ast.LeftJoin
		b.sourceConditions(n.Left, sc, left)
		if n.Right != nil {
			b.sourceConditions(n.Right, sc, right)
		}
		if n.On != nil {
			b.conditions(n.On.Expr, sc, nesting{at.inner, left.certain && right.certain})
		}
	case *ast.TableSource:
		if _, ok := n.Source.(*ast.TableName); !ok {
			b.sourceConditions(n.Source, sc, at)
		}
	case *ast.SelectStmt, *ast.SetOprStmt:
		b.query(n, sc.outer, nesting{inner: true, certain: true})
	}
}

func (b *builder) fields(list []*ast.SelectField, sc *scope) {
	for _, f := range list {
		s := Selected{Alias: f.AsName.O}
		if slotNamed(s.Alias) >= 0 {
			s.Alias = "" // a string that stands as an alias without AS: told as a literal
		}
		if f.WildCard != nil {
			s.Column = sc.column(&ast.ColumnName{Table: f.WildCard.Table, Name: model.NewCIStr("*")})
		} else if c, ok := bare(f.Expr).(*ast.ColumnNameExpr); ok {
			s.Column = sc.column(c.Name)
		}
		b.t.selected = append(b.t.selected, s)
	}
}

func (b *builder) limit(l *ast.Limit, inner bool) {
	if l == nil {
		return
	}
	got := limit{count: b.value(l.Count), inner: inner}
	if l.Offset != nil {
		got.offset, got.hasOffset = b.value(l.Offset), true
	}
	b.t.limits = append(b.t.limits, got)
}

// subqueries reads the queries inside an expression.
func (b *builder) subqueries(n ast.Node, sc *scope) {
	n.Accept(visitor(func(n ast.Node) bool {
		q, ok := n.(*ast.SubqueryExpr)
		if ok {
			b.query(q, sc, nesting{inner: true})
		}
		return ok
	}))
}

// value reads an expression as a value.
func (b *builder) value(e ast.ExprNode) operand {
	switch e := bare(e).(type) {
	case *test_driver.ValueExpr:
		return b.operand(e)
	case *ast.UnaryOperationExpr:
		switch e.Op {
		case opcode.Minus:
			return b.value(e.V).minus()
		case opcode.Plus:
			return b.value(e.V)
		}
	case *ast.DefaultExpr:
		if e.Name == nil {
			return fixed(Default, "")
		}
	case *ast.SetCollationExpr:
		return b.value(e.Expr)
	case *ast.FuncCallExpr: // DATE '2020-02-18' and its kin
		switch e.FnName.L {
		case ast.DateLiteral, ast.TimeLiteral, ast.TimestampLiteral:
			if len(e.Args) == 1 {
				return b.value(e.Args[0])
			}
		}
	}
	return expression
}

// bare takes parentheses off.
func bare(e ast.ExprNode) ast.ExprNode {
	for {
		p, ok := e.(*ast.ParenthesesExpr)
		if !ok {
			return e
		}
		e = p.Expr
	}
}
