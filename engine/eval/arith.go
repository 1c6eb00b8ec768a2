package eval

import (
	"math"
	"math/bits"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

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
