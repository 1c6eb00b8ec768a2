package universe

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"

	"go.starlark.net/starlark"
)

// Beyond these many digits rounding a float changes nothing, or leaves zero:
// 5e-324 has 1074 digits after the point but no two neighbours agree in 323,
// and the largest float has 309 before it.
const (
	maxFloatDigits = 323
	minFloatDigits = -309
)

// def round(x: float, ndigits: int | None = None) -> Any
//
// round returns x rounded to ndigits after the point, a tie to the even neighbour. Without
// ndigits the result is an int; with it, it has the type of x. What is rounded
// is the exact value of a float: round(2.675, 2) is 2.67.
func round(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, ndigits starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &x, "ndigits??", &ndigits); err != nil {
		return nil, err
	}
	digits, err := digitCount(ndigits)
	if err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case starlark.Int:
		return roundInt(x, digits), nil
	case starlark.Float:
		if ndigits != nil {
			return roundFloat(float64(x), digits)
		}
		i, err := starlark.NumberToInt(starlark.Float(math.RoundToEven(float64(x))))
		if err != nil {
			return nil, fmt.Errorf("round: %w", err)
		}
		return i, nil
	}
	return nil, fmt.Errorf("round: got %s, want int or float", x.Type())
}

// digitCount is ndigits as a machine int, at most ±1<<62; 0 for nil.
func digitCount(ndigits starlark.Value) (int64, error) {
	if ndigits == nil {
		return 0, nil
	}
	i, ok := ndigits.(starlark.Int)
	if !ok {
		return 0, fmt.Errorf("round: ndigits is a %s, want int or None", ndigits.Type())
	}
	const limit = 1 << 62
	if n, ok := i.Int64(); ok && -limit <= n && n <= limit {
		return n, nil
	}
	return int64(i.Sign()) * limit, nil
}

func roundInt(x starlark.Int, digits int64) starlark.Value {
	if digits >= 0 {
		return x
	}
	n := x.BigInt()
	// Each bit is less than a third of a digit, so 10**-digits > 2*|x|.
	if -digits > int64(n.BitLen())/3+2 {
		return starlark.MakeInt(0)
	}
	unit := pow10(-digits)
	n = divHalfEven(n, unit)
	return starlark.MakeBigInt(n.Mul(n, unit))
}

func roundFloat(x float64, digits int64) (starlark.Value, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) || x == 0 || digits > maxFloatDigits {
		return starlark.Float(x), nil
	}
	if digits < minFloatDigits {
		return starlark.Float(math.Copysign(0, x)), nil
	}
	if digits >= 0 {
		// Both steps round the exact value correctly, ties to even;
		// multiplying by 10**digits would round once more.
		y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', int(digits), 64), 64)
		return starlark.Float(y), err
	}
	// strconv cannot round before the point.
	exact := new(big.Rat).SetFloat64(x)
	unit := pow10(-digits)
	n := divHalfEven(exact.Num(), new(big.Int).Mul(exact.Denom(), unit))
	y, _ := new(big.Float).SetInt(n.Mul(n, unit)).Float64()
	if math.IsInf(y, 0) {
		return nil, errors.New("round: the rounded value is too large for a float")
	}
	return starlark.Float(math.Copysign(y, x)), nil
}

// divHalfEven returns n/d, rounded to the nearest integer, a tie to the even
// one. d is positive.
func divHalfEven(n, d *big.Int) *big.Int {
	q, r := new(big.Int), new(big.Int)
	q.DivMod(n, d, r) // 0 <= r < d
	switch r.Lsh(r, 1).Cmp(d) {
	case -1:
		return q
	case 0:
		if q.Bit(0) == 0 {
			return q
		}
	}
	return q.Add(q, big.NewInt(1))
}

func pow10(n int64) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil)
}
