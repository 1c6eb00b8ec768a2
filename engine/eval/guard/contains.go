package guard

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Has is "x in y", with the answers and errors of starlark.Binary. It can be stopped
// while it goes through a list or a tuple.
func (b *Budget) Has(y, x starlark.Value) (bool, error) {
	switch y := y.(type) {
	case *starlark.List:
		i, err := b.find(y, x, 0, y.Len())
		return i >= 0, err
	case starlark.Tuple:
		i, err := b.find(y, x, 0, len(y))
		return i >= 0, err
	case *starlark.Dict, *starlark.Set:
		if err := b.Hashable(x); err != nil {
			return false, err
		}
	}
	found, err := starlark.Binary(syntax.IN, x, y)
	if err != nil {
		return false, err
	}
	return bool(found.Truth()), nil
}

// find returns where x is in y, at start or after but before end; -1 if it is not.
func (b *Budget) find(y starlark.Indexable, x starlark.Value, start, end int) (int, error) {
	for i := start; i < end; i++ {
		equal, err := b.compare(syntax.EQL, y.Index(i), x, starlark.CompareLimit)
		if err != nil {
			return -1, err
		}
		if equal {
			return i, nil
		}
	}
	return -1, nil
}
