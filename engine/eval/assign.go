package eval

import (
	"fmt"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A target assigns a value to what stands left of "=". It returns false if it
// fails; the error is the machine's err.
type target func(fr *frame, v val) bool

// assignment compiles "lhs = rhs".
func (c *compiler) assignment(s *syntax.AssignStmt) stmt {
	if id, ok := unparen(s.LHS).(*syntax.Ident); ok {
		return c.store(id, c.expr(s.RHS))
	}
	if code := c.swap(s); code != nil {
		return code
	}
	x, assign := c.expr(s.RHS), c.target(s.LHS, spotOf(s.OpPos))
	return func(fr *frame) ctl {
		v := x(fr)
		if v.ref == nil || !assign(fr, v) {
			return ctlFail
		}
		return ctlNext
	}
}

// store compiles the assignment of what x returns to a variable.
func (c *compiler) store(id *syntax.Ident, x expr) stmt {
	if b := id.Binding.(*resolve.Binding); b.Scope == resolve.Local {
		i := b.Index
		return func(fr *frame) ctl {
			v := x(fr)
			if v.ref == nil {
				return ctlFail
			}
			fr.loc[i] = v
			return ctlNext
		}
	}
	set := c.setName(id)
	return func(fr *frame) ctl {
		v := x(fr)
		if v.ref == nil {
			return ctlFail
		}
		set(fr, v)
		return ctlNext
	}
}

// swap compiles "a, b = x, y" without a tuple; nil if it is something else.
func (c *compiler) swap(s *syntax.AssignStmt) stmt {
	lhs, ok1 := unparen(s.LHS).(*syntax.TupleExpr)
	rhs, ok2 := unparen(s.RHS).(*syntax.TupleExpr)
	if !ok1 || !ok2 || len(lhs.List) != 2 || len(rhs.List) != 2 {
		return nil
	}
	at := spotOf(s.OpPos)
	x, y := c.expr(rhs.List[0]), c.expr(rhs.List[1])
	a, b := c.target(lhs.List[0], at), c.target(lhs.List[1], at)
	return func(fr *frame) ctl {
		v := x(fr)
		if v.ref == nil {
			return ctlFail
		}
		w := y(fr)
		if w.ref == nil || !a(fr, v) || !b(fr, w) {
			return ctlFail
		}
		return ctlNext
	}
}

// target compiles what stands left of "=" or after "for"; at is where a sequence
// that does not fit is reported.
func (c *compiler) target(lhs syntax.Expr, at spot) target {
	switch lhs := lhs.(type) {
	case *syntax.ParenExpr:
		return c.target(lhs.X, at)
	case *syntax.Ident:
		set := c.setName(lhs)
		return func(fr *frame, v val) bool {
			set(fr, v)
			return true
		}
	case *syntax.TupleExpr:
		return c.sequence(lhs.List, at)
	case *syntax.ListExpr:
		return c.sequence(lhs.List, at)
	case *syntax.IndexExpr:
		x, y, at := c.operand(lhs.X), c.operand(lhs.Y), spotOf(lhs.Lbrack)
		return func(fr *frame, v val) bool {
			a := x.get(fr)
			if a.ref == nil {
				x.miss(fr)
				return false
			}
			b := y.get(fr)
			if b.ref == nil {
				y.miss(fr)
				return false
			}
			return fr.setItem(a, b, v, at)
		}
	case *syntax.DotExpr:
		x, name, at := c.expr(lhs.X), lhs.Name.Name, spotOf(lhs.Dot)
		return func(fr *frame, v val) bool {
			a := x(fr)
			return a.ref != nil && fr.setAttr(a, name, v, at)
		}
	}
	panic(fmt.Sprintf("unknown target %T", lhs))
}

// sequence compiles the assignment of the elements of an iterable.
func (c *compiler) sequence(list []syntax.Expr, at spot) target {
	targets := make([]target, len(list))
	for i, x := range list {
		targets[i] = c.target(x, at)
	}
	return func(fr *frame, v val) bool {
		var few [4]val // a common case costs no allocation
		vals := few[:0]
		if len(targets) > len(few) {
			vals = make([]val, 0, len(targets))
		}
		if t, ok := v.ref.(starlark.Tuple); ok && len(t) == len(targets) {
			for i, x := range t {
				if !targets[i](fr, valOf(x)) {
					return false
				}
			}
			return true
		}
		vals, err := fr.unpack(at, vals, v.value(), len(targets))
		if err != nil {
			fr.fail(at, err)
			return false
		}
		for i, t := range targets {
			if !t(fr, vals[i]) {
				return false
			}
		}
		return true
	}
}

// unpack appends the n elements of x. Whatever happens, x can be changed again
// afterwards: go.starlark.net leaves an iterator behind when the number is wrong.
func (fr *frame) unpack(at spot, vals []val, x starlark.Value, n int) ([]val, error) {
	it, err := fr.iterate(x, at)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, fmt.Errorf("got %s in sequence assignment", x.Type())
	}
	defer it.Done()
	var e starlark.Value
	for len(vals) < n {
		if !it.Next(&e) {
			if err := guard.Err(it); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("too few values to unpack (got %d, want %d)", len(vals), n)
		}
		vals = append(vals, valOf(e))
	}
	if it.Next(&e) {
		if _, ok := x.(guard.Stream); ok {
			return nil, fmt.Errorf("too many values to unpack (want %d)", n)
		}
		return nil, fmt.Errorf("too many values to unpack (got %d, want %d)", starlark.Len(x), n)
	}
	return vals, guard.Err(it)
}

