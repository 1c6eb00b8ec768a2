package eval

import (
	"slices"

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
// So the instructions of an expression are laid out here as its compiler does it, as
// far as positions go: literals and names of the universe have none, an instruction
// without one of its own gets one that is pending, and where a condition branches the
// code for "false" comes next.

// A plan is the instructions of an expression, in blocks.
type plan struct {
	known   map[*syntax.SliceExpr]spot // slices laid out before
	pending spot                       // the next instruction gets it if it has no position of its own
	first   spot                       // of the first instruction
	block   *block                     // under construction
}

// A block is instructions that follow each other; an instruction is its position.
type block struct {
	code      []spot
	jmp, cjmp *block // what comes next, and when a condition holds
	placed    bool
}

func newPlan(known map[*syntax.SliceExpr]spot, pending spot) (*plan, *block) {
	entry := new(block)
	return &plan{known: known, pending: pending, block: entry}, entry
}

// sliceSpot returns where a slice is reported. It is called when the operands have
// been compiled, so that slices of slices are known already.
func (c *compiler) sliceSpot(e *syntax.SliceExpr) spot {
	if c.slices == nil {
		c.slices = map[*syntax.SliceExpr]spot{}
	}
	l, entry := newPlan(c.slices, spotOf(e.Lbrack))
	l.expr(e.X)
	for _, p := range []syntax.Expr{e.Lo, e.Hi, e.Step} {
		if p != nil {
			l.expr(p)
		} else {
			l.instr(spot{})
		}
	}
	l.instr(here)
	at, _ := entry.place(spot{})
	c.slices[e] = at
	return at
}

// here marks the instruction that is asked for.
var here = spot{-1, -1}

// place goes through the blocks in the order in which they stand, from b on; last is
// the last position before it. It ends at the instruction marked here.
func (b *block) place(last spot) (at spot, found bool) {
	b.placed = true
	for _, s := range b.code {
		if s == here {
			return last, true
		}
		if s != (spot{}) {
			last = s
		}
	}
	for _, next := range []*block{b.jmp, b.cjmp} {
		for next != nil && len(next.code) == 0 {
			next = next.jmp
		}
		if next == nil || next.placed {
			continue
		}
		if last, found = next.place(last); found {
			return last, true
		}
	}
	return last, false
}

// firstSpot returns the position of the first instruction of a function: its own, or
// the function's.
func firstSpot(pos syntax.Position, body []syntax.Stmt) spot {
	l, _ := newPlan(nil, spotOf(pos))
	l.start(body)
	if l.first == (spot{}) {
		l.instr(spot{}) // return None
	}
	return l.first
}

// start lays out statements up to the first instruction.
func (l *plan) start(list []syntax.Stmt) {
	for _, s := range list {
		if l.first != (spot{}) {
			return
		}
		switch s := s.(type) {
		case *syntax.ExprStmt:
			if _, ok := s.X.(*syntax.Literal); !ok {
				l.expr(s.X)
			}
		case *syntax.AssignStmt:
			if s.Op == syntax.EQ {
				l.expr(s.RHS)
			} else {
				l.expr(s.LHS)
			}
		case *syntax.DefStmt:
			l.function(s.Function.(*resolve.Function))
		case *syntax.ForStmt:
			l.expr(s.X)
		case *syntax.IfStmt:
			l.ifelse(s.Cond, new(block), new(block))
		case *syntax.WhileStmt:
			l.ifelse(s.Cond, new(block), new(block))
		case *syntax.ReturnStmt:
			if s.Result != nil {
				l.expr(s.Result)
			} else {
				l.instr(spot{})
			}
		default:
			if b, ok := s.(*syntax.BranchStmt); !ok || b.Token != syntax.PASS {
				l.instr(spot{})
			}
		}
	}
}

func (l *plan) instr(at spot) {
	if at == (spot{}) {
		at = l.pending
	}
	l.pending = spot{}
	if l.first == (spot{}) {
		l.first = at
	}
	l.block.code = append(l.block.code, at)
}

func (l *plan) jump(to *block) {
	l.block.jmp = to
	l.block = nil
}

func (l *plan) condjump(yes, no *block) {
	l.instr(spot{})
	l.block.cjmp = yes
	l.jump(no)
}

func (l *plan) exprs(list []syntax.Expr) {
	for _, x := range list {
		l.expr(x)
	}
	l.instr(spot{})
}

func (l *plan) expr(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		l.expr(unparen(e))
	case *syntax.Ident:
		if e.Binding.(*resolve.Binding).Scope == resolve.Universal {
			l.instr(spot{})
		} else {
			l.instr(spotOf(e.NamePos))
		}
	case *syntax.ListExpr:
		l.exprs(e.List)
	case *syntax.TupleExpr:
		l.exprs(e.List)
	case *syntax.DictExpr:
		l.instr(spot{})
		for _, x := range e.List {
			l.instr(spot{})
			l.entry(x.(*syntax.DictEntry))
		}
	case *syntax.Comprehension:
		l.instr(spot{})
		l.clauses(e, e.Clauses)
	case *syntax.CondExpr:
		yes, no, done := new(block), new(block), new(block)
		l.ifelse(e.Cond, yes, no)
		l.block = yes
		l.expr(e.True)
		l.jump(done)
		l.block = no
		l.expr(e.False)
		l.jump(done)
		l.block = done
	case *syntax.UnaryExpr:
		l.expr(e.X)
		l.instr(spotOf(e.OpPos))
	case *syntax.BinaryExpr:
		l.binary(e)
	case *syntax.IndexExpr:
		l.expr(e.X)
		l.expr(e.Y)
		l.instr(spotOf(e.Lbrack))
	case *syntax.SliceExpr:
		l.slice(e)
	case *syntax.DotExpr:
		l.expr(e.X)
		l.instr(spotOf(e.Dot))
	case *syntax.CallExpr:
		l.call(e)
	case *syntax.LambdaExpr:
		l.function(e.Function.(*resolve.Function))
	default: // a literal
		l.instr(spot{})
	}
}

