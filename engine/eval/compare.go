package eval

import (
	"math/big"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// comparison compiles x == y and the like. Numbers and strings are compared here,
// all else by frame.compare.
func (c *compiler) comparison(e *syntax.BinaryExpr) test {
	x, y, at, op := c.operand(e.X), c.operand(e.Y), spotOf(e.OpPos), e.Op
	accept := accepted(op)
	if k, ok := y.int(); ok {
		return func(fr *frame) outcome {
			a := x.get(fr)
			if a.isInt() {
				return accept.of(order(int64(a.n), k))
			}
			if a.ref == nil {
				x.miss(fr)
				return failed
			}
			return fr.compare(op, accept, a, intVal(k), at)
		}
	}
	return func(fr *frame) outcome {
		a := x.get(fr)
		if a.ref == nil {
			x.miss(fr)
			return failed
		}
		b := y.get(fr)
		if a.isInt() && b.isInt() {
			return accept.of(order(int64(a.n), int64(b.n)))
		}
		if b.ref == nil {
			y.miss(fr)
			return failed
		}
		return fr.compare(op, accept, a, b, at)
	}
}

// accepted tells which orders of x and y make an operator true: bit 0 for less,
// bit 1 for equal, bit 2 for greater.
type acceptance uint8

func accepted(op syntax.Token) acceptance {
	return map[syntax.Token]acceptance{
		syntax.LT: 1, syntax.LE: 3, syntax.EQL: 2, syntax.NEQ: 5, syntax.GE: 6, syntax.GT: 4,
	}[op]
}

func (a acceptance) of(order int) outcome { return outcome(a >> (order + 1) & 1) }

// order is -1, 0 or 1.
func order(x, y int64) int {
	c := 0
	if x > y {
		c = 1
	}
	if x < y {
		c = -1
	}
	return c
}

func (fr *frame) compare(op syntax.Token, accept acceptance, x, y val, at spot) outcome {
	if s, ok := x.ref.(starlark.String); ok {
		if t, ok := y.ref.(starlark.String); ok {
			switch {
			case s == t:
				return accept.of(0)
			case op == syntax.EQL || op == syntax.NEQ:
				return accept.of(1)
			case s < t:
				return accept.of(-1)
			}
			return accept.of(1)
		}
	}
	x, y = x.number(), y.number()
	if x.isInt() && y.isInt() {
		return accept.of(order(int64(x.n), int64(y.n)))
	}
	if x.isWhole() && y.isWhole() {
		var s, t big.Int
		return accept.of(bigOf(x, &s).Cmp(bigOf(y, &t)))
	}
	if x.isFloat() && y.isFloat() {
		switch f, g := x.float(), y.float(); {
		case f < g:
			return accept.of(-1)
		case f > g:
			return accept.of(1)
		case f == g:
			return accept.of(0)
		}
	}
	a, b := x.value(), y.value()
	if !ours(a) || !ours(b) {
		fr.outside(at)
	}
	r, err := fr.m.budget.Compare(op, a, b)
	if err != nil {
		fr.fail(at, err)
		return failed
	}
	return outcomeOf(r)
}

// in compiles x in y.
func (c *compiler) in(e *syntax.BinaryExpr) test {
	x, y, at := c.expr(e.X), c.expr(e.Y), spotOf(e.OpPos)
	return func(fr *frame) outcome {
		a := x(fr)
		if a.ref == nil {
			return failed
		}
		b := y(fr)
		if b.ref == nil {
			return failed
		}
		k := a.value()
		if d, ok := b.ref.(*starlark.Dict); ok && fr.m.hashable(k) == nil {
			_, found, _ := d.Get(k) // a key that cannot be hashed is not in it
			return outcomeOf(found)
		}
		v := fr.applyValues(syntax.IN, k, b.value(), at)
		if v.ref == nil {
			return failed
		}
		return outcomeOf(v.truth())
	}
}
