// Package random gives scripts random numbers with Python's names, and the same ones as
// CPython for the same seed. They are not for secrets.
//
// The functions of the module draw from a generator that each run has for itself, seeded
// by the system or by random.seed. random.Random makes others. All of them may be
// shared by tasks; which of them gets which number is then a matter of time, so a task
// that is to be reproduced needs a generator of its own.
package random

import (
	"fmt"
	"math"
	"math/big"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// module random
//
// Random numbers with Python's names, and the same ones as Python's for the same seed. They are
// not for secrets.

// Module returns the module random.
func Module() engine.Module {
	members := starlark.StringDict{"Random": starlark.NewBuiltin("Random", newRandom)}
	for name, method := range methods {
		members[name] = starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return method(ofRun(thread), thread, args, kwargs)
		})
	}
	guesses := map[string]string{
		"rand": "random", "randn": "gauss", "normalvariate": "gauss", "randInt": "randint", "random_int": "randint", "SystemRandom": "Random",
		"default_rng": "Random(seed)", "generator": "Random(seed)", "permutation": "sample(x, len(x))", "shuffled": "sample(x, len(x))", "triangular": "uniform",
		"expovariate": "random", "getstate": "Random(seed)", "setstate": "Random(seed)",
	}
	return engine.Module{Name: "random", Globals: starlark.StringDict{
		"random": engine.NewNamespace("random", members, guesses),
	}}
}

// A method is one of a generator, and a function of the module.
type method = builtin.MethodFunc[*generator]

// methods never changes.
var methods = map[string]method{
	"seed": (*generator).seedFn, "random": (*generator).random, "uniform": (*generator).uniform, "gauss": (*generator).gauss,
	"randint": (*generator).randint, "randrange": (*generator).randrange, "getrandbits": (*generator).getrandbits, "randbytes": (*generator).randbytes,
	"choice": (*generator).choice, "choices": (*generator).choices, "shuffle": (*generator).shuffle, "sample": (*generator).sample,
}

// class Random
//
// A Random is a generator of its own: random.Random(seed). It has the functions of the module.
var attrs = func() builtin.Attrs[*generator] {
	a := builtin.Attrs[*generator]{}
	for name, m := range methods {
		a[name] = builtin.Method(name, m)
	}
	return a
}()

// A generator is a source of random numbers. It has a lock.
type generator struct{ twister }

var (
	_ starlark.HasAttrs = (*generator)(nil)
	_ engine.Shareable  = (*generator)(nil)
)

func (g *generator) Attr(name string) (starlark.Value, error) { return attrs.Get(g, name, nil) }
func (g *generator) AttrNames() []string                      { return attrs.Names() }

func (g *generator) String() string             { return "<random.Random>" }
func (g *generator) Type() string               { return "random.Random" }
func (g *generator) Freeze()                    {} // has a lock, and holds no values
func (g *generator) Share(func(starlark.Value)) {} // nothing to publish
func (g *generator) Truth() starlark.Bool       { return true }
func (g *generator) Hash() (uint32, error)      { return 0, fmt.Errorf("unhashable type: %s", g.Type()) }

type runKey struct{}

// ofRun returns the generator of the run.
func ofRun(thread *starlark.Thread) *generator {
	return engine.Of(thread).Run().State(runKey{}, func() any {
		g := &generator{}
		g.seedSystem()
		return g
	}).(*generator)
}

// def Random(x: int | str | bytes | None = None) -> Random
//
// Random returns a generator. x is its seed: an int, a string or bytes; by default the
// system's randomness.
func newRandom(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x?", &x); err != nil {
		return nil, err
	}
	g := &generator{}
	return g, g.from(b.Name(), x)
}

// def seed(a: int | str | bytes | None = None) -> None
// def Random.seed(…) -> None
//
// seed has the generator begin anew.
func (g *generator) seedFn(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value = starlark.None
	if err := starlark.UnpackArgs("seed", args, kwargs, "a?", &x); err != nil {
		return nil, err
	}
	return starlark.None, g.from("seed", x)
}

// maxSeed is how many bytes a seed may have: seeding cannot be stopped.
const maxSeed = 1 << 20

func (g *generator) from(fn string, x starlark.Value) error {
	var text string
	switch x := x.(type) {
	case starlark.NoneType:
		g.seedSystem()
		return nil
	case starlark.Int:
		if n := x.BigInt(); n.BitLen() <= 8*maxSeed {
			g.seed(n)
			return nil
		}
		return fmt.Errorf("%s: a seed of more than %d bytes", fn, maxSeed)
	case starlark.String:
		text = string(x)
	case starlark.Bytes:
		text = string(x)
	default:
		return fmt.Errorf("%s: a seed must be an int, a string or bytes, not %s", fn, x.Type())
	}
	if len(text) > maxSeed {
		return fmt.Errorf("%s: a seed of more than %d bytes", fn, maxSeed)
	}
	g.seedText(text)
	return nil
}

// fits says whether n things of some bytes may be made.
func fits(t *engine.Thread, what string, n, size int64) error {
	if err := t.Room(min(n, math.MaxInt64/size) * size); err != nil {
		return &engine.LimitError{Msg: fmt.Sprintf("%s of %d elements needs more memory than there may be", what, n)}
	}
	return nil
}

// whole returns an int; the error says which argument it is.
func whole(fn, name string, v starlark.Value) (*big.Int, error) {
	i, ok := v.(starlark.Int)
	if !ok {
		return nil, fmt.Errorf("%s: %s must be an int, not %s", fn, name, v.Type())
	}
	return i.BigInt(), nil
}

// count returns an int that says how many, and is not negative.
func count(fn, name string, v starlark.Value) (int64, error) {
	n, err := whole(fn, name, v)
	switch {
	case err != nil:
		return 0, err
	case n.Sign() < 0:
		return 0, fmt.Errorf("%s: %s must not be negative, got %v", fn, name, v)
	case !n.IsInt64():
		return 1<<63 - 1, nil
	}
	return n.Int64(), nil
}
