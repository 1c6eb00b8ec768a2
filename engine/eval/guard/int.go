package guard

import (
	"fmt"
	"math/big"
	"sync"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// MaxBits is how many bits an int may have: 631,306 decimal digits. math/big cannot
// be interrupted, so no operation must take long. Measured on one core of an EPYC,
// for a result, or a dividend, of so many bits, in milliseconds:
//
//	bits     x*y    x//y   str(x)  int(text) of math/big, and of Call
//	1 << 20    7      14      50     274         50
//	1 << 21   20      40     110     947        120
//	1 << 22   77     142     350    3466          -
//	1 << 24  750    1260    3800       -          -
const MaxBits = 1 << 21

// edges are the ints from which on a closer look is needed.
type edges struct{ low, high starlark.Int }

func power(bits uint) func() edges {
	return sync.OnceValue(func() edges {
		n := new(big.Int).Lsh(big.NewInt(1), bits)
		return edges{low: starlark.MakeBigInt(new(big.Int).Neg(n)), high: starlark.MakeBigInt(n)}
	})
}

var (
	whole = power(MaxBits - 1)
	half  = power(MaxBits / 2)
)

// within reports whether x lies between the edges, without an allocation.
func (e edges) within(x starlark.Int) bool {
	if x.Sign() < 0 {
		n, _ := x.Cmp(e.low, 1)
		return n > 0
	}
	n, _ := x.Cmp(e.high, 1)
	return n < 0
}

// Int says whether "x op y" may be computed for two ints. It costs nothing to speak
// of for numbers of 64 bits.
func (b *Budget) Int(op syntax.Token, x, y starlark.Int) error {
	if isSmall(x) && isSmall(y) {
		return nil
	}
	limit := whole
	switch op {
	case syntax.STAR:
		limit = half
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE, syntax.SLASH, syntax.GTGT:
		return nil
	}
	if e := limit(); (isSmall(x) || e.within(x)) && (isSmall(y) || e.within(y)) && op != syntax.LTLT {
		return nil
	}
	n, m := bitsOf(x), bitsOf(y)
	bits := max(n, m)
	switch op {
	case syntax.PLUS, syntax.MINUS:
		bits++
	case syntax.STAR:
		if bits = n + m; n == 0 || m == 0 {
			bits = 0
		}
	case syntax.LTLT:
		if by, ok := y.Int64(); ok && by > 0 && by < 512 { // more is refused in any case
			bits = n + int(by)
		}
	}
	return fewBits(bits)
}

func isSmall(x starlark.Int) bool {
	_, ok := x.Int64()
	return ok
}

func bitsOf(x starlark.Int) int { return x.BigInt().BitLen() }

func fewBits(n int) error {
	if n <= MaxBits {
		return nil
	}
	return &LimitError{Msg: fmt.Sprintf("int of %d bits, limit is %d", n, MaxBits)}
}
