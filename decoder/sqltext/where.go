package sqltext

import (
	"github.com/pingcap/tidb/parser/ast"
	"github.com/pingcap/tidb/parser/opcode"
)

// operators are the comparisons, and what each is with its sides exchanged.
var operators = map[opcode.Op]struct{ op, exchanged Op }{
	opcode.EQ:     {Equal, Equal},
	opcode.NullEQ: {Equal, Equal},
	opcode.NE:     {NotEqual, NotEqual},
	opcode.LT:     {Less, Greater},
	opcode.LE:     {LessEqual, GreaterEqual},
	opcode.GT:     {Greater, Less},
	opcode.GE:     {GreaterEqual, LessEqual},
}

// conditions reads the comparisons of a condition. What stands under a NOT is
// left out: it says the contrary of what it names.
func (b *builder) conditions(e ast.ExprNode, sc *scope, at nesting) {
	switch e := bare(e).(type) {
	case *ast.BinaryOperationExpr:
		switch e.Op {
		case opcode.LogicAnd:
			b.conditions(e.L, sc, at)
			b.conditions(e.R, sc, at)
			return
		case opcode.LogicOr:
			at.certain = false
			b.conditions(e.L, sc, at)
			b.conditions(e.R, sc, at)
			return
		}
		b.binary(e, sc, at)
	case *ast.PatternInExpr:
		b.in(e, sc, at)
	case *ast.BetweenExpr:
		if c, ok := bare(e.Expr).(*ast.ColumnNameExpr); ok && !e.Not {
			b.compare(c, GreaterEqual, sc, at, b.value(e.Left))
			b.compare(c, LessEqual, sc, at, b.value(e.Right))
		}
	case *ast.PatternLikeExpr:
		if c, ok := bare(e.Expr).(*ast.ColumnNameExpr); ok {
			b.compare(c, either(e.Not, NotLike, Like), sc, at, b.value(e.Pattern))
		}
	case *ast.IsNullExpr:
		if c, ok := bare(e.Expr).(*ast.ColumnNameExpr); ok {
			b.compare(c, either(e.Not, IsNotNull, IsNull), sc, at, fixed(Null, ""))
		}
	}
	b.subqueries(e, sc)
}

func either(is bool, yes, no Op) Op {
	if is {
		return yes
	}
	return no
}

// binary reads a comparison of a column with a value on either side. Two
// columns compared with each other say nothing about a value.
func (b *builder) binary(e *ast.BinaryOperationExpr, sc *scope, at nesting) {
	ops, ok := operators[e.Op]
	if !ok {
		return
	}
	left, isLeft := bare(e.L).(*ast.ColumnNameExpr)
	right, isRight := bare(e.R).(*ast.ColumnNameExpr)
	switch {
	case isLeft && !isRight:
		b.compare(left, ops.op, sc, at, b.value(e.R))
	case isRight && !isLeft:
		b.compare(right, ops.exchanged, sc, at, b.value(e.L))
	}
}

func (b *builder) in(e *ast.PatternInExpr, sc *scope, at nesting) {
	c, ok := bare(e.Expr).(*ast.ColumnNameExpr)
	if !ok || e.Sel != nil {
		return
	}
	list := make([]operand, 0, len(e.List))
	for _, v := range e.List {
		list = append(list, b.value(v))
	}
	b.compare(c, either(e.Not, NotIn, In), sc, at, list...)
}

func (b *builder) compare(c *ast.ColumnNameExpr, op Op, sc *scope, at nesting, values ...operand) {
	b.t.where = append(b.t.where, comparison{
		column: sc.column(c.Name), op: op, values: values, certain: at.certain, inner: at.inner,
	})
}
