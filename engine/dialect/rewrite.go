package dialect

import "go.starlark.net/syntax"

// A rewriter puts the meant nodes where the masker put its substitutes.
// It makes a fresh Ident for each use: the resolver writes into them.
type rewriter struct {
	file   *File
	mask   *masker
	report *report
	depth  int
}

// maxDepth bounds the recursion over a tree that the parser builds without any: a + a + a + …
const maxDepth = 100_000

func (w *rewriter) enter() bool {
	w.depth++
	return w.depth < maxDepth
}

func (w *rewriter) tooDeep(at syntax.Position) {
	w.report.add(spotOf(at), "excessive nesting", "split the statement")
}

// stmts rewrites a list of statements.
func (w *rewriter) stmts(list []syntax.Stmt) []syntax.Stmt {
	var out []syntax.Stmt // nil as long as it would equal list
	for i := 0; i < len(list); i++ {
		stmt := list[i]
		w.stmt(stmt)
		var replaced []syntax.Stmt
		n := 1
		if ret, ok := stmt.(*syntax.ReturnStmt); ok && w.isAssert(ret) {
			replaced = w.assert(ret)
		} else if _, ok := w.decorator(stmt); ok {
			replaced, n = w.decorated(list[i:])
		} else {
			if out != nil {
				out = append(out, stmt)
			}
			continue
		}
		if out == nil {
			out = append(make([]syntax.Stmt, 0, len(list)+4), list[:i]...)
		}
		out = append(out, replaced...)
		i += n - 1
	}
	if out == nil {
		return list
	}
	return out
}

func (w *rewriter) stmt(stmt syntax.Stmt) {
	switch s := stmt.(type) {
	case *syntax.AssignStmt:
		w.target(s.LHS)
		s.LHS, s.RHS = w.expr(s.LHS), w.expr(s.RHS)
	case *syntax.DefStmt:
		w.exprs(s.Params)
		s.Body = w.stmts(s.Body)
	case *syntax.ExprStmt:
		s.X = w.expr(s.X)
	case *syntax.ForStmt:
		w.target(s.Vars)
		s.Vars, s.X = w.expr(s.Vars), w.expr(s.X)
		s.Body = w.stmts(s.Body)
	case *syntax.WhileStmt:
		s.Cond = w.expr(s.Cond)
		s.Body = w.stmts(s.Body)
	case *syntax.IfStmt:
		w.ifs(s)
	case *syntax.LoadStmt:
		w.load(s)
	case *syntax.ReturnStmt:
		if s.Result != nil && !w.isAssert(s) { // assert needs the tree as it is in the source
			s.Result = w.expr(s.Result)
		}
	}
}

// load reports hidden names: a string is the one place where a user can write them.
func (w *rewriter) load(s *syntax.LoadStmt) {
	for _, from := range s.From {
		if Hidden(from.Name) {
			w.report.add(spotOf(from.NamePos), "load: not a name: "+from.Name, "")
		}
	}
}

// ifs walks along an elif chain: a loop, for it may be long.
func (w *rewriter) ifs(s *syntax.IfStmt) {
	depth := w.depth
	for w.enter() {
		s.Cond = w.expr(s.Cond)
		s.True = w.stmts(s.True)
		if len(s.False) == 1 {
			if elif, ok := s.False[0].(*syntax.IfStmt); ok {
				s = elif
				continue
			}
		}
		s.False = w.stmts(s.False)
		w.depth = depth
		return
	}
	w.tooDeep(s.If)
	s.False = nil // too deep for the resolver as well
	w.depth = depth
}

func (w *rewriter) exprs(list []syntax.Expr) {
	for i, x := range list {
		list[i] = w.expr(x)
	}
}

// expr rewrites an expression, bottom up; nil stays nil.
func (w *rewriter) expr(x syntax.Expr) syntax.Expr {
	switch x := x.(type) {
	case nil, *syntax.Ident, *syntax.Literal:
		return x
	case *syntax.ParenExpr:
		if f := w.fstringAt(x.Lparen); f != nil {
			return w.fstring(f)
		}
	}
	if !w.enter() {
		w.depth--
		w.tooDeep(anchor(x))
		return &syntax.Literal{Token: syntax.INT, TokenPos: anchor(x), Raw: "0", Value: int64(0)}
	}
	w.children(x)
	w.depth--
	return x
}

func (w *rewriter) children(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		x.X = w.expr(x.X)
	case *syntax.BinaryExpr:
		x.X, x.Y = w.expr(x.X), w.expr(x.Y)
	case *syntax.UnaryExpr:
		x.X = w.expr(x.X)
	case *syntax.CallExpr:
		w.sideBySide(x)
		x.Fn = w.expr(x.Fn)
		w.exprs(x.Args)
	case *syntax.Comprehension:
		x.Body = w.expr(x.Body)
		for _, c := range x.Clauses {
			w.clause(c)
		}
	case *syntax.CondExpr:
		x.Cond, x.True, x.False = w.expr(x.Cond), w.expr(x.True), w.expr(x.False)
	case *syntax.DictEntry:
		x.Key, x.Value = w.expr(x.Key), w.expr(x.Value)
	case *syntax.DictExpr:
		w.exprs(x.List)
	case *syntax.DotExpr:
		x.X = w.expr(x.X)
	case *syntax.IndexExpr:
		x.X, x.Y = w.expr(x.X), w.expr(x.Y)
	case *syntax.LambdaExpr:
		w.exprs(x.Params)
		x.Body = w.expr(x.Body)
	case *syntax.ListExpr:
		w.exprs(x.List)
	case *syntax.SliceExpr:
		x.X, x.Lo, x.Hi, x.Step = w.expr(x.X), w.expr(x.Lo), w.expr(x.Hi), w.expr(x.Step)
	case *syntax.TupleExpr:
		w.exprs(x.List)
	}
}

func (w *rewriter) clause(c syntax.Node) {
	switch c := c.(type) {
	case *syntax.ForClause:
		w.target(c.Vars)
		c.Vars, c.X = w.expr(c.Vars), w.expr(c.X)
	case *syntax.IfClause:
		c.Cond = w.expr(c.Cond)
	}
}

// sideBySide reports a call that is none: x f"…" is masked as x(0 ).
func (w *rewriter) sideBySide(call *syntax.CallExpr) {
	if w.fstringAt(call.Lparen) == nil {
		return
	}
	at := spotOf(call.Lparen)
	switch fn := call.Fn.(type) {
	case *syntax.Ident:
		if fn.Name == "print" {
			w.report.add(at, "print is a function", "write print(...)")
			return
		}
	case *syntax.Literal:
		if fn.Token == syntax.STRING || fn.Token == syntax.BYTES {
			w.report.add(at, "strings side by side are not joined", "write +")
			return
		}
	case *syntax.CallExpr:
		if w.fstringAt(fn.Lparen) != nil {
			return // reported there
		}
	case *syntax.ParenExpr:
		if w.fstringAt(fn.Lparen) != nil {
			w.report.add(at, "strings side by side are not joined", "write +")
			return
		}
	}
	w.report.add(at, "an f-string cannot stand here", "")
}

// target reports an f-string to which something is assigned.
func (w *rewriter) target(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		if w.fstringAt(x.Lparen) != nil {
			w.report.add(spotOf(x.Lparen), "can't assign to an f-string", "")
			return
		}
		w.target(x.X)
	case *syntax.ListExpr:
		w.targets(x.List)
	case *syntax.TupleExpr:
		w.targets(x.List)
	}
}

func (w *rewriter) targets(list []syntax.Expr) {
	for _, x := range list {
		w.target(x)
	}
}
