package dialect

import (
	"strconv"

	"go.starlark.net/syntax"
)

// decorator returns the masked expression if the statement is a decorator.
func (w *rewriter) decorator(stmt syntax.Stmt) (*syntax.ParenExpr, bool) {
	if s, ok := stmt.(*syntax.ExprStmt); ok {
		if paren, ok := s.X.(*syntax.ParenExpr); ok {
			return paren, w.mask.decorators[spotOf(paren.Lparen)]
		}
	}
	return nil, false
}

// decorated rewrites the decorators with which the list begins, and the def after them:
//
//	@d1                 @0 = d1
//	@d2(x)              @1 = @decorator(d2)(x)
//	def f(): …          def f(): …
//	                    f = @apply(@0, @apply(@1, f))
//
// It returns the statements and how many of the list they stand for. That is Python's order: the
// expressions are evaluated from the top down, before the def, and applied from the bottom up.
// Each list of decorators may count from @0, because no def can stand between its first and its last line.
func (w *rewriter) decorated(list []syntax.Stmt) ([]syntax.Stmt, int) {
	var out []syntax.Stmt
	var ats []syntax.Position
	n := 0
	for n < len(list) {
		paren, ok := w.decorator(list[n])
		if !ok {
			break
		}
		if n > 0 {
			w.stmt(list[n])
		}
		at := paren.Lparen
		if _, tuple := paren.X.(*syntax.TupleExpr); tuple && !paren.X.(*syntax.TupleExpr).Lparen.IsValid() {
			w.report.add(spotOf(at), "a decorator is one expression, not a tuple", "write one decorator a line")
		}
		out = append(out, assign(at, ident(at, "@"+strconv.Itoa(n)), called(paren.X)))
		ats = append(ats, at)
		n++
	}
	var def *syntax.DefStmt
	if n < len(list) {
		def, _ = list[n].(*syntax.DefStmt)
	}
	if def == nil {
		w.report.add(spotOf(ats[n-1]), "a decorator must be followed by a def", "")
		return out, n
	}
	w.stmt(def)
	name := def.Name.NamePos
	var x syntax.Expr = ident(name, def.Name.Name)
	for i := n - 1; i >= 0; i-- {
		x = call(ats[i], ats[i], NameApply, ident(ats[i], "@"+strconv.Itoa(i)), x)
	}
	return append(out, def, assign(name, ident(name, def.Name.Name), x)), n + 1
}

// called returns the expression of a decorator, with the callee of an outermost call marked.
func called(x syntax.Expr) syntax.Expr {
	inner := x
	for {
		paren, ok := inner.(*syntax.ParenExpr)
		if !ok {
			break
		}
		inner = paren.X
	}
	if c, ok := inner.(*syntax.CallExpr); ok && !hiddenCall(c) {
		mark := call(c.Lparen, c.Rparen, NameDecorator, c.Fn)
		mark.Fn = ident(syntax.Start(c.Fn), NameDecorator)
		c.Fn = mark
		return c
	}
	return x
}

// hiddenCall reports whether the call stands for an f-string.
func hiddenCall(c *syntax.CallExpr) bool {
	fn, ok := c.Fn.(*syntax.Ident)
	return ok && Hidden(fn.Name)
}