// slice lays out a slice within another expression: all of it is as one instruction
// with the position that the slice has. Only its first instruction is of interest too.
func (l *plan) slice(e *syntax.SliceExpr) {
	if at, ok := l.known[e]; ok {
		l.pending = spot{}
		l.instr(at)
		return
	}
	l.pending = spotOf(e.Lbrack)
	l.expr(e.X)
}

func (l *plan) entry(e *syntax.DictEntry) {
	l.expr(e.Key)
	l.expr(e.Value)
	l.instr(spotOf(e.Colon))
}

func (l *plan) call(e *syntax.CallExpr) {
	l.expr(e.Fn)
	for _, arg := range e.Args {
		switch a := arg.(type) {
		case *syntax.BinaryExpr:
			if a.Op == syntax.EQ {
				l.instr(spot{})
				arg = a.Y
			}
		case *syntax.UnaryExpr:
			if a.Op == syntax.STAR || a.Op == syntax.STARSTAR {
				arg = a.X
			}
		}
		l.expr(arg)
	}
	l.instr(spotOf(e.Lparen))
}

func (l *plan) binary(e *syntax.BinaryExpr) {
	switch e.Op {
	case syntax.AND, syntax.OR:
		y, done := new(block), new(block)
		l.expr(e.X)
		l.instr(spot{})
		if e.Op == syntax.AND {
			l.condjump(y, done)
		} else {
			l.condjump(done, y)
		}
		l.block = y
		l.instr(spot{})
		l.expr(e.Y)
		l.jump(done)
		l.block = done
	case syntax.PLUS:
		for i, t := range terms(e) {
			l.expr(t.x)
			if i > 0 {
				l.instr(t.at)
			}
		}
	case syntax.NOT_IN:
		l.expr(e.X)
		l.expr(e.Y)
		l.instr(spotOf(e.OpPos))
		l.instr(spot{})
	default:
		l.expr(e.X)
		l.expr(e.Y)
		l.instr(spotOf(e.OpPos))
	}
}

// ifelse lays out a condition. Parentheses make a difference here.
func (l *plan) ifelse(e syntax.Expr, yes, no *block) {
	switch e := e.(type) {
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			l.ifelse(e.X, no, yes)
			return
		}
	case *syntax.BinaryExpr:
		switch e.Op {
		case syntax.AND, syntax.OR:
			y := new(block)
			l.expr(e.X)
			if e.Op == syntax.AND {
				l.condjump(y, no)
			} else {
				l.condjump(yes, y)
			}
			l.block = y
			l.ifelse(e.Y, yes, no)
			return
		case syntax.NOT_IN:
			l.expr(e.X)
			l.expr(e.Y)
			l.instr(spotOf(e.OpPos))
			l.condjump(no, yes)
			return
		}
	}
	l.expr(e)
	l.condjump(yes, no)
}

func (l *plan) clauses(e *syntax.Comprehension, rest []syntax.Node) {
	if len(rest) == 0 {
		l.instr(spot{})
		if entry, ok := e.Body.(*syntax.DictEntry); ok {
			l.entry(entry)
		} else {
			l.expr(e.Body)
			l.instr(spot{})
		}
		return
	}
	switch clause := rest[0].(type) {
	case *syntax.IfClause:
		yes, done := new(block), new(block)
		l.ifelse(clause.Cond, yes, done)
		l.block = yes
		l.clauses(e, rest[1:])
		l.jump(done)
		l.block = done
	case *syntax.ForClause:
		head, body, tail := new(block), new(block), new(block)
		at := spotOf(clause.For)
		l.expr(clause.X)
		l.instr(at)
		l.jump(head)
		l.block = head
		l.condjump(tail, body)
		l.block = body
		l.target(clause.Vars, at)
		l.clauses(e, rest[1:])
		l.jump(head)
		l.block = tail
		l.instr(spot{})
	}
}

// target lays out the assignment of what is on the stack.
func (l *plan) target(lhs syntax.Expr, at spot) {
	sequence := func(list []syntax.Expr) {
		l.instr(at)
		for _, x := range list {
			l.target(x, at)
		}
	}
	switch lhs := lhs.(type) {
	case *syntax.ParenExpr:
		l.target(lhs.X, at)
	case *syntax.TupleExpr:
		sequence(lhs.List)
	case *syntax.ListExpr:
		sequence(lhs.List)
	case *syntax.IndexExpr:
		l.expr(lhs.X)
		l.instr(spot{})
		l.expr(lhs.Y)
		l.instr(spot{})
		l.instr(spotOf(lhs.Lbrack))
	case *syntax.DotExpr:
		l.expr(lhs.X)
		l.instr(spot{})
		l.instr(spotOf(lhs.Dot))
	default:
		l.instr(spot{})
	}
}

// function lays out what makes a function: its defaults and captured variables.
func (l *plan) function(fn *resolve.Function) {
	l.pending = spotOf(fn.Pos)
	star := slices.IndexFunc(fn.Params, func(p syntax.Expr) bool { _, ok := p.(*syntax.UnaryExpr); return ok })
	for i, p := range fn.Params {
		switch p := p.(type) {
		case *syntax.BinaryExpr:
			l.expr(p.Y)
		case *syntax.Ident:
			if star >= 0 && i > star {
				l.instr(spot{})
			}
		}
	}
	l.instr(spot{})
}
