package random

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A population is what is chosen from.
type population struct {
	starlark.Indexable
}

// Unpack takes a sequence. Of a string the characters are chosen from.
func (p *population) Unpack(v starlark.Value) error {
	switch x := v.(type) {
	case starlark.String:
		p.Indexable = x
		for i := range len(x) {
			if x[i] >= utf8.RuneSelf {
				p.Indexable = characters([]rune(string(x)))
				break
			}
		}
		return nil
	case *starlark.Dict, *starlark.Set:
		return fmt.Errorf("got %s, want a sequence: list(x) makes one", v.Type())
	case starlark.Indexable:
		p.Indexable = x
		return nil
	}
	return fmt.Errorf("got %s, want a sequence", v.Type())
}

// characters are those of a string that is not of ASCII.
type characters []rune

func (c characters) String() string             { return string(c) }
func (c characters) Type() string               { return "string" }
func (c characters) Freeze()                    {} // immutable
func (c characters) Truth() starlark.Bool       { return len(c) > 0 }
func (c characters) Hash() (uint32, error)      { return 0, errors.New("unhashable type: characters") }
func (c characters) Len() int                   { return len(c) }
func (c characters) Index(i int) starlark.Value { return starlark.String(string(c[i])) }

// index returns the index of one of n.
func (g *generator) index(n int) int { return int(g.below(uint64(n))) }

// def choice(seq) -> Any
// def Random.choice(…) -> Any
//
// choice returns an element of a sequence.
func (g *generator) choice(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var p population
	if err := starlark.UnpackArgs("choice", args, kwargs, "seq", &p); err != nil {
		return nil, err
	}
	if p.Len() == 0 {
		return nil, errors.New("choice: the sequence is empty")
	}
	return p.Index(g.index(p.Len())), nil
}

// patience is how many numbers are drawn between two looks at whether to stop.
const patience = 1 << 12

// def shuffle(x: list) -> None
// def Random.shuffle(…) -> None
//
// shuffle puts a list in another order, in place.
func (g *generator) shuffle(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x *starlark.List
	if err := starlark.UnpackArgs("shuffle", args, kwargs, "x", &x); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	for i := x.Len() - 1; i > 0; i-- {
		if i%patience == 0 {
			if err := t.Cancelled(); err != nil {
				return nil, err
			}
		}
		j := g.index(i + 1)
		a, b := x.Index(i), x.Index(j)
		if err := x.SetIndex(i, b); err != nil {
			return nil, err
		}
		if err := x.SetIndex(j, a); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// def sample(population, k: int) -> list
// def Random.sample(…) -> list
//
// sample returns a list of k elements, each taken once.
func (g *generator) sample(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var p population
	var v starlark.Value
	if err := starlark.UnpackArgs("sample", args, kwargs, "population", &p, "k", &v); err != nil {
		return nil, err
	}
	want, err := count("sample", "k", v)
	if err != nil {
		return nil, err
	}
	n := p.Len()
	if want > int64(n) {
		return nil, fmt.Errorf("sample: k is %v, but there are only %d elements", v, n)
	}
	t := engine.Of(thread)
	if err := fits(t, "list", want, 64); err != nil {
		return nil, err
	}
	k := int(want)
	few := 21 // up to how many a list of all is smaller than a set of those taken
	if k > 5 {
		few += int(math.Pow(4, math.Ceil(math.Log(float64(k*3))/math.Log(4))))
	}
	next := g.apart(n)
	if n <= few {
		next = g.dealt(n)
	}
	list := make([]starlark.Value, k)
	for i := range list {
		if i%patience == 0 {
			if err := t.Cancelled(); err != nil {
				return nil, err
			}
		}
		list[i] = p.Index(next())
	}
	return starlark.NewList(list), nil
}

// dealt returns what returns one of n indexes after the other, from a pool.
func (g *generator) dealt(n int) func() int {
	pool := make([]int, n)
	for i := range pool {
		pool[i] = i
	}
	return func() int {
		j := g.index(len(pool))
		at, last := pool[j], len(pool)-1
		pool[j] = pool[last]
		pool = pool[:last]
		return at
	}
}

// apart is dealt without a pool: it draws again if it hits what it had before.
func (g *generator) apart(n int) func() int {
	taken := map[int]struct{}{}
	return func() int {
		for {
			j := g.index(n)
			if _, ok := taken[j]; !ok {
				taken[j] = struct{}{}
				return j
			}
		}
	}
}

// def choices(population, weights: list | None = None, *, cum_weights: list | None = None, k: int = 1) -> list
// def Random.choices(…) -> list
//
// choices returns a list of k elements, each drawn from all. weights says how likely
// each is, cum_weights the same as sums.
func (g *generator) choices(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var p population
	var weights, sums, v starlark.Value = starlark.None, starlark.None, starlark.MakeInt(1)
	if len(args) > 2 {
		return nil, errors.New("choices: cum_weights and k are given by name: k=…")
	}
	if err := starlark.UnpackArgs("choices", args, kwargs, "population", &p, "weights?", &weights, "cum_weights?", &sums, "k?", &v); err != nil {
		return nil, err
	}
	k, err := count("choices", "k", v)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if err := fits(t, "list", k, 32); err != nil {
		return nil, err
	}
	pick, err := g.picker(thread, p.Len(), weights, sums)
	if err != nil {
		return nil, fmt.Errorf("choices: %w", err)
	}
	if p.Len() == 0 && k > 0 {
		return nil, errors.New("choices: the population is empty")
	}
	list := make([]starlark.Value, int(k))
	for i := range list {
		if i%patience == 0 {
			if err := t.Cancelled(); err != nil {
				return nil, err
			}
		}
		list[i] = p.Index(pick())
	}
	return starlark.NewList(list), nil
}

// picker returns what draws one of n indexes.
func (g *generator) picker(thread *starlark.Thread, n int, weights, sums starlark.Value) (func() int, error) {
	if weights == starlark.None && sums == starlark.None {
		return func() int { return int(g.float() * float64(n)) }, nil
	}
	if weights != starlark.None && sums != starlark.None {
		return nil, errors.New("weights and cum_weights cannot both be given")
	}
	cum, err := floats(thread, weights, sums)
	if err != nil {
		return nil, err
	}
	if len(cum) != n {
		return nil, fmt.Errorf("there are %d weights for %d elements", len(cum), n)
	}
	if n == 0 {
		return nil, nil
	}
	total := cum[n-1]
	if !(total > 0) || math.IsInf(total, 0) {
		return nil, errors.New("the total of weights must be greater than 0 and finite")
	}
	return func() int {
		x := g.float() * total
		return sort.Search(n-1, func(i int) bool { return x < cum[i] })
	}, nil
}

// floats returns the sums of weights, or those that are given.
func floats(thread *starlark.Thread, weights, sums starlark.Value) ([]float64, error) {
	list := weights
	if weights == starlark.None {
		list = sums
	}
	var cum []float64
	total := 0.0
	err := engine.Each(thread, list, func(x starlark.Value) error {
		f, ok := starlark.AsFloat(x)
		if !ok {
			return fmt.Errorf("a weight must be a number, not %s", x.Type())
		}
		if weights != starlark.None {
			total += f
			f = total
		}
		cum = append(cum, f)
		return nil
	})
	return cum, err
}
