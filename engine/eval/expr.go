package eval

import (
	"fmt"
	"math/big"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// expr compiles an expression.
func (c *compiler) expr(e syntax.Expr) expr {
	defer c.nested(1)()
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return c.expr(unparen(e))
	case *syntax.Ident:
		return c.name(e)
	case *syntax.Literal:
		v := literal(e)
		return func(*frame) val { return v }
	case *syntax.ListExpr:
		return c.list(e)
	case *syntax.TupleExpr:
		return c.tuple(e)
	case *syntax.DictExpr:
		return c.dict(e)
	case *syntax.Comprehension:
		return c.comprehension(e)
	case *syntax.CondExpr:
		return c.cond(e)
	case *syntax.UnaryExpr:
		return c.unary(e)
	case *syntax.BinaryExpr:
		return c.binary(e)
	case *syntax.IndexExpr:
		return c.index(e)
	case *syntax.SliceExpr:
		return c.slice(e)
	case *syntax.DotExpr:
		return c.dot(e)
	case *syntax.CallExpr:
		return c.call(e)
	case *syntax.LambdaExpr:
		return c.function(e.Function.(*resolve.Function))
	}
	panic(fmt.Sprintf("unknown expression %T", e))
}

func (c *compiler) exprs(list []syntax.Expr) []expr {
	code := make([]expr, len(list))
	for i, e := range list {
		code[i] = c.expr(e)
	}
	return code
}

// literal returns the value of a literal.
func literal(e *syntax.Literal) val {
	switch v := e.Value.(type) {
	case int64:
		return intVal(v)
	case *big.Int:
		return bigFrom(v)
	case float64:
		return floatVal(v)
	case string:
		if e.Token == syntax.BYTES {
			return val{ref: starlark.Bytes(v)}
		}
		return val{ref: starlark.String(v)}
	}
	panic(fmt.Sprintf("unknown literal %T", e.Value))
}

func (c *compiler) list(e *syntax.ListExpr) expr {
	items := c.exprs(e.List)
	return func(fr *frame) val {
		list := make([]starlark.Value, len(items))
		if !fr.fill(list, items) {
			return val{}
		}
		return val{ref: starlark.NewList(list)}
	}
}

func (c *compiler) tuple(e *syntax.TupleExpr) expr {
	items := c.exprs(e.List)
	return func(fr *frame) val {
		tuple := make(starlark.Tuple, len(items))
		if !fr.fill(tuple, items) {
			return val{}
		}
		return val{ref: tuple}
	}
}

// fill evaluates items in order.
func (fr *frame) fill(list []starlark.Value, items []expr) bool {
	for i, x := range items {
		v := x(fr)
		if v.ref == nil {
			return false
		}
		list[i] = v.value()
	}
	return true
}

func (c *compiler) dict(e *syntax.DictExpr) expr {
	type entry struct {
		key, value expr
		at         spot
	}
	entries := make([]entry, len(e.List))
	for i, x := range e.List {
		x := x.(*syntax.DictEntry)
		entries[i] = entry{c.expr(x.Key), c.expr(x.Value), spotOf(x.Colon)}
	}
	return func(fr *frame) val {
		d := new(starlark.Dict)
		for i := range entries {
			en := &entries[i]
			k := en.key(fr)
			if k.ref == nil {
				return k
			}
			v := en.value(fr)
			if v.ref == nil {
				return v
			}
			before := d.Len()
			key := k.value()
			if err := fr.m.setKey(d, key, v.value()); err != nil {
				return fr.fail(en.at, err)
			}
			if d.Len() == before {
				return fr.fail(en.at, fmt.Errorf("duplicate key: %v", key))
			}
		}
		return val{ref: d}
	}
}

// setKey is d[k] = v for a key that may be hard to hash.
func (m *machine) setKey(d *starlark.Dict, k, v starlark.Value) error {
	if err := m.hashable(k); err != nil {
		return err
	}
	if err := m.grows(d.Len(), 96); err != nil {
		return err
	}
	m.made += 96
	return d.SetKey(k, v)
}

// hashable refuses keys whose hash would take for ever. Only tuples can.
func (m *machine) hashable(k starlark.Value) error {
	switch k := k.(type) {
	case starlark.String, starlark.Int, starlark.Float, starlark.Bool:
		return nil
	case starlark.Tuple:
		return m.budget.Hashable(k)
	}
	return nil
}

func (c *compiler) cond(e *syntax.CondExpr) expr {
	cond, x, y := c.test(e.Cond), c.expr(e.True), c.expr(e.False)
	return func(fr *frame) val {
		switch cond(fr) {
		case yes:
			return x(fr)
		case no:
			return y(fr)
		}
		return val{}
	}
}

// unary compiles -x, +x, ~x and not x.
func (c *compiler) unary(e *syntax.UnaryExpr) expr {
	if e.Op == syntax.NOT {
		return boolean(c.test(e))
	}
	x, op, at := c.expr(e.X), e.Op, spotOf(e.OpPos)
	return func(fr *frame) val {
		v := x(fr)
		switch {
		case v.ref == nil:
			return v
		case op == syntax.MINUS && v.isInt() && int64(v.n) != -1<<63:
			return intVal(-int64(v.n))
		case op == syntax.MINUS && v.isFloat():
			return floatVal(-v.float())
		case op == syntax.MINUS && v.isWhole():
			var s big.Int
			z := newBig()
			z.i.Neg(bigOf(v, &s))
			return z.val()
		}
		a := v.value()
		if !ours(a) {
			fr.outside(at)
		}
		y, err := starlark.Unary(op, a)
		if err != nil {
			return fr.fail(at, err)
		}
		return valOf(y)
	}
}

// boolean returns the expression for a test.
func boolean(t test) expr {
	return func(fr *frame) val {
		switch t(fr) {
		case yes:
			return val{ref: starlark.True}
		case no:
			return val{ref: starlark.False}
		}
		return val{}
	}
}

// test compiles an expression as a condition: its value is only good for its truth.
func (c *compiler) test(e syntax.Expr) test {
	switch e := unparen(e).(type) {
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			return negated(c.test(e.X))
		}
	case *syntax.BinaryExpr:
		switch e.Op {
		case syntax.AND:
			x, y := c.test(e.X), c.test(e.Y)
			return func(fr *frame) outcome {
				if r := x(fr); r != yes {
					return r
				}
				return y(fr)
			}
		case syntax.OR:
			x, y := c.test(e.X), c.test(e.Y)
			return func(fr *frame) outcome {
				if r := x(fr); r != no {
					return r
				}
				return y(fr)
			}
		case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
			return c.comparison(e)
		case syntax.IN:
			return c.in(e)
		case syntax.NOT_IN:
			return negated(c.in(e))
		}
	}
	x := c.expr(e)
	return func(fr *frame) outcome {
		v := x(fr)
		if v.ref == nil {
			return failed
		}
		return outcomeOf(v.truth())
	}
}

func outcomeOf(b bool) outcome {
	if b {
		return yes
	}
	return no
}

func negated(t test) test {
	return func(fr *frame) outcome {
		switch t(fr) {
		case yes:
			return no
		case no:
			return yes
		}
		return failed
	}
}

// logic compiles "x and y" and "x or y" as values.
func (c *compiler) logic(e *syntax.BinaryExpr) expr {
	x, y, or := c.expr(e.X), c.expr(e.Y), e.Op == syntax.OR
	return func(fr *frame) val {
		v := x(fr)
		if v.ref == nil || v.truth() == or {
			return v
		}
		return y(fr)
	}
}
