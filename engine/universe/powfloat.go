package universe

import (
	"errors"
	"math"
	"math/big"

	"go.starlark.net/starlark"
)

// powPrec is the precision of powers on the way, in bits. math.Pow alone is off
// by several units in the last place: it has 27**(1/3) at 2.9999999999999996
// and misses 10**-50, where C's pow, and so Python's, is right.
const powPrec = 256

// powFloat is x**y, with Python's errors in place of infinities and of complex
// numbers.
func powFloat(x, y float64) (starlark.Value, error) {
	finite := isFinite(x) && isFinite(y)
	if finite && x == 0 && y < 0 {
		return nil, errors.New("pow: zero has no negative power")
	}
	if finite && x < 0 && y != math.Trunc(y) {
		return nil, errors.New("pow: a negative base with a fractional exponent has no real result")
	}
	var z float64
	if finite && x != 0 {
		z = powFinite(x, y)
	} else {
		z = math.Pow(x, y)
	}
	if finite && math.IsInf(z, 0) {
		return nil, errors.New("pow: result too large for a float")
	}
	return starlark.Float(z), nil
}

func isFinite(x float64) bool { return math.Abs(x) <= math.MaxFloat64 } // false for NaN

// powFinite is x**y for x other than zero.
func powFinite(x, y float64) float64 {
	const (
		smallestNormal = 0x1p-1022
		fewBits        = 0x1p-8 // an exponent below has more than 60 bits after the point
	)
	if eighths := y * 8; eighths == math.Trunc(eighths) && math.Abs(eighths) < 1<<62 {
		return powEighths(x, int64(eighths))
	}
	z := math.Pow(x, y)
	if math.Abs(x) < smallestNormal { // math.Pow has these wrong on some machines
		z = math.Pow(x*0x1p54, y) * math.Pow(0x1p-54, y)
	}
	if x > 0 && isFinite(z) && z >= smallestNormal && math.Abs(y) >= fewBits {
		return refine(x, y, z)
	}
	return z
}

// powEighths is x**(n/8) for x other than zero, positive unless n/8 is whole.
func powEighths(x float64, n int64) float64 {
	root := precise(x)
	for unit := 8; unit > 1; unit /= 2 {
		if n%2 != 0 {
			root.Sqrt(root)
		} else {
			n /= 2
		}
	}
	power := powWhole(root, max(n, -n))
	if n < 0 {
		power.Quo(precise(1), power)
	}
	z, _ := power.Float64()
	return z
}

// refine corrects z, which is nearly x**y, for a positive x.
//
// With k bits of y after the point, or more, (x**y/z)**(2**k) is a product of
// whole powers. Its logarithm, divided by 2**k, is the relative error of z.
// Taking one bit of y at a time keeps every product on the way near the range
// from 1/x to x.
func refine(x, y, z float64) float64 {
	const enough = 30 // makes the rounding of the logarithm harmless
	whole, fraction := math.Modf(math.Abs(y))
	base := precise(x)
	ratio := powWhole(base, int64(whole))
	if y < 0 {
		ratio.Mul(ratio, precise(z)) // the inverse, so that no power is inverted
	} else {
		ratio.Quo(ratio, precise(z))
	}
	k := 0
	for ; fraction != 0 || k < enough; k++ {
		ratio.Mul(ratio, ratio)
		if fraction *= 2; fraction >= 1 {
			ratio.Mul(ratio, base)
			fraction--
		}
	}
	mantissa := new(big.Float)
	exp := ratio.MantExp(mantissa)
	m, _ := mantissa.Float64()
	wrong := math.Ldexp(float64(exp)*math.Ln2+math.Log(m), -k)
	return z + z*math.Expm1(math.Copysign(wrong, wrong*y))
}

// powWhole is x**n for n >= 0; it overwrites nothing.
func powWhole(x *big.Float, n int64) *big.Float {
	square, product := new(big.Float).Set(x), precise(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			product.Mul(product, square)
		}
		square.Mul(square, square)
	}
	return product
}

func precise(x float64) *big.Float {
	return new(big.Float).SetPrec(powPrec).SetFloat64(x)
}
