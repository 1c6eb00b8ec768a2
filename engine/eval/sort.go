package eval

import (
	"cmp"
	"slices"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// def sorted(iterable: Iterable, key: Callable | None = None, reverse: bool = False) -> list
//
// sorted returns a new list of the elements in ascending order, equal ones as they stood.
func sorted(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	// Ints, floats, strings and tuples are sorted here, and can be stopped. What cannot
	// be compared, or is of mixed types, is left to go.starlark.net: which pair an error
	// speaks of depends on its algorithm.
	var iterable starlark.Iterable
	var key starlark.Callable
	reverse := false
	if err := starlark.UnpackArgs("sorted", args, kwargs, "iterable", &iterable, "key?", &key, "reverse?", &reverse); err != nil {
		return nil, err
	}
	m := machineOf(thread)
	it, err := guard.Iterate(thread, iterable)
	if err != nil {
		return nil, err
	}
	defer it.Done() // it must not change while the keys are made
	values, err := m.budget.CollectFrom(nil, iterable, it)
	if err != nil {
		return nil, err
	}
	keys := values
	if key != nil {
		keys = make([]starlark.Value, len(values))
		for i, v := range values {
			if keys[i], err = m.callBack(key, v); err != nil {
				return nil, err
			}
		}
	}
	if done, err := m.sort(keys, values, reverse); done || err != nil {
		return starlark.NewList(values), err
	}
	again := starlark.Tuple{starlark.NewList(values)}
	if key != nil {
		next := 0
		again = append(again, starlark.NewBuiltin(key.Name(), func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			next++
			return keys[next-1], nil
		}))
	}
	return m.budget.Call(thread, starlarkSorted, again, []starlark.Tuple{{starlark.String("reverse"), starlark.Bool(reverse)}})
}

var starlarkSorted = starlark.Universe["sorted"].(*starlark.Builtin)

// A pair is a value to be sorted and where it was.
type pair[K any] struct {
	key K
	at  int
}

// sort sorts values by their keys, in place; equal keys keep their order. It reports
// false if it cannot, and then has changed nothing.
func (m *machine) sort(keys, values []starlark.Value, reverse bool) (bool, error) {
	if len(keys) == 0 {
		return true, nil
	}
	switch keys[0].(type) {
	case starlark.Int:
		return sortBy(m, nil, keys, values, reverse, func(v starlark.Value) (int64, bool) {
			i, ok := v.(starlark.Int)
			if !ok {
				return 0, false
			}
			return i.Int64()
		}, cmp.Compare[int64])
	case starlark.Float:
		return sortBy(m, nil, keys, values, reverse, func(v starlark.Value) (float64, bool) {
			f, ok := v.(starlark.Float)
			return float64(f), ok && f == f // Starlark and Go put NaN at other ends
		}, cmp.Compare[float64])
	case starlark.String:
		return sortBy(m, nil, keys, values, reverse, func(v starlark.Value) (string, bool) {
			s, ok := v.(starlark.String)
			return string(s), ok
		}, cmp.Compare[string])
	case starlark.Tuple:
		return m.sortTuples(keys, values, reverse)
	}
	return false, nil
}

// sortTuples sorts by tuples. When two cannot be compared it reports false.
func (m *machine) sortTuples(keys, values []starlark.Value, reverse bool) (bool, error) {
	var failed error
	return sortBy(m, &failed, keys, values, reverse, func(v starlark.Value) (starlark.Tuple, bool) {
		t, ok := v.(starlark.Tuple)
		return t, ok
	}, func(x, y starlark.Tuple) int {
		if c, ok := tupleOrder(x, y); ok || failed != nil {
			return c
		}
		less, err := m.budget.Compare(syntax.LT, x, y)
		if less || err != nil {
			failed = err
			return -1
		}
		more, err := m.budget.Compare(syntax.LT, y, x)
		if failed = err; more {
			return 1
		}
		return 0
	})
}

// tupleOrder compares tuples of plain ints, floats and strings. It reports false if
// they have something else, or elements of different types beside each other.
func tupleOrder(x, y starlark.Tuple) (int, bool) {
	for i := range min(len(x), len(y)) {
		c := 0
		switch a := x[i].(type) {
		case starlark.Int:
			b, ok := y[i].(starlark.Int)
			n, small := a.Int64()
			k, both := b.Int64()
			if !ok || !small || !both {
				return 0, false
			}
			c = cmp.Compare(n, k)
		case starlark.String:
			b, ok := y[i].(starlark.String)
			if !ok {
				return 0, false
			}
			c = cmp.Compare(a, b)
		case starlark.Float:
			b, ok := y[i].(starlark.Float)
			if !ok || a != a || b != b {
				return 0, false
			}
			c = cmp.Compare(a, b)
		default:
			return 0, false
		}
		if c != 0 {
			return c, true
		}
	}
	return len(x) - len(y), true
}

// run is how many elements are sorted between two looks at whether to stop.
const run = 1 << 14

// sortBy sorts values by what of returns for their keys: runs first, which are then
// merged. It gives up when compare has set failed.
func sortBy[K any](m *machine, failed *error, keys, values []starlark.Value, reverse bool, of func(starlark.Value) (K, bool), compare func(x, y K) int) (bool, error) {
	pairs := make([]pair[K], len(keys))
	for i, v := range keys {
		k, ok := of(v)
		if !ok {
			return false, nil
		}
		pairs[i] = pair[K]{k, i}
	}
	order := func(x, y pair[K]) int {
		c := compare(x.key, y.key)
		if reverse {
			c = -c
		}
		if c == 0 {
			c = x.at - y.at
		}
		return c
	}
	for i := 0; i < len(pairs); i += run {
		slices.SortFunc(pairs[i:min(i+run, len(pairs))], order)
		if err := m.stopped(); err != nil || failed != nil && *failed != nil {
			return false, err
		}
	}
	spare := []pair[K](nil)
	for n := run; n < len(pairs); n *= 2 {
		spare = spare[:0]
		for i := 0; i < len(pairs); i += 2 * n {
			spare = merge(spare, pairs[i:min(i+n, len(pairs))], pairs[min(i+n, len(pairs)):min(i+2*n, len(pairs))], order)
			if err := m.stopped(); err != nil || failed != nil && *failed != nil {
				return false, err
			}
		}
		pairs, spare = spare, pairs
	}
	sorted := make([]starlark.Value, len(values))
	for i, p := range pairs {
		sorted[i] = values[p.at]
	}
	copy(values, sorted)
	return true, nil
}

// merge appends two sorted runs, merged, to to.
func merge[E any](to, x, y []E, order func(a, b E) int) []E {
	for len(x) > 0 && len(y) > 0 {
		if order(y[0], x[0]) < 0 {
			to, y = append(to, y[0]), y[1:]
		} else {
			to, x = append(to, x[0]), x[1:]
		}
	}
	return append(append(to, x...), y...)
}
