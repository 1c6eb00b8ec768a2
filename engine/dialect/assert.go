package dialect

import (
	"strings"

	"go.starlark.net/syntax"
)

func (w *rewriter) isAssert(ret *syntax.ReturnStmt) bool {
	_, ok := w.mask.asserts[spotOf(ret.Return)]
	return ok
}

// assert rewrites "assert cond, message":
//
//	if not cond: @assert("cond", message=message)
//
// and a comparison, whose operands are shown and evaluated once:
//
//	@l = x; @r = y
//	if not (@l == @r): @assert("x == y", left=@l, right=@r, message=message)
func (w *rewriter) assert(ret *syntax.ReturnStmt) []syntax.Stmt {
	at := ret.Return
	cond, message := w.assertParts(ret)
	if cond == nil {
		return []syntax.Stmt{&syntax.BranchStmt{Token: syntax.PASS, TokenPos: at}}
	}
	cond = w.expr(cond) // which leaves its span as it is
	source := w.source(cond, at)
	failed := call(at, at, NameAssert, text(at, syntax.Quote(source, false), source))
	keyword := func(name string, x syntax.Expr) {
		failed.Args = append(failed.Args, &syntax.BinaryExpr{X: ident(at, name), OpPos: at, Op: syntax.EQ, Y: x})
	}
	var out []syntax.Stmt
	if c, ok := cond.(*syntax.BinaryExpr); ok && comparison(c.Op) {
		out = append(out, assign(at, ident(at, "@l"), c.X), assign(at, ident(at, "@r"), c.Y))
		cond = &syntax.BinaryExpr{X: ident(syntax.Start(c.X), "@l"), OpPos: c.OpPos, Op: c.Op, Y: ident(syntax.Start(c.Y), "@r")}
		keyword("left", ident(at, "@l"))
		keyword("right", ident(at, "@r"))
	}
	if message != nil {
		keyword("message", w.expr(message))
	}
	return append(out, &syntax.IfStmt{
		If:   at,
		Cond: &syntax.UnaryExpr{OpPos: at, Op: syntax.NOT, X: cond},
		True: []syntax.Stmt{&syntax.ExprStmt{X: failed}},
	})
}

// assertParts returns the condition without outer parentheses and the message, which may be nil.
// A nil condition means that the problem is reported.
func (w *rewriter) assertParts(ret *syntax.ReturnStmt) (cond, message syntax.Expr) {
	x := ret.Result
	if paren, ok := x.(*syntax.ParenExpr); ok {
		if t := bareTuple(paren.X); t != nil && len(t.List) == 2 {
			x = t // assert(cond, "message"), which in Python always passes
		}
	}
	parts := []syntax.Expr{x}
	if t := bareTuple(x); t != nil {
		parts = t.List
	}
	if x == nil || len(parts) > 2 {
		w.report.add(spotOf(ret.Return), "assert takes a condition and a message", "write assert condition, message")
		return nil, nil
	}
	cond = parts[0]
	for {
		paren, ok := cond.(*syntax.ParenExpr)
		if !ok || w.fstringAt(paren.Lparen) != nil {
			break
		}
		cond = paren.X
	}
	if bareTuple(cond) != nil {
		w.report.add(spotOf(ret.Return), "a tuple is always true", "write assert condition, message")
		return nil, nil
	}
	if len(parts) == 2 {
		message = parts[1]
	}
	return cond, message
}

// bareTuple returns a tuple that has elements, which the parser gives no parentheses of its own.
func bareTuple(x syntax.Expr) *syntax.TupleExpr {
	if t, ok := x.(*syntax.TupleExpr); ok && len(t.List) > 0 {
		return t
	}
	return nil
}

func comparison(op syntax.Token) bool {
	switch op {
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE, syntax.IN, syntax.NOT_IN:
		return true
	}
	return false
}

// source returns the user's text of an expression that stands after the position of an assert:
// its tokens as they are, with one blank where there are blanks, line ends or comments.
func (w *rewriter) source(x syntax.Expr, assert syntax.Position) string {
	first, last := x.Span()
	known := w.mask.asserts[spotOf(assert)]
	from := w.file.offset(spotOf(first), spotOf(assert), known)
	to := w.file.offset(spotOf(last), spotOf(first), from)
	if endsBefore(x) && to < len(w.file.text) {
		to++
	}
	c := cursor{text: w.file.text[:max(from, to)], off: from, at: spotOf(first)}
	var b strings.Builder
	for {
		before := c.off
		t := c.next()
		if t.kind == end {
			return b.String()
		}
		if t.kind == fstr { // to its end: it holds no blanks that may be changed
			f := w.mask.fstrings[t.at]
			c.advance(w.file.offset(f.last, t.at, t.start) + 1 - c.off)
			t.end = c.off
		}
		if t.kind == newline {
			continue
		}
		if b.Len() > 0 && (t.start > before || before > 0 && w.file.text[before-1] == '\n') {
			b.WriteByte(' ')
		}
		b.Write(w.file.text[t.start:t.end])
	}
}

// endsBefore reports whether the last node of x is one whose span, in go.starlark.net, leaves out its bracket.
func endsBefore(x syntax.Expr) bool {
	for {
		switch y := x.(type) {
		case *syntax.IndexExpr, *syntax.SliceExpr, *syntax.TupleExpr:
			return true
		case *syntax.BinaryExpr:
			x = y.Y
		case *syntax.UnaryExpr:
			x = y.X
		case *syntax.CondExpr:
			x = y.False
		case *syntax.LambdaExpr:
			x = y.Body
		default:
			return false
		}
	}
}
