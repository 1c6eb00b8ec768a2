package eval

import (
	"fmt"
	"math/big"
	"math/bits"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A bigInt is an int of more than 64 bits inside the evaluator. A starlark.Int is made
// by copying, so numbers are kept like this until somebody else gets to see them. It
// is never changed.
type bigInt struct {
	starlark.NoneType // never seen outside: only for its place in a val
	i                 big.Int
	words             [8]big.Word // room for its digits, if they are few
}

// newBig returns a number to be set.
func newBig() *bigInt {
	b := new(bigInt)
	b.i.SetBits(b.words[:0])
	return b
}

// val returns b as a val, as a tag if it has 64 bits.
func (b *bigInt) val() val {
	if b.i.IsInt64() {
		return intVal(b.i.Int64())
	}
	return val{ref: b}
}

// bigOf sets one of the two from a val that is an int, and returns it.
func bigOf(v val, to *big.Int) *big.Int {
	if b, ok := v.ref.(*bigInt); ok {
		return &b.i
	}
	return to.SetInt64(int64(v.n))
}

// bigFrom returns x as it is inside the evaluator.
func bigFrom(x *big.Int) val {
	b := newBig()
	b.i.Set(x)
	return b.val()
}

// isWhole reports whether v is an int of any length, inside the evaluator.
func (v val) isWhole() bool {
	switch v.ref.(type) {
	case *intTag, *bigInt:
		return true
	}
	return false
}

// bigs computes "x op y" for ints of any length, up to guard.MaxBits. No value: it is
// an error, or an operator that is left to go.starlark.net.
func (m *machine) bigs(op syntax.Token, x, y val) (val, error) {
	if bits.UintSize == 64 && (op == syntax.PERCENT || op == syntax.SLASHSLASH) {
		if b, ok := x.ref.(*bigInt); ok && y.isInt() && int64(y.n) > 0 {
			return b.bySmall(op, y.n), nil
		}
	}
	var s, t big.Int
	a, b := bigOf(x, &s), bigOf(y, &t)
	z := newBig()
	switch op {
	case syntax.PLUS:
		if n := max(a.BitLen(), b.BitLen()) + 1; n > guard.MaxBits {
			return val{}, tooLong(n)
		}
		z.i.Add(a, b)
	case syntax.MINUS:
		if n := max(a.BitLen(), b.BitLen()) + 1; n > guard.MaxBits {
			return val{}, tooLong(n)
		}
		z.i.Sub(a, b)
	case syntax.STAR:
		if n := a.BitLen() + b.BitLen(); n > guard.MaxBits {
			return val{}, tooLong(n)
		}
		z.i.Mul(a, b)
	case syntax.SLASHSLASH, syntax.PERCENT:
		if b.Sign() == 0 {
			return val{}, nil
		}
		quotient, rest := &z.i, &m.spare
		if op == syntax.PERCENT {
			quotient, rest = rest, quotient
		}
		quotient.QuoRem(a, b, rest) // rounds towards zero
		switch down := rest.Sign() != 0 && rest.Sign() != b.Sign(); {
		case down && op == syntax.PERCENT:
			rest.Add(rest, b)
		case down:
			quotient.Sub(quotient, one)
		}
	case syntax.AMP:
		z.i.And(a, b)
	case syntax.PIPE:
		z.i.Or(a, b)
	case syntax.CIRCUMFLEX:
		z.i.Xor(a, b)
	default:
		return val{}, nil
	}
	return z.val(), nil
}

var one = big.NewInt(1)

func tooLong(n int) error {
	return &guard.LimitError{Msg: fmt.Sprintf("int of %d bits, limit is %d", n, guard.MaxBits)}
}

// bySmall computes b // y and b % y.
func (b *bigInt) bySmall(op syntax.Token, y uint64) val {
	if op == syntax.PERCENT {
		rest := uint64(0)
		words := b.i.Bits()
		if y&(y-1) == 0 {
			rest = uint64(words[0]) & (y - 1)
		} else {
			for i := len(words) - 1; i >= 0; i-- {
				_, rest = bits.Div64(rest, uint64(words[i]), y)
			}
		}
		if rest != 0 && b.i.Sign() < 0 {
			rest = y - rest
		}
		return intVal(int64(rest))
	}
	z := newBig()
	if y&(y-1) == 0 {
		z.i.Rsh(&b.i, uint(bits.TrailingZeros64(y))) // rounds down
		return z.val()
	}
	var t, rest big.Int
	z.i.QuoRem(&b.i, t.SetUint64(y), &rest)
	if rest.Sign() < 0 {
		z.i.Sub(&z.i, one)
	}
	return z.val()
}
