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
