package eval

import (
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// Where go.starlark.net reports an error is mostly plain: at the operator, the "(",
// the "[". In two places it shows how its byte code is laid out, and Go programs and
// users have come to know these positions:
//
//   - a slice that fails is reported at the last instruction before it that has a
//     position: for x[lo:hi], that of hi if it has one;
//   - a call whose arguments do not fit shows the callee at the first instruction of
//     its body.
//
// The functions here find these instructions in the tree. Names of the universe and
// literals have no position; of two branches, the code for "false" comes first.

// A finder goes through instructions in the order of the byte code.
type finder struct {
	pending     spot // the next instruction gets it if it has no position of its own
	first, last spot // zero: none so far
}

func (f *finder) instr(at spot) {
	if at == (spot{}) {
		at = f.pending
	}
	f.pending = spot{}
	if at == (spot{}) {
		return
	}
	if f.first == (spot{}) {
		f.first = at
	}
	f.last = at
}

// sliceSpot returns where a slice is reported. It is called when the operands have
// been compiled, so that slices of slices are known already.
func (c *compiler) sliceSpot(e *syntax.SliceExpr) spot {
	if c.slices == nil {
		c.slices = map[*syntax.SliceExpr]spot{}
	}
	f := finder{}
	f.slice(e, c.slices)
	c.slices[e] = f.last
	return f.last
}

func (f *finder) slice(e *syntax.SliceExpr, known map[*syntax.SliceExpr]spot) {
	f.pending = spotOf(e.Lbrack)
	f.expr(e.X, known)
	for _, p := range []syntax.Expr{e.Lo, e.Hi, e.Step} {
		if p != nil {
			f.expr(p, known)
		} else {
			f.instr(spot{})
		}
	}
}

// firstSpot returns the position of the first instruction of a function: its own, or
// the function's.
func firstSpot(pos syntax.Position, body []syntax.Stmt) spot {
	f := finder{pending: spotOf(pos)}
	f.stmts(body)
	if f.first == (spot{}) {
		f.instr(spot{}) // return None
	}
	return f.first
}

func (f *finder) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		if _, ok := s.X.(*syntax.Literal); !ok {
			f.expr(s.X, nil)
		}
	case *syntax.AssignStmt:
		f.assign(s)
	case *syntax.DefStmt:
		f.function(s.Function.(*resolve.Function), nil)
	case *syntax.ForStmt:
		f.expr(s.X, nil)
		f.instr(spotOf(s.For))
	case *syntax.IfStmt:
		branch := s.False
		if f.test(s.Cond, nil) {
			branch = s.True
		}
		f.stmts(branch)
	case *syntax.WhileStmt:
		if f.test(s.Cond, nil) {
			f.stmts(s.Body)
		}
	case *syntax.ReturnStmt:
		if s.Result != nil {
			f.expr(s.Result, nil)
		}
	case *syntax.LoadStmt:
		f.instr(spotOf(s.Load))
	}
}

func (f *finder) stmts(list []syntax.Stmt) {
	for _, s := range list {
		if f.first == (spot{}) {
			f.stmt(s)
		}
	}
}

func (f *finder) assign(s *syntax.AssignStmt) {
	if s.Op == syntax.EQ {
		f.expr(s.RHS, nil)
		f.target(s.LHS, spotOf(s.OpPos), nil)
		return
	}
	switch lhs := unparen(s.LHS).(type) {
	case *syntax.IndexExpr:
		f.expr(lhs, nil)
	case *syntax.DotExpr:
		f.expr(lhs, nil)
	case *syntax.Ident:
		f.expr(lhs, nil)
	}
	f.expr(s.RHS, nil)
	f.instr(spotOf(s.OpPos))
}

// target goes through the assignment of what is on the stack.
func (f *finder) target(lhs syntax.Expr, at spot, known map[*syntax.SliceExpr]spot) {
	switch lhs := lhs.(type) {
	case *syntax.ParenExpr:
		f.target(lhs.X, at, known)
	case *syntax.TupleExpr:
		f.instr(at)
		for _, x := range lhs.List {
			f.target(x, at, known)
		}
	case *syntax.ListExpr:
		f.instr(at)
		for _, x := range lhs.List {
			f.target(x, at, known)
		}
	case *syntax.IndexExpr:
		f.expr(lhs.X, known)
		f.instr(spot{})
		f.expr(lhs.Y, known)
		f.instr(spot{})
		f.instr(spotOf(lhs.Lbrack))
	case *syntax.DotExpr:
		f.expr(lhs.X, known)
		f.instr(spot{})
		f.instr(spotOf(lhs.Dot))
	default:
		f.instr(spot{})
	}
}

