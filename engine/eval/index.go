package eval

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// index compiles x[y].
func (c *compiler) index(e *syntax.IndexExpr) expr {
	x, y, at := c.operand(e.X), c.operand(e.Y), spotOf(e.Lbrack)
	return func(fr *frame) val {
		a := x.get(fr)
		if a.ref == nil {
			return x.miss(fr)
		}
		b := y.get(fr)
		if b.ref == nil {
			return y.miss(fr)
		}
		return fr.item(a, b, at)
	}
}

// item returns x[y].
func (fr *frame) item(x, y val, at spot) val {
	switch c := x.ref.(type) {
	case *starlark.List:
		if y.isInt() {
			i, n := y.n, uint64(c.Len())
			if int64(i) < 0 {
				i += n
			}
			if i < n {
				return valOf(c.Index(int(i)))
			}
		}
	case starlark.Tuple:
		if y.isInt() {
			i := y.n
			if int64(i) < 0 {
				i += uint64(len(c))
			}
			if i < uint64(len(c)) {
				return valOf(c[i])
			}
		}
	case starlark.String:
		if y.isInt() && y.n < uint64(len(c)) {
			return oneByte(c[y.n])
		}
	case *starlark.Dict:
		k := y.value()
		if err := fr.m.hashable(k); err != nil {
			return fr.fail(at, err)
		}
		if v, ok, err := c.Get(k); ok && err == nil {
			return valOf(v)
		}
	}
	a := x.value()
	if !ours(a) {
		fr.outside(at)
	}
	v, err := getIndex(a, y.value())
	if err != nil {
		return fr.fail(at, err)
	}
	return valOf(v)
}

// getIndex is x[y] for all types.
func getIndex(x, y starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case starlark.Mapping:
		v, found, err := x.Get(y)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fmt.Errorf("key %v not in %s", y, x.Type())
		}
		return v, nil
	case starlark.Indexable:
		i, err := starlark.AsInt32(y)
		if err != nil {
			return nil, fmt.Errorf("%s index: %s", x.Type(), err)
		}
		at, err := within(i, x)
		if err != nil {
			return nil, err
		}
		return x.Index(at), nil
	}
	return nil, fmt.Errorf("unhandled index operation %s[%s]", x.Type(), y.Type())
}

// within returns the place of the i-th element, or of the -i-th from the end.
func within(i int, x starlark.Indexable) (int, error) {
	n := x.Len()
	at := i
	if at < 0 {
		at += n
	}
	switch {
	case at >= 0 && at < n:
		return at, nil
	case n == 0:
		return 0, fmt.Errorf("index %d out of range: empty %s", i, x.Type())
	}
	return 0, fmt.Errorf("%s index %d out of range [%d:%d]", x.Type(), i, -n, n-1)
}

// setItem does x[y] = z.
func (fr *frame) setItem(x, y, z val, at spot) bool {
	if l, ok := x.ref.(*starlark.List); ok && y.isInt() && y.n < uint64(l.Len()) {
		if l.SetIndex(int(y.n), z.value()) == nil {
			return true
		}
	}
	a := x.value()
	if !ours(a) {
		fr.outside(at)
	}
	if err := fr.m.setIndex(a, y, z.value()); err != nil {
		fr.fail(at, err)
		return false
	}
	return true
}

func (m *machine) setIndex(x starlark.Value, y val, z starlark.Value) error {
	switch x := x.(type) {
	case *starlark.Dict:
		return m.setKey(x, y.value(), z)
	case starlark.HasSetKey:
		return x.SetKey(y.value(), z)
	}
	if x, ok := x.(starlark.HasSetIndex); ok {
		i, err := starlark.AsInt32(y.value())
		if err != nil {
			return err
		}
		at, err := within(i, x)
		if err != nil {
			return err
		}
		return x.SetIndex(at, z)
	}
	return fmt.Errorf("%s value does not support item assignment", x.Type())
}
