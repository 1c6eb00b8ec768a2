package eval

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// binary compiles an operation on two operands.
func (c *compiler) binary(e *syntax.BinaryExpr) expr {
	switch e.Op {
	case syntax.AND, syntax.OR:
		return c.logic(e)
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE, syntax.IN, syntax.NOT_IN:
		return boolean(c.test(e))
	case syntax.PLUS:
		return c.sum(e)
	case syntax.PERCENT:
		if code := c.interpolation(e); code != nil {
			return code
		}
	}
	return operation(e.Op, c.operand(e.X), c.operand(e.Y), spotOf(e.OpPos))
}

// operation returns the code for "x op y", for all operators but comparisons, in,
// and, or. The commonest operators on ints of 64 bits are computed here, all else by
// frame.apply.
func operation(op syntax.Token, x, y operand, at spot) expr {
	if k, ok := y.int(); ok {
		if code := withInt(op, x, k, at); code != nil {
			return code
		}
	}
	rest := func(fr *frame, a, b val) val {
		if b.ref == nil {
			return y.miss(fr)
		}
		return fr.apply(op, a, b, at)
	}
	switch op {
	case syntax.PLUS:
		return func(fr *frame) val {
			a := x.get(fr)
			if a.ref == nil {
				return x.miss(fr)
			}
			b := y.get(fr)
			if s := int64(a.n) + int64(b.n); a.isInt() && b.isInt() && (int64(a.n)^s)&(int64(b.n)^s) >= 0 {
				return intVal(s)
			}
			if f, g, ok := asFloats(a, b); ok {
				return floatVal(f + g)
			}
			return rest(fr, a, b)
		}
	case syntax.MINUS:
		return func(fr *frame) val {
			a := x.get(fr)
			if a.ref == nil {
				return x.miss(fr)
			}
			b := y.get(fr)
			if d := int64(a.n) - int64(b.n); a.isInt() && b.isInt() && (int64(a.n)^int64(b.n))&(int64(a.n)^d) >= 0 {
				return intVal(d)
			}
			if f, g, ok := asFloats(a, b); ok {
				return floatVal(f - g)
			}
			return rest(fr, a, b)
		}
	case syntax.STAR:
		return func(fr *frame) val {
			a := x.get(fr)
			if a.ref == nil {
				return x.miss(fr)
			}
			b := y.get(fr)
			if a.isInt() && b.isInt() {
				if p, ok := multiply(int64(a.n), int64(b.n)); ok {
					return intVal(p)
				}
			}
			if f, g, ok := asFloats(a, b); ok {
				return floatVal(f * g)
			}
			return rest(fr, a, b)
		}
	case syntax.SLASH:
		return func(fr *frame) val {
			a := x.get(fr)
			if a.ref == nil {
				return x.miss(fr)
			}
			b := y.get(fr)
			f, _, ok1 := a.asFloat()
			g, _, ok2 := b.asFloat()
			if ok1 && ok2 && g != 0 {
				return floatVal(f / g)
			}
			return rest(fr, a, b)
		}
	case syntax.PERCENT:
		return func(fr *frame) val {
			a := x.get(fr)
			if a.ref == nil {
				return x.miss(fr)
			}
			b := y.get(fr)
			if a.isInt() && b.isInt() && b.n != 0 {
				return intVal(modulo(int64(a.n), int64(b.n)))
			}
			return rest(fr, a, b)
		}
	}
	return func(fr *frame) val {
		a := x.get(fr)
		if a.ref == nil {
			return x.miss(fr)
		}
		return rest(fr, a, y.get(fr))
	}
}

// withInt is operation for a constant int k right of the operator; nil: there is
// nothing to gain.
func withInt(op syntax.Token, x operand, k int64, at spot) expr {
	rest := func(fr *frame, a val) val {
		if a.ref == nil {
			return x.miss(fr)
		}
		return fr.apply(op, a, intVal(k), at)
	}
	switch op {
	case syntax.PLUS:
		return func(fr *frame) val {
			a := x.get(fr)
			if s := int64(a.n) + k; a.isInt() && (int64(a.n)^s)&(k^s) >= 0 {
				return intVal(s)
			}
			return rest(fr, a)
		}
	case syntax.MINUS:
		return func(fr *frame) val {
			a := x.get(fr)
			if d := int64(a.n) - k; a.isInt() && (int64(a.n)^k)&(int64(a.n)^d) >= 0 {
				return intVal(d)
			}
			return rest(fr, a)
		}
	case syntax.STAR:
		return func(fr *frame) val {
			a := x.get(fr)
			if a.isInt() {
				if p, ok := multiply(int64(a.n), k); ok {
					return intVal(p)
				}
			}
			return rest(fr, a)
		}
	case syntax.SLASHSLASH:
		if k > 0 {
			return func(fr *frame) val {
				a := x.get(fr)
				if a.isInt() {
					return intVal(divide(int64(a.n), k))
				}
				return rest(fr, a)
			}
		}
	case syntax.PERCENT:
		if k > 0 {
			return func(fr *frame) val {
				a := x.get(fr)
				if a.isInt() {
					return intVal(modulo(int64(a.n), k))
				}
				return rest(fr, a)
			}
		}
	}
	return nil
}

// apply computes "x op y".
func (fr *frame) apply(op syntax.Token, x, y val, at spot) val {
	if s, ok := x.ref.(starlark.String); ok && op == syntax.PLUS {
		if t, ok := y.ref.(starlark.String); ok && len(s)+len(t) < small {
			fr.m.made += int64(len(s) + len(t))
			return val{ref: s + t}
		}
	}
	x, y = x.number(), y.number()
	switch {
	case x.isInt() && y.isInt():
		if v := ints(op, int64(x.n), int64(y.n)); v.ref != nil {
			return v
		}
	case x.isFloat() && y.isFloat():
		if v := floats(op, x.float(), y.float()); v.ref != nil {
			return v
		}
	case x.isFloat() && y.isInt():
		if v := floats(op, x.float(), float64(int64(y.n))); v.ref != nil {
			return v
		}
	case x.isInt() && y.isFloat():
		if v := floats(op, float64(int64(x.n)), y.float()); v.ref != nil {
			return v
		}
	}
	if x.isWhole() && y.isWhole() {
		v, err := fr.m.bigs(op, x, y)
		if err != nil {
			return fr.fail(at, err)
		}
		if v.ref != nil {
			if b, ok := v.ref.(*bigInt); ok {
				fr.m.charge(b.i.BitLen() >> 3)
			}
			return v
		}
	}
	return fr.applyValues(op, x.value(), y.value(), at)
}

// small is a size in bytes that needs no look at the budget.
const small = 1 << 16

// applyValues computes "x op y" by go.starlark.net, within the thread's budget.
func (fr *frame) applyValues(op syntax.Token, x, y starlark.Value, at spot) val {
	if !ours(x) || !ours(y) {
		fr.outside(at)
	}
	z, err := fr.m.budget.Binary(op, x, y)
	if err != nil {
		return fr.fail(at, err)
	}
	fr.m.chargeFor(z)
	return valOf(z)
}
