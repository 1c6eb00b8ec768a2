package universe

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const (
	// maxPowBits bounds the size of pow(int, int), give or take a factor of
	// two: five million digits, half a second of work that nothing interrupts.
	maxPowBits = 1 << 21

	// maxModWork bounds pow(int, int, int), in word multiplications: a 16384-bit
	// modulus with an exponent as long is within it and takes about a second.
	maxModWork = 1 << 31
)

// def divmod(a: float, b: float) -> tuple
//
// divmod returns (a // b, a % b), as Starlark's operators compute them.
func divmod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &x, "b", &y); err != nil {
		return nil, err
	}
	if !isNumber(x) || !isNumber(y) {
		return nil, fmt.Errorf("divmod: got %s and %s, want int or float", x.Type(), y.Type())
	}
	if !y.Truth() {
		return nil, errors.New("divmod: division by zero")
	}
	quo, err := starlark.Binary(syntax.SLASHSLASH, x, y)
	if err != nil {
		return nil, fmt.Errorf("divmod: %w", err)
	}
	rem, err := starlark.Binary(syntax.PERCENT, x, y)
	if err != nil {
		return nil, fmt.Errorf("divmod: %w", err)
	}
	return starlark.Tuple{quo, rem}, nil
}

// def pow(base: float, exp: float, mod: int | None = None) -> Any
//
// pow returns base to the power exp; with mod, the remainder of that, which has the sign of
// mod. Two ints make an int, but a negative exp makes a float, or, with mod, a
// power of the inverse of base.
func pow(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var base, exp, mod starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "base", &base, "exp", &exp, "mod??", &mod); err != nil {
		return nil, err
	}
	if !isNumber(base) || !isNumber(exp) {
		return nil, fmt.Errorf("pow: got %s and %s, want int or float", base.Type(), exp.Type())
	}
	x, xInt := base.(starlark.Int)
	y, yInt := exp.(starlark.Int)
	if mod != nil {
		m, ok := mod.(starlark.Int)
		if !ok || !xInt || !yInt {
			return nil, fmt.Errorf("pow: got %s, %s and %s, want three ints when mod is given", base.Type(), exp.Type(), mod.Type())
		}
		return powMod(x.BigInt(), y.BigInt(), m.BigInt())
	}
	if xInt && yInt && y.Sign() >= 0 {
		return powInt(x.BigInt(), y.BigInt())
	}
	xf, _ := starlark.AsFloat(base)
	yf, _ := starlark.AsFloat(exp)
	if xInt && math.IsInf(xf, 0) || yInt && math.IsInf(yf, 0) {
		return nil, errors.New("pow: int too large to convert to float")
	}
	return powFloat(xf, yf)
}

func isNumber(v starlark.Value) bool {
	switch v.(type) {
	case starlark.Int, starlark.Float:
		return true
	}
	return false
}

// powInt is x**y for y >= 0.
func powInt(x, y *big.Int) (starlark.Value, error) {
	if x.BitLen() <= 1 && y.Sign() > 0 { // -1, 0 or 1: only the parity of y matters
		y = big.NewInt(2 - int64(y.Bit(0)))
	}
	bits := new(big.Int).Mul(y, big.NewInt(int64(x.BitLen()-1)))
	if bits.Cmp(big.NewInt(maxPowBits)) > 0 {
		return nil, fmt.Errorf("pow: the result would have more than %d bits", maxPowBits)
	}
	return starlark.MakeBigInt(new(big.Int).Exp(x, y, nil)), nil
}

// powMod is x**y % m.
func powMod(x, y, m *big.Int) (starlark.Value, error) {
	if m.Sign() == 0 {
		return nil, errors.New("pow: mod is zero")
	}
	words := float64(len(m.Bits()))
	if float64(y.BitLen())*words*words > maxModWork {
		return nil, errors.New("pow: exp and mod are too large")
	}
	n := new(big.Int).Abs(m)
	z := new(big.Int).Mod(x, n)
	if n.IsInt64() && n.Int64() == 1 {
		return starlark.MakeInt(0), nil
	}
	if y.Sign() < 0 {
		if z.ModInverse(z, n) == nil {
			return nil, errors.New("pow: base has no inverse for this mod")
		}
		y = new(big.Int).Neg(y)
	}
	z.Exp(z, y, n)
	if m.Sign() < 0 && z.Sign() != 0 {
		z.Add(z, m)
	}
	return starlark.MakeBigInt(z), nil
}
