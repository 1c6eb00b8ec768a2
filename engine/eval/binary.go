package eval

import (
	"math"
	"math/bits"
	"slices"
	"strings"

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

// asFloats returns two numbers of which at least one is a float, both as floats.
func asFloats(x, y val) (f, g float64, ok bool) {
	f, floating, ok := x.asFloat()
	if !ok {
		return 0, 0, false
	}
	g, other, ok := y.asFloat()
	return f, g, ok && (floating || other)
}

// multiply returns x * y if it has 64 bits.
func multiply(x, y int64) (int64, bool) {
	if x == int64(int32(x)) && y == int64(int32(y)) {
		return x * y, true
	}
	hi, lo := bits.Mul64(uint64(x), uint64(y)) // unsigned: what a sign adds to hi is taken off
	high := int64(hi) - x>>63&y - y>>63&x
	return int64(lo), high == int64(lo)>>63
}

// modulo has the sign of y, as in Python; y is not 0.
func modulo(x, y int64) int64 {
	if uint64(x|y)>>32 == 0 {
		return int64(uint32(x) % uint32(y)) // several times as fast
	}
	r := x % y
	if r != 0 && r^y < 0 {
		r += y
	}
	return r
}

// divide rounds down; y is not 0 and the quotient has 64 bits.
func divide(x, y int64) int64 {
	if uint64(x|y)>>32 == 0 {
		return int64(uint32(x) / uint32(y))
	}
	q := x / y
	if x%y != 0 && x^y < 0 {
		q--
	}
	return q
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

// ints computes "x op y" if the result has 64 bits and is no error.
func ints(op syntax.Token, x, y int64) val {
	switch op {
	case syntax.PLUS:
		if s := x + y; (x^s)&(y^s) >= 0 {
			return intVal(s)
		}
	case syntax.MINUS:
		if d := x - y; (x^y)&(x^d) >= 0 {
			return intVal(d)
		}
	case syntax.STAR:
		if p, ok := multiply(x, y); ok {
			return intVal(p)
		}
	case syntax.SLASH:
		if y != 0 {
			return floatVal(float64(x) / float64(y))
		}
	case syntax.SLASHSLASH:
		if y != 0 && (y != -1 || x != math.MinInt64) {
			return intVal(divide(x, y))
		}
	case syntax.PERCENT:
		if y != 0 {
			return intVal(modulo(x, y))
		}
	case syntax.AMP:
		return intVal(x & y)
	case syntax.PIPE:
		return intVal(x | y)
	case syntax.CIRCUMFLEX:
		return intVal(x ^ y)
	case syntax.LTLT:
		if y >= 0 && y < 63 && x<<y>>y == x {
			return intVal(x << y)
		}
	case syntax.GTGT:
		if y >= 0 && y <= math.MaxInt32 {
			return intVal(x >> min(y, 63))
		}
	}
	return val{}
}

// floats computes "x op y" if it is no error.
func floats(op syntax.Token, x, y float64) val {
	switch op {
	case syntax.PLUS:
		return floatVal(x + y)
	case syntax.MINUS:
		return floatVal(x - y)
	case syntax.STAR:
		return floatVal(x * y)
	case syntax.SLASH:
		if y != 0 {
			return floatVal(x / y)
		}
	case syntax.SLASHSLASH:
		if y != 0 {
			return floatVal(math.Floor(x / y))
		}
	case syntax.PERCENT:
		if y != 0 {
			return floatVal(float64(starlark.Float(x).Mod(starlark.Float(y))))
		}
	}
	return val{}
}

// sum compiles a chain of "+". As in go.starlark.net, literals of one kind that
// stand beside each other are joined: "a" + "b", [x] + [y].
func (c *compiler) sum(e *syntax.BinaryExpr) expr {
	joined := terms(e)
	if len(joined) == 1 {
		return c.expr(joined[0].x)
	}
	x := c.operand(joined[0].x)
	for i, t := range joined[1:] {
		if i > 0 {
			c.fn.most = max(c.fn.most, c.fn.depth+len(joined)-i)
		}
		x = operand{code: operation(syntax.PLUS, x, c.operand(t.x), t.at)}
	}
	return x.code
}

// A term is one of a sum, behind its "+".
type term struct {
	x  syntax.Expr
	at spot
}

// terms returns the terms of a sum, the literals joined.
func terms(e *syntax.BinaryExpr) []term {
	var terms []term // the last one first
	for {
		terms = append(terms, term{unparen(e.Y), spotOf(e.OpPos)})
		left := unparen(e.X)
		next, ok := left.(*syntax.BinaryExpr)
		if !ok || next.Op != syntax.PLUS {
			terms = append(terms, term{x: left})
			break
		}
		e = next
	}
	slices.Reverse(terms)
	joined := terms[:0]
	for i := 0; i < len(terms); {
		n := i + 1
		for n < len(terms) && kindOf(terms[n].x) == kindOf(terms[i].x) && kindOf(terms[i].x) != 0 {
			n++
		}
		t := terms[i]
		if n > i+1 {
			list := make([]syntax.Expr, 0, n-i)
			for _, t := range terms[i:n] {
				list = append(list, t.x)
			}
			t.x = join(list)
		}
		joined = append(joined, t)
		i = n
	}
	return joined
}

// kindOf tells which expressions can be joined: those of the same kind, not 0.
func kindOf(e syntax.Expr) rune {
	switch e := e.(type) {
	case *syntax.Literal:
		switch e.Token {
		case syntax.STRING:
			return 's'
		case syntax.BYTES:
			return 'b'
		}
	case *syntax.ListExpr:
		return 'l'
	case *syntax.TupleExpr:
		return 't'
	}
	return 0
}

// join returns the sum of expressions of one kind.
func join(list []syntax.Expr) syntax.Expr {
	var items []syntax.Expr
	var text strings.Builder
	for _, e := range list {
		switch e := e.(type) {
		case *syntax.Literal:
			text.WriteString(e.Value.(string))
		case *syntax.ListExpr:
			items = append(items, e.List...)
		case *syntax.TupleExpr:
			items = append(items, e.List...)
		}
	}
	switch e := list[0].(type) {
	case *syntax.ListExpr:
		return &syntax.ListExpr{Lbrack: e.Lbrack, List: items, Rbrack: e.Rbrack}
	case *syntax.TupleExpr:
		return &syntax.TupleExpr{Lparen: e.Lparen, List: items, Rparen: e.Rparen}
	case *syntax.Literal:
		return &syntax.Literal{Token: e.Token, TokenPos: e.TokenPos, Value: text.String()}
	}
	return nil
}
