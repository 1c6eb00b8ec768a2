package guard

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// toInt reads long numbers itself: math/big takes quadratic time for it.
func toInt(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) == 0 && (len(args) == 0 || starlark.Len(args[0]) <= 2*fewDigits) {
		return fn.CallInternal(thread, args, kwargs)
	}
	var x, base starlark.Value
	if starlark.UnpackArgs("int", args, kwargs, "x", &x, "base?", &base) != nil {
		return fn.CallInternal(thread, args, kwargs)
	}
	s, ok := starlark.AsString(x)
	if !ok || len(s) <= 2*fewDigits {
		return fn.CallInternal(thread, args, kwargs)
	}
	in := 10
	if base != nil {
		var err error
		if in, err = starlark.AsInt32(base); err != nil || in != 0 && (in < 2 || in > 36) {
			return fn.CallInternal(thread, args, kwargs)
		}
	}
	n, negative, err := longInt(s, in)
	switch {
	case err != nil:
		return nil, err
	case n == nil:
		return nil, fmt.Errorf("int: invalid literal with base %d: %s", in, s)
	case negative:
		return starlark.Unary(syntax.MINUS, *n)
	}
	return *n, nil
}

// longInt reads a long text as int does; nil: it is none.
func longInt(s string, base int) (n *starlark.Int, negative bool, err error) {
	if s[0] == '+' || s[0] == '-' {
		negative = s[0] == '-'
		s = s[1:]
	}
	if s[0] == '0' {
		prefix := map[byte]int{'o': 8, 'x': 16, 'b': 2}[s[1]|0x20]
		switch {
		case prefix != 0 && (base == 0 || base == prefix):
			base, s = prefix, s[2:]
		case prefix == 0 && base == 0: // all zeros, or nothing
			base = 1
		}
	}
	if base == 0 {
		base = 10
	}
	digits := strings.TrimLeft(s, "0")
	if digits == "" {
		zero := starlark.MakeInt(0)
		return &zero, negative, nil
	}
	if base == 1 {
		return nil, false, nil
	}
	if !areDigits(digits, base) {
		return nil, false, nil
	}
	if err := fewBits(bitsOfDigits(len(digits), base)); err != nil {
		return nil, false, err
	}
	z := parsed(digits, base)
	i := starlark.MakeBigInt(z)
	return &i, negative, fewBits(z.BitLen())
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
