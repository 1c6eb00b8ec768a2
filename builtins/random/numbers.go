package random

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// def random() -> float
// def Random.random(…) -> float
//
// random returns a float from 0 up to 1, without 1.
func (g *generator) random(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("random", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.Float(g.float()), nil
}

// A real is an argument that is an int or a float.
type real float64

// Unpack takes the argument.
func (r *real) Unpack(v starlark.Value) error {
	f, ok := starlark.AsFloat(v)
	if !ok {
		return fmt.Errorf("got %s, want float or int", v.Type())
	}
	*r = real(f)
	return nil
}

// def uniform(a: float, b: float) -> float
// def Random.uniform(…) -> float
//
// uniform returns a float between a and b.
func (g *generator) uniform(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var a, b real
	if err := starlark.UnpackArgs("uniform", args, kwargs, "a", &a, "b", &b); err != nil {
		return nil, err
	}
	return starlark.Float(float64(a) + float64(float64(b-a)*g.float())), nil
}

// def gauss(mu: float = 0.0, sigma: float = 1.0) -> float
// def Random.gauss(…) -> float
//
// gauss returns a float of the normal distribution.
func (g *generator) gauss(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	mu, sigma := real(0), real(1)
	if err := starlark.UnpackArgs("gauss", args, kwargs, "mu?", &mu, "sigma?", &sigma); err != nil {
		return nil, err
	}
	return starlark.Float(float64(mu) + float64(g.normal()*float64(sigma))), nil
}

func (g *generator) normal() float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if z := g.spare; z != nil {
		g.spare = nil
		return *z
	}
	angle := g.floatLocked() * (2 * math.Pi)
	radius := math.Sqrt(-2 * math.Log(1-g.floatLocked()))
	other := math.Sin(angle) * radius
	g.spare = &other
	return math.Cos(angle) * radius
}

// def randint(a: int, b: int) -> int
// def Random.randint(…) -> int
//
// randint returns an int from a to b, both included.
func (g *generator) randint(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y starlark.Value
	if err := starlark.UnpackArgs("randint", args, kwargs, "a", &x, "b", &y); err != nil {
		return nil, err
	}
	a, err := whole("randint", "a", x)
	if err != nil {
		return nil, err
	}
	b, err := whole("randint", "b", y)
	if err != nil {
		return nil, err
	}
	return g.between(thread, "randint", a, new(big.Int).Add(b, big.NewInt(1)), big.NewInt(1))
}

// def randrange(start: int, stop: int | None = None, step: int = 1) -> int
// def Random.randrange(…) -> int
//
// randrange returns an element of range(start, stop, step).
func (g *generator) randrange(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y, z starlark.Value = nil, starlark.None, starlark.MakeInt(1)
	if err := starlark.UnpackArgs("randrange", args, kwargs, "start", &x, "stop?", &y, "step?", &z); err != nil {
		return nil, err
	}
	if y == starlark.None {
		if len(args)+len(kwargs) > 2 {
			return nil, fmt.Errorf("randrange: step needs a stop")
		}
		x, y = starlark.MakeInt(0), x
	}
	start, err := whole("randrange", "start", x)
	if err != nil {
		return nil, err
	}
	stop, err := whole("randrange", "stop", y)
	if err != nil {
		return nil, err
	}
	step, err := whole("randrange", "step", z)
	if err != nil {
		return nil, err
	}
	return g.between(thread, "randrange", start, stop, step)
}

// between returns an element of a range.
func (g *generator) between(thread *starlark.Thread, fn string, start, stop, step *big.Int) (starlark.Value, error) {
	if step.Sign() == 0 {
		return nil, fmt.Errorf("%s: step must not be 0", fn)
	}
	n := new(big.Int).Sub(stop, start)
	n.Add(n, step)
	n.Sub(n, big.NewInt(int64(step.Sign())))
	if n.Quo(n, step); n.Sign() <= 0 {
		return nil, fmt.Errorf("%s: the range is empty", fn)
	}
	r, err := g.belowBig(n, engine.Of(thread).Cancelled)
	if err != nil {
		return nil, err
	}
	return starlark.MakeBigInt(r.Add(r.Mul(r, step), start)), nil
}

// def getrandbits(k: int) -> int
// def Random.getrandbits(…) -> int
//
// getrandbits returns an int of k random bits.
func (g *generator) getrandbits(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs("getrandbits", args, kwargs, "k", &v); err != nil {
		return nil, err
	}
	k, err := count("getrandbits", "k", v)
	if err != nil {
		return nil, err
	}
	raw, err := g.raw(thread, k)
	if err != nil {
		return nil, err
	}
	slices.Reverse(raw)
	return starlark.MakeBigInt(new(big.Int).SetBytes(raw)), nil
}

// def randbytes(n: int) -> bytes
// def Random.randbytes(…) -> bytes
//
// randbytes returns n random bytes.
func (g *generator) randbytes(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs("randbytes", args, kwargs, "n", &v); err != nil {
		return nil, err
	}
	n, err := count("randbytes", "n", v)
	if err != nil {
		return nil, err
	}
	raw, err := g.raw(thread, min(n, 1<<59)*8)
	if err != nil {
		return nil, err
	}
	return starlark.Bytes(raw), nil
}

func (g *generator) raw(thread *starlark.Thread, bits int64) ([]byte, error) {
	t := engine.Of(thread)
	if err := fits(t, "bytes", bits/8, 2); err != nil {
		return nil, err
	}
	return g.fill(int(bits), t.Cancelled)
}
