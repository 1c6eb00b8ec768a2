package guard

import (
	"fmt"
	"sort"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// extreme is min and max.
func extreme(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("%s requires at least one positional argument", fn.Name())
	}
	var key starlark.Callable
	if err := starlark.UnpackArgs(fn.Name(), nil, kwargs, "key?", &key); err != nil {
		return nil, err
	}
	op := syntax.LT
	if fn.Name() == "max" {
		op = syntax.GT
	}
	var iterable starlark.Value = args
	if len(args) == 1 {
		iterable = args[0]
	}
	it, err := Iterate(thread, iterable)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, fmt.Errorf("%s: %s value is not iterable", fn.Name(), iterable.Type())
	}
	defer it.Done()
	keyOf := func(x starlark.Value) (starlark.Value, error) {
		if key == nil {
			return x, nil
		}
		return starlark.Call(thread, key, starlark.Tuple{x}, nil)
	}
	var best, x starlark.Value
	if !it.Next(&best) {
		if err := Err(it); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s: argument is an empty sequence", fn.Name())
	}
	most, err := keyOf(best)
	if err != nil {
		return nil, err
	}
	for it.Next(&x) {
		k, err := keyOf(x)
		if err != nil {
			return nil, err
		}
		if better, err := b.Compare(op, k, most); err != nil {
			return nil, named(fn, b, err)
		} else if better {
			best, most = x, k
		}
	}
	if err := Err(it); err != nil {
		return nil, err
	}
	return best, nil
}

// named puts the name of a function before an error, as go.starlark.net does, unless
// the error is a limit or a stop.
func named(fn *starlark.Builtin, b *Budget, err error) error {
	if own := ours(b, err); own != nil {
		return own
	}
	return fmt.Errorf("%s: %v", fn.Name(), err)
}

// sorted sorts as go.starlark.net does: which pair an error speaks of depends on the
// algorithm.
func sorted(b *Budget, thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (_ starlark.Value, err error) {
	var iterable starlark.Iterable
	var key starlark.Callable
	reverse := false
	if err := starlark.UnpackArgs("sorted", args, kwargs, "iterable", &iterable, "key?", &key, "reverse?", &reverse); err != nil {
		return nil, err
	}
	it, err := Iterate(thread, iterable)
	if err != nil {
		return nil, err
	}
	defer it.Done() // it must not change while the keys are made
	values, err := b.CollectFrom(nil, iterable, it)
	if err != nil {
		return nil, err
	}
	s := &sorting{b: b, keys: values, values: values}
	if key != nil {
		s.keys = make([]starlark.Value, len(values))
		for i, v := range values {
			if s.keys[i], err = starlark.Call(thread, key, starlark.Tuple{v}, nil); err != nil {
				return nil, err
			}
		}
	}
	defer halted(&err)
	if reverse {
		sort.Stable(sort.Reverse(s))
	} else {
		sort.Stable(s)
	}
	return starlark.NewList(s.values), s.err
}

type sorting struct {
	b            *Budget
	keys, values []starlark.Value // the same, or two of the same length
	err          error            // the last one
}

func (s *sorting) Len() int { return len(s.values) }

func (s *sorting) Less(i, j int) bool {
	less, err := s.b.Compare(syntax.LT, s.keys[i], s.keys[j])
	if err != nil {
		if own := ours(s.b, err); own != nil {
			panic(halt{own})
		}
		s.err = err
	}
	return less
}

func (s *sorting) Swap(i, j int) {
	if &s.keys[0] != &s.values[0] {
		s.keys[i], s.keys[j] = s.keys[j], s.keys[i]
	}
	s.values[i], s.values[j] = s.values[j], s.values[i]
}