// augmented compiles "x op= y". What x stands for is evaluated once: first x, then
// y, then x is assigned.
func (c *compiler) augmented(s *syntax.AssignStmt) stmt {
	at := spotOf(s.OpPos)
	switch lhs := unparen(s.LHS).(type) {
	case *syntax.Ident:
		return c.store(lhs, c.inPlace(s.Op, c.operand(lhs), c.operand(s.RHS), at))
	case *syntax.IndexExpr:
		x, y, z, bracket := c.expr(lhs.X), c.expr(lhs.Y), c.operand(s.RHS), spotOf(lhs.Lbrack)
		old := c.slot()
		update := c.inPlace(s.Op, operand{local: old}, z, at)
		return func(fr *frame) ctl {
			a := x(fr)
			if a.ref == nil {
				return ctlFail
			}
			b := y(fr)
			if b.ref == nil {
				return ctlFail
			}
			v := fr.item(a, b, bracket)
			if v.ref == nil {
				return ctlFail
			}
			fr.loc[old] = v
			v = update(fr)
			fr.loc[old] = val{}
			if v.ref == nil || !fr.setItem(a, b, v, bracket) {
				return ctlFail
			}
			return ctlNext
		}
	case *syntax.DotExpr:
		x, z, name, dot := c.expr(lhs.X), c.operand(s.RHS), lhs.Name.Name, spotOf(lhs.Dot)
		old := c.slot()
		update := c.inPlace(s.Op, operand{local: old}, z, at)
		return func(fr *frame) ctl {
			a := x(fr)
			if a.ref == nil {
				return ctlFail
			}
			v := fr.attr(a, name, dot)
			if v.ref == nil {
				return ctlFail
			}
			fr.loc[old] = v
			v = update(fr)
			fr.loc[old] = val{}
			if v.ref == nil || !fr.setAttr(a, name, v, dot) {
				return ctlFail
			}
			return ctlNext
		}
	}
	panic(fmt.Sprintf("unknown target %T", s.LHS))
}

// inPlace compiles the "x op y" of "x op= y": a list that is added to and a dict
// that is united with another are changed themselves.
func (c *compiler) inPlace(assign syntax.Token, x, y operand, at spot) expr {
	op := assign - syntax.PLUS_EQ + syntax.PLUS
	plain := operation(op, x, y, at)
	if op != syntax.PLUS && op != syntax.PIPE {
		return plain
	}
	return func(fr *frame) val {
		a := x.get(fr)
		switch a.ref.(type) {
		case *starlark.List, *starlark.Dict:
		default:
			return plain(fr) // x is a variable: reading it again changes nothing
		}
		b := y.get(fr)
		if b.ref == nil {
			return y.miss(fr)
		}
		switch a := a.ref.(type) {
		case *starlark.List:
			if it, ok := b.value().(starlark.Iterable); ok && op == syntax.PLUS {
				before := a.Len()
				if !ours(it) {
					fr.outside(at)
				}
				if err := fr.m.budget.Extend(fr.m.thread, a, it, "apply += to"); err != nil {
					return fr.fail(at, err)
				}
				fr.m.charge(16 * (a.Len() - before))
				return val{ref: a}
			}
		case *starlark.Dict:
			if d, ok := b.ref.(*starlark.Dict); ok && op == syntax.PIPE {
				if err := fr.m.unite(a, d); err != nil {
					return fr.fail(at, err)
				}
				return val{ref: a}
			}
		}
		return fr.apply(op, a, b, at)
	}
}