func (f *finder) expr(e syntax.Expr, known map[*syntax.SliceExpr]spot) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		f.expr(unparen(e), known)
	case *syntax.Ident:
		if e.Binding.(*resolve.Binding).Scope == resolve.Universal {
			f.instr(spot{})
		} else {
			f.instr(spotOf(e.NamePos))
		}
	case *syntax.ListExpr:
		f.exprs(e.List, known)
	case *syntax.TupleExpr:
		f.exprs(e.List, known)
	case *syntax.DictExpr:
		f.instr(spot{})
		for _, x := range e.List {
			x := x.(*syntax.DictEntry)
			f.instr(spot{})
			f.expr(x.Key, known)
			f.expr(x.Value, known)
			f.instr(spotOf(x.Colon))
		}
	case *syntax.Comprehension:
		f.comprehension(e, known)
	case *syntax.CondExpr:
		branch := e.False
		if f.test(e.Cond, known) {
			branch = e.True
		}
		f.expr(branch, known)
	case *syntax.UnaryExpr:
		f.expr(e.X, known)
		f.instr(spotOf(e.OpPos))
	case *syntax.BinaryExpr:
		f.binary(e, known)
	case *syntax.IndexExpr:
		f.expr(e.X, known)
		f.expr(e.Y, known)
		f.instr(spotOf(e.Lbrack))
	case *syntax.SliceExpr:
		if at, ok := known[e]; ok {
			f.instr(at)
		} else {
			f.slice(e, known)
		}
	case *syntax.DotExpr:
		f.expr(e.X, known)
		f.instr(spotOf(e.Dot))
	case *syntax.CallExpr:
		f.expr(e.Fn, known)
		for _, arg := range e.Args {
			switch a := arg.(type) {
			case *syntax.BinaryExpr:
				if a.Op == syntax.EQ {
					f.instr(spot{})
					arg = a.Y
				}
			case *syntax.UnaryExpr:
				if a.Op == syntax.STAR || a.Op == syntax.STARSTAR {
					arg = a.X
				}
			}
			f.expr(arg, known)
		}
		f.instr(spotOf(e.Lparen))
	case *syntax.LambdaExpr:
		f.function(e.Function.(*resolve.Function), known)
	default:
		f.instr(spot{})
	}
}

func (f *finder) exprs(list []syntax.Expr, known map[*syntax.SliceExpr]spot) {
	for _, x := range list {
		f.expr(x, known)
	}
	f.instr(spot{})
}

func (f *finder) binary(e *syntax.BinaryExpr, known map[*syntax.SliceExpr]spot) {
	switch e.Op {
	case syntax.AND:
		f.expr(e.X, known) // what follows stands behind it, then comes Y
		f.instr(spot{})
	case syntax.OR:
		f.expr(e.X, known)
		f.instr(spot{})
		f.expr(e.Y, known)
	case syntax.PLUS:
		for i, t := range terms(e) {
			f.expr(t.x, known)
			if i > 0 {
				f.instr(t.at)
			}
		}
	default:
		f.expr(e.X, known)
		f.expr(e.Y, known)
		f.instr(spotOf(e.OpPos))
	}
}

// test goes through a condition and tells which branch stands behind it.
func (f *finder) test(e syntax.Expr, known map[*syntax.SliceExpr]spot) (branch bool) {
	switch e := e.(type) {
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			return !f.test(e.X, known)
		}
	case *syntax.BinaryExpr:
		switch e.Op {
		case syntax.AND:
			f.expr(e.X, known)
			f.instr(spot{})
			return false
		case syntax.OR:
			f.expr(e.X, known)
			f.instr(spot{})
			return f.test(e.Y, known)
		case syntax.NOT_IN:
			f.expr(e, known)
			return true
		}
	}
	f.expr(e, known)
	f.instr(spot{})
	return false
}

func (f *finder) comprehension(e *syntax.Comprehension, known map[*syntax.SliceExpr]spot) {
	f.instr(spot{})
	for _, clause := range e.Clauses {
		switch clause := clause.(type) {
		case *syntax.ForClause:
			f.expr(clause.X, known)
			f.instr(spotOf(clause.For))
			f.target(clause.Vars, spotOf(clause.For), known)
		case *syntax.IfClause:
			f.whole(clause.Cond, known)
		}
	}
	if entry, ok := e.Body.(*syntax.DictEntry); ok {
		f.expr(entry.Key, known)
		f.expr(entry.Value, known)
		f.instr(spotOf(entry.Colon))
		return
	}
	f.expr(e.Body, known)
	f.instr(spot{})
}

// whole goes through a condition both of whose sides come before what follows.
func (f *finder) whole(e syntax.Expr, known map[*syntax.SliceExpr]spot) {
	if b, ok := e.(*syntax.BinaryExpr); ok && (b.Op == syntax.AND || b.Op == syntax.OR) {
		f.expr(b.X, known)
		f.instr(spot{})
		f.whole(b.Y, known)
		return
	}
	f.test(e, known)
}

func (f *finder) function(fn *resolve.Function, known map[*syntax.SliceExpr]spot) {
	f.pending = spotOf(fn.Pos)
	star := false
	for _, p := range fn.Params {
		switch p := p.(type) {
		case *syntax.BinaryExpr:
			f.expr(p.Y, known)
		case *syntax.UnaryExpr:
			star = true
		case *syntax.Ident:
			if star {
				f.instr(spot{})
			}
		}
	}
	f.instr(spot{})
}
