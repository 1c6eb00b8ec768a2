package guard

import (
	"fmt"
	"math"
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
//	1 << 20    7      14      50     274         30
//	1 << 21   20      40     110     947         75
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

// parsed returns the number that digits of a base stand for; math/big's SetString
// takes quadratic time for it.
func parsed(s string, base int) *big.Int {
	powers := []*big.Int{new(big.Int).Exp(big.NewInt(int64(base)), big.NewInt(fewDigits), nil)}
	for n := 2 * fewDigits; n < len(s); n *= 2 {
		p := powers[len(powers)-1]
		powers = append(powers, new(big.Int).Mul(p, p))
	}
	return joined(s, base, powers)
}

// fewDigits is how many digits are left to math/big.
const fewDigits = 4096

// joined parses s by halves; powers[i] is base to the power of fewDigits<<i.
func joined(s string, base int, powers []*big.Int) *big.Int {
	if len(s) <= fewDigits {
		n, _ := new(big.Int).SetString(s, base)
		return n
	}
	last := len(powers) - 1
	at := len(s) - fewDigits<<last
	if at <= 0 {
		return joined(s, base, powers[:last])
	}
	n := joined(s[:at], base, powers[:last])
	n.Mul(n, powers[last])
	return n.Add(n, joined(s[at:], base, powers[:last]))
}

// areDigits reports whether s has digits of the base and nothing else.
func areDigits(s string, base int) bool {
	for i := range len(s) {
		if digit(s[i]) >= base {
			return false
		}
	}
	return s != ""
}

// digit returns the value of a digit; 36 if it is none.
func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 10
	}
	return 36
}

// bitsOfDigits returns about how many bits at least a number has that begins with
// no 0.
func bitsOfDigits(n, base int) int { return int(float64(n-1)*math.Log2(float64(base))) + 1 }
