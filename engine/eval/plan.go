package eval

import (
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// How the instructions of expressions follow each other; position.go says why.

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
